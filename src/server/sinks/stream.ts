import type { ServerResponse } from 'node:http';
import {
  EVENTS_AFTER,
  type Gap,
  type NumberedEvent,
  type ProgressSource,
  type StreamLine,
} from '../../model/progress.ts';
import { badRequest } from '../refusal.ts';
import type { IsVisible } from '../visibility.ts';

/**
 * Progress as it happens, one JSON object a line, until the reader leaves. `?delivery=` and `&environment=` narrow it, `&after=ID`
 * resumes after an event that was read before. Nothing is buffered for a reader that does not keep up: it falls behind in what
 * the source keeps, and is sent a gap once its place is not kept any more. @throws ProblemError BadRequest
 */
export function streamEvents(
  source: ProgressSource,
  query: URLSearchParams,
  response: ServerResponse,
  isVisible: IsVisible,
): void {
  const isAsked = filterOf(query);
  let last = startOf(query) ?? source.lastId();
  response.writeHead(200, {
    'Content-Type': 'application/x-ndjson',
    'Cache-Control': 'no-store',
    [EVENTS_AFTER]: String(last),
  });
  response.flushHeaders();
  const write = (line: StreamLine): boolean => response.write(`${JSON.stringify(line)}\n`);

  /** Writes what is there until the reader has to catch up. */
  function pump(): void {
    while (!response.writableNeedDrain) {
      const next = source.after(last);
      if (next.missed) {
        write({ gap: gapOf(last, next.resumeAt) });
        last = next.resumeAt;
      } else if (next.event === undefined) return;
      else {
        last = next.event.id;
        if (isAsked(next.event) && isVisible(next.event)) write(next.event);
      }
    }
  }

  const stop = source.subscribe(pump);
  response.on('drain', pump);
  response.on('close', stop);
  pump();
}

function filterOf(query: URLSearchParams): (event: NumberedEvent) => boolean {
  const [delivery, environment] = [query.get('delivery'), query.get('environment')];
  return (event) =>
    (!delivery || event.delivery === delivery) &&
    // What concerns the whole delivery concerns each of its environments.
    (!environment || event.environment === undefined || event.environment === environment);
}

function startOf(query: URLSearchParams): number | undefined {
  const after = query.get('after');
  if (after === null) return undefined;
  if (!/^\d{1,16}$/.test(after)) throw badRequest('"after" must be the id of an event.');
  return Number(after);
}

const gapOf = (after: number, resumeAt: number): Gap => ({
  after,
  resumeAt,
  message: 'Events are missing here: the status says how things are (GET /api/v1/status).',
});
