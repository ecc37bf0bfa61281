import { isAbsolute, join, relative } from 'node:path';
import { ProblemError } from '../base/errors.ts';
import type { Place } from '../base/place.ts';

/**
 * What `act` says of the chart in `folder`, with its files named from the working directory: `web/values.yaml:3`.
 * @throws ProblemError as `act` does; what is no ProblemError passes unchanged
 */
export async function inChart<T>(folder: string, act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ProblemError)
      throw new ProblemError(namedFrom(folder, error.problem), { cause: error });
    throw error;
  }
}

/** A problem or finding of a file below `folder`, with the file named from the working directory. */
export function namedFrom<T extends { readonly place?: Place }>(folder: string, problem: T): T {
  const { place } = problem;
  if (!place || isAbsolute(place.file)) return problem;
  return { ...problem, place: { ...place, file: join(relative('.', folder), place.file) } };
}
