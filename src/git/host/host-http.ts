import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createGunzip } from 'node:zlib';
import { ProblemError } from '../../base/errors.ts';
import { endWhenIdle } from '../../base/requestbody.ts';
import { SERVICES, type Service } from './advertise.ts';

export type Route =
  | { readonly kind: 'advertise'; readonly repository: string; readonly service: Service | undefined }
  | { readonly kind: 'serve'; readonly repository: string; readonly service: Service };

const PREFIX = '/git/';

/** `/git/NAME.git/info/refs?service=…`, `/git/NAME.git/git-upload-pack`; undefined for any other address. */
export function routeOf(req: IncomingMessage): Route | 'unknown' | undefined {
  const target = req.url ?? '/';
  // A request target such as `//` is not a valid URL, and therefore not an address of the git host.
  if (!URL.canParse(target, 'http://host')) return undefined;
  const url = new URL(target, 'http://host');
  if (!url.pathname.startsWith(PREFIX)) return undefined;
  const match = /^([^/]+?)(?:\.git)?\/(info\/refs|git-upload-pack|git-receive-pack)$/.exec(
    url.pathname.slice(PREFIX.length),
  );
  const repository = match?.[1];
  if (repository === undefined) return 'unknown';
  const asked = match?.[2] === 'info/refs' ? url.searchParams.get('service') : match?.[2];
  const service = SERVICES.find((name) => name === asked);
  if (match?.[2] === 'info/refs')
    return req.method === 'GET' ? { kind: 'advertise', repository, service } : 'unknown';
  return req.method === 'POST' && service ? { kind: 'serve', repository, service } : 'unknown';
}

/** The `version=N` of the Git-Protocol header; the rest of the header must be ignored. */
export function protocolOf(req: IncomingMessage): 0 | 1 | 2 {
  const header = req.headers['git-protocol'];
  const version = /(?:^|:)version=([012])(?:$|:)/.exec(typeof header === 'string' ? header : '')?.[1];
  return version === '2' ? 2 : version === '1' ? 1 : 0;
}

/** User and password of HTTP basic authentication, for `authorize`: git sends a token as the password. */
export function basicCredentials(
  req: IncomingMessage,
): { readonly user: string; readonly password: string } | undefined {
  const match = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(req.headers.authorization ?? '');
  if (!match?.[1]) return undefined;
  const text = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** git prints the lines of a text/plain error body as `remote: …`. */
export function refuse(
  res: ServerResponse,
  status: number,
  message: string,
  headers: Record<string, string> = {},
) {
  res.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'cache-control': 'no-cache',
    ...headers,
  });
  res.end(`${message}\n`);
}

/**
 * The request's body, decompressed. Beyond `maxBytes` the rest is read and dropped before PackTooLarge is thrown, because a client
 * that is still sending does not read the reason; a client that sends four times too much is disconnected.
 */
export async function* bodyOf(req: IncomingMessage, maxBytes: number): AsyncGenerator<Buffer> {
  const gzipped = /^(x-)?gzip$/i.test(req.headers['content-encoding'] ?? '');
  const stream: AsyncIterable<Buffer> = gzipped ? inflating(req) : req;
  let total = 0;
  const moved = endWhenIdle(req);
  for await (const chunk of stream) {
    total += chunk.length;
    if (total <= maxBytes) yield chunk;
    else if (total > 4 * maxBytes) break;
  }
  moved();
  if (total > maxBytes) {
    throw new ProblemError({
      reason: 'PackTooLarge',
      message: `the push has more than ${Math.floor(maxBytes / 2 ** 20)} MiB`,
      remedy: 'push in parts, or keep large files out of the repository',
    });
  }
}

function inflating(req: IncomingMessage): AsyncIterable<Buffer> {
  const gunzip = createGunzip();
  // Without this, a client that disconnects would leave the reader waiting forever.
  req.on('error', (error) => gunzip.destroy(error));
  req.on('aborted', () => gunzip.destroy(new Error('the client went away')));
  return req.pipe(gunzip);
}

/** Writes buffers one after the other and waits for a slow reader; false when the client is gone. */
export async function write(res: ServerResponse, ...buffers: readonly Uint8Array[]): Promise<boolean> {
  if (res.destroyed || res.writableEnded) return false;
  res.cork();
  const accepted = buffers.map((bytes) => res.write(bytes)).at(-1) ?? true;
  res.uncork();
  if (accepted) return true;
  const waiting = new AbortController();
  const { signal } = waiting;
  try {
    await Promise.race([once(res, 'drain', { signal }), once(res, 'close', { signal })]);
  } finally {
    waiting.abort();
  }
  return !res.destroyed;
}
