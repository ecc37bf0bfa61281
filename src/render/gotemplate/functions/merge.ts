import { elementType, isTrue, kindOf } from '../kinds.ts';
import { type Budget, GoError, type GoMap, isNil, Struct, type Value } from '../values.ts';
import { checkNesting } from './nesting.ts';

/**
 * dario.cat/mergo's merge of maps into `target`, in place. A map within a map is merged, anything else is taken whole: what `target`
 * has wins unless it is empty (false, 0, "", nil, no elements), with `overwrite` what `source` has wins even if it is empty. Maps and
 * lists that are taken stay shared with `source`.
 *
 * @throws MergeError where a map stands against a pointer to a struct
 */
export function merge(target: GoMap, sources: readonly GoMap[], overwrite: boolean, budget: Budget): GoMap {
  const merged = isNil(target) && sources.some((source) => !isNil(source)) ? new Map() : target;
  for (const source of sources) mergeInto(merged, source, { overwrite, budget }, 0);
  return merged;
}

/** What mergo returns as an error; whatever else is thrown is a panic in Go. */
export class MergeError extends GoError {}

interface Merging {
  readonly overwrite: boolean;
  readonly budget: Budget;
}

function mergeInto(target: GoMap, source: GoMap, merging: Merging, depth: number): void {
  checkNesting(depth);
  for (const [key, value] of [...source]) {
    merging.budget.spend(1);
    if (takes(target.get(key), value, merging, depth)) put(target, key, value, source);
  }
}

/** Whether `value` replaces what is there; a map is merged into it instead. */
function takes(present: Value | undefined, value: Value, merging: Merging, depth: number): boolean {
  const { overwrite } = merging;
  if (value === null) return overwrite;
  const within = value instanceof Map && present instanceof Map;
  if (within && !isNil(present)) mergeInto(present, value, merging, depth + 1);
  if (value instanceof Map && present instanceof Struct && kindOf(present) === 'ptr' && !overwrite)
    throw new MergeError('src and dst must be of same type');
  return present === undefined || !isTrue(present) || (overwrite && !within);
}

/** @throws GoError where a map of texts would get something else */
function put(target: GoMap, key: string, value: Value, source: GoMap): void {
  const [wanted, given] = [elementType(target), elementType(source)];
  if (wanted !== 'interface {}' && wanted !== given)
    throw new GoError(
      `reflect.Value.SetMapIndex: value of type ${given} is not assignable to type ${wanted}`,
    );
  target.set(key, value);
}
