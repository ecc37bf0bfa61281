import { regexCost } from '../pattern.ts';
import type { Schema } from '../schema.ts';
import { type FieldError, forbidden, invalid } from './errors.ts';

/** What the distinct patterns of one CRD may cost together: compiling them takes about a quarter of a second then. */
const MAX_COST = 100_000;

/**
 * The patterns of a CRD's schema must be Go's (apiextensions `validation.go`, ValidateCustomResourceDefinitionOpenAPISchema):
 * no lookaheads, no backreferences.
 */
export function validatePatterns(schema: Schema, path: string): readonly FieldError[] {
  const seen = new Set<string>();
  const errors: FieldError[] = [];
  let cost = 0;
  for (const { pattern, at } of patternsOf(schema, path)) {
    if (seen.has(pattern)) continue;
    seen.add(pattern);
    const compiled = regexCost(pattern);
    if (!compiled.ok) {
      const [{ message }] = compiled.problems;
      errors.push(invalid(at, pattern, `must be a valid regular expression, but isn't: ${message}`));
      continue;
    }
    cost += compiled.value;
    if (cost > MAX_COST)
      return [...errors, forbidden(at, 'the patterns of this schema are too large together')];
  }
  return errors;
}

function* patternsOf(
  schema: Schema,
  path: string,
): Generator<{ readonly pattern: string; readonly at: string }> {
  if (schema.pattern !== undefined) yield { pattern: schema.pattern, at: `${path}.pattern` };
  for (const [key, child] of Object.entries(schema.properties ?? {})) {
    // Of a built-in type, metadata: it is the server's own.
    if (child.name === undefined) yield* patternsOf(child, `${path}.properties[${key}]`);
  }
  for (const [key, branches] of Object.entries({
    allOf: schema.allOf,
    anyOf: schema.anyOf,
    oneOf: schema.oneOf,
  })) {
    for (const [i, branch] of (branches ?? []).entries()) yield* patternsOf(branch, `${path}.${key}[${i}]`);
  }
  if (schema.items) yield* patternsOf(schema.items, `${path}.items`);
  if (schema.additional) yield* patternsOf(schema.additional, `${path}.additionalProperties`);
  if (schema.not) yield* patternsOf(schema.not, `${path}.not`);
}
