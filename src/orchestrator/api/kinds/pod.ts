import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { POD } from '../../../kube/kinds/pod.ts';
import { isFinished } from '../../../kube/kinds/podspec/phase.ts';
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
  prepareForCreate: (object) => ({
    ...object,
    status: { phase: 'Pending', qosClass: qosClass((object as Pod).spec), ...gated(object as Pod) },
  }),
  validate: validatePodChange,
  graceSeconds: podGraceSeconds,
};

/** KEP-3521: no scheduler looks at it, so the server says why it waits. */
function gated({ spec: { schedulingGates = [] } }: Pod): Pod['status'] {
  if (schedulingGates.length === 0) return {};
  const message = 'Scheduling is blocked due to non-empty scheduling gates';
  return { conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message }] };
}

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
  if (!spec.nodeName || isFinished({ status })) return 0;
  return asked ?? spec.terminationGracePeriodSeconds ?? DEFAULT_GRACE_SECONDS;
}
