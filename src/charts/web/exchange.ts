import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { readAnswerBody } from '../../base/answerbody.ts';
import { errnoOf, ProblemError } from '../../base/errors.ts';
import type { Ask, WebRequest } from './ask.ts';

export interface ExchangeOptions {
  /** For a whole exchange, body included. */
  readonly timeoutMs: number;
  /** PEM of the only authorities that are trusted; absent: those of this machine. */
  readonly ca?: string;
  /** How names become addresses; absent: as the machine does it. */
  readonly lookup?: LookupFunction;
  readonly signal?: AbortSignal;
}

/** Asks over HTTP and HTTPS. Proxy variables are ignored, as by the client of git: what is connected to is named, not inherited. */
export const createExchange =
  (options: ExchangeOptions): Ask =>
  (request) =>
    new Promise((resolve, reject) => {
      const { ca, lookup } = options;
      const deadline = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal ? AbortSignal.any([deadline, options.signal]) : deadline;
      const { method = 'GET', headers = {}, body } = request;
      const sent = {
        ...headers,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      };
      // Connections that are kept are found by host and port, however the name became an address then.
      const own = lookup ? { lookup, agent: false as const } : {};
      const tls = { ...(ca === undefined ? {} : { ca }), ...own };
      const url = new URL(request.url);
      const fail = (error: unknown) => reject(unreachable(request, error, deadline.aborted));
      const open = url.protocol === 'https:' ? httpsRequest : httpRequest;
      const outgoing = open(url, { method, headers: sent, signal, ...tls }, (answer) => {
        readAnswerBody(answer, request.most).then(
          (read) => resolve({ status: answer.statusCode ?? 0, headers: flat(answer), body: read }),
          fail,
        );
      });
      outgoing.on('error', fail);
      outgoing.end(body);
    });

const flat = ({ headers }: IncomingMessage): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));

/** The address without what a query may say in confidence. */
export const shown = (url: string): string => {
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
};

function unreachable({ url, most }: WebRequest, error: unknown, late: boolean): ProblemError {
  const at = shown(url);
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof ProblemError) return error;
  if (late) return problem('Unreachable', `${at} has not answered in time`, error);
  if (message === 'the answer is too large')
    return problem('AnswerTooLarge', `${at} answers with more than ${Math.ceil(most / 1024)} KiB`, error);
  // Node's word for a body that ends before its length (`aborted`) has the errno of a connection that was reset.
  if (message === 'aborted') return problem('DownloadCutShort', `${at} broke off within its answer`, error);
  if (/wrong version number|packet length too long/.test(message))
    return problem(
      'Unreachable',
      `${at} does not speak TLS`,
      error,
      'Where that is meant, say so: --plain-http.',
    );
  const why = errnoOf(error) === 'ENOTFOUND' ? 'no such host' : message;
  return problem('Unreachable', `${at} cannot be reached: ${why}`, error);
}

const problem = (reason: string, message: string, cause: unknown, remedy?: string): ProblemError =>
  new ProblemError({ reason, message, ...(remedy ? { remedy } : {}) }, { cause });
