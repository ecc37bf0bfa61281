import type { Node } from '../../kube/kinds/objects.data.ts';
import { addPod, type KeptNodeInfo, type NodeInfo, nodeInfo, onNode, removePod } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { Alike, View } from './view.ts';

/**
 * Nodes and the pods on them, kept so that a decision reads sums and never walks over all pods: resources by node, and pods that are
 * alike, as replicas are, counted by node.
 */
export interface Cluster extends View {
  setNode(node: Node): void;
  removeNode(name: string): void;
  /** Puts a pod on a node, whether that is known yet or not; where it was elsewhere, or was otherwise, it is no more. */
  place(pod: PodInfo, node: string): void;
  /** What was on a node. */
  remove(uid: string): PodInfo | undefined;
  nodeOf(uid: string): string | undefined;
  /** Promises a pod a node, where others make way for it. */
  nominate(pod: PodInfo, node: string): void;
  unnominate(uid: string): void;
}

interface Tally extends Alike {
  readonly on: Map<string, number>;
}

export function createCluster(known: Pick<View, 'labelsOfNamespace' | 'volumesOf'>): Cluster {
  const infos = new Map<string, KeptNodeInfo>();
  const placed = new Map<string, { readonly pod: PodInfo; readonly node: string }>();
  /** Pods of nodes that are not there. */
  const astray = new Map<string, Map<string, PodInfo>>();
  const byNamespace = new Map<string, Map<string, Tally>>();
  const withTerms = new Map<string, Tally>();
  const byOwner = new Map<string, Map<string, number>>();
  const nominations = new Map<string, string>();
  /** The pods that each node is promised to, by uid. */
  const promised = new Map<string, Map<string, PodInfo>>();
  let nodes: readonly NodeInfo[] | undefined;

  function count(pod: PodInfo, node: string, by: 1 | -1): void {
    const tallies = at(byNamespace, pod.namespace, () => new Map<string, Tally>());
    const tally = at(tallies, pod.alike, () => ({ pod, on: new Map<string, number>() }));
    if (pod.terms.areSome) withTerms.set(pod.alike, tally);
    add(tally.on, node, by);
    if (tally.on.size === 0) {
      withTerms.delete(pod.alike);
      tallies.delete(pod.alike);
      if (tallies.size === 0) byNamespace.delete(pod.namespace);
    }
    if (pod.owner === undefined || pod.isLeaving) return;
    const owned = at(byOwner, pod.owner, () => new Map<string, number>());
    add(owned, node, by);
    if (owned.size === 0) byOwner.delete(pod.owner);
  }

  function remove(uid: string): PodInfo | undefined {
    const held = placed.get(uid);
    if (!held) return undefined;
    placed.delete(uid);
    const info = infos.get(held.node);
    if (info) removePod(info, uid);
    else forget(astray, held.node, uid);
    count(held.pod, held.node, -1);
    return held.pod;
  }

  function unnominate(uid: string): void {
    const node = nominations.get(uid);
    if (node === undefined) return;
    nominations.delete(uid);
    forget(promised, node, uid);
  }

  return {
    ...known,
    get nodes() {
      nodes ??= [...infos.values()];
      return nodes;
    },
    node: (name) => infos.get(name),
    setNode(node) {
      const name = node.metadata.name ?? '';
      const info = infos.get(name);
      infos.set(name, info ? onNode(info, node) : nodeInfo(node, astray.get(name)?.values()));
      nodes = undefined;
      astray.delete(name);
    },
    removeNode(name) {
      const pods = infos.get(name)?.pods;
      if (pods && pods.size > 0) astray.set(name, new Map(pods));
      infos.delete(name);
      nodes = undefined;
    },
    place(pod, node) {
      remove(pod.uid);
      placed.set(pod.uid, { pod, node });
      const info = infos.get(node);
      if (info) addPod(info, pod);
      else at(astray, node, () => new Map<string, PodInfo>()).set(pod.uid, pod);
      count(pod, node, 1);
    },
    remove,
    nodeOf: (uid) => placed.get(uid)?.node,
    nominate(pod, node) {
      unnominate(pod.uid);
      nominations.set(pod.uid, node);
      at(promised, node, () => new Map<string, PodInfo>()).set(pod.uid, pod);
    },
    unnominate,
    nominationOf: (uid) => nominations.get(uid),
    nominatedTo: (node) => [...(promised.get(node)?.values() ?? [])],
    alikeIn: (namespace) => byNamespace.get(namespace)?.values() ?? [],
    *alike() {
      for (const tallies of byNamespace.values()) yield* tallies.values();
    },
    alikeWithTerms: () => withTerms.values(),
    ownedBy: (controller) => byOwner.get(controller) ?? new Map(),
  };
}

function at<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

function add(counts: Map<string, number>, key: string, by: number): void {
  const count = (counts.get(key) ?? 0) + by;
  if (count === 0) counts.delete(key);
  else counts.set(key, count);
}

function forget(pods: Map<string, Map<string, PodInfo>>, node: string, uid: string): void {
  const there = pods.get(node);
  there?.delete(uid);
  if (there?.size === 0) pods.delete(node);
}
