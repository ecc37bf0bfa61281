import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { PushPolicy } from '../../../src/git/host/receive-pack.ts';
import { Git, hasGit, noise } from '../support/git.ts';
import { TOKEN } from '../support/host.ts';
import { useHost } from '../support/hostsuite.ts';

const git = hasGit() ? describe : describe.skip;
if (!hasGit()) console.warn('git is not installed: the tests of the git host with real git are skipped');

git('the git host, with real git', () => {
  const at = useHost();
  const { start, clone } = at;

  it('creates a repository with its first push and gives it back bit for bit', async () => {
    await start();
    const tip = await at.work.commit('first', { 'a.txt': 'one\n', 'dir/b.txt': 'two\n' });
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, 'main');
    const copy = await clone();
    expect(await copy.run('rev-parse', 'HEAD')).to.equal(tip);
    expect(await copy.run('status', '--porcelain')).to.equal('');
    await copy.run('fsck', '--strict');
    expect(await at.served.repositories.list()).to.deep.equal(['shop']);
    expect(at.served.pushes).to.deep.equal([
      { repository: 'shop', principal: { name: 'ada' }, refs: [{ branch: 'main', from: null, to: tip }] },
    ]);
  });

  for (const version of ['0', '1', '2']) {
    it(`serves fetches in protocol ${version}: clone, increment, tags, shallow, deepen, unshallow`, async () => {
      await start();
      for (let i = 0; i < 6; i++)
        await at.work.commit(`c${i}`, { 'a.txt': `${i}\n`.repeat(50), [`f${i}`]: `${i}` });
      await at.work.run('tag', '-a', 'v1', '-m', 'one', 'HEAD~1');
      await at.work.run('remote', 'add', 'origin', `${at.served.url}/shop.git`);
      await at.work.run('push', '-q', 'origin', 'main', 'v1');
      const copy = await clone('-c', `protocol.version=${version}`);
      expect(await copy.run('rev-parse', 'v1^{}')).to.equal(await at.work.run('rev-parse', 'HEAD~1'));

      await at.work.commit('more', { 'a.txt': 'more\n' });
      await at.work.run('tag', '-a', 'v2', '-m', 'two');
      await at.work.run('push', '-q', 'origin', 'main', 'v2');
      await copy.run('pull', '-q');
      expect(await copy.run('rev-parse', 'HEAD')).to.equal(await at.work.run('rev-parse', 'HEAD'));
      expect(await copy.run('tag')).to.equal('v1\nv2');
      await copy.run('fsck', '--strict');

      const shallow = await clone('-c', `protocol.version=${version}`, '--depth', '2');
      expect(await shallow.run('rev-list', '--count', 'HEAD')).to.equal('2');
      await shallow.run('fetch', '-q', '--deepen', '2');
      expect(await shallow.run('rev-list', '--count', 'HEAD')).to.equal('4');
      await at.work.commit('last', { 'a.txt': 'last\n' });
      await at.work.run('push', '-q', 'origin', 'main');
      await shallow.run('pull', '-q');
      expect(await shallow.run('rev-list', '--count', 'HEAD')).to.equal('5');
      await shallow.run('fetch', '-q', '--unshallow');
      expect(await shallow.run('rev-list', '--count', 'HEAD')).to.equal('8');
      await shallow.run('fsck', '--strict');
    });
  }

  it('serves diverged clients: both sides have what the other lacks', async () => {
    await start();
    await at.work.commit('base', { a: '1' });
    await at.work.run('remote', 'add', 'origin', `${at.served.url}/shop.git`);
    await at.work.run('push', '-q', 'origin', 'main');
    const copy = await clone();
    for (let i = 0; i < 40; i++) await copy.commit(`mine ${i}`, { mine: `${i}` });
    await at.work.commit('theirs', { theirs: '1' });
    await at.work.run('push', '-q', 'origin', 'main');
    await copy.run('fetch', '-q');
    expect(await copy.run('rev-parse', 'origin/main')).to.equal(await at.work.run('rev-parse', 'HEAD'));
    const refused = await copy.attempt('push', 'origin', 'main');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('[rejected]');
  });

  it('takes packs that git compresses as gzip, thin or large', async () => {
    await start();
    await at.work.run('config', 'http.postBuffer', '65536');
    await at.work.commit('big', { blob: noise(2_000_000), text: 'line\n'.repeat(20_000) });
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, 'main');
    await at.work.commit('delta', { text: `${'line\n'.repeat(20_000)}end\n` });
    await at.work.run('push', '-q', '--thin', `${at.served.url}/shop.git`, 'main');
    const copy = await clone();
    expect(await copy.run('rev-parse', 'HEAD')).to.equal(await at.work.run('rev-parse', 'HEAD'));
    expect(at.served.requests.some((req) => req.headers['transfer-encoding'] === 'chunked')).to.equal(true);
  });

  it('deletes branches and tags, and takes a branch where a folder of branches was', async () => {
    await start();
    await at.work.commit('one', { a: '1' });
    const url = `${at.served.url}/shop.git`;
    await at.work.run('push', '-q', url, 'main', 'main:feature/x', 'main:refs/tags/t');
    await at.work.run('push', '-q', url, ':feature/x', ':refs/tags/t');
    await at.work.run('push', '-q', url, 'main:feature');
    expect(await at.work.run('ls-remote', '--heads', '--tags', url)).to.match(
      /refs\/heads\/feature\n.*refs\/heads\/main$/,
    );
    expect(at.served.pushes[1]?.refs[0]).to.deep.include({ branch: 'feature/x', to: null });
    const conflict = await at.work.attempt('push', url, 'main:feature/y');
    expect(conflict.stderr).to.match(/remote rejected.*feature\/y \(.*cannot exist beside another branch/);
  });

  it('refuses what the policy refuses, with its reason, and takes the other refs', async () => {
    const first: boolean[] = [];
    const policy: PushPolicy = (_name, ref, facts) => {
      first.push(facts.isFirst);
      return ref.branch === 'prod' && !facts.descends
        ? { reason: 'NotADescendant', message: 'prod only moves forward', remedy: 'revert instead' }
        : undefined;
    };
    await start({ policy });
    const url = `${at.served.url}/shop.git`;
    await at.work.commit('one', { a: '1' });
    await at.work.run('push', '-q', url, 'main:prod', 'main:dev');
    await at.work.run('commit', '-q', '--amend', '-m', 'rewritten');
    const result = await at.work.attempt('push', '--force', url, 'main:prod', 'main:dev');
    expect(result.stderr).to.match(/! \[remote rejected\] main -> prod \(prod only moves forward\)/);
    expect(result.stderr).to.contain('remote:   → revert instead');
    expect(result.stderr).to.match(/\+ \w+\.\.\.\w+ main -> dev \(forced update\)/);
    const atomic = await at.work.attempt('push', '--atomic', '--force', url, 'main:prod', 'main:other');
    expect(atomic.code).to.equal(1);
    expect(await at.work.run('ls-remote', url, 'other')).to.equal('');
    expect(first.slice(0, 4)).to.deep.equal([true, true, false, false]);
  });

  it('leaves no trace of a push that is refused whole', async () => {
    await start({ policy: () => ({ reason: 'No', message: 'not now' }) });
    await at.work.commit('one', { a: '1' });
    const result = await at.work.attempt('push', `${at.served.url}/shop.git`, 'main');
    expect(result.stderr).to.contain('(not now)');
    expect(await at.served.repositories.list()).to.deep.equal([]);
    expect(readdirSync(join(at.dir, 'root'))).to.deep.equal([]);
  });

  it('asks for a token', async () => {
    await start();
    await at.work.commit('one', { a: '1' });
    const result = await at.work.attempt('push', at.served.url.replace(TOKEN, 'wrong'), 'main');
    expect(result.code).to.not.equal(0);
    const answer = await fetch(`${at.served.origin}/shop.git/info/refs?service=git-receive-pack`);
    expect(answer.status).to.equal(401);
    expect(answer.headers.get('www-authenticate')).to.equal('Basic realm="pilotage"');
  });

  it('takes a push of the type that git sends only, which no form of a web page has', async () => {
    await start();
    const url = new URL(`${at.served.origin}/shop.git/git-receive-pack`);
    const authorization = `Basic ${Buffer.from(`git:${TOKEN}`).toString('base64')}`;
    for (const type of ['text/plain', 'application/x-git-upload-pack-request']) {
      const headers = { authorization, 'content-type': type };
      const answer = await fetch(url, { method: 'POST', headers, body: '0000' });
      expect(answer.status, type).to.equal(415);
    }
    expect(await at.served.repositories.list()).to.deep.equal([]);
  });

  it('streams progress to the pusher while the delivery runs, and lets it go away', async () => {
    let finish = () => {};
    let aborted = () => {};
    const sawAbort = new Promise<void>((resolve) => {
      aborted = resolve;
    });
    await start({
      onPush: async (_push, report, signal) => {
        report('shop/main → dev');
        signal.addEventListener('abort', aborted);
        await new Promise<void>((resolve) => {
          finish = resolve;
          signal.addEventListener('abort', () => resolve());
        });
        report('ready');
      },
    });
    const url = `${at.served.url}/shop.git`;
    const tip = await at.work.commit('one', { a: '1' });
    const first = at.work.start('push', url, 'main');
    await first.heard('remote: shop/main → dev');
    finish();
    expect(await first.exited).to.equal(0);
    expect(first.said()).to.contain('remote: ready');

    const second = at.work.start('push', url, 'main:other');
    await second.heard('remote: shop/main → dev');
    second.kill();
    await second.exited;
    await sawAbort;
    expect(await at.work.run('ls-remote', url, 'refs/heads/other')).to.contain(tip);
  });

  it('makes the first branch the default where main and master are absent, and keeps main where it comes along', async () => {
    await start();
    await at.work.commit('one', { a: '1' });
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, 'main:trunk');
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, 'main:another');
    await at.work.run('push', '-q', `${at.served.url}/other.git`, 'main:feature', 'main:main');
    expect(await (await at.served.repositories.find('shop'))?.defaultBranch()).to.equal('trunk');
    expect(await (await at.served.repositories.find('other'))?.defaultBranch()).to.equal('main');
    expect(await (await clone()).run('branch', '--show-current')).to.equal('trunk');
  });

  it('refuses a push from a shallow clone whose parents are absent, and says what to do', async () => {
    await start();
    await at.work.commit('one', { a: '1' });
    await at.work.commit('two', { a: '2' });
    const clones = new Git(join(at.dir, 'clones'));
    await clones.run('clone', '-q', '--depth', '1', `file://${at.work.dir}`, 'shallow');
    const result = await new Git(join(clones.dir, 'shallow')).attempt(
      'push',
      `${at.served.url}/shop.git`,
      'main',
    );
    expect(result.code).to.not.equal(0);
    expect(result.stderr).to.contain('--unshallow');
    expect(await at.served.repositories.list()).to.deep.equal([]);
  });

  it('receives no pack while the disk is nearly full, and says why; deletes a branch all the same', async () => {
    let isFull = false;
    const lack = { reason: 'InsufficientStorage', message: 'the disk has 3 MiB left', remedy: 'Make room.' };
    await start({ lacksRoom: () => (isFull ? lack : undefined) });
    await at.work.commit('first', { 'a.txt': 'one\n' });
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, 'main', 'main:old');
    isFull = true;
    await at.work.commit('second', { 'a.bin': noise(3_000_000) });
    const refused = await at.work.attempt('push', `${at.served.url}/shop.git`, 'main');
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.contain('the disk has 3 MiB left').and.to.contain('Make room.');
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, ':old');
    isFull = false;
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, 'main');
  });

  it('refuses a push that is larger than allowed', async () => {
    await start({ maxBytes: 100_000 });
    await at.work.run('config', 'http.postBuffer', '65536');
    await at.work.commit('big', { blob: noise(250_000) });
    const result = await at.work.attempt('push', `${at.served.url}/shop.git`, 'main');
    expect(result.code).to.not.equal(0);
    expect(result.stderr).to.contain('the push has more than');
    expect(await at.served.repositories.list()).to.deep.equal([]);
  });

  it('serialises pushes that arrive together: one wins, the others are told to fetch', async () => {
    await start();
    await at.work.commit('one', { a: '1' });
    await at.work.run('push', '-q', `${at.served.url}/shop.git`, 'main');
    const clones = [await clone(), await clone(), await clone()];
    await Promise.all(clones.map((copy, i) => copy.commit(`from ${i}`, { [`f${i}`]: `${i}` })));
    const results = await Promise.all(clones.map((copy) => copy.attempt('push', 'origin', 'main')));
    expect(results.filter(({ code }) => code === 0)).to.have.length(1);
  });

  it('says plainly that a repository does not exist or cannot be named so', async () => {
    await start();
    await at.work.commit('one', { a: '1' });
    expect((await at.work.attempt('fetch', `${at.served.url}/nothing.git`)).stderr).to.contain(
      'there is no repository nothing',
    );
    expect((await at.work.attempt('push', `${at.served.url}/Sh_op.git`, 'main')).stderr).to.contain(
      'lower-case letters',
    );
  });
});
