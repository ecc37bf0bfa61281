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
      let end = () => {};
      const attempt = new Promise<void>((resolve) => {
        end = resolve;
      });
      running.set(attempt, backend);
      return () => {
        running.delete(attempt);
        end();
      };
    },
    async ended(podUid) {
      const mine = [...running].filter(([, backend]) => backend.podUid === podUid);
      await Promise.all(mine.map(([attempt]) => attempt));
    },
  };
}
