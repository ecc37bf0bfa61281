import type { Problem } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import { builtinSchema } from '../../kube/schema/schema.ts';
import { gvkOf, type ObjectRef } from '../../kube/values/types.ts';

/**
 * What the built-in orchestrator does not do yet, and the kinds that come with it. Some of them are served already: their objects are
 * stored, and nothing acts on them. A push must not call such an object delivered.
 */
const COMES_WITH: readonly (readonly [feature: string, kinds: readonly string[]])[] = [
  ['storage drivers', ['CSIDriver', 'VolumeAttributesClass']],
  ['dynamic resource allocation', ['DeviceClass', 'ResourceClaim', 'ResourceClaimTemplate', 'ResourceSlice']],
  ['the container runtime', ['RuntimeClass']],
  ['API priority and fairness', ['FlowSchema', 'PriorityLevelConfiguration']],
];

interface Type {
  readonly apiVersion: string;
  readonly kind: string;
}

const featureOf = ({ kind }: Type): string | undefined =>
  COMES_WITH.find(([, kinds]) => kinds.includes(kind))?.[0];

const ELSEWHERE =
  'Leave it out here, or deliver this environment to a real cluster: `cluster:` in pilotage.yaml (docs/clusters.md).';

/**
 * Why a kind cannot be delivered. One that every Kubernetes serves was written rightly: then it is the built-in orchestrator that
 * does not serve it yet, and nobody is sent to look for a mistake.
 */
export function unserved(type: Type, what: string, place: Place, cluster: string | undefined): Problem {
  const { apiVersion, kind } = type;
  if (builtinSchema(gvkOf(type)) === undefined) {
    return {
      reason: 'UnknownKind',
      message: `${what}: the cluster does not serve kind ${kind} of ${apiVersion}`,
      place,
      remedy: 'Check apiVersion and kind, or deliver the CustomResourceDefinition that defines it.',
    };
  }
  if (cluster !== undefined) {
    return {
      reason: 'KindNotServed',
      message: `${what}: the cluster ${cluster} does not serve ${kind} of ${apiVersion}, which is a kind of Kubernetes`,
      place,
      remedy: `See what it serves: kubectl --context ${cluster} api-resources.`,
    };
  }
  const feature = featureOf(type);
  const when = feature ? `: it comes with ${feature}` : '';
  return {
    reason: 'KindNotServed',
    message: `${what}: ${kind} is not served by the built-in orchestrator yet${when}; on a real cluster it works`,
    place,
    remedy: ELSEWHERE,
  };
}

/** Whether the built-in orchestrator stores objects of a kind of Kubernetes that nothing acts on. A custom kind may have the same name. */
export const isIdle = (type: Type): boolean =>
  featureOf(type) !== undefined && builtinSchema(gvkOf(type)) !== undefined;

/** Why an object is not delivered to the built-in orchestrator although that serves its kind. */
export function idle({ apiVersion, kind, name }: ObjectRef, place: Place): Problem {
  return {
    reason: 'KindNotRun',
    message: `${kind} ${name}: the built-in orchestrator stores ${kind} objects, but nothing acts on them yet: that comes with ${featureOf({ apiVersion, kind })}; on a real cluster it works`,
    place,
    remedy: ELSEWHERE,
  };
}
