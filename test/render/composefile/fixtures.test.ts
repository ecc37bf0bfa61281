import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { formatPlace } from '../../../src/base/place.ts';
import { parseDocuments } from '../../../src/kube/values/yaml.ts';
import { ROOT, renderStory, STORIES } from './story.ts';

/** Each folder of fixtures: `tree/` and `values.yaml` in, `expected.yaml` (the objects) and `warnings.txt` (a line each) out. */
describe('a compose project', () => {
  for (const name of STORIES) {
    it(`renders: ${name}`, () => {
      const read = (file: string) => readFileSync(new URL(`${name}/${file}`, ROOT), 'utf8');
      const expected = parseDocuments(read('expected.yaml'), 'expected.yaml');
      const { manifests, warnings } = renderStory(name);
      expect(manifests.map(({ object }) => object)).to.deep.equal(
        expected.ok ? expected.value.map(({ value }) => value) : expected.problems,
      );
      const lines = warnings.map(({ message, place }) => `${place ? formatPlace(place) : ''}: ${message}\n`);
      expect(lines.join('')).to.equal(
        existsSync(new URL(`${name}/warnings.txt`, ROOT)) ? read('warnings.txt') : '',
      );
    });

    it(`renders the same a second time: ${name}`, () => {
      expect(JSON.stringify(renderStory(name))).to.equal(JSON.stringify(renderStory(name)));
    });
  }
});
