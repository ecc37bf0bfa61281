import { expect } from 'chai';
import { deepFreeze } from '../../../src/kube/values/equal.ts';
import { parseJson, stringifyJson } from '../../../src/kube/values/json.ts';
import { plainJson } from '../../../src/kube/values/plain.ts';

describe('a plain copy of a value', () => {
  for (const [what, value] of Object.entries({
    'members that are undefined': { a: undefined, b: { c: undefined, d: null } },
    'items that are undefined': [undefined, 1],
    'what is no number': [Number.NaN, Number.POSITIVE_INFINITY],
    'integers of 64 bits': [9223372036854775807n, 12n],
    'a date': { at: new Date(0) },
    'a member called __proto__': JSON.parse('{"__proto__": {"a": 1}}'),
    'nested lists': [[{ a: [] }], {}],
  }))
    it(`reads as its JSON text does: ${what}`, () => {
      expect(plainJson(value)).to.deep.equal(parseJson(stringifyJson(value)));
    });

  it('is not changed by what becomes of the original', () => {
    const original = { list: [{ a: 1 }] };
    const copy = plainJson(original);
    original.list.push({ a: 2 });
    expect(copy).to.deep.equal({ list: [{ a: 1 }] });
  });

  it('keeps what is frozen', () => {
    const spec = deepFreeze({ containers: [{ name: 'web' }] });
    expect(plainJson({ spec })).to.have.property('spec', spec);
  });
});
