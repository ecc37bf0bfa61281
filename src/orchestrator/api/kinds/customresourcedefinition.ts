import { CUSTOM_RESOURCE_DEFINITION } from '../../../kube/kinds/customresourcedefinition.ts';
import type { CustomResourceDefinition } from '../../../kube/kinds/objects.data.ts';
import { type Condition, type NewCondition, transition } from '../../../kube/values/condition.ts';
import { deepEqual } from '../../../kube/values/equal.ts';
import type { KubeObject } from '../../../kube/values/types.ts';
import { CREATED_AT, NAME } from './columns.ts';
import type { Strategy, World } from './kind.ts';
import type { ServedRow } from './servedrow.ts';
import { STATUS_ALONE } from './subresource.ts';

/** Holds a definition that is being deleted until its instances are gone (`upkeep.ts`). */
export const CRD_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * A definition is established by the very write that brings it: a client that reads it back may use it
 * (kube-apiserver does the same a moment later, in its naming and establishing controllers).
 */
const STRATEGY: Strategy = {
  status: true,
  generation: true,
  needsVersion: true,
  prepareForCreate: (object, world) => withStatus(object, undefined, world),
  prepareForUpdate: (object, live, world) =>
    deepEqual(object.spec, live.spec) ? object : withStatus(object, live, world),
  prepareForDelete: (object) => {
    const { metadata } = object;
    const finalizers = [...new Set([...(metadata.finalizers ?? []), CRD_FINALIZER])];
    return { ...object, metadata: { ...metadata, finalizers } };
  },
};

export const SERVED_CUSTOM_RESOURCE_DEFINITION: ServedRow = {
  kind: CUSTOM_RESOURCE_DEFINITION,
  strategy: STRATEGY,
  columns: [NAME, CREATED_AT],
  subresources: [STATUS_ALONE],
};

function withStatus(object: KubeObject, live: KubeObject | undefined, world: World): KubeObject {
  const definition = object as CustomResourceDefinition;
  const before = (live as CustomResourceDefinition | undefined)?.status;
  const conflict = nameConflict(definition, world);
  const storage = definition.spec.versions?.find((version) => version.storage)?.name;
  const storedVersions = [...new Set([...(before?.storedVersions ?? []), ...(storage ? [storage] : [])])];
  const established =
    !conflict || before?.conditions?.some((c) => c.type === 'Established' && c.status === 'True');
  const conditions: NewCondition[] = [
    conflict
      ? condition('NamesAccepted', 'False', 'NameConflict', conflict)
      : condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'),
    established
      ? condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
      : condition('Established', 'False', 'NotAccepted', 'not all names are accepted'),
  ];
  const status = {
    ...before,
    conditions: conditions.map((next) => transition(next, before?.conditions, world.clock.now())),
    acceptedNames: conflict ? (before?.acceptedNames ?? { plural: '', kind: '' }) : definition.spec.names,
    storedVersions,
  };
  return { ...definition, status };
}

function condition(type: string, status: Condition['status'], reason: string, message: string): NewCondition {
  return { type, status, reason, message };
}

/** Within its group a name may stand for one thing only. */
function nameConflict({ metadata, spec }: CustomResourceDefinition, world: World): string | undefined {
  // Whether it makes sense is validated after this.
  if (!spec.names) return undefined;
  const taken = world.kinds
    .all()
    .filter((kind) => kind.group === spec.group && `${kind.plural}.${kind.group}` !== metadata.name);
  const words = new Set(
    taken.flatMap(({ plural, singular, shortNames }) => [plural, singular, ...shortNames]),
  );
  const mine = [spec.names.plural, spec.names.singular ?? '', ...(spec.names.shortNames ?? [])];
  const word = mine.find((name) => words.has(name));
  if (word !== undefined) return `"${word}" is already in use`;
  const kinds = new Set(taken.flatMap(({ kind, listKind }) => [kind, listKind]));
  const kind = [spec.names.kind, spec.names.listKind ?? ''].find((name) => kinds.has(name));
  return kind === undefined ? undefined : `"${kind}" is already in use`;
}
