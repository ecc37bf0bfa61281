import { expect } from 'chai';
import { hasKey } from '../../src/model/manifesttext.ts';

describe('the text of a manifest', () => {
  const texts: readonly [what: string, text: string, isOne: boolean][] = [
    ['a document', 'apiVersion: v1\nkind: Pod\n', true],
    ['an item of a list', '- kind: Pod\n  apiVersion: v1\n', true],
    ['JSON in one line', '{"apiVersion":"v1","kind":"Pod"}', true],
    ['JSON in many lines', '{\n  "apiVersion": "v1",\n  "kind": "Pod"\n}', true],
    ['flow style', '{apiVersion: v1, kind: Pod}', true],
    ['what cannot be parsed', 'kind: Pod\nspec: [\n', true],
    ['a text behind a byte order mark', '\uFEFFkind: Pod\n', true],
    ['a comment', '# kind: Pod\n', false],
    ['a sentence', 'description: of the other kind: none\n', false],
    ['a mapping of that name', 'kind:\n  of: thing\n', false],
    ['a key that ends like it', 'mankind: Pod\n', false],
  ];
  for (const [what, text, isOne] of texts) {
    it(`${isOne ? 'is' : 'is not'} ${what}`, () => expect(hasKey(text, 'kind')).to.equal(isOne));
  }
});
