import { deepEqual } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import { asObject, eachValue, hasMembers, judged } from './each.ts';
import type { Check } from './kind.ts';
import { yamlOf } from './text.ts';

/** `path` of a list, and `content` that is an item of it; `any`: an item may have other members too; `count`: so many are. */
export const contains: Check = eachValue((actual, params, subject) => {
  const { content = null, count } = params;
  if (!Array.isArray(actual)) return { message: 'expected a list', actual: yamlOf(actual) };
  const found = actual.filter((item: Json) => isItem(item, content, params)).length;
  const holds = found > 0 && (typeof count !== 'number' || found === count);
  const times = typeof count === 'number' ? ` ${count} times, and it does ${found} times` : '';
  return judged(holds, subject, { message: `expected to contain${times}`, expected: [content], actual });
});

function isItem(item: Json, content: Json, { any }: JsonObject): boolean {
  const [object, wanted] = [asObject(item), asObject(content)];
  if (any === true && object && wanted) return hasMembers(object, wanted, deepEqual);
  return deepEqual(item, content);
}

/** `path` of an object, and `content`: members that it has, each as a whole. */
export const isSubset: Check = eachValue((actual, params, subject) => {
  const { content = null } = params;
  const [object, wanted] = [asObject(actual), asObject(content)];
  if (!object || !wanted) return { message: 'expected an object', actual: yamlOf(actual) };
  const holds = hasMembers(object, wanted, deepEqual);
  return judged(holds, subject, { message: 'expected to contain', expected: content, actual });
});
