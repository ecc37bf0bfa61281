/**
 * Generates docs/pilotage.schema.json, the JSON Schema of pilotage.yaml for editors, from the grammar that reads the file
 * (src/model/pilotagegrammar.ts and the gates of src/promotion/gates/list.ts). Run it by hand when the grammar changes:
 *
 *   node scripts/generate-pilotage-schema.mjs
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tsImport } from 'tsx/esm/api';
import { root, run } from './setup.mjs';

const load = (path) => tsImport(`../src/${path}`, import.meta.url);
const { pilotageSchema } = await load('model/pilotageschema.ts');
const { GATE_GRAMMAR } = await load('promotion/gates/list.ts');

const file = join(root, 'docs/pilotage.schema.json');
writeFileSync(file, `${JSON.stringify(pilotageSchema(GATE_GRAMMAR), null, 2)}\n`);
run(process.execPath, [join(root, 'node_modules/@biomejs/biome/bin/biome'), 'format', '--write', file]);
