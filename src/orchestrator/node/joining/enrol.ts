import { ProblemError } from '../../../base/errors.ts';
import type { Ipv4Range } from '../../../base/ipv4range.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import type { Node } from '../../../kube/kinds/objects.data.ts';
import { NODES, SERVICE_CIDRS } from '../../../kube/kinds/resources.data.ts';
import { isAlreadyExists, isForbidden, isNotFound } from '../../../kube/values/status.ts';

export interface EnrolOptions {
  /** Authenticated as the node. */
  readonly client: KubeClient;
  readonly nodeName: string;
  readonly labels: Readonly<Record<string, string>>;
  /** A range that is free on this machine and is none of `taken`; rejects with ProblemError when there is none. */
  readonly freeRange: (taken: readonly Ipv4Range[]) => Promise<Ipv4Range>;
  /** Whether this machine could use the range. */
  readonly isFree: (range: Ipv4Range) => Promise<boolean>;
}

/** Two machines may choose the same range at once: the API takes it from the first alone. */
const TRIES = 5;

/**
 * Makes the Node with a range of its own, which no other node of the cluster has; resolves with the range. A Node of that name that is
 * there, of a join that failed half way, keeps its range, and gets the labels. @throws ProblemError PodRangeInUse
 */
export async function enrol({
  client,
  nodeName,
  labels,
  freeRange,
  isFree,
}: EnrolOptions): Promise<Ipv4Range> {
  for (let tries = 1; ; tries++) {
    const nodes = (await client.list(NODES)).items;
    const known = nodes.find(({ metadata }) => metadata.name === nodeName)?.spec?.podCIDR;
    if (known && !(await isFree(known))) throw inUse(nodeName, known);
    if (known) {
      if (Object.keys(labels).length > 0)
        await client.patch(NODES, { name: nodeName }, { type: 'merge', body: { metadata: { labels } } });
      return known;
    }
    const podCIDR = await freeRange(nodes.flatMap(({ spec }) => spec?.podCIDR ?? []));
    const node: Node = {
      apiVersion: 'v1',
      kind: 'Node',
      metadata: { name: nodeName, labels },
      spec: { podCIDR },
    };
    try {
      await client.create(NODES, node);
      return podCIDR;
    } catch (error) {
      if (!(isAlreadyExists(error) || isForbidden(error)) || tries === TRIES) throw error;
    }
  }
}

const inUse = (nodeName: string, range: Ipv4Range): ProblemError =>
  new ProblemError({
    reason: 'PodRangeInUse',
    message: `The node ${nodeName} is known with the pod range ${range}, which something else on this machine uses.`,
    remedy: `If that node is gone for good: kubectl delete node ${nodeName}, then run the command again; else choose another name: --node-name NAME.`,
  });

/** Where the cluster IPs of its Services are; undefined: it does not say. */
export async function serviceRange(client: KubeClient): Promise<Ipv4Range | undefined> {
  try {
    const { spec } = await client.get(SERVICE_CIDRS, { name: 'kubernetes' });
    return spec?.cidrs?.[0];
  } catch (error) {
    if (isNotFound(error) || isForbidden(error)) return undefined;
    throw error;
  }
}
