import { problemOf } from '../../../base/errors.ts';
import type { Container, Pod } from '../../../kube/kinds/objects.ts';
import { usesHostNetwork } from '../addresses.ts';
import type { ContainerRef, StartResult } from '../runtime/runtime.ts';
import { retryMs } from './backoff.ts';
import type { PodContext } from './context.ts';
import { containerOf, type RecordPodEvent } from './events.ts';
import type { Action } from './lifecycle.ts';
import type { PodRecord } from './podrecord.ts';
import { type Preparation, type PreparationInput, prepare } from './preparation.ts';
import type { Blocked } from './view.ts';

export interface StartsOptions {
  readonly context: PodContext;
  readonly uid: string;
  readonly record: () => PodRecord;
  /** True once nothing of the pod is to be started any more. */
  readonly isOver: () => boolean;
  readonly recordEvent: RecordPodEvent;
}

/** Begins the attempts of a pod's containers, and remembers why one could not be begun. */
export interface Starts {
  start(action: Extract<Action, { type: 'start' }>): Promise<void>;
  blocked(container: string): Blocked | undefined;
  /** Starts nothing of it for a while. */
  hold(container: string, reason: string, message: string, ms: number): void;
}

export function createStarts({ context, uid, record, isOver, recordEvent }: StartsOptions): Starts {
  const { runtime, clock } = context;
  const blocks = new Map<string, Blocked>();

  /**
   * undefined: the pod ended meanwhile. A data directory that cannot be written (full, read-only) is the container's reason for
   * waiting, not the end of the agent.
   */
  async function attempt(input: PreparationInput): Promise<StartResult | Preparation | undefined> {
    try {
      const prepared = await prepare(input);
      if (isOver()) return undefined;
      return prepared.ok ? await runtime.start(prepared.request) : prepared;
    } catch (error) {
      return { ok: false, reason: 'RunContainerError', message: problemOf(error).message };
    }
  }

  /** Beside a socket on every address nobody can bind the same port; whoever has one is never ready, and makes way. */
  function takenPort(pod: Pod, podIP: string, container: Container): string | undefined {
    if (usesHostNetwork(pod)) return undefined;
    for (const { containerPort, protocol = 'TCP' } of container.ports ?? []) {
      if (protocol !== 'TCP') continue;
      const asked = { pod: uid, host: podIP, port: containerPort };
      const found = context.socketOwners.ownerOf(asked, clock.monotonic());
      if (found.type !== 'other' || !found.by) continue;
      context.makeWay(found.by);
      return `${found.message}; it makes way`;
    }
    return undefined;
  }

  function block(container: string, reason: string, message: string): void {
    const failures = (blocks.get(container)?.failures ?? 0) + 1;
    const shown = reason === 'ErrImagePull' && failures > 1 ? 'ImagePullBackOff' : reason;
    const retryAt = clock.now() + retryMs(reason, failures);
    blocks.set(container, { reason: shown, message, failures, retryAt });
    recordEvent('Warning', 'Failed', `Error: ${reason}: ${message}`, container);
  }

  return {
    blocked: (container) => blocks.get(container),
    hold: (container, reason, message, ms) =>
      void blocks.set(container, { reason, message, failures: 1, retryAt: clock.now() + ms }),
    async start(action) {
      const { pod, podIP } = record();
      const container = containerOf(pod, action.container);
      if (!container) return;
      const ref: ContainerRef = { pod: uid, container: container.name, attempt: action.attempt };
      const taken = takenPort(pod, podIP, container);
      if (taken) return block(container.name, 'PortTaken', taken);
      const result = await attempt({
        ...context,
        pod,
        podIP,
        container,
        ref,
        backOffMs: action.backOffMs,
        restarts: action.restarts,
        before: ref.attempt > 0 ? runtime.startedWith({ ...ref, attempt: ref.attempt - 1 }) : undefined,
      });
      if (!result) return;
      if (!result.ok) return block(container.name, result.reason, result.message);
      blocks.delete(container.name);
      recordEvent('Normal', 'Started', `Started container ${container.name}`, container.name);
      if (ref.attempt > 1) runtime.forget({ ...ref, attempt: ref.attempt - 2 });
    },
  };
}
