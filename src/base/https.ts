import { request } from 'node:https';

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
    const outgoing = request(url, options, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > LARGEST) outgoing.destroy(new Error(`${url} answers more than ${LARGEST} bytes`));
      });
      response.on('error', (error) => reject(signal.aborted ? late(url) : error));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: Buffer.concat(chunks),
        }),
      );
    });
    outgoing.on('error', (error) => reject(signal.aborted ? late(url) : error));
    outgoing.end(body);
  });
}

const late = (url: string): Error => new Error(`${url} does not answer`);
