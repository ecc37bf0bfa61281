import { deepEqual } from '../../../kube/values/equal.ts';
import type { Json } from '../../../kube/values/types.ts';
import { RAW } from '../document.ts';
import { eachDocument, eachValue, judged, textParam } from './each.ts';
import type { Check } from './kind.ts';
import { uniform } from './text.ts';

/** `path`, `value`, and `decodeBase64` for what a Secret holds. */
export const equal: Check = eachValue((actual, params, subject) => {
  const { value: expected = null, decodeBase64 } = params;
  const decoded = typeof actual === 'string' && decodeBase64 === true ? fromBase64(actual) : actual;
  if (decoded === undefined) return { message: 'is not base64' };
  const shown: Json = typeof decoded === 'string' ? uniform(decoded) : decoded;
  return judged(deepEqual(expected, shown), subject, {
    message: 'expected to equal',
    expected,
    actual: shown,
  });
});

/** `value`: the whole text of a template that writes no YAML. */
export const equalRaw: Check = eachDocument((document, params, subject) => {
  const expected = textParam(params, 'value');
  const actual = uniform(textOf(document[RAW]));
  const complaint = judged(expected === actual, subject, { message: 'expected to equal', expected, actual });
  return complaint ? [complaint] : [];
});

export const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '<nil>');

/** undefined for what Go's decoder refuses. */
export function fromBase64(text: string): string | undefined {
  const compact = text.replace(/[\r\n]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(compact)) return undefined;
  return Buffer.from(compact, 'base64').toString('utf8');
}
