import type { Container, Pod, PodSpec, Toleration } from '../../../kube/kinds/objects.ts';
import { compareQuantities, parseQuantity } from '../../../kube/values/quantity.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import type { Strategy } from '../kinds/kind.ts';

const DEFAULT_GRACE_SECONDS = 30;

/** Kubernetes `pkg/registry/core/pod/strategy.go`. */
export const POD_STRATEGY: Strategy = {
  status: true,
  generation: true,
  prepareForCreate: (object) => {
    const spec = withDefaultTolerations((object as Pod).spec);
    return { ...object, spec, status: { phase: 'Pending', qosClass: qosClassOf(spec) } };
  },
  graceSeconds: podGraceSeconds,
};

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
  const missing = LOST_NODE_TAINTS.filter((key) => !tolerations.some((t) => tolerates(t, key)));
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

const tolerates = ({ key = '', effect = '' }: Toleration, taint: string): boolean =>
  (key === taint || key === '') && (effect === 'NoExecute' || effect === '');

/** Kubernetes `pkg/apis/core/v1/helper/qos`: cpu and memory alone count. */
function qosClassOf({ containers = [], initContainers = [] }: Partial<PodSpec>): string {
  const all = [...containers, ...initContainers];
  if (all.every((container) => amountsOf(container).length === 0)) return 'BestEffort';
  return all.every(isGuaranteed) ? 'Guaranteed' : 'Burstable';
}

const COUNTED = ['cpu', 'memory'];

function amountsOf({ resources }: Container): unknown[] {
  return COUNTED.flatMap((name) => [resources?.requests?.[name], resources?.limits?.[name]]).filter(
    (amount) => amount !== undefined,
  );
}

function isGuaranteed({ resources }: Container): boolean {
  return COUNTED.every((name) => {
    const limit = resources?.limits?.[name];
    if (limit === undefined) return false;
    const [request, most] = [parseQuantity(resources?.requests?.[name] ?? limit), parseQuantity(limit)];
    return request !== undefined && most !== undefined && compareQuantities(request, most) === 0;
  });
}
