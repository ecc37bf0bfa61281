import { problemOf } from '../../../base/errors.ts';
import type { Container, Pod } from '../../../kube/kinds/objects.data.ts';
import type { StartResult } from '../runtime/runtime.ts';
import type { ContainerRef, Sandbox } from '../runtime/spec.ts';
import { usesHostNetwork } from '../spec/sandbox.ts';
import { retryMs } from './backoff.ts';
import type { PodContext } from './context.ts';
import { containerOf, type RecordPodEvent } from './events.ts';
import type { Action } from './lifecycle.ts';
import type { PodRecord } from './podrecord.ts';
import { type Fault, type PreparationInput, prepare } from './preparation.ts';
import type { Blocked } from './view.ts';

export interface StartsOptions {
  readonly context: PodContext;
  readonly uid: string;
  readonly record: () => PodRecord;
  readonly sandbox: Sandbox;
  /** True once nothing of the pod is to be started any more. */
  readonly isOver: () => boolean;
  /** A start has come to an end, one way or the other. */
  readonly onChange: () => void;
  readonly recordEvent: RecordPodEvent;
}

type StartAction = Extract<Action, { type: 'start' }>;
type Refusal = Fault & { readonly ok: false };

/** Starts the attempts of a pod's containers, and remembers why one could not be started. */
export interface Starts {
  /** Begins a start, which may take as long as an image is large. */
  start(action: StartAction): void;
  /** Names of the containers that are being started now. */
  pending(): ReadonlySet<string>;
  /** Nothing of the pod is to be started any more: what is being pulled is not needed. */
  cancel(): void;
  /** Resolves when nothing is being started. */
  settled(): Promise<void>;
  blocked(container: string): Blocked | undefined;
  /** Starts nothing of it for a while. */
  hold(container: string, reason: string, message: string, ms: number): void;
}

export function createStarts(options: StartsOptions): Starts {
  const { context, uid, record, sandbox, isOver, onChange, recordEvent } = options;
  const { runtime, clock } = context;
  const canceled = new AbortController();
  const pending = new Map<string, Promise<void>>();
  const blocks = new Map<string, Blocked>();

  /**
   * undefined: the pod ended meanwhile. A data directory that cannot be written (full, read-only) is the container's reason for
   * waiting, not the end of the agent.
   */
  async function attempt(input: PreparationInput): Promise<StartResult | Refusal | undefined> {
    try {
      const prepared = await prepare(input);
      if (isOver()) return undefined;
      if (prepared.type === 'ready') return await runtime.start(prepared.spec);
      const again = prepared.type === 'unanswered' ? await startAgain(input) : undefined;
      return again ?? { ok: false, ...prepared.fault };
    } catch (error) {
      if (isOver()) return undefined;
      return { ok: false, reason: 'RunContainerError', message: problemOf(error).message };
    }
  }

  /** With what the attempt before was started with. */
  async function startAgain({
    ref,
    backOffMs,
    restarts,
  }: PreparationInput): Promise<StartResult | undefined> {
    if (ref.attempt === 0) return undefined;
    return runtime.startAgain({ ...ref, attempt: ref.attempt - 1 }, { backOffMs, restarts });
  }

  /** Beside a socket on every address no other can bind the same port; the container that has it is never ready, and makes way. */
  function takenPort(pod: Pod, host: string, container: Container): string | undefined {
    if (usesHostNetwork(pod)) return undefined;
    for (const { containerPort, protocol = 'TCP' } of container.ports ?? []) {
      if (protocol !== 'TCP') continue;
      const found = runtime.sockets.ownerOf({ pod: uid, host, port: containerPort }, clock.monotonic());
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

  async function run(action: StartAction): Promise<void> {
    const { pod } = record();
    const container = containerOf(pod, action.container);
    if (!container) return;
    const ref: ContainerRef = { pod: uid, container: container.name, attempt: action.attempt };
    const taken = takenPort(pod, sandbox.address, container);
    if (taken) return block(container.name, 'PortTaken', taken);
    const { backOffMs, restarts } = action;
    const { signal } = canceled;
    const place = { pod, container, ref, sandbox, recordEvent };
    const result = await attempt({ ...context, ...place, backOffMs, restarts, signal });
    if (!result) return;
    if (!result.ok) return block(container.name, result.reason, result.message);
    blocks.delete(container.name);
    recordEvent('Normal', 'Started', `Started container ${container.name}`, container.name);
    // Once: the next attempts ask for the same.
    for (const what of ref.attempt === 0 ? (result.unsupported ?? []) : [])
      recordEvent('Warning', 'Unsupported', what, container.name);
    if (ref.attempt > 1) await runtime.forget({ ...ref, attempt: ref.attempt - 2 });
  }

  return {
    pending: () => new Set(pending.keys()),
    cancel: () => canceled.abort(new Error('the pod ends')),
    async settled() {
      await Promise.all(pending.values());
    },
    blocked: (container) => blocks.get(container),
    hold: (container, reason, message, ms) =>
      void blocks.set(container, { reason, message, failures: 1, retryAt: clock.now() + ms }),
    start(action) {
      const { container } = action;
      if (pending.has(container)) return;
      const started = run(action)
        .catch((error: unknown) => block(container, 'RunContainerError', problemOf(error).message))
        .finally(() => {
          pending.delete(container);
          onChange();
        });
      pending.set(container, started);
    },
  };
}
