// `npm test`: type-check, lint, architecture, unit, contract and end-to-end tests. Loopback only, below three minutes.
import { ensureBuilt, ensureInstalled } from './setup.mjs';

ensureInstalled();
const { createSuite, tools } = await import('./suite.mjs');
const suite = createSuite();
suite.check('type-check', [tools.tsc, '--noEmit']);
suite.check('lint', [tools.biome, 'check', '--error-on-warnings', '.']);
ensureBuilt();
suite.mocha(process.argv.length > 2 ? process.argv.slice(2) : ['test/**/*.test.ts']);
suite.finish();
