import { expect } from 'chai';
import { eventually, Pilotage, statusOf, type Work } from './harness.ts';

interface Events {
  readonly items: readonly {
    readonly reason: string;
    readonly involvedObject: { readonly kind: string; readonly name: string; readonly uid: string };
  }[];
}

describe('e2e: hooks', function () {
  this.timeout(120_000);
  let pilotage: Pilotage;
  let work: Work;
  before(async () => {
    pilotage = await Pilotage.start();
    work = await pilotage.repository('hooks', 'hooks');
  });
  after(() => pilotage?.stop());

  const pushed = async (): Promise<string> => {
    const { stderr } = await work.push();
    return stderr.replace(/ *\nremote: {5,}/g, ' ');
  };
  const values = async (from: string, to: string): Promise<void> => {
    await work.edit('values.yaml', (text) => text.replace(from, to));
    await work.commit(to);
  };
  const get = async (...args: readonly string[]): Promise<string> =>
    (await pilotage.kubectl('get', '-n', 'hooks-dev', ...args)).stdout.trim();
  const jobs = async (): Promise<string> =>
    (await get('jobs', '-o', 'name')).replace(/job\.batch\//g, '').replace(/\n/g, ' ');
  const greeting = (): Promise<string> => get('deploy', 'web', '-o', 'jsonpath={..env[0].value}');

  /** How many Jobs of a name have ever made a pod. */
  async function runsOf(name: string): Promise<number> {
    const { items } = JSON.parse(await get('events', '-o', 'json')) as Events;
    const made = items.filter(
      ({ reason, involvedObject }) => reason === 'SuccessfulCreate' && involvedObject.kind === 'Job',
    );
    return new Set(
      made.filter(({ involvedObject }) => involvedObject.name === name).map((one) => one.involvedObject.uid),
    ).size;
  }

  it('of an installation run in their phases and by weight, and the push tells it', async () => {
    const text = await pushed();
    const order = [
      'migrate (PreSync) succeeded',
      'seed (PreSync) succeeded',
      'applied 2 objects',
      'verify (PostSync) succeeded',
      'hooks-dev is healthy',
    ];
    const places = order.map((one) => text.indexOf(one));
    expect(places, text)
      .to.deep.equal([...places].sort((a, b) => a - b))
      .and.not.include(-1);
    // `seed` is deleted by its policy; `goodbye` and the test are not due.
    expect(await jobs()).to.equal('migrate verify');
  });

  it('do not run for a commit that changes another app, and are not taken for drift', async () => {
    await work.edit('plain/notes.yaml', (text) => text.replace('first', 'second'));
    await work.commit('notes');
    expect(await pushed())
      .to.contain('hooks-dev is healthy')
      .and.not.contain('Job');
    expect((await pilotage.cli('diff', 'hooks/dev')).code).to.equal(0);
    expect([await runsOf('migrate'), await runsOf('verify')]).to.deep.equal([1, 1]);
  });

  it('stop a delivery where one fails, with the last words of its log, and nothing is written', async () => {
    await values('echo migrated', 'echo cannot connect to the database; exit 3');
    await values('greeting: hello', 'greeting: moin');
    expect(await pushed()).to.match(
      /failed: chart\/templates\/hooks\.yaml:\d+: hook Job hooks-dev\/migrate \(PreSync\) failed: .*cannot connect to the database/,
    );
    expect((await pilotage.cli('why', 'hooks/dev')).stdout).to.contain('cannot connect to the database');
    expect(await greeting()).to.equal('hello');
    expect((await statusOf(pilotage, 'hooks', 'dev'))?.phase).to.equal('Failed');
  });

  it('run once although the daemon is killed while one works', async () => {
    await values('echo cannot connect to the database; exit 3', 'sleep 6; echo done');
    const push = pushed();
    await eventually('migrate runs', async () => (await runsOf('migrate')) === 3);
    await pilotage.crash();
    await push;
    await pilotage.up();
    const { code, stdout, stderr } = await pilotage.cli('wait', 'hooks/dev', '--timeout', '60s');
    expect(code, stdout + stderr).to.equal(0);
    expect(await greeting()).to.equal('moin');
    expect(await runsOf('migrate')).to.equal(3);
  });

  it('are shown by diff in their phases before they run', async () => {
    await values('greeting: moin', 'greeting: hola');
    await values('sleep 6; echo done', 'echo again');
    await work.git('push', work.remote, 'main:next');
    const { stdout } = await pilotage.cli('diff', 'hooks/dev', '--revision', 'next');
    expect(stdout)
      .to.match(/hook Job hooks-dev\/migrate: PreSync/)
      .and.match(/hook Job hooks-dev\/verify: PostSync/);
  });

  it('of a deletion run before it, and nothing of any hook is left', async () => {
    const { code, stderr } = await pilotage.cli('delete', 'hooks/dev', '--prune');
    expect(code, stderr).to.equal(0);
    await eventually(
      'the environment is gone',
      async () => (await statusOf(pilotage, 'hooks', 'dev')) === undefined,
      60_000,
    );
    expect(await runsOf('goodbye')).to.equal(1);
    expect(await jobs()).to.equal('');
    expect(await get('configmap', 'migrations', '--ignore-not-found')).to.equal('');
  });
});
