import { expect } from 'chai';
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

  it('cannot make an object healthy that is not, without the word of an administrator', async () => {
    const ill = JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } },
      spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
    });
    const yes = '{kind: Service, healthy: "true"}';
    await world.push({ 'pilotage.yaml': fileWith(yes), 'k8s/web.yaml': ill });
    expect(await health()).to.equal('Progressing');
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    expect((await world.home.client.get(DELIVERIES, key)).spec.healthRules).to.equal(undefined);
  });
});
