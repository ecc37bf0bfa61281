import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { WebSocket } from 'ws';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import { NODES, PODS } from '../../../../src/kube/kinds/resources.data.ts';
import type { LinkRequest } from '../../../../src/orchestrator/link/requests.ts';
import type { LinkStream } from '../../../../src/orchestrator/link/stream.ts';
import { keepLinked } from '../../../../src/orchestrator/node/link/client.ts';
import { until } from '../../node/helpers.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';

export type OnRequest = (request: LinkRequest, stream: LinkStream) => void | Promise<void>;

/** A server with the pod `web` of node `n1`, whose agent does with a request what the test says. */
export interface StreamWorld {
  readonly server: RunningServer;
  readonly tls: { readonly ca: string; readonly cert: string; readonly key: string };
  /** Requests that the agent has received. */
  readonly requests: LinkRequest[];
  /** What the agent does from now on. */
  onRequest(handler: OnRequest): void;
  /** A client's WebSocket; resolves when it is open, rejects with the body of the refusal. */
  dial(path: string, protocols: readonly string[]): Promise<TestSocket>;
  /** The agent dies; another one can be started. */
  unlink(): void;
  link(): Promise<void>;
  close(): Promise<void>;
}

export interface TestSocket {
  readonly socket: WebSocket;
  readonly protocol: string;
  /** Messages as they came: the channel and the text. */
  readonly messages: (readonly [channel: number, text: string])[];
  send(channel: number, text: string | Buffer): void;
  readonly closed: Promise<number>;
}

const POD_PATH = '/api/v1/namespaces/default/pods/web';
export const podPath = (subresource: string, query: string): string => `${POD_PATH}/${subresource}?${query}`;

export async function startStreamWorld(): Promise<StreamWorld> {
  const server = await startHttpsServer();
  const client = server.client();
  await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } });
  const containers = [{ name: 'main', image: 'host' }];
  const metadata = { name: 'web', namespace: 'default' };
  await client.create(PODS, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata,
    spec: { nodeName: 'n1', containers },
  });
  const requests: LinkRequest[] = [];
  let handler: OnRequest = (_request, stream) => stream.end({});
  let lifetime = new AbortController();
  const tls = identityOf(server.kubeconfig);

  const world: StreamWorld = {
    server,
    tls,
    requests,
    onRequest(next) {
      handler = next;
    },
    dial: (path, protocols) => dial(`wss://127.0.0.1:${server.port}${path}`, protocols, tls),
    unlink: () => lifetime.abort(),
    async link() {
      lifetime = new AbortController();
      const target = {
        url: `https://127.0.0.1:${server.port}`,
        tls: identityOf(server.nodeKubeconfig('n1')),
      };
      const onRequest = (request: LinkRequest, stream: LinkStream) => {
        requests.push(request);
        void Promise.resolve(handler(request, stream)).catch(() => {});
      };
      void keepLinked(
        { target, nodeName: 'n1', onRequest, clock: systemClock, logger: silentLogger },
        lifetime.signal,
      );
      await until('the link of n1', async () => {
        const log = await client.logs({ namespace: 'default', name: 'web' }).catch(() => undefined);
        log?.resume();
        return log !== undefined;
      });
      requests.length = 0;
    },
    async close() {
      lifetime.abort();
      await server.close();
    },
  };
  await world.link();
  return world;
}

function identityOf(kubeconfig: string): StreamWorld['tls'] {
  const config = load(readFileSync(kubeconfig, 'utf8')) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const text = (value = '') => Buffer.from(value, 'base64').toString();
  const user = config.users[0]?.user ?? {};
  return {
    ca: text(config.clusters[0]?.cluster['certificate-authority-data']),
    cert: text(user['client-certificate-data']),
    key: text(user['client-key-data']),
  };
}

async function dial(url: string, protocols: readonly string[], tls: object): Promise<TestSocket> {
  const socket = new WebSocket(url, [...protocols], tls);
  const messages: TestSocket['messages'] = [];
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  socket.on('message', (data: Buffer) => messages.push([data[0] ?? -1, data.toString('utf8', 1)]));
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
    socket.once('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => reject(new Error(body)));
    });
  });
  return {
    socket,
    protocol: socket.protocol,
    messages,
    send: (channel, text) => socket.send(Buffer.concat([Buffer.from([channel]), Buffer.from(text)])),
    closed,
  };
}
