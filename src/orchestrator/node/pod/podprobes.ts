import type { Container, PodStatus } from '../../../kube/kinds/objects.ts';
import type { Supervisor } from '../probes/containerprobes.ts';
import type { Attempt } from '../runtime/runtime.ts';
import { superviseAttempt } from './attemptprobes.ts';
import type { PodContext } from './context.ts';
import type { PodTell } from './events.ts';

export interface WatchedOptions {
  readonly context: PodContext;
  readonly podIP: string;
  /** An earlier agent started what runs: its word of the pod, and the attempts that it left. */
  readonly adopted:
    | { readonly status: PodStatus | undefined; readonly attempts: readonly Attempt[] }
    | undefined;
  readonly onChange: () => void;
  readonly tell: PodTell;
}

/** The probes of a pod's containers. */
export interface Watched {
  /** Probes run as long as the attempt that they belong to; what they say of it now. */
  look(container: Container, current: Attempt | undefined, now: number): Supervisor['view'];
  stop(): void;
}

export function watchContainers({ context, podIP, adopted, onChange, tell }: WatchedOptions): Watched {
  const watched = new Map<string, { readonly attempt: number; readonly supervisor: Supervisor }>();
  const found = new Map(adopted?.attempts.map(({ ref }) => [ref.container, ref.attempt]));

  function begin(container: Container, current: Attempt, now: number): Supervisor {
    const { attempt } = current.ref;
    const supervisor = superviseAttempt({
      context,
      container,
      attempt: current,
      podIP,
      found: found.get(container.name) === attempt ? (adopted?.status ?? {}) : undefined,
      now,
      onChange,
      tell: (type, reason, message) => tell(type, reason, message, container.name),
    });
    watched.set(container.name, { attempt, supervisor });
    return supervisor;
  }

  return {
    look(container, current, now) {
      const running = current?.state.type === 'running' ? current : undefined;
      const known = watched.get(container.name);
      if (known && known.attempt === running?.ref.attempt) return known.supervisor.view;
      known?.supervisor.stop();
      watched.delete(container.name);
      return running ? begin(container, running, now).view : { started: false, ready: false };
    },
    stop() {
      for (const { supervisor } of watched.values()) supervisor.stop();
    },
  };
}
