import { type FieldError, forbidden, invalid } from '../values/fielderrors.ts';
import { regexCost } from '../values/pattern.ts';
import type { Schema } from './schema.ts';

/** What the distinct patterns of one CRD may cost together: compiling them takes about an eighth of a second then. */
const MAX_COST = 50_000;
/** Of each, for parsing it. */
const BASE_COST = 50;
/** Each that is refused may have been compiled first. */
const MOST_ERRORS = 4;

/**
 * A check of the schemas of one CRD's versions: the patterns must be Go's (apiextensions `validation.go`,
 * ValidateCustomResourceDefinitionOpenAPISchema), without lookaheads and backreferences.
 */
export function createPatternCheck(): (schema: Schema, path: string) => readonly FieldError[] {
  const seen = new Set<string>();
  let left = MAX_COST;
  let refused = 0;

  function check(pattern: string, at: string): readonly FieldError[] {
    if (seen.has(pattern) || left < 0 || refused === MOST_ERRORS) return [];
    seen.add(pattern);
    const compiled = regexCost(pattern);
    if (!compiled.ok) {
      refused += 1;
      const [{ message }] = compiled.problems;
      return [invalid(at, pattern, `must be a valid regular expression, but isn't: ${message}`)];
    }
    left -= BASE_COST + compiled.value;
    return left < 0 ? [forbidden(at, 'the patterns of this definition are too large together')] : [];
  }

  return (schema, path) => {
    const errors: FieldError[] = [];
    for (const { pattern, at } of patternsOf(schema, path)) errors.push(...check(pattern, at));
    return errors;
  };
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
