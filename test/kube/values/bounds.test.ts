import { expect } from 'chai';
import { jsonPatch } from '../../../src/kube/patch/jsonpatch.ts';
import { applyDefaults } from '../../../src/kube/rules/defaults.ts';
import { type Bounds, excessOf, excessOfJson, parseBoundedJson } from '../../../src/kube/values/bounds.ts';

const BOUNDS: Bounds = { nodes: 100, depth: 5, bytes: 1000 };

describe('bounds', () => {
  const values: readonly [what: string, value: unknown, of: string | undefined][] = [
    ['little', { a: [1, 'b', null] }, undefined],
    ['many items', Array.from({ length: 101 }, () => 1), 'nodes'],
    ['many members', Object.fromEntries(Array.from({ length: 60 }, (_, i) => [i, 1])), 'nodes'],
    ['depth', [[[[[[]]]]]], 'depth'],
  ];
  for (const [what, value, of] of values) {
    it(`are found passed by ${what}, in the value as in its text`, () => {
      expect(excessOf(value, BOUNDS)?.of).to.equal(of);
      expect(excessOfJson(JSON.stringify(value), BOUNDS)?.of).to.equal(of);
    });
  }

  it('count what stands in two places twice', () => {
    let value: unknown = 'x';
    for (let i = 0; i < 5; i++) value = [value, value, value];
    expect(excessOf(value, BOUNDS)?.of).to.equal('nodes');
  });

  it('take brackets in a text for text', () => {
    expect(excessOfJson(JSON.stringify({ a: '[{"'.repeat(200), b: '\\' }), BOUNDS)).to.equal(undefined);
  });

  it('refuse a million brackets before they are parsed', () => {
    expect(() => parseBoundedJson('['.repeat(1_000_000))).to.throw(SyntaxError, 'nests more than 200 levels');
  });
});

describe('defaults of a definition', () => {
  it('cannot make more of an object than an object may hold', () => {
    const large = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`k${i}`, 'v']));
    const a = { type: 'object', additional: { type: 'string' }, default: large } as const;
    const items = { type: 'object', properties: { a } } as const;
    const schema = { type: 'object', properties: { items: { type: 'array', items } } } as const;
    expect(applyDefaults(schema, { items: [{}, {}] })).to.deep.equal({ items: [{ a: large }, { a: large }] });
    const many = { items: Array.from({ length: 20_000 }, () => ({})) };
    expect(() => applyDefaults(schema, many)).to.throw('with the defaults of its definition');
  });
});

describe('a JSON patch', () => {
  it('cannot multiply an object by copying', () => {
    const operations = Array.from({ length: 40 }, () => ({ op: 'copy', from: '/a', path: '/a/-' }) as const);
    expect(() => jsonPatch({ a: [1, 2, 3] }, operations)).to.throw('too large altogether');
  });

  it('changes nothing through a copy, nor the original', () => {
    const original = { a: { b: [1] } };
    const patched = jsonPatch(original, [
      { op: 'add', path: '/a/b/-', value: 2 },
      { op: 'copy', from: '/a', path: '/c' },
      { op: 'add', path: '/a/b/-', value: 3 },
      { op: 'add', path: '/c/b/-', value: 4 },
    ]);
    expect(patched).to.deep.equal({ a: { b: [1, 2, 3] }, c: { b: [1, 2, 4] } });
    expect(original).to.deep.equal({ a: { b: [1] } });
  });

  it('has at most ten thousand operations, as in Kubernetes', () => {
    const operations = Array.from({ length: 10_001 }, () => ({ op: 'test', path: '/a', value: 1 }) as const);
    expect(() => jsonPatch({ a: 1 }, operations)).to.throw('allowed maximum operations');
  });
});
