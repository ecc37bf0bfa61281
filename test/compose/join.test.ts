import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { rfc3339, systemClock } from '../../src/base/clock.ts';
import { problemOf } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/log.ts';
import type { JoinOptions } from '../../src/cli/context.ts';
import { joinCluster } from '../../src/compose/join.ts';
import { authorityHash, bootstrapSecret, newBootstrapToken } from '../../src/kube/client/bootstraptoken.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { CERTIFICATE_SIGNING_REQUESTS, NODES, SECRETS } from '../../src/kube/kinds/resources.data.ts';
import { remoteClient } from '../../src/kube/remote/remote.ts';
import type { Condition } from '../../src/kube/values/condition.ts';
import { type RunningServer, startHttpsServer } from '../orchestrator/api/httpserver.ts';

const MINUTE = 60_000;

describe('a machine that joins as a node', function () {
  this.timeout(30_000);
  let server: RunningServer;
  let client: KubeClient;
  let dir: string;
  let made = 0;

  before(async () => {
    server = await startHttpsServer({ controllers: true });
    client = server.client();
    dir = mkdtempSync(join(tmpdir(), 'pilotage-join-'));
  });
  after(async () => {
    await server?.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const url = () => `https://127.0.0.1:${server.port}`;
  const hash = () => authorityHash(server.controlPlane.pki.ca);

  async function tokenUntil(expiresAt: number | undefined): Promise<string> {
    const token = newBootstrapToken();
    await client.create(SECRETS, bootstrapSecret(token, expiresAt));
    return `${token.id}.${token.secret}`;
  }

  async function joining(options: Partial<JoinOptions>, aheadMs = 0) {
    const dataDir = join(dir, String(made++));
    const clock = { ...systemClock, now: () => Date.now() + aheadMs };
    const asked: JoinOptions = {
      server: url(),
      token: options.token ?? (await tokenUntil(undefined)),
      trust: { hash: hash() },
      nodeName: 'b',
      nodeIP: undefined,
      labels: {},
      engineSockets: [],
      ...options,
    };
    const surroundings = { hostEnvironment: { PATH: '/usr/bin:/bin' }, engineSockets: [], kubeconfigs: [] };
    return joinCluster(asked, { dataDir, surroundings, clock, logger: silentLogger });
  }
  const problem = (options: Partial<JoinOptions>, aheadMs?: number) =>
    joining(options, aheadMs).then(() => undefined, problemOf);
  const requests = async () => (await client.list(CERTIFICATE_SIGNING_REQUESTS)).items.length;

  it('gets a certificate and a range of its own, and is that node from then on', async () => {
    const one = await joining({ nodeName: 'one', labels: { disk: 'fast' } });
    const two = await joining({ nodeName: 'two' });
    const nodes = (await client.list(NODES)).items;
    expect(nodes.map(({ metadata, spec }) => [metadata.name, spec?.podCIDR])).to.deep.equal([
      ['one', one.podCidr],
      ['two', two.podCidr],
    ]);
    expect(one.podCidr).to.not.equal(two.podCidr);
    expect(nodes[0]?.metadata.labels).to.include({ disk: 'fast' });
    expect(one.serviceCidr).to.equal('127.213.0.0/16');
    expect(one.hostIP).to.equal('127.0.0.1');
    expect(readFileSync(one.kubeconfig, 'utf8')).to.contain(url());
    const own = remoteClient({
      kubeconfig: { path: one.kubeconfig },
      clock: systemClock,
      logger: silentLogger,
    });
    const labels = { body: { metadata: { labels: { seen: 'yes' } } }, type: 'merge' as const };
    await own.patch(NODES, { name: 'one' }, labels);
    const other = await own.patch(NODES, { name: 'two' }, labels).catch((error: Error) => error.message);
    expect(other).to.contain('a node may only write itself');
    own.close();
  });

  it('is refused with a token that has expired', async () => {
    const found = await problem({ token: await tokenUntil(Date.now() - MINUTE) });
    expect(found).to.include({ reason: 'TokenRefused' });
    expect(found?.message).to.contain('it has expired, was deleted');
    expect(found?.remedy).to.contain('pilotage node token');
  });

  it('is refused with a token that was used and then deleted', async () => {
    const token = await tokenUntil(undefined);
    await joining({ token, nodeName: 'three' });
    await client.delete(SECRETS, { namespace: 'kube-system', name: `bootstrap-token-${token.slice(0, 6)}` });
    expect(await problem({ token, nodeName: 'four' })).to.include({ reason: 'TokenRefused' });
  });

  it('sends its token to nobody whose authority has another hash', async () => {
    const before = await requests();
    const wrong = `sha256:${'0'.repeat(64)}`;
    const found = await problem({ trust: { hash: wrong } });
    expect(found).to.include({ reason: 'WrongAuthority' });
    expect(found?.message).to.contain(hash()).and.to.contain(wrong);
    expect(await requests()).to.equal(before);
  });

  async function reported(name: string, ready: Partial<Condition>): Promise<void> {
    const conditions = [{ type: 'Ready', lastHeartbeatTime: rfc3339(Date.now()), ...ready }];
    const body = { status: { conditions } };
    await client.patch(NODES, { name }, { type: 'merge', body }, { subresource: 'status' });
  }

  it('is refused under the name of another node that is ready or silent, and gets no certificate of it', async () => {
    await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'taken' } });
    for (const ready of [{ status: 'True' }, { status: 'Unknown', reason: 'NodeStatusUnknown' }] as const) {
      await reported('taken', ready);
      const found = await problem({ nodeName: 'taken' });
      expect(found).to.include({ reason: 'NodeNameTaken' });
      expect(found?.remedy).to.contain('--node-name NAME').and.to.contain('kubectl delete node taken');
    }
    const all = (await client.list(CERTIFICATE_SIGNING_REQUESTS)).items;
    const denied = all.filter(({ status: said }) => said?.conditions?.some(({ type }) => type === 'Denied'));
    expect(denied.map(({ status }) => status?.certificate)).to.deep.equal([undefined, undefined]);
  });

  it('goes on with a join that failed half way, in its range and with the labels of now', async () => {
    const first = await joining({ nodeName: 'half', labels: { disk: 'slow' } });
    await reported('half', { status: 'Unknown', reason: 'NodeStatusNeverUpdated' });
    const second = await joining({ nodeName: 'half', labels: { disk: 'fast' } });
    expect(second.podCidr).to.equal(first.podCidr);
    expect((await client.get(NODES, { name: 'half' })).metadata.labels).to.include({ disk: 'fast' });
  });

  it('is told that its clock is wrong: certificates would not be valid yet, or not any more', async () => {
    for (const ahead of [-2 * 24 * 60 * MINUTE, -10 * MINUTE, 10 * MINUTE]) {
      const found = await problem({}, ahead);
      expect(found, String(ahead)).to.include({ reason: 'ClockSkewed' });
      expect(found?.message).to.contain('The clock of this machine and that of');
    }
  });

  it('is told so where what it was given is no token, or where nobody answers', async () => {
    expect(await problem({ token: 'hello' })).to.include({ reason: 'BadRequest' });
    expect(await problem({ server: 'https://127.0.0.1:1' })).to.include({ reason: 'Unavailable' });
  });
});
