import { mkdtemp, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { type Clock, systemClock } from '../../../../src/base/clock.ts';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import type { APIServiceSpec } from '../../../../src/kube/kinds/objects.data.ts';
import {
  API_SERVICES,
  ENDPOINT_SLICES,
  NAMESPACES,
  SERVICES,
} from '../../../../src/kube/kinds/resources.data.ts';
import { openPki } from '../../../../src/orchestrator/api/auth/pki.ts';
import { until } from '../../../fakes/until.ts';
import { type Asker, asker } from '../ask.ts';
import { type RunningServer, startHttpsServer } from '../httpserver.ts';

/** An API server of our own making behind the APIService `v1.sea.example.com`, at the Service `fleet` of the namespace `shop`. */
export interface AggregatedWorld {
  readonly server: RunningServer;
  readonly client: KubeClient;
  readonly http: Asker;
  readonly extension: Server;
  /** Requests that the extension has answered, those of the aggregator itself left out. */
  readonly requests: IncomingMessage[];
  /** What the extension does with requests, from now on. */
  serve(handler: Serving): void;
  /** The condition `Available` once its reason is this. */
  available(reason: string): Promise<{ readonly status: string; readonly message: string }>;
  close(): Promise<void>;
}

export type Serving = (request: IncomingMessage, response: ServerResponse) => void;

export const SHIPS = '/apis/sea.example.com/v1/namespaces/shop/ships';
/** Bearers of tokens of the same names; `admin` may do everything. */
const TOKENS = ['admin,admin,,system:masters', 'ann,ann,uid-of-ann,"crew,deck"', 'bob,bob,'].join('\n');

const resources = (verbs: readonly string[]) => ({
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: 'sea.example.com/v1',
  resources: [
    {
      name: 'ships',
      singularName: 'ship',
      namespaced: true,
      kind: 'Ship',
      verbs,
      shortNames: ['sh'],
      categories: ['all'],
    },
    { name: 'ships/crew', singularName: '', namespaced: true, kind: 'Crew', verbs: ['get'] },
  ],
});

const documents = {
  'apis/sea.example.com/v1': { serverRelativeURL: '/openapi/v3/apis/sea.example.com/v1?hash=7' },
  'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=of-the-extension' },
};

/** Answers with what it has been asked. */
const echo: Serving = async (request, response) => {
  const body = (await request.toArray()).join('');
  const { method, url, headersDistinct } = request;
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ method, url, headers: headersDistinct, body }));
};

interface WorldOptions {
  readonly clock?: Clock;
  /** Of the APIService. */
  readonly spec?: Partial<APIServiceSpec>;
  readonly controllers?: boolean;
  /** Of ships. */
  readonly verbs?: readonly string[];
}

export async function startAggregated({
  clock = systemClock,
  spec = {},
  controllers = false,
  verbs = ['get', 'list', 'deletecollection'],
}: WorldOptions = {}): Promise<AggregatedWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'pilotage-extension-'));
  const server = await startHttpsServer({ tokens: `${TOKENS}\n`, clock, controllers });
  const client = server.client();
  const pki = openPki({ dir, clock: systemClock, names: ['fleet.shop.svc'] });
  const requests: IncomingMessage[] = [];
  let handler = echo;
  const extension = createServer(
    { ...pki.server, ca: server.controlPlane.pki.frontProxy.ca, requestCert: true, rejectUnauthorized: true },
    (request, response) => {
      const isLooking = request.headers['x-remote-user'] === 'system:kube-aggregator';
      if (!isLooking) requests.push(request);
      const { CN } = (request.socket as TLSSocket).getPeerCertificate().subject;
      if (CN !== 'front-proxy-client') return void response.writeHead(401).end();
      if (request.url === '/apis/sea.example.com/v1')
        return void response.end(JSON.stringify(resources(verbs)));
      if (request.url === '/openapi/v3') return void response.end(JSON.stringify({ paths: documents }));
      if (isLooking) return void response.writeHead(404).end();
      handler(request, response);
    },
  );
  await new Promise<void>((resolve) => extension.listen(0, '127.0.0.1', resolve));
  await client.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await client.create(API_SERVICES, {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1.sea.example.com' },
    spec: {
      group: 'sea.example.com',
      version: 'v1',
      groupPriorityMinimum: 1_000,
      versionPriority: 15,
      caBundle: Buffer.from(pki.ca).toString('base64'),
      service: { namespace: 'shop', name: 'fleet' },
      ...spec,
    },
  });
  return {
    server,
    client,
    http: asker({ port: server.port, token: 'admin' }),
    extension,
    requests,
    serve(next) {
      handler = next;
    },
    async available(reason) {
      const read = async () => {
        const { status } = await client.get(API_SERVICES, { name: 'v1.sea.example.com' });
        return status?.conditions?.find(({ type }) => type === 'Available');
      };
      await until(async () => (await read())?.reason === reason);
      const { status = '', message = '' } = (await read()) ?? {};
      return { status, message };
    },
    async close() {
      extension.closeAllConnections();
      extension.close();
      await server.close();
      await rm(dir, { recursive: true });
    },
  };
}

export const createService = ({ client }: Pick<AggregatedWorld, 'client'>, port = 443): Promise<unknown> =>
  client.create(SERVICES, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'fleet', namespace: 'shop' },
    spec: { ports: [{ name: 'https', port }] },
  });

export function createSlice(
  { client, extension }: Pick<AggregatedWorld, 'client' | 'extension'>,
  ready = true,
): Promise<unknown> {
  const { port } = extension.address() as AddressInfo;
  return client.create(ENDPOINT_SLICES, {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      generateName: 'fleet-',
      namespace: 'shop',
      labels: { 'kubernetes.io/service-name': 'fleet' },
    },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['127.0.0.1'], conditions: { ready } }],
    ports: [{ name: 'https', port, protocol: 'TCP' }],
  });
}

/** The same, with the server found and available. */
export async function startAvailable(options: WorldOptions = {}): Promise<AggregatedWorld> {
  const world = await startAggregated(options);
  await createService(world);
  await createSlice(world);
  await world.available('Passed');
  return world;
}
