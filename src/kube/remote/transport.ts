import { request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { onAbort } from '../../base/abort.ts';
import { readAnswerBody } from '../../base/answerbody.ts';
import { type Clock, sleep } from '../../base/clock.ts';
import { errnoOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { parseJson, stringifyJson } from '../values/json.ts';
import { StatusError } from '../values/status.ts';
import type { Json } from '../values/types.ts';
import { statusOfAnswer, warningsOf } from './answers.ts';
import type { Authenticate, Identity } from './auth.ts';
import { type Connection, connectionPool } from './pool.ts';

export interface RemoteRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** With query. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: Json;
  /** Default application/json. */
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
  readonly onWarning?: ((text: string) => void) | undefined;
}

export interface Transport {
  /** The answer's JSON. Rejects with StatusError when the answer is a failure, otherwise with the system's error. */
  json(request: RemoteRequest): Promise<unknown>;
  /** The answer once its head is here; its body may go on for ever. Destroy it to hang up. */
  open(request: RemoteRequest): Promise<IncomingMessage>;
  /** Of an answer, and of a line of one that goes on. */
  readonly mostBytes?: number;
  /** Drops idle connections. */
  close(): void;
}

export interface TransportOptions {
  readonly authenticate: Authenticate;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly userAgent: string;
  /** Milliseconds for an answer (its head, where the body is a stream). */
  readonly timeout: number;
  /** Of an answer, and of a line of one that goes on; default: any. */
  readonly mostBytes?: number;
  /** How often it comes back to a server that asks for that; default 10. */
  readonly mostRetries?: number;
}

/** Like client-go's `rest/with_retry.go`: at most ten times, only when the server says when. */
const MOST_RETRIES = 10;
const LONGEST_RETRY_AFTER = 60_000;

export function createTransport(options: TransportOptions): Transport {
  const agents = connectionPool();
  const { mostBytes, mostRetries = MOST_RETRIES } = options;

  async function send(request: RemoteRequest): Promise<IncomingMessage> {
    let resets = 0;
    for (let retries = 0; ; ) {
      try {
        const response = await sendOnce(options, agents.of(await options.authenticate()), request);
        const delay = retries < mostRetries ? retryAfter(response) : undefined;
        if (delay === undefined) return response;
        retries++;
        response.resume();
        options.logger.debug({ path: request.path, delay }, 'the server asks to come back later');
        await sleep(options.clock, delay, request.signal);
      } catch (error) {
        // A kept connection may be closed by the server while we send on it: harmless to repeat for a read.
        if (request.method !== 'GET' || !isReset(error) || request.signal?.aborted || ++resets > 1)
          throw error;
      }
    }
  }

  async function open(request: RemoteRequest): Promise<IncomingMessage> {
    const response = await send(request);
    for (const text of warningsOf(response.headers.warning)) request.onWarning?.(text);
    const code = response.statusCode ?? 0;
    if (code >= 200 && code < 300) return response;
    const body = await within(options, response, request.signal, readAnswerBody(response, mostBytes));
    throw new StatusError(statusOfAnswer(code, body));
  }

  return {
    open,
    ...(mostBytes === undefined ? {} : { mostBytes }),
    async json(request) {
      const response = await open(request);
      const body = await within(options, response, request.signal, readAnswerBody(response, mostBytes));
      return parseJson(body.toString('utf8'));
    },
    close: agents.close,
  };
}

function sendOnce(
  { clock, userAgent, timeout }: TransportOptions,
  { identity, agents }: Connection,
  request: RemoteRequest,
): Promise<IncomingMessage> {
  const { signal } = request;
  const { server } = identity;
  const secure = server.protocol === 'https:';
  const body = request.body === undefined ? undefined : Buffer.from(stringifyJson(request.body));
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const outgoing = (secure ? httpsRequest : httpRequest)({
      method: request.method,
      hostname: server.hostname.replace(/^\[|\]$/g, ''),
      port: server.port,
      path: server.pathname.replace(/\/$/, '') + request.path,
      agent: secure ? agents.https : agents.http,
      headers: headersOf(identity, request, userAgent, body),
    });
    const cancel = clock.after(timeout, () => outgoing.destroy(timedOut(request, timeout)));
    const forget = onAbort(signal, (reason) => outgoing.destroy(errorOf(reason)));
    const settle = () => {
      cancel();
      forget();
    };
    outgoing.once('error', (error) => {
      settle();
      reject(error);
    });
    outgoing.once('response', (response) => {
      settle();
      // A connection that dies silently under a watch is noticed by the kernel's probes.
      response.socket.setKeepAlive(true, 30_000);
      resolve(response);
    });
    outgoing.end(body);
  });
}

function headersOf(
  identity: Identity,
  request: RemoteRequest,
  userAgent: string,
  body: Buffer | undefined,
): OutgoingHttpHeaders {
  return {
    accept: request.accept ?? 'application/json',
    'user-agent': userAgent,
    ...(body
      ? { 'content-type': request.contentType ?? 'application/json', 'content-length': body.length }
      : {}),
    ...identity.headers,
    ...(request.headers as OutgoingHttpHeaders | undefined),
  };
}

/** Waits for the rest of an answer, hanging up at the time-out or when the signal aborts. */
async function within<T>(
  { clock, timeout }: TransportOptions,
  response: IncomingMessage,
  signal: AbortSignal | undefined,
  work: Promise<T>,
): Promise<T> {
  const hangUp = (reason: unknown) => response.destroy(errorOf(reason));
  const cancel = clock.after(timeout, () =>
    hangUp(Object.assign(new Error('the answer did not end in time'), { code: 'ETIMEDOUT' })),
  );
  const forget = onAbort(signal, hangUp);
  try {
    return await work;
  } finally {
    cancel();
    forget();
  }
}

function retryAfter(response: IncomingMessage): number | undefined {
  if (response.statusCode !== 429 && response.statusCode !== 503) return undefined;
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && response.headers['retry-after'] !== undefined
    ? Math.min(Math.max(0, seconds) * 1000, LONGEST_RETRY_AFTER)
    : undefined;
}

const isReset = (error: unknown): boolean => {
  const code = errnoOf(error);
  return code === 'ECONNRESET' || code === 'EPIPE';
};

const errorOf = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)));

const timedOut = (request: RemoteRequest, ms: number): Error =>
  Object.assign(new Error(`${request.method} ${request.path}: no answer within ${ms / 1000} s`), {
    code: 'ETIMEDOUT',
  });
