import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { readDocument } from '../../../../src/orchestrator/api/aggregation/reading.ts';
import type { RemoteVersion } from '../../../../src/orchestrator/api/wire/remoteversion.ts';
import { type FakeRemoteServer, startRemoteServer } from './remoteserver.ts';

const version = (name: string, versionPriority: number): RemoteVersion => ({
  group: 'custom.metrics.k8s.io',
  version: name,
  groupPriority: 1,
  versionPriority,
  isFresh: true,
  resources: [],
});

describe('a document that is read from an aggregated API server', () => {
  let remote: FakeRemoteServer;
  beforeEach(async () => {
    remote = await startRemoteServer();
  });
  afterEach(() => remote.stop());
  const read = (versions: readonly RemoteVersion[]) =>
    readDocument(
      'custom.metrics.k8s.io',
      'namespaces/shop/pods/*/qps',
      { name: 'ann', groups: [] },
      remote.serving(versions),
      systemClock,
    );

  it('is asked for in the version that APIServices prefer, in the name of who asks', async () => {
    expect(await read([version('v1beta1', 100), version('v1beta2', 200)])).to.deep.equal({ items: [] });
    expect(remote.asked).to.deep.equal([
      'GET /apis/custom.metrics.k8s.io/v1beta2/namespaces/shop/pods/*/qps ann',
    ]);
  });

  it('is none where nobody serves the group', async () => {
    expect(await read([{ ...version('v1', 1), group: 'sea.io' }])).to.equal(undefined);
    expect(remote.asked).to.deep.equal([]);
  });

  it('fails with what the server says', async () => {
    remote.answer = (_, response) => response.writeHead(404).end();
    const failed = await read([version('v1beta1', 1)]).catch((error: Error) => error.message);
    expect(failed).to.equal('bad status: 404');
  });
});
