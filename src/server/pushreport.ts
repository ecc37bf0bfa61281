import type { Clock } from '../base/clock.ts';
import { FINAL_STAGES, type ProgressEvent, type ProgressSource } from '../model/progress.ts';

/** A line of a report, `remote: ` before it, fits a terminal of 100 columns. */
const COLUMNS = 100 - 'remote: '.length;

export interface PushReportOptions {
  readonly source: ProgressSource;
  readonly clock: Clock;
  readonly delivery: string;
  /** One line for the person who pushed; git puts `remote: ` before it. */
  readonly report: (line: string) => void;
  /** Aborts when the pusher has gone: then nobody listens, and delivery goes on. */
  readonly signal: AbortSignal;
  /** Stop telling after this long; the rollout does not depend on it. */
  readonly timeoutMs: number;
}

/** Whoever waits this long wonders whether they have to. */
const HINT_MS = 15_000;

/**
 * Tells a push what it started. Listen before the push is observed, so that nothing is missed;
 * `until(environments)` then resolves when each of them has come to an end.
 */
export function listenToPush(options: PushReportOptions): {
  until(targets: readonly { readonly environment: string; readonly revision: string }[]): Promise<void>;
  /** Whether the pusher has been told anything yet. */
  hasTold(): boolean;
} {
  const { source, clock, delivery, report, signal, timeoutMs } = options;
  const ended = new Set<string>();
  let told = false;
  let check = (): void => {};
  const stop = source.subscribe((event) => {
    if (event.delivery !== delivery) return;
    for (const line of linesOf(event)) report(line);
    told = true;
    if (FINAL_STAGES.has(event.stage)) ended.add(`${event.environment}@${event.revision}`);
    check();
  });
  return {
    hasTold: () => told,
    until: (targets) =>
      new Promise((resolve) => {
        const finish = (): void => {
          stop();
          cancel();
          cancelHint();
          signal.removeEventListener('abort', finish);
          resolve();
        };
        const cancel = clock.after(timeoutMs, () => {
          report(`still under way after ${timeoutMs / 1000}s; follow it with: pilotage status ${delivery}`);
          finish();
        });
        const cancelHint = clock.after(HINT_MS, () =>
          report(`still waiting; Ctrl-C leaves, and the delivery goes on: pilotage status ${delivery}`),
        );
        signal.addEventListener('abort', finish, { once: true });
        check = () => {
          // By revision: that an older one is superseded is only the beginning of this one.
          if (targets.every(({ environment, revision }) => ended.has(`${environment}@${revision}`))) finish();
        };
        if (signal.aborted) finish();
        else check();
      }),
  };
}

/** `[dev] planned: 4 to create`; further lines are indented below. */
function linesOf(event: ProgressEvent): string[] {
  const prefix = event.environment ? `[${event.environment}] ` : '';
  const indent = ' '.repeat(prefix.length);
  // The output of a build is somebody else's text: it stays as it is.
  const width = event.stage === 'building' ? Number.POSITIVE_INFINITY : COLUMNS - prefix.length;
  return event.message
    .split('\n')
    .flatMap((line) => wrap(line, width))
    .map((line, i) => `${i === 0 ? prefix : indent}${line}`);
}

/** Breaks a line at spaces; what follows hangs below its text. A word that is too long stays whole: it can be copied. */
function wrap(line: string, width: number): string[] {
  const hang = `${/^ */.exec(line)?.[0] ?? ''}  `;
  const lines: string[] = [];
  let rest = line;
  while (rest.length > width) {
    const start = rest.length - rest.trimStart().length;
    const fitting = rest.lastIndexOf(' ', width);
    const at = fitting > start ? fitting : rest.indexOf(' ', Math.max(width, start));
    if (at < 0) break;
    lines.push(rest.slice(0, at));
    rest = `${hang}${rest.slice(at + 1)}`;
  }
  return [...lines, rest];
}
