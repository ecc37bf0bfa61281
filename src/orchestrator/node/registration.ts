import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import { type Clock, rfc3339, rfc3339Micro, sleep } from '../../base/clock.ts';
import { type Confinement, summaryOf } from '../../base/confinement.ts';
import { lackOf, spaceOf } from '../../base/diskspace.ts';
import { problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { readBootId } from '../../base/proc.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { HOSTNAME_LABEL, NETWORK } from '../../kube/kinds/nodes/words.ts';
import type { IntOrString, Lease, Node } from '../../kube/kinds/objects.data.ts';
import { LEASES, NODES } from '../../kube/kinds/resources.data.ts';
import { LOCAL_PATH_ROOT } from '../../kube/kinds/volumes/localpath.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';
import { type Condition, transition } from '../../kube/values/condition.ts';
import { isAlreadyExists, isNotFound } from '../../kube/values/status.ts';
import type { Json } from '../../kube/values/types.ts';

/** Whether a container engine answers on this node; `message` says what would help where none does. */
export type EngineFinding =
  | {
      readonly ok: true;
      readonly engine: { readonly name: string; readonly version: string; readonly socketPath: string };
    }
  | { readonly ok: false; readonly message: string };

export interface RegistrationOptions {
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly podCidr: string;
  /** The machine and its network (`base/proc.ts` networkId). */
  readonly network: string;
  /** The node's InternalIP. */
  readonly hostIP: string;
  /** Its version may come with an engine that is found later. */
  readonly runtime: { readonly version: string };
  readonly findEngine: () => Promise<EngineFinding>;
  /** What keeps containers from Services and names; absent: this node has none for them. */
  readonly containerServices?: { readonly problem: string | undefined };
  /** Why containers are not held to network policies; undefined: they are. */
  readonly policies?: { lack(): Promise<string | undefined> };
  /** Whose disk the node's condition DiskPressure is about. */
  readonly dir: string;
  readonly confinement?: Confinement;
  /** The directory below which this node keeps volumes. */
  readonly localVolumes: string;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** kubelet defaults: nodeStatusUpdateFrequency, nodeLeaseDurationSeconds (renewed at a quarter). */
const HEARTBEAT_MS = 10_000;
const LEASE_SECONDS = 40;
const LEASE_NAMESPACE = 'kube-node-lease';
/** The API may not be there yet: it is tried again soon. */
const RETRY_MS = 500;
const MAX_PODS = 250;

/** What this machine offers. All of it may be allocated: the agent itself is small. */
export function nodeResources(): Readonly<Record<string, string>> {
  return { cpu: String(cpus().length), memory: `${Math.floor(totalmem() / 1024)}Ki`, pods: String(MAX_PODS) };
}

/**
 * What others have said that the node has, `nvidia.com/gpu` say, may be allocated, too, and what they have taken away may not (null)
 * (kubelet `nodestatus/setters.go` MachineInfo).
 */
export function allocatableOf(
  { status }: Node,
  own: Readonly<Record<string, string>>,
): Readonly<Record<string, IntOrString | null>> {
  const { capacity = {}, allocatable = {} } = status ?? {};
  const gone = Object.keys(allocatable).filter((name) => capacity[name] === undefined);
  return { ...Object.fromEntries(gone.map((name) => [name, null])), ...capacity, ...own };
}

/** Makes this machine a Node and keeps it one: status and Lease every ten seconds, until the signal. Never rejects. */
export async function keepRegistered(options: RegistrationOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger } = options;
  let isKnown = false;
  let wasReachable = true;
  while (!signal.aborted) {
    let isReached = false;
    try {
      if (!isKnown) await register(options);
      isKnown = true;
      await Promise.all([writeStatus(options), renewLease(options)]);
      isReached = true;
      if (!wasReachable) logger.info({}, 'the API is back');
    } catch (error) {
      if (isNotFound(error)) isKnown = false;
      const fields = { error: problemOf(error).message };
      if (wasReachable && !signal.aborted)
        logger.warn(fields, 'the API does not hear of this node; its pods go on');
    }
    wasReachable = isReached;
    await sleep(clock, isReached ? HEARTBEAT_MS : RETRY_MS, signal).catch(() => undefined);
  }
}

/** `os.arch()` and `os.platform()` in Go's words, as the well-known labels have them. */
const ARCH: Readonly<Record<string, string>> = { x64: 'amd64', ia32: '386' };
const OS: Readonly<Record<string, string>> = { win32: 'windows' };
const goArch = (): string => ARCH[arch()] ?? arch();
const goOs = (): string => OS[platform()] ?? platform();

async function register({
  client,
  nodeName,
  podCidr,
  network,
  localVolumes,
}: RegistrationOptions): Promise<void> {
  const labels = {
    [HOSTNAME_LABEL]: nodeName,
    'kubernetes.io/os': goOs(),
    'kubernetes.io/arch': goArch(),
  };
  const annotations = { [LOCAL_PATH_ROOT]: localVolumes, [NETWORK]: network };
  const node: Node = {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: nodeName, labels, annotations },
    spec: { podCIDR: podCidr },
  };
  try {
    await client.create(NODES, node);
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    await client.patch(
      NODES,
      { name: nodeName },
      { type: 'merge', body: { metadata: { labels, annotations } } },
    );
  }
}

async function writeStatus({
  client,
  nodeName,
  hostIP,
  runtime,
  findEngine,
  dir,
  clock,
  confinement,
  containerServices,
  policies,
}: RegistrationOptions): Promise<void> {
  const before = await client.get(NODES, { name: nodeName });
  const resources = nodeResources();
  const facts = [
    ...FACTS,
    await diskPressure(dir),
    engineFact(await findEngine()),
    ...(containerServices ? [servicesFact(containerServices.problem)] : []),
    ...(policies ? [policiesFact(await policies.lack())] : []),
    ...(confinement ? [factOf(confinement)] : []),
  ];
  const now = clock.now();
  const conditions = facts.map((fact) => ({
    ...transition(fact, before.status?.conditions, now),
    lastHeartbeatTime: rfc3339(now),
  }));
  const status = {
    capacity: resources,
    allocatable: allocatableOf(before, resources),
    conditions,
    addresses: [
      { type: 'InternalIP', address: hostIP },
      { type: 'Hostname', address: hostname() },
    ],
    nodeInfo: {
      architecture: goArch(),
      operatingSystem: goOs(),
      kernelVersion: release(),
      osImage: `${platform()} ${release()}`,
      containerRuntimeVersion: runtime.version,
      kubeletVersion: SCHEMA_VERSION,
      kubeProxyVersion: '',
      machineID: '',
      systemUUID: '',
      bootID: readBootId(),
    },
  };
  const body = JSON.parse(JSON.stringify({ status })) as Json;
  await client.patch(
    NODES,
    { name: nodeName },
    { type: 'strategic', body },
    { subresource: 'status', fieldManager: 'pilotage-agent' },
  );
}

type Fact = Pick<Condition, 'type' | 'status' | 'reason' | 'message'>;

function engineFact(found: EngineFinding): Fact {
  const type = 'pilotage.dev/ContainerEngine';
  if (!found.ok) return { type, status: 'False', reason: 'NoEngine', message: found.message };
  const { name, version, socketPath } = found.engine;
  return { type, status: 'True', reason: 'EngineFound', message: `${name} ${version} at ${socketPath}` };
}

const servicesFact = (problem: string | undefined): Fact => ({
  type: 'pilotage.dev/ContainerServices',
  ...(problem === undefined
    ? {
        status: 'True',
        reason: 'NothingInTheWay',
        message: 'nothing keeps containers from Services and names',
      }
    : { status: 'False', reason: 'CannotListen', message: problem }),
});

function policiesFact(lack: string | undefined): Fact {
  const type = 'pilotage.dev/NetworkPolicies';
  if (lack !== undefined)
    return { type, status: 'False', reason: 'NoRules', message: `by Services in containers alone: ${lack}` };
  const message =
    'by nftables in the networks of containers; pods of processes share the network of the node';
  return { type, status: 'True', reason: 'Nftables', message };
}

const factOf = (confinement: Confinement): Fact => ({
  type: 'pilotage.dev/Confined',
  status: confinement.type === 'none' ? 'False' : 'True',
  ...summaryOf(confinement),
});

const FACTS: readonly Fact[] = [
  { type: 'MemoryPressure', status: 'False', reason: 'NotMeasured', message: 'processes are not limited' },
  { type: 'PIDPressure', status: 'False', reason: 'NotMeasured', message: 'processes are not limited' },
  { type: 'Ready', status: 'True', reason: 'AgentReady', message: 'the node agent runs' },
];

/** The kubelet's words (`eviction`, signals nodefs and imagefs); nothing is evicted, and builds wait. */
async function diskPressure(dir: string): Promise<Fact> {
  const space = await spaceOf(dir).catch(() => undefined);
  const lack = space && lackOf(dir, space, 'builds');
  return {
    type: 'DiskPressure',
    status: lack ? 'True' : 'False',
    reason: lack ? 'KubeletHasDiskPressure' : 'KubeletHasNoDiskPressure',
    message: lack?.message ?? 'the disk of the data directory has room',
  };
}

async function renewLease({ client, nodeName, clock }: RegistrationOptions): Promise<void> {
  const renewTime = rfc3339Micro(clock.now());
  const key = { namespace: LEASE_NAMESPACE, name: nodeName };
  try {
    await client.patch(LEASES, key, { type: 'merge', body: { spec: { renewTime } } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    await createLease(client, nodeName, renewTime);
  }
}

async function createLease(client: KubeClient, nodeName: string, renewTime: string): Promise<void> {
  const lease: Lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: nodeName, namespace: LEASE_NAMESPACE },
    spec: { holderIdentity: nodeName, leaseDurationSeconds: LEASE_SECONDS, renewTime },
  };
  await client.create(LEASES, lease, { namespace: LEASE_NAMESPACE });
}
