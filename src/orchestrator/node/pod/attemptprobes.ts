import type { Container, PodStatus } from '../../../kube/kinds/objects.data.ts';
import { runHandler, runHook } from '../probes/attempt.ts';
import { type ContainerProbes, probeContainer } from '../probes/containerprobes.ts';
import type { Attempt } from '../runtime/runtime.ts';
import type { PodContext } from './context.ts';

export interface AttemptProbesInput {
  readonly context: PodContext;
  readonly container: Container;
  readonly attempt: Attempt;
  readonly podIP: string;
  /** The pod's status as an earlier agent left it, when this attempt was running then. */
  readonly found: PodStatus | undefined;
  readonly now: number;
  readonly onChange: () => void;
  readonly recordEvent: (type: 'Warning', reason: string, message: string) => void;
}

const POST_START_MS = 60_000;

/** The probes of one attempt, which go on from what an earlier agent knew. */
export function probeAttempt(input: AttemptProbesInput): ContainerProbes {
  const { context, container, attempt, podIP, found, now, onChange, recordEvent } = input;
  const { clock, lag, runtime } = context;
  const target = { ref: attempt.ref, container, podIP, runtime, clock };
  // The hook of an adopted container ran under the agent that started it.
  const postStart = found ? undefined : container.lifecycle?.postStart;
  return probeContainer({
    container,
    clock,
    lag,
    sinceStartMs: Math.max(0, now - attempt.startedAt),
    attempt: (probe, timeoutMs, kind) =>
      runHandler(probe, { ...target, kind, hostIP: context.hostIP }, timeoutMs),
    onChange,
    onFailure: (kind, message) =>
      recordEvent('Warning', 'Unhealthy', `${capital(kind)} probe failed: ${message}`),
    ...(found ? { adopted: { ...knownOf(found, attempt), spread: context.random() } } : {}),
    ...(postStart ? { postStart: () => runHook(postStart, target, POST_START_MS) } : {}),
  });
}

function knownOf(status: PodStatus, { id }: Attempt): { started: boolean; ready: boolean } {
  const known = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])].find(
    (one) => one.containerID === id,
  );
  return { started: known?.started ?? false, ready: known?.ready ?? false };
}

const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
