import { expect } from 'chai';
import { chart, refusal, rendered } from '../render/request.ts';

const CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';
const SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['host'],
  properties: {
    host: { type: 'string' },
    replicaCount: { type: 'integer', minimum: 1, description: 'How many pods serve.' },
    tier: { enum: ['front', 'back'] },
    ports: { type: 'array', items: { type: 'integer' } },
  },
};
const files = (values: string, dev: string, schema: object = SCHEMA) =>
  chart(CONFIG, values, { 'values.schema.json': JSON.stringify(schema), 'values/dev.yaml': dev });
const problems = (values: string, dev: string, schema?: object) =>
  refusal(files(values, dev, schema), { valuesFiles: ['values/dev.yaml'] });

describe('values that break the schema', () => {
  it('are named with the file and line that set them', () => {
    expect(problems('host: a\nreplicaCount: 3\n', '# dev\nreplicaCount: three\n')).to.equal(
      'values/dev.yaml:2: replicaCount must be an integer, not "three"\n  → How many pods serve.',
    );
  });

  it('are all named at once', () => {
    expect(
      problems('host: a\nreplicaCount: 0\n', 'tier: middle\nports: [80, http]\n')
        .split('\n')
        .filter((l) => !l.startsWith('  ')),
    ).to.have.members([
      'values.yaml:2: replicaCount must be >= 1, but is 0',
      'values/dev.yaml:1: tier must be one of "front", "back", not "middle"',
      'values/dev.yaml:2: ports[1] must be an integer, not "http"',
    ]);
  });

  it('name a key that does not exist, and the one that was meant', () => {
    expect(problems('host: a\n', 'replicacount: 3\n')).to.equal(
      'values/dev.yaml:1: replicacount is not a value of this chart\n  → Did you mean replicaCount?',
    );
  });

  it('name a value that is missing', () => {
    expect(problems('tier: front\n', '')).to.contain('host is required and not set');
  });

  it('may be judged by draft-07 too', () => {
    expect(
      problems('host: 1\n', '', { $schema: 'http://json-schema.org/draft-07/schema#', ...SCHEMA }),
    ).to.contain('values.yaml:1: host must be a string, not 1');
  });

  it('may be judged by 2020-12, which draft-07 does not know', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      properties: { a: { type: 'array', prefixItems: [{ type: 'string' }] } },
    };
    expect(problems('a: [1]\n', '', schema)).to.contain('a[0] must be a string, not 1');
  });

  it('are matched in linear time, whatever the pattern', () => {
    const schema = { properties: { a: { type: 'string', pattern: '^(a+)+$' } } };
    expect(problems(`a: ${'a'.repeat(5_000)}!\n`, '', schema)).to.contain('a must match pattern "^(a+)+$"');
  });

  it('do not hide a schema that is itself wrong', () => {
    expect(problems('host: a\n', '', { type: 'strin' })).to.match(
      /^values\.schema\.json: The schema itself is not valid/,
    );
  });
});

describe('values that keep the schema', () => {
  it('render', () => {
    expect(
      rendered(files('host: a\nreplicaCount: 2\n', ''), { valuesFiles: ['values/dev.yaml'] }).manifests,
    ).to.have.length(1);
  });
});

describe('a values file that is not there', () => {
  it('is named', () => {
    expect(refusal(files('host: a\n', ''), { valuesFiles: ['values/prod.yaml'] })).to.contain(
      'There is no values file values/prod.yaml',
    );
  });
});
