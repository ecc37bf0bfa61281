import { measure, OBJECT_BOUNDS } from '../values/bounds.ts';
import { deepEqual, isObject } from '../values/equal.ts';
import { type StatusError, statusError } from '../values/status.ts';
import type { Json } from '../values/types.ts';

/** RFC 6902. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: Json }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** As kube-apiserver (`maxJSONPatchOperations`). */
const MAX_OPERATIONS = 10_000;

/** What one patch has done so far. */
interface Work {
  /** Maps and lists that it has copied already: it may change those in place, or each operation would copy them again. */
  readonly own: Set<Json>;
  /** What `copy` may still multiply (kube-apiserver bounds the same by `AccumulatedCopySizeLimit`). */
  nodes: number;
  bytes: number;
}

/**
 * RFC 6902. Throws StatusError: BadRequest for a patch that is not one, Invalid for an operation that cannot be carried
 * out (a path that is not there, a test that fails), both naming the operation. The original is not touched.
 */
export function jsonPatch<T>(original: T, operations: readonly JsonPatchOperation[]): T {
  if (!Array.isArray(operations))
    throw statusError('BadRequest', 'a JSON patch must be a list of operations');
  if (operations.length > MAX_OPERATIONS) {
    throw statusError(
      'RequestEntityTooLarge',
      `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  }
  const { nodes, bytes } = OBJECT_BOUNDS;
  const work: Work = { own: new Set(), nodes, bytes };
  return operations.reduce<Json>(
    (value, operation, i) => step(value, operation, i, work),
    original as Json,
  ) as T;
}

function step(value: Json, operation: JsonPatchOperation, index: number, work: Work): Json {
  const fail: Fail = (message) =>
    statusError(
      'Invalid',
      `operation ${index} (${operation.op} ${operation.path}) cannot be applied: ${message}`,
    );
  const path = pointer(operation.path, index);
  switch (operation.op) {
    case 'add':
      return edit(value, path, fail, { verb: 'add', value: given(operation, index) }, work);
    case 'replace':
      return edit(value, path, fail, { verb: 'replace', value: given(operation, index) }, work);
    case 'remove':
      return edit(value, path, fail, { verb: 'remove' }, work);
    case 'test':
      // Kubernetes' library takes an absent member for null.
      if (deepEqual(find(value, path) ?? null, given(operation, index))) return value;
      throw fail('the test failed: the value there is another');
    case 'copy': {
      const from = present(value, pointer(operation.from, index), fail);
      return edit(value, path, fail, { verb: 'add', value: cloned(from, work, fail) }, work);
    }
    case 'move': {
      const from = pointer(operation.from, index);
      const moved = present(value, from, fail);
      if (isBelow(path, from)) throw fail('a value cannot be moved into itself');
      return edit(
        edit(value, from, fail, { verb: 'remove' }, work),
        path,
        fail,
        { verb: 'add', value: moved },
        work,
      );
    }
    default:
      throw malformed(index, `unknown op ${JSON.stringify((operation as { op?: unknown }).op)}`);
  }
}

type Fail = (message: string) => StatusError;
type Edit = { readonly verb: 'add' | 'replace'; readonly value: Json } | { readonly verb: 'remove' };

const malformed = (index: number, message: string): StatusError =>
  statusError('BadRequest', `operation ${index} of the JSON patch: ${message}`);

function given(operation: { readonly op: string; readonly value?: Json }, index: number): Json {
  if (operation.value === undefined) throw malformed(index, `${operation.op} needs a value`);
  return operation.value;
}

/** RFC 6901. */
function pointer(text: unknown, index: number): readonly string[] {
  if (typeof text !== 'string') throw malformed(index, 'a path is missing');
  if (text === '') return [];
  if (!text.startsWith('/')) throw malformed(index, `the path ${text} must begin with a slash`);
  return text
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

const isBelow = (path: readonly string[], ancestor: readonly string[]): boolean =>
  path.length > ancestor.length && ancestor.every((token, i) => path[i] === token);

function find(value: Json, path: readonly string[]): Json | undefined {
  let node: Json | undefined = value;
  for (const token of path) {
    if (Array.isArray(node)) node = node[itemIndex(token, node.length)];
    else node = isObject(node) && Object.hasOwn(node, token) ? node[token] : undefined;
  }
  return node;
}

function present(value: Json, path: readonly string[], fail: Fail): Json {
  const found = find(value, path);
  if (found === undefined) throw fail(`there is nothing at /${path.join('/')}`);
  return found;
}

/** NaN for text that is not an index. */
const itemIndex = (token: string, length: number): number => {
  if (!/^(?:0|-?[1-9]\d*)$/.test(token)) return Number.NaN;
  const index = Number(token);
  // Kubernetes' library counts negative indices from the end.
  return index < 0 ? index + length : index;
};

function edit(node: Json, path: readonly string[], fail: Fail, change: Edit, work: Work, at = 0): Json {
  const token = path[at];
  if (token === undefined) {
    if (change.verb === 'remove') throw fail('the whole object cannot be removed');
    return change.value;
  }
  if (!Array.isArray(node) && !isObject(node)) throw fail(`/${token} has no parent`);
  const own = ownCopy(node, work);
  const isLast = at === path.length - 1;
  const below = (child: Json): Json => edit(child, path, fail, change, work, at + 1);
  if (Array.isArray(own)) editItem(own, token, isLast, fail, change, below);
  else editMember(own as Record<string, Json>, token, isLast, fail, change, below);
  return own;
}

/** A copy of its own: neither of the two places may be changed through the other. */
function cloned(value: Json, work: Work, fail: Fail): Json {
  const { nodes, bytes, excess } = measure(value, { ...OBJECT_BOUNDS, nodes: work.nodes, bytes: work.bytes });
  if (excess) throw fail('what the patch copies is too large altogether');
  work.nodes -= nodes;
  work.bytes -= bytes;
  return structuredClone(value) as Json;
}

function ownCopy(node: Json, work: Work): Json {
  if (work.own.has(node)) return node;
  const copy = Array.isArray(node) ? [...node] : { ...(node as Readonly<Record<string, Json>>) };
  work.own.add(copy);
  return copy;
}

function editMember(
  node: Record<string, Json>,
  key: string,
  isLast: boolean,
  fail: Fail,
  change: Edit,
  below: (child: Json) => Json,
): void {
  const child = Object.hasOwn(node, key) ? node[key] : undefined;
  if (child === undefined && (!isLast || change.verb !== 'add'))
    throw fail(`there is no member ${JSON.stringify(key)}`);
  if (isLast && change.verb === 'remove') {
    delete node[key];
    return;
  }
  // An assignment would take `__proto__` for the prototype.
  const value = below(child ?? null);
  Object.defineProperty(node, key, { value, enumerable: true, writable: true, configurable: true });
}

function editItem(
  node: Json[],
  token: string,
  isLast: boolean,
  fail: Fail,
  change: Edit,
  below: (child: Json) => Json,
): void {
  const index =
    token === '-' && isLast && change.verb === 'add' ? node.length : itemIndex(token, node.length);
  const last = isLast && change.verb === 'add' ? node.length : node.length - 1;
  if (!(index >= 0 && index <= last)) throw fail(`there is no item ${token} in a list of ${node.length}`);
  if (isLast && change.verb === 'add') node.splice(index, 0, change.value);
  else if (isLast && change.verb === 'remove') node.splice(index, 1);
  else node[index] = below(node[index] ?? null);
}
