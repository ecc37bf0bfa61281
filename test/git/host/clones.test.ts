import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { objectsToSend } from '../../../src/git/history/reachable.ts';
import { drop, Git, hasGit, scratch } from '../support/git.ts';
import { randomHistory, seeded } from '../support/history.ts';
import { startHost, type TestHost } from '../support/host.ts';

const git = hasGit() ? describe : describe.skip;

git('a clone of the git host, with real git', () => {
  let dir: string;
  let served: TestHost;
  let work: Git;
  const start = async (options: Parameters<typeof startHost>[1] = {}) => {
    served = await startHost(join(dir, 'root'), options);
  };

  beforeEach(async () => {
    dir = scratch();
    work = await Git.init(join(dir, 'work'));
  });
  afterEach(async () => {
    await served.stop();
    drop(dir);
  });
  const clone = async (...args: string[]): Promise<Git> => {
    const at = new Git(join(dir, 'clones'));
    const name = `clone-${readdirSync(at.dir).length}`;
    await at.run('clone', '-q', ...args, `${served.url}/shop.git`, name);
    return new Git(join(at.dir, name));
  };

  it('gives random histories to git object by object', async () => {
    await start();
    const repo = await served.repositories.create('shop');
    const tip = (await randomHistory(repo, seeded(3), 50)).at(-1) ?? '';
    await repo.moveBranch('main', tip, null);
    const copy = await clone('--bare');
    await copy.run('fsck', '--strict');
    const cloned = (await copy.run('rev-list', '--objects', 'main'))
      .split('\n')
      .map((line) => line.slice(0, 40));
    expect(cloned.sort()).to.deep.equal([...(await objectsToSend(repo.store, { tips: [tip] }))].sort());
  });

  for (const version of ['0', '2'])
    it(`gives a clone what its refs lead to, and nothing else that packs hold (protocol ${version})`, async () => {
      await start();
      const url = `${served.url}/shop.git`;
      const secrets: string[] = [];
      await work.commit('first', { 'a.txt': 'first' });
      for (let i = 0; i < 4; i++) {
        await work.run('checkout', '-q', '-b', `topic-${i}`);
        secrets.push(await work.commit(`topic ${i}`, { [`secret-${i}`]: `secret ${i}\n`.repeat(60) }));
        await work.run('checkout', '-q', 'main');
        await work.commit(`c${i}`, { 'a.txt': `${i}\n`.repeat(60), [`folder/f${i}`]: `${i}` });
        await work.run('push', '-q', url, 'main', `topic-${i}`);
      }
      await work.run('tag', '-a', 'v1', '-m', 'one', 'main~1');
      await work.run('push', '-q', url, 'v1');
      for (const i of [0, 1, 3]) await work.run('push', '-q', url, `:topic-${i}`);
      const repository = await served.repositories.find('shop');
      await repository?.keep('deployed/1', secrets[1] ?? '');
      for (let round = 0; round < 2; round++) {
        const copy = await clone('--mirror', '-c', `protocol.version=${version}`);
        await copy.run('fsck', '--strict');
        const all = await copy.run('cat-file', '--batch-all-objects', '--batch-check=%(objectname)');
        const wanted = await work.run('rev-list', '--objects', '--no-object-names', 'main', 'topic-2', 'v1');
        expect(all.split('\n')).to.deep.equal(wanted.split('\n').sort());
        for (const i of [0, 1, 3]) expect(all).not.to.contain(secrets[i]);
      }
    });

  it('gives back a history of thousands of commits', async function () {
    this.timeout(60_000);
    await start();
    const stream = Array.from({ length: 5000 }, (_, i) =>
      [
        'commit refs/heads/main',
        `committer Ada <ada@example.com> ${1_700_000_000 + i} +0000`,
        'data 2',
        'c ',
        `M 100644 inline dir${i % 20}/file${i % 100}`,
        `data ${`${i}`.length + 5}`,
        `text${i} `,
        '',
      ].join('\n'),
    ).join('');
    work.write('stream', stream);
    execFileSync('sh', ['-c', 'git fast-import --quiet < stream'], { cwd: work.dir });
    const url = `${served.url}/shop.git`;
    await work.run('push', '-q', url, 'main');
    const copy = await clone('--bare');
    expect(await copy.run('rev-parse', 'main')).to.equal(await work.run('rev-parse', 'main'));
    await copy.run('fsck', '--strict');
  });
});
