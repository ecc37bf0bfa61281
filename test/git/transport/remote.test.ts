import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { openRemote } from '../../../src/git/transport/remote.ts';
import { AskedTooOften, statusProblem } from '../../../src/git/transport/remote-errors.ts';
import type { Remote } from '../../../src/git/transport/transport.ts';
import { drop, Git, hasGit, scratch } from '../support/git.ts';
import { commit, randomHistory, seeded } from '../support/history.ts';
import { startHost, type TestHost } from '../support/host.ts';

const problemFrom = (promise: Promise<unknown>) => promise.then(() => undefined, problemOf);

describe('a remote', () => {
  let dir: string;
  let mirror: OpenRepository;
  beforeEach(async () => {
    dir = scratch();
    mirror = await openRepository(join(dir, 'mirror.git'), { create: true });
  });
  afterEach(() => {
    mirror.close();
    drop(dir);
  });

  /** What must hold of every remote, wherever it is: no git program is involved on either side. */
  const behaves = (
    where: string,
    setUp: () => Promise<{ remote: Remote; far: OpenRepository; tearDown: () => Promise<void> }>,
  ) =>
    describe(where, () => {
      let remote: Remote;
      let far: OpenRepository;
      let tearDown: () => Promise<void>;
      beforeEach(async () => {
        ({ remote, far, tearDown } = await setUp());
      });
      afterEach(() => tearDown());

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
        expect(await mirror.branches()).to.deep.equal({ main: middle });
        await far.moveBranch('main', tip, middle);
        await far.moveBranch('other', middle, null);
        await remote.fetch(mirror, ['main', 'other']);
        expect(await mirror.branches()).to.deep.equal({ main: tip, other: middle });
        expect(await mirror.log(tip, { allParents: true })).to.deep.equal(
          await far.log(tip, { allParents: true }),
        );
        expect(await mirror.defaultBranch()).to.equal('main');
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

      it('without the branch asked for says so, and the mirror keeps what it had', async () => {
        const one = await commit(far, { a: '1' });
        await far.moveBranch('main', one, null);
        await far.moveBranch('gone', one, null);
        await remote.fetch(mirror, ['gone']);
        far.refs.update('refs/heads/gone', null, one);
        expect((await problemFrom(remote.fetch(mirror, ['gone', 'main'])))?.reason).to.equal('BranchMissing');
        expect(await mirror.branches()).to.deep.equal({ gone: one, main: one });
      });

      it('takes a push of a new branch and of a descendant', async () => {
        const one = await commit(far, { a: '1' });
        await far.moveBranch('main', one, null);
        await remote.fetch(mirror, ['main']);
        const two = await commit(mirror, { a: '2' }, [one]);
        expect(await remote.push(mirror, 'main', two, one)).to.equal('pushed');
        expect(await remote.push(mirror, 'prod', two, null)).to.equal('pushed');
        expect(await far.branches()).to.deep.equal({ main: two, prod: two });
      });

      it('rejects a push when its branch is elsewhere than expected, or the push would lose commits', async () => {
        const one = await commit(far, { a: '1' });
        await far.moveBranch('main', one, null);
        await remote.fetch(mirror, ['main']);
        const two = await commit(mirror, { a: '2' }, [one]);
        const stranger = await commit(mirror, { a: '3' });
        expect(await remote.push(mirror, 'main', two, null)).to.equal('rejected');
        expect(await remote.push(mirror, 'main', two, two)).to.equal('rejected');
        expect(await remote.push(mirror, 'main', stranger, one)).to.equal('rejected');
        expect(await far.branches()).to.deep.equal({ main: one });
      });
    });

  behaves('over http', async () => {
    const served = await startHost(join(dir, 'root'));
    const far = await served.repositories.create('shop');
    const remote = openRemote(`${served.url}/shop.git`, { logger: silentLogger });
    return { remote, far, tearDown: () => served.stop() };
  });

  behaves('on this disk', async () => {
    const far = await openRepository(join(dir, 'far.git'), { create: true });
    return { remote: openRemote(far.dir, { logger: silentLogger }), far, tearDown: async () => far.close() };
  });

  describe('that fails', () => {
    let served: TestHost;
    beforeEach(async () => {
      served = await startHost(join(dir, 'root'));
    });
    afterEach(() => served.stop());
    const listing = (url: string) => problemFrom(openRemote(url, { logger: silentLogger }).listBranches());

    it('says that credentials are refused', async () => {
      await served.repositories.create('shop');
      expect((await listing(`${served.origin}/shop.git`))?.reason).to.equal('AuthenticationFailed');
    });

    it('says that there is no repository', async () => {
      expect((await listing(`${served.url}/absent.git`))?.reason).to.equal('NotARepository');
      const page = createServer((_req, res) => res.end('<html>hello</html>'));
      await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve));
      const { port } = page.address() as AddressInfo;
      expect((await listing(`http://127.0.0.1:${port}/x`))?.reason).to.equal('NotARepository');
      page.closeAllConnections();
      page.close();
      expect((await listing(`http://127.0.0.1:${port}/x`))?.reason).to.equal('RemoteUnreachable');
      expect((await listing(dir))?.reason).to.equal('NotARepository');
      expect((await listing(join(dir, 'absent')))?.reason).to.equal('RemoteUnreachable');
    });

    it('is one whose answers have a type with parameters, or in capitals', async () => {
      const far = await served.repositories.create('shop');
      const tip = await commit(far, { a: '1' });
      await far.moveBranch('main', tip, null);
      const proxy = createServer((req, res) => {
        const { method = '', headers } = req;
        const asked = request(`${served.url}${req.url}`, { method, headers }, (answer) => {
          const type = (answer.headers['content-type'] ?? '').replace('x-git', 'X-Git');
          res.writeHead(answer.statusCode ?? 0, { 'content-type': `${type}; charset=utf-8` });
          answer.pipe(res);
        });
        req.pipe(asked);
      });
      await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
      const { port } = proxy.address() as AddressInfo;
      const remote = openRemote(`http://127.0.0.1:${port}/shop.git`, { logger: silentLogger });
      expect((await remote.listBranches()).branches).to.deep.equal({ main: tip });
      proxy.closeAllConnections();
      proxy.close();
    });

    it('says that its HEAD names no branch, and what to do about it', async () => {
      const far = await served.repositories.create('shop');
      await far.moveBranch('trunk', await commit(far, { a: '1' }), null);
      const remote = openRemote(`${served.url}/shop.git`, { logger: silentLogger });
      expect((await problemFrom(remote.fetch(mirror, ['trunk'])))?.remedy).to.contain('default branch');
    });

    it('says when it may be asked again: seconds, or a date by its own clock; nothing else is believed', () => {
      const waits = (status: number, headers: Record<string, string>) => {
        const error = statusProblem('https://git.example.com/shop', status, headers);
        return error instanceof AskedTooOften ? error.waitMs : undefined;
      };
      const [date, later] = ['Tue, 01 Dec 2026 10:00:00 GMT', 'Tue, 01 Dec 2026 10:02:00 GMT'];
      expect(waits(429, { 'retry-after': '30' })).to.equal(30_000);
      expect(waits(503, { 'retry-after': later, date })).to.equal(120_000);
      expect(waits(429, { 'retry-after': '99999999' })).to.equal(3_600_000);
      for (const text of ['-5', 'soon', date, ''])
        expect(waits(429, { 'retry-after': text, date })).to.equal(undefined);
      expect(waits(500, { 'retry-after': '30' })).to.equal(undefined);
    });

    it('never shows credentials', async () => {
      const remote = openRemote(`${served.url}/absent.git`, { logger: silentLogger });
      expect(remote.url).to.equal(`${served.origin}/absent.git`);
      expect(JSON.stringify(await problemFrom(remote.listBranches()))).to.not.contain('secret');
    });

    it('stops when it is told to', async () => {
      await served.repositories.create('shop');
      const remote = openRemote(`${served.url}/shop.git`, { logger: silentLogger });
      const error = await remote.listBranches(AbortSignal.abort()).then(
        () => undefined,
        (thrown) => thrown,
      );
      expect(error.name).to.equal('AbortError');
    });
  });

  (hasGit() ? describe : describe.skip)('that system git made', () => {
    it('is read with its packs, packed refs and linked work trees', async () => {
      const far = await Git.init(join(dir, 'far'));
      for (let i = 0; i < 5; i++) await far.commit(`c${i}`, { a: `${i}\n`.repeat(100) });
      await far.run('gc', '-q');
      await far.run('pack-refs', '--all');
      await far.run('worktree', 'add', '-q', '-b', 'side', join(dir, 'linked'));
      const tip = await far.run('rev-parse', 'main');
      for (const path of [far.dir, join(dir, 'linked'), `file://${far.dir}`]) {
        const { branches } = await openRemote(path, { logger: silentLogger }).listBranches();
        expect(branches).to.deep.equal({ main: tip, side: tip });
      }
      await openRemote(far.dir, { logger: silentLogger }).fetch(mirror, ['main']);
      expect(await mirror.log(tip)).to.have.length(5);
    });

    it('is not pushed to where the branch is checked out, and stays sound where it is not', async () => {
      const far = await Git.init(join(dir, 'far'));
      const one = await far.commit('one', { a: '1' });
      const remote = openRemote(far.dir, { logger: silentLogger });
      await remote.fetch(mirror, ['main']);
      const two = await commit(mirror, { a: '2' }, [one]);
      expect((await problemFrom(remote.push(mirror, 'main', two, one)))?.reason).to.equal('PushRefused');
      expect(await remote.push(mirror, 'prod', two, null)).to.equal('pushed');
      expect(await far.run('rev-parse', 'prod')).to.equal(two);
      await far.run('fsck', '--strict');
    });
  });
});
