import { expect } from 'chai';
import type { KubeClient } from '../../../../src/kube/client/client.ts';
import { CUSTOM_RESOURCE_DEFINITIONS } from '../../../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../../../src/kube/values/types.ts';
import type { FakeClock } from '../../../fakes/clock.ts';
import { settle } from '../../../fakes/clock.ts';
import { customDefinition, customVersion } from '../definition.ts';
import { startTestApi, type TestApi } from '../harness.ts';
import { refusal } from '../notation.ts';

const schema = {
  type: 'object',
  properties: {
    spec: { type: 'object', properties: { size: { type: 'integer' }, replicas: { type: 'integer' } } },
    status: { type: 'object', properties: { replicas: { type: 'integer' } } },
  },
};
const version = (name: string, storage: boolean, extra: object = {}) =>
  customVersion(schema, { name, storage, ...extra });
const definition = (versions: readonly object[], names: object = {}): KubeObject =>
  customDefinition('example.org', 'Ship', versions, {
    names: { plural: 'ships', kind: 'Ship', shortNames: ['sh'], ...names },
  });
const V1 = version('v1', true);
const SHIPS: Resource = {
  group: 'example.org',
  version: 'v1',
  plural: 'ships',
  kind: 'Ship',
  namespaced: true,
};
const SHIPS_V2: Resource = { ...SHIPS, version: 'v2' };
const ship = (name: string, metadata: object = {}): KubeObject => ({
  apiVersion: 'example.org/v1',
  kind: 'Ship',
  metadata: { name, namespace: 'default', ...metadata },
  spec: { size: 3 },
});

describe('custom resource definitions', () => {
  let server: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    server = await startTestApi();
    client = server.client();
  });
  afterEach(() => server.dispose());

  const define = (...versions: object[]) => client.create(CUSTOM_RESOURCE_DEFINITIONS, definition(versions));
  const key = { namespace: 'default', name: 'a' };
  const crd = { name: 'ships.example.org' };
  const conditions = (object: KubeObject) =>
    (object.status as { conditions: { type: string; status: string }[] }).conditions.map(
      (c) => `${c.type}=${c.status}`,
    );

  it('are established by the write that brings them, with the names that were left out', async () => {
    const defined = await define(V1);
    expect(conditions(defined)).to.deep.equal(['NamesAccepted=True', 'Established=True']);
    expect(defined.status).to.deep.include({ storedVersions: ['v1'] });
    expect(await client.resourceFor(ship('a'))).to.include({
      plural: 'ships',
      singular: 'ship',
      namespaced: true,
    });
    await client.create(SHIPS, ship('a'));
  });

  it('serve the same objects in every version', async () => {
    await define(V1, version('v2', false));
    const created = await client.create(SHIPS, ship('a'));
    const seen = await client.get(SHIPS_V2, key);
    expect(seen).to.deep.equal({ ...created, apiVersion: 'example.org/v2' });
    await client.patch(SHIPS_V2, key, { type: 'merge', body: { spec: { size: 4 } } });
    expect(await client.get(SHIPS, key)).to.deep.include({ apiVersion: 'example.org/v1', spec: { size: 4 } });
  });

  it('are not established when a name is taken', async () => {
    await define(V1);
    const other = {
      ...definition([V1], { plural: 'boats', kind: 'Boat', shortNames: ['sh'] }),
      metadata: { name: 'boats.example.org' },
    };
    const refused = await client.create(CUSTOM_RESOURCE_DEFINITIONS, other);
    expect(conditions(refused)).to.deep.equal(['NamesAccepted=False', 'Established=False']);
    expect(await client.resourceFor({ apiVersion: 'example.org/v1', kind: 'Boat' })).to.equal(undefined);
  });

  it('are refused when they make no sense', async () => {
    expect(await refusal(define(version('v1', false)))).to.include(
      'exactly one version marked as storage version',
    );
    const nameless = { ...definition([V1]), metadata: { name: 'other.example.org' } };
    expect(await refusal(client.create(CUSTOM_RESOURCE_DEFINITIONS, nameless))).to.include('metadata.name');
    expect(await refusal(define({ ...V1, schema: { openAPIV3Schema: { properties: {} } } }))).to.include(
      'must be object at the root',
    );
  });

  it('tell when kinds come and go', async () => {
    let changes = 0;
    server.api.kinds.onChange(() => changes++);
    const before = server.api.kinds.generation;
    await define(V1);
    expect(changes).to.equal(1);
    expect(server.api.kinds.generation).to.be.greaterThan(before);
  });

  it('are served again after a restart', async () => {
    await define(V1);
    const created = await client.create(SHIPS, ship('a'));
    server = await server.restart();
    expect(await server.client().get(SHIPS, key)).to.deep.equal(created);
  });

  it('take their instances along when they are deleted, and wait for the finalizers of those', async () => {
    await define(V1);
    await client.create(SHIPS, ship('a', { finalizers: ['example.org/anchor'] }));
    await client.create(SHIPS, ship('b'));
    await client.delete(CUSTOM_RESOURCE_DEFINITIONS, crd);
    expect(await refusal(client.create(SHIPS, ship('c')))).to.include(
      'while custom resource definition is terminating',
    );
    await client.get(CUSTOM_RESOURCE_DEFINITIONS, crd);
    await until(async () => (await client.list(SHIPS)).items.length === 1);

    await client.patch(SHIPS, key, { type: 'merge', body: { metadata: { finalizers: null } } });
    await until(() =>
      client.get(CUSTOM_RESOURCE_DEFINITIONS, crd).then(
        () => false,
        () => true,
      ),
    );
    expect(await refusal(client.list(SHIPS))).to.equal(
      'NotFound: the server could not find the requested resource',
    );
  });

  it('finish a deletion that a restart interrupted', async () => {
    await define(V1);
    await client.create(SHIPS, ship('a', { finalizers: ['example.org/anchor'] }));
    await client.delete(CUSTOM_RESOURCE_DEFINITIONS, crd);
    server = await server.restart();
    client = server.client();
    await client.patch(SHIPS, key, { type: 'merge', body: { metadata: { finalizers: null } } });
    await until(() =>
      client.get(CUSTOM_RESOURCE_DEFINITIONS, crd).then(
        () => false,
        () => true,
      ),
    );
  });
});

/** Waits for what the API does by itself; gives up after five seconds. */
async function until(check: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 5_000;
  while (!(await check())) {
    if (performance.now() > end) throw new Error('it did not come to be');
    await settle();
  }
}
