import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { NODES, PODS, PRIORITY_CLASSES } from '../../../src/kube/kinds/resources.data.ts';
import { createScheduler } from '../../../src/orchestrator/scheduler/scheduler.ts';
import { until } from '../../fakes/until.ts';
import { startTestApi } from '../api/harness.ts';
import { pod } from '../api/notation.ts';

describe('the scheduler', () => {
  it('gives what becomes free to the pod of the highest priority that waits', async () => {
    const plane = await startTestApi({ clock: systemClock });
    const client = plane.client();
    const lifetime = new AbortController();
    const scheduler = createScheduler({ client, clock: systemClock, logger: silentLogger });
    const get = (name: string) => client.get(PODS, { namespace: 'default', name });
    const waits = async (name: string) =>
      (await get(name)).status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false;
    try {
      scheduler.start(lifetime.signal);
      await client.create(NODES, {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: 'only' },
        status: { allocatable: { cpu: '8', memory: '8Gi', pods: '1' } },
      });
      const untainted = { type: 'merge' as const, body: { spec: { taints: null } } };
      await client.patch(NODES, { name: 'only' }, untainted);
      await client.create(PRIORITY_CLASSES, {
        apiVersion: 'scheduling.k8s.io/v1',
        kind: 'PriorityClass',
        metadata: { name: 'high' },
        value: 1000,
      });
      await client.create(PODS, pod('first'));
      await until(async () => (await get('first')).spec.nodeName === 'only');
      await client.create(PODS, pod('low'));
      await until(() => waits('low'));
      await client.create(PODS, pod('high', { priorityClassName: 'high' }));
      await until(() => waits('high'));
      await client.delete(PODS, { namespace: 'default', name: 'first' }, { gracePeriodSeconds: 0 });
      await until(async () => (await get('high')).spec.nodeName === 'only');
      expect((await get('low')).spec.nodeName).to.equal(undefined);
    } finally {
      await scheduler.stop();
      lifetime.abort();
      await plane.dispose();
    }
  });
});
