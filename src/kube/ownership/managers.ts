import { deepEqual } from '../values/equal.ts';
import { type FieldSet, fieldSetFromV1, fieldSetToV1, isEmpty, union } from '../values/fieldset.ts';
import type { ManagedFieldsEntry } from '../values/types.ts';

/** One manager's share of an object, as metadata.managedFields has it, with its fields as a set. */
export interface Manager {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly subresource?: string;
  readonly time?: string;
  readonly set: FieldSet;
  /** The entry that this was read from, written back as it was when nothing changed. */
  readonly entry?: ManagedFieldsEntry;
  /** The set of that entry: while it is the same one, nobody need encode it again. */
  readonly read?: FieldSet;
}

/** Managers by identity. An applier keeps its identity across API versions, an updater has one per version (`BuildManagerIdentifier`). */
export type Managers = ReadonlyMap<string, Manager>;

export const identityOf = (manager: Omit<Manager, 'set'>): string =>
  JSON.stringify([
    manager.operation,
    manager.manager,
    manager.subresource ?? '',
    manager.operation === 'Update' ? manager.apiVersion : '',
  ]);

export const NO_MANAGERS: Managers = new Map();

/** undefined when an entry cannot be read. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers | undefined {
  const managers = new Map<string, Manager>();
  for (const entry of entries ?? []) {
    const manager = decodeEntry(entry);
    if (!manager) return undefined;
    managers.set(identityOf(manager), manager);
  }
  return managers;
}

function decodeEntry(entry: ManagedFieldsEntry): Manager | undefined {
  const { manager, operation, apiVersion, subresource, time, fieldsType, fieldsV1 } = entry;
  if (operation !== 'Apply' && operation !== 'Update') return undefined;
  if (!apiVersion || fieldsType !== 'FieldsV1') return undefined;
  try {
    const set = fieldSetFromV1(fieldsV1 ?? {});
    return {
      manager,
      operation,
      apiVersion,
      set,
      entry,
      read: set,
      ...(subresource ? { subresource } : {}),
      ...(time ? { time } : {}),
    };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Entries in the order of kube-apiserver (`sortEncodedManagedFields`); undefined when there is no manager. */
export function encodeManagers(managers: Managers): readonly ManagedFieldsEntry[] | undefined {
  const entries = [...managers.values()].filter(({ set }) => !isEmpty(set)).map(encodeEntry);
  return entries.length > 0 ? entries.sort(inOrder) : undefined;
}

function encodeEntry(manager: Manager): ManagedFieldsEntry {
  const { apiVersion, subresource, time, set, operation, entry, read } = manager;
  const fieldsV1 = (set === read && entry?.fieldsV1) || fieldSetToV1(set);
  const encoded: ManagedFieldsEntry = {
    manager: manager.manager,
    operation,
    apiVersion,
    ...(time ? { time } : {}),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(subresource ? { subresource } : {}),
  };
  return entry && deepEqual(entry, encoded) ? entry : encoded;
}

function inOrder(a: ManagedFieldsEntry, b: ManagedFieldsEntry): number {
  return (
    order(a.operation, b.operation) ||
    seconds(a.time) - seconds(b.time) ||
    order(a.manager, b.manager) ||
    order(a.apiVersion, b.apiVersion) ||
    order(a.subresource ?? '', b.subresource ?? '')
  );
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const seconds = (time: string | undefined): number => (time ? Math.floor(Date.parse(time) / 1000) : 0);

/** More updaters than this are folded into one per API version, oldest first (`capmanagers.go`). */
const MOST_UPDATERS = 10;
const ANCIENT = 'ancient-changes';

export function capUpdaters(managers: Managers): Managers {
  if (managers.size <= MOST_UPDATERS) return managers;
  const updaters = [...managers].filter(([, manager]) => manager.operation === 'Update');
  if (updaters.length <= MOST_UPDATERS) return managers;
  updaters.sort(([a, left], [b, right]) => seconds(left.time) - seconds(right.time) || order(a, b));
  const capped = new Map(managers);
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [id, manager] of updaters) {
    if (count <= MOST_UPDATERS) break;
    const first = firstOfVersion.get(manager.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(manager.apiVersion, id);
      continue;
    }
    const bucket = fold(capped, first, manager);
    capped.delete(first);
    capped.delete(id);
    capped.set(identityOf(bucket), bucket);
    firstOfVersion.set(manager.apiVersion, identityOf(bucket));
    count--;
  }
  return capped;
}

function fold(managers: Managers, first: string, manager: Manager): Manager {
  const older = managers.get(first);
  return {
    manager: ANCIENT,
    operation: 'Update',
    apiVersion: manager.apiVersion,
    ...(manager.time ? { time: manager.time } : {}),
    set: older ? union(older.set, manager.set) : manager.set,
  };
}
