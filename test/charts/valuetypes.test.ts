import { expect } from 'chai';
import { formatProblem } from '../../src/base/errors.ts';
import { INFERRED } from '../../src/charts/inferschema.ts';
import { CHART, type Files, rendered } from '../render/request.ts';

const TEMPLATE =
  'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  {{#each Values.config}}:\n    "{{@key}}": "{{this}}"\n  port: "{{Values.image.port}}"\n  other: "{{default 1 Values.replicaz}}"\n';
const chart = (environment: string, more: Files = {}): Files => ({
  'Chart.yaml': CHART,
  'values.yaml': 'replicas: 2\nimage:\n  port: 80\n  tag: x\nconfig: {LOG: debug}\nany: null\n',
  'values/dev.yaml': environment,
  'templates/a.hbs.yaml': TEMPLATE,
  ...more,
});
const warnings = (environment: string, more: Files = {}) =>
  rendered(chart(environment, more), { valuesFiles: ['values/dev.yaml'] }).warnings.map(formatProblem);

describe('values of an environment, of a chart without a schema', () => {
  it('are named with both places where their type is another one', () => {
    expect(warnings('image:\n  port: "8080"\nreplicas: [1]\n')).to.deep.equal([
      'values/dev.yaml:2: image.port is text here, and a number at values.yaml:3\n  → Write it as the default is written, or say in values.schema.json that it may be both.',
      'values/dev.yaml:3: replicas is a list here, and a number at values.yaml:1\n  → Write it as the default is written, or say in values.schema.json that it may be both.',
    ]);
  });

  it('are named with what was probably meant where nothing reads them', () => {
    expect(warnings('image: {tga: y}\nreplcas: 1\n')).to.deep.equal([
      'values/dev.yaml:1: The chart has no value image.tga\n  → Did you mean tag?',
      'values/dev.yaml:2: The chart has no value replcas\n  → Did you mean replicas?',
    ]);
  });

  it('are taken as they are where a template reads them, nothing is near, or null stands for anything', () => {
    expect(
      warnings('replicaz: 3\nconfig: {LOGS: all, LOG: info}\nany: {a: 1}\nelse: 1\nreplicas: null\n'),
    ).to.deep.equal([]);
  });

  it('are judged by the schema alone where somebody wrote one', () => {
    expect(warnings('replcas: 1\n', { 'values.schema.json': '{"type": "object"}' })).to.deep.equal([]);
    const inferred = JSON.stringify({ type: 'object', $comment: INFERRED });
    expect(warnings('replcas: 1\n', { 'values.schema.json': inferred })).to.have.length(1);
  });
});
