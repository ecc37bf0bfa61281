import { request } from 'node:https';
import { readAnswerBody } from './answerbody.ts';

export interface HttpsRequest {
  readonly url: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of the only authorities that are trusted; absent: those of this machine. */
  readonly ca?: string;
  /** Absent: ten seconds. */
  readonly timeoutMs?: number;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

const TIMEOUT_MS = 10_000;
const LARGEST = 1024 * 1024;

/** Asks over TLS alone, without following redirects; rejects when its time is over, and for more than a mebibyte. */
export function askOverTls({
  url,
  method = 'GET',
  headers = {},
  body,
  ca,
  timeoutMs = TIMEOUT_MS,
}: HttpsRequest): Promise<HttpsAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const options = { method, headers, signal, ...(ca === undefined ? {} : { ca }) };
    const fail = (error: Error) => reject(signal.aborted ? late(url) : error);
    const outgoing = request(url, options, (response) => {
      const answered = (body: Buffer) =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          body,
        });
      readAnswerBody(response, LARGEST).then(answered, ({ message }: Error) =>
        fail(new Error(`${url}: ${message}`)),
      );
    });
    outgoing.on('error', fail);
    outgoing.end(body);
  });
}

const late = (url: string): Error => new Error(`${url} does not answer`);
