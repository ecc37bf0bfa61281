// `npm test`: type-check, lint, architecture, unit and contract tests, and what everybody does with the built program. Loopback only.
import { ensureBuilt, ensureInstalled } from './setup.mjs';

ensureInstalled();
const { createSuite, tools } = await import('./suite.mjs');
const { insideTests, quickEndToEnd } = await import('./endtoend.mjs');
const suite = createSuite();
suite.check('type-check', [tools.tsc, '--noEmit']);
suite.check('lint', [tools.biome, 'check', '--error-on-warnings', '.']);
await ensureBuilt();
const inside = insideTests();
// Two processes that end at about the same time: end-to-end tests mostly wait, and the tests of git for git.
const beside = ['/cli/', '/git/', '/identity/', '/kube/', '/promotion/', '/render/', '/sync/'];
const isBeside = (file) => beside.some((part) => file.includes(part));
const groups = [[...quickEndToEnd(), ...inside.filter(isBeside)], inside.filter((file) => !isBeside(file))];
await suite.mocha(process.argv.length > 2 ? [process.argv.slice(2)] : groups);
suite.finish();
