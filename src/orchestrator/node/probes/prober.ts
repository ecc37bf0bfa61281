import type { Clock } from '../../../base/clock.ts';
import {
  firstAttemptDelay,
  initialProbeState,
  isFatal,
  type ProbeKind,
  type ProbeResult,
  type ProbeState,
  type ProbeVerdict,
  probeConfig,
  probeStep,
} from '../../../health/probes.ts';
import type { Probe } from '../../../kube/kinds/objects.data.ts';
import type { LagMeter } from './lag.ts';

export interface ProberOptions {
  readonly kind: ProbeKind;
  readonly probe: Probe;
  readonly attempt: (timeoutMs: number) => Promise<ProbeResult>;
  readonly clock: Clock;
  readonly lag: LagMeter;
  /** How long the container ran before. */
  readonly sinceStartMs: number;
  /** For a container that an agent which just started adopts: its verdict as it was, and where in the period to begin. */
  readonly resumed?: { readonly verdict: ProbeVerdict; readonly spread: number };
  /** Called once for a failure between the regular attempts when a container has been coming up for a while. */
  readonly onEarlyFailure?: (message: string) => void;
  /** After every result that counts. */
  readonly onResult: (result: ProbeResult, state: ProbeState) => void;
}

export interface Prober {
  readonly state: ProbeState;
  stop(): void;
}

/** kubelet `prober.go` maxProbeRetries: an attempt that could not be made is repeated at once, so often. */
const TRIES = 3;
/**
 * Attempts between the regular ones while a container comes up, of which only a success counts: Kubernetes' shortest period is a second and
 * its usual one ten, far longer than a program needs to start. Commands cost a process each, so they are run less often.
 */
const EAGER = {
  lastsMs: 10_000,
  firstMs: 1_000,
  firstEveryMs: 50,
  everyMs: 200,
  commandsEveryMs: 1_000,
  reportAfterMs: 3_000,
};

export function startProber(options: ProberOptions): Prober {
  const { kind, probe, clock, lag, onResult, sinceStartMs, resumed } = options;
  const config = probeConfig(probe);
  const began = clock.monotonic();
  let state: ProbeState = resumed
    ? { ...initialProbeState(kind), verdict: resumed.verdict }
    : initialProbeState(kind);
  let stopped = false;
  let hasReported = false;
  /** When the next attempt is due whose failure counts too. */
  let due = began + firstAttemptDelay(config, sinceStartMs, resumed?.spread);
  let cancel = clock.after(due - began, () => void turn());

  async function turn(): Promise<void> {
    const regular = clock.monotonic() >= due;
    if (regular) due = clock.monotonic() + config.periodMs;
    const result = await attemptUntilMade();
    if (stopped) return;
    if (result.type === 'success' || (regular && result.type === 'failure')) take(result);
    else if (result.type === 'failure') reportEarly(result.message);
    if (stopped || isFatal(kind, state)) return;
    cancel = clock.after(Math.max(0, nextTurn() - clock.monotonic()), () => void turn());
  }

  /** With the usual period the next failure that counts is ten seconds off: too long to know nothing. */
  function reportEarly(message: string): void {
    if (hasReported || clock.monotonic() - began < EAGER.reportAfterMs) return;
    hasReported = true;
    options.onEarlyFailure?.(message);
  }

  function nextTurn(): number {
    const now = clock.monotonic();
    const comingUp = kind !== 'liveness' && state.verdict !== 'success' && now - began < EAGER.lastsMs;
    return comingUp ? Math.min(due, now + eagerMs(now - began)) : due;
  }

  function eagerMs(sinceMs: number): number {
    if (probe.exec) return EAGER.commandsEveryMs;
    return sinceMs < EAGER.firstMs ? EAGER.firstEveryMs : EAGER.everyMs;
  }

  function take(result: ProbeResult): void {
    state = probeStep(state, result, config);
    onResult(result, state);
  }

  async function attemptUntilMade(): Promise<ProbeResult> {
    let result: ProbeResult = { type: 'error', message: '' };
    for (let tries = 0; tries < TRIES && result.type === 'error' && !stopped; tries++)
      result = await attemptOnce();
    return result;
  }

  async function attemptOnce(): Promise<ProbeResult> {
    const start = clock.monotonic();
    const result = await options.attempt(config.timeoutMs);
    const late = lag.since(start);
    if (result.type === 'failure' && late >= config.timeoutMs) {
      return { type: 'error', message: `discarded: this agent was held up for ${Math.round(late)} ms` };
    }
    return result;
  }

  return {
    get state() {
      return state;
    },
    stop() {
      stopped = true;
      cancel();
    },
  };
}
