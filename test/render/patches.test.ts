import { expect } from 'chai';
import type { KubeObject } from '../../src/kube/values/types.ts';
import type { PatchEntry, PatchTarget } from '../../src/model/deliveryfile.ts';
import type { Written } from '../../src/render/manifests/read.ts';
import { patched } from '../../src/render/patches.ts';
import { filesOf } from '../fakes/filetree.ts';

const place = { file: 'pilotage.yaml', line: 7 };
const written = (object: KubeObject, line = 1): Written => ({
  object,
  origin: { file: 'chart/a.yaml', line },
});
const container = (name: string, more = {}) => ({ name, image: `${name}:1`, ...more });
const deployment = (name: string, ...containers: object[]): KubeObject => ({
  ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name } },
  spec: { replicas: 1, template: { spec: { containers } } },
});
const service: KubeObject = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web' },
  spec: { x: 1.5 },
};
const web = [written(deployment('web', container('app'), container('side')), 3), written(service, 30)];

type Patch = ({ path: string } | { patch: string }) & { target?: PatchTarget };
const apply = (patch: Patch, files: Record<string, string> = {}, on = web) => {
  const result = patched(on, [{ ...patch, place } satisfies PatchEntry], filesOf(files));
  if (!result.ok)
    return result.problems.map(({ message, place: at }) => `${at?.file}:${at?.line}: ${message}`);
  return result.value;
};
const objectsOf = (result: ReturnType<typeof apply>) =>
  'manifests' in result ? result.manifests.map(({ object }) => object) : result;

describe('patches of an app', () => {
  const FILE = [
    'apiVersion: apps/v1',
    'kind: Deployment',
    'metadata: {name: web}',
    'spec:',
    '  template:',
    '    spec:',
    '      containers:',
    '        - {name: app, env: [{name: LOG, value: debug}]}',
  ].join('\n');

  it('merge a file into the object that it names, containers by their names', () => {
    const result = objectsOf(apply({ path: 'patches/prod.yaml' }, { 'patches/prod.yaml': FILE }));
    const env = [{ name: 'LOG', value: 'debug' }];
    expect(result).deep.equal([deployment('web', container('app', { env }), container('side')), service]);
  });

  it('change what a target selects by JSON patches', () => {
    const patch =
      '- {op: replace, path: /spec/replicas, value: 3}\n- {op: add, path: /metadata/labels, value: {a: b}}';
    const target = { kind: 'Deployment', name: 'w.*' };
    const [first, second] = objectsOf(apply({ patch, target })) as KubeObject[];
    const before = deployment('web', container('app'), container('side'));
    expect(first).deep.equal({
      ...before,
      metadata: { name: 'web', labels: { a: 'b' } },
      spec: { ...(before.spec as object), replicas: 3 },
    });
    expect(second).equal(service);
  });

  it('leave objects that they do not change as they are, with where they were written', () => {
    const result = apply({ path: 'p.yaml' }, { 'p.yaml': FILE });
    expect('manifests' in result && result.manifests[1]).equal(web[1]);
    expect('manifests' in result && result.manifests[0]?.origin).deep.equal({
      file: 'chart/a.yaml',
      line: 3,
    });
  });

  it('delete an object', () => {
    const patch = '{apiVersion: v1, kind: Service, metadata: {name: web}, $patch: delete}';
    expect(objectsOf(apply({ patch }))).deep.equal([web[0]?.object]);
  });

  it('change nothing where they say what is there', () => {
    const result = apply({
      patch: '{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {replicas: 1}}',
    });
    expect('manifests' in result && result.manifests).deep.equal(web);
  });

  it('warn where a target selects nothing', () => {
    const result = apply({ patch: '[]', target: { kind: 'Job' } });
    expect(
      'warnings' in result && result.warnings.map(({ reason, place: at }) => [reason, at?.line]),
    ).deep.equal([['PatchUnused', 7]]);
  });

  for (const [what, patch, files, message] of [
    [
      'for an object that is not there',
      { patch: '{apiVersion: v1, kind: Pod, metadata: {name: x}}' },
      {},
      /No resource matches the patch/,
    ],
    ['in a file that is missing', { path: 'none.yaml' }, {}, /none\.yaml/],
    ['in a file outside of the repository', { path: '../x.yaml' }, {}, /\.\.\/x\.yaml/],
    ['as JSON without a target', { patch: '[{op: remove, path: /spec}]' }, {}, /A JSON patch needs a target/],
    [
      'that does not fit',
      { patch: '[{op: remove, path: /none}]', target: { kind: 'Service' } },
      {},
      /does not fit/,
    ],
  ] as const)
    it(`are refused ${what}, at their line of pilotage.yaml`, () => {
      const [problem] = apply(patch, files) as string[];
      expect(problem)
        .match(/^pilotage\.yaml:7: /)
        .and.match(message);
    });

  it('are found in error by the line of their file', () => {
    const [problem] = apply({ path: 'p.yaml' }, { 'p.yaml': 'kind: Pod\nmetadata: [' }) as string[];
    expect(problem).match(/^p\.yaml:\d+: /);
  });
});
