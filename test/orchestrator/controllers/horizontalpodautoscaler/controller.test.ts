import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../../../src/base/log.ts';
import { createEventRecorder } from '../../../../src/kube/client/events.ts';
import { serviceAccountUser } from '../../../../src/kube/client/serviceaccount.ts';
import {
  DEPLOYMENTS,
  NAMESPACES,
  V2_HORIZONTAL_POD_AUTOSCALERS,
} from '../../../../src/kube/kinds/resources.data.ts';
import { createInformers, MANAGER } from '../../../../src/orchestrator/controllers/context.ts';
import { createHorizontalPodAutoscaler } from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/controller.ts';
import {
  type ControlPlane,
  createControlPlane,
  type WorkerFactory,
} from '../../../../src/orchestrator/controlplane.ts';
import { FakeClock } from '../../../fakes/clock.ts';
import { eventually } from '../cluster.ts';
import { deployment } from '../shop.ts';

/** A server of metrics elsewhere, which says how many jobs wait. */
const jobs = { waiting: 20, asked: 0 };

const autoscalerAlone: WorkerFactory = ({ client, clock, logger, authority }) =>
  createHorizontalPodAutoscaler({
    client: client.as(serviceAccountUser('kube-system', 'horizontal-pod-autoscaler')),
    reader: client,
    authority,
    clock,
    logger,
    informers: createInformers(client, clock, logger),
    record: createEventRecorder({ client, clock, logger, component: MANAGER }).record,
    elsewhere: {
      client,
      isReachable: () => false,
      emptyNamespace: () => Promise.reject(new Error('not asked')),
      async read(group, path) {
        jobs.asked += 1;
        return { items: [{ value: String(jobs.waiting), group, path }] };
      },
    },
  });

describe('the autoscaler by the clock', () => {
  const key = { namespace: 'shop', name: 'web' };
  let clock: FakeClock;
  let plane: ControlPlane;
  let dataDir: string;
  before(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'pilotage-autoscaler-'));
    clock = new FakeClock();
    plane = await createControlPlane({
      dataDir,
      clock,
      logger: silentLogger,
      serviceCidr: '127.200.0.0/16',
      workers: [['system:kube-controller-manager', autoscalerAlone]],
    });
    await plane.start();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
    await plane.client().create(NAMESPACES, namespace);
  });
  after(async () => {
    await plane.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  const replicas = async () => (await plane.client().get(DEPLOYMENTS, key)).spec.replicas;
  const status = async () => (await plane.client().get(V2_HORIZONTAL_POD_AUTOSCALERS, key)).status;
  /** Lets the pods be as many as there shall be, then time pass. */
  const after15Seconds = async () => {
    const body = { status: { replicas: (await replicas()) ?? 0 } };
    await plane.client().patch(DEPLOYMENTS, key, { type: 'merge', body }, { subresource: 'status' });
    const { asked } = jobs;
    await clock.advance(15_000);
    const isAsked = async () => {
      // A look that began before may have ended just now: what it left to do is due.
      await clock.advance(0);
      return jobs.asked > asked;
    };
    await eventually(isAsked, (is) => is);
  };

  it('looks every fifteen seconds, grows at its pace, and shrinks when less has lasted for five minutes', async () => {
    const client = plane.client();
    await client.create(DEPLOYMENTS, { ...deployment('web', 'v1', 2), metadata: key });
    await client.create(V2_HORIZONTAL_POD_AUTOSCALERS, {
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: key,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
        maxReplicas: 10,
        metrics: [
          {
            type: 'External',
            external: { metric: { name: 'jobs' }, target: { type: 'AverageValue', averageValue: '10' } },
          },
        ],
      },
    });
    await eventually(status, (found) => found?.currentReplicas === 2);
    jobs.waiting = 100;
    const { asked } = jobs;
    await clock.advance(14_000);
    expect(jobs.asked).to.equal(asked);
    const sizes: (number | undefined)[] = [];
    for (const size of [4, 8, 10]) {
      await after15Seconds();
      sizes.push(await eventually(replicas, (now) => now === size));
    }
    expect(sizes).to.deep.equal([4, 8, 10]);
    jobs.waiting = 10;
    for (let seconds = 0; seconds < 300; seconds += 15) await after15Seconds();
    const held = await eventually(status, (found) =>
      (found?.conditions ?? []).some(({ reason }) => reason === 'ScaleDownStabilized'),
    );
    expect([await replicas(), held?.desiredReplicas]).to.deep.equal([10, 10]);
    await after15Seconds();
    await eventually(replicas, (now) => now === 1);
    expect((await eventually(status, (found) => found?.desiredReplicas === 1))?.lastScaleTime).to.not.equal(
      undefined,
    );
  });
});
