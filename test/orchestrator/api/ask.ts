import type { IncomingMessage } from 'node:http';
import { type RequestOptions, request } from 'node:https';
import type { RunningServer } from './httpserver.ts';

export interface Answer {
  readonly code: number;
  readonly headers: IncomingMessage['headers'];
  readonly bytes: Buffer;
  readonly text: string;
}

type Request = RequestOptions & { readonly body?: string | Buffer; readonly session?: Buffer };

export interface Asker {
  /** One request; the administrator's token is among its headers. */
  ask(path: string, options?: Request): Promise<Answer>;
  /** The body parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests reach into answers of every kind
  json(path: string, options?: Request): Promise<any>;
}

/** Requests of the administrator, a connection each, without any client library between. */
export function asker(server: Pick<RunningServer, 'port' | 'token'>): Asker {
  const ask = (path: string, { body, headers = {}, ...rest }: Request = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const authorization = `Bearer ${server.token}`;
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: server.port,
          path,
          rejectUnauthorized: false,
          agent: false,
          headers: { authorization, ...headers },
          ...rest,
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const bytes = Buffer.concat(chunks);
            resolve({
              code: response.statusCode ?? 0,
              headers: response.headers,
              bytes,
              text: bytes.toString('utf8'),
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  return { ask, json: async (path, options) => JSON.parse((await ask(path, options)).text) };
}
