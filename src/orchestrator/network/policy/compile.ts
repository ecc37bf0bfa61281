import type {
  Container,
  Namespace,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  Pod,
} from '../../../kube/kinds/objects.data.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
import { type Labels, selectorMatches } from '../../../kube/values/selectors.ts';
import { isLoopback } from '../relay/ranges.ts';

/** A range of addresses without some of its parts, each as `10.0.0.0/8`. */
export interface Block {
  readonly cidr: string;
  readonly except: readonly string[];
  /** The uid of the pod that is meant: on another machine, its address may be that of another one. */
  readonly pod?: string;
  /** That pod is on another node: here its address is somebody else's or nobody's, and all that it connects to, agents connect it to. */
  readonly isElsewhere?: true;
}

/** What may pass. */
export interface Allow {
  /** Absent: any. */
  readonly protocol?: string;
  /** The first and the last one, of the end that is connected to; absent: any. */
  readonly ports?: readonly [number, number];
  /** The other end, absent: any. */
  readonly peers?: readonly Block[];
}

/** What may come to a pod, and leave it. Absent: everything; otherwise nothing but what one of them lets pass. */
export interface PodRules {
  readonly ingress?: readonly Allow[];
  readonly egress?: readonly Allow[];
}

/** Of those pods alone that a policy isolates. Plain JSON: it is kept on disk. */
export interface PolicySet {
  /** By uid. */
  readonly rules: Readonly<Record<string, PodRules>>;
  /** uids by address, of those pods whose address means them on this node. */
  readonly addresses: Readonly<Record<string, string>>;
}

export const NO_POLICIES: PolicySet = { rules: {}, addresses: {} };

/**
 * What NetworkPolicies come to (networking/v1 types.go): a pod that policies select is isolated for their `policyTypes`, and all their rules
 * together say what may pass. Pods of the network of their node are selected by none and count as the node.
 */
export function compilePolicies(
  policies: readonly NetworkPolicy[],
  pods: readonly Pod[],
  namespaces: readonly Namespace[],
  /** The node for which this is. */
  nodeName: string,
): PolicySet {
  const world = worldOf(pods, namespaces, nodeName);
  const found = new Map<string, { ingress?: Allow[]; egress?: Allow[] }>();
  for (const policy of policies) {
    const { spec = {}, metadata } = policy;
    const types = spec.policyTypes ?? ['Ingress'];
    for (const pod of selectedBy(policy, world.pods)) {
      const rules = found.get(pod.uid) ?? {};
      found.set(pod.uid, rules);
      const home = metadata.namespace ?? '';
      if (types.includes('Ingress')) {
        rules.ingress ??= [];
        for (const { from, ports } of spec.ingress ?? [])
          rules.ingress.push(...ingressAllows(pod, peersOf(from, home, world), ports));
      }
      if (types.includes('Egress')) {
        rules.egress ??= [];
        for (const { to, ports } of spec.egress ?? [])
          rules.egress.push(...egressAllows(peersOf(to, home, world), ports, world));
      }
    }
  }
  // Loopback ranges of nodes differ; networks of containers may not.
  const addresses = world.pods.flatMap(({ uid, address, isElsewhere }): [string, string][] =>
    address && (!isElsewhere || isLoopback(address)) ? [[address, uid]] : [],
  );
  return { rules: Object.fromEntries(found), addresses: Object.fromEntries(addresses) };
}

/** Those of them that a policy selects. */
export const podsSelectedBy = ({ spec, metadata }: NetworkPolicy, pods: readonly Pod[]): readonly Pod[] =>
  pods.filter(
    (pod) =>
      isIsolable(pod) &&
      pod.metadata.namespace === metadata.namespace &&
      selectorMatches(spec?.podSelector ?? {}, pod.metadata.labels),
  );

/** Pods of the network of their node count as the node. */
const isIsolable = (pod: Pod): boolean => !pod.spec.hostNetwork && !isFinished(pod);

interface KnownPod {
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Labels;
  /** It may have none yet. */
  readonly address: string | undefined;
  readonly isElsewhere: boolean;
  readonly ports: readonly NonNullable<Container['ports']>[number][];
}

interface World {
  readonly pods: readonly KnownPod[];
  readonly namespaces: ReadonlyMap<string, Labels>;
}

function worldOf(pods: readonly Pod[], namespaces: readonly Namespace[], nodeName: string): World {
  return {
    pods: pods.filter(isIsolable).map(({ metadata, spec, status }) => ({
      uid: metadata.uid ?? '',
      namespace: metadata.namespace ?? '',
      labels: metadata.labels,
      address: status?.podIP,
      isElsewhere: spec.nodeName !== nodeName,
      ports: [...spec.containers, ...(spec.initContainers ?? [])].flatMap(({ ports = [] }) => ports),
    })),
    namespaces: new Map(namespaces.map(({ metadata }) => [metadata.name ?? '', metadata.labels])),
  };
}

/** A selector that is left out is an empty one here. */
const selectedBy = ({ spec, metadata }: NetworkPolicy, pods: readonly KnownPod[]): readonly KnownPod[] =>
  pods.filter(
    ({ namespace, labels }) =>
      namespace === metadata.namespace && selectorMatches(spec?.podSelector ?? {}, labels),
  );

/** The other ends of a rule. `pods` names those among them that are pods. */
interface Peers {
  readonly pods: readonly KnownPod[];
  /** undefined: everybody. */
  readonly blocks: readonly Block[] | undefined;
}

function peersOf(peers: readonly NetworkPolicyPeer[] | undefined, home: string, world: World): Peers {
  // An empty list is as good as none.
  if (!peers || peers.length === 0) return { pods: world.pods, blocks: undefined };
  const pods = peers.flatMap((peer) => (peer.ipBlock ? [] : podsOf(peer, home, world)));
  const blocks = peers.flatMap(({ ipBlock }): readonly Block[] =>
    ipBlock ? [{ cidr: ipBlock.cidr, except: ipBlock.except ?? [] }] : [],
  );
  return { pods, blocks: [...blocksOf(pods), ...blocks] };
}

function podsOf(
  { podSelector, namespaceSelector }: NetworkPolicyPeer,
  home: string,
  { pods, namespaces }: World,
): readonly KnownPod[] {
  const isThere = (namespace: string) =>
    namespaceSelector
      ? namespaces.has(namespace) && selectorMatches(namespaceSelector, namespaces.get(namespace))
      : namespace === home;
  return pods.filter(
    ({ namespace, labels }) => isThere(namespace) && selectorMatches(podSelector ?? {}, labels),
  );
}

const blocksOf = (pods: readonly KnownPod[]): readonly Block[] =>
  pods.flatMap(({ uid, address, isElsewhere }): readonly Block[] => {
    if (!address) return [];
    const cidr = `${address}/${address.includes(':') ? 128 : 32}`;
    return [{ cidr, except: [], pod: uid, ...(isElsewhere ? { isElsewhere } : {}) }];
  });

function ingressAllows(
  pod: KnownPod,
  { blocks }: Peers,
  ports: readonly NetworkPolicyPort[] | undefined,
): readonly Allow[] {
  const from = blocks ? { peers: blocks } : {};
  if (!ports || ports.length === 0) return [from];
  return ports.flatMap((port) => numbersOf(port, pod).map((one) => ({ ...one, ...from })));
}

/** A named port is another number for each pod that it leads to. */
function egressAllows(
  { pods, blocks }: Peers,
  ports: readonly NetworkPolicyPort[] | undefined,
  world: World,
): readonly Allow[] {
  const to = blocks ? { peers: blocks } : {};
  if (!ports || ports.length === 0) return [to];
  return ports.flatMap((port): readonly Allow[] => {
    if (typeof port.port !== 'string') return numbersOf(port).map((one) => ({ ...one, ...to }));
    const there = blocks ? pods : world.pods;
    return there.flatMap((pod) => numbersOf(port, pod).map((one) => ({ ...one, peers: blocksOf([pod]) })));
  });
}

/** None for a name that no container of the pod gives a port. */
function numbersOf(
  { protocol = 'TCP', port, endPort }: NetworkPolicyPort,
  pod?: KnownPod,
): readonly Pick<Allow, 'protocol' | 'ports'>[] {
  if (port === undefined) return [{ protocol }];
  if (typeof port === 'number') return [{ protocol, ports: [port, endPort ?? port] }];
  return (pod?.ports ?? [])
    .filter((one) => one.name === port && (one.protocol ?? 'TCP') === protocol)
    .map(({ containerPort }) => ({ protocol, ports: [containerPort, containerPort] }));
}
