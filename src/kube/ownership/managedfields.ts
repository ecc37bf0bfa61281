import type { Schema } from '../schema/schema.ts';
import { checkTyped } from '../schema/typed/check.ts';
import { TypedError } from '../schema/typed/kind.ts';
import { zeroOf } from '../schema/typed/zero.ts';
import { deepEqual } from '../values/equal.ts';
import { difference, equalSets, isEmpty, union } from '../values/fieldset.ts';
import { statusError } from '../values/status.ts';
import { formatRef, type KubeObject, type ManagedFieldsEntry, refOf } from '../values/types.ts';
import { describeConflict, type FieldConflict } from './conflicts.ts';
import { withUpdatedAnnotation, yieldsToLastApplied } from './lastapplied.ts';
import {
  capUpdaters,
  decodeManagers,
  encodeManagers,
  identityOf,
  type Manager,
  type Managers,
  NO_MANAGERS,
} from './managers.ts';
import { applied as ownApplied, updated as ownUpdated } from './ownership.ts';
import { BOOKKEEPING, ignoredPaths, ignoredSet, keepIgnored } from './resetfields.ts';

interface Actor {
  readonly manager: string;
  /** RFC 3339 in whole seconds: the time written into a changed entry. */
  readonly time: string;
  readonly schema: Schema;
  readonly subresource?: string;
  /**
   * Paths that this endpoint does not write, so that no manager comes to own them through it (the strategies' `GetResetFields`).
   * Default: `status` on the main resource of a built-in kind; `spec` and `metadata.labels` on `status`.
   */
  readonly ignored?: readonly (readonly string[])[];
}

export interface ApplyInput extends Actor {
  /** Stored object; undefined: apply creates. */
  readonly live: KubeObject | undefined;
  /** The manager's whole intent, as sent. */
  readonly applied: KubeObject;
  readonly force: boolean;
  /** Fills defaults into the merged object. */
  readonly defaults?: (object: KubeObject) => KubeObject;
}

export type ApplyOutcome =
  /** `object === live` when the apply changed nothing. */
  | { readonly ok: true; readonly object: KubeObject }
  | { readonly ok: false; readonly conflicts: readonly FieldConflict[] };

export interface UpdateInput extends Actor {
  /** undefined: create. */
  readonly live: KubeObject | undefined;
  /** The object to be stored: admitted, defaulted. */
  readonly updated: KubeObject;
}

/** Owner of what was there before the first apply to an object whose fields were not tracked (`skipnonapplied.go`). */
const BEFORE_FIRST_APPLY = 'before-first-apply';
/** Never a real identity: those are JSON. */
const CURRENT_OPERATION = 'current-operation';

/**
 * Server-side apply (KEP-555): `applied` becomes the whole intent of `manager`, merged into `live`.
 * Throws StatusError BadRequest for an object that cannot be applied: managedFields set, a field that the schema does
 * not declare, duplicate keys in a list.
 */
export function recordApply(input: ApplyInput): ApplyOutcome {
  rejectMalformed(input);
  const { live, schema, applied } = input;
  const before = live ? withManagedFields(live, undefined) : unborn(applied);
  const managers = live ? managersBeforeApply(live, before, input) : NO_MANAGERS;
  const applier = managerOf(input, 'Apply', applied.apiVersion);
  const actor = identityOf(applier);
  const ignored = ignoredSet(input);
  const write = { schema, managers, actor, ignored };
  const attempt = (force: boolean) => ownApplied(write, { live: before, config: applied, applier, force });

  let outcome = attempt(input.force);
  if (!outcome.ok && input.manager === 'kubectl' && live) {
    const remaining = yieldsToLastApplied(schema, live, outcome.conflicts);
    outcome = remaining.length === 0 ? attempt(true) : { ok: false, conflicts: remaining };
  }
  if (!outcome.ok) return { ok: false, conflicts: outcome.conflicts.map(describeConflict) };

  const merged = keepIgnored(outcome.value as KubeObject, before, ignoredPaths(input));
  const stamped = stamp(outcome.managers, managers.get(actor), actor, input.time, !deepEqual(before, merged));
  const defaulted = input.defaults ? input.defaults(merged) : merged;
  const object = input.manager === 'kubectl' ? withUpdatedAnnotation(defaulted, applied) : defaulted;
  return {
    ok: true,
    object:
      live && isNoOp(before, object, managers, stamped)
        ? live
        : withManagedFields(object, encodeManagers(stamped)),
  };
}

/** `updated` with metadata.managedFields after a create, update or patch by `manager`. */
export function recordUpdate(input: UpdateInput): KubeObject {
  const { live, updated } = input;
  const managers = managersBeforeUpdate(input);
  // An object whose fields are not tracked, or whose tracking was reset, stays so until the next apply.
  if (live && managers.size === 0) return withManagedFields(updated, undefined);
  try {
    const before = live ? withManagedFields(live, undefined) : zeroOf(input.schema, updated);
    const after = withManagedFields(updated, undefined);
    const entries = encodeManagers(afterUpdate(input, before, after, managers));
    const kept = live?.metadata.managedFields;
    return withManagedFields(updated, deepEqual(entries, kept) ? kept : entries);
  } catch (error) {
    // A write must not fail for the sake of its bookkeeping: the tracking is dropped (`UpdateNoErrors`).
    if (error instanceof TypedError) return withManagedFields(updated, undefined);
    throw error;
  }
}

function afterUpdate(actor: Actor, before: KubeObject, after: KubeObject, managers: Managers): Managers {
  const write = { schema: actor.schema, managers, actor: CURRENT_OPERATION, ignored: ignoredSet(actor) };
  const outcome = ownUpdated(write, { before, after });
  const owned = difference(outcome.owned, BOOKKEEPING);
  if (isEmpty(owned)) return capUpdaters(outcome.managers);
  const updater = managerOf(actor, 'Update', after.apiVersion);
  const id = identityOf(updater);
  const previous = outcome.managers.get(id);
  const set = previous ? union(previous.set, owned) : owned;
  return capUpdaters(new Map(outcome.managers).set(id, { ...previous, ...updater, time: actor.time, set }));
}

function managersBeforeUpdate({ live, updated, subresource }: UpdateInput): Managers {
  const stored = () => decodeManagers(live?.metadata.managedFields) ?? NO_MANAGERS;
  // A subresource cannot set managedFields.
  if (subresource) return stored();
  const sent = updated.metadata.managedFields;
  if (isReset(sent)) return NO_MANAGERS;
  const decoded = decodeManagers(sent);
  return decoded && decoded.size > 0 ? decoded : stored();
}

/** `managedFields: []` or `[{}]` asks to forget all owners. */
const isReset = (sent: readonly ManagedFieldsEntry[] | undefined): boolean =>
  Array.isArray(sent) && (sent.length === 0 || (sent.length === 1 && deepEqual(sent[0], {})));

function managersBeforeApply(live: KubeObject, before: KubeObject, input: ApplyInput): Managers {
  const managers = decodeManagers(live.metadata.managedFields) ?? NO_MANAGERS;
  if (managers.size > 0) return managers;
  const first: Actor = { ...input, manager: BEFORE_FIRST_APPLY };
  return afterUpdate(first, zeroOf(input.schema, live), before, NO_MANAGERS);
}

function managerOf(actor: Actor, operation: 'Apply' | 'Update', apiVersion: string): Omit<Manager, 'set'> {
  return {
    manager: actor.manager === '' ? 'unknown' : actor.manager,
    operation,
    apiVersion,
    ...(actor.subresource ? { subresource: actor.subresource } : {}),
  };
}

/** The applier's entry is dated when the object changed, or when it is new; bookkeeping is taken out of it. */
function stamp(
  managers: Managers,
  previous: Manager | undefined,
  actor: string,
  time: string,
  hasChanged: boolean,
): Managers {
  const applier = managers.get(actor);
  if (!applier) return managers;
  const set = difference(applier.set, BOOKKEEPING);
  const stamped = new Map(managers);
  if (isEmpty(set)) stamped.delete(actor);
  else stamped.set(actor, { ...applier, set, time: hasChanged ? time : (previous?.time ?? time) });
  return stamped;
}

function isNoOp(before: KubeObject, object: KubeObject, managers: Managers, stamped: Managers): boolean {
  if (managers.size !== stamped.size || !deepEqual(before, object)) return false;
  return [...stamped].every(([id, after]) => {
    const known = managers.get(id);
    return (
      known?.entry !== undefined && known.apiVersion === after.apiVersion && equalSets(known.set, after.set)
    );
  });
}

function withManagedFields(
  object: KubeObject,
  managedFields: readonly ManagedFieldsEntry[] | undefined,
): KubeObject {
  if (object.metadata.managedFields === managedFields) return object;
  const { managedFields: _, ...metadata } = object.metadata;
  return { ...object, metadata: managedFields ? { ...metadata, managedFields } : metadata };
}

/** What apply merges into when nothing is there. */
const unborn = ({ apiVersion, kind }: KubeObject): KubeObject => ({ apiVersion, kind, metadata: {} });

function rejectMalformed({ applied, schema }: ApplyInput): void {
  if (applied.metadata.managedFields) throw statusError('BadRequest', 'metadata.managedFields must be nil');
  try {
    checkTyped(schema, applied);
  } catch (error) {
    if (!(error instanceof TypedError)) throw error;
    const what = `${formatRef(refOf(applied))}; ${applied.apiVersion}, Kind=${applied.kind}`;
    throw statusError('BadRequest', `failed to create typed patch object (${what}): ${error.message}`);
  }
}
