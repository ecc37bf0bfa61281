import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, rfc3339, rfc3339Micro, systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { createInformer } from '../../../src/kube/client/informer.ts';
import type { Pod } from '../../../src/kube/kinds/objects.data.ts';
import { LEASES, NAMESPACES, NODES, PODS } from '../../../src/kube/kinds/resources.data.ts';
import { isConflict, isNotFound } from '../../../src/kube/values/status.ts';
import { createControlPlane } from '../../../src/orchestrator/controlplane.ts';

export interface TestCluster {
  readonly client: KubeClient;
  /** Pods that this says false of never become ready. */
  isHealthy: (pod: Pod) => boolean;
  /** How a pod that runs ends; undefined: it runs on. */
  endOf: (pod: Pod) => 'Succeeded' | 'Failed' | undefined;
  /** Asks anew of the pods that run how they end. */
  look(): void;
  addNode(name: string, allocatable?: Readonly<Record<string, string>>): Promise<void>;
  createNamespace(name: string): Promise<void>;
  stop(): Promise<void>;
}

/** The built-in control plane on a temporary directory, and nodes that run nothing: their pods are ready at once. */
export async function startCluster(clock: Clock = systemClock): Promise<TestCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pilotage-controllers-'));
  const plane = await createControlPlane({
    dataDir,
    clock,
    logger: silentLogger,
    serviceCidr: '127.200.0.0/16',
  });
  const client = plane.client();
  const stop = new AbortController();
  const cluster: TestCluster = {
    client,
    isHealthy: () => true,
    endOf: () => undefined,
    look: () => pods.list().forEach(live),
    addNode: (name, allocatable = { cpu: '8', memory: '8Gi', pods: '110' }) =>
      addNode(client, name, allocatable),
    async createNamespace(name) {
      await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    },
    async stop() {
      stop.abort();
      await plane.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
  await plane.start();
  const pods = createInformer({ client, resource: PODS, clock: systemClock, logger: silentLogger });
  let addresses = 0;
  const live = (pod: Pod) => {
    const work = pod.metadata.deletionTimestamp
      ? end(client, pod)
      : (finish(client, pod, cluster.endOf(pod)) ?? run(client, pod, cluster, () => ++addresses));
    work.catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error) && !stop.signal.aborted) throw error;
    });
  };
  pods.listen({ add: live, update: live });
  pods.start(stop.signal);
  return cluster;
}

async function addNode(
  client: KubeClient,
  name: string,
  allocatable: Readonly<Record<string, string>>,
): Promise<void> {
  const node = await client.create(NODES, {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      labels: { 'kubernetes.io/hostname': name },
      annotations: { 'pilotage.dev/local-path-root': `/volumes/${name}` },
    },
  });
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady' }];
  await client.create(
    LEASES,
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace: 'kube-node-lease' },
      spec: { holderIdentity: name, renewTime: rfc3339Micro(systemClock.now()) },
    },
    { namespace: 'kube-node-lease' },
  );
  await client.patch(
    NODES,
    { name: node.metadata.name ?? '' },
    { type: 'merge', body: { status: { conditions, allocatable, capacity: allocatable } } },
    { subresource: 'status' },
  );
}

async function run(
  client: KubeClient,
  pod: Pod,
  cluster: TestCluster,
  nextAddress: () => number,
): Promise<void> {
  if (!pod.spec.nodeName || (pod.status?.phase ?? 'Pending') !== 'Pending') return;
  const status = cluster.isHealthy(pod) ? 'True' : 'False';
  const lastTransitionTime = rfc3339(systemClock.now());
  const conditions = ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map((type) => ({
    type,
    status: type.endsWith('Ready') ? status : 'True',
    lastTransitionTime,
  }));
  const { namespace = '', name = '' } = pod.metadata;
  const podIP = `127.201.0.${nextAddress()}`;
  await client.patch(
    PODS,
    { namespace, name },
    { type: 'merge', body: { status: { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions } } },
    { subresource: 'status' },
  );
}

/** Undefined where the pod goes on. */
function finish(
  client: KubeClient,
  { metadata, status }: Pod,
  phase: 'Succeeded' | 'Failed' | undefined,
): Promise<unknown> | undefined {
  if (phase === undefined || status?.phase !== 'Running') return undefined;
  const { namespace = '', name = '' } = metadata;
  const terminated = { exitCode: Number(phase === 'Failed'), finishedAt: rfc3339(systemClock.now()) };
  const containerStatuses = [
    { name: 'main', ready: false, restartCount: 0, image: '', imageID: '', state: { terminated } },
  ];
  const body = { status: { phase, conditions: [], containerStatuses } };
  return client.patch(PODS, { namespace, name }, { type: 'merge', body }, { subresource: 'status' });
}

async function end(client: KubeClient, pod: Pod): Promise<void> {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  await client.delete(PODS, { namespace, name }, { gracePeriodSeconds: 0, preconditions: { uid } });
}

/** Asks again and again until the answer is one; fails with the last answer after `timeoutMs`. */
export async function eventually<T>(
  ask: () => Promise<T>,
  isRight: (answer: T) => boolean,
  timeoutMs = 5_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (isRight(answer)) return answer;
    if (performance.now() > deadline)
      throw new Error(`never right, last: ${JSON.stringify(answer, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
