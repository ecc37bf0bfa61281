import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import {
  CUSTOM_RESOURCE_DEFINITIONS,
  ENDPOINT_SLICES,
  SERVICES,
} from '../../../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../../../src/kube/values/types.ts';
import { openPki } from '../../../../src/orchestrator/api/auth/pki.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { customDefinition, customVersion } from '../definition.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { endpointSlice, refusal, service } from '../notation.ts';

const SHIPS: Resource<Ship> = {
  group: 'example.org',
  version: 'v1',
  plural: 'ships',
  kind: 'Ship',
  namespaced: true,
};
const SHIPS_V2: Resource<Ship> = { ...SHIPS, version: 'v2' };

interface Review {
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly Ship[];
  };
}
interface Ship extends KubeObject {
  readonly spec: { readonly size?: number; readonly length?: number };
}

/** `size` of v1 is called `length` in v2. */
function convert(ship: Ship, apiVersion: string): object {
  const { size, length } = ship.spec;
  const spec = apiVersion.endsWith('v2') ? { length: size ?? length } : { size: length ?? size };
  return { ...ship, apiVersion, spec };
}

describe('a webhook that converts custom resources', () => {
  let server: TestApi<FakeClock>;
  let client: KubeClient;
  let webhook: Server;
  let dir: string;
  let caBundle: string;
  let reviews: Review[];
  /** What the webhook makes of its right answer. */
  let spoil: (response: Record<string, unknown>) => Record<string, unknown>;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-webhook-'));
    const pki = openPki({ dir, clock: systemClock, names: ['converter.default.svc'] });
    reviews = [];
    spoil = (response) => response;
    caBundle = Buffer.from(pki.ca).toString('base64');
    webhook = createServer({ cert: pki.server.cert, key: pki.server.key }, async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const review = JSON.parse(text) as Review;
      reviews.push(review);
      const { uid, objects, desiredAPIVersion } = review.request;
      const convertedObjects = objects.map((ship) => convert(ship, desiredAPIVersion));
      const answer = spoil({ uid, result: { status: 'Success' }, convertedObjects });
      response.end(
        JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response: answer }),
      );
    });
    const port = await listen('127.0.0.1');
    server = await startTestApi();
    client = server.client();
    await client.create(
      CUSTOM_RESOURCE_DEFINITIONS,
      definition({ url: `https://127.0.0.1:${port}/convert`, caBundle }),
    );
    await client.create(SHIPS, ship('a', 3));
  });
  afterEach(async () => {
    await server.dispose();
    webhook.closeAllConnections();
    await new Promise((resolve) => webhook.close(resolve));
    await rm(dir, { recursive: true });
  });

  async function listen(address: string): Promise<number> {
    await new Promise<void>((resolve) => webhook.listen(0, address, resolve));
    return (webhook.address() as AddressInfo).port;
  }

  /** From now on, the Service `converter` on this port converts. */
  async function convertBy(port: number): Promise<void> {
    const live = await client.get<KubeObject>(CUSTOM_RESOURCE_DEFINITIONS, { name: 'ships.example.org' });
    const service = { namespace: 'default', name: 'converter', path: '/convert', port };
    const { spec } = definition({ service, caBundle }) as KubeObject & { spec: object };
    await client.update(CUSTOM_RESOURCE_DEFINITIONS, { ...live, spec } as KubeObject);
  }

  const key = { namespace: 'default', name: 'a' };
  const ship = (name: string, size: number): Ship => ({
    apiVersion: 'example.org/v1',
    kind: 'Ship',
    metadata: { name, namespace: 'default' },
    spec: { size },
  });

  it('is asked for objects that are stored in another version, all of a list at once', async () => {
    await client.create(SHIPS, ship('b', 4));
    expect(reviews).to.have.length(0);
    const { items } = await client.list<Ship>(SHIPS_V2);
    expect(items.map(({ apiVersion, spec }) => [apiVersion, spec.length])).to.deep.equal([
      ['example.org/v2', 3],
      ['example.org/v2', 4],
    ]);
    expect(reviews.map(({ request }) => request.objects.length)).to.deep.equal([2]);
    await client.get(SHIPS_V2, key);
    expect(reviews, 'the same state is converted once').to.have.length(1);
  });

  it('converts what is written in another version before it is stored', async () => {
    const patched = await client.patch(SHIPS_V2, key, { type: 'merge', body: { spec: { length: 9 } } });
    expect((patched as Ship).spec).to.deep.equal({ length: 9 });
    expect((await client.get<Ship>(SHIPS, key)).spec).to.deep.equal({ size: 9 });
  });

  it('is needed for the objects that it converts, and for no others', async () => {
    webhook.closeAllConnections();
    webhook.close();
    expect(await refusal(client.get(SHIPS_V2, key))).to.match(
      /^InternalError: conversion webhook for example.org\/v1, Kind=Ship failed: Post "https:\/\/127.0.0.1:\d+\/convert\?timeout=30s": connect ECONNREFUSED/,
    );
    expect((await client.get<Ship>(SHIPS, key)).spec).to.deep.equal({ size: 3 });
    await client.delete(CUSTOM_RESOURCE_DEFINITIONS, { name: 'ships.example.org' });
  });

  it('may be a Service, at an endpoint of which it is asked by its name', async () => {
    webhook.closeAllConnections();
    await new Promise((resolve) => webhook.close(resolve));
    const address = '127.213.0.77';
    const port = await listen(address);
    await client.create(SERVICES, service('converter', {}, { port }));
    await client.create(
      ENDPOINT_SLICES,
      endpointSlice('converter', [{ address, ready: true }], [{ name: '', port }]),
    );
    await convertBy(port);
    expect((await client.get<Ship>(SHIPS_V2, key)).spec).to.deep.equal({ length: 3 });
    await client.delete(SERVICES, { namespace: 'default', name: 'converter' });
    await client.patch(SHIPS, key, { type: 'merge', body: { spec: { size: 4 } } });
    expect(await refusal(client.get(SHIPS_V2, key))).to.equal(
      `InternalError: conversion webhook for example.org/v1, Kind=Ship failed: Post "https://converter.default.svc:${port}/convert?timeout=30s": service "converter" not found`,
    );
  });

  for (const [what, spoiled, message] of [
    ['says why it cannot', { result: { status: 'Failure', message: 'no sails' } }, 'failed: no sails'],
    ['answers another request', { uid: 'x' }, /^failed: expected response.uid="[^"]+", got "x"$/],
    ['loses objects', { convertedObjects: [] }, 'returned 0 objects, expected 1'],
    [
      'answers in another version',
      { convertedObjects: [ship('a', 1)] },
      'returned invalid converted object at index 0: invalid groupVersion (expected example.org/v2, received example.org/v1)',
    ],
    [
      'renames objects',
      { convertedObjects: [{ ...ship('b', 1), apiVersion: 'example.org/v2' }] },
      'returned invalid converted object at index 0: must have the same name: a != b',
    ],
  ] as const) {
    it(`is not believed when it ${what}`, async () => {
      spoil = (response) => ({ ...response, ...spoiled });
      const text = await refusal(client.get(SHIPS_V2, key));
      const prefix = 'InternalError: conversion webhook for example.org/v1, Kind=Ship ';
      expect(text.startsWith(prefix)).to.equal(true);
      const rest = text.slice(prefix.length);
      if (typeof message === 'string') expect(rest).to.equal(message);
      else expect(rest).to.match(message);
    });
  }
});

function definition(clientConfig: object): KubeObject {
  const version = (field: string, more: object = {}) =>
    customVersion(
      { properties: { spec: { type: 'object', properties: { [field]: { type: 'integer' } } } } },
      more,
    );
  const versions = [version('size'), version('length', { name: 'v2', storage: false })];
  const webhook = { clientConfig, conversionReviewVersions: ['v1'] };
  return customDefinition('example.org', 'Ship', versions, { conversion: { strategy: 'Webhook', webhook } });
}
