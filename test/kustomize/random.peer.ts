import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { tree } from '../render/tree.ts';
import { randomKustomization } from './generator.ts';
import { byKustomize, byPilotage, expectSame } from './kustomize.ts';

const SEED = Number(process.env.KUSTOMIZE_SEED ?? 1);
const CASES = Number(process.env.KUSTOMIZE_CASES ?? 200);
/** So many programs at a time. */
const AT_ONCE = 4;
const PER_TEST = 50;

describe(`random kustomizations of seed ${SEED} come to the same`, () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'pilotage-kustomize-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  async function compare(seed: number): Promise<void> {
    const files = randomKustomization(seed);
    const root = join(folder, String(seed));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    }
    const theirs = await byKustomize(join(root, 'overlay'));
    const shown = Object.entries(files).map(([path, text]) => `# ${path}\n${text}`);
    expectSame(byPilotage(tree(files), 'overlay'), theirs, `seed ${seed}\n${shown.join('\n')}`);
  }

  for (let from = 0; from < CASES; from += PER_TEST) {
    const count = Math.min(PER_TEST, CASES - from);
    it(`${from} to ${from + count - 1}`, async function () {
      this.timeout(300_000);
      const seeds = Array.from({ length: count }, (_, i) => SEED * 1_000_000 + from + i);
      const workers = Array.from({ length: AT_ONCE }, async () => {
        for (let seed = seeds.shift(); seed !== undefined; seed = seeds.shift()) await compare(seed);
      });
      await Promise.all(workers);
    });
  }
});
