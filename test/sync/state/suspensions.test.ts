import { expect } from 'chai';
import type { ProblemError } from '../../../src/base/errors.ts';
import { CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { environmentReport, reasonsOf } from '../../../src/sync/state/reports.ts';
import { resume, type Suspendable, suspend } from '../../../src/sync/state/suspensions.ts';
import { cm, createHarness, dataOf } from '../harness.ts';

const OLD = { 'k8s/a.yaml': cm('a', { k: 'old' }) };
const NEW = { 'k8s/a.yaml': cm('a', { k: 'new' }) };

describe('a suspension', () => {
  let world: Awaited<ReturnType<typeof createHarness>>;
  beforeEach(async () => {
    world = await createHarness();
    await world.push(OLD);
  });
  afterEach(() => world.stop());

  const parts = () => ({ home: world.home.client, clock: world.clock });
  const live = async (): Promise<string | undefined> =>
    (dataOf(await world.live('ConfigMap', 'a')) as { k?: string } | undefined)?.k;
  const phase = async () => (await world.environment()).status?.phase;
  const everything: Suspendable = { scope: 'everything' };
  const delivery: Suspendable = { scope: 'delivery', delivery: 'shop' };
  const own = async (): Promise<Suspendable> => ({
    scope: 'environment',
    environment: await world.environment(),
  });
  const refusal = (promise: Promise<unknown>): Promise<string> =>
    promise.then(
      () => 'nothing was refused',
      (error: ProblemError) => error.problem.reason,
    );

  for (const [name, what] of [
    ['an environment', own],
    ['a delivery', async () => delivery],
    ['everything', async () => everything],
  ] as const) {
    it(`of ${name} leaves what runs as it is, remembers what is wanted, and ends by a person's word`, async () => {
      const { message } = await suspend(parts(), await what(), { reason: 'audit' }, 'ann');
      expect(message).to.match(/is suspended; to go on: pilotage resume /);
      const wanted = await world.push(NEW);
      expect([await live(), await phase()]).to.deep.equal(['old', 'Suspended']);
      expect((await world.environment()).status).to.include({ wantedRevision: wanted, sync: 'OutOfSync' });
      expect((await world.environment()).status?.message).to.match(
        /by ann since .*: audit\n {2}→ to go on: /,
      );
      await resume(parts(), await what());
      await world.settle();
      expect([await live(), await phase()]).to.deep.equal(['new', 'Idle']);
    });

    it(`of ${name} ends by itself at the time that was given`, async () => {
      await suspend(parts(), await what(), { reason: 'night', until: '2h' }, 'ann');
      await world.push(NEW);
      await world.settle(2 * 3_600_000 - 5_000);
      expect(await live()).to.equal('old');
      await world.settle(10_000);
      expect([await live(), await phase()]).to.deep.equal(['new', 'Idle']);
    });

    it(`of ${name} heals nothing that others change, and all of it afterwards`, async () => {
      await suspend(parts(), await what(), { reason: 'debugging' }, 'ann');
      await world.settle();
      const key = { namespace: 'shop-dev', name: 'a' };
      const change = { type: 'merge', body: { data: { k: 'by hand' } } } as const;
      await world.home.client.patch(CONFIG_MAPS, key, change, { fieldManager: 'kubectl' });
      await world.settle();
      expect(await live()).to.equal('by hand');
      await resume(parts(), await what());
      await world.settle();
      expect(await live()).to.equal('old');
    });
  }

  it('of a delivery holds an environment that comes later, too', async () => {
    await suspend(parts(), delivery, { reason: 'audit' }, 'ann');
    await world.push({
      ...NEW,
      'pilotage.yaml': `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
spec:
  environments:
    - {name: dev, branch: main}
    - {name: late, branch: main}
`,
    });
    expect((await world.environment('late')).status?.phase).to.equal('Suspended');
  });

  it('that is wider outlasts the word for one environment', async () => {
    await suspend(parts(), everything, { reason: 'incident' }, 'ann');
    await suspend(parts(), await own(), { reason: 'audit' }, 'bob');
    await resume(parts(), await own());
    await world.push(NEW);
    expect([await live(), await phase()]).to.deep.equal(['old', 'Suspended']);
    expect(await refusal(resume(parts(), await own()))).to.equal('NotSuspended');
  });

  it('outlasts the daemon', async () => {
    await suspend(parts(), everything, { reason: 'incident' }, 'ann');
    await world.stop();
    world = await createHarness({ home: world.home, git: world.git });
    await world.push(NEW);
    expect([await live(), await phase()]).to.deep.equal(['old', 'Suspended']);
  });

  it('has a reason, and an end that is to come', async () => {
    expect(await refusal(suspend(parts(), everything, { reason: ' ' }, 'ann'))).to.equal('ReasonMissing');
    for (const until of ['tomorrow', '2020-01-01T00:00:00Z'])
      expect(await refusal(suspend(parts(), everything, { reason: 'a', until }, 'ann'))).to.equal(
        'BadRequest',
      );
    expect(await refusal(resume(parts(), everything))).to.equal('NotSuspended');
    expect(await refusal(resume(parts(), delivery))).to.equal('NotSuspended');
  });

  it('given again replaces the one before, with its end', async () => {
    await suspend(parts(), delivery, { reason: 'night', until: '2h' }, 'ann');
    await suspend(parts(), delivery, { reason: 'audit' }, 'bob');
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    expect((await world.home.client.get(DELIVERIES, key)).spec.suspend).to.have.all.keys(
      'reason',
      'by',
      'since',
    );
  });

  it('is told to whoever waits', async () => {
    const word = { scope: 'everything', hold: { reason: 'incident', by: 'ann', since: '' } } as const;
    const report = environmentReport(await world.environment(), () => word);
    expect(report.stopped).to.include({ state: 'suspended' });
    expect(reasonsOf(await world.environment(), [], () => word).reasons).to.deep.include({
      reason: 'Suspended',
      message: 'suspended, as everything here is, by ann: incident',
      remedy: 'to go on: pilotage resume --all',
    });
  });
});
