import type { Schema } from '../schema/schema.ts';
import { type Comparison, compare } from '../schema/typed/compare.ts';
import { fieldsOf, withNamedParents } from '../schema/typed/fields.ts';
import { merge } from '../schema/typed/merge.ts';
import { reconciled } from '../schema/typed/reconcile.ts';
import { remove } from '../schema/typed/remove.ts';
import {
  difference,
  EMPTY,
  exclude,
  type FieldSet,
  intersection,
  isEmpty,
  type PathElement,
  pathsOf,
  union,
  unionAll,
} from '../values/fieldset.ts';
import type { Manager, Managers } from './managers.ts';

/**
 * The core of server-side apply: structured-merge-diff `merge/update.go`, over values and sets.
 * One schema serves all managers of an object: our kinds have one structure whatever API version wrote them.
 */

export interface OwnedConflict {
  readonly manager: Manager;
  readonly path: readonly PathElement[];
}

/** Whose write it is, by what schema, and what was owned before. */
export interface Write {
  /** One schema serves all managers of an object. */
  readonly schema: Schema;
  readonly managers: Managers;
  /** Key of the writer in `managers`. */
  readonly actor: string;
  /** Fields without an owner: the server sets them itself. */
  readonly ignored: FieldSet;
}

type Settled =
  | { readonly ok: true; readonly managers: Managers; readonly comparison: Comparison }
  | { readonly ok: false; readonly conflicts: readonly OwnedConflict[] };

/** What the change from `before` to `after` by `actor` means to all others: they lose what it changed, or object to it. */
function settle(
  { schema, managers, actor, ignored }: Write,
  { before, after, force }: { readonly before: unknown; readonly after: unknown; readonly force: boolean },
): Settled {
  const full = compare(schema, before, after);
  if (managers.size === 0) return { ok: true, managers, comparison: full };
  const comparison: Comparison = {
    added: exclude(full.added, ignored),
    modified: exclude(full.modified, ignored),
    removed: exclude(full.removed, ignored),
  };
  const changed = union(comparison.modified, comparison.added);
  const settled = new Map(managers);
  const conflicts: OwnedConflict[] = [];
  for (const [id, manager] of managers) {
    if (id === actor) continue;
    const disputed = intersection(manager.set, changed);
    for (const path of pathsOf(disputed)) conflicts.push({ manager, path });
    const set = difference(difference(manager.set, disputed), comparison.removed);
    if (isEmpty(set)) settled.delete(id);
    else if (set !== manager.set) settled.set(id, { ...manager, set });
  }
  return conflicts.length > 0 && !force
    ? { ok: false, conflicts }
    : { ok: true, managers: settled, comparison: full };
}

/** The schema may have changed since the sets were written. */
function current({ schema, managers }: Write): Managers {
  const changed = [...managers].flatMap(([id, manager]) => {
    const set = reconciled(schema, manager.set);
    return set === manager.set ? [] : [[id, { ...manager, set }] as const];
  });
  return changed.length === 0 ? managers : new Map([...managers, ...changed]);
}

/** Ownership after `actor` stored `after`: it owns what it changed on top of what it had. */
export function updated(
  write: Write,
  { before, after }: { readonly before: unknown; readonly after: unknown },
): { readonly managers: Managers; readonly owned: FieldSet } {
  const { actor, ignored } = write;
  const settled = settle({ ...write, managers: current(write) }, { before, after, force: true });
  if (!settled.ok) throw new Error('a forced change has no conflicts');
  const { added, modified, removed } = settled.comparison;
  const had = settled.managers.get(actor)?.set ?? EMPTY;
  const owned = exclude(union(union(difference(had, removed), modified), added), ignored);
  return { managers: settled.managers, owned };
}

export type Applied =
  | { readonly ok: true; readonly value: unknown; readonly managers: Managers }
  | { readonly ok: false; readonly conflicts: readonly OwnedConflict[] };

export interface Application {
  readonly live: unknown;
  /** The whole intent of the applier. */
  readonly config: unknown;
  /** The applier's entry, without its set. */
  readonly applier: Omit<Manager, 'set'>;
  /** Take disputed fields over instead of answering with conflicts. */
  readonly force: boolean;
}

/** Merges the whole intent of an applier into the live object. */
export function applied(write: Write, { live, config, applier, force }: Application): Applied {
  const { schema, actor, ignored } = write;
  const managers = current(write);
  const merged = merge(schema, live, config);
  const last = managers.get(actor)?.set ?? EMPTY;
  const set = exclude(fieldsOf(schema, config), ignored);
  const claimed = new Map(managers).set(actor, { ...managers.get(actor), ...applier, set });
  // Nothing given up, nothing to take out: nearly every apply, and the dearest step.
  const value = isEmpty(difference(last, set)) ? merged : prune(schema, merged, claimed, last);
  const settled = settle({ ...write, managers: claimed }, { before: live, after: value, force });
  return settled.ok ? { ok: true, value, managers: settled.managers } : settled;
}

/**
 * Takes out what the actor applied last time, does not apply now, and no other manager owns.
 * `managers` holds the actor's new set already, so what it still applies comes back with what others own.
 */
function prune(schema: Schema, merged: unknown, managers: Managers, last: FieldSet): unknown {
  const named = (set: FieldSet): FieldSet => withNamedParents(schema, set);
  const all = named(fieldsOf(schema, merged));
  const claimed = unionAll([...managers.values()].map(({ set }) => set));

  const bare = remove(schema, merged, named(last));
  const withOwned = remove(
    schema,
    merged,
    difference(difference(all, named(fieldsOf(schema, bare))), named(claimed)),
  );
  // Unowned fields that went with their parent were never the actor's to take.
  const gone = difference(all, named(fieldsOf(schema, withOwned)));
  return remove(schema, merged, intersection(gone, named(last)));
}
