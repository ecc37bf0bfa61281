import { ProblemError } from '../../../base/errors.ts';
import { compileRegex } from '../../../kube/values/pattern.ts';
import type { JsonObject } from '../../../kube/values/types.ts';
import { RAW } from '../document.ts';
import { textParam } from './each.ts';
import { textOf } from './equality.ts';
import type { Check, Complaint } from './kind.ts';

/** `errorMessage`: all that the template said; `errorPattern`: a regular expression, or a part of it; neither: it failed. */
export const failedTemplate: Check = (params, { selected, not, renderError }) => {
  const { errorMessage, errorPattern } = params;
  if (errorMessage && errorPattern)
    throw new ProblemError({
      reason: 'BadAssertion',
      message: 'It takes errorMessage or errorPattern, not both',
    });
  const judge = (said: string): Complaint[] =>
    says(said, params) !== not ? [] : [complaintOf(params, said, not)];
  const isAny = !errorMessage && !errorPattern;
  if (renderError !== undefined) return isAny ? [] : judge(renderError);
  if (isAny) return selected.length === 0 && !not ? [{ message: 'expected the template to fail' }] : [];
  if (selected.length === 0) return not ? [] : [{ message: 'expected the template to fail' }];
  return selected.flatMap((document) =>
    document[RAW] === undefined && not ? [] : judge(textOf(document[RAW])),
  );
};

function says(said: string, params: JsonObject): boolean {
  const pattern = textParam(params, 'errorPattern');
  if (pattern === '') return said === textParam(params, 'errorMessage');
  const regex = compileRegex(pattern);
  // What is no pattern, or does not match as one, may stand there as it is.
  return (regex.ok && regex.value.test(said)) || said.includes(pattern);
}

const complaintOf = (params: JsonObject, said: string, not: boolean): Complaint => ({
  message: `expected the template${not ? ' not' : ''} to fail with`,
  expected: textParam(params, 'errorMessage') || textParam(params, 'errorPattern'),
  actual: said,
});
