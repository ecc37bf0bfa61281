import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Clock } from '../base/clock.ts';
import { type ProbeResult, USER_AGENT } from './probes.ts';

export interface HttpProbe {
  readonly scheme: 'HTTP' | 'HTTPS';
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** Limits of the kubelet (`pkg/probe/http`) for the body that is read and the redirects that are followed. */
const BODY_BYTES = 10 * 1024;
const REDIRECTS = 10;

/** 200–399 is a success. So is a redirect to another host: it is not followed, but the container did answer. */
export function probeHttp(probe: HttpProbe): Promise<ProbeResult> {
  let url: URL;
  try {
    url = new URL(probe.path, `${probe.scheme.toLowerCase()}://${hostPart(probe.host)}:${probe.port}`);
  } catch {
    return Promise.resolve({ type: 'error', message: `"${probe.path}" is not a valid URL path` });
  }
  return new Promise((resolve) => {
    const abort = new AbortController();
    const settle = (result: ProbeResult) => {
      cancel();
      abort.abort();
      resolve(result);
    };
    const cancel = probe.clock.after(probe.timeoutMs, () =>
      settle({ type: 'failure', message: `Get "${url}": no answer within ${probe.timeoutMs / 1000}s` }),
    );
    get(probe, url, abort.signal, REDIRECTS).then(settle, (error: Error) =>
      settle({ type: 'failure', message: `Get "${url}": ${error.message || String(error)}` }),
    );
  });
}

const hostPart = (host: string): string => (host.includes(':') ? `[${host}]` : host);

async function get(probe: HttpProbe, url: URL, signal: AbortSignal, redirects: number): Promise<ProbeResult> {
  const answer = await ask(probe, url, signal);
  const status = answer.statusCode ?? 0;
  const target = status >= 300 && status < 400 && answer.headers.location;
  if (target) {
    answer.destroy();
    const next = new URL(target, url);
    if (next.hostname !== url.hostname)
      return { type: 'success', message: `redirects to ${next}, which is another host` };
    if (redirects === 0)
      return { type: 'failure', message: `Get "${url}": stopped after ${REDIRECTS} redirects` };
    return get(probe, next, signal, redirects - 1);
  }
  const body = await readStart(answer);
  if (status >= 200 && status < 400) return { type: 'success', message: body };
  return { type: 'failure', message: `HTTP probe failed with statuscode: ${status}` };
}

function ask(probe: HttpProbe, url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  const given = Object.fromEntries(probe.headers.map(({ name, value }) => [name, value]));
  const names = new Set(Object.keys(given).map((name) => name.toLowerCase()));
  const options: RequestOptions & { rejectUnauthorized: boolean } = {
    // Every attempt opens a connection: a kept-alive one would hide a server that accepts no new ones.
    agent: false,
    headers: {
      ...(names.has('user-agent') ? {} : { 'User-Agent': USER_AGENT }),
      ...(names.has('accept') ? {} : { Accept: '*/*' }),
      Connection: 'close',
      ...given,
    },
    signal,
    // Self-signed certificates are common inside a cluster; the kubelet does not verify them either.
    rejectUnauthorized: false,
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
    request.on('error', reject);
    request.end();
  });
}

async function readStart(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of answer) {
    pieces.push(piece);
    size += piece.length;
    if (size >= BODY_BYTES) break;
  }
  answer.destroy();
  return Buffer.concat(pieces).subarray(0, BODY_BYTES).toString('utf8');
}
