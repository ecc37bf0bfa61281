import { keyOf } from '../../kube/client/cache.ts';
import type { Container, Pod, PodSpec } from '../../kube/kinds/objects.data.ts';
import { chargedAmounts } from '../../kube/kinds/podspec/amounts.ts';
import { publishedPorts } from '../../kube/kinds/podspec/sidecars.ts';
import { formatLabels, type Labels } from '../../kube/values/selectors.ts';
import { type Amounts, numbersOf } from './amounts.ts';
import { NO_TERMS, type PodTerms, termsOf } from './terms.ts';

/** A pod as the scheduler sees it: what its filters and scores read, found out once. */
export interface PodInfo {
  readonly pod: Pod;
  /** `namespace/name` */
  readonly key: string;
  readonly uid: string;
  readonly namespace: string;
  readonly labels: Labels;
  readonly priority: number;
  /** What it takes of a node. */
  readonly requests: Amounts;
  /** The same for scores, where a container that asks for nothing counts a little. */
  readonly weighed: Amounts;
  readonly hostPorts: readonly HostPort[];
  /** The uid of its controller. */
  readonly owner: string | undefined;
  readonly isLeaving: boolean;
  /** Pod affinity and anti-affinity. */
  readonly terms: PodTerms;
  /** It says more of its place than is read: its terms are none, and it goes nowhere. */
  readonly excess: string | undefined;
  /** Equal for pods that filters and scores which count pods cannot tell apart. */
  readonly alike: string;
}

export interface HostPort {
  readonly ip: string;
  readonly protocol: string;
  readonly port: number;
}

export function podInfo(pod: Pod): PodInfo {
  const { metadata, spec } = pod;
  const namespace = metadata.namespace ?? '';
  const owner = metadata.ownerReferences?.find(({ controller }) => controller)?.uid;
  const isLeaving = metadata.deletionTimestamp !== undefined;
  const excess = excessOf(spec);
  const { podAffinity, podAntiAffinity } = excess ? {} : (spec.affinity ?? {});
  const requests = numbersOf(chargedAmounts(spec, 'requests'));
  return {
    pod,
    key: keyOf(metadata),
    uid: metadata.uid ?? '',
    namespace,
    labels: metadata.labels,
    priority: spec.priority ?? 0,
    requests,
    weighed: asksForBoth(spec) ? requests : numbersOf(chargedAmounts(assumed(spec), 'requests')),
    hostPorts: hostPortsOf(spec),
    owner,
    isLeaving,
    terms: excess ? NO_TERMS : termsOf(pod),
    excess,
    alike: JSON.stringify([
      namespace,
      formatLabels(metadata.labels),
      owner ?? '',
      isLeaving,
      ...(podAffinity || podAntiAffinity ? [podAffinity ?? {}, podAntiAffinity ?? {}] : []),
    ]),
  };
}

/** Each part is weighed for every node, and terms for every group of pods, also when others look for a place. */
const MOST_CHARACTERS = 16_384;

function excessOf({
  affinity,
  nodeSelector,
  tolerations,
  topologySpreadConstraints,
}: PodSpec): string | undefined {
  const { length } = JSON.stringify([affinity, nodeSelector, tolerations, topologySpreadConstraints]);
  return length > MOST_CHARACTERS
    ? `affinity, nodeSelector, tolerations and topologySpreadConstraints of the pod have ${length} characters, of which ${MOST_CHARACTERS} at most are read`
    : undefined;
}

/** Kubernetes `pkg/scheduler/util/pod_resources.go`: what a container is taken to need that does not say, so that many of them spread. */
const ASSUMED = { cpu: '100m', memory: '200Mi' };

const asksForBoth = ({ containers, initContainers = [] }: PodSpec): boolean =>
  [...containers, ...initContainers].every(
    ({ resources }) => resources?.requests?.cpu !== undefined && resources.requests.memory !== undefined,
  );

function assumed(spec: PodSpec): PodSpec {
  const fill = (container: Container): Container => {
    const requests = { ...ASSUMED, ...container.resources?.requests };
    return { ...container, resources: { ...container.resources, requests } };
  };
  const { initContainers = [] } = spec;
  return { ...spec, containers: spec.containers.map(fill), initContainers: initContainers.map(fill) };
}

const hostPortsOf = (spec: PodSpec): readonly HostPort[] =>
  publishedPorts(spec).map(({ hostIP, hostPort: port, protocol }) => ({
    ip: hostIP || '0.0.0.0',
    protocol,
    port,
  }));
