import type { Clock } from './clock.ts';
import { type Problem, problemOf } from './errors.ts';

/** As often as kube-apiserver reads its own files again (k8s.io/apiserver/pkg/server/dynamiccertificates, FileRefreshDuration). */
const LOOK_MS = 60_000;

export interface RereadOptions<T> {
  /** What is there now. @throws ProblemError where it cannot be used */
  readonly read: () => Promise<T>;
  readonly isSame: (one: T, other: T) => boolean;
  /** Puts another value in force. Where it rejects, the one before stays. */
  readonly take: (next: T) => void | Promise<void>;
  /** Told once for each problem, however often it is met. */
  readonly refused: (problem: Problem) => void;
  readonly clock: Clock;
}

export interface Reread {
  /** Why the value of before is still in force; undefined: it is what is there. As of the last look. */
  problem(): Problem | undefined;
  stop(): void;
}

/** Reads something again each minute, and takes it where it is another than `first`, which is in force. */
export function reread<T>(first: T, { read, isSame, take, refused, clock }: RereadOptions<T>): Reread {
  let current = first;
  let problem: Problem | undefined;
  const look = async (): Promise<void> => {
    const next = await read();
    if (!isSame(next, current)) {
      await take(next);
      current = next;
    }
    problem = undefined;
  };
  const failed = (next: Problem): void => {
    const isTold = next.message === problem?.message;
    problem = next;
    if (!isTold) refused(next);
  };
  let isOver = false;
  let cancel = (): void => {};
  const again = (): void => {
    if (isOver) return;
    cancel = clock.after(LOOK_MS, () => {
      look()
        .catch((error: unknown) => failed(problemOf(error)))
        .finally(again);
    });
  };
  again();
  return {
    problem: () => problem,
    stop() {
      isOver = true;
      cancel();
    },
  };
}
