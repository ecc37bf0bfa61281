/** How many pods a second get a node where there are many: in process, with the API and the store, without agents. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../src/base/clock.ts';
import { silentLogger } from '../src/base/log.ts';
import type { KubeClient } from '../src/kube/client/client.ts';
import { createInformer } from '../src/kube/client/informer.ts';
import type { Pod } from '../src/kube/kinds/objects.data.ts';
import { NODES, PODS } from '../src/kube/kinds/resources.data.ts';
import { createControlPlane } from '../src/orchestrator/controlplane.ts';
import { createCluster } from '../src/orchestrator/scheduler/cluster.ts';
import { place } from '../src/orchestrator/scheduler/decide.ts';
import { podInfo } from '../src/orchestrator/scheduler/podinfo.ts';
import { PROFILES } from '../src/orchestrator/scheduler/profiles.ts';
import { createScheduler } from '../src/orchestrator/scheduler/scheduler.ts';
import { report } from './support/figures.ts';

const COUNT = { nodes: 100, pods: 10_000, apps: 50 };
const ZONE = 'topology.kubernetes.io/zone';

/** What pods ask for besides resources; the share of each in a cluster differs, so each is measured alone. */
const KINDS: Readonly<Record<string, (app: string) => object>> = {
  plain: () => ({}),
  'spread over zones': (app) => ({
    topologySpreadConstraints: [
      {
        maxSkew: 1,
        topologyKey: ZONE,
        whenUnsatisfiable: 'DoNotSchedule',
        labelSelector: { matchLabels: { app } },
      },
    ],
  }),
  'near others': (app) => ({
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, podAffinityTerm: { topologyKey: ZONE, labelSelector: { matchLabels: { app } } } },
        ],
      },
    },
  }),
};

for (const [kind, spec] of Object.entries(KINDS)) decisions(kind, spec);
await whole();

function decisions(kind: string, spec: (app: string) => object): void {
  const cluster = createCluster({ labelsOfNamespace: () => undefined, volumesOf: () => ({ type: 'none' }) });
  for (const node of nodes()) cluster.setNode(node);
  const infos = pods(spec).map(podInfo);
  let placed = 0;
  const measured = measure();
  for (const pod of infos) {
    const placement = place(pod, cluster, PROFILES.spread);
    if (placement.type !== 'bind') throw new Error(placement.message);
    cluster.place(pod, placement.node);
    placed++;
  }
  const { seconds, cpuSeconds } = measured();
  report(`scheduling decisions, ${kind}`, placed / seconds, '/s', {
    nodes: COUNT.nodes,
    pods: placed,
    cpuSeconds,
  });
}

/** CPU time tells on a busy machine, too, what the work takes. */
function measure(): () => { readonly seconds: number; readonly cpuSeconds: number } {
  const [begin, before] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(before);
    return {
      seconds: (performance.now() - begin) / 1000,
      cpuSeconds: Math.round((user + system) / 10_000) / 100,
    };
  };
}

/** Pods wait in the store; the clock runs from the scheduler's start until the last one is bound. */
async function whole(): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'pilotage-bench-'));
  const common = { clock: systemClock, logger: silentLogger };
  const plane = await createControlPlane({ ...common, dataDir, serviceCidr: '127.250.0.0/16', workers: [] });
  try {
    await plane.start();
    const client = plane.client();
    await fill(client);
    const scheduler = createScheduler({ ...common, client: plane.workerClient('system:kube-scheduler') });
    const lifetime = new AbortController();
    const bound = allBound(client, lifetime.signal);
    const measured = measure();
    scheduler.start(lifetime.signal);
    await bound;
    const { seconds, cpuSeconds } = measured();
    report('pods bound', COUNT.pods / seconds, '/s', { ...COUNT, cpuSeconds, target: '> 1000' });
    await scheduler.stop();
    lifetime.abort();
  } finally {
    await plane.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function fill(client: KubeClient): Promise<void> {
  for (const node of nodes()) {
    await client.create(NODES, node);
    const body = { spec: { taints: null } };
    await client.patch(NODES, { name: node.metadata.name }, { type: 'merge', body });
  }
  const waiting = pods(() => ({}));
  const create = async () => {
    for (let pod = waiting.pop(); pod; pod = waiting.pop()) await client.create(PODS, pod);
  };
  await Promise.all(Array.from({ length: 64 }, create));
}

function allBound(client: KubeClient, signal: AbortSignal): Promise<void> {
  const informer = createInformer<Pod>({ client, resource: PODS, clock: systemClock, logger: silentLogger });
  const names = new Set<string>();
  return new Promise((resolve) => {
    const see = ({ metadata, spec }: Pod) => {
      if (spec.nodeName) names.add(metadata.name ?? '');
      if (names.size === COUNT.pods) resolve();
    };
    informer.listen({ add: see, update: see });
    informer.start(signal);
  });
}

function nodes() {
  return Array.from({ length: COUNT.nodes }, (_, i) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name: `node-${i}`,
      labels: { 'kubernetes.io/hostname': `node-${i}`, [ZONE]: `zone-${i % 3}` },
    },
    status: { allocatable: { cpu: '32', memory: '64Gi', pods: '110' } },
  }));
}

function pods(spec: (app: string) => object): Pod[] {
  return Array.from({ length: COUNT.pods }, (_, i) => {
    const app = `app-${i % COUNT.apps}`;
    const controller = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid: app, controller: true };
    return {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: `pod-${i}`,
        namespace: 'default',
        uid: `pod-${i}`,
        labels: { app },
        ownerReferences: [controller],
      },
      spec: {
        containers: [
          { name: 'main', image: 'host', resources: { requests: { cpu: '100m', memory: '128Mi' } } },
        ],
        ...spec(app),
      },
    };
  });
}
