import type { NodeInfo } from '../nodeinfo.ts';
import type { HostPort, PodInfo } from '../podinfo.ts';
import type { Filter } from './filter.ts';

const ANY = '0.0.0.0';

const collide = (a: HostPort, b: HostPort): boolean =>
  a.port === b.port && a.protocol === b.protocol && (a.ip === b.ip || a.ip === ANY || b.ip === ANY);

const wantSame = (pod: PodInfo, other: PodInfo): boolean =>
  pod.hostPorts.some((port) => other.hostPorts.some((taken) => collide(port, taken)));

function areFree(pod: PodInfo, { pods }: NodeInfo): boolean {
  for (const other of pods.values()) if (wantSame(pod, other)) return false;
  return true;
}

/** plugins/nodeports: a port of the node is for one pod, by its address and protocol. */
export const NODE_PORTS: Filter = {
  name: 'NodePorts',
  prepare: (pod) =>
    pod.hostPorts.length === 0
      ? undefined
      : {
          check: (info) => areFree(pod, info),
          explain: () => ({
            reasons: ["node(s) didn't have free ports for the requested pod ports"],
            mayYield: true,
          }),
        },
  isHelpedBy: (pod, change) =>
    (change.type === 'left' && wantSame(pod, change.pod)) ||
    (change.type === 'node' && areFree(pod, change.info)),
};
