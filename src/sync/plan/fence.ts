import type { Problem } from '../../base/errors.ts';
import type { CustomResourceDefinition } from '../../kube/kinds/objects.data.ts';
import { NAMESPACES } from '../../kube/kinds/resources.data.ts';
import { gvkOf, isOfKind, type KubeObject, type Resource } from '../../kube/values/types.ts';
import { ANNOTATIONS } from '../../model/annotations.ts';
import { namespaceNotAllowed, namespaceProblem } from '../../model/namespaces.ts';
import { PILOTAGE_GROUP } from '../../model/types.ts';
import type { Lookup } from '../../render/recorded.ts';
import type { Manifest } from '../../render/types.ts';
import { allowanceFor, isAllowed } from './allowedkinds.ts';

/** What an environment may write, whatever its charts render: its own namespace, and what a person allows beyond that. */
export interface Fence {
  readonly delivery: string;
  readonly environment: string;
  readonly namespace: string;
  /** Whether its pilotage.yaml lets objects name other namespaces at all. */
  readonly foreignNamespaces: 'own' | 'allow';
  /** Namespaces that a person allows, and kinds outside of namespaces. */
  readonly namespaces: readonly string[];
  readonly clusterScoped: readonly string[];
  /** `shop/prod`: the environment that owns a namespace. */
  readonly ownerOf: (namespace: string) => string | undefined;
}

/**
 * Where an object goes: outside of all namespaces (undefined), to the one that it names, or to `own`, that of its environment.
 * `default` means its own too: charts and clients write it where nobody chose a namespace.
 */
export function targetNamespace(
  { metadata }: KubeObject,
  { namespaced }: Resource,
  own: string,
): string | undefined {
  if (!namespaced) return undefined;
  const { namespace } = metadata;
  return namespace && namespace !== 'default' ? namespace : own;
}

/** Why a rendered object is outside of its environment's fence; `namespace` is where it would go, undefined outside of all. */
export function trespassOf(
  { object, origin }: Manifest,
  row: Resource,
  namespace: string | undefined,
  fence: Fence,
): Problem | undefined {
  const problem =
    pilotagesOwn(object, row) ??
    (namespace === undefined ? outsideOf(object, fence) : elsewhere(object, namespace, fence));
  return problem && { ...problem, place: origin };
}

const isPilotages = (name: string): boolean => name === PILOTAGE_GROUP || name.endsWith(`.${PILOTAGE_GROUP}`);
const nameOf = ({ kind, metadata }: KubeObject): string => `${kind} ${metadata.name ?? '(no name)'}`;

/** The kinds that direct Pilotage, their definitions, and the marks by which it knows who owns an object. */
function pilotagesOwn(object: KubeObject, row: Resource): Problem | undefined {
  const group = gvkOf(object).group;
  const defines = (object as CustomResourceDefinition).spec?.group;
  const definition =
    !row.namespaced && (isPilotages(object.metadata.name ?? '') || isPilotages(String(defines)));
  if (isPilotages(group) || definition) {
    return {
      reason: 'PilotageKind',
      message: `${nameOf(object)}: what belongs to ${PILOTAGE_GROUP} is written by Pilotage and by people, never by a chart`,
      remedy: 'Take it out of what is delivered.',
    };
  }
  const mark = [ANNOTATIONS.owner, ANNOTATIONS.claim].find((key) => object.metadata.annotations?.[key]);
  return mark === undefined
    ? undefined
    : {
        reason: 'ReservedAnnotation',
        message: `${nameOf(object)}: only Pilotage sets the annotation ${mark}`,
        remedy: 'Take it out of the manifest.',
      };
}

function outsideOf(object: KubeObject, fence: Fence): Problem | undefined {
  const { kind, metadata } = object;
  const { delivery, environment, clusterScoped, namespaces, ownerOf } = fence;
  if (isOfKind(object, NAMESPACES)) {
    const namespace = metadata.name ?? '';
    if (namespace === fence.namespace) return undefined;
    const problem = namespaceProblem({ delivery, environment, namespace }, namespaces, ownerOf(namespace));
    if (problem) return { ...problem, message: `${nameOf(object)}: ${problem.message}` };
  }
  if (isAllowed(object, clusterScoped)) return undefined;
  return {
    reason: 'ClusterScopedNotAllowed',
    message: `${nameOf(object)} is outside of all namespaces, where it acts on everybody; delivery ${delivery} may not write kind ${kind}`,
    remedy: `If it may: pilotage connect ${delivery} --allow-cluster-scoped ${allowanceFor(object)}`,
  };
}

function elsewhere(object: KubeObject, namespace: string, fence: Fence): Problem | undefined {
  if (namespace === fence.namespace) return undefined;
  const { delivery, foreignNamespaces } = fence;
  if (foreignNamespaces === 'own') {
    return {
      reason: 'ForeignNamespace',
      message: `${nameOf(object)} names namespace ${namespace}, and this environment delivers to ${fence.namespace}`,
      remedy: `Leave the namespace out; or say \`namespaces: allow\` on the environment in pilotage.yaml, and pilotage connect ${delivery} --allow-namespace ${namespace}`,
    };
  }
  const problem = notAllowed(namespace, fence);
  return problem && { ...problem, message: `${nameOf(object)}: ${problem.message}` };
}

function notAllowed(namespace: string, fence: Fence): Problem | undefined {
  const { delivery, environment, namespaces, ownerOf } = fence;
  const request = { delivery, environment, namespace };
  return (
    namespaceProblem(request, namespaces, ownerOf(namespace)) ??
    // `<delivery>-<environment>` is its own only while it delivers there.
    (namespaces.includes(namespace) ? undefined : namespaceNotAllowed(request))
  );
}

/** Why templates may not look something up: it lies outside of what their environment may write, or directs Pilotage. */
export function lookupProblem(lookup: Lookup, row: Resource, fence: Fence): Problem | undefined {
  const { namespace, name } = lookup;
  const isOwnNamespace = isOfKind(lookup, NAMESPACES) && name === fence.namespace;
  if (isPilotages(row.group)) return notForTemplates(lookup);
  if (!row.namespaced) {
    return isOwnNamespace || isAllowed(lookup, fence.clusterScoped) ? undefined : outside(lookup, fence);
  }
  if (namespace === '') return notForTemplates(lookup);
  return namespace === fence.namespace ? undefined : notAllowed(namespace, fence);
}

const notForTemplates = ({ kind, namespace }: Lookup): Problem => ({
  reason: 'LookupRefused',
  message:
    namespace === '' ? `${kind} of all namespaces is not for templates` : `${kind} is not for templates`,
});

const outside = (lookup: Lookup, { delivery }: Fence): Problem => ({
  reason: 'LookupRefused',
  message: `${lookup.kind} is outside of all namespaces`,
  remedy: `If it may read and write it: pilotage connect ${delivery} --allow-cluster-scoped ${allowanceFor(lookup)}`,
});
