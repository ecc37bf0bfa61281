import { keyOf } from '../../kube/client/cache.ts';
import type { Container, Pod, PodSpec } from '../../kube/kinds/objects.data.ts';
import { chargedAmounts } from '../../kube/kinds/podspec/amounts.ts';
import { formatLabels, type Labels } from '../../kube/values/selectors.ts';
import { type Amounts, numbersOf } from './amounts.ts';
import { type PodTerms, termsOf } from './terms.ts';

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
  const { podAffinity, podAntiAffinity } = spec.affinity ?? {};
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
    terms: termsOf(pod),
    alike: JSON.stringify([
      namespace,
      formatLabels(metadata.labels),
      owner ?? '',
      isLeaving,
      ...(podAffinity || podAntiAffinity ? [podAffinity ?? {}, podAntiAffinity ?? {}] : []),
    ]),
  };
}

/** Kubernetes `pkg/scheduler/util/pod_resources.go`: what a container is taken to need that does not say, so that many of them spread. */
const ASSUMED = { cpu: '100m', memory: '200Mi' };

const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';

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

const hostPortsOf = ({ containers, initContainers = [] }: PodSpec): readonly HostPort[] =>
  [...containers, ...initContainers.filter(isSidecar)].flatMap(({ ports = [] }) =>
    ports.flatMap(({ hostPort, hostIP = '', protocol = 'TCP' }) =>
      hostPort ? [{ ip: hostIP || '0.0.0.0', protocol, port: hostPort }] : [],
    ),
  );
