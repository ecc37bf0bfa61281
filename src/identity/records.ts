/** What holds for every object that this room keeps in the home cluster. */
import { type Problem, ProblemError } from '../base/errors.ts';
import type { ObjectKey } from '../kube/client/client.ts';
import { isAlreadyExists, isNotFound } from '../kube/values/status.ts';
import { PILOTAGE_NAMESPACE } from '../model/types.ts';

export const keyOf = (name: string): Required<ObjectKey> => ({
  namespace: PILOTAGE_NAMESPACE,
  name,
});

/** @throws ProblemError with `problem` where there is no such object */
export const foundOr = <T>(problem: Problem, work: Promise<T>): Promise<T> =>
  explained(isNotFound, problem, work);

/** @throws ProblemError with `problem` where there is one of that name already */
export const newOr = <T>(problem: Problem, work: Promise<T>): Promise<T> =>
  explained(isAlreadyExists, problem, work);

async function explained<T>(
  isMeant: (error: unknown) => boolean,
  problem: Problem,
  work: Promise<T>,
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw isMeant(error) ? new ProblemError(problem) : error;
  }
}
