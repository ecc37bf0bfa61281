import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { GitHttpRequest, GitHttpResponse, HttpClient } from 'isomorphic-git';
import type { TlsOptions } from './transport.ts';

const MAX_REDIRECTS = 5;
/** A request without any data for this long is ended. */
const IDLE_MS = 60_000;

/**
 * The HTTP plugin for isomorphic-git, based on Node's client: the default one does not support custom authorities, client certificates,
 * timeouts or cancellation. Proxy variables are ignored: what the daemon connects to is configured, not inherited.
 */
export function gitHttpClient(tls: TlsOptions, signal?: AbortSignal): HttpClient {
  const ask = async (
    request: GitHttpRequest,
    shown: TlsOptions,
    redirects: number,
  ): Promise<GitHttpResponse> => {
    const response = await send(request, shown, signal);
    const location = response.headers.location;
    const redirected = (response.statusCode ?? 0) >= 300 && (response.statusCode ?? 0) < 400;
    // Only the first request may be redirected (http.followRedirects=initial, git's default).
    if (redirected && location && isRead(request) && redirects < MAX_REDIRECTS) {
      response.resume();
      const url = new URL(location, request.url);
      // What was dropped on the way is not shown again, where a redirection leads back either.
      if (new URL(request.url).origin === url.origin)
        return ask({ ...request, url: url.href }, shown, redirects + 1);
      return ask({ ...request, url: url.href, headers: bare(request) }, certless(shown), redirects + 1);
    }
    return {
      url: request.url,
      method: request.method ?? 'GET',
      statusCode: response.statusCode ?? 0,
      statusMessage: response.statusMessage ?? '',
      headers: flat(response),
      body: response[Symbol.asyncIterator](),
    };
  };
  return { request: (request) => ask(request, tls, 0) };
}

const isRead = (request: GitHttpRequest): boolean => (request.method ?? 'GET') === 'GET';

/** Credentials stay with the host that they were given for. */
const bare = ({ headers = {} }: GitHttpRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));

/** So does the client certificate; whom to trust goes along. */
const certless = ({ clientCert: _, ...rest }: TlsOptions): TlsOptions => rest;

function flat(response: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(response.headers).map(([name, value]) => [name, String(value)]));
}

function send(
  request: GitHttpRequest,
  tls: TlsOptions,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  const url = new URL(request.url);
  const { idleMs = IDLE_MS } = tls;
  const options = {
    method: request.method ?? 'GET',
    headers: { ...request.headers },
    timeout: idleMs,
    ...(signal ? { signal } : {}),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...tls.clientCert,
  };
  return new Promise((resolve, reject) => {
    const outgoing = url.protocol === 'https:' ? httpsRequest(url, options) : httpRequest(url, options);
    outgoing.on('response', resolve);
    outgoing.on('error', reject);
    outgoing.on('timeout', () => outgoing.destroy(new Error(`no answer for ${idleMs / 1000} seconds`)));
    if (request.body) pipeline(Readable.from(request.body), outgoing).catch(reject);
    else outgoing.end();
  });
}
