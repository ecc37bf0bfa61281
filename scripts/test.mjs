// `npm test`: type-check, lint, architecture, unit and contract tests, and what everybody does with the built program. Loopback only.
import { ensureBuilt, ensureInstalled } from './setup.mjs';

ensureInstalled();
const { createSuite, tools } = await import('./suite.mjs');
const { quickEndToEnd, testsBelow } = await import('./endtoend.mjs');
const suite = createSuite();
suite.check('type-check', [tools.tsc, '--noEmit']);
suite.check('lint', [tools.biome, 'check', '--error-on-warnings', '.']);
await ensureBuilt();
const inside = testsBelow('test').filter((file) => !file.includes('/e2e/'));
// Two processes that end at about the same time: end-to-end tests mostly wait, those of git mostly for git.
const git = inside.filter((file) => file.includes('/git/'));
const groups = [[...quickEndToEnd(), ...git], inside.filter((file) => !git.includes(file))];
await suite.mocha(process.argv.length > 2 ? [process.argv.slice(2)] : groups);
suite.finish();
