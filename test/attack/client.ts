import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { load } from 'js-yaml';

/** What a kubeconfig says of its server and its user, as Node's TLS takes it. */
export interface Credentials {
  readonly url: string;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
}

export function credentialsOf(kubeconfig: string): Credentials {
  const { clusters, users } = load(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const [{ cluster } = { cluster: {} }] = clusters;
  const [{ user } = { user: {} }] = users;
  const pem = (text = '') => Buffer.from(text, 'base64').toString('utf8');
  return {
    url: cluster.server ?? '',
    tls: {
      ca: pem(cluster['certificate-authority-data']),
      cert: pem(user['client-certificate-data']),
      key: pem(user['client-key-data']),
    },
  };
}

export interface RawAnswer {
  readonly status: number;
  readonly text: string;
}

/** One request as it is, with a client certificate or without. */
export function send(
  { url, tls }: Credentials,
  method: string,
  path: string,
  body?: { readonly type: string; readonly bytes: Buffer | string },
  options: { readonly anonymous?: boolean; readonly headers?: Record<string, string> } = {},
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const identity = options.anonymous ? { ca: tls.ca } : tls;
    const headers = { ...(body ? { 'Content-Type': body.type } : {}), ...options.headers };
    const sent = request(`${url}${path}`, { method, ...identity, agent: false, headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8');
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body?.bytes);
  });
}

/** The message of a Status, or the beginning of what else was answered. */
export function saidBy({ status, text }: RawAnswer): string {
  const message = /"message":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1];
  return `${status}${message === undefined ? '' : `: ${message.slice(0, 140)}`}`;
}
