import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseDocuments } from '../../../src/kube/values/yaml.ts';
import { treeOnDisk } from '../tree.ts';
import { buildAlone } from './build.ts';

const ROOT = new URL('../../fixtures/kustomize/', import.meta.url);

/** Each folder of fixtures: `tree/` in, of which `overlay/` is built where there is one; `expected.yaml` is what kustomize made of it. */
describe('building the kustomization', () => {
  for (const name of readdirSync(ROOT)) {
    it(name, () => {
      const tree = new URL(`${name}/tree/`, ROOT);
      const folder = existsSync(new URL('overlay', tree)) ? 'overlay' : '';
      const built = buildAlone(treeOnDisk(tree.pathname), folder).map(({ object }) => object);
      const expected = parseDocuments(readFileSync(new URL(`${name}/expected.yaml`, ROOT), 'utf8'), name);
      expect(built).to.deep.equal(expected.ok ? expected.value.map(({ value }) => value) : expected.problems);
    });
  }
});
