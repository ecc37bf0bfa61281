import { readdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { openRemote } from '../../../src/git/transport/remote.ts';
import { generateDeployKey } from '../../../src/git/transport/ssh/deploykey.ts';
import { fingerprintOf } from '../../../src/git/transport/ssh/hostkeys.ts';
import { scanHostKeys } from '../../../src/git/transport/ssh/scan.ts';
import type { Remote, SshOptions } from '../../../src/git/transport/transport.ts';
import { drop, scratch } from '../support/git.ts';
import { commit, randomHistory, seeded } from '../support/history.ts';
import { hasSshd, PATH, startSshd, type TestSshd } from '../support/sshd.ts';

const here = hasSshd() ? describe : describe.skip;
if (!hasSshd()) console.warn('sshd is not installed: the tests of git over ssh are skipped');

here('a remote over ssh', function () {
  this.timeout(30_000);
  const key = generateDeployKey('pilotage shop');
  let dir: string;
  let far: OpenRepository;
  let mirror: OpenRepository;
  let sshd: TestSshd;
  const servers: TestSshd[] = [];

  async function serve(
    name: string,
    options: Partial<Parameters<typeof startSshd>[1]> = {},
  ): Promise<TestSshd> {
    const server = await startSshd(join(dir, name), { authorized: [key.publicKey], ...options });
    servers.push(server);
    return server;
  }
  const open = (server: TestSshd, options: Partial<SshOptions> = {}): Remote =>
    openRemote(server.address(far.dir), {
      logger: silentLogger,
      ssh: {
        dir: join(dir, 'sessions'),
        path: PATH,
        privateKey: key.privateKey,
        knownHosts: server.knownHosts,
        ...options,
      },
    });
  const problemFrom = (promise: Promise<unknown>) => promise.then(() => undefined, problemOf);

  before(async () => {
    dir = scratch();
    sshd = await serve('sshd');
  });
  beforeEach(async () => {
    const at = scratchIn(dir);
    far = await openRepository(join(at, 'far.git'), { create: true });
    mirror = await openRepository(join(at, 'mirror.git'), { create: true });
  });
  afterEach(() => {
    far.close();
    mirror.close();
    expect(readdirSync(join(dir, 'sessions')), 'files of sessions').to.deep.equal([]);
  });
  after(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    drop(dir);
  });

  for (const [speaks, acceptsProtocol] of [
    ['git protocol 2', true],
    ['only the first protocol', false],
  ] as const)
    describe(`to a server that speaks ${speaks}`, () => {
      let remote: Remote;
      let server: TestSshd;
      before(async () => {
        server = acceptsProtocol ? sshd : await serve('old', { acceptsProtocol });
      });
      beforeEach(() => {
        remote = open(server);
      });

      it('that is empty has no branches, which is no failure', async () => {
        expect((await remote.listBranches()).branches).to.deep.equal({});
      });

      it('lists its branches and which one HEAD names', async () => {
        const one = await commit(far, { a: '1' });
        await far.moveBranch('main', one, null);
        await far.moveBranch('feature/x', one, null);
        expect(await remote.listBranches()).to.deep.equal({
          head: 'main',
          branches: { 'feature/x': one, main: one },
        });
      });

      it('is fetched whole, then in increments, merges included', async () => {
        const commits = await randomHistory(far, seeded(11), 40);
        const [middle = '', tip = ''] = [commits[20], commits.at(-1)];
        await far.moveBranch('main', middle, null);
        await remote.fetch(mirror, ['main']);
        await far.moveBranch('main', tip, middle);
        await far.moveBranch('other', middle, null);
        await remote.fetch(mirror, ['main', 'other']);
        expect(await mirror.branches()).to.deep.equal({ main: tip, other: middle });
        expect(await mirror.log(tip, { allParents: true })).to.deep.equal(
          await far.log(tip, { allParents: true }),
        );
      });

      it('that was force-pushed is followed', async () => {
        const one = await commit(far, { a: '1' });
        const other = await commit(far, { a: 'other' });
        await far.moveBranch('main', one, null);
        await remote.fetch(mirror, ['main']);
        await far.moveBranch('main', other, one);
        await remote.fetch(mirror, ['main']);
        expect(await mirror.branches()).to.deep.equal({ main: other });
      });

      it('takes a push of a new branch and of a descendant, and no other', async () => {
        const one = await commit(far, { a: '1' });
        await far.moveBranch('main', one, null);
        await remote.fetch(mirror, ['main']);
        const two = await commit(mirror, { a: '2' }, [one]);
        const stranger = await commit(mirror, { a: '3' });
        await remote.mayWrite();
        expect(await remote.push(mirror, 'main', two, one)).to.equal('pushed');
        expect(await remote.push(mirror, 'prod', two, null)).to.equal('pushed');
        expect(await remote.push(mirror, 'main', stranger, two)).to.equal('rejected');
        expect(await remote.push(mirror, 'main', two, one)).to.equal('rejected');
        expect((await open(server).listBranches()).branches).to.deep.equal({ main: two, prod: two });
      });
    });

  it('that does not know the key says so, and where the key goes', async () => {
    const stranger = generateDeployKey('stranger');
    const problem = await problemFrom(open(sshd, { privateKey: stranger.privateKey }).listBranches());
    expect(problem?.reason).to.equal('AuthenticationFailed');
    expect(problem?.remedy).to.contain('deploy key');
  });

  it('whose host key nobody has confirmed is told nothing', async () => {
    const problem = await problemFrom(open(sshd, { knownHosts: '' }).listBranches());
    expect(problem?.reason).to.equal('HostKeyUnknown');
  });

  it('whose host key has changed is named with both keys and the remedy', async () => {
    const other = await serve('other');
    const changed = await startSshd(join(dir, 'changed'), { authorized: [key.publicKey] });
    servers.push(changed);
    const expected = other.knownHosts.replace(String(other.port), String(changed.port));
    const problem = await problemFrom(open(changed, { knownHosts: expected }).listBranches());
    expect(problem?.reason).to.equal('HostKeyChanged');
    expect(problem?.message).to.contain(other.fingerprint).and.contain(changed.fingerprint);
    expect(problem?.remedy).to.contain(`--host-key ${changed.fingerprint}`);
  });

  it('shows its host key to whoever wants to compare it', async () => {
    const keys = await scanHostKeys({ host: '127.0.0.1', port: sshd.port }, PATH);
    expect(keys.map(fingerprintOf)).to.deep.equal([sshd.fingerprint]);
  });

  it('that accepts a connection and never answers is given up', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const remote = openRemote(`ssh://git@127.0.0.1:${port}/shop.git`, {
      logger: silentLogger,
      ssh: { dir: join(dir, 'sessions'), path: PATH, knownHosts: '', idleMs: 300 },
    });
    const problem = await problemFrom(remote.listBranches());
    silent.close();
    expect(problem?.reason).to.equal('RemoteUnreachable');
    expect(problem?.message).to.contain('nothing has come');
  });

  it('that lets the key in and then hangs is given up', async () => {
    const hanging = await serve('hanging', { command: 'sleep 60' });
    const problem = await problemFrom(open(hanging, { idleMs: 1_500 }).listBranches());
    expect(problem?.message).to.contain('nothing has come for 1.5 seconds');
  });

  it('that dies inside a pack leaves the mirror as it was, and is fetched whole afterwards', async () => {
    const dying = await serve('dying', {
      command: 'sh -c "$SSH_ORIGINAL_COMMAND" | dd bs=1 count=30000 status=none',
    });
    const { randomBytes } = await import('node:crypto');
    const one = await commit(far, { big: randomBytes(100_000).toString('hex') });
    await far.moveBranch('main', one, null);
    const problem = await problemFrom(open(dying).fetch(mirror, ['main']));
    expect(problem?.reason).to.equal('RemoteUnreachable');
    expect(await mirror.branches()).to.deep.equal({});
    await open(sshd).fetch(mirror, ['main']);
    expect(await mirror.branches()).to.deep.equal({ main: one });
  });

  it('that has no such repository says so', async () => {
    const remote = openRemote(sshd.address('/nowhere.git'), {
      logger: silentLogger,
      ssh: {
        dir: join(dir, 'sessions'),
        path: PATH,
        privateKey: key.privateKey,
        knownHosts: sshd.knownHosts,
      },
    });
    expect((await problemFrom(remote.listBranches()))?.reason).to.equal('NotARepository');
  });

  it('that prints a login banner in place of git is not taken for an empty repository', async () => {
    const chatty = await serve('chatty', { command: 'echo Welcome to this machine' });
    expect((await problemFrom(open(chatty).listBranches()))?.reason).to.equal('RemoteUnreachable');
  });
});

describe('addresses of repositories over ssh', () => {
  const opened = (address: string) =>
    openRemote(address, { logger: silentLogger, ssh: { dir: '/nowhere', path: '', knownHosts: '' } }).url;

  it('are read as git reads them', () => {
    expect(opened('git@example.com:shop.git')).to.equal('git@example.com:shop.git');
    expect(opened('ssh://git@example.com/shop.git')).to.equal('git@example.com:/shop.git');
    expect(opened('ssh://example.com:2222/a/b.git')).to.equal('ssh://git@example.com:2222/a/b.git');
  });

  for (const address of [
    'ssh://-oProxyCommand=touch%20x/shop.git',
    'git@-oProxyCommand=x:shop.git',
    '-oProxyCommand=x@host:shop.git',
    'ssh://-l@host/shop.git',
    'git@host:--upload-pack=x',
    'git@host:shop.git\ntouch x',
    'ssh://git@host/%0atouch',
    'ssh://git:secret@host/shop.git',
    'git@ho st:shop.git',
  ])
    it(`are refused where they could mean something else: ${JSON.stringify(address)}`, () => {
      let problem: ReturnType<typeof problemOf> | undefined;
      try {
        opened(address);
      } catch (error) {
        problem = problemOf(error);
      }
      expect(problem?.reason).to.be.oneOf(['BadAddress', 'UnsupportedTransport']);
      expect(problem?.message).to.not.contain('secret');
    });
});

let made = 0;
const scratchIn = (dir: string): string => {
  made += 1;
  return join(dir, `case-${made}`);
};
