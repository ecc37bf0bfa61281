import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { cliAs } from './accounts.ts';
import { eventually, fetchText, main, Pilotage, statusOf, type Work } from './harness.ts';
import { run as start } from './processes.ts';

interface Promotion {
  readonly outcome: string;
  readonly mergeCommit?: string;
  readonly gates: readonly { gate: string; state: string; reason: string }[];
  readonly problems: readonly { reason: string; message: string; remedy?: string }[];
}

describe('e2e: from git push to production', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let work: Work;

  before(async () => {
    pilotage = await Pilotage.start();
    work = await pilotage.repository('web');
  });
  after(() => pilotage.stop());

  const version = async (environment: string): Promise<Record<string, string>> => {
    const status = await statusOf(pilotage, 'web', environment);
    return JSON.parse((await fetchText(status?.urls[0] ?? '')).text) as Record<string, string>;
  };

  it('rolls a pushed commit out and tells the pusher each step on the same connection', async () => {
    const { code, stderr } = await work.push();
    expect(code, stderr).to.equal(0);
    for (const word of ['web', 'dev', 'web-dev', 'rendered', 'create', 'healthy', 'http://127.0.0.1:']) {
      expect(stderr.toLowerCase()).to.contain(word);
    }
    expect((await pilotage.cli('wait', 'web/dev', '--for', 'healthy', '--timeout', '60s')).code).to.equal(0);
    expect(await version('dev')).to.include({ version: 'one', greeting: 'hello dev' });
  });

  it('says in the status what the contract for scripts says', async () => {
    const head = await work.git('rev-parse', 'HEAD');
    expect(await statusOf(pilotage, 'web', 'dev')).to.include({
      name: 'dev',
      branch: 'main',
      namespace: 'web-dev',
      wantedRevision: head,
      deployedRevision: head,
      sync: 'Synced',
      health: 'Healthy',
    });
  });

  it('has nothing to change right after an apply: diff exits with 0', async () => {
    const { code, stdout, stderr } = await pilotage.cli('diff', 'web/dev');
    expect(code, stdout + stderr).to.equal(0);
  });

  it('shows what a commit would change before it is deployed: diff exits with 1', async () => {
    await work.git('checkout', '--quiet', '-b', 'trial');
    await work.edit('values/dev.yaml', () => 'greeting: hello trial\n');
    const trial = await work.commit('trial');
    expect((await work.push('trial')).code).to.equal(0);
    const { code, stdout } = await pilotage.cli('diff', 'web/dev', '--revision', trial);
    await work.git('checkout', '--quiet', 'main');
    expect(code).to.equal(1);
    expect(stdout).to.contain('hello trial').and.contain('update Deployment');
  });

  it('exits with 2 when there is nothing to compare', async () => {
    const { code, stderr } = await pilotage.cli('diff', 'web/nowhere');
    expect(code).to.equal(2);
    expect(stderr).to.contain('nowhere');
  });

  it('heals drift within two seconds', async () => {
    const scaled = await pilotage.kubectl(
      '-n',
      'web-dev',
      'patch',
      'configmap',
      'web',
      '--type=merge',
      '-p',
      '{"data":{"GREETING":"drifted"}}',
    );
    expect(scaled.code, scaled.stderr).to.equal(0);
    await eventually(
      'the value of git is back',
      async () =>
        (
          await pilotage.kubectl(
            '-n',
            'web-dev',
            'get',
            'configmap',
            'web',
            '-o',
            'jsonpath={.data.GREETING}',
          )
        ).stdout === 'hello dev',
      3_000,
    );
  });

  it('says of healed drift who changed what and what to do instead: in the history, and as an event', async () => {
    // What was healed is recorded once the pass that healed it is through.
    const history = await eventually('the history', async () => {
      const { stdout } = await pilotage.cli('history', 'web/dev');
      return stdout.includes('kubectl-patch') ? stdout : undefined;
    });
    expect(history)
      .to.contain('ConfigMap web-dev/web: kubectl-patch set data.GREETING to drifted (git: hello dev)')
      .and.match(/→ change it in git \(chart\/templates\/config\.hbs:1\)/);
    const event = await eventually('the event', async () => {
      const events = await pilotage.kubectl('-n', 'web-dev', 'get', 'events', '-o', 'wide');
      return events.stdout.split('\n').find((line) => line.includes('DriftHealed'));
    });
    expect(event).to.contain('configmap/web').and.contain('kubectl-patch set data.GREETING');
  });

  it('says what a promotion would do without doing it', async () => {
    const report = await pilotage.json<Promotion>('promote', 'web/preprod', '--dry-run');
    expect(report.outcome).to.equal('WouldPromote');
    expect((await statusOf(pilotage, 'web', 'preprod'))?.deployedRevision ?? null).to.equal(null);
  });

  it('promotes by a merge commit that carries the very same tree', async () => {
    const report = await pilotage.json<Promotion>('promote', 'web/preprod');
    expect(report.outcome).to.equal('Promoted');
    expect((await pilotage.cli('wait', 'web/preprod', '--timeout', '60s')).code).to.equal(0);
    expect(await version('preprod')).to.include({ version: 'one', greeting: 'hello preprod' });
    await work.git('fetch', '--quiet', work.remote, 'preprod');
    expect(await work.git('rev-parse', 'FETCH_HEAD^{tree}')).to.equal(
      await work.git('rev-parse', 'main^{tree}'),
    );
    expect(await work.git('log', '-1', '--format=%B', 'FETCH_HEAD')).to.contain(
      `Pilotage-Promotes: dev@${await work.git('rev-parse', 'main')}`,
    );
  });

  it('waits for an approval of somebody else than the author, and says so', async () => {
    const waiting = await pilotage.json<Promotion>('promote', 'web/prod');
    expect(waiting.outcome).to.equal('Waiting');
    expect(waiting.gates.find(({ gate }) => gate === 'approvals')?.reason).to.contain('0 of 1 approvals');
    expect((await cliAs(pilotage, 'bob', 'approve', 'web/prod')).code).to.equal(0);
    expect((await pilotage.json<Promotion>('promote', 'web/prod')).outcome).to.equal('Promoted');
    expect((await pilotage.cli('wait', 'web/prod', '--timeout', '60s')).code).to.equal(0);
    expect(await version('prod')).to.include({ greeting: 'hello prod' });
  });

  it('rolls back to the release before, stays there, and follows the branch again when told', async () => {
    await work.edit('app/server.js', (text) => text.replace("'one'", "'two'"));
    await work.commit('version two');
    expect((await work.push()).code).to.equal(0);
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '60s')).code).to.equal(0);
    expect(await version('dev')).to.include({ version: 'two' });

    expect((await pilotage.cli('rollback', 'web/dev', '--wait')).code).to.equal(0);
    expect(await version('dev')).to.include({ version: 'one' });
    const pinned = await pilotage.cli('status', 'web/dev');
    expect(pinned.stdout).to.contain('pinned');

    expect((await pilotage.cli('pin', 'web/dev', '--off')).code).to.equal(0);
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '60s')).code).to.equal(0);
    expect(await version('dev')).to.include({ version: 'two' });
  });

  it('refuses to promote over a hotfix, names it, and says how to bring it back', async () => {
    await work.git('fetch', '--quiet', work.remote, 'preprod:preprod');
    await work.git('checkout', '--quiet', 'preprod');
    await work.edit('values/preprod.yaml', () => 'greeting: hotfix\n');
    await work.commit('hotfix by hand');
    expect((await work.push('preprod')).code).to.equal(0);
    await work.git('checkout', '--quiet', 'main');
    const { code, stdout } = await pilotage.cli('promote', 'web/preprod');
    expect(code).to.equal(1);
    expect(stdout).to.contain('hotfix by hand').and.contain('git cherry-pick');
  });

  it('brings the hotfix to main when asked, and promotes over it then', async () => {
    const { code, stdout, stderr } = await pilotage.cli('backport', 'web/preprod');
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('hotfix by hand').and.contain('web/dev');
    expect((await pilotage.cli('wait', 'web/dev', '--timeout', '60s')).code).to.equal(0);
    expect((await pilotage.json<Promotion>('promote', 'web/preprod')).outcome).to.equal('Promoted');
    expect((await pilotage.cli('wait', 'web/preprod', '--timeout', '60s')).code).to.equal(0);
    expect(await version('preprod')).to.include({ greeting: 'hotfix' });
  });

  it('holds what is pushed to prod directly until somebody else approves it', async () => {
    await work.git('fetch', '--quiet', work.remote, 'prod:prod');
    await work.git('checkout', '--quiet', 'prod');
    await work.edit('values/prod.yaml', () => 'greeting: straight\n');
    const direct = await work.commit('straight to prod');
    const { stderr } = await work.push('prod');
    await work.git('checkout', '--quiet', 'main');
    expect(stderr).to.contain('pilotage approve web/prod');
    expect((await cliAs(pilotage, 'ann', 'approve', 'web/prod')).stdout).to.contain('0 of 1 approvals');
    expect(await version('prod')).to.include({ greeting: 'hello prod' });
    const approved = await cliAs(pilotage, 'bob', 'approve', 'web/prod', '--revision', direct);
    expect(approved.stdout).to.contain(`bob approves ${direct} for web/prod`);
    await eventually('it is deployed', async () => (await version('prod')).greeting === 'straight');
  });

  it('refuses a push that does not descend from what an environment has', async () => {
    await work.git('checkout', '--quiet', '--orphan', 'other');
    await work.commit('unrelated');
    const { code, stderr } = await run('--force', 'other:main');
    expect(code).to.not.equal(0);
    expect(stderr).to.contain('remote rejected');
    await work.git('checkout', '--quiet', '--force', 'main');
  });

  const run = (...args: readonly string[]) => work.push(...args);

  it('explains itself: why, history, and logs of every pod', async () => {
    expect((await pilotage.cli('why', 'web/dev')).stdout).to.contain('web/dev is Healthy');
    expect((await pilotage.cli('history', 'web/dev')).stdout).to.contain('version two');
    expect((await pilotage.cli('logs', 'web/dev')).stdout).to.contain('listening, version two');
  });

  it('gives git the token when it asks: neither a URL nor a command line has it', async () => {
    const { http, git } = pilotage.ready;
    const env = { GIT_CONFIG_GLOBAL: join(pilotage.dir, 'gitconfig'), PILOTAGE_DATA_DIR: pilotage.dataDir };
    const bare = git.replace(/\/\/.*@/, '//');
    const before = await start('git', ['ls-remote', `${bare}/web.git`], { env });
    expect(before.code).to.not.equal(0);
    const set = await start(process.execPath, [main, 'git-credential', 'setup'], { env });
    expect(set.code, set.stderr).to.equal(0);
    const { code, stdout, stderr } = await start('git', ['ls-remote', `${bare}/web.git`], { env });
    expect(code, stderr).to.equal(0);
    expect(stdout).to.contain('refs/heads/main');
    const config = await readFile(env.GIT_CONFIG_GLOBAL, 'utf8');
    expect(config)
      .to.contain(http)
      .and.to.contain('git-credential')
      .and.not.to.match(/[0-9a-f]{40}/);
  });
});
