import type { Schema } from '../../schema/schema.ts';
import { validateValue } from '../../schema/typecheck.ts';
import { pruneUnknown } from '../../schema/unknown.ts';
import { deepEqual } from '../../values/equal.ts';
import { type FieldError, invalid } from '../../values/fielderrors.ts';

/**
 * Defaults are values of their own schema, and hold nothing that it would prune (apiextensions
 * `apiserver/schema/defaulting/validation.go`).
 */
export function checkDefaults(schema: Schema, path: string): readonly FieldError[] {
  if (schema.name !== undefined) return [];
  const errors = [...checkDefault(schema, `${path}.default`)];
  for (const [key, child] of Object.entries(schema.properties ?? {}))
    errors.push(...checkDefaults(child, `${path}.properties[${key}]`));
  if (schema.items) errors.push(...checkDefaults(schema.items, `${path}.items`));
  if (schema.additional) errors.push(...checkDefaults(schema.additional, `${path}.additionalProperties`));
  return errors;
}

function checkDefault(schema: Schema, path: string): readonly FieldError[] {
  const value = schema.default;
  if (value === undefined) return [];
  if (!deepEqual(pruneUnknown(schema, value), value))
    return [invalid(path, value, 'must not have unknown fields')];
  return validateValue(schema, value, path);
}
