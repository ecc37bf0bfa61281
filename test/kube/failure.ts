import { StatusError } from '../../src/kube/values/status.ts';

/** The StatusError that an act ends with; any other end fails the test. */
export function failure(act: () => unknown): StatusError {
  try {
    act();
  } catch (error) {
    if (error instanceof StatusError) return error;
    throw error;
  }
  throw new Error('did not fail');
}
