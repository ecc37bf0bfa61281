import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { load } from 'js-yaml';
import type { Json } from '../../../src/kube/values/types.ts';
import type { RunningServer } from './httpserver.ts';

interface Answer {
  readonly code: number;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: the JSON that a test expects is what it says of it
  readonly body: any;
}

/** Asks a server as the bearer of a token alone: a GET, or a POST of `body`. */
export type Ask = (path: string, token: string, body?: Json) => Promise<Answer>;

export function askAsBearer({ port, kubeconfig }: Pick<RunningServer, 'port' | 'kubeconfig'>): Ask {
  const config = load(readFileSync(kubeconfig, 'utf8')) as {
    readonly clusters: readonly { readonly cluster: { readonly 'certificate-authority-data': string } }[];
  };
  const ca = Buffer.from(config.clusters[0]?.cluster['certificate-authority-data'] ?? '', 'base64');
  return (path, token, body) =>
    new Promise((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST';
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      const outgoing = request(
        { host: '127.0.0.1', port, path, ca, agent: false, method, headers },
        async (response) => {
          const chunks = await response.toArray();
          resolve({
            code: response.statusCode ?? 0,
            type: response.headers['content-type'] ?? '',
            body: JSON.parse(Buffer.concat(chunks).toString('utf8')),
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
