import { ANYTHING, memberSchema, type Schema } from '../schema/schema.ts';
import { canonicalJson, isObject } from '../values/equal.ts';
import { type StatusError, statusError } from '../values/status.ts';
import type { Json, JsonObject } from '../values/types.ts';

/**
 * Applies a strategic merge patch (apimachinery `pkg/util/strategicpatch/patch.go`): maps merge, lists with a merge key merge
 * item by item, everything else is replaced, null deletes; `$patch`, `$retainKeys`, `$setElementOrder/…` and
 * `$deleteFromPrimitiveList/…` say otherwise. Only for built-in kinds: a CRD's schema says nothing of merge keys, and its
 * endpoint answers 415. Throws StatusError BadRequest for a malformed patch.
 */
export function strategicMergePatch<T>(schema: Schema, original: T, patch: Json): T {
  if (!isObject(patch)) throw malformed('a strategic merge patch must be an object');
  return mergeMaps(schema, isObject(original) ? (original as JsonObject) : {}, patch) as T;
}

const ORDER = '$setElementOrder/';
const DELETIONS = '$deleteFromPrimitiveList/';
const malformed = (message: string): StatusError => statusError('BadRequest', message);

type List = readonly Json[];

function mergeMaps(schema: Schema, original: JsonObject, patch: JsonObject): JsonObject {
  switch (patch.$patch) {
    case undefined:
      break;
    case 'replace':
      return withoutDirectives(patch) as JsonObject;
    case 'delete':
      return {};
    default:
      throw malformed(`unknown patch type found: ${JSON.stringify(patch.$patch)}`);
  }
  const merged: Record<string, Json> = retained(original, patch);
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(DELETIONS)) deleteItems(merged, key.slice(DELETIONS.length), value);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const child = memberSchema(schema, key) ?? ANYTHING;
    const result = mergeValue(child, merged[key], value, orderOf(patch, key));
    if (result === undefined) delete merged[key];
    else merged[key] = result;
  }
  reorderUnpatched(schema, merged, original, patch);
  return merged;
}

/** `$retainKeys` lists every member that may stay: a union such as a Deployment's strategy changes its kind so. */
function retained(original: JsonObject, patch: JsonObject): Record<string, Json> {
  const keys = patch.$retainKeys;
  if (keys === undefined) return { ...original };
  if (!Array.isArray(keys)) throw malformed('invalid patch format of retainKeys');
  const known = new Set<unknown>(keys);
  const stray = Object.keys(patch).find(
    (key) => !key.startsWith('$') && patch[key] !== null && !known.has(key),
  );
  if (stray !== undefined) throw malformed(`invalid patch format of retainKeys: ${stray} is not among them`);
  return Object.fromEntries(Object.entries(original).filter(([key]) => known.has(key)));
}

/** undefined deletes. */
function mergeValue(
  schema: Schema,
  original: Json | undefined,
  patch: Json,
  order: List | undefined,
): Json | undefined {
  if (patch === null) return undefined;
  if (isObject(patch) && isObject(original)) {
    if (!strategies(schema).includes('replace')) return mergeMaps(schema, original, patch);
    return withoutDirectives(patch);
  }
  if (Array.isArray(patch) && Array.isArray(original) && strategies(schema).includes('merge')) {
    return mergeLists(schema, original, patch, order);
  }
  // A directive about what is not there comes to nothing, what stands beside it included.
  if (isObject(patch) && patch.$patch !== undefined) return undefined;
  return withoutDirectives(patch);
}

const strategies = (schema: Schema): readonly string[] => schema.patchStrategy?.split(',') ?? [];

function deleteItems(merged: Record<string, Json>, key: string, values: Json): void {
  const list = merged[key];
  if (!Array.isArray(values)) throw malformed(`${DELETIONS}${key} must be a list`);
  const deleted = new Set(values.map(canonicalJson));
  if (Array.isArray(list)) merged[key] = list.filter((item) => !deleted.has(canonicalJson(item)));
}

function orderOf(patch: JsonObject, key: string): List | undefined {
  const order = patch[`${ORDER}${key}`];
  if (order === undefined) return undefined;
  if (!Array.isArray(order)) throw malformed(`${ORDER}${key} must be a list`);
  return order;
}

/** An order may come alone: the items stay, their order changes. */
function reorderUnpatched(
  schema: Schema,
  merged: Record<string, Json>,
  original: JsonObject,
  patch: JsonObject,
): void {
  for (const directive of Object.keys(patch)) {
    if (!directive.startsWith(ORDER)) continue;
    const key = directive.slice(ORDER.length);
    const [list, order, before] = [merged[key], orderOf(patch, key), original[key]];
    if (patch[key] !== undefined || !Array.isArray(list) || !order) continue;
    const identify = identityOf(memberSchema(schema, key) ?? ANYTHING);
    merged[key] = ordered(list, order, Array.isArray(before) ? before : [], identify);
  }
}

/** What tells items apart, as text that a Map can be asked for: looking through a list for each item of another is quadratic. */
type Identify = (item: Json) => string | undefined;

function identityOf(schema: Schema): Identify {
  const key = schema.patchMergeKey;
  if (key === undefined) return canonicalJson;
  return (item) => {
    const identity = isObject(item) ? item[key] : undefined;
    return identity === undefined ? undefined : canonicalJson(identity);
  };
}

/** Identity → first place in the list. */
type Places = ReadonlyMap<string | undefined, number>;

function placesIn(list: List, identify: Identify): Map<string | undefined, number> {
  const places = new Map<string | undefined, number>();
  for (const [i, item] of list.entries()) {
    const identity = identify(item);
    if (!places.has(identity)) places.set(identity, i);
  }
  return places;
}

function mergeLists(schema: Schema, original: List, patch: List, order: List | undefined): List {
  const identify = identityOf(schema);
  if (![...original, ...patch].some(isObject)) {
    const both = [...original, ...patch];
    const firsts = new Map(both.toReversed().map((item) => [canonicalJson(item), item]));
    const all = both.filter((item) => firsts.delete(canonicalJson(item)));
    checkOrder(patch, order, identify);
    return ordered(all, order ?? patch, original, identify);
  }
  const mergeKey = schema.patchMergeKey;
  if (mergeKey === undefined) throw malformed('cannot merge lists without a merge key');
  const { kept, plain } = applyListDirectives(original, patch, mergeKey, identify);
  checkOrder(plain, order, identify);
  const merged = [...kept];
  const places = placesIn(merged, identify);
  for (const item of plain) {
    const identity = identify(item);
    const at = places.get(identity);
    const before = at === undefined ? undefined : merged[at];
    if (at !== undefined && isObject(before) && isObject(item)) {
      merged[at] = mergeMaps(schema.items ?? ANYTHING, before, item);
    } else {
      if (at === undefined) places.set(identity, merged.length);
      merged.push(withoutDirectives(item));
    }
  }
  // Kubernetes adds items where deleted ones were, within the list whose order it then goes by: they count as having stood there.
  const before = order ? merged.slice(0, original.length) : kept;
  return ordered(merged, order ?? plain, before, identify);
}

/** `$patch: delete` takes the item with its key out, `$patch: replace` all of them. */
function applyListDirectives(
  original: List,
  patch: List,
  mergeKey: string,
  identify: Identify,
): { kept: List; plain: List } {
  const deleted = new Set<string | undefined>();
  let isReplaced = false;
  const plain: Json[] = [];
  for (const item of patch) {
    if (!isObject(item)) throw malformed(`an item of a list with merge key ${mergeKey} must be an object`);
    const directive = item.$patch;
    if (directive === 'replace') isReplaced = true;
    else if (identify(item) === undefined) {
      throw malformed(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    } else if (directive === 'delete') deleted.add(identify(item));
    else if (directive === undefined) plain.push(item);
    else throw malformed(`unknown patch type found: ${JSON.stringify(directive)}`);
  }
  return { kept: isReplaced ? [] : original.filter((item) => !deleted.has(identify(item))), plain };
}

/** What a patch has of a list must come in the order that it wants (`validatePatchWithSetOrderList`). */
function checkOrder(patch: List, order: List | undefined, identify: Identify): void {
  if (!order || order.length === 0) return;
  let at = 0;
  for (const item of order) if (at < patch.length && identify(patch[at] as Json) === identify(item)) at++;
  if (at === patch.length) return;
  const [given, wanted] = [patch, order].map((list) => JSON.stringify(list));
  throw malformed(
    `The order in patch list:\n${given}\n doesn't match ${ORDER.slice(0, -1)} list:\n${wanted}\n`,
  );
}

/** Items named by `order` come in that order; the others keep theirs, and stand before a named one where they stood before it. */
function ordered(items: List, order: List, before: List, identify: Identify): List {
  const [wanted, earlier] = [placesIn(order, identify), placesIn(before, identify)];
  const place = (places: Places, item: Json): number => places.get(identify(item)) ?? -1;
  const sorted = (list: List, by: Places): Json[] => {
    const placed = list.map((item) => ({ item, at: place(by, item) }));
    return placed.sort((a, b) => (a.at < 0 || b.at < 0 ? 0 : a.at - b.at)).map(({ item }) => item);
  };
  const named = sorted(
    items.filter((item) => place(wanted, item) >= 0),
    wanted,
  );
  const others = sorted(
    items.filter((item) => place(wanted, item) < 0),
    earlier,
  );
  const result: Json[] = [];
  for (let [n, o] = [0, 0]; n < named.length || o < others.length; ) {
    const [other, next] = [others[o], named[n]];
    const isFirst =
      other !== undefined && (next === undefined || stoodBefore(earlier, identify, other, next));
    result.push((isFirst ? others[o++] : named[n++]) as Json);
  }
  return result;
}

function stoodBefore(earlier: Places, identify: Identify, a: Json, b: Json): boolean {
  const [i, j] = [earlier.get(identify(a)), earlier.get(identify(b))];
  return i !== undefined && j !== undefined && i < j;
}

/** What a patch means where nothing was: its values, without directives and without nulls. */
function withoutDirectives(patch: Json): Json {
  if (Array.isArray(patch)) {
    return patch.filter((item) => !isObject(item) || item.$patch === undefined).map(withoutDirectives);
  }
  if (!isObject(patch)) return patch;
  const kept = Object.entries(patch).filter(([key, value]) => value !== null && !key.startsWith('$'));
  return Object.fromEntries(
    kept
      .filter(([, value]) => !isObject(value) || value.$patch === undefined)
      .map(([key, value]) => [key, withoutDirectives(value)]),
  );
}
