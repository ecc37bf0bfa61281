import { expect } from 'chai';
import { renderKey } from '../../src/render/key.ts';
import { chart, render, rendered, request } from './request.ts';
import { treeOnDisk } from './tree.ts';

const RESIZER = treeOnDisk(new URL('../../examples/resizer', import.meta.url).pathname);
const resizer = {
  path: 'chart',
  app: 'resizer',
  valuesFiles: ['chart/values/dev.yaml'],
  images: { web: 'local/web:1' },
};

describe('the laws of rendering', () => {
  it('rendering twice gives the same', () => {
    expect(render(RESIZER, resizer)).to.deep.equal(render(RESIZER, resizer));
  });

  it('the order of keys in a values file changes nothing', () => {
    const template =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  y: {{toJson (toYaml Values.m)}}\n  j: {{toJson (toJson Values.m)}}\n  k: {{toJson (join "," (keys Values.m))}}\n  e: "{{#each Values.m}}{{@key}}{{this}}{{/each}}"\n';
    const first = rendered(chart(template, 'm: {a: 1, b: 2, c: 3}\n'));
    expect(rendered(chart(template, 'm: {c: 3, a: 1, b: 2}\n'))).to.deep.equal(first);
  });
});

describe('the key of a render', () => {
  const template = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n';
  const key = (more = {}, files = chart(template)) => renderKey(request(files, more));

  it('is equal for equal input', () => {
    expect(key()).to.equal(key());
  });
  it('changes with the chart, the values, the app, the namespace and the images', () => {
    const changed = [
      key({}, chart(`${template}# more\n`)),
      key({}, chart(template, 'a: 1\n')),
      key({ app: 'other' }),
      key({ namespace: 'other' }),
      key({ images: { web: 'x' } }),
      key({ overrides: { a: 1 } }),
    ];
    expect(new Set([key(), ...changed]).size).to.equal(7);
  });
  it('changes with what was made before and with what is known of the cluster', () => {
    const site = {
      function: 'uuidv4',
      template: 'a.yaml',
      id: '00',
      since: '2026-01-01T00:00:00Z',
      value: 'a',
    };
    const changed = [
      key({ generated: { site } }),
      key({ generated: { site: { ...site, value: 'b' } } }),
      key({ lookups: {} }),
      key({ lookups: { 'v1 Secret shop/db': { object: {} } } }),
    ];
    expect(new Set([key(), ...changed]).size).to.equal(5);
  });
  it('stays the same for another commit, unless a template can see the commit', () => {
    expect(key({ revision: 'a' })).to.equal(key({ revision: 'b' }));
    const seeing = chart(`${template}data: {r: "{{Pilotage.revision}}"}\n`);
    expect(key({ revision: 'a' }, seeing)).to.not.equal(key({ revision: 'b' }, seeing));
  });
});
