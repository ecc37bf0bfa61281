import { expect } from 'chai';
import { appDepths, compareRefs, stagesOf } from '../../../src/sync/plan/order.ts';

const item = (app: string, wave?: string) => ({
  app,
  object: {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'x', ...(wave ? { annotations: { 'pilotage.dev/wave': wave } } : {}) },
  },
});

describe('the order of application', () => {
  it('brings namespaces before configuration, and that before workloads', () => {
    const sorted = [
      ['networking.k8s.io/v1', 'Ingress'],
      ['apps/v1', 'Deployment'],
      ['example.com/v1', 'Widget'],
      ['v1', 'ConfigMap'],
      ['v1', 'Namespace'],
      ['v1', 'Service'],
    ]
      .map(([apiVersion = '', kind = '']) => ({ apiVersion, kind, name: 'x' }))
      .sort(compareRefs)
      .map(({ kind }) => kind);
    expect(sorted).to.deep.equal(['Namespace', 'ConfigMap', 'Service', 'Deployment', 'Widget', 'Ingress']);
  });

  it('puts an app behind all that it depends on', () => {
    const depths = appDepths([
      { name: 'web', dependsOn: ['api', 'db'] },
      { name: 'api', dependsOn: ['db'] },
      { name: 'db', dependsOn: [] },
    ]);
    expect(Object.fromEntries(depths)).to.deep.equal({ web: 2, api: 1, db: 0 });
  });

  it('numbers stages by app, then by wave; waves may be negative', () => {
    const apps = [
      { name: 'db', dependsOn: [] },
      { name: 'web', dependsOn: ['db'] },
    ];
    const items = [item('web'), item('db', '-1'), item('db'), item('web', '5')];
    expect(stagesOf(items, apps)).to.deep.equal([2, 0, 1, 3]);
  });

  it('puts phases before waves: pre, sync, post', () => {
    const items = [
      { ...item('web', '-5'), phase: 'post' as const },
      item('web'),
      { ...item('web', '9'), phase: 'pre' as const },
      item('web', '1'),
    ];
    expect(stagesOf(items, [])).to.deep.equal([3, 1, 0, 2]);
  });

  it('lets an app wait for the last phase of the apps that it depends on', () => {
    const apps = [
      { name: 'db', dependsOn: [] },
      { name: 'web', dependsOn: ['db'] },
    ];
    const items = [
      { ...item('web'), phase: 'pre' as const },
      { ...item('db'), phase: 'post' as const },
    ];
    expect(stagesOf(items, apps)).to.deep.equal([1, 0]);
  });

  it('gives objects of the same app, phase and wave one stage', () => {
    expect(stagesOf([item('web'), { ...item('web'), phase: 'sync' }, item('api')], [])).to.deep.equal([
      0, 0, 0,
    ]);
  });
});
