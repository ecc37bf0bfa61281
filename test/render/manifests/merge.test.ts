import { expect } from 'chai';
import { CHART, type Files, refusal, rendered } from '../request.ts';

const DEPLOYMENT =
  'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db, labels: {a: x}}\nspec:\n  replicas: {{Values.replicas}}\n' +
  '  template:\n    spec:\n      containers: [{name: main, image: db, env: [{name: A, value: "1"}]}]\n';
const overlay = (spec: string, more = '') =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db${more}}\nspec: ${spec}\n`;
const objects = (files: Files) => rendered(files).manifests.map(({ object }) => object);
const chart = (templates: Files): Files => ({
  'Chart.yaml': CHART,
  'values.yaml': 'replicas: 2\n',
  ...templates,
});

describe('templates that have the same object', () => {
  const first = { 'templates/a.hbs.yaml': DEPLOYMENT };
  const beside = (text: string, file = 'templates/b.hbs.yaml') => chart({ ...first, [file]: text });

  it('make one of it: maps by key, lists by the keys of Kubernetes', () => {
    const more = overlay(
      '{template: {spec: {containers: [{name: main, env: [{name: B, value: "2"}]}, {name: side, image: s}]}}}',
      ', labels: {b: z}',
    );
    const [object, ...others] = objects(beside(more));
    expect(others).to.deep.equal([]);
    expect(object?.metadata.labels).to.deep.equal({ a: 'x', b: 'z' });
    const { template } = (object?.spec ?? {}) as {
      template: { spec: { containers: { name: string; env: object[] }[] } };
    };
    const { containers } = template.spec;
    expect(containers.map(({ name }) => name).sort()).to.deep.equal(['main', 'side']);
    expect(containers.find(({ name }) => name === 'main')).to.deep.include({ image: 'db' });
    expect(containers.find(({ name }) => name === 'main')?.env).to.have.deep.members([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]);
  });

  it('add to what a template of text writes', () => {
    const text = { 'templates/a.yaml.hbs': DEPLOYMENT, 'templates/b.hbs.yaml': overlay('{paused: true}') };
    expect(objects(chart(text))[0]?.spec).to.include({ replicas: 2, paused: true });
  });

  it('may not contradict each other in one chart', () => {
    expect(refusal(beside(overlay('{replicas: 3}')))).to.equal(
      'templates/b.hbs.yaml:1: Deployment db has two values of spec.replicas: here, and another at templates/a.hbs.yaml:1\n  → Leave it out of one of the two. Only a chart above may change what a template says.',
    );
    expect(refusal(beside(overlay('{replicas: null}')))).to.contain('two values of spec.replicas');
  });

  it('are refused where none of them is structured', () => {
    const text = { 'templates/a.yaml.hbs': DEPLOYMENT, 'templates/b.yaml.hbs': overlay('{paused: true}') };
    expect(refusal(chart(text))).to.contain('Deployment shop-dev/db is written twice');
  });

  describe('in a chart and one below it', () => {
    const below = {
      'charts/db/Chart.yaml': CHART.replace('shop', 'db'),
      'charts/db/values.yaml': 'replicas: 1\n',
      'charts/db/templates/a.hbs.yaml': DEPLOYMENT,
    };
    it('are as the one above says, which takes away by null', () => {
      const above = overlay('{replicas: {{Values.replicas}}, template: null, paused: true}');
      const [object] = objects(chart({ ...below, 'templates/b.hbs.yaml': above }));
      expect(object?.spec).to.deep.equal({ replicas: 2, paused: true });
    });
    it('go where the one above deletes them', () => {
      const away = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: db}\n$patch: delete\n';
      const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n';
      const files = chart({ ...below, 'templates/b.hbs.yaml': away, 'templates/c.hbs.yaml': config });
      expect(objects(files).map(({ kind }) => kind)).to.deep.equal(['ConfigMap']);
    });
  });
});
