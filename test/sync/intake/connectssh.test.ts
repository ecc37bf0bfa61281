import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { generateDeployKey } from '../../../src/git/transport/ssh/deploykey.ts';
import type { HostKey } from '../../../src/git/transport/ssh/hostkeys.ts';
import { scanHostKeys } from '../../../src/git/transport/ssh/scan.ts';
import { NAMESPACES, SECRETS } from '../../../src/kube/kinds/resources.data.ts';
import type { ConnectRequest } from '../../../src/model/faces.ts';
import { DELIVERIES, PILOTAGE_NAMESPACE } from '../../../src/model/types.ts';
import { connect } from '../../../src/sync/intake/connect.ts';
import { connectAndCheck } from '../../../src/sync/intake/connectcheck.ts';
import { openAccess } from '../../../src/sync/intake/remoteaccess.ts';
import { createRemotes } from '../../../src/sync/intake/remotes.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { createFakeCluster } from '../../fakes/cluster.ts';
import { drop, scratch } from '../../git/support/git.ts';
import { commit } from '../../git/support/history.ts';
import { hasSshd, PATH, startSshd, type TestSshd } from '../../git/support/sshd.ts';

const hostKeyOf = (publicKey: string): HostKey => {
  const [type = '', key = ''] = publicKey.split(' ');
  return { type, key };
};

async function emptyHome() {
  const { client: home } = createFakeCluster();
  await home.create(NAMESPACES, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: PILOTAGE_NAMESPACE },
  });
  return home;
}

describe('connecting over ssh', () => {
  const server = hostKeyOf(generateDeployKey('host').publicKey);
  const url = 'git@git.example.com:shop.git';
  const shown = async (home: Awaited<ReturnType<typeof emptyHome>>) => {
    const { data = {} } = await home.get(SECRETS, {
      namespace: PILOTAGE_NAMESPACE,
      name: 'delivery-shop-ssh',
    });
    return Object.fromEntries(
      Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString()]),
    );
  };
  const refused = (
    home: Awaited<ReturnType<typeof emptyHome>>,
    request: Partial<ConnectRequest>,
    keys = [server],
  ) => connect(home, { name: 'shop', url, ...request }, async () => keys).then(() => undefined, problemOf);

  it('shows the host key of a server that nobody has confirmed, and keeps nothing', async () => {
    const home = await emptyHome();
    const problem = await refused(home, {});
    expect(problem?.reason).to.equal('HostKeyUnknown');
    expect(problem?.remedy).to.match(/--host-key SHA256:\S{43}/);
    expect((await home.list(SECRETS)).items).to.deep.equal([]);
    expect((await home.list(DELIVERIES)).items).to.deep.equal([]);
  });

  it('makes a deploy key once, prints its public half, and keeps the other in the Secret', async () => {
    const home = await emptyHome();
    const hostKey = (await refused(home, {}))?.remedy?.match(/SHA256:\S+/)?.[0] ?? '';
    const { deployKey } = await connect(home, { name: 'shop', url, hostKey }, async () => [server]);
    expect(deployKey).to.match(/^ssh-ed25519 \S+ pilotage-shop$/);
    const secret = await shown(home);
    expect(secret.identity).to.match(/^-----BEGIN OPENSSH PRIVATE KEY-----/);
    expect(secret.known_hosts).to.equal(`git.example.com ${server.type} ${server.key}\n`);
    const again = await connect(home, { name: 'shop', url: 'git@git.example.com:shop2.git' });
    expect(again).to.not.have.property('deployKey');
    expect((await shown(home)).identity).to.equal(secret.identity);
    const delivery = await home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name: 'shop' });
    expect(JSON.stringify(delivery)).to.not.contain('PRIVATE');
  });

  it('refuses a server whose key is not the one that was named, or published', async () => {
    const home = await emptyHome();
    expect((await refused(home, { hostKey: `SHA256:${'A'.repeat(43)}` }))?.reason).to.equal('HostKeyChanged');
    expect((await refused(home, { url: 'git@github.com:a/b.git' }))?.reason).to.equal('HostKeyChanged');
  });

  it('takes no key with a passphrase, and repeats nothing of it', async () => {
    const home = await emptyHome();
    const hostKey = `${server.type} ${server.key}`;
    const problem = await refused(home, {
      hostKey,
      sshKey: '-----BEGIN OPENSSH PRIVATE KEY-----\nc2VjcmV0\n-----END OPENSSH PRIVATE KEY-----',
    });
    expect(problem?.message).to.contain('passphrase').and.not.contain('c2VjcmV0');
  });

  it('shows no key of one server to another', async () => {
    const home = await emptyHome();
    const hostKey = `${server.type} ${server.key}`;
    await connect(home, { name: 'shop', url, hostKey });
    const before = (await shown(home)).identity;
    await connect(home, { name: 'shop', url: 'git@elsewhere.example.com:shop.git', hostKey });
    expect((await shown(home)).identity).to.not.equal(before);
  });

  it('lends the keys of the agent to the repository that an administrator named, and to no other of that server', async () => {
    const home = await emptyHome();
    const hostKey = `${server.type} ${server.key}`;
    await connect(home, { name: 'shop', url, hostKey, sshAgent: true });
    await connect(home, { name: 'shop', url, pollSeconds: 5 });
    expect(await shown(home)).to.have.property('agent', 'true');
    await connect(home, { name: 'shop', url: 'git@git.example.com:other.git' });
    expect(await shown(home)).to.not.have.property('agent');
  });

  it('says that a token opens nothing over ssh, and a key nothing over https', async () => {
    const home = await emptyHome();
    expect((await refused(home, { token: 'hush' }))?.reason).to.equal('BadRequest');
    expect((await refused(home, { url: 'https://git.example.com/a', sshAgent: true }))?.reason).to.equal(
      'BadRequest',
    );
  });
});

const here = hasSshd() ? describe : describe.skip;

here('a delivery from a real sshd', function () {
  this.timeout(30_000);
  let dir: string;
  let far: OpenRepository;
  let sshd: TestSshd;
  beforeEach(async () => {
    dir = scratch();
    far = await openRepository(join(dir, 'far.git'), { create: true });
    await far.moveBranch('main', await commit(far, { 'a.yaml': 'a: 1\n' }), null);
  });
  afterEach(async () => {
    await sshd.stop();
    far.close();
    drop(dir);
  });

  it('is denied until its deploy key is pasted, followed then, and stopped by a changed host key until that is confirmed', async () => {
    const home = await emptyHome();
    const ground = { path: PATH, sshDir: join(dir, 'ssh') };
    const access = {
      scanHostKeys: (address: Parameters<typeof scanHostKeys>[0]) => scanHostKeys(address, PATH),
      open: (repository: Parameters<typeof openAccess>[1]) =>
        openAccess({ home, ground, logger: silentLogger }, repository),
    };
    sshd = await startSshd(join(dir, 'one'), { authorized: [] });
    const { port } = sshd;
    const request = { name: 'shop', url: sshd.address(far.dir), hostKey: sshd.fingerprint };
    const first = await connectAndCheck(home, request, access);
    expect(first.deployKey).to.match(/^ssh-ed25519 /);
    expect(first.access?.join('\n'))
      .to.match(/read: no.*does not let this key in/s)
      .and.contain('push: not tried');

    await sshd.stop();
    const hostKey = sshd.fingerprint;
    sshd = await startSshd(join(dir, 'two'), { authorized: [first.deployKey ?? ''], port });
    const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };
    const seen: unknown[] = [];
    const lifetime = new AbortController();
    const remotes = createRemotes({
      home,
      root: join(dir, 'mirrors'),
      ground,
      clock: new FakeClock(),
      logger: silentLogger,
      random: () => 0.5,
    });
    await remotes.start(lifetime.signal, async (_, branches) => void seen.push(branches));
    await remotes.poke('shop');
    const message = (await home.get(DELIVERIES, key)).status?.message;
    expect(message).to.contain(hostKey).and.contain(sshd.fingerprint).and.contain('what is deployed stays');
    expect(seen).to.deep.equal([]);

    const confirmed = await connectAndCheck(home, { name: 'shop', hostKey: sshd.fingerprint }, access);
    expect(confirmed.access?.join('\n'))
      .to.contain('read: yes, 1 branch, HEAD is main')
      .and.contain('push: yes');
    await remotes.poke('shop');
    expect(seen).to.deep.equal([await far.branches()]);
    expect((await home.get(DELIVERIES, key)).status?.message).to.equal('');
    lifetime.abort();
  });
});
