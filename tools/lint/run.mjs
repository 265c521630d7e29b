/**
 * Runs ESLint. The parser needs the JavaScript API of TypeScript 6, the suite is compiled by
 * TypeScript 7, which has none: whoever asks for `typescript` in this process gets version 6.
 */
import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const own = pathToFileURL(createRequire(import.meta.url).resolve('typescript')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'typescript' ? { url: own, shortCircuit: true } : next(specifier, context),
});
const config = new URL('eslint.config.mjs', import.meta.url).pathname;
process.argv.splice(2, 0, '--config', config);
const bin = new URL('../../node_modules/eslint/bin/eslint.js', import.meta.url);
await import(bin.href);
