import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../base/clock.ts';
import type { Backend } from '../route.ts';
import type { BackendAgents } from './backendagent.ts';
import { backendRequest, inTurn, notInTime, type Tried, type Turn } from './backendrequest.ts';
import { hasBody, sendBody } from './body.ts';
import { type Answer, type Forward, type RequestFacts, tooLarge } from './decide.ts';
import { responseHeaders } from './headers.ts';

export interface ExchangeOptions {
  readonly agents: BackendAgents;
  /** In the order in which they are to be tried. */
  readonly backends: readonly Backend[];
  readonly facts: RequestFacts;
  /** Port at which the client came in. */
  readonly port: number;
  /** A request is on its way to the backend; called when it has arrived or will not. */
  readonly attempt: (backend: Backend) => () => void;
  readonly clock: Clock;
}

/** A pod that is to stop waits so long for requests that are on their way to it and have no answer yet. */
const ON_ITS_WAY_MS = 1_000;
/** May be sent twice (RFC 9110, 9.2.2). */
const REPEATABLE: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/** Carries a request to the first backend that takes it. Resolves when the answer has been sent, or with the one to send in its place. */
export function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  forward: Forward,
  options: ExchangeOptions,
): Promise<Answer | undefined> {
  const isBare = !hasBody(request);
  const isRepeatable = isBare && REPEATABLE.includes(options.facts.method);
  const { requestMs } = forward.policy;
  const until = requestMs === undefined ? undefined : options.clock.monotonic() + requestMs;
  return inTurn(
    forward,
    { backends: options.backends, cookies: request.headers.cookie, isRepeatable },
    (turn) => tryOne(request, response, forward, { ...options, ...turn, isBare, until }),
  );
}

function tryOne(
  request: IncomingMessage,
  response: ServerResponse,
  forward: Forward,
  options: ExchangeOptions & Turn & { readonly isBare: boolean; readonly until: number | undefined },
): Promise<Tried> {
  const { backend, isFresh, isBare, agents, clock } = options;
  const { readMs, sendMs, largestBody } = forward.policy;
  return new Promise((resolve) => {
    const ended = options.attempt(backend);
    const late = clock.after(ON_ITS_WAY_MS, ended);
    const settle = (tried: Tried) => {
      late();
      ended();
      resolve(tried);
    };
    // A client that leaves is nobody to answer.
    const leave = () => {
      settle({ type: 'carried' });
      outgoing.destroy();
    };
    const { outgoing, giveUp } = backendRequest(request, {
      ...options,
      forward,
      agent: isFresh ? agents.fresh : agents.kept,
      headers: isBare || request.headers['content-length'] ? {} : { 'transfer-encoding': 'chunked' },
      timeout: isBare ? readMs : sendMs,
      onFailure(tried) {
        response.off('close', leave);
        settle(tried);
      },
    });
    response.once('close', leave);
    const limit = Math.min(
      forward.policy.attemptMs ?? Infinity,
      options.until === undefined ? Infinity : Math.max(options.until - clock.monotonic(), 0),
    );
    // An answer that has begun breaks off.
    if (limit < Infinity)
      outgoing.once(
        'close',
        clock.after(limit, () => giveUp(notInTime(forward.target))),
      );
    outgoing.once('response', (incoming) => {
      late();
      ended();
      response.once('close', () => settle({ type: 'carried' }));
      carry(incoming, response, forward, options.cookie);
    });
    if (isBare) outgoing.end();
    // The body is not read before somebody takes it.
    else
      outgoing.once('socket', () =>
        sendBody(request, outgoing, {
          largest: largestBody,
          onTooLarge: () => giveUp(tooLarge(largestBody)),
          onSent: () => outgoing.setTimeout(readMs),
        }),
      );
  });
}

/** Sends the answer on as it comes. One that breaks off breaks off for the client, too. */
export function carry(
  incoming: IncomingMessage,
  response: ServerResponse,
  { headers, changes }: Pick<Forward, 'headers' | 'changes'>,
  cookie: string | undefined,
): void {
  incoming.once('error', () => response.destroy());
  try {
    response.writeHead(
      incoming.statusCode ?? 502,
      responseHeaders(incoming.headers, headers, cookie, changes),
    );
  } catch {
    // A status or a header that the client's protocol does not have.
    incoming.destroy();
    response.destroy();
    return;
  }
  let isMoving = false;
  incoming.once('data', () => {
    isMoving = true;
  });
  incoming.pipe(response);
  // An answer whose body lets wait for itself, events say, is not kept back.
  setImmediate(() => {
    if (!isMoving && !response.writableEnded && !response.destroyed) response.flushHeaders();
  });
}
