import type { FieldSet, PathElement } from '../../values/fieldset.ts';
import { memberSchema, type Schema } from '../schema.ts';
import { isAtomic, itemSchema } from './kind.ts';

/**
 * A set that was written when parts of what has become atomic since had owners of their own: who owned a part owns the whole
 * (`typed/reconcile_schema.go`, ReconcileFieldSetWithSchema). The same reference where nothing changes, which is nearly always: every
 * write of an object comes here with all that is owned of it.
 */
export function reconciled(schema: Schema, set: FieldSet): FieldSet {
  let changed:
    | { readonly members: Set<PathElement>; readonly children: Map<PathElement, FieldSet> }
    | undefined;
  for (const [element, child] of set.children) {
    const below = schemaAt(schema, element);
    if (!below) continue;
    const kept = isWhole(below) ? undefined : reconciled(below, child);
    if (kept === child) continue;
    changed ??= { members: new Set(set.members), children: new Map(set.children) };
    if (kept) changed.children.set(element, kept);
    else {
      changed.children.delete(element);
      changed.members.add(element);
    }
  }
  return changed ?? set;
}

const schemaAt = (schema: Schema, element: PathElement): Schema | undefined =>
  element.startsWith('f:') ? memberSchema(schema, element.slice(2)) : itemSchema(schema);

/** Of what has no type nothing is known before there is a value. */
const isWhole = (schema: Schema): boolean =>
  (schema.type === 'array' && isAtomic(schema, 'list')) ||
  (schema.type === 'object' && isAtomic(schema, 'map'));
