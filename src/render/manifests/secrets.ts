import { type Blot, blotter, spellings } from '../../base/blot.ts';
import { failed, ok, type Problem, type Result } from '../../base/errors.ts';
import { isObject } from '../../kube/values/equal.ts';
import { hideValues } from '../provenance/hide.ts';
import { type GeneratedValues, type LookupAnswers, textsOf } from '../recorded.ts';
import type { Manifest, Rendered } from '../types.ts';

/** What templates made, and what Secrets have that they looked up. */
export const secretTexts = (made: GeneratedValues, lookups: LookupAnswers): readonly string[] => [
  ...Object.values(made).flatMap(({ value }) => textsOf(value)),
  ...Object.entries(lookups).flatMap(([key, answer]) =>
    key.split(' ')[1] === 'Secret' && 'object' in answer ? textsOfSecrets(answer.object) : [],
  ),
];

/** What the Secrets among objects hold. Shorter texts are found anywhere. */
export const textsOfManifests = (manifests: readonly Manifest[]): readonly string[] =>
  manifests
    .flatMap(({ object }) => (object.kind === 'Secret' ? textsOfSecrets(object) : []))
    .filter(({ length }) => length >= 4);

/** Of one, or of a list. */
function textsOfSecrets(object: unknown): string[] {
  if (!isObject(object)) return [];
  if (Array.isArray(object.items)) return object.items.flatMap(textsOfSecrets);
  const isText = (value: unknown): value is string => typeof value === 'string';
  const valuesOf = (map: unknown): string[] => (isObject(map) ? Object.values(map).filter(isText) : []);
  const encoded = valuesOf(object.data);
  const decoded = encoded.map((value) => Buffer.from(value, 'base64').toString('utf8'));
  return [...encoded, ...decoded, ...valuesOf(object.stringData)];
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
