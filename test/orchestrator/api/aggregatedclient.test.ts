import { expect } from 'chai';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { API_SERVICES, CONFIG_MAPS } from '../../../src/kube/kinds/resources.data.ts';
import { isNotFound } from '../../../src/kube/values/status.ts';
import type { KubeObject, OwnerReference } from '../../../src/kube/values/types.ts';
import { aggregatedClient } from '../../../src/orchestrator/api/aggregatedclient.ts';
import { ADMINS } from '../../../src/orchestrator/api/auth/authorizer.ts';
import { until } from '../../fakes/until.ts';
import { type Fleet, SHIP, ship, startFleet } from './aggregation/fleet.ts';
import { give, person } from './auth/rbac/notation.ts';
import { refusal, take } from './notation.ts';

const ADMIN = { name: 'ann', groups: [ADMINS] };

describe('a client in the process, and an aggregated API server', () => {
  let world: Fleet;
  let client: KubeClient;
  before(async () => {
    world = await startFleet('shop');
    const { api, aggregator: servers } = world.server.controlPlane;
    client = aggregatedClient({ servers, clock: systemClock, logger: silentLogger }, api, ADMIN);
  });
  after(() => world.close());

  const key = (name: string) => ({ namespace: 'shop', name });
  const ownedBy = ({ apiVersion, kind, metadata: { name = '', uid = '' } }: KubeObject): OwnerReference[] => [
    { apiVersion, kind, name, uid },
  ];
  const configMap = (name: string, metadata: Partial<KubeObject['metadata']> = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'shop', ...metadata },
  });
  /** By people: the garbage collector asks too. */
  const asked = () =>
    world.requests.filter(({ headers }) => !String(headers['x-remote-user']).startsWith('system:')).length;
  const userOf = (method: string) =>
    world.requests.findLast((one) => one.method === method)?.headers['x-remote-user'];
  const isGone = (work: Promise<unknown>) => work.then(() => false, isNotFound);

  it('knows its kinds beside those of the server itself', async () => {
    const kinds = (await client.resources()).map(({ group, plural }) => `${plural}.${group}`);
    expect(kinds).to.include.members(['pods.', 'ships.sea.example.com']);
    expect(await client.resourceFor(ship('ark'))).to.deep.include({ ...SHIP, singular: 'ship' });
    expect(await client.resourceFor({ apiVersion: 'sea.example.com/v1', kind: 'Whale' })).to.equal(undefined);
  });

  it('reads, writes, applies, watches and deletes there, as the user', async () => {
    const { metadata } = await client.create(SHIP, ship('ark'));
    expect(userOf('POST')).to.equal('ann');
    const applied = { ...ship('ark'), spec: { masts: 2 } };
    await client.apply(SHIP, applied, { fieldManager: 'test' });
    expect(await client.get(SHIP, key('ark'))).to.deep.include({ spec: { masts: 2 } });
    expect(
      (await client.list(SHIP, { namespace: 'shop' })).items.map(({ metadata: { uid } }) => uid),
    ).to.deep.equal([metadata.uid]);
    const stop = new AbortController();
    const { resourceVersion = '' } = (await client.list(SHIP)).metadata;
    const events = client.watch(SHIP, { resourceVersion, signal: stop.signal })[Symbol.asyncIterator]();
    const next = take(events, 1);
    await client.delete(SHIP, key('ark'));
    expect((await next).map(({ type }) => type)).to.deep.equal(['DELETED']);
    stop.abort();
  });

  it('is asked nothing that the user may not ask, whoever that acts as', async () => {
    const before = asked();
    const bob = client.as(person('bob'));
    expect(await refusal(bob.list(SHIP))).to.match(/^Forbidden: .*User "bob" cannot list resource "ships"/);
    const { api, aggregator: servers } = world.server.controlPlane;
    const options = { servers, clock: systemClock, logger: silentLogger };
    const actor = aggregatedClient(options, api, person('carl')).as(ADMIN);
    expect(await refusal(actor.list(SHIP))).to.match(/^Forbidden: .*cannot impersonate/);
    expect(asked()).to.equal(before);
    await give(world.client, 'bob', ['list sea.example.com:ships']);
    await bob.list(SHIP);
    expect(world.requests.some(({ headers }) => headers['x-remote-user'] === 'bob')).to.equal(true);
  });

  it('looks up once for each request who is to answer it', async () => {
    const { api, aggregator } = world.server.controlPlane;
    let lookups = 0;
    const servers = {
      ...aggregator,
      serverFor(group: string, version: string) {
        lookups++;
        return aggregator.serverFor(group, version);
      },
    };
    await aggregatedClient({ servers, clock: systemClock, logger: silentLogger }, api, ADMIN).list(SHIP);
    expect(lookups).to.equal(1);
  });

  it('refuses a name that leads elsewhere, before it is sent', async () => {
    const before = asked();
    expect(await refusal(client.get(SHIP, key('..')))).to.contain('BadRequest');
    expect(asked()).to.equal(before);
  });

  it('has its objects deleted with their owners, and owners of others that are gone', async () => {
    const harbour = await world.client.create(CONFIG_MAPS, configMap('harbour'));
    await client.create(SHIP, ship('owned', { ownerReferences: ownedBy(harbour) }));
    const owner = await client.create(SHIP, ship('owner'));
    await world.client.create(CONFIG_MAPS, configMap('log', { ownerReferences: ownedBy(owner) }));
    await world.client.delete(CONFIG_MAPS, key('harbour'));
    await client.delete(SHIP, key('owner'));
    await until(() => isGone(client.get(SHIP, key('owned'))));
    await until(() => isGone(world.client.get(CONFIG_MAPS, key('log'))));
  });

  it('holds up nothing while it takes requests and does not answer, though more wait for it than may', async () => {
    world.silence();
    const lost = { apiVersion: 'sea.example.com/v1', kind: 'Ship', name: 'lost', uid: 'lost' };
    for (let i = 0; i < 12; i++)
      await world.client.create(CONFIG_MAPS, configMap(`waits-${i}`, { ownerReferences: [lost] }));
    await until(() => world.requests.filter(({ url }) => url?.endsWith('/ships/lost')).length === 4);
    const owner = await world.client.create(CONFIG_MAPS, configMap('quick'));
    await world.client.create(CONFIG_MAPS, configMap('quicker', { ownerReferences: ownedBy(owner) }));
    await world.client.delete(CONFIG_MAPS, key('quick'));
    await until(() => isGone(world.client.get(CONFIG_MAPS, key('quicker'))));
  });

  it('holds up nothing while it is dead', async () => {
    await world.client.patch(
      API_SERVICES,
      { name: 'v1.sea.example.com' },
      { type: 'merge', body: { spec: { service: { name: 'nobody' } } } },
    );
    await world.available('ServiceNotFound');
    expect(await refusal(client.get(SHIP, key('slow')))).to.equal(
      'ServiceUnavailable: the API server of sea.example.com/v1 is not available: service unavailable',
    );
    // It may serve the kind all the same.
    expect(await refusal(client.resourceFor({ ...ship('a'), kind: 'Whale' }))).to.contain(
      'ServiceUnavailable',
    );
    const owner = await world.client.create(CONFIG_MAPS, configMap('owner'));
    await world.client.create(CONFIG_MAPS, configMap('dependent', { ownerReferences: ownedBy(owner) }));
    await world.client.delete(CONFIG_MAPS, key('owner'));
    await until(() => isGone(world.client.get(CONFIG_MAPS, key('dependent'))));
    // What a dead server might still own stays.
    expect((await world.client.get(CONFIG_MAPS, key('waits-0'))).metadata.name).to.equal('waits-0');
  });
});
