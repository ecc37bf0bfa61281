import {
  type FieldPath,
  fieldsAt,
  parseFieldPath,
  placesOf,
  withoutField,
  withoutFields,
} from '../../kube/values/fieldpaths.ts';
import {
  EMPTY,
  exclude,
  type FieldSet,
  fieldSetFromV1,
  fieldSetToV1,
  formatPath,
  intersection,
  isEmpty,
  type PathElement,
  pathsOf,
  unionAll,
} from '../../kube/values/fieldset.ts';
import type { JsonObject, KubeObject, ManagedFieldsEntry, ObjectRef } from '../../kube/values/types.ts';
import type { IgnoreRule } from '../../model/deliveryfile.ts';
import { FIELD_MANAGER } from '../../model/types.ts';

/** What of one object others decide. */
export interface Ignored {
  readonly paths: readonly FieldPath[];
  /** Field managers whose fields are theirs. */
  readonly managers: readonly string[];
}

/** What `rules` of an app, and what Pilotage knows (`paths`), leave to others of an object. Undefined: nothing. */
export function ignoredOf(
  ref: Pick<ObjectRef, 'kind' | 'name'>,
  rules: readonly IgnoreRule[],
  known: readonly FieldPath[] = [],
): Ignored | undefined {
  const own = rules.filter(
    ({ kind, name }) => kind === ref.kind && (name === undefined || name === ref.name),
  );
  const texts = [...new Set(own.flatMap(({ paths }) => paths))];
  // The reader of the file has refused what is no path.
  const read = texts.map(parseFieldPath).flatMap((path) => (path.ok ? [path.value] : []));
  const paths = [...known, ...read];
  const managers = [...new Set(own.flatMap(({ managers }) => managers))];
  return paths.length + managers.length === 0 ? undefined : { paths, managers };
}

/** A desired object without what is left to others; what managers hold shows on the live object alone. */
export function withoutIgnored(
  object: KubeObject,
  ignored: Ignored | undefined,
  live?: KubeObject,
): KubeObject {
  if (ignored === undefined) return object;
  const named = ignored.paths.reduce<unknown>((left, path) => withoutField(left, path), object);
  const theirs = live ? fieldsOfManagers(live, ignored.managers) : EMPTY;
  return (isEmpty(theirs) ? named : withoutFields(named, theirs, isMark)) as KubeObject;
}

/** What is left to others and is still held by us: an apply without it would delete it (KEP-555), so it is given up before. */
export function heldFields(live: KubeObject, ignored: Ignored | undefined): FieldSet {
  const entry = ignored && ownEntry(live);
  if (ignored === undefined || entry === undefined) return EMPTY;
  const ours = setOf(entry);
  const theirs = intersection(ours, fieldsOfManagers(live, ignored.managers));
  return unionAll([theirs, ...ignored.paths.map((path) => fieldsAt(ours, live, path))]);
}

/** `metadata.managedFields` with our hold on the ignored fields given up; undefined where we have none. Values are left as they are. */
export function givenUp(
  live: KubeObject,
  ignored: Ignored | undefined,
): readonly ManagedFieldsEntry[] | undefined {
  const held = heldFields(live, ignored);
  if (isEmpty(held)) return undefined;
  return live.metadata.managedFields?.map((entry) =>
    isOwn(entry) ? { ...entry, fieldsV1: fieldSetToV1(exclude(setOf(entry), held)) as JsonObject } : entry,
  );
}

/** So many are named. */
const NAMED = 20;

/** The ignored fields that are in git or there, `.spec.replicas`. */
export function namedFields(object: KubeObject, ignored: Ignored, live: KubeObject): readonly string[] {
  const places = ignored.paths.flatMap((path) => [...placesOf(object, path), ...placesOf(live, path)]);
  const theirs = fieldsOfManagers(live, ignored.managers);
  const shared = isEmpty(theirs) ? [] : namesOf(theirs).filter((name) => !name.startsWith('.metadata.'));
  return [...new Set([...places, ...shared])].slice(0, NAMED);
}

export const namesOf = (set: FieldSet): readonly string[] => pathsOf(set).slice(0, NAMED).map(formatPath);

function fieldsOfManagers(live: KubeObject, managers: readonly string[]): FieldSet {
  const entries = live.metadata.managedFields ?? [];
  return unionAll(
    entries
      .filter(({ manager, subresource }) => managers.includes(manager) && subresource === undefined)
      .map(setOf),
  );
}

const isOwn = ({ manager, operation, subresource }: ManagedFieldsEntry): boolean =>
  manager === FIELD_MANAGER && operation === 'Apply' && subresource === undefined;
const ownEntry = (live: KubeObject) => live.metadata.managedFields?.find(isOwn);

/** Another server may have written what is no field set: then nobody knows who holds what. */
export function setOf({ fieldsV1 }: Pick<ManagedFieldsEntry, 'fieldsV1'>): FieldSet {
  try {
    return fieldSetFromV1(fieldsV1 ?? {});
  } catch {
    return EMPTY;
  }
}

const IDENTITY = ['f:apiVersion', 'f:kind', 'f:metadata/f:name', 'f:metadata/f:namespace'];

/** What says which object it is, and whose: nobody else's hold on it lets it be left out. */
function isMark(path: readonly PathElement[]): boolean {
  const name = path.slice(0, 2).join('/');
  return IDENTITY.includes(name) || (path.length === 3 && (path[2] ?? '').startsWith('f:pilotage.dev/'));
}
