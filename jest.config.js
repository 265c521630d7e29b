/** Specs are compiled with the code and run from dist, so what is tested is what runs. */
export default {
  testEnvironment: 'node',
  transform: {},
  testMatch: ['**/dist/**/*.spec.js'],
  testPathIgnorePatterns: ['/node_modules/'],
  modulePathIgnorePatterns: ['<rootDir>/.nx/'],
};
