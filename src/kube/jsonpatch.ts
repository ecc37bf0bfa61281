import type { JsonPatchOperation } from './client.ts';
import { deepEqual, isObject } from './equal.ts';
import { type StatusError, statusError } from './status.ts';
import type { Json } from './types.ts';

/**
 * RFC 6902. Throws StatusError: BadRequest for a patch that is not one, Invalid for an operation that cannot be carried
 * out (a path that is not there, a test that fails), both naming the operation. The original is not touched.
 */
export function jsonPatch<T>(original: T, operations: readonly JsonPatchOperation[]): T {
  if (!Array.isArray(operations))
    throw statusError('BadRequest', 'a JSON patch must be a list of operations');
  return operations.reduce<Json>((value, operation, i) => step(value, operation, i), original as Json) as T;
}

function step(value: Json, operation: JsonPatchOperation, index: number): Json {
  const fail: Fail = (message) =>
    statusError(
      'Invalid',
      `operation ${index} (${operation.op} ${operation.path}) cannot be applied: ${message}`,
    );
  const path = pointer(operation.path, index);
  switch (operation.op) {
    case 'add':
      return edit(value, path, fail, { verb: 'add', value: given(operation, index) });
    case 'replace':
      return edit(value, path, fail, { verb: 'replace', value: given(operation, index) });
    case 'remove':
      return edit(value, path, fail, { verb: 'remove' });
    case 'test':
      // Kubernetes' library takes an absent member for null.
      if (deepEqual(find(value, path) ?? null, given(operation, index))) return value;
      throw fail('the test failed: the value there is another');
    case 'copy':
      return edit(value, path, fail, {
        verb: 'add',
        value: present(value, pointer(operation.from, index), fail),
      });
    case 'move': {
      const from = pointer(operation.from, index);
      const moved = present(value, from, fail);
      if (isBelow(path, from)) throw fail('a value cannot be moved into itself');
      return edit(edit(value, from, fail, { verb: 'remove' }), path, fail, { verb: 'add', value: moved });
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

/** NaN, which no item has, for what is no index. */
const itemIndex = (token: string, length: number): number => {
  if (!/^(?:0|-?[1-9]\d*)$/.test(token)) return Number.NaN;
  const index = Number(token);
  // Kubernetes' library counts negative indices from the end.
  return index < 0 ? index + length : index;
};

function edit(node: Json, path: readonly string[], fail: Fail, change: Edit): Json {
  const [token, ...rest] = path;
  if (token === undefined) {
    if (change.verb === 'remove') throw fail('the whole object cannot be removed');
    return change.value;
  }
  if (Array.isArray(node)) return editItem(node, token, rest, fail, change);
  if (isObject(node)) return editMember(node, token, rest, fail, change);
  throw fail(`/${token} has no parent`);
}

function editMember(
  node: Readonly<Record<string, Json>>,
  key: string,
  rest: readonly string[],
  fail: Fail,
  change: Edit,
): Json {
  const child = Object.hasOwn(node, key) ? node[key] : undefined;
  const isLast = rest.length === 0;
  if (child === undefined && (!isLast || change.verb !== 'add'))
    throw fail(`there is no member ${JSON.stringify(key)}`);
  if (isLast && change.verb === 'remove') {
    const { [key]: _, ...others } = node;
    return others;
  }
  return { ...node, [key]: edit(child ?? null, rest, fail, change) };
}

function editItem(
  node: readonly Json[],
  token: string,
  rest: readonly string[],
  fail: Fail,
  change: Edit,
): Json {
  const isLast = rest.length === 0;
  const index =
    token === '-' && isLast && change.verb === 'add' ? node.length : itemIndex(token, node.length);
  const last = isLast && change.verb === 'add' ? node.length : node.length - 1;
  if (!(index >= 0 && index <= last)) throw fail(`there is no item ${token} in a list of ${node.length}`);
  if (isLast && change.verb === 'add') return [...node.slice(0, index), change.value, ...node.slice(index)];
  if (isLast && change.verb === 'remove') return node.filter((_, i) => i !== index);
  return node.map((item, i) => (i === index ? edit(item, rest, fail, change) : item));
}
