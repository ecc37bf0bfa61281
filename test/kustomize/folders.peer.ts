import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { treeOnDisk } from '../render/tree.ts';
import { byKustomize, byPilotage, expectSame } from './kustomize.ts';

const folders: unknown = JSON.parse(process.env.KUSTOMIZE_FOLDERS ?? '[]');

/** Every folder with a kustomization below this one. */
function kustomizations(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  const isOne = entries.some(
    (entry) => /^(?:kustomization\.ya?ml|Kustomization)$/.test(entry.name) && entry.isFile(),
  );
  const below = entries.filter(
    (entry) => entry.isDirectory() && !/^(?:\.git|node_modules)$/.test(entry.name),
  );
  return [...(isOne ? [folder] : []), ...below.flatMap(({ name }) => kustomizations(join(folder, name)))];
}

for (const folder of Array.isArray(folders) ? folders.map(String) : []) {
  describe(`every kustomization below ${folder} comes to the same`, () => {
    const tree = treeOnDisk(folder);
    for (const found of kustomizations(folder)) {
      it(relative(folder, found) || '.', async function () {
        this.timeout(120_000);
        expectSame(byPilotage(tree, relative(folder, found)), await byKustomize(found), found);
      });
    }
  });
}
