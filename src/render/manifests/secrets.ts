import { type Blot, blotter, spellings } from '../../base/blot.ts';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import { hideValues } from '../provenance/hide.ts';
import { type GeneratedValues, type LookupAnswers, textsOf } from '../recorded.ts';
import type { Rendered } from '../types.ts';

/** What templates made, and what Secrets have that they looked up. */
export const secretTexts = (made: GeneratedValues, lookups: LookupAnswers): readonly string[] => [
  ...Object.values(made).flatMap(({ value }) => textsOf(value)),
  ...Object.entries(lookups).flatMap(([key, answer]) =>
    key.split(' ')[1] === 'Secret' && 'object' in answer ? textsOfSecrets(answer.object) : [],
  ),
];

/** Of one, or of a list. */
function textsOfSecrets(object: unknown): string[] {
  if (!isObject(object)) return [];
  if (Array.isArray(object.items)) return object.items.flatMap(textsOfSecrets);
  const values = isObject(object.data) ? Object.values(object.data) : [];
  return values.flatMap((value) =>
    typeof value === 'string' ? [value, Buffer.from(value, 'base64').toString('utf8')] : [],
  );
}

/** Blots secrets out in all their spellings. */
export const blotterOf = (secrets: readonly string[]): Blot => blotter(secrets.flatMap(spellings));

const tellsNothing = ({ notes, warnings, explanation }: Rendered): boolean =>
  notes === undefined && warnings.length === 0 && !explanation;

/** The same without secrets in what it tells people, be they written as they are, as base64, or quoted. `secrets` is asked where there is any. */
export function blotted(result: Result<Rendered>, secrets: () => readonly string[]): Result<Rendered> {
  if (result.ok && tellsNothing(result.value)) return result;
  const hidden = secrets();
  const blot = blotterOf(hidden);
  const blotProblem = ({ message, remedy, details, ...rest }: Problem): Problem => ({
    ...rest,
    message: blot(message),
    ...(remedy === undefined ? {} : { remedy: blot(remedy) }),
    ...(details === undefined ? {} : { details: details.map(blot) }),
  });
  if (!result.ok) {
    const [first, ...others] = result.problems;
    return failed(blotProblem(first), ...others.map(blotProblem));
  }
  const { notes, warnings, explanation, ...rest } = result.value;
  return ok({
    ...rest,
    ...(notes === undefined ? {} : { notes: blot(notes) }),
    ...(explanation ? { explanation: hideValues(explanation, new Set(hidden), blot) } : {}),
    warnings: warnings.map(blotProblem),
  });
}
