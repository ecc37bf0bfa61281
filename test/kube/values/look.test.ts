import { expect } from 'chai';
import { diffObjects } from '../../../src/kube/rules/diff.ts';
import { canonicalJson, deepEqual, deepFreeze } from '../../../src/kube/values/equal.ts';
import { compileJsonPath } from '../../../src/kube/values/jsonpath.ts';
import { seeded } from '../seeded.ts';

const secret = (data: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a' },
  data,
});

describe('diffObjects', () => {
  it('names every leaf that differs', () => {
    const before = { a: 1, b: { c: [1, 2], 'd.e/f': 'x' }, gone: true };
    const after = { a: 1, b: { c: [1, 3, 4], 'd.e/f': 'y' }, come: {} };
    expect(diffObjects(before, after)).to.deep.equal([
      { path: 'b.c[1]', before: 2, after: 3 },
      { path: 'b.c[2]', before: undefined, after: 4 },
      { path: 'b["d.e/f"]', before: 'x', after: 'y' },
      { path: 'gone', before: true, after: undefined },
      { path: 'come', before: undefined, after: {} },
    ]);
  });
  it('tells that a secret changed, and never what it is', () => {
    const diff = diffObjects(
      secret({ a: 'b2xk', same: 'eA==' }),
      secret({ a: 'bmV3', same: 'eA==', added: 'cA==' }),
    );
    expect(diff).to.deep.equal([
      { path: 'data.a', before: '*** (before)', after: '*** (after)' },
      { path: 'data.added', before: undefined, after: '***' },
    ]);
  });
});

describe('JSONPath', () => {
  const object = {
    metadata: { name: 'web', annotations: { 'a.b/c': 'x' } },
    spec: { containers: [{ name: 'a', ports: [1, 2] }, { name: 'b' }] },
    status: {
      conditions: [
        { type: 'Ready', status: 'True', n: 3 },
        { type: 'Other', status: 'False', n: 9 },
      ],
    },
  };
  const CASES: readonly [path: string, found: unknown[]][] = [
    ['.metadata.name', ['web']],
    ['{.metadata.name}', ['web']],
    ['$.metadata.name', ['web']],
    ['metadata.name', ['web']],
    [".metadata.annotations['a.b/c']", ['x']],
    ['.metadata.annotations.a\\.b/c', ['x']],
    ['.spec.containers[0].name', ['a']],
    ['.spec.containers[-1].name', ['b']],
    ['.spec.containers[*].name', ['a', 'b']],
    ['.spec.containers[0].ports[0:1]', [1]],
    ['..name', ['web', 'a', 'b']],
    ['.status.conditions[?(@.type=="Ready")].status', ['True']],
    ['.status.conditions[?(@.n > 5)].type', ['Other']],
    ['.spec.containers[?(@.ports)].name', ['a']],
    ['.spec.none.at.all', []],
  ];
  for (const [path, found] of CASES) {
    it(path, () => {
      const compiled = compileJsonPath(path);
      expect(compiled.ok && compiled.value(object)).to.deep.equal(found);
    });
  }
  it('refuses what it does not understand', () => {
    const malformed = ['.a[', '.a[?(b)]', '.a[x]', '.a[?(@.b==c)]'];
    expect(malformed.filter((path) => compileJsonPath(path).ok)).to.deep.equal([]);
  });
});

describe('a JSONPath that multiplies', () => {
  it('finds nothing rather than more than memory holds', () => {
    let deep: object = { name: 'x' };
    for (let i = 0; i < 60; i++) deep = { a: deep };
    const compiled = compileJsonPath('$..*..*..*..*..*..*');
    expect(compiled.ok && compiled.value(deep)).to.deep.equal([]);
    expect(compileJsonPath(`.${'a'.repeat(2000)}`).ok).to.equal(false);
  });
});

describe('equality', () => {
  it('does not mind the order of keys or undefined members, and minds the order of items', () => {
    expect(deepEqual({ a: 1, b: undefined }, { a: 1 })).to.equal(true);
    expect(deepEqual({ a: 1, b: 2 }, { b: 2, a: 1 })).to.equal(true);
    expect(deepEqual([1, 2], [2, 1])).to.equal(false);
    expect(deepEqual({}, [])).to.equal(false);
    expect(deepEqual(null, {})).to.equal(false);
    expect(deepEqual({ a: undefined, b: 1 }, { a: 1, b: undefined })).to.equal(false);
  });
  it('holds exactly when the canonical texts are equal (law)', () => {
    const random = seeded(3);
    const value = (depth: number): unknown => {
      const kind = random(depth > 2 ? 3 : 5);
      if (kind < 3) return [1, 'x', null][kind];
      if (kind === 3) return Array.from({ length: random(3) }, () => value(depth + 1));
      return Object.fromEntries(
        ['a', 'b'].filter(() => random(2) === 0).map((key) => [key, value(depth + 1)]),
      );
    };
    for (let i = 0; i < 300; i++) {
      const [a, b] = [value(0), value(0)];
      expect(deepEqual(a, b)).to.equal(canonicalJson(a) === canonicalJson(b));
    }
  });
  it('freezes all the way down', () => {
    const frozen = deepFreeze({ a: [{ b: 1 }] });
    expect(Object.isFrozen(frozen.a[0])).to.equal(true);
  });
});
