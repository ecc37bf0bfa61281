// `npm run bench [-- NAME…]`: every program of bench/, or the named ones, one after the other; a JSON line per figure on stdout.
// Options (`soak --minutes=3`) are handed to each.
import { readdirSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import { ensureBuilt, ensureInstalled, root, run } from './setup.mjs';

ensureInstalled();
await ensureBuilt();
const all = readdirSync(join(root, 'bench'))
  .filter((name) => name.endsWith('.ts'))
  .map((name) => name.slice(0, -'.ts'.length));
const given = process.argv.slice(2);
const asked = given.filter((argument) => !argument.startsWith('--'));
const options = given.filter((argument) => argument.startsWith('--'));
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  process.exit(2);
}
const [{ model = 'unknown' } = {}] = cpus();
// A load well above 0 before anything began means that the figures are of a machine that had other things to do.
const load = Math.round((loadavg()[0] ?? 0) * 10) / 10;
const machine = { cores: cpus().length, cpu: model, memoryGB: Math.round(totalmem() / 2 ** 30) };
console.log(
  JSON.stringify({ date: new Date().toISOString().slice(0, 10), node: process.version, ...machine, load }),
);
for (const name of asked.length > 0 ? asked : all) {
  run(process.execPath, ['--import', 'tsx', join('bench', `${name}.ts`), ...options]);
}
