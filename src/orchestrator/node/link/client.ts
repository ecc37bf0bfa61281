import { WebSocket } from 'ws';
import { onAbort } from '../../../base/abort.ts';
import { type Clock, sleep } from '../../../base/clock.ts';
import { problemOf } from '../../../base/errors.ts';
import type { Logger } from '../../../base/log.ts';
import { backoffMs } from '../../../base/queue.ts';
import { StreamError } from '../../link/failure.ts';
import { MAX_FRAME_BYTES } from '../../link/frame.ts';
import { createMultiplexer, type Multiplexer } from '../../link/multiplexer.ts';
import { LINK_PROTOCOL, linkPath } from '../../link/path.ts';
import type { LinkRequest } from '../../link/requests.ts';
import type { LinkStream } from '../../link/stream.ts';

/** The way to the API server: `url` as `https://host:port`, and what proves who we are (PEM). */
export interface LinkTarget {
  readonly url: string;
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
}

export interface LinkClientOptions {
  readonly target: LinkTarget;
  readonly nodeName: string;
  /** Default: that of the link, over which the API server asks. */
  readonly path?: string;
  /** Serves a request on its stream, and ends that; absent: this end asks. */
  readonly onRequest?: (request: LinkRequest, stream: LinkStream) => void;
  /** Told when a connection stands, and with undefined when it is gone. */
  readonly onLink?: (end: Pick<Multiplexer, 'open'> | undefined) => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY = { baseMs: 100, maxMs: 5_000 };
/** A link that is silent for so long is considered dead: the server may be gone without having closed it. */
const PING_MS = 15_000;
/** A server that takes the connection and never answers is not one. */
const HANDSHAKE_MS = 10_000;

/** Keeps a link to the API server until the signal aborts, and serves what comes over it. Never rejects. */
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
  // perMessageDeflate would compress text that stays on this machine.
  return new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, LINK_PROTOCOL, {
    ...tls,
    perMessageDeflate: false,
    maxPayload: MAX_FRAME_BYTES,
    handshakeTimeout: HANDSHAKE_MS,
  });
}

/** One link from dial to close; resolves with whether it ever stood. */
function linkOnce(options: LinkClientOptions, signal: AbortSignal): Promise<boolean> {
  const { target, nodeName, clock, logger, onRequest, onLink = () => {} } = options;
  return new Promise((resolve, reject) => {
    const socket = dial(target, options.path ?? linkPath(nodeName));
    const multiplexer = createMultiplexer({
      transport: { send: (frame, sent) => socket.send(frame, sent) },
      ...(onRequest ? { onRequest } : {}),
      onNonsense: () => logger.debug({}, 'the API server sent what is not a frame'),
    });
    let isOpen = false;
    let isAlive = true;
    let cancelPing = () => {};
    const ping = () => {
      if (!isAlive) return socket.terminate();
      isAlive = false;
      socket.ping();
      cancelPing = clock.after(PING_MS, ping);
    };
    const forget = onAbort(signal, () => socket.terminate());
    socket.on('open', () => {
      isOpen = true;
      onLink(multiplexer);
      logger.debug({}, 'linked to the API');
      cancelPing = clock.after(PING_MS, ping);
    });
    socket.on('pong', () => {
      isAlive = true;
    });
    socket.on('message', (data: Buffer) => {
      isAlive = true;
      multiplexer.receive(data);
    });
    // 'close' follows.
    socket.on('error', (error) => (isOpen ? undefined : reject(error)));
    socket.on('close', () => {
      cancelPing();
      forget();
      if (isOpen) onLink(undefined);
      multiplexer.close(new StreamError('ServiceUnavailable', 'the link is closed'));
      resolve(isOpen);
    });
  });
}
