import { once } from 'node:events';
import {
  type Agent,
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type RequestListener,
  request,
  type ServerResponse,
} from 'node:http';
import { request as secureRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TLSSocket } from 'node:tls';
import { systemClock } from '../../../../src/base/clock.ts';
import { silentLogger } from '../../../../src/base/log.ts';
import type { EventRecorder } from '../../../../src/kube/client/events.ts';
import { certificate, keyPem, newKey } from '../../../../src/orchestrator/api/auth/certificates.ts';
import type { ServedObjects } from '../../../../src/orchestrator/network/ingress/compile.ts';
import { createIngress, type IngressProxy } from '../../../../src/orchestrator/network/ingress/ingress.ts';
import { createServiceProxy, type ServiceProxy } from '../../../../src/orchestrator/network/proxy.ts';
import { ListWatchServer } from '../../../fakes/listwatch.ts';
import { slice, type Word } from '../notation.ts';
import { eventually, freshIp } from '../proxybench.ts';
import { type IngressNotation, ingress, ingressClass, secret, service } from './notation.ts';

/** A certificate that vouches for itself, PEM. */
export function selfSigned(...names: readonly string[]): { readonly cert: string; readonly key: string } {
  const [key, subject] = [newKey(), { name: names[0] ?? 'default' }];
  const validity = { notBefore: Date.now() - 86_400_000, notAfter: Date.now() + 86_400_000 };
  const use = { type: 'server', names } as const;
  return {
    cert: certificate({ subject, key, issuer: { subject, key }, ...validity, use }),
    key: keyPem(key),
  };
}

export const DEFAULT = selfSigned('default.test');

/** Says what it has been asked. */
export const echo = async (incoming: IncomingMessage, response: ServerResponse) => {
  const body = await text(incoming);
  response.end(
    JSON.stringify({ method: incoming.method, url: incoming.url, headers: incoming.headers, body }),
  );
};

export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of the certificate that was presented. */
  readonly subject?: string;
}

export interface Asking {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly agent?: Agent;
}

/** An ingress before a fake cluster with the Service shop/web, whose pods are HTTP servers of this process. */
export class IngressBench {
  readonly cluster = new ListWatchServer();
  readonly patches: { name?: string; body?: { metadata?: { annotations?: object }; status?: object } }[] = [];
  readonly events: string[] = [];
  /** How long the ingress waits for what, in milliseconds. */
  readonly waits: number[] = [];
  saved: ServedObjects | undefined;
  /** Ports of backends that nobody outside may be led to. */
  readonly hidden = new Set<number>();
  readonly #closing: (() => unknown)[] = [];
  #ingress: IngressProxy | undefined;
  #proxy: ServiceProxy | undefined;

  afterwards(close: () => unknown): void {
    this.#closing.push(close);
  }

  async dispose(): Promise<void> {
    for (const close of this.#closing.splice(0).reverse()) await close();
  }

  get http(): number {
    return this.#ingress?.ports.http ?? 0;
  }

  get https(): number {
    return this.#ingress?.ports.https ?? 0;
  }

  get proxy(): ServiceProxy {
    if (!this.#proxy) throw new Error('not started');
    return this.#proxy;
  }

  /** Resolves when it listens. */
  async start(...ingresses: readonly IngressNotation[]): Promise<void> {
    this.cluster.put(ingressClass('pilotage'));
    for (const one of ingresses) this.cluster.put(ingress(one));
    const common = { client: this.cluster.client(this.patches), clock: systemClock, logger: silentLogger };
    const proxy = createServiceProxy({
      ...common,
      nodeHost: '127.0.0.1',
      load: () => undefined,
      save: () => {},
    });
    this.afterwards(() => proxy.stop());
    await proxy.start();
    const events: EventRecorder = {
      record: (object, type, reason, message) =>
        void this.events.push(`${object.metadata.name} ${type} ${reason}: ${message}`),
      flush: async () => {},
    };
    const made = createIngress({
      ...common,
      clock: {
        ...systemClock,
        after: (ms, fn) => {
          this.waits.push(ms);
          return systemClock.after(ms, fn);
        },
      },
      events,
      proxy,
      isOffered: ({ port }) => !this.hidden.has(port),
      http: { host: '127.0.0.1', port: 0 },
      https: { host: '127.0.0.1', port: 0 },
      certificate: DEFAULT,
      accessLog: false,
      random: () => 0,
      load: () => this.saved,
      save: (objects) => {
        this.saved = objects;
      },
    });
    this.afterwards(() => made.stop());
    this.#ingress = made;
    this.#proxy = proxy;
    await made.start();
    await eventually(() => this.http !== 0 && this.https !== 0, 'it listens');
  }

  /** The pods of shop/NAME from now on, all at one port; cluster IPs are bound nowhere here. */
  pods(port: number, pods: Readonly<Record<string, Word>>, name = 'web'): void {
    const spec = { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] };
    this.cluster.put(service(name, 'shop', spec));
    const one = slice(pods, port, `${name}-1`);
    const labels = { 'kubernetes.io/service-name': name };
    this.cluster.put({ ...one, metadata: { ...one.metadata, labels } });
  }

  /** One pod of shop/web that answers so. Resolves with its address. */
  async pod(answer: RequestListener, name = 'web'): Promise<{ readonly ip: string; readonly port: number }> {
    const server = createServer(answer);
    const ip = freshIp();
    server.listen(0, ip);
    await once(server, 'listening');
    this.afterwards(() => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = server.address() as AddressInfo;
    this.pods(port, { [ip]: 'ready' }, name);
    return { ip, port };
  }

  secret(name: string, data: Readonly<Record<string, string>>): void {
    this.cluster.put(secret(name, data));
  }

  /** `http://shop.test/path`, at the port of the scheme. */
  ask(url: string, { method = 'GET', headers = {}, body, agent }: Asking = {}): Promise<Told> {
    const { protocol, host, hostname, pathname, search } = new URL(url);
    const isSecure = protocol === 'https:';
    return new Promise((resolve, reject) => {
      const outgoing = (isSecure ? secureRequest : request)(
        {
          host: '127.0.0.1',
          port: isSecure ? this.https : this.http,
          path: `${pathname}${search}`,
          method,
          headers: { host, ...headers },
          ...(agent ? { agent } : isSecure ? { agent: false } : {}),
          ...(isSecure ? { servername: hostname, rejectUnauthorized: false } : {}),
        },
        (response) => {
          const peer = isSecure ? (response.socket as TLSSocket).getPeerCertificate().subject?.CN : undefined;
          text(response).then(
            (answered) =>
              resolve({
                status: response.statusCode ?? 0,
                headers: response.headers,
                body: answered,
                ...(peer === undefined ? {} : { subject: String(peer) }),
              }),
            reject,
          );
        },
      );
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  }
}
