import { expect } from 'chai';
import { eventually, Pilotage, statusOf, type Work } from './harness.ts';

/** The example of docs/promotion.md: git flow's branches as environments, and a release that fails in the last of them. */
describe('e2e: git flow', function () {
  this.timeout(180_000);
  let pilotage: Pilotage;
  let work: Work;
  before(async () => {
    pilotage = await Pilotage.start();
    work = await pilotage.repository('flow', 'gitflow');
    await work.git('branch', '--move', 'main', 'develop');
  });
  after(() => pilotage?.stop());

  const ok = async (...args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await pilotage.cli(...args);
    expect(code, `${args.join(' ')}: ${stdout}${stderr}`).to.equal(0);
    return stdout;
  };
  const noteIn = async (environment: string): Promise<string> =>
    (
      await pilotage.kubectl(
        ...['-n', `flow-${environment}`, 'get', 'configmap', 'notes', '-o', 'jsonpath={.data.release}'],
      )
    ).stdout;
  const note = async (release: string): Promise<string> => {
    await work.edit('web/notes.yaml', (text) => text.replace(/release: ".*"/, `release: "${release}"`));
    return work.commit(`Release ${release}`);
  };

  it('develops on develop, makes a release by the first promotion, and finishes it by the second', async () => {
    const { code, stderr } = await work.push('develop');
    expect(code, stderr).to.equal(0);
    await ok('promote', 'flow/staging', '--wait');
    await ok('promote', 'flow/prod', '--wait');
    expect(await Promise.all(['dev', 'staging', 'prod'].map(noteIn))).to.deep.equal(['1', '1', '1']);
  });

  it('brings a hotfix on main back to develop, and goes on with it', async () => {
    await work.git('fetch', '--quiet', work.remote, 'main');
    await work.git('checkout', '--quiet', '-b', 'hotfix', 'FETCH_HEAD');
    await note('1.0.1');
    expect((await work.push('hotfix:main')).code).to.equal(0);
    await ok('wait', 'flow/prod', '--timeout', '60s');
    expect(await noteIn('prod')).to.equal('1.0.1');
    expect((await pilotage.cli('promote', 'flow/prod')).code).to.equal(1);
    expect(await ok('backport', 'flow/prod')).to.contain('develop');
    await eventually('develop has the hotfix', async () => (await noteIn('dev')) === '1.0.1', 30_000);
    await ok('wait', 'flow/dev', '--timeout', '60s');
    await ok('promote', 'flow/staging', '--wait');
    await ok('promote', 'flow/prod');
  });

  it('takes back a release that fails in prod, says why in git, and does not bring it again', async () => {
    await work.git('fetch', '--quiet', work.remote, 'develop');
    await work.git('checkout', '--quiet', '-B', 'develop', 'FETCH_HEAD');
    await work.edit('web/web.yaml', (text) => text.replace('value: nowhere', 'value: flow-prod'));
    await note('2');
    expect((await work.push('develop')).code).to.equal(0);
    await ok('promote', 'flow/staging', '--wait');
    await ok('wait', 'flow/prod', '--timeout', '60s');
    await ok('promote', 'flow/prod');
    await eventually(
      'it is taken back',
      async () => (await noteIn('prod')) === '1.0.1' && (await reverted()),
      90_000,
    );
    await ok('wait', 'flow/prod', '--timeout', '60s');
    expect((await statusOf(pilotage, 'flow', 'prod'))?.message).to.contain(
      'no route to the database of flow-prod',
    );
    const again = await pilotage.cli('promote', 'flow/prod');
    expect(again.code).to.equal(1);
    expect(again.stdout).to.contain('--again');
    expect(await ok('history', 'flow/prod'))
      .to.contain('which failed')
      .and.contain('promoted from staging');
  });

  const reverted = async (): Promise<boolean> => {
    await work.git('fetch', '--quiet', work.remote, 'main');
    const message = await work.git('log', '-1', '--format=%B', 'FETCH_HEAD');
    return (
      message.startsWith('Revert "') &&
      message.includes('    ') &&
      message.includes('Pilotage-Reverts: staging@')
    );
  };
});
