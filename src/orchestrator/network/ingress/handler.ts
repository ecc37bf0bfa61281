import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../../base/clock.ts';
import { endWhenIdle } from '../../../base/requestbody.ts';
import type { Backend } from '../route.ts';
import type { Guard } from './auth.ts';
import type { BackendAgents } from './backendagent.ts';
import { hasBody } from './body.ts';
import { type Answer, answer, decide, type FacePorts, type Forward, type RequestFacts } from './decide.ts';
import { exchange } from './exchange.ts';
import { parseAuthority, targetOf } from './paths.ts';
import type { FaceTables, Target } from './table.ts';

export interface HandlerOptions {
  readonly tables: () => FaceTables;
  /** In [0, 1): draws a backend where a rule has several. */
  readonly random: () => number;
  readonly ports: () => FacePorts;
  /** Pods behind a port of a Service, in the order in which they are to be tried. */
  readonly backends: (port: Extract<Target, { type: 'port' }>, client: string) => readonly Backend[];
  readonly attempt: (backend: Backend) => () => void;
  readonly agents: BackendAgents;
  readonly guard: Guard;
  readonly clock: Clock;
}

/** Whom a request reaches, or what it is told. */
export type Admitted = Answer | (Forward & { readonly facts: RequestFacts });

/** What becomes of a request, with its sender known where that is asked for. */
export async function admit(request: IncomingMessage, options: HandlerOptions): Promise<Admitted> {
  const facts = factsOf(request, options.random());
  if (!facts) return answer(400, 'the request names no host and path that could be told');
  const table = options.tables()[facts.isSecure ? 'https' : 'http'];
  const decision = decide(table, facts, options.ports());
  if (decision.type === 'answer') return decision;
  const { auth } = decision.policy;
  const refusal = auth && (await options.guard(auth, request.headers.authorization));
  return refusal ?? { ...decision, facts };
}

/** Answers a request; resolves when the answer is out. */
export async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: HandlerOptions,
): Promise<void> {
  request.on('error', () => {});
  response.on('error', () => {});
  if (hasBody(request)) request.once('end', endWhenIdle(request));
  const admitted = await admit(request, options);
  const answered =
    admitted.type === 'answer' ? admitted : await carried(request, response, admitted, options);
  if (answered) sendAnswer(request, response, answered);
}

function carried(
  request: IncomingMessage,
  response: ServerResponse,
  admitted: Forward & { readonly facts: RequestFacts },
  options: HandlerOptions,
): Promise<Answer | undefined> {
  const { facts } = admitted;
  return exchange(request, response, admitted, {
    ...options,
    facts,
    backends: options.backends(admitted.target, facts.client),
    port: portOf(facts, options.ports()),
  });
}

export const portOf = ({ isSecure }: RequestFacts, { http, https }: FacePorts): number =>
  (isSecure ? https : http) ?? (isSecure ? 443 : 80);

/** undefined: nobody could say what it asks for. */
function factsOf(request: IncomingMessage, roll: number): RequestFacts | undefined {
  const { headers, method = 'GET', url = '/' } = request;
  const target = targetOf(url);
  const pseudo = headers[':authority'];
  const hostHeader = target?.authority ?? (typeof pseudo === 'string' ? pseudo : (headers.host ?? ''));
  const authority = hostHeader === '' ? { host: '', port: undefined } : parseAuthority(hostHeader);
  if (!target || !authority) return undefined;
  const length = headers['content-length'];
  return {
    method,
    // HTTP/2 is spoken over TLS alone.
    isSecure: request.httpVersionMajor === 2 || 'encrypted' in request.socket,
    authority,
    hostHeader,
    target,
    client: (request.socket.remoteAddress ?? '').replace(/^::ffff:/, ''),
    origin: headers.origin,
    declared: length === undefined ? undefined : Number(length),
    headers,
    roll,
  };
}

export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { status, text, headers }: Answer,
): void {
  if (response.headersSent || response.destroyed) return void response.destroy();
  // The rest of a body that nobody takes is not read; HTTP/2 has no such header, and a stream for each request.
  if (!request.complete && request.httpVersionMajor === 1) response.setHeader('connection', 'close');
  const body = text === '' ? '' : `${status} ${text}\n`;
  response.writeHead(status, {
    ...headers,
    ...(body === ''
      ? {}
      : { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' }),
    ...(status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
  });
  response.end(body);
}
