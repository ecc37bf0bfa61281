import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PUSH_LOG } from '../../../src/git/store/pushlog.ts';
import type { Principal } from '../../../src/git/types.ts';
import { drop, Git, hasGit, scratch } from '../support/git.ts';
import { startHost, type TestHost } from '../support/host.ts';

const git = hasGit() ? describe : describe.skip;
if (!hasGit()) console.warn('git is not installed: the tests of recorded pushes are skipped');

git('the host records of a push', () => {
  let dir: string;
  let served: TestHost;
  let work: Git;
  let who: Principal;
  let url: string;

  beforeEach(async () => {
    dir = scratch();
    who = { name: 'eve', verified: true };
    served = await startHost(join(dir, 'root'), { authorize: () => who });
    url = `${served.url}/shop.git`;
    work = await Git.init(join(dir, 'work'));
  });
  afterEach(async () => {
    await served.stop();
    drop(dir);
  });

  const push = (...refs: string[]) => work.run('push', '-q', url, ...refs);
  const pushesOf = async (...commits: string[]) =>
    (await (await served.repositories.find('shop'))?.pushesOf(new Set(commits))) ?? [];
  const pushersOf = async (...commits: string[]) => (await pushesOf(...commits)).map(({ by }) => by);

  it('who moved which ref from where to where, and what that put there', async () => {
    const one = await work.commit('one', { a: '1' });
    await push('main');
    const two = await work.commit('two', { a: '2' });
    await push('main');
    const [last] = await pushesOf(two);
    expect(last).to.deep.include({ by: 'eve', verified: true, commits: [two] });
    expect(last?.move).to.deep.equal({ ref: 'refs/heads/main', from: one, to: two });
    expect((await pushesOf(one)).map(({ move }) => move?.from)).to.deep.equal([null]);
  });

  it('the owner of a program, and the program', async () => {
    who = { name: 'robot:eve.ci', owner: 'eve', verified: true, aliases: ['eve@x.org'] };
    const one = await work.commit('one', { a: '1' });
    await push('main');
    expect((await pushesOf(one))[0]).to.deep.include({
      by: 'eve',
      program: 'robot:eve.ci',
      aliases: ['eve@x.org'],
    });
  });

  it('that the name was only claimed, where it was', async () => {
    who = { name: 'ann' };
    const one = await work.commit('one', { a: '1' });
    await push('main');
    expect((await pushesOf(one))[0]).to.deep.include({ by: 'ann', verified: false });
  });

  it('whoever took the commits of another to a branch, beside the other', async () => {
    await work.commit('one', { a: '1' });
    await push('main');
    const evil = await work.commit('evil', { a: '2' });
    await push('main:side');
    who = { name: 'bob', verified: true };
    await push('main');
    expect(await pushersOf(evil)).to.deep.equal(['bob', 'eve']);
  });

  it('nothing against whoever gives a new name to what is there, or deletes it', async () => {
    const one = await work.commit('one', { a: '1' });
    await push('main');
    who = { name: 'bob', verified: true };
    await push('main:release', 'main:refs/tags/v1');
    await push(':release');
    expect(await pushersOf(one)).to.deep.equal(['eve']);
  });

  it('what comes with an annotated tag, which a branch may take later', async () => {
    await work.commit('one', { a: '1' });
    await push('main');
    const two = await work.commit('two', { a: '2' });
    await work.run('tag', '-a', 'v2', '-m', 'two');
    await push('v2');
    expect(await pushersOf(two)).to.deep.equal(['eve']);
  });

  it('each commit of a push, however many it brings: the oldest of them are somebody’s too', async function () {
    this.timeout(60_000);
    const most = 10_050;
    await work.history(most);
    await push('main');
    const [oldest = ''] = (await work.run('rev-list', '--max-parents=0', 'main')).split('\n');
    expect(await pushersOf(oldest)).to.deep.equal(['eve']);
    const [record] = await pushesOf(oldest);
    expect(record?.commits).to.have.length(most);
  });

  it('nothing of a push that is refused', async () => {
    const one = await work.commit('one', { a: '1' });
    await push('main');
    const refused = await work.commit('two', { a: '2' });
    await work.attempt('push', '--atomic', url, 'main', 'main:refs/notes/x');
    expect(await pushersOf(refused)).to.deep.equal([]);
    expect(await pushersOf(one)).to.deep.equal(['eve']);
  });

  it('and takes none that it cannot record: nobody would answer for it', async () => {
    await work.commit('one', { a: '1' });
    await push('main');
    const repository = join(dir, 'root', 'shop.git');
    const two = await work.commit('two', { a: '2' });
    const log = join(repository, PUSH_LOG);
    drop(log);
    mkdirSync(log);
    expect((await work.attempt('push', url, 'main')).code).to.not.equal(0);
    expect(await work.run('ls-remote', url, 'main')).not.to.contain(two);
  });
});
