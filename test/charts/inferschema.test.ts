import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { inferSchema } from '../../src/charts/inferschema.ts';
import { checkValues } from '../../src/charts/schema.ts';
import { parseValues } from '../../src/charts/values.ts';
import { dumpYaml } from '../../src/kube/values/yaml.ts';
import { seeded } from '../kube/seeded.ts';

const valuesOf = (text: string) => {
  const parsed = parseValues(text, 'values.yaml');
  if (!parsed.ok) throw new Error(parsed.problems[0].message);
  return parsed.value;
};
const inferred = (text: string) => inferSchema(valuesOf(text).data, text);
const violations = (text: string, of = text) =>
  checkValues(valuesOf(of), { file: 'values.schema.json', schema: inferred(text) }, 'Chart.yaml').map(
    ({ message }) => message,
  );

describe('a schema that is inferred from values.yaml', () => {
  it('has the type of each value and the words of its comment', () => {
    const text =
      '# -- How many\nreplicas: 2\nratio: 0.5\non: true\nnames: [a, b]\nmixed: [a, 1]\nany: null\nfree: {}\nimage:\n  # -- Its tag\n  tag: x\n';
    expect(inferred(text).properties).to.deep.equal({
      replicas: { type: 'integer', description: 'How many' },
      ratio: { type: 'number' },
      true: { type: 'boolean' },
      names: { type: 'array', items: { type: 'string' } },
      mixed: { type: 'array' },
      any: {},
      free: { type: 'object' },
      image: { type: 'object', properties: { tag: { type: 'string', description: 'Its tag' } } },
    });
  });

  it('has what @schema says, above a key or behind it', () => {
    const text =
      '# @schema\n# minimum: 1\n# enum: [1, 2]\n# @schema\n# -- How many\nreplicas: 2\nport: 80 # @schema type:[integer, string];maximum:9\n';
    expect(inferred(text).properties).to.deep.equal({
      replicas: { type: 'integer', description: 'How many', minimum: 1, enum: [1, 2] },
      port: { type: ['integer', 'string'], maximum: 9 },
    });
  });

  it('is not bothered by comments that are no YAML', () => {
    expect(inferred('# @schema\n# a: [\n# @schema\na: 1 # @schema }{\n').properties).to.deep.equal({
      a: { type: 'integer' },
    });
  });

  it('refuses another type', () => {
    expect(violations('replicas: 2\n', 'replicas: "2"\n')).to.deep.equal([
      'replicas must be an integer, not "2"',
    ]);
  });

  it('never refuses the values that it is inferred from', () => {
    const charts = ['charts/web', 'examples/resizer/chart'];
    for (const chart of charts)
      expect(
        violations(readFileSync(new URL(`../../${chart}/values.yaml`, import.meta.url), 'utf8')),
        chart,
      ).to.deep.equal([]);
    // One schema of many values: compiling a schema takes longer than all else.
    const random = seeded(7);
    const text = dumpYaml(
      Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`v${i}`, randomValues(random, 3)])),
    );
    expect(violations(text), text).to.deep.equal([]);
  });
});

type Random = ReturnType<typeof seeded>;

function randomValues(random: Random, depth: number): Record<string, unknown> {
  const count = 1 + random(4);
  return Object.fromEntries(
    Array.from({ length: count }, (_, i) => [`k${i}`, randomValue(random, depth - 1)]),
  );
}

function randomValue(random: Random, depth: number): unknown {
  const scalars = [null, true, 'x', '', 0, -1.5, 7, '2026-01-01', []];
  const choice = random(depth > 0 ? 12 : 9);
  if (choice < 9) return scalars[choice];
  if (choice === 9) return Array.from({ length: 3 }, () => randomValue(random, depth - 1));
  return randomValues(random, depth);
}
