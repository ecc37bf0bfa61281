import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { readDocument } from '../../../../src/orchestrator/api/aggregation/reading.ts';
import type { RemoteVersion } from '../../../../src/orchestrator/api/wire/remoteversion.ts';

const version = (name: string, versionPriority: number): RemoteVersion => ({
  group: 'custom.metrics.k8s.io',
  version: name,
  groupPriority: 1,
  versionPriority,
  isFresh: true,
  resources: [],
});

describe('a document that is read from an aggregated API server', () => {
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
  const read = (versions: readonly RemoteVersion[]) =>
    readDocument(
      'custom.metrics.k8s.io',
      'namespaces/shop/pods/*/qps',
      { name: 'ann', groups: [] },
      {
        versions,
        serverFor: () => ({ host: 'x', connect: dial }),
        clock: systemClock,
      },
    );

  it('is asked for in the version that APIServices prefer, in the name of who asks', async () => {
    expect(await read([version('v1beta1', 100), version('v1beta2', 200)])).to.deep.equal({ items: [] });
    expect(asked).to.deep.equal(['GET /apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/pods/*/qps ann']);
  });

  it('is none where nobody serves the group', async () => {
    expect(await read([{ ...version('v1', 1), group: 'sea.io' }])).to.equal(undefined);
    expect(asked).to.deep.equal([]);
  });

  it('fails with what the server says', async () => {
    answer = (_, response) => response.writeHead(404).end();
    const failed = await read([version('v1beta1', 1)]).catch((error: Error) => error.message);
    expect(failed).to.equal('bad status: 404');
  });
});
