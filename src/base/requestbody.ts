import type { IncomingMessage } from 'node:http';

/**
 * The body of a request, read once; undefined when it has more than `limit` bytes. What comes after is left unread and the
 * connection is kept, so that whoever sends too much can still be told so: answer with `Connection: close`.
 */
export async function readRequestBody(request: IncomingMessage, limit: number): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > limit) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  // An iterator that is left early would destroy the request, and the connection with it.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
