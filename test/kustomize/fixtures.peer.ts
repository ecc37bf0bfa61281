import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseDocuments } from '../../src/kube/values/yaml.ts';
import { byKustomize } from './kustomize.ts';

const ROOT = new URL('../fixtures/kustomize/', import.meta.url);

/** The unit tests compare with these files: so they must be what the program prints. */
describe('what kustomize is said to make of the fixture', () => {
  for (const name of readdirSync(ROOT)) {
    it(name, async function () {
      this.timeout(60_000);
      const tree = new URL(`${name}/tree/`, ROOT);
      const overlay = new URL('overlay', tree);
      const made = await byKustomize((existsSync(overlay) ? overlay : tree).pathname);
      const expected = parseDocuments(readFileSync(new URL(`${name}/expected.yaml`, ROOT), 'utf8'), name);
      expect(made).to.deep.equal({ objects: expected.ok ? expected.value.map(({ value }) => value) : [] });
    });
  }
});
