import type { Problem } from '../base/errors.ts';
import { formatPlace } from '../base/place.ts';
import { isObject } from '../kube/values/equal.ts';
import type { Json, JsonObject } from '../kube/values/types.ts';
import { suggest } from './suggest.ts';
import { escapeSegment, placeOf, type Values } from './values.ts';

/**
 * What is probably wrong with the values of a file, where no schema says what is right: a value of another type than its default, and a name
 * that the chart does not have and that is nearly one that it has. `isRead` says whether a template reads a path.
 */
export function doubtfulValues(
  defaults: Values,
  layer: Values,
  isRead: (path: readonly string[]) => boolean,
): Problem[] {
  const visit = (under: JsonObject, over: JsonObject, path: readonly string[]): Problem[] =>
    Object.entries(over).flatMap(([key, value]) => {
      const at = [...path, key];
      if (!Object.hasOwn(under, key)) return misspelt(key, Object.keys(under), at);
      const before = under[key] as Json;
      if (isObject(before) && isObject(value)) return visit(before, value as JsonObject, at);
      return mistyped(before, value, at);
    });

  const placed = (path: readonly string[], problem: Omit<Problem, 'place'>): Problem => {
    const place = placeOf(layer, pointerOf(path));
    return { ...problem, ...(place ? { place } : {}) };
  };
  const misspelt = (key: string, known: readonly string[], path: readonly string[]): Problem[] => {
    const remedy = suggest(key, known);
    if (!remedy || isRead(path)) return [];
    const message = `The chart has no value ${path.join('.')}`;
    return [placed(path, { reason: 'UnknownValue', message, remedy })];
  };
  const mistyped = (before: Json, value: Json, path: readonly string[]): Problem[] => {
    const [was, is] = [kindOf(before), kindOf(value)];
    if (was === undefined || is === undefined || was === is) return [];
    const place = placeOf(defaults, pointerOf(path));
    const message = `${path.join('.')} is ${is} here, and ${was} ${place ? `at ${formatPlace(place)}` : 'by default'}`;
    const remedy = 'Write it as the default is written, or say in values.schema.json that it may be both.';
    return [placed(path, { reason: 'ValueType', message, remedy })];
  };
  return visit(defaults.data, layer.data, []);
}

const pointerOf = (path: readonly string[]): string => path.map((key) => `/${escapeSegment(key)}`).join('');

/** Undefined for null, which stands for anything. */
function kindOf(value: Json): string | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'a map';
  if (typeof value === 'boolean') return 'true or false';
  return typeof value === 'number' ? 'a number' : 'text';
}
