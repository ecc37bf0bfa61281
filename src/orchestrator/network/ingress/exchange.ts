import { request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../../../base/clock.ts';
import type { Backend } from '../route.ts';
import { type BackendAgents, requestArgs, Unreachable } from './backendagent.ts';
import { hasBody, sendBody } from './body.ts';
import { type Answer, answer, type Forward, type RequestFacts, tooLarge } from './decide.ts';
import { requestHeaders, responseHeaders } from './headers.ts';
import { backendName, withSticky } from './stickycookie.ts';

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

/** How one attempt has ended. */
type Tried =
  | { readonly type: 'carried' }
  /** Nothing was sent. */
  | { readonly type: 'unreachable' }
  /** The connection ended before anything came back. */
  | { readonly type: 'lost'; readonly isReused: boolean }
  | { readonly type: 'answer'; readonly answer: Answer };

const MOST_ATTEMPTS = 4;
/** A pod that is to stop waits so long for requests that are on their way to it and have no answer yet. */
const ON_ITS_WAY_MS = 1_000;
/** May be sent twice (RFC 9110, 9.2.2). */
const REPEATABLE: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Carries a request to the first backend that takes it. The next one is tried as long as nothing has been sent, and where a resting connection
 * turns out to be closed, for requests that may be repeated. Resolves when the answer has been sent, or with the one to send in its place.
 */
export async function exchange(
  request: IncomingMessage,
  response: ServerResponse,
  forward: Forward,
  options: ExchangeOptions,
): Promise<Answer | undefined> {
  const { policy, target } = forward;
  const name = `${target.namespace}/${target.service}`;
  const { stickyCookie } = policy;
  const sticky = stickyCookie && withSticky(options.backends, stickyCookie, request.headers.cookie);
  const order = sticky?.order ?? options.backends;
  if (order.length === 0) return answer(503, `no pod of the Service ${name} is ready`);
  const isBare = !hasBody(request);
  const isRepeatable = isBare && REPEATABLE.includes(options.facts.method);
  let isFresh = false;
  for (const backend of [...order, ...order].slice(0, MOST_ATTEMPTS)) {
    const cookie =
      stickyCookie && (!sticky?.isKnown || backend !== order[0])
        ? `${stickyCookie.name}=${backendName(backend)}${stickyCookie.attributes}`
        : undefined;
    const tried = await tryOne(request, response, forward, { ...options, backend, isFresh, isBare, cookie });
    if (tried.type === 'carried') return undefined;
    if (tried.type === 'answer') return tried.answer;
    if (tried.type === 'lost') {
      if (!tried.isReused || !isRepeatable)
        return answer(502, `a pod of the Service ${name} ended the connection without an answer`);
      isFresh = true;
    }
  }
  return answer(502, `no pod of the Service ${name} accepts connections`);
}

interface AttemptOptions extends ExchangeOptions {
  readonly backend: Backend;
  readonly isFresh: boolean;
  readonly isBare: boolean;
  readonly cookie: string | undefined;
}

function tryOne(
  request: IncomingMessage,
  response: ServerResponse,
  forward: Forward,
  options: AttemptOptions,
): Promise<Tried> {
  const { backend, isFresh, isBare, agents, facts, clock } = options;
  const { policy, target } = forward;
  return new Promise((resolve) => {
    const ended = options.attempt(backend);
    const late = clock.after(ON_ITS_WAY_MS, ended);
    const settle = (tried: Tried) => {
      late();
      ended();
      resolve(tried);
    };
    const { scheme, connectMs, sendMs, readMs } = policy;
    const servername = policy.upstreamHost ?? facts.authority.host;
    const outgoing = httpRequest(
      requestArgs(
        { backend, scheme, servername, connectMs },
        {
          method: facts.method,
          path: forward.path,
          headers: {
            ...requestHeaders(request.headers, facts, policy, options.port),
            ...(isBare || request.headers['content-length'] ? {} : { 'transfer-encoding': 'chunked' }),
          },
          agent: isFresh ? agents.fresh : agents.kept,
          timeout: isBare ? readMs : sendMs,
        },
      ),
    );
    // A client that leaves is nobody to answer.
    const leave = () => {
      settle({ type: 'carried' });
      outgoing.destroy();
    };
    response.once('close', leave);
    let isAnswered = false;
    const fail = (tried: Tried) => {
      if (isAnswered) return;
      response.off('close', leave);
      settle(tried);
    };
    let failure: Answer | undefined;
    outgoing.once('timeout', () => {
      failure = answer(
        504,
        `the pods of the Service ${target.namespace}/${target.service} do not answer in time`,
      );
      outgoing.destroy(new Error('time-out'));
    });
    outgoing.on('error', (error) => {
      if (failure) fail({ type: 'answer', answer: failure });
      else if (error instanceof Unreachable) fail({ type: 'unreachable' });
      else fail({ type: 'lost', isReused: outgoing.reusedSocket });
    });
    // One that changes the protocol unasked is closed by Node without a word.
    outgoing.once('close', () => fail({ type: 'lost', isReused: false }));
    outgoing.once('response', (incoming) => {
      isAnswered = true;
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
          largest: policy.largestBody,
          onTooLarge: () => {
            failure = tooLarge(policy.largestBody + 1, policy.largestBody);
          },
          onSent: () => outgoing.setTimeout(readMs),
        }),
      );
  });
}

/** Sends the answer on as it comes. One that breaks off breaks off for the client, too. */
export function carry(
  incoming: IncomingMessage,
  response: ServerResponse,
  { headers }: Pick<Forward, 'headers'>,
  cookie: string | undefined,
): void {
  incoming.once('error', () => response.destroy());
  try {
    response.writeHead(incoming.statusCode ?? 502, responseHeaders(incoming.headers, headers, cookie));
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
