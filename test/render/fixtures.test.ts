import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseDocuments } from '../../src/kube/values/yaml.ts';
import { rendered } from './request.ts';
import { treeOnDisk } from './tree.ts';

const ROOT = new URL('../fixtures/render/', import.meta.url);

/** Each folder of fixtures: `tree/` in, `expected.yaml` (the objects) and `warnings.txt` (one line each) out. */
describe('rendering the fixture', () => {
  for (const name of readdirSync(ROOT)) {
    it(name, () => {
      const read = (file: string) => readFileSync(new URL(`${name}/${file}`, ROOT), 'utf8');
      const expected = parseDocuments(read('expected.yaml'), 'expected.yaml');
      const result = rendered(treeOnDisk(new URL(`${name}/tree`, ROOT).pathname));
      expect(result.manifests.map(({ object }) => object)).to.deep.equal(
        expected.ok ? expected.value.map(({ value }) => value) : expected.problems,
      );
      const warnings = existsSync(new URL(`${name}/warnings.txt`, ROOT)) ? read('warnings.txt') : '';
      expect(result.warnings.map(({ message }) => `${message}\n`).join('')).to.equal(warnings);
    });
  }
});
