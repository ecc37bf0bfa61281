import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from './clock.ts';

const BODY_IDLE_MS = 60_000;
const AFTER_ANSWER_MS = 5_000;

/** Ends a request whose body stands still, so that half-sent ones cannot be gathered. The returned function says that it is read. */
export function endWhenIdle(request: IncomingMessage): () => void {
  request.setTimeout(BODY_IDLE_MS, () => request.destroy(new Error('the body of the request stood still')));
  return () => void request.setTimeout(0);
}

/**
 * Ends a request whose body is still incomplete some seconds after its answer: Node reads the rest until `requestTimeout`, so that a client
 * that sends it byte by byte would keep its connection for as long.
 */
export function endAfterAnswer(request: IncomingMessage, response: ServerResponse, clock: Clock): void {
  response.once('finish', () => {
    if (request.complete) return;
    clock.after(AFTER_ANSWER_MS, () => {
      if (!request.complete) request.destroy();
    });
  });
}

/**
 * The body of a request, read once; undefined when it has more than `limit` bytes. What comes after is left unread and the
 * connection is kept, so that a client that sends too much still gets an answer: answer with `Connection: close`.
 */
export async function readRequestBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length > limit) return undefined;
  // Nearly every body has come together with its head: reading it as a stream costs more than all that is done with it here.
  if (length > 0 && request.readableLength === length) {
    const body = request.read() as Buffer;
    request.resume();
    return body;
  }
  const chunks: Buffer[] = [];
  let size = 0;
  const moved = endWhenIdle(request);
  // An iterator that is left early would destroy the request, and the connection with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) break;
    chunks.push(chunk);
  }
  moved();
  if (size > limit) return undefined;
  return Buffer.concat(chunks);
}
