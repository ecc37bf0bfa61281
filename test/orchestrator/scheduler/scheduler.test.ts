import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import type { Strategy } from '../../../src/kube/kinds/podspec/schedulers.ts';
import { EVENTS, NODES, PODS, PRIORITY_CLASSES } from '../../../src/kube/kinds/resources.data.ts';
import { worker } from '../../../src/orchestrator/api/auth/workers.ts';
import { inProcessClient } from '../../../src/orchestrator/api/inprocess.ts';
import { createScheduler, type Scheduler } from '../../../src/orchestrator/scheduler/scheduler.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { until } from '../../fakes/until.ts';
import { startTestApi, type TestApi } from '../api/harness.ts';
import { pod as podNamed } from '../api/notation.ts';

/** Longer than what was refused a few times backs off. */
const BACKOFF_MS = 2_000;

describe('the scheduler at work', () => {
  let plane: TestApi<FakeClock>;
  let client: KubeClient;
  let scheduler: Scheduler;
  let lifetime: AbortController;

  beforeEach(async () => {
    plane = await startTestApi({ clock: new FakeClock() });
    client = plane.client();
    for (const [name, value, preemptionPolicy] of [
      ['high', 1000, 'PreemptLowerPriority'],
      ['higher', 2000, 'PreemptLowerPriority'],
      ['polite', 1000, 'Never'],
    ] as const)
      await client.create(PRIORITY_CLASSES, {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name },
        value,
        preemptionPolicy,
      });
  });
  afterEach(async () => {
    await scheduler.stop();
    lifetime.abort();
    await plane.dispose();
  });

  /** With the rights that it has in a cluster. */
  function start(strategy?: Strategy, wrap = (client: KubeClient) => client): void {
    lifetime = new AbortController();
    const own = wrap(inProcessClient(plane.api, worker('system:kube-scheduler')));
    const common = { client: own, clock: plane.clock, logger: silentLogger };
    scheduler = createScheduler({ ...common, ...(strategy ? { strategy } : {}) });
    scheduler.start(lifetime.signal);
  }

  async function node(name: string, allocatable: Record<string, string> = {}): Promise<void> {
    const made = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    };
    await client.create(NODES, {
      ...made,
      status: { allocatable: { cpu: '8', memory: '8Gi', pods: '10', ...allocatable } },
    });
    // A new node is not ready until it says so.
    await client.patch(NODES, { name }, { type: 'merge', body: { spec: { taints: null } } });
  }

  const pod = (name: string, cpu: string, spec: Partial<Pod['spec']> = {}): Promise<Pod> =>
    client.create(
      PODS,
      podNamed(name, {
        containers: [{ name: 'main', image: 'host', resources: { requests: { cpu } } }],
        ...spec,
      }),
    );
  const get = (name: string) => client.get(PODS, { namespace: 'default', name });
  const isOn = (name: string, on: string) => async () => (await get(name)).spec.nodeName === on;
  const scheduled = async (name: string) =>
    (await get(name)).status?.conditions?.find(({ type }) => type === 'PodScheduled');
  const waits = (name: string) => async () => (await scheduled(name))?.reason === 'Unschedulable';
  const end = (name: string) =>
    client.delete(PODS, { namespace: 'default', name }, { gracePeriodSeconds: 0 });
  const events = async (reason: string) => {
    const { items } = await client.list(EVENTS, { namespace: 'default' });
    return items.filter((event) => event.reason === reason);
  };

  it('gives what becomes free to the pod of the highest priority that waits', async () => {
    start();
    await node('only', { pods: '1' });
    await pod('first', '1');
    await until(isOn('first', 'only'));
    await pod('low', '1');
    await until(waits('low'));
    await pod('high', '1', { priorityClassName: 'polite' });
    await until(waits('high'));
    expect((await scheduled('high'))?.message).to.equal(
      '0/1 nodes are available: 1 Too many pods. preemption: not eligible due to preemptionPolicy=Never.',
    );
    await plane.clock.advance(BACKOFF_MS);
    await end('first');
    await until(isOn('high', 'only'));
    expect((await get('low')).spec.nodeName).to.equal(undefined);
  });

  it('has a pod make way for one of a higher priority, says why at both, and promises the node', async () => {
    start();
    await node('only');
    await pod('low', '8');
    await until(isOn('low', 'only'));
    await pod('high', '8', { priorityClassName: 'high' });
    await until(async () => (await get('low')).metadata.deletionTimestamp !== undefined);
    const { status } = await get('low');
    const disrupted = status?.conditions?.find(({ type }) => type === 'DisruptionTarget');
    expect(disrupted).to.include({ status: 'True', reason: 'PreemptionByScheduler' });
    expect(disrupted?.message).to.equal('default-scheduler: preempting to accommodate a higher priority pod');
    const high = await get('high');
    expect(high.status?.nominatedNodeName).to.equal('only');
    expect((await scheduled('high'))?.message).to.equal('0/1 nodes are available: 1 Insufficient cpu.');
    await until(async () => (await events('Preempted')).length === 1);
    const [event] = await events('Preempted');
    expect(event?.message).to.equal(`Preempted by pod ${high.metadata.uid} on node only`);
    // Nobody else gets the place meanwhile.
    await pod('other', '8');
    await until(waits('other'));
    await plane.clock.advance(BACKOFF_MS);
    await end('low');
    await until(isOn('high', 'only'));
    expect((await get('high')).status?.nominatedNodeName).to.equal(undefined);
    expect((await get('other')).spec.nodeName).to.equal(undefined);
  });

  it('takes back what it has promised where somebody more important needs it', async () => {
    start();
    await node('only');
    await pod('low', '8');
    await until(isOn('low', 'only'));
    await pod('high', '8', { priorityClassName: 'high' });
    await until(async () => (await get('high')).status?.nominatedNodeName === 'only');
    await pod('higher', '8', { priorityClassName: 'higher' });
    await until(async () => (await get('higher')).status?.nominatedNodeName === 'only');
    await until(async () => (await get('high')).status?.nominatedNodeName === undefined);
    await plane.clock.advance(BACKOFF_MS);
    await end('low');
    await until(isOn('higher', 'only'));
    expect((await get('high')).spec.nodeName).to.equal(undefined);
  });

  it('asks a pod to make way again where that could not be written, and waits for nobody who was not asked', async () => {
    let failures = 0;
    let isFailing = true;
    start('spread', (inner) => ({
      ...inner,
      async patch(resource, key, patch, options) {
        if (!isFailing || key.name !== 'low') return inner.patch(resource, key, patch, options);
        failures++;
        throw new Error('the disk is full');
      },
    }));
    await node('only');
    await pod('low', '7');
    await pod('small', '1');
    await until(isOn('low', 'only'));
    await until(isOn('small', 'only'));
    await pod('high', '7', { priorityClassName: 'high' });
    await until(() => failures > 0);
    await end('small');
    await plane.clock.advance(BACKOFF_MS);
    isFailing = false;
    await plane.clock.advance(BACKOFF_MS);
    await until(async () => (await get('low')).metadata.deletionTimestamp !== undefined);
  });

  it('says at a pod and in an event why it waits, and looks again when a node comes that would do', async () => {
    start();
    await node('small', { cpu: '1' });
    await pod('p', '2');
    await until(waits('p'));
    const message =
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.';
    expect((await scheduled('p'))?.message).to.equal(message);
    await until(async () => (await events('FailedScheduling')).length === 1);
    expect((await events('FailedScheduling'))[0]?.message).to.equal(message);
    await plane.clock.advance(BACKOFF_MS);
    await node('large');
    await plane.clock.advance(BACKOFF_MS);
    await until(isOn('p', 'large'));
    await until(async () => (await events('Scheduled')).length === 1);
    expect((await events('Scheduled'))[0]?.message).to.equal('Successfully assigned default/p to large');
  });

  it('lets no pod that fits nowhere keep others from their nodes', async () => {
    start();
    await node('only');
    for (let i = 0; i < 20; i++) await pod(`hopeless${i}`, '100', { priorityClassName: 'high' });
    await pod('modest', '1');
    await until(isOn('modest', 'only'));
  });

  it('packs or spreads as the cluster is set, or as the pod asks by its schedulerName', async () => {
    start('binpack');
    await node('a');
    await node('b');
    await pod('first', '1');
    await until(isOn('first', 'a'));
    await pod('second', '1');
    await until(isOn('second', 'a'));
    await pod('apart', '1', { schedulerName: 'pilotage-spread' });
    await until(isOn('apart', 'b'));
    const scheduledEvents = async () =>
      (await events('Scheduled')).map(
        ({ source, involvedObject }) => `${involvedObject.name} ${source?.component}`,
      );
    await until(async () => (await scheduledEvents()).length === 3);
    expect(await scheduledEvents()).to.include.members(['first default-scheduler', 'apart pilotage-spread']);
  });

  it('leaves pods alone that wait for another scheduler or at a gate, until the last gate is open', async () => {
    start();
    await node('only');
    await pod('foreign', '1', { schedulerName: 'my-scheduler' });
    await pod('gated', '1', { schedulingGates: [{ name: 'example.com/quota' }] });
    await pod('p', '1');
    await until(isOn('p', 'only'));
    expect(await scheduled('gated')).to.include({ status: 'False', reason: 'SchedulingGated' });
    expect((await get('foreign')).spec.nodeName).to.equal(undefined);
    const body = { spec: { schedulingGates: null } };
    await client.patch(PODS, { namespace: 'default', name: 'gated' }, { type: 'merge', body });
    await until(isOn('gated', 'only'));
    expect((await scheduled('gated'))?.status).to.equal('True');
  });
});
