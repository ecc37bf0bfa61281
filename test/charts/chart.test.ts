import { expect } from 'chai';
import { CHART, type Files, refusal, rendered } from '../render/request.ts';

const config = (name: string, data = '') =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n${data}`;
const withMetadata = (text: string) => refusal({ 'Chart.yaml': text, 'templates/a.yaml.hbs': config('a') });

describe('Chart.yaml', () => {
  it('is checked, every slip with its line', () => {
    expect(
      withMetadata('apiVersion: v1\nname: shop\nversion: one\ntype: app\n')
        .split('\n')
        .filter((l) => !l.startsWith('  ')),
    ).to.deep.equal([
      'Chart.yaml:1: apiVersion of a chart must be v2, not "v1"',
      'Chart.yaml:3: version must be a semantic version, not "one"',
      'Chart.yaml:4: type must be application or library',
    ]);
  });

  it('is read as YAML, with line and column of what cannot be read', () => {
    expect(withMetadata('name: [\n')).to.match(/^Chart\.yaml:\d+:\d+: /);
  });

  it('of a library cannot be delivered', () => {
    expect(withMetadata(`${CHART}type: library\n`)).to.contain('is a library chart');
  });
});

describe('a subchart', () => {
  const db = (template: string, values = ''): Files => ({
    'charts/db/Chart.yaml': 'apiVersion: v2\nname: db\nversion: 1.0.0\n',
    'charts/db/values.yaml': values,
    'charts/db/templates/a.yaml.hbs': config('db', template),
  });
  const data = (files: Files, name = 'db') =>
    rendered(files).manifests.find(({ object }) => object.metadata.name === name)?.object.data;
  const parent = (values: string, metadata = ''): Files => ({
    'Chart.yaml': `${CHART}${metadata}`,
    'values.yaml': values,
    'templates/a.yaml.hbs': config('web', 'data: {size: "{{default "" Values.db.size}}"}\n'),
  });

  it('sees its own values, overridden by what the parent says under its name', () => {
    const files = {
      ...parent('db: {size: 2}\n'),
      ...db('data:\n  size: "{{Values.size}}"\n  user: {{Values.user}}\n', 'size: 1\nuser: me\n'),
    };
    expect(data(files)).to.deep.equal({ size: '2', user: 'me' });
  });

  it('shares its defaults with the parent', () => {
    expect(data({ ...parent(''), ...db('', 'size: 1\n') }, 'web')).to.deep.equal({ size: '1' });
  });

  it('loses a default that the parent sets to null', () => {
    const files = {
      ...parent('db: {size: null}\n'),
      ...db('data: {size: "{{default "none" Values.size}}"}\n', 'size: 1\n'),
    };
    expect(data(files)).to.deep.equal({ size: 'none' });
  });

  it('sees global values, and nothing else of the parent', () => {
    const files = {
      ...parent('global: {domain: x.org}\nsecret: a\n'),
      ...db('data:\n  a: {{Values.global.domain}}\n  b: "{{default "none" Values.secret}}"\n'),
    };
    expect(data(files)).to.deep.equal({ a: 'x.org', b: 'none' });
  });

  it('is left out where its condition says so', () => {
    const metadata = 'dependencies:\n  - {name: db, version: 1.x, condition: db.enabled}\n';
    expect(data({ ...parent('db: {enabled: false}\n', metadata), ...db('') })).to.equal(undefined);
    expect(rendered({ ...parent('db: {enabled: true}\n', metadata), ...db('') }).manifests).to.have.length(2);
  });

  it('is left out where its tags are switched off', () => {
    const metadata = 'dependencies:\n  - {name: db, version: 1.x, tags: [storage]}\n';
    expect(rendered({ ...parent('tags: {storage: false}\n', metadata), ...db('') }).manifests).to.have.length(
      1,
    );
  });

  it('is addressed by its alias', () => {
    const metadata = 'dependencies:\n  - {name: db, version: 1.x, alias: store}\n';
    const files = {
      ...parent('store: {size: 5}\n', metadata),
      ...db('data: {size: "{{Values.size}}"}\n', 'size: 1\n'),
    };
    expect(data(files)).to.deep.equal({ size: '5' });
  });

  it('lends its helpers to the parent, which may redefine them', () => {
    const files = {
      ...parent(''),
      ...db('data: {a: {{include "who"}}}\n'.replace('}}}', '}} }')),
      'charts/db/templates/_h.hbs': '{{#*inline "who"}}child{{/inline}}',
      'templates/_h.hbs': '{{#*inline "who"}}parent{{/inline}}',
    };
    expect(data(files)).to.deep.equal({ a: 'parent' });
  });

  it('that is declared and not there is named', () => {
    expect(refusal(parent('', 'dependencies:\n  - {name: redis, version: 1.x}\n'))).to.contain(
      'The chart depends on redis, which is not in its charts/ folder',
    );
  });
});
