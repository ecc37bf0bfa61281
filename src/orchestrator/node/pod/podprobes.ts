import type { Container, PodStatus } from '../../../kube/kinds/objects.data.ts';
import type { ContainerProbes } from '../probes/containerprobes.ts';
import type { Attempt } from '../runtime/runtime.ts';
import { probeAttempt } from './attemptprobes.ts';
import type { PodContext } from './context.ts';
import type { RecordPodEvent } from './events.ts';

export interface PodProbesOptions {
  readonly context: PodContext;
  readonly podIP: string;
  /** An earlier agent started what runs: its word of the pod, and the attempts that it left. */
  readonly adopted:
    | { readonly status: PodStatus | undefined; readonly attempts: readonly Attempt[] }
    | undefined;
  readonly onChange: () => void;
  readonly recordEvent: RecordPodEvent;
}

/** The probes of a pod's containers. */
export interface PodProbes {
  /** What the probes of the current attempt say now. They start and stop with the attempt. */
  view(container: Container, current: Attempt | undefined, now: number): ContainerProbes['view'];
  stop(): void;
}

export function createPodProbes({
  context,
  podIP,
  adopted,
  onChange,
  recordEvent,
}: PodProbesOptions): PodProbes {
  const attempts = new Map<string, { readonly attempt: number; readonly probes: ContainerProbes }>();
  const found = new Map(adopted?.attempts.map(({ ref }) => [ref.container, ref.attempt]));

  function begin(container: Container, current: Attempt, now: number): ContainerProbes {
    const { attempt } = current.ref;
    const probes = probeAttempt({
      context,
      container,
      attempt: current,
      podIP,
      found: found.get(container.name) === attempt ? (adopted?.status ?? {}) : undefined,
      now,
      onChange,
      recordEvent: (type, reason, message) => recordEvent(type, reason, message, container.name),
    });
    attempts.set(container.name, { attempt, probes });
    return probes;
  }

  return {
    view(container, current, now) {
      const running = current?.state.type === 'running' ? current : undefined;
      const known = attempts.get(container.name);
      if (known && known.attempt === running?.ref.attempt) return known.probes.view;
      known?.probes.stop();
      attempts.delete(container.name);
      return running ? begin(container, running, now).view : { started: false, ready: false };
    },
    stop() {
      for (const { probes } of attempts.values()) probes.stop();
    },
  };
}
