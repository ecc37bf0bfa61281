import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import type { PodContext } from './context.ts';
import { containerOf, type RecordPodEvent } from './events.ts';
import type { Action } from './lifecycle.ts';
import { terminate } from './termination.ts';
import { allContainers as all, type PodView } from './view.ts';

export interface StopsOptions {
  readonly context: PodContext;
  readonly uid: string;
  readonly logger: Logger;
  /** Aborts when this agent stops: the next one goes on with the ending. */
  readonly signal: AbortSignal;
  readonly onChange: () => void;
  readonly recordEvent: RecordPodEvent;
}

/** Brings attempts of a pod's containers to their end. */
export interface Stops {
  stop(action: Extract<Action, { type: 'stop' }>, view: PodView): void;
  /** Whether this attempt is being brought to its end. */
  isStopping(container: string, attempt: number | undefined): boolean;
  /** Takes every view: ends the waiting for containers that have ended. */
  observe(view: PodView): void;
  /** Resolves when no new connection of a service reaches the pod any more; the proxy is asked once. */
  release(): Promise<void>;
}

/** The proxy lives in this process: it answers at once or never. */
const RELEASE_MS = 1_000;

export function createStops({ context, uid, logger, signal, onChange, recordEvent }: StopsOptions): Stops {
  const { runtime, clock } = context;
  const stopping = new Map<string, number>();
  const enders = new Map<string, () => void>();
  let released: Promise<void> | undefined;

  function release(): Promise<void> {
    released ??= Promise.race([
      context.releasePod(uid),
      new Promise<void>((resolve) => clock.after(RELEASE_MS, resolve)),
    ]);
    return released;
  }

  return {
    release,
    isStopping: (container, attempt) => attempt !== undefined && stopping.get(container) === attempt,
    observe(view) {
      for (const one of all(view)) {
        if (one.current?.state.type === 'running') continue;
        enders.get(one.name)?.();
        enders.delete(one.name);
      }
    },
    stop(action, view) {
      const container = containerOf(view.pod, action.container);
      const current = all(view).find((one) => one.name === action.container)?.current;
      if (!container || !current) return;
      const { name } = container;
      stopping.set(name, current.ref.attempt);
      recordEvent('Normal', 'Killing', view.ending ? `Stopping container ${name}` : action.message, name);
      const ended = new Promise<void>((resolve) => enders.set(name, resolve));
      const target = { ref: current.ref, container, podIP: view.podIP, runtime, clock };
      const onHookFailure = (message: string) =>
        recordEvent('Warning', 'FailedPreStopHook', `PreStopHook failed: ${message}`, name);
      // Before any process gets SIGTERM: clients that are still sent here after it would be refused.
      // A container that is only restarted is not ready any more, and its pod stays an endpoint.
      const before = view.ending ? release() : Promise.resolve();
      void before
        .then(() => terminate({ ...target, deadline: action.deadline, ended, onHookFailure, signal }))
        .catch((error: unknown) =>
          logger.error({ error: problemOf(error).message }, 'stopping a container failed'),
        )
        .finally(onChange);
    },
  };
}
