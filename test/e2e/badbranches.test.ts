import { join } from 'node:path';
import { expect } from 'chai';
import { broken, keepsServing } from './broken.ts';
import { eventually, fetchText, Pilotage, statusOf } from './harness.ts';
import { run } from './processes.ts';

/** What is pushed can be read, but its branch or its remote is not as it should be. One Pilotage; each sentence has a delivery of its own. */
describe('e2e: branches and remotes that are not as they should be', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  before(async () => {
    pilotage = await Pilotage.start();
  });
  after(() => pilotage.stop());

  it('a push that re-points another environment, or reaches for a namespace of the cluster, is told what it only proposes', async () => {
    const work = await pilotage.repository('bent');
    await work.push();
    await work.edit('pilotage.yaml', (text) =>
      text
        .replace('{name: preprod, branch: preprod, promotion: {from: dev}}', '{name: preprod, branch: main}')
        .replace('{name: dev, branch: main}', '{name: dev, branch: main, namespace: kube-system}'),
    );
    await work.commit('bend it');
    const said = (await work.push()).stderr.replaceAll(/\s*\nremote: +/g, ' ');
    expect(said).to.match(
      /\[preprod\] pilotage\.yaml of main asks for branch preprod → main, promotion from dev/,
    );
    expect(said).to.contain('pilotage accept bent/preprod');
    expect(said).to.match(/\[dev\] .*namespace kube-system belongs to the cluster/);
    expect(await statusOf(pilotage, 'bent', 'dev')).to.include({ namespace: 'bent-dev', health: 'Healthy' });
  });

  it('a missing pilotage.yaml freezes what it governed, with the reason', async () => {
    const { url } = await broken(pilotage, 'frozen', async (work) => {
      await work.git('rm', '--quiet', 'pilotage.yaml');
    });
    const status = await eventually('it is frozen', async () => {
      const seen = await statusOf(pilotage, 'frozen', 'dev');
      return seen?.phase === 'Frozen' && seen;
    });
    expect(status.message).to.contain('pilotage.yaml');
    await keepsServing(pilotage, 'frozen', url);
  });

  it('a missing branch freezes its environment, with the reason', async () => {
    const work = await pilotage.repository('gone');
    expect((await work.push('main', 'main:preprod')).code).to.equal(0);
    expect((await pilotage.cli('wait', 'gone/preprod', '--timeout', '60s')).code).to.equal(0);
    const url = (await statusOf(pilotage, 'gone', 'preprod'))?.urls[0] ?? '';
    expect((await work.push('--delete', 'preprod')).code).to.equal(0);
    const status = await eventually('it is frozen', async () => {
      const seen = await statusOf(pilotage, 'gone', 'preprod');
      return seen?.phase === 'Frozen' && seen;
    });
    expect(status.message).to.contain('preprod');
    expect((await fetchText(url)).status).to.equal(200);
  });

  it('a merge that diverged is refused, naming what the source lacks and how to bring it back', async () => {
    const work = await pilotage.repository('diverged');
    expect((await work.push('main', 'main:preprod')).code).to.equal(0);
    await work.git('checkout', '--quiet', '-b', 'preprod');
    await work.write('values/preprod.yaml', 'greeting: hotfix\n');
    await work.commit('hotfix by hand');
    expect((await work.push('preprod')).code).to.equal(0);
    await work.git('checkout', '--quiet', 'main');
    await work.write('values/dev.yaml', 'greeting: next\n');
    await work.commit('next');
    expect((await work.push()).code).to.equal(0);
    const { code, stdout } = await pilotage.cli('promote', 'diverged/preprod');
    expect(code).to.equal(1);
    expect(stdout).to.contain('hotfix by hand').and.contain('git cherry-pick');
    expect((await pilotage.cli('wait', 'diverged/preprod', '--timeout', '60s')).code).to.equal(0);
  });

  it('a force-push to a branch of an environment is refused, and says what to do instead', async () => {
    const work = await pilotage.repository('forced');
    expect((await work.push()).code).to.equal(0);
    await work.git('commit', '--quiet', '--amend', '-m', 'another history');
    const { code, stderr } = await work.push('--force', 'main');
    expect(code).to.equal(1);
    expect(stderr).to.contain('remote rejected').and.contain('git revert');
  });

  it('a second push to an environment that is well supersedes nothing', async () => {
    const { pushed } = await broken(pilotage, 'calm', (work) =>
      work.write('values/dev.yaml', 'greeting: again\n'),
    );
    expect(pushed.stderr)
      .to.contain('calm-dev is healthy')
      .and.not.match(/supersede|gives way/);
  });

  it('an unreachable remote is named in the status, and freezes nothing else', async () => {
    const { code } = await pilotage.cli('connect', 'far', 'http://127.0.0.1:9/nowhere.git');
    expect(code).to.equal(0);
    await eventually('the status names it', async () => {
      const report = await pilotage.json<{ deliveries: { name: string; message: string }[] }>('status');
      return report.deliveries.some(({ name, message }) => name === 'far' && message.includes('127.0.0.1:9'));
    });
  });

  it('a force-push to a remote repository holds the environment until somebody acknowledges it', async () => {
    const work = await pilotage.repository('held');
    const bare = join(pilotage.dir, 'held.git');
    await run('git', ['clone', '--quiet', '--bare', work.dir, bare]);
    expect((await pilotage.cli('connect', 'held', bare, '--poll', '1')).code).to.equal(0);
    expect((await pilotage.cli('wait', 'held/dev', '--timeout', '60s')).code).to.equal(0);
    await work.git('commit', '--quiet', '--amend', '-m', 'another history');
    await run('git', ['push', '--quiet', '--force', bare, 'main'], { cwd: work.dir });
    await eventually('it is held', async () => {
      const seen = await statusOf(pilotage, 'held', 'dev');
      return /descend|force/i.test(seen?.message ?? '');
    });
    const { code, stdout, stderr } = await pilotage.cli('sync', 'held/dev', '--acknowledge', '--wait');
    expect(code, stdout + stderr).to.equal(0);
  });
});
