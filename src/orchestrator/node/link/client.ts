import { WebSocket } from 'ws';
import { onAbort } from '../../../base/abort.ts';
import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { backoffMs } from '../../../base/queue.ts';
import {
  CHANNEL,
  type LinkRequest,
  linkPath,
  MAX_FRAME_BYTES,
  readRequest,
  type StreamFailure,
  streamPath,
} from '../../link.ts';

/** The way to the API server: `url` as `https://host:port`, and what proves who we are (PEM). */
export interface LinkTarget {
  readonly url: string;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

/** What the node answers a request with: bytes until the end, or a failure. Stops when the signal aborts. */
export type Answer =
  | { readonly type: 'stream'; readonly bytes: AsyncIterable<Buffer> }
  | { readonly type: 'failure'; readonly failure: StreamFailure };

export interface LinkClientOptions {
  readonly target: LinkTarget;
  readonly nodeName: string;
  readonly answer: (request: LinkRequest, signal: AbortSignal) => Promise<Answer>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY = { baseMs: 100, maxMs: 5_000 };
/** A link that is silent for so long is taken for dead: the server may have gone without a word. */
const PING_MS = 15_000;
/** A server that takes the connection and never answers is no server. */
const HANDSHAKE_MS = 10_000;
/** Streams under way at once, each with a socket and an open file. */
const MAX_STREAMS = 256;

/** Keeps a link to the API server until the signal aborts, and answers what comes over it. Never rejects. */
export async function keepLinked(options: LinkClientOptions, signal: AbortSignal): Promise<void> {
  const { clock, logger } = options;
  for (let failures = 0; !signal.aborted; ) {
    const wasOpen = await linkOnce(options, signal).catch((error: unknown) => {
      logger.debug({ error: problemOf(error).message }, 'no link to the API');
      return false;
    });
    failures = wasOpen ? 1 : failures + 1;
    await sleep(clock, backoffMs(failures, RETRY.baseMs, RETRY.maxMs), signal).catch(() => undefined);
  }
}

function dial({ url, tls }: LinkTarget, path: string): WebSocket {
  // perMessageDeflate would hold a compressor per stream for text that stays on this machine.
  return new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, {
    ...tls,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
  });
}

/** One link from dial to close; resolves with whether it ever stood. */
function linkOnce(options: LinkClientOptions, signal: AbortSignal): Promise<boolean> {
  const { target, nodeName, clock, logger } = options;
  return new Promise((resolve, reject) => {
    const socket = dial(target, linkPath(nodeName));
    const over = new AbortController();
    let isOpen = false;
    let isAlive = true;
    let cancelPing = () => {};
    let streams = 0;
    const ping = () => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      socket.ping();
      cancelPing = clock.after(PING_MS, ping);
    };
    const forget = onAbort(signal, () => socket.terminate());
    socket.on('open', () => {
      isOpen = true;
      logger.debug({}, 'linked to the API');
      cancelPing = clock.after(PING_MS, ping);
    });
    socket.on('pong', () => {
      isAlive = true;
    });
    socket.on('message', (data) => {
      isAlive = true;
      const request = readRequest(data.toString());
      if (!request || streams >= MAX_STREAMS) {
        logger.warn({ streams }, request ? 'too many streams: a request is not answered' : 'not a request');
        return;
      }
      streams += 1;
      void serve(options, request, over.signal).finally(() => {
        streams -= 1;
      });
    });
    // 'close' follows.
    socket.on('error', (error) => (isOpen ? undefined : reject(error)));
    socket.on('close', () => {
      cancelPing();
      over.abort(new Error('the link is closed'));
      forget();
      resolve(isOpen);
    });
  });
}

/** Answers one request on a socket of its own. Whoever asked ends it by closing. */
function serve(options: LinkClientOptions, request: LinkRequest, link: AbortSignal): Promise<void> {
  const { target, nodeName, logger } = options;
  return new Promise((resolve) => {
    const socket = dial(target, streamPath(nodeName, request.id));
    const gone = new AbortController();
    const forget = onAbort(link, () => socket.terminate());
    socket.on('close', () => {
      forget();
      gone.abort(new Error('the reader is gone'));
      resolve();
    });
    socket.on('error', (error) => logger.debug({ error: error.message }, 'a stream broke'));
    socket.on('open', () => {
      pump(socket, () => options.answer(request, gone.signal))
        .catch((error: unknown) =>
          fail(socket, { reason: 'InternalError', message: problemOf(error).message }),
        )
        .finally(() => socket.close());
    });
  });
}

async function pump(socket: WebSocket, answerOf: () => Promise<Answer>): Promise<void> {
  const answer = await answerOf();
  if (answer.type === 'failure') return fail(socket, answer.failure);
  for await (const bytes of answer.bytes) {
    if (socket.readyState !== WebSocket.OPEN) return;
    await send(socket, CHANNEL.stdout, bytes);
  }
}

const fail = (socket: WebSocket, failure: StreamFailure): Promise<void> =>
  send(socket, CHANNEL.error, Buffer.from(JSON.stringify(failure)));

/** Resolves when the bytes have left, so that a slow reader slows the source. */
function send(socket: WebSocket, channel: number, bytes: Buffer): Promise<void> {
  return new Promise((resolve) =>
    socket.send(Buffer.concat([Buffer.from([channel]), bytes]), () => resolve()),
  );
}
