import { expect } from 'chai';
import { mergeValues, parseValues, placeOf, type Values, valuesFrom } from '../../src/charts/values.ts';

function values(text: string, file = 'values.yaml'): Values {
  const parsed = parseValues(text, file);
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  return parsed.value;
}
const line = (all: Values, pointer: string) => {
  const place = placeOf(all, pointer);
  return place && `${place.file}:${place.line}`;
};

describe('merging values', () => {
  it('merges maps, replaces lists and scalars', () => {
    const merged = mergeValues(values('a: {x: 1, z: 2}\nl: [1, 2]\ns: 1\n'), values('a: {z: 3}\nl: [9]\n'));
    expect(merged.data).to.deep.equal({ a: { x: 1, z: 3 }, l: [9], s: 1 });
  });

  it('deletes a key by null, whether or not it was there', () => {
    const merged = mergeValues(
      values('a: 1\nb: {c: 1, d: 2}\n'),
      values('a: null\nb: {c: null}\nnew: {e: null}\n'),
    );
    expect(merged.data).to.deep.equal({ b: { d: 2 }, new: {} });
  });

  it('lets a map take the place of a scalar, and a scalar that of a map', () => {
    expect(mergeValues(values('a: 1\nb: {c: 1}\n'), values('a: {c: 1}\nb: 1\n')).data).to.deep.equal({
      a: { c: 1 },
      b: 1,
    });
  });

  it('takes __proto__ for a key like any other', () => {
    const merged = mergeValues(
      values('a: 1\n'),
      valuesFrom(JSON.parse('{"__proto__": {"polluted": true}}'), '--set'),
    );
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
    expect(Object.keys(merged.data)).to.deep.equal(['a', '__proto__']);
  });

  it('changes neither side', () => {
    const [under, over] = [values('a: {x: 1}\n'), values('a: {z: 2}\n')];
    mergeValues(under, over);
    expect([under.data, over.data]).to.deep.equal([{ a: { x: 1 } }, { a: { z: 2 } }]);
  });
});

describe('where a value comes from', () => {
  const merged = mergeValues(
    values('image:\n  name: web\n  tag: "1"\nports:\n  - 80\n  - 81\n', 'values.yaml'),
    values('image:\n  tag: "2"\nports: [9]\n', 'values/prod.yaml'),
  );

  it('is the file and line that set it last', () => {
    expect(line(merged, '/image/name')).to.equal('values.yaml:2');
    expect(line(merged, '/image/tag')).to.equal('values/prod.yaml:2');
  });

  it('is, for an item of a replaced list, never the old list', () => {
    expect(line(merged, '/ports/0')).to.equal('values/prod.yaml:3');
    expect([...merged.places.keys()]).to.not.include('/ports/1');
  });

  it('is, for a member that nobody set, the map around it', () => {
    expect(line(merged, '/image/pullPolicy')).to.match(/^values/);
  });
});

describe('a values file', () => {
  it('may be empty', () => {
    expect(values('# nothing\n').data).to.deep.equal({});
  });
  it('must be a map', () => {
    const parsed = parseValues('- a\n', 'values.yaml');
    expect(parsed.ok ? '' : parsed.problems[0].message).to.contain('values must be a map');
  });
});

/** A small linear congruential generator: the same maps at every run. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
}
type Plain = null | number | Plain[] | { [key: string]: Plain };
function randomMap(next: () => number, depth: number): { [key: string]: Plain } {
  const count = Math.floor(next() * 4);
  return Object.fromEntries(
    Array.from({ length: count }, () => ['abcd'[Math.floor(next() * 4)] ?? 'a', randomValue(next, depth)]),
  );
}
function randomValue(next: () => number, depth: number): Plain {
  const kind = next();
  if (depth > 0 && kind < 0.5) return randomMap(next, depth - 1);
  return kind < 0.6 ? null : kind < 0.75 ? [1, 2] : Math.floor(next() * 10);
}
/** `a` and `b` always hold maps, `c` and `d` never do. */
function alike(next: () => number, depth: number): { [key: string]: Plain } {
  const entries = Object.entries(randomMap(next, 0)).filter(([, value]) => value !== null);
  return Object.fromEntries(
    entries.flatMap(([key, value]) =>
      key > 'b' ? [[key, value]] : depth > 0 ? [[key, alike(next, depth - 1)]] : [],
    ),
  );
}
const noNulls = (value: Plain): boolean =>
  value !== null && (typeof value !== 'object' || Object.values(value).every((v) => noNulls(v as Plain)));

describe('the laws of merging', () => {
  const next = seeded(7);
  const triples = Array.from({ length: 300 }, () => [1, 2, 3].map((n) => valuesFrom(alike(next, 3), `${n}`)));

  it('a layer laid on twice is a layer laid on once', () => {
    for (const [a, b] of triples) {
      if (!a || !b) continue;
      const once = mergeValues(a, b);
      expect(mergeValues(once, b)).to.deep.equal(once);
    }
  });

  it('where every layer agrees on what is a map, it does not matter which two of three are merged first', () => {
    for (const [a, b, c] of triples) {
      if (!a || !b || !c) continue;
      expect(mergeValues(mergeValues(a, b), c).data).to.deep.equal(mergeValues(a, mergeValues(b, c)).data);
    }
  });

  it('no null is left, and every place names something that is there', () => {
    for (let i = 0; i < 300; i++) {
      const merged = mergeValues(valuesFrom({}, 'x'), valuesFrom(randomMap(next, 3), 'y'));
      expect(noNulls(merged.data as Plain)).to.equal(true);
      for (const pointer of merged.places.keys()) {
        const found = pointer
          .split('/')
          .slice(1)
          .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], merged.data);
        expect(found, pointer).to.not.equal(undefined);
      }
    }
  });
});
