import { ProblemError } from '../../../base/errors.ts';
import { compileRegex, type Regex } from '../../../kube/values/pattern.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import { RAW } from '../document.ts';
import { eachDocument, eachValue, judged, textParam } from './each.ts';
import { fromBase64, textOf } from './equality.ts';
import type { Check } from './kind.ts';
import { uniform, yamlOf } from './text.ts';

/** `path`, `pattern` of Go's syntax, and `decodeBase64`. */
export const matchRegex: Check = eachValue((actual, params, subject) => {
  const pattern = patternOf(params);
  if (typeof actual !== 'string') return { message: 'expected a text', actual: yamlOf(actual) };
  const text = params.decodeBase64 === true ? fromBase64(actual) : actual;
  if (text === undefined) return { message: 'is not base64' };
  const expected = textParam(params, 'pattern');
  return judged(pattern.test(text), subject, { message: 'expected to match', expected, actual: text });
});

/** `pattern`, for the whole text of a template that writes no YAML. */
export const matchRegexRaw: Check = eachDocument((document, params, subject) => {
  const actual = uniform(textOf(document[RAW]));
  const expected = textParam(params, 'pattern');
  const holds = patternOf(params).test(actual);
  const complaint = judged(holds, subject, { message: 'expected to match', expected, actual });
  return complaint ? [complaint] : [];
});

function patternOf(params: JsonObject): Regex {
  const text = textParam(params, 'pattern');
  if (text === '') throw new ProblemError({ reason: 'BadAssertion', message: 'It needs a pattern' });
  return compiled(text);
}

/** @throws ProblemError */
export function compiled(pattern: string): Regex {
  const regex = compileRegex(pattern);
  if (regex.ok) return regex.value;
  throw new ProblemError({
    reason: 'BadAssertion',
    message: `${pattern} is not a regular expression: ${regex.problems[0].message}`,
  });
}
