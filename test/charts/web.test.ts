import { expect } from 'chai';
import { starterFiles } from '../../src/charts/starter.ts';
import { refusal, rendered } from '../render/request.ts';
import { tree, treeOnDisk } from '../render/tree.ts';

const WEB = treeOnDisk(new URL('../../charts/web', import.meta.url).pathname);
const BUILT = { images: { web: 'local/web:1' } };
const objects = (overrides: object) =>
  rendered(WEB, { ...BUILT, overrides: overrides as Record<string, unknown> }).manifests.map(
    ({ object }) => object,
  );
const one = (kind: string, overrides: object) =>
  objects(overrides).find((object) => object.kind === kind)?.spec as Record<string, never>;

describe('the chart charts/web', () => {
  it('is a Deployment and a Service until more is asked for', () => {
    expect(objects({}).map(({ kind }) => kind)).to.deep.equal(['Deployment', 'Service']);
  });

  it('is all of it when everything is asked for', () => {
    const all = objects({
      config: { LEVEL: 'info', COUNT: 3 },
      ingress: { enabled: true, host: 'a.org', tlsSecret: 'tls' },
      autoscaling: { enabled: true },
    });
    expect(all.map(({ kind }) => kind)).to.deep.equal([
      'HorizontalPodAutoscaler',
      'ConfigMap',
      'Deployment',
      'Ingress',
      'Service',
    ]);
    expect(all[1]?.data).to.deep.equal({ LEVEL: 'info', COUNT: '3' });
  });

  it('leaves the number of replicas to an autoscaler', () => {
    expect(one('Deployment', {})).to.have.property('replicas', 2);
    expect(one('Deployment', { autoscaling: { enabled: true } })).to.not.have.property('replicas');
  });

  it('leaves out a probe that is null', () => {
    const container = (overrides: object) =>
      (JSON.stringify(one('Deployment', overrides)).match(/"(\w+)Probe"/g) ?? []).sort();
    expect(container({})).to.have.length(3);
    expect(container({ probes: { startup: null } })).to.deep.equal(['"livenessProbe"', '"readinessProbe"']);
  });

  it('rolls the pods when the configuration changes', () => {
    const sum = (config: object) =>
      /"checksum\/config":"(\w+)"/.exec(JSON.stringify(objects({ config })))?.[1];
    expect(sum({ A: '1' })).to.not.equal(sum({ A: '2' }));
  });

  it('wants a host for its ingress', () => {
    expect(refusal(WEB, { ...BUILT, overrides: { ingress: { enabled: true } } })).to.contain(
      'An ingress needs a host name.',
    );
  });
});

describe('the files of pilotage init', () => {
  it('render for every environment', () => {
    const files = tree(
      starterFiles(WEB, {
        name: 'shop',
        image: { path: 'app', build: 'npm ci' },
        command: ['node', 'server.js'],
        port: 3000,
      }),
    );
    for (const environment of ['dev', 'preprod', 'prod']) {
      const { manifests } = rendered(files, {
        ...BUILT,
        path: 'chart',
        app: 'shop',
        environment,
        valuesFiles: [`chart/values/${environment}.yaml`],
      });
      const deployment = JSON.stringify(manifests[0]?.object);
      expect(deployment).to.contain('"command":["node","server.js"]').and.to.contain('"containerPort":3000');
    }
  });
});
