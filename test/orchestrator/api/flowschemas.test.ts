import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { FLOW_SCHEMAS, PRIORITY_LEVEL_CONFIGURATIONS } from '../../../src/kube/kinds/resources.data.ts';
import { worker } from '../../../src/orchestrator/api/auth/workers.ts';
import { createFlowSchemaStatus } from '../../../src/orchestrator/api/flowschemas.ts';
import { inProcessClient } from '../../../src/orchestrator/api/inprocess.ts';
import { until } from '../../fakes/until.ts';
import { startTestApi } from './harness.ts';

describe('a FlowSchema', () => {
  const stops: (() => Promise<void>)[] = [];
  let client: KubeClient;
  beforeEach(async () => {
    const plane = await startTestApi({ clock: systemClock });
    client = plane.client();
    const apiserver = inProcessClient(plane.api, worker('system:apiserver'));
    const controller = createFlowSchemaStatus({
      client: apiserver,
      clock: systemClock,
      logger: silentLogger,
    });
    const lifetime = new AbortController();
    controller.start(lifetime.signal);
    stops.push(async () => {
      await controller.stop();
      lifetime.abort();
      await plane.dispose();
    });
  });
  afterEach(() => stops.pop()?.());

  const level = () =>
    client.create(PRIORITY_LEVEL_CONFIGURATIONS, {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'PriorityLevelConfiguration',
      metadata: { name: 'mine' },
      spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } },
    });
  const schema = () =>
    client.create(FLOW_SCHEMAS, {
      apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
      kind: 'FlowSchema',
      metadata: { name: 'mine' },
      spec: { priorityLevelConfiguration: { name: 'mine' } },
    });
  const dangling = async () =>
    (await client.get(FLOW_SCHEMAS, { name: 'mine' })).status?.conditions?.find(
      ({ type }) => type === 'Dangling',
    );
  const becomes = (status: string) => until(async () => (await dangling())?.status === status);

  it('says whether the priority level that it names is there, as that comes and goes', async () => {
    await schema();
    await becomes('True');
    expect(await dangling()).to.deep.include({
      reason: 'NotFound',
      message:
        'This FlowSchema references the PriorityLevelConfiguration object named "mine" but there is no such object',
    });
    await level();
    await becomes('False');
    expect(await dangling()).to.deep.include({
      reason: 'Found',
      message: 'This FlowSchema references the PriorityLevelConfiguration object named "mine" and it exists',
    });
    await client.delete(PRIORITY_LEVEL_CONFIGURATIONS, { name: 'mine' });
    await becomes('True');
  });
});
