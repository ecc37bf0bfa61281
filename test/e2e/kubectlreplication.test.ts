import { expect } from 'chai';
import { eventually, Pilotage } from './harness.ts';
import { describeWithKubectl, Kubectl } from './kubectl.ts';
import type { Listed, Named } from './webshop.ts';

const CONTROLLER = {
  apiVersion: 'v1',
  kind: 'ReplicationController',
  metadata: { name: 'old' },
  spec: {
    replicas: 1,
    template: {
      metadata: { labels: { app: 'old' } },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'main', image: 'host', command: ['sleep', '1000'] }],
      },
    },
  },
};

describeWithKubectl('e2e: kubectl at a running cluster: ReplicationControllers', function () {
  this.timeout(60_000);
  let pilotage: Pilotage;
  let k: Kubectl;
  before(async () => {
    pilotage = await Pilotage.start();
    k = await Kubectl.inNamespace(pilotage, 'shop');
  });
  after(() => pilotage.stop());

  const running = (count: number) =>
    eventually(`${count} pods are ready`, async () => {
      const [, desired, current, ready] = (await k.ok('get', 'rc', 'old', '--no-headers')).split(/\s+/);
      return [desired, current, ready].every((one) => one === String(count));
    });
  const pods = async () => (await k.get<Listed<Named>>('pods', '-l', 'app=old')).items;

  it('runs, scales, replaces and describes what one asks for', async () => {
    await k.apply(CONTROLLER);
    await running(1);
    expect(await k.ok('scale', 'rc/old', '--replicas=3', '--current-replicas=1')).to.contain('scaled');
    await running(3);
    const [first] = await pods();
    await k.ok('delete', 'pod', first?.metadata.name ?? '');
    await running(3);
    expect((await pods()).map(({ metadata }) => metadata.uid)).to.not.include(first?.metadata.uid);
    const described = await k.ok('describe', 'rc/old');
    expect(described).to.match(/Pods Status:\s+3 Running \/ 0 Waiting/);
    expect(described).to.match(/Normal\s+SuccessfulCreate\s.*Created pod: old-/);
  });

  it('leaves the pods to the next one, or takes them along', async () => {
    const names = async () => (await pods()).map(({ metadata }) => metadata.name).sort();
    const before = await names();
    await k.ok('delete', 'rc/old', '--cascade=orphan');
    expect(await names()).to.deep.equal(before);
    await k.apply({ ...CONTROLLER, spec: { ...CONTROLLER.spec, replicas: 3 } });
    await running(3);
    expect(await names()).to.deep.equal(before);
    await k.ok('delete', 'rc/old');
    await eventually('its pods are gone', async () => (await pods()).length === 0);
  });
});
