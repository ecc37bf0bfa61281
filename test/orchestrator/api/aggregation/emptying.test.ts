import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { statusError } from '../../../../src/kube/values/status.ts';
import type { RemoteServer } from '../../../../src/orchestrator/api/aggregation/connection.ts';
import { emptyNamespace } from '../../../../src/orchestrator/api/aggregation/emptying.ts';
import type { RemoteResource, RemoteVersion } from '../../../../src/orchestrator/api/wire/remoteversion.ts';
import { type FakeRemoteServer, startRemoteServer } from './remoteserver.ts';

const ALL = ['list', 'deletecollection'];
const resource = (name: string, verbs = ALL, scope: RemoteResource['scope'] = 'Namespaced') => ({
  resource: name,
  scope,
  verbs,
});
const version = (resources: readonly RemoteResource[], isFresh = true): RemoteVersion => ({
  group: 'sea.io',
  version: 'v1',
  groupPriority: 1,
  versionPriority: 1,
  isFresh,
  resources,
});

describe('a namespace that is emptied at an aggregated API server', () => {
  let remote: FakeRemoteServer;
  beforeEach(async () => {
    remote = await startRemoteServer();
  });
  afterEach(() => remote.stop());
  const empty = (one: RemoteVersion, connectTo?: RemoteServer['connect']) =>
    emptyNamespace('shop', remote.serving([one], connectTo), systemClock);

  it('loses its objects of every kind that can be deleted, as the controller of namespaces', async () => {
    const resources = [resource('ships'), resource('logs', ['list']), resource('seas', ALL, 'Cluster')];
    expect(await empty(version(resources))).to.deep.equal({ remainders: [], failures: [], undiscovered: [] });
    const user = 'system:serviceaccount:kube-system:namespace-controller';
    expect(remote.asked).to.deep.equal([
      `DELETE /apis/sea.io/v1/namespaces/shop/ships ${user}`,
      `GET /apis/sea.io/v1/namespaces/shop/ships?limit=500 ${user}`,
    ]);
  });

  it('keeps what waits for finalizers, which are counted', async () => {
    const items = [{ metadata: { finalizers: ['sea.io/anchor'] } }, { metadata: {} }];
    remote.answer = (_, response) => response.end(JSON.stringify({ items }));
    expect((await empty(version([resource('ships')]))).remainders).to.deep.equal([
      { resource: 'ships.sea.io', count: 2, finalizers: { 'sea.io/anchor': 1 } },
    ]);
  });

  it('says why objects could not be deleted', async () => {
    remote.answer = (_, response) => response.writeHead(500).end('{}');
    const { failures } = await empty(version([resource('ships')]));
    expect(failures).to.deep.equal(['ships.sea.io: bad status: 500']);
    const refuse = async () => {
      throw statusError('ServiceUnavailable', 'service unavailable');
    };
    expect((await empty(version([resource('ships')]), refuse)).failures).to.deep.equal([
      'ships.sea.io: service unavailable',
    ]);
  });

  it('is not known to be empty at a server that does not answer, whatever that said before', async () => {
    const { undiscovered } = await empty(version([resource('ships')], false));
    expect(undiscovered).to.deep.equal(['sea.io/v1: stale GroupVersion discovery: sea.io/v1']);
    expect(remote.asked).to.deep.equal([]);
  });
});
