import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { totalmem } from 'node:os';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Clock, rfc3339 } from '../../../base/clock.ts';
import type { Pod } from '../../../kube/kinds/objects.data.ts';
import { STATUS_CODES, type StatusReason, statusError } from '../../../kube/values/status.ts';
import { type FailureReason, StreamError, streamErrorOf } from '../../link/failure.ts';
import type { NodeStatsResult } from '../../link/requests.ts';
import type { LogOptions, PodRuntime } from '../runtime/runtime.ts';
import { attemptFor } from './containers.ts';
import { HEALTH, type ObservedNode, PAGES } from './pages.ts';

export interface NodeServerOptions {
  readonly nodeName: string;
  readonly runtime: Pick<PodRuntime, 'attempts' | 'logs' | 'stats'>;
  readonly pods: () => readonly Pod[];
  readonly nodeStats: () => NodeStatsResult;
  readonly clock: Clock;
}

/** Speaks HTTP, as a kubelet does, on connections that the API server brings; it listens nowhere. */
export function createNodeServer(options: NodeServerOptions): (connection: Duplex) => void {
  const server = createServer((request, response) => {
    respond(options, request, response).catch((error: unknown) => fail(response, streamErrorOf(error)));
  });
  return (connection) => server.emit('connection', connection);
}

const LOG_PATH = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/;

async function respond(
  options: NodeServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(`http://node${request.url ?? '/'}`);
  const path = pathname.length > 1 ? pathname.replace(/\/$/, '') : pathname;
  const page = PAGES[path];
  const log = LOG_PATH.exec(path);
  const isHealth = HEALTH.has(path);
  if (!page && !log && !isHealth) throw new StreamError('NotFound', `the node does not serve ${path}`);
  if (request.method !== 'GET' && request.method !== 'HEAD')
    throw new StreamError('BadRequest', `the node only answers GET at ${path}`);
  if (isHealth) {
    response.writeHead(200, { 'Content-Type': 'text/plain; charset=utf-8' }).end('ok');
    return;
  }
  if (page) {
    const { contentType, body } = page(await observe(options));
    response.writeHead(200, { 'Content-Type': contentType }).end(body);
    return;
  }
  const [, namespace = '', name = '', container = ''] = log ?? [];
  await writeLog(options, { namespace, name, container }, searchParams, response, request.method === 'HEAD');
}

async function observe({ nodeName, runtime, pods, nodeStats }: NodeServerOptions): Promise<ObservedNode> {
  const observed = pods().map(async (pod) => ({ pod, stats: await runtime.stats(pod.metadata.uid ?? '') }));
  return {
    nodeName,
    stats: nodeStats(),
    memoryBytes: totalmem(),
    pods: await Promise.all(observed),
  };
}

async function writeLog(
  { runtime, pods, clock }: NodeServerOptions,
  { namespace, name, container }: Readonly<Record<'namespace' | 'name' | 'container', string>>,
  query: URLSearchParams,
  response: ServerResponse,
  isHead: boolean,
): Promise<void> {
  const pod = pods().find(({ metadata }) => metadata.namespace === namespace && metadata.name === name);
  if (!pod) throw new StreamError('NotFound', `pod "${name}" is not on this node`);
  const key = { namespace, name, uid: pod.metadata.uid ?? '' };
  const request = { pod: key, container, previous: query.get('previous') === 'true' };
  const options = logOptions(query, clock.now());
  const ref = await attemptFor(request, () => pod, runtime);
  const gone = new AbortController();
  response.once('close', () => gone.abort(new Error('the reader is gone')));
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  // Nothing of the log is sent: one that is followed would be read for nobody until the container ends.
  if (isHead) return void response.end();
  await pipeline(runtime.logs(ref, options, gone.signal), response);
}

function logOptions(query: URLSearchParams, now: number): LogOptions {
  const count = (key: string): number | undefined => {
    const value = query.get(key);
    if (value === null) return undefined;
    if (!/^\d{1,15}$/.test(value)) throw new StreamError('BadRequest', `${key} is no number`);
    return Number(value);
  };
  const [tailLines, limitBytes, seconds] = [count('tailLines'), count('limitBytes'), count('sinceSeconds')];
  const sinceTime = seconds === undefined ? query.get('sinceTime') : rfc3339(now - seconds * 1000);
  if (sinceTime !== null && Number.isNaN(Date.parse(sinceTime)))
    throw new StreamError('BadRequest', 'sinceTime is no time');
  return {
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    ...(sinceTime === null ? {} : { sinceTime }),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
  };
}

const isReason = (reason: FailureReason): reason is FailureReason & StatusReason =>
  Object.hasOwn(STATUS_CODES, reason);

function fail(response: ServerResponse, { reason, message }: StreamError): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const { status } = statusError(isReason(reason) ? reason : 'InternalError', message);
  response.writeHead(status.code, { 'Content-Type': 'application/json' }).end(JSON.stringify(status));
}
