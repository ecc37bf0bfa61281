import { request } from 'node:https';
import type { StreamWorld } from './world.ts';

export interface Answer {
  readonly code: number;
  readonly headers: Record<string, unknown>;
  readonly body: string;
}

export type Ask = (
  path: string,
  method?: string,
  body?: string,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** Requests of the administrator to the server of the world, read to their end. */
export const askOf =
  ({ server, tls }: StreamWorld): Ask =>
  (path, method = 'GET', body, headers = {}) =>
    new Promise((resolve, reject) => {
      const length = body ? { 'Content-Length': body.length } : {};
      const options = { ...tls, host: '127.0.0.1', port: server.port, path, method };
      const asked = request({ ...options, headers: { ...headers, ...length } }, async (answer) => {
        let text = '';
        for await (const chunk of answer) text += chunk;
        resolve({ code: answer.statusCode ?? 0, headers: answer.headers, body: text });
      });
      asked.on('error', reject);
      asked.end(body);
    });
