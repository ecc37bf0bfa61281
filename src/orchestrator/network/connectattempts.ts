import { deferred } from '../../base/deferred.ts';
import type { Backend } from './route.ts';

/** Pending connection attempts, so that a pod is stopped only when none can still reach it. */
export interface Attempts {
  /** Call the returned function when the attempt has ended. */
  begin(backend: Backend): () => void;
  /** Resolves when the attempts to the pod that are pending now have ended. */
  ended(podUid: string): Promise<void>;
}

export function createAttempts(): Attempts {
  const running = new Map<Promise<void>, Backend>();
  return {
    begin(backend) {
      const attempt = deferred();
      running.set(attempt.promise, backend);
      return () => {
        running.delete(attempt.promise);
        attempt.resolve();
      };
    },
    async ended(podUid) {
      const mine = [...running].filter(([, backend]) => backend.podUid === podUid);
      await Promise.all(mine.map(([attempt]) => attempt));
    },
  };
}
