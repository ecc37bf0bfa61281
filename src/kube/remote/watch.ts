import { onAbort } from '../../base/abort.ts';
import type { WatchEvent } from '../client/client.ts';
import { parseJson } from '../values/json.ts';
import { StatusError } from '../values/status.ts';
import type { KubeObject } from '../values/types.ts';
import { isStatusObject, linesOf } from './answers.ts';
import type { Transport } from './transport.ts';

/** A watch answer as events. Ends quietly with the signal or the server's end; an ERROR event is thrown. */
export async function* watchEvents<T extends KubeObject>(
  transport: Transport,
  request: { readonly path: string; readonly headers: Record<string, string | readonly string[]> },
  signal: AbortSignal,
  finish: <V>(value: V) => V,
): AsyncGenerator<WatchEvent<T>, void, void> {
  try {
    const response = await transport.open({ method: 'GET', ...request, signal });
    const forget = onAbort(signal, () => response.destroy());
    try {
      for await (const line of linesOf(response, transport.mostBytes)) {
        if (signal.aborted) return;
        if (line !== '') yield finish(eventOf<T>(line));
      }
    } finally {
      forget();
      response.destroy();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

function eventOf<T extends KubeObject>(line: string): WatchEvent<T> {
  const event = parseJson(line) as WatchEvent<T> | { type: 'ERROR'; object: unknown };
  if (event.type !== 'ERROR') return event;
  if (isStatusObject(event.object)) throw new StatusError(event.object);
  throw new Error(`the watch failed: ${line.slice(0, 500)}`);
}
