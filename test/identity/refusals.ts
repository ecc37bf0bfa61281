import { ProblemError } from '../../src/base/errors.ts';

/** The reason of what is refused. */
export const reasonOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ProblemError ? error.problem.reason : String(error)),
  );
/** Its message. */
export const messageOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'not refused',
    (error: unknown) => (error instanceof ProblemError ? error.problem.message : String(error)),
  );
