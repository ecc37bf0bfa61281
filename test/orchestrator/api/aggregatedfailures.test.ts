import type { RequestListener } from 'node:http';
import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import { StatusError } from '../../../src/kube/values/status.ts';
import { aggregatedClient } from '../../../src/orchestrator/api/aggregatedclient.ts';
import { ADMINS } from '../../../src/orchestrator/api/auth/authorizer.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { until } from '../../fakes/until.ts';
import { SHIP } from './aggregation/fleet.ts';
import { type FakeRemoteServer, startRemoteServer } from './aggregation/remoteserver.ts';
import { startTestApi, type TestApi } from './harness.ts';

const MEGABYTE = Buffer.alloc(1024 * 1024, ' ');

describe('an aggregated API server that does not answer as it should', () => {
  let plane: TestApi<FakeClock>;
  let remote: FakeRemoteServer;
  let client: KubeClient;
  const clock = new FakeClock();
  beforeEach(async () => {
    plane = await startTestApi();
    remote = await startRemoteServer();
    const servers = remote.serving([]);
    const user = { name: 'ann', groups: [ADMINS] };
    client = aggregatedClient({ servers, clock, logger: silentLogger }, plane.api, user);
  });
  afterEach(async () => {
    remote.stop();
    await plane.dispose();
  });

  const outcome = (answer: RequestListener) => {
    remote.answer = answer;
    return client.get(SHIP, { namespace: 'shop', name: 'ark' }).then(
      () => 'an answer',
      (error: Error) => (error instanceof StatusError ? `${error.reason}` : error.message),
    );
  };

  it('is not waited for when it asks to come back later: somebody in this process waits', async () => {
    expect(
      await outcome((_, response) => response.writeHead(503, { 'retry-after': '60' }).end('{}')),
    ).to.equal('ServiceUnavailable');
    expect(remote.asked).to.have.length(1);
  });

  it('is given up after ten seconds', async () => {
    const asking = outcome(() => {});
    await until(() => remote.asked.length === 1);
    await clock.advance(10_000);
    expect(await asking).to.contain('no answer within 10 s');
  });

  it('is read no further than an answer may be long', async () => {
    const asking = outcome(async (_, response) => {
      for (let i = 0; i < 20 && !response.destroyed; i++) response.write(MEGABYTE);
    });
    expect(await asking).to.equal('the answer is too large');
  });
});
