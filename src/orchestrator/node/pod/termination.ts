import type { Clock } from '../../../base/clock.ts';
import type { HandlerTarget } from '../probes/attempt.ts';
import { runHook } from '../probes/attempt.ts';
import type { PodRuntime } from '../runtime/runtime.ts';

export interface TerminationInput extends HandlerTarget {
  readonly runtime: Pick<PodRuntime, 'exec' | 'sockets' | 'signal'>;
  /** When it has to be gone, in ms since the epoch. */
  readonly deadline: number;
  /** Resolves when no process of it runs any more. */
  readonly ended: Promise<void>;
  /** Aborts when this agent stops: the next one goes on with the ending. */
  readonly signal: AbortSignal;
  readonly onHookFailure: (message: string) => void;
}

/** However long preStop took, SIGTERM gets this long (kubelet `kuberuntime_container.go` minimumGracePeriodInSeconds). */
const MINIMUM_MS = 2_000;
/** A kill does not fail, but a process that forks meanwhile may slip through. */
const AGAIN_MS = 500;
const LATE_HOOK = 'it did not end within the grace period';

/** preStop, SIGTERM to all of the container's processes, SIGKILL at the deadline. Resolves when it is gone. */
export async function terminate(input: TerminationInput): Promise<void> {
  const { runtime, ref, container, clock, deadline, ended, signal } = input;
  const preStop = container.lifecycle?.preStop;
  if (preStop && deadline > clock.now()) {
    const hook = runHook(preStop, input, deadline - clock.now());
    const fault = await Promise.race([
      within(clock, deadline - clock.now(), hook, LATE_HOOK),
      ended.then(() => undefined),
    ]);
    if (fault) input.onHookFailure(fault);
  }
  if (signal.aborted) return;
  await runtime.signal(ref, 'SIGTERM');
  const left = Math.max(deadline - clock.now(), MINIMUM_MS);
  const gone = ended.then(() => true);
  if (await within(clock, left, gone, false)) return;
  while (!signal.aborted) {
    await runtime.signal(ref, 'SIGKILL');
    if (await within(clock, AGAIN_MS, gone, false)) return;
  }
}

/** What the promise resolves with, or `late` when that takes longer. */
function within<T>(clock: Clock, ms: number, promise: Promise<T>, late: T): Promise<T> {
  return new Promise((resolve) => {
    const cancel = clock.after(ms, () => resolve(late));
    void promise.then((value) => {
      cancel();
      resolve(value);
    });
  });
}
