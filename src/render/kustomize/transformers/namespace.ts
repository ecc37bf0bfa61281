import { fieldSpecOf } from '../config/config.ts';
import type { FieldSpec } from '../config/types.ts';
import { refuse } from '../errors.ts';
import { describeId, effectiveNamespace } from '../resource/id.ts';
import { HELM_GENERATED, isGone, type Resource } from '../resource/resource.ts';
import { fieldOf, fieldOrNew, isEmpty, isMissing, type Node, textOf } from '../yaml/node.ts';
import { type Change, changeField, changeFields } from './fieldspec.ts';
import { setScalar } from './setters.ts';

/** Which subjects of bindings get the namespace: those named `default`, all service accounts, none. */
export type SubjectMode = 'defaultOnly' | 'allServiceAccounts' | 'none';

export interface NamespaceArgs {
  readonly namespace: string;
  readonly fields: readonly FieldSpec[];
  readonly unsetOnly: boolean;
  readonly subjects: SubjectMode;
}

const METADATA = fieldSpecOf({ path: 'metadata/namespace', create: true });

/** Moves what can be in a namespace to this one (api `filters/namespace`). @throws ProblemError where two become the same */
export function setNamespace(resources: readonly Resource[], args: NamespaceArgs): void {
  for (const resource of resources) {
    if (isGone(resource) || resource.annotations.get(HELM_GENERATED) === 'true') continue;
    resource.remember();
    moveOne(resource, args);
  }
  refuseConflicts(resources);
}

function moveOne(resource: Resource, { namespace, fields, unsetOnly, subjects }: NamespaceArgs): void {
  const write = setScalar(namespace, '!!str', resource.origin);
  const set: Change = (node) => {
    if (!unsetOnly || isEmpty(node) || textOf(node) === '') write(node);
  };
  if (!resource.id.isCluster) changeField(resource, METADATA, set, 'scalar');
  const isBinding = /^(?:Cluster)?RoleBinding$/.test(resource.kind);
  if (isBinding) moveSubjects(resource, set, subjects);
  const others = fields.filter(
    ({ path, kind }) =>
      path !== 'metadata/namespace' &&
      (path !== 'metadata/name' || resource.apiVersion === 'v1') &&
      !(isBinding && path === 'subjects/namespace' && /^(?:Cluster)?RoleBinding$/.test(kind)),
  );
  changeFields(resource, others, set, 'scalar');
}

function moveSubjects(resource: Resource, set: Change, mode: SubjectMode): void {
  const subjects = fieldOf(resource.node, 'subjects');
  if (mode === 'none' || isMissing(subjects)) return;
  const isMeant = (subject: Node): boolean =>
    mode === 'defaultOnly'
      ? textOf(fieldOf(subject, 'name')) === 'default'
      : textOf(fieldOf(subject, 'kind')) === 'ServiceAccount';
  for (const subject of subjects.items.filter(isMeant)) set(fieldOrNew(subject, 'namespace', 'scalar'));
}

function refuseConflicts(resources: readonly Resource[]): void {
  const seen = new Map<string, Resource>();
  for (const resource of resources) {
    const { id } = resource;
    const key = JSON.stringify([effectiveNamespace(id), id.group, id.version, id.kind, id.name]);
    const other = seen.get(key);
    if (other) {
      throw refuse(
        `In namespace ${id.namespace}, ${describeId({ ...id, namespace: '' })} would be there twice`,
        resource.origin,
        `The other one comes from ${other.origin.file}: give them different names, or leave one out.`,
      );
    }
    seen.set(key, resource);
  }
}
