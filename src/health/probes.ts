import type { Probe } from '../kube/kinds/objects.data.ts';
import { SCHEMA_VERSION } from '../kube/schema/version.ts';

/** The result of one attempt. 'error': the attempt itself failed, which says nothing about the container (kubelet `prober.go`). */
export type ProbeResult =
  | { readonly type: 'success'; readonly message: string }
  | { readonly type: 'failure'; readonly message: string }
  | { readonly type: 'error'; readonly message: string };

/** As the kubelet names itself to what it probes (`pkg/probe/http`). */
export const USER_AGENT = `kube-probe/${SCHEMA_VERSION.replace(/^v(\d+\.\d+).*/, '$1')}`;

export const PROBE_KINDS = ['startup', 'liveness', 'readiness'] as const;
export type ProbeKind = (typeof PROBE_KINDS)[number];

export type ProbeVerdict = 'success' | 'failure' | 'unknown';

/** The result of a series of attempts. */
export interface ProbeState {
  readonly verdict: ProbeVerdict;
  /** The last result that counted, and how many times in a row it occurred. */
  readonly last: 'success' | 'failure' | undefined;
  readonly run: number;
  /** The reason of the last failure. */
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

/** Before the first result a container counts as alive, but not as ready (kubelet `prober/worker.go`). */
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

/** The state after another result. The verdict changes only when a threshold is reached; an error changes nothing. */
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
 * True for a container that has to be killed: after that verdict no attempt is made until there is a new container
 * (kubelet `prober/worker.go` onHold).
 */
export const isFatal = (kind: ProbeKind, state: ProbeState): boolean =>
  kind !== 'readiness' && state.verdict === 'failure';

/**
 * Milliseconds until the first attempt. `spread` (in [0, 1)) is set for a container that a restarted agent has adopted: first attempts
 * are spread over one period, so that the probes of many pods do not run in step (kubelet `prober/worker.go`).
 */
export function firstAttemptDelay(config: ProbeConfig, sinceStartMs: number, spread?: number): number {
  const due = Math.max(0, config.initialDelayMs - sinceStartMs);
  return spread === undefined ? due : Math.max(due, spread * config.periodMs);
}
