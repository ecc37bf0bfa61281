import type { ServerResponse } from 'node:http';
import type { ProgressSource } from '../model/progress.ts';

/**
 * Progress as it happens, one JSON object a line, until the reader leaves. `?delivery=` and `&environment=` narrow it.
 * A reader that does not keep up is cut off rather than buffered for: events are a report, and the status is the truth.
 */
export function streamEvents(source: ProgressSource, query: URLSearchParams, response: ServerResponse): void {
  const [delivery, environment] = [query.get('delivery'), query.get('environment')];
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson', 'Cache-Control': 'no-store' });
  response.flushHeaders();
  const stop = source.subscribe((event) => {
    if (delivery && event.delivery !== delivery) return;
    if (environment && event.environment !== undefined && event.environment !== environment) return;
    if (response.writableLength > MAX_BUFFERED_BYTES) response.destroy();
    else response.write(`${JSON.stringify(event)}\n`);
  });
  response.on('close', stop);
}

const MAX_BUFFERED_BYTES = 1 << 20;
