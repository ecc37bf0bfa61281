import { expect } from 'chai';
import { objectsToSend } from '../../../src/git/history/reachable.ts';
import { hasGit } from '../support/git.ts';
import { randomHistory, seeded } from '../support/history.ts';
import { useHost } from '../support/hostsuite.ts';

const git = hasGit() ? describe : describe.skip;

git('a clone of the git host, with real git', () => {
  const at = useHost();
  const { start, clone } = at;

  it('gives random histories to git object by object', async () => {
    await start();
    const repo = await at.served.repositories.create('shop');
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
      const url = `${at.served.url}/shop.git`;
      const secrets: string[] = [];
      await at.work.commit('first', { 'a.txt': 'first' });
      for (let i = 0; i < 4; i++) {
        await at.work.run('checkout', '-q', '-b', `topic-${i}`);
        secrets.push(await at.work.commit(`topic ${i}`, { [`secret-${i}`]: `secret ${i}\n`.repeat(60) }));
        await at.work.run('checkout', '-q', 'main');
        await at.work.commit(`c${i}`, { 'a.txt': `${i}\n`.repeat(60), [`folder/f${i}`]: `${i}` });
        await at.work.run('push', '-q', url, 'main', `topic-${i}`);
      }
      await at.work.run('tag', '-a', 'v1', '-m', 'one', 'main~1');
      await at.work.run('push', '-q', url, 'v1');
      for (const i of [0, 1, 3]) await at.work.run('push', '-q', url, `:topic-${i}`);
      const repository = await at.served.repositories.find('shop');
      await repository?.keep('deployed/1', secrets[1] ?? '');
      for (let round = 0; round < 2; round++) {
        const copy = await clone('--mirror', '-c', `protocol.version=${version}`);
        await copy.run('fsck', '--strict');
        const all = await copy.run('cat-file', '--batch-all-objects', '--batch-check=%(objectname)');
        const wanted = await at.work.run(
          'rev-list',
          '--objects',
          '--no-object-names',
          'main',
          'topic-2',
          'v1',
        );
        expect(all.split('\n')).to.deep.equal(wanted.split('\n').sort());
        for (const i of [0, 1, 3]) expect(all).not.to.contain(secrets[i]);
      }
    });

  it('gives back a history of thousands of commits', async function () {
    this.timeout(60_000);
    await start();
    await at.work.history(5000);
    const url = `${at.served.url}/shop.git`;
    await at.work.run('push', '-q', url, 'main');
    const copy = await clone('--bare');
    expect(await copy.run('rev-parse', 'main')).to.equal(await at.work.run('rev-parse', 'main'));
    await copy.run('fsck', '--strict');
  });
});
