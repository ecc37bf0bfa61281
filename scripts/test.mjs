// `npm test`: type-check, lint, architecture, unit, contract and end-to-end tests. Loopback only; six minutes on two cores, two more than it should take.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root } from './setup.mjs';

/** Every test file below a folder, relative to the root. */
function testsBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts'))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

ensureInstalled();
const { createSuite, tools } = await import('./suite.mjs');
const suite = createSuite();
suite.check('type-check', [tools.tsc, '--noEmit']);
suite.check('lint', [tools.biome, 'check', '--error-on-warnings', '.']);
await ensureBuilt();
const endToEnd = testsBelow('test/e2e');
const inside = testsBelow('test').filter((file) => !endToEnd.includes(file));
// Two processes that end at about the same time: these mostly wait, as the other end-to-end tests do.
const beside = endToEnd.filter((file) => /(kubectl|lifetime|operating)\.test\.ts$/.test(file));
const front = endToEnd.filter((file) => !beside.includes(file));
await suite.mocha(process.argv.length > 2 ? [process.argv.slice(2)] : [front, [...beside, ...inside]]);
suite.finish();
