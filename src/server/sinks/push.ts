import { onAbort } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import type { EnvironmentReport } from '../../model/faces.ts';
import { formatOutcome, type Outcome, outcomeOf } from '../../model/outcome.ts';
import { FINAL_STAGES, type ProgressEvent, type ProgressSource } from '../../model/progress.ts';
import { linesOf } from './pushlines.ts';
import { NAMED, type Target } from './pushtargets.ts';

/** The records of environments. Events are not enough: they may be missed, and an environment with nothing to do has none. */
interface Records {
  read(delivery: string, environment: string): Promise<EnvironmentReport | undefined>;
  onChange(listener: (delivery: string, environment: string) => void): () => void;
}

export interface PushReportOptions {
  readonly source: ProgressSource;
  readonly records: Records;
  readonly clock: Clock;
  readonly delivery: string;
  /** One line for the person who pushed; git puts `remote: ` before it. */
  readonly report: (line: string) => void;
  /** Aborts when the client of the push disconnects; the delivery continues. */
  readonly signal: AbortSignal;
  /** Stop telling after this long; the rollout does not depend on it. */
  readonly timeoutMs: number;
}

/** After this long without a line, the report says what the push waits for. */
const HEARTBEAT_MS = 15_000;
interface Pending {
  readonly target: Target;
  /** As the record said when it was read last. */
  outcome: Outcome | undefined;
  reading: 'no' | 'yes' | 'again';
}

/**
 * Reports to a push what it started. Call it before the push is observed, so that nothing is missed;
 * `until(targets)` then resolves when each target has reached an end, after one last line for each.
 */
export function listenToPush(options: PushReportOptions): {
  until(targets: readonly Target[]): Promise<void>;
  /** Whether anything has been reported yet. */
  hasReported(): boolean;
} {
  const { source, records, clock, delivery, report, signal, timeoutMs } = options;
  const applied = new Set<string>();
  const failures = new Map<string, string>();
  const pending = new Map<string, Pending>();
  /** Ends that came before it was known whether they are this push's own. */
  const early: ProgressEvent[] = [];
  let state: 'observing' | 'waiting' | 'over' = 'observing';
  let saidAt: number | undefined;
  let finish = (): void => {};

  function say(event: Pick<ProgressEvent, 'environment' | 'stage' | 'message'>): void {
    for (const line of linesOf(event, delivery)) report(line);
    saidAt = clock.monotonic();
  }

  const stopEvents = source.subscribe((event) => {
    if (event.delivery !== delivery) return;
    const key = keyOf(event.environment, event.revision);
    if (event.stage === 'applied') applied.add(key);
    if (event.stage === 'failed') failures.set(key, event.message);
    // The end of what this push moves is reported from the record, once it is true there.
    if (!FINAL_STAGES.has(event.stage) || event.environment === undefined) say(event);
    else if (state === 'observing') early.push(event);
    else if (!isOwn(event)) say(event);
  });

  const isOwn = ({ environment, revision }: ProgressEvent): boolean => {
    const target = pending.get(environment ?? '')?.target;
    return target !== undefined && (revision === undefined || revision === target.revision);
  };

  async function assess(one: Pending): Promise<void> {
    if (one.reading !== 'no') {
      one.reading = 'again';
      return;
    }
    const { environment, revision } = one.target;
    const key = keyOf(environment, revision);
    do {
      one.reading = 'yes';
      const record = await records.read(delivery, environment).catch(() => 'unknown' as const);
      if (state !== 'waiting' || !pending.has(environment)) return;
      // The store does not answer: the next change or the next heartbeat asks again.
      if (record === 'unknown') continue;
      const failure = failures.get(key);
      const asked = { pushed: true, ...(revision === undefined ? {} : { revision }) };
      const known = { applied: applied.has(key), ...(failure === undefined ? {} : { failure }) };
      one.outcome = outcomeOf(record, asked, known);
      if (one.outcome.state !== 'waiting') return end(one, one.outcome);
    } while ((one.reading as Pending['reading']) === 'again');
    one.reading = 'no';
  }

  function end({ target: { environment } }: Pending, outcome: Outcome): void {
    pending.delete(environment);
    say({ environment, stage: STAGE_OF_THE_END, message: formatOutcome(outcome) });
    if (pending.size === 0) finish();
  }

  function beat(): void {
    const all = [...pending.values()];
    for (const { target, outcome } of all.slice(0, NAMED)) {
      const [what = ''] = (outcome?.message ?? 'the record cannot be read').split('\n');
      say({ environment: target.environment, stage: 'waiting', message: `still waiting: ${what}` });
    }
    if (all.length > NAMED) report(`and ${all.length - NAMED} more environments`);
    for (const one of all) void assess(one);
  }

  function follow(resolve: () => void): void {
    let hinted = false;
    const stopRecords = records.onChange((changed, environment) => {
      const one = changed === delivery ? pending.get(environment) : undefined;
      if (one) void assess(one);
    });
    const stopBeat = every(
      clock,
      HEARTBEAT_MS,
      () => saidAt ?? 0,
      () => {
        beat();
        if (!hinted)
          report(`Ctrl-C leaves, and the delivery goes on; follow it with: pilotage status ${delivery}`);
        hinted = true;
      },
    );
    const cancel = clock.after(timeoutMs, () => {
      report(
        `still under way after ${timeoutMs / 1000}s; it goes on without this push: pilotage status ${delivery}`,
      );
      finish();
    });
    finish = () => {
      state = 'over';
      for (const stop of [stopEvents, stopRecords, stopBeat, cancel]) stop();
      forget();
      resolve();
    };
    const forget = onAbort(signal, finish);
  }

  return {
    hasReported: () => saidAt !== undefined,
    until: (targets) =>
      new Promise((resolve) => {
        for (const target of targets)
          pending.set(target.environment, { target, outcome: undefined, reading: 'no' });
        state = 'waiting';
        saidAt ??= clock.monotonic();
        for (const event of early) if (!isOwn(event)) say(event);
        follow(resolve);
        if (signal.aborted || pending.size === 0) return finish();
        for (const one of pending.values()) void assess(one);
      }),
  };
}

/** An end is worded by its outcome; the stage only says that the text is ours, to be wrapped. */
const STAGE_OF_THE_END = 'healthy';

/** Calls `fn` whenever nothing has been reported for `ms`, until the returned function is called. */
function every(clock: Clock, ms: number, saidAt: () => number, fn: () => void): () => void {
  let cancel = (): void => {};
  const arm = (): void => {
    cancel = clock.after(Math.max(1, saidAt() + ms - clock.monotonic()), () => {
      if (clock.monotonic() - saidAt() >= ms) fn();
      arm();
    });
  };
  arm();
  return () => cancel();
}

const keyOf = (environment: string | undefined, revision: string | undefined): string =>
  `${environment ?? ''}@${revision ?? ''}`;
