import { createHash } from 'node:crypto';
import type { Pod } from '../../kube/kinds/objects.data.ts';
import { type NodeInfo, requestsOf } from './nodeinfo.ts';

const POLICIES = ['spread', 'binpack', 'random'] as const;
export type Policy = (typeof POLICIES)[number];

/** The higher, the better. */
export type Score = (pod: Pod, info: NodeInfo, seed: string) => number;

/** Siblings weigh more than any share of resources: replicas on one node fail together. */
export const SCORES: Readonly<Record<Policy, Score>> = {
  spread: (pod, info) => -siblings(pod, info) - utilisation(pod, info),
  binpack: (pod, info) => utilisation(pod, info),
  random: (pod, { name }, seed) =>
    createHash('sha256').update(`${seed} ${pod.metadata.uid} ${name}`).digest().readUInt32BE(0),
};

/** Pods of the same owner on the node. */
function siblings(pod: Pod, { pods }: NodeInfo): number {
  const owner = ownerOf(pod);
  return owner === undefined ? 0 : pods.filter((other) => ownerOf(other) === owner).length;
}

const ownerOf = (pod: Pod): string | undefined =>
  pod.metadata.ownerReferences?.find((reference) => reference.controller)?.uid;

/** Mean share of cpu, memory and pod places in use once the pod is there: from 0 to below 1. */
function utilisation(pod: Pod, { allocatable, requested, pods }: NodeInfo): number {
  const own = requestsOf(pod);
  const share = (used: number, all: number | undefined): number => (all ? Math.min(1, used / all) : 0);
  const shares = [
    ...['cpu', 'memory'].map((name) => share((requested[name] ?? 0) + (own[name] ?? 0), allocatable[name])),
    share(pods.length + 1, allocatable.pods),
  ];
  return shares.reduce((total, one) => total + one, 0) / (shares.length + 1);
}
