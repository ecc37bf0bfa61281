import type { FieldSet, PathElement } from '../../values/fieldset.ts';
import { memberSchema, type Schema } from '../schema.ts';
import { isAtomic, itemSchema } from './kind.ts';

/**
 * A set that was written when parts of what has become atomic since had owners of their own: who owned a part owns the whole
 * (`typed/reconcile_schema.go`, ReconcileFieldSetWithSchema). The same reference where nothing changes.
 */
export function reconciled(schema: Schema, set: FieldSet): FieldSet {
  const members = new Set(set.members);
  const children = new Map(set.children);
  let hasChanged = false;
  for (const [element, child] of set.children) {
    const below = schemaAt(schema, element);
    const kept = below && (isWhole(below) ? undefined : reconciled(below, child));
    if (!below || kept === child) continue;
    hasChanged = true;
    if (kept) children.set(element, kept);
    else {
      children.delete(element);
      members.add(element);
    }
  }
  return hasChanged ? { members, children } : set;
}

const schemaAt = (schema: Schema, element: PathElement): Schema | undefined =>
  element.startsWith('f:') ? memberSchema(schema, element.slice(2)) : itemSchema(schema);

/** Of what has no type nothing is known before there is a value. */
const isWhole = (schema: Schema): boolean =>
  (schema.type === 'array' && isAtomic(schema, 'list')) ||
  (schema.type === 'object' && isAtomic(schema, 'map'));
