import { expect } from 'chai';
import { coalesceValues, mergeValues, type ValuedChart } from '../../../src/charts/helm/coalesce.ts';
import { jsonOf } from '../../../src/charts/helm/values.ts';
import { table } from './dialect.ts';

const chart = (name: string, values: string, dependencies: ValuedChart[] = []): ValuedChart => ({
  name,
  values: table(values),
  dependencies,
});

/** [what it shows, defaults of the chart, defaults of its child `db`, what is given, Helm 4, Helm 3 where it differs]. Asked of Helm. */
const CASES: readonly (readonly [string, string, string, string, object, object?])[] = [
  ['tables merge', 'a: {b: 1}', '', 'a: {c: 2}', { a: { b: 1, c: 2 }, db: { global: {} } }],
  [
    'lists and scalars replace',
    'a: [1, 2]\nb: 1',
    '',
    'a: [3]\nb: x',
    { a: [3], b: 'x', db: { global: {} } },
  ],
  [
    'null deletes a default',
    'a: 1\nb: {c: 1, d: 2}',
    '',
    'a: null\nb: {c: null}',
    { b: { d: 2 }, db: { global: {} } },
  ],
  [
    'null stays where no default is',
    'b: {d: 2}',
    '',
    'a: null\nb: {c: null}',
    { a: null, b: { c: null, d: 2 }, db: { global: {} } },
  ],
  [
    'null among the defaults is nothing',
    'a: null\nb: {c: null}',
    '',
    '',
    { b: {}, db: { global: {} } },
    { a: null, b: { c: null }, db: { global: {} } },
  ],
  [
    'a chart above sets values of one below',
    'db: {size: 2}',
    'size: 1\nname: x',
    '',
    { db: { global: {}, name: 'x', size: 2 } },
  ],
  [
    'null of a chart above deletes below',
    'db: {size: null}',
    'size: 1',
    'db: {size: null}',
    { db: { global: {} } },
  ],
  [
    'globals go down, and the nearest to the root wins',
    'global: {a: 1, t: {x: 1}}',
    'global: {a: 2, b: 3, t: {z: 2}}',
    'global: {c: 4}',
    { global: { a: 1, c: 4, t: { x: 1 } }, db: { global: { a: 1, b: 3, c: 4, t: { x: 1, z: 2 } } } },
  ],
];

describe('values of a Helm chart', () => {
  for (const [title, own, child, given, four, three = four] of CASES)
    it(`coalesce: ${title}`, () => {
      const root = chart('shop', own, [chart('db', child)]);
      const warn = () => {};
      expect(jsonOf(coalesceValues(root, table(given), { version: 4, warn }))).to.deep.equal(four);
      expect(jsonOf(coalesceValues(root, table(given), { version: 3, warn }))).to.deep.equal(three);
    });

  it('warn of what cannot be merged, by its full name', () => {
    const warnings: string[] = [];
    const root = chart('shop', 'a: {b: {c: 1}}\nd: 1');
    coalesceValues(root, table('a: {b: 2}\nd: {e: 1}'), { version: 4, warn: (text) => warnings.push(text) });
    expect(warnings).to.deep.equal([
      'cannot overwrite table with non table for shop.a.b',
      'skipped value for shop.d: Not a table.',
    ]);
  });

  it('are refused where those of a chart below are no table', () => {
    const root = chart('shop', '', [chart('db', 'size: 1')]);
    const options = { version: 4, warn: () => {} } as const;
    expect(() => coalesceValues(root, table('db: true'), options)).to.throw(
      'The values of the chart db must be a map, not true',
    );
  });

  it('keep every null when they are merged for later', () => {
    const root = chart('shop', 'a: 1\nb: null', [chart('db', 'size: null')]);
    const merged = mergeValues(root, table('a: null'), { version: 4, warn: () => {} });
    expect(jsonOf(merged)).to.deep.equal({ a: null, b: null, db: { global: {}, size: null } });
  });

  it('are not changed by it', () => {
    const root = chart('shop', 'a: {b: null}', [chart('db', 'size: null')]);
    const given = table('a: {c: null}');
    coalesceValues(root, given, { version: 4, warn: () => {} });
    expect([jsonOf(root.values), jsonOf(given)]).to.deep.equal([{ a: { b: null } }, { a: { c: null } }]);
  });
});
