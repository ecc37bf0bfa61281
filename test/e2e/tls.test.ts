import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { main, Pilotage } from './harness.ts';
import { run } from './processes.ts';

const PASSWORD = 'correct horse battery';

/** A colleague on another machine: knows an address, a name, a password, and a copy of the authority's certificate. */
describe('e2e: the HTTP face over TLS', function () {
  this.timeout(90_000);
  let pilotage: Pilotage;
  let env: Record<string, string>;
  let url: string;
  before(async () => {
    pilotage = await Pilotage.start([], undefined, undefined, ['--tls']);
    url = pilotage.ready.http;
    const home = join(pilotage.dir, 'home');
    await mkdir(home);
    env = {
      HOME: home,
      GIT_CONFIG_GLOBAL: join(home, 'gitconfig'),
      PILOTAGE_SERVER: url,
    };
  });
  after(() => pilotage?.stop());

  const colleague = (...args: readonly string[]) =>
    run(process.execPath, [main, ...args], { env, input: `${PASSWORD}\n` });
  const authority = () => join(pilotage.dataDir, 'pki', 'ca.crt');

  it('is asked by the commands of its own machine without a word about trust', async () => {
    expect(url).to.match(/^https:/);
    expect((await pilotage.cli('status')).code).to.equal(0);
    const made = await pilotage.cliWith(`${PASSWORD}\n`, 'user', 'create', 'ada');
    expect(made.code, made.stderr).to.equal(0);
    expect((await pilotage.cli('role', 'grant', 'admin', '--user', 'ada')).code).to.equal(0);
  });

  it('signs in nobody who does not know its authority', async () => {
    const { code, stderr } = await colleague('login', 'ada');
    expect(code).to.equal(1);
    expect(stderr).to.contain('that this machine does not trust');
  });

  it('signs in who names its authority, and is known from then on', async () => {
    const { code, stderr } = await colleague('login', 'ada', '--ca', authority());
    expect(code, stderr).to.equal(0);
    expect((await colleague('whoami')).stdout).to.contain('ada');
  });

  it('takes a push from git, which learns whom to trust and who pushes', async () => {
    expect((await colleague('git-credential', 'setup', '--server', url)).code).to.equal(0);
    const work = await pilotage.repository('web');
    const push = await run('git', ['push', '--quiet', `${url}/git/web.git`, 'main'], {
      cwd: work.dir,
      env,
    });
    expect(push.code, push.stderr).to.equal(0);
    const clone = join(pilotage.dir, 'clone');
    const cloned = await run('git', ['clone', '--quiet', `${url}/git/web.git`, clone], { env });
    expect(cloned.code, cloned.stderr).to.equal(0);
    expect(await readdir(clone)).to.include.members(await readdir(work.dir));
  });
});
