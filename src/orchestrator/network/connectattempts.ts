import type { Backend } from './route.ts';

/** Attempts to connect that are under way, so that a pod is stopped only when none could still reach it. */
export interface Attempts {
  /** The returned function tells of its end. */
  begin(backend: Backend): () => void;
  /** Resolves when the attempts now under way to the pod have ended. */
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
