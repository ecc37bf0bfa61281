import type { Labels } from '../../kube/values/selectors.ts';
import type { NodeInfo } from './nodeinfo.ts';
import type { PodInfo } from './podinfo.ts';
import type { PodVolumes } from './volumes.ts';

/** All that a decision about a pod reads. */
export interface View {
  readonly nodes: readonly NodeInfo[];
  node(name: string): NodeInfo | undefined;
  /** Pods on nodes, those that are alike as one. */
  alikeIn(namespace: string): Iterable<Alike>;
  alike(): Iterable<Alike>;
  /** Those of them that want to be near others or apart. */
  alikeWithTerms(): Iterable<Alike>;
  /** How many pods of a controller, those that leave not counted, are on each node that has some, by its name. */
  ownedBy(controller: string): ReadonlyMap<string, number>;
  /** Pods that are promised a node where others make way for them. */
  nominatedTo(node: string): readonly PodInfo[];
  nominationOf(uid: string): string | undefined;
  labelsOfNamespace(name: string): Labels;
  volumesOf(pod: PodInfo): PodVolumes;
}

export interface Alike {
  /** Any one of them. */
  readonly pod: PodInfo;
  /** How many there are on each node that has some, by its name. */
  readonly on: ReadonlyMap<string, number>;
}
