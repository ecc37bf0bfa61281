import type { Pod, PodSpec, Toleration } from '../../../kube/kinds/objects.data.ts';
import { POD } from '../../../kube/kinds/pod.ts';
import { qosClass } from '../../../kube/kinds/podspec/qos.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { AGE, column, NAME, none, wide } from './columns.ts';
import type { Strategy } from './kind.ts';
import { BINDING } from './podbinding.ts';
import { EPHEMERAL_CONTAINERS, RESIZE, validatePodChange } from './podchanges.ts';
import { EVICTION } from './podeviction.ts';
import { LOG } from './podlog.ts';
import { POD_PROXY } from './podproxy.ts';
import { podReady, podRestarts, podStatus } from './podstatus.ts';
import { ATTACH, EXEC, PORT_FORWARD } from './podstreams.ts';
import type { ServedRow } from './servedrow.ts';
import { statusKeeping } from './subresource.ts';

const DEFAULT_GRACE_SECONDS = 30;

/** Kubernetes `pkg/registry/core/pod/strategy.go`. */
const STRATEGY: Strategy = {
  status: true,
  generation: true,
  prepareForCreate: (object) => {
    const spec = withDefaultTolerations((object as Pod).spec);
    return { ...object, spec, status: { phase: 'Pending', qosClass: qosClass(spec) } };
  },
  validate: validatePodChange,
  graceSeconds: podGraceSeconds,
};

export const SERVED_POD: ServedRow = {
  kind: POD,
  strategy: STRATEGY,
  columns: [
    NAME,
    column<Pod>('Ready', podReady),
    column<Pod>('Status', podStatus),
    column<Pod>('Restarts', podRestarts),
    AGE,
    wide<Pod>('IP', ({ status }) => none(status?.podIPs?.[0]?.ip ?? status?.podIP)),
    wide<Pod>('Node', ({ spec }) => none(spec.nodeName)),
    wide<Pod>('Nominated Node', ({ status }) => none(status?.nominatedNodeName)),
    wide<Pod>('Readiness Gates', readinessGates),
  ],
  subresources: [
    ATTACH,
    BINDING,
    EPHEMERAL_CONTAINERS,
    EVICTION,
    EXEC,
    LOG,
    PORT_FORWARD,
    POD_PROXY,
    RESIZE,
    statusKeeping(['metadata', 'ownerReferences']),
  ],
};

function readinessGates({ spec, status }: Pod): string {
  const gates = spec.readinessGates ?? [];
  const passed = gates.filter(({ conditionType }) =>
    status?.conditions?.some((condition) => condition.type === conditionType && condition.status === 'True'),
  );
  return gates.length === 0 ? '<none>' : `${passed.length}/${gates.length}`;
}

/** A pod that no node has, or whose work is over, has nothing to wind down. */
function podGraceSeconds(object: KubeObject, asked: number | undefined): number {
  const { spec, status } = object as Pod;
  if (!spec.nodeName || status?.phase === 'Succeeded' || status?.phase === 'Failed') return 0;
  return asked ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}

/** Admission plug-in DefaultTolerationSeconds: a pod stays for five minutes on a node that is lost. */
const LOST_NODE_TAINTS = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'];
const LOST_NODE_SECONDS = 300;

function withDefaultTolerations(spec: PodSpec): PodSpec {
  const tolerations = spec.tolerations ?? [];
  const missing = LOST_NODE_TAINTS.filter((key) => !tolerations.some((one) => concerns(one, key)));
  const added = missing.map(
    (key): Toleration => ({
      key,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: LOST_NODE_SECONDS,
    }),
  );
  return added.length === 0 ? spec : { ...spec, tolerations: [...tolerations, ...added] };
}

/** The plug-in's own rule: whatever the value, such a toleration is the person's word on that taint. */
const concerns = ({ key, effect }: Toleration, taint: string): boolean =>
  (!key || key === taint) && (!effect || effect === 'NoExecute');
