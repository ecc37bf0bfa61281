import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';

/** What a kustomization asks for cannot be done. */
export function refuse(
  message: string,
  place: Place | undefined,
  remedy?: string,
  reason = 'InvalidKustomization',
): ProblemError {
  return new ProblemError(problem(message, place, remedy, reason));
}

export const problem = (
  message: string,
  place: Place | undefined,
  remedy?: string,
  reason = 'InvalidKustomization',
): Problem => ({
  reason,
  message,
  ...(place ? { place } : {}),
  ...(remedy === undefined ? {} : { remedy }),
});
