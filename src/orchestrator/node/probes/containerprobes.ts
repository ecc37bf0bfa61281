import type { Clock } from '../../../base/clock.ts';
import {
  isFatal,
  PROBE_KINDS,
  type ProbeKind,
  type ProbeResult,
  type ProbeState,
} from '../../../health/probes.ts';
import type { Container, Probe } from '../../../kube/kinds/objects.data.ts';
import type { LagMeter } from './lag.ts';
import { type Prober, startProber } from './prober.ts';

export interface ContainerProbesOptions {
  readonly container: Container;
  readonly clock: Clock;
  readonly lag: LagMeter;
  readonly sinceStartMs: number;
  readonly attempt: (probe: Probe, timeoutMs: number, kind: ProbeKind) => Promise<ProbeResult>;
  /** The container was found running: what was known of it, and a number in [0, 1). */
  readonly adopted?: { readonly started: boolean; readonly ready: boolean; readonly spread: number };
  /** Resolves with a failure's message; absent: no postStart hook, or it ran under an earlier agent. */
  readonly postStart?: () => Promise<string | undefined>;
  readonly onChange: () => void;
  readonly onFailure: (kind: ProbeKind, message: string) => void;
}

/** What the probes and the postStart hook of a container say of it. */
export interface ContainerHealth {
  /** Its startup probe has passed (or it has none) and its postStart hook is done. */
  readonly started: boolean;
  /** Its readiness probe says so (or it has none). */
  readonly ready: boolean;
  /** A liveness or startup probe or the postStart hook failed: the container has to be restarted. */
  readonly unhealthy?: { readonly message: string; readonly graceMs?: number };
}

/** All probes of one attempt of one container, from its start (or adoption) to its end. */
export interface ContainerProbes {
  readonly view: ContainerHealth;
  stop(): void;
}

const probeOf = (container: Container, kind: ProbeKind): Probe | undefined =>
  ({
    startup: container.startupProbe,
    liveness: container.livenessProbe,
    readiness: container.readinessProbe,
  })[kind];

export function probeContainer(options: ContainerProbesOptions): ContainerProbes {
  const { container, adopted, clock, lag, onChange, onFailure } = options;
  const probers = new Map<ProbeKind, Prober>();
  let stopped = false;
  let hooked = options.postStart === undefined;
  let unhealthy: ContainerHealth['unhealthy'];

  const started = (): boolean =>
    hooked &&
    (container.startupProbe === undefined || adopted?.started === true || verdict('startup') === 'success');
  const verdict = (kind: ProbeKind) => probers.get(kind)?.state.verdict;

  function start(kind: ProbeKind): void {
    const probe = probeOf(container, kind);
    if (!probe || probers.has(kind) || stopped) return;
    const before = kind === 'readiness' && adopted?.ready ? 'success' : undefined;
    const prober = startProber({
      kind,
      probe,
      clock,
      lag,
      sinceStartMs: options.sinceStartMs,
      attempt: (timeoutMs) => options.attempt(probe, timeoutMs, kind),
      onEarlyFailure: (message) => onFailure(kind, message),
      onResult: (result, state) => take(kind, probe, result, state),
      ...(adopted
        ? {
            resumed: {
              verdict: before ?? (kind === 'liveness' ? 'success' : 'unknown'),
              spread: adopted.spread,
            },
          }
        : {}),
    });
    probers.set(kind, prober);
  }

  function take(kind: ProbeKind, probe: Probe, result: ProbeResult, state: ProbeState): void {
    if (result.type === 'failure') onFailure(kind, result.message);
    if (isFatal(kind, state)) {
      const grace = probe.terminationGracePeriodSeconds;
      const message = `Container ${container.name} failed ${kind} probe, will be restarted`;
      unhealthy = { message, ...(grace === undefined ? {} : { graceMs: grace * 1000 }) };
    }
    if (kind === 'startup' && state.verdict === 'success') {
      probers.get(kind)?.stop();
      startOthers();
    }
    onChange();
  }

  /** A startup probe holds the other two back until it has passed. */
  function startOthers(): void {
    if (!started()) return;
    start('liveness');
    start('readiness');
  }

  async function runPostStart(hook: () => Promise<string | undefined>): Promise<void> {
    const fault = await hook();
    if (stopped) return;
    hooked = true;
    if (fault !== undefined) unhealthy = { message: `FailedPostStartHook: ${fault}` };
    onChange();
    begin();
  }

  function begin(): void {
    if (!adopted?.started) start('startup');
    startOthers();
  }
  if (options.postStart) void runPostStart(options.postStart);
  // At once: what was ready under an earlier agent is never seen otherwise.
  else begin();

  return {
    get view() {
      const isReady = container.readinessProbe === undefined || verdict('readiness') === 'success';
      return { started: started(), ready: started() && isReady, ...(unhealthy ? { unhealthy } : {}) };
    },
    stop() {
      stopped = true;
      for (const kind of PROBE_KINDS) probers.get(kind)?.stop();
    },
  };
}
