import type { Probe } from '../kube/kinds/objects.ts';

/** What one look said. 'error': the look itself could not be made; it says nothing about the container (kubelet `prober.go`). */
export type ProbeResult =
  | { readonly type: 'success'; readonly message: string }
  | { readonly type: 'failure'; readonly message: string }
  | { readonly type: 'error'; readonly message: string };

export const PROBE_KINDS = ['startup', 'liveness', 'readiness'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

export type ProbeVerdict = 'success' | 'failure' | 'unknown';

/** What a row of looks amounts to. */
export interface ProbeState {
  readonly verdict: ProbeVerdict;
  /** The last result that counted, and how often it came in a row. */
  readonly last: 'success' | 'failure' | undefined;
  readonly run: number;
  /** Of the last failure: why. */
  readonly message: string;
}

/** Defaults of `k8s.io/api/core/v1` Probe; all times in milliseconds. */
export interface ProbeConfig {
  readonly initialDelayMs: number;
  readonly periodMs: number;
  readonly timeoutMs: number;
  readonly successThreshold: number;
  readonly failureThreshold: number;
}

export function probeConfig(probe: Probe): ProbeConfig {
  return {
    initialDelayMs: (probe.initialDelaySeconds ?? 0) * 1000,
    periodMs: (probe.periodSeconds || 10) * 1000,
    timeoutMs: (probe.timeoutSeconds || 1) * 1000,
    successThreshold: probe.successThreshold || 1,
    failureThreshold: probe.failureThreshold || 3,
  };
}

/** Before the first result: a container is taken to be alive, and not to be ready (kubelet `prober/worker.go`). */
const INITIAL: Readonly<Record<ProbeKind, ProbeVerdict>> = {
  startup: 'unknown',
  liveness: 'success',
  readiness: 'failure',
};

export const initialProbeState = (kind: ProbeKind): ProbeState => ({
  verdict: INITIAL[kind],
  last: undefined,
  run: 0,
  message: '',
});

/** The state after one more result. The verdict changes only when a threshold is reached; an error changes nothing. */
export function probeStep(state: ProbeState, result: ProbeResult, config: ProbeConfig): ProbeState {
  if (result.type === 'error') return state;
  const run = state.last === result.type ? state.run + 1 : 1;
  const threshold = result.type === 'success' ? config.successThreshold : config.failureThreshold;
  return {
    verdict: run >= threshold ? result.type : state.verdict,
    last: result.type,
    run,
    message: result.type === 'failure' ? result.message : state.message,
  };
}

/**
 * True for a container that has to be killed: after that verdict no look is made until a new container stands there
 * (kubelet `prober/worker.go` onHold).
 */
export const isFatal = (kind: ProbeKind, state: ProbeState): boolean =>
  kind !== 'readiness' && state.verdict === 'failure';

/**
 * Milliseconds until the first look. `spread` (in [0, 1)) is given for a container that an agent which just started has adopted: its looks
 * are spread over one period, so that those of many pods do not march in step (kubelet `prober/worker.go`).
 */
export function firstLook(config: ProbeConfig, sinceStartMs: number, spread?: number): number {
  const due = Math.max(0, config.initialDelayMs - sinceStartMs);
  return spread === undefined ? due : Math.max(due, spread * config.periodMs);
}
