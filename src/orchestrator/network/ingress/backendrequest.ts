import type { Agent, ClientRequest, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request as httpRequest } from 'node:http';
import type { Backend } from '../route.ts';
import { requestArgs, Unreachable } from './backendagent.ts';
import { type Answer, answer, type Forward, type RequestFacts } from './decide.ts';
import { requestHeaders } from './headers.ts';
import { backendName, withSticky } from './stickycookie.ts';

/** How one attempt has ended. */
export type Tried =
  | { readonly type: 'carried' }
  /** Nothing was sent. */
  | { readonly type: 'unreachable' }
  /** The connection ended before anything came back. */
  | { readonly type: 'lost'; readonly isReused: boolean }
  | { readonly type: 'answer'; readonly answer: Answer };

/** One attempt. */
export interface Turn {
  readonly backend: Backend;
  /** Given to the client with the answer, so that it comes back here. */
  readonly cookie: string | undefined;
  /** No resting connection is to be taken: one has turned out to be closed. */
  readonly isFresh: boolean;
}

export interface Turns {
  /** In the order in which they are to be tried. */
  readonly backends: readonly Backend[];
  /** The client's header of that name. */
  readonly cookies: string | undefined;
  /** Whether it may be sent twice. */
  readonly isRepeatable: boolean;
}

const MOST_ATTEMPTS = 4;

/**
 * Offers a request to the pods of a Service until one takes it: to the next one as long as nothing has been sent, and where a resting
 * connection turns out to be closed, if it may be repeated. Resolves when it has been answered, or with the answer to send.
 */
export async function inTurn(
  { policy, target }: Forward,
  { backends, cookies, isRepeatable }: Turns,
  tryOne: (turn: Turn) => Promise<Tried>,
): Promise<Answer | undefined> {
  const name = `${target.namespace}/${target.service}`;
  const { stickyCookie } = policy;
  const sticky = stickyCookie && withSticky(backends, stickyCookie, cookies);
  const order = sticky?.order ?? backends;
  if (order.length === 0) return answer(503, `no pod of the Service ${name} is ready`);
  let isFresh = false;
  for (const backend of [...order, ...order].slice(0, MOST_ATTEMPTS)) {
    const cookie =
      stickyCookie && (!sticky?.isKnown || backend !== order[0])
        ? `${stickyCookie.name}=${backendName(backend)}${stickyCookie.attributes}`
        : undefined;
    const tried = await tryOne({ backend, cookie, isFresh });
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

export interface BackendRequestOptions {
  readonly backend: Backend;
  readonly forward: Forward;
  readonly facts: RequestFacts;
  /** Port at which the client came in. */
  readonly port: number;
  readonly agent: Agent;
  /** Beside those that the client's own become. */
  readonly headers: OutgoingHttpHeaders;
  /** Milliseconds without a byte. */
  readonly timeout: number;
  /** Hears that it has ended without an answer of the backend. */
  readonly onFailure: (tried: Tried) => void;
}

export interface Outgoing {
  readonly outgoing: ClientRequest;
  /** Nothing more is sent, and the client is told this. */
  giveUp(why: Answer): void;
}

export const notInTime = ({ namespace, service }: Forward['target']): Answer =>
  answer(504, `the pods of the Service ${namespace}/${service} do not answer in time`);

/** A client's request as a backend gets it, without its body. */
export function backendRequest(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  { backend, forward, facts, port, agent, timeout, onFailure, ...options }: BackendRequestOptions,
): Outgoing {
  const { policy, target, path } = forward;
  const { scheme, connectMs } = policy;
  const servername = policy.upstreamHost ?? facts.authority.host;
  const outgoing = httpRequest(
    requestArgs(
      { backend, scheme, servername, connectMs },
      {
        ...(method === undefined ? {} : { method }),
        path,
        headers: { ...requestHeaders(headers, facts, policy, port), ...options.headers },
        agent,
        timeout,
      },
    ),
  );
  let isAnswered = false;
  let failure: Answer | undefined;
  const fail = (tried: Tried) => {
    if (!isAnswered) onFailure(failure ? { type: 'answer', answer: failure } : tried);
  };
  for (const event of ['response', 'upgrade'])
    outgoing.once(event, () => {
      isAnswered = true;
    });
  const giveUp = (why: Answer) => {
    failure = why;
    outgoing.destroy();
  };
  outgoing.once('timeout', () => giveUp(notInTime(target)));
  outgoing.on('error', (error) =>
    fail(
      error instanceof Unreachable
        ? { type: 'unreachable' }
        : { type: 'lost', isReused: outgoing.reusedSocket },
    ),
  );
  // One that changes the protocol unasked is closed by Node without a word.
  outgoing.once('close', () => fail({ type: 'lost', isReused: false }));
  return { outgoing, giveUp };
}
