import { rfc3339 } from '../../../base/clock.ts';
import { crdSchema } from '../../../kube/crdschema.ts';
import { deepEqual } from '../../../kube/equal.ts';
import type { Condition, CustomResourceDefinition } from '../../../kube/objects.ts';
import type { KubeObject } from '../../../kube/types.ts';
import type { FieldError } from '../../../kube/validate.ts';
import type { Strategy, World } from '../kind.ts';

type Names = CustomResourceDefinition['spec']['names'];

export const CRD_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io';

/**
 * A definition is established by the very write that brings it: whoever reads it back may use it
 * (kube-apiserver does the same a moment later, in its naming and establishing controllers).
 */
export const CRD_STRATEGY: Strategy = {
  status: true,
  generation: true,
  prepareForCreate: (object, world) => {
    const { metadata } = object;
    const finalizers = [...new Set([...(metadata.finalizers ?? []), CRD_FINALIZER])];
    return withStatus({ ...object, metadata: { ...metadata, finalizers } }, undefined, world);
  },
  prepareForUpdate: (object, live, world) =>
    deepEqual(object.spec, live.spec) ? object : withStatus(object, live, world),
  validate: (object, live) =>
    checkDefinition(object as CustomResourceDefinition, live as CustomResourceDefinition | undefined),
};

function withStatus(object: KubeObject, live: KubeObject | undefined, world: World): KubeObject {
  const definition = object as CustomResourceDefinition;
  const before = (live as CustomResourceDefinition | undefined)?.status;
  const now = rfc3339(world.clock.now());
  const conflict = nameConflict(definition, world);
  const storage = definition.spec.versions?.find((version) => version.storage)?.name;
  const storedVersions = [...new Set([...(before?.storedVersions ?? []), ...(storage ? [storage] : [])])];
  const established =
    !conflict || before?.conditions?.some((c) => c.type === 'Established' && c.status === 'True');
  const conditions: Condition[] = [
    conflict
      ? condition('NamesAccepted', 'False', 'NameConflict', conflict)
      : condition('NamesAccepted', 'True', 'NoConflicts', 'no conflicts found'),
    established
      ? condition('Established', 'True', 'InitialNamesAccepted', 'the initial names have been accepted')
      : condition('Established', 'False', 'NotAccepted', 'not all names are accepted'),
  ];
  const status = {
    ...before,
    conditions: conditions.map((next) => keepTransition(next, before?.conditions, now)),
    acceptedNames: conflict ? (before?.acceptedNames ?? { plural: '', kind: '' }) : definition.spec.names,
    storedVersions,
  };
  return { ...definition, status };
}

const condition = (
  type: string,
  status: Condition['status'],
  reason: string,
  message: string,
): Condition => ({ type, status, reason, message });

function keepTransition(next: Condition, before: readonly Condition[] | undefined, now: string): Condition {
  const old = before?.find((candidate) => candidate.type === next.type);
  const lastTransitionTime = old?.status === next.status ? (old.lastTransitionTime ?? now) : now;
  return { ...next, lastTransitionTime };
}

/** Within its group a name may stand for one thing only. */
function nameConflict({ metadata, spec }: CustomResourceDefinition, world: World): string | undefined {
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

function checkDefinition(
  { metadata, spec }: CustomResourceDefinition,
  live: CustomResourceDefinition | undefined,
): FieldError[] {
  const errors: FieldError[] = [];
  const invalid = (field: string, value: unknown, why: string) =>
    errors.push({ field, reason: 'Invalid', message: `Invalid value: ${JSON.stringify(value)}: ${why}` });
  if (metadata.name !== `${spec.names.plural}.${spec.group}`) {
    invalid('metadata.name', metadata.name, 'must be spec.names.plural+"."+spec.group');
  }
  if (spec.versions.filter((version) => version.storage).length !== 1) {
    invalid(
      'spec.versions',
      spec.versions.map((v) => v.name),
      'must have exactly one version marked as storage version',
    );
  }
  spec.versions.forEach((version, i) => {
    const field = `spec.versions[${i}].schema.openAPIV3Schema`;
    if (version.schema?.openAPIV3Schema === undefined) {
      errors.push({ field, reason: 'Required', message: 'Required value: schemas are required' });
      return;
    }
    const schema = crdSchema(version.schema.openAPIV3Schema);
    if (!schema.ok)
      for (const problem of schema.problems) invalid(field, problem.place?.file ?? '', problem.message);
  });
  if (live) errors.push(...checkImmutable(spec, live.spec));
  return errors;
}

function checkImmutable(
  spec: CustomResourceDefinition['spec'],
  live: CustomResourceDefinition['spec'],
): FieldError[] {
  const fields: readonly [string, unknown, unknown][] = [
    ['spec.group', spec.group, live.group],
    ['spec.scope', spec.scope, live.scope],
    ...(['plural', 'kind'] as const satisfies readonly (keyof Names)[]).map(
      (name): [string, unknown, unknown] => [`spec.names.${name}`, spec.names[name], live.names[name]],
    ),
  ];
  return fields
    .filter(([, value, before]) => value !== before)
    .map(([field, value]) => ({
      field,
      reason: 'Invalid',
      message: `Invalid value: ${JSON.stringify(value)}: field is immutable`,
    }));
}
