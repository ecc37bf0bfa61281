import { expect } from 'chai';
import { digestOfRule } from '../../src/health/userrules.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../src/model/types.ts';
import { cm, createHarness } from './harness.ts';

type Running = Awaited<ReturnType<typeof createHarness>>;

const STRICT = `{kind: ConfigMap, degraded: "object.data.mode == 'bad'", message: "'mode ' + object.data.mode"}`;

const fileWith = (health: string) => `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments:
    - {name: dev, branch: main}
    - {name: prod, branch: prod, promotion: {from: dev, gates: {}}}
  apps: [{name: app, path: k8s}]
  health: [${health}]
`;

const files = (health: string, mode: string) => ({
  'pilotage.yaml': fileWith(health),
  'k8s/a.yaml': cm('a', { mode }),
});

describe('health rules of pilotage.yaml', () => {
  let world: Running;
  beforeEach(async () => {
    world = await createHarness();
  });
  afterEach(() => world.stop());

  const health = async (name = 'dev') => (await world.environment(name)).status?.health;

  it('judge the objects of an environment, and say why', async () => {
    await world.push(files(STRICT, 'bad'));
    const { status } = await world.environment();
    expect(status).to.include({ health: 'Degraded', sync: 'Synced' });
    expect(status?.message).to.contain('ConfigMap shop-dev/a: HealthRule: mode bad');
  });

  it('are refused with their line where an expression is wrong', async () => {
    await world.push(files('{kind: ConfigMap, degraded: objekt.data}', 'good'));
    expect(world.said('failed').join('\n')).to.match(/pilotage\.yaml:9: .*undeclared reference to 'objekt'/);
  });

  it('of where revisions are promoted to stay in force for the source, though the source drops them', async () => {
    await world.push(files(STRICT, 'good'));
    await world.push(files(STRICT, 'good'), 'prod');
    expect([await health(), await health('prod')]).to.deep.equal(['Healthy', 'Healthy']);
    await world.push(files('', 'bad'));
    expect(await health()).to.equal('Degraded');
  });

  it('are gone with the file where nothing is guarded by them', async () => {
    await world.push(files(STRICT, 'bad'));
    await world.push(files('', 'bad'));
    expect(await health()).to.equal('Healthy');
  });

  it('make an object of a custom kind healthy once an administrator agrees, and no longer than that', async () => {
    await world.home.client.create(CUSTOM_RESOURCE_DEFINITIONS, {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'widgets.example.com' },
      spec: {
        ...{ group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' } },
        versions: [
          {
            ...{ name: 'v1', served: true, storage: true },
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } };
    const ill = JSON.stringify({ ...widget, spec: {} });
    const file = fileWith('{group: example.com, kind: Widget, healthy: "true"}');
    await world.push({ 'pilotage.yaml': file, 'k8s/w.yaml': ill });
    expect(await health()).to.equal('Progressing');
    const digest = /--allow-health ([0-9a-f]+)/.exec((await world.environment()).status?.message ?? '')?.[1];
    const agree = async (...healthRules: string[]) => {
      const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
      await world.home.client.patch(
        DELIVERIES,
        key,
        { type: 'merge', body: { spec: { healthRules } } },
        { fieldManager: 'pilotage' },
      );
      await world.settle();
    };
    await agree(digest ?? '');
    expect(await health()).to.equal('Healthy');
    await agree('0'.repeat(32));
    expect(await health(), 'another rule was meant').to.equal('Progressing');
  });

  it('of what prod deploys judge dev as soon as it is deployed there', async () => {
    await world.push(files('', 'bad'));
    expect(await health()).to.equal('Healthy');
    await world.push(files(STRICT, 'good'), 'prod');
    expect([await health('prod'), await health()]).to.deep.equal(['Healthy', 'Degraded']);
  });

  it('make no object of a built-in kind healthy, whoever agrees', async () => {
    const ill = JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    });
    const yes = '{kind: Service, healthy: "true"}';
    await world.push({ 'pilotage.yaml': fileWith(yes), 'k8s/web.yaml': ill });
    expect(await health()).to.equal('Progressing');
    const rule = { group: '', kind: 'Service', healthy: 'true', place: { file: 'pilotage.yaml' } };
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    const agreed = { type: 'merge', body: { spec: { healthRules: [digestOfRule(rule)] } } } as const;
    await world.home.client.patch(DELIVERIES, key, agreed, { fieldManager: 'pilotage' });
    await world.settle();
    expect(await health()).to.equal('Progressing');
  });
});
