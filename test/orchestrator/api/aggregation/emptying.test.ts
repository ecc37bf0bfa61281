import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { statusError } from '../../../../src/kube/values/status.ts';
import { emptyNamespace } from '../../../../src/orchestrator/api/aggregation/emptying.ts';
import type { RemoteResource, RemoteVersion } from '../../../../src/orchestrator/api/wire/remoteversion.ts';

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
  let server: Server;
  let asked: (string | undefined)[];
  let answer: RequestListener;
  before(async () => {
    server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url} ${request.headers['x-remote-user']}`);
      answer(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => {
    asked = [];
    answer = (_, response) => response.end('{"items":[]}');
  });
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const dial = async () => connect((server.address() as AddressInfo).port, '127.0.0.1') as TLSSocket;
  const empty = (one: RemoteVersion, connectTo = dial) =>
    emptyNamespace('shop', {
      versions: [one],
      serverFor: () => ({ host: 'x', connect: connectTo }),
      clock: systemClock,
    });

  it('loses its objects of every kind that can be deleted, as the controller of namespaces', async () => {
    const resources = [resource('ships'), resource('logs', ['list']), resource('seas', ALL, 'Cluster')];
    expect(await empty(version(resources))).to.deep.equal({ remainders: [], failures: [], undiscovered: [] });
    const user = 'system:serviceaccount:kube-system:namespace-controller';
    expect(asked).to.deep.equal([
      `DELETE /apis/sea.io/v1/namespaces/shop/ships ${user}`,
      `GET /apis/sea.io/v1/namespaces/shop/ships?limit=500 ${user}`,
    ]);
  });

  it('keeps what waits for finalizers, which are counted', async () => {
    const items = [{ metadata: { finalizers: ['sea.io/anchor'] } }, { metadata: {} }];
    answer = (_, response) => response.end(JSON.stringify({ items }));
    expect((await empty(version([resource('ships')]))).remainders).to.deep.equal([
      { resource: 'ships.sea.io', count: 2, finalizers: { 'sea.io/anchor': 1 } },
    ]);
  });

  it('says why objects could not be deleted', async () => {
    answer = (_, response) => response.writeHead(500).end('{}');
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
    expect(asked).to.deep.equal([]);
  });
});
