import { stringifyJson } from '../kube/values/json.ts';
import type { AuditEvent } from './event.ts';
import type { AuditLog } from './log.ts';
import { type AuditQuery, answers } from './query.ts';
import { readEvents } from './read.ts';

/** How far a reader may fall behind what happens. */
const MOST_BEHIND = 10_000;

const keyOf = ({ auditID, stage }: AuditEvent): string => `${auditID} ${stage}`;

/**
 * What the log holds, as lines; with `follow` also what happens from now on, until `signal` aborts. A reader that falls too far
 * behind comes to its end.
 */
export async function* auditLines(
  log: AuditLog,
  query: AuditQuery,
  follow: boolean,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let live: AuditEvent[] = [];
  let wake = (): void => {};
  const { files, stop } = await log.tail((event) => {
    if (!follow || !answers(query, event)) return;
    live.push(event);
    wake();
  });
  try {
    // What happens while the files are read may already stand in them.
    const told = new Set<string>();
    for await (const event of readEvents(files, query)) {
      if (signal.aborted) return;
      told.add(keyOf(event));
      if (told.size > MOST_BEHIND) told.delete(told.values().next().value ?? '');
      yield textOf(event);
    }
    if (!follow) return;
    signal.addEventListener('abort', () => wake(), { once: true });
    while (!signal.aborted && live.length <= MOST_BEHIND) {
      const events = live;
      live = [];
      for (const event of events) if (!told.delete(keyOf(event))) yield textOf(event);
      if (live.length === 0 && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
  } finally {
    stop();
  }
}

const textOf = (event: AuditEvent): string => `${stringifyJson(event)}\n`;
