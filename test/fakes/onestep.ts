/** Another write of the same object came first. */
export class Overtaken extends Error {}

/** A write is one step, as it is for a server: one that was overtaken between reading and storing begins again. */
export function oneStep<A extends unknown[], R>(
  write: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    for (;;) {
      try {
        return await write(...args);
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
      }
    }
  };
}
