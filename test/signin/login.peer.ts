import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { main, Pilotage } from '../e2e/harness.ts';
import { cleanEnv } from '../e2e/processes.ts';
import { until } from '../fakes/until.ts';
import type { Browser } from './browser.ts';
import { CLI, type SignIn, startProvider } from './provider.ts';

/** `pilotage login` at npm `oidc-provider`, by both flows. */
describe('pilotage login at a real OpenID Connect provider', function () {
  this.timeout(90_000);
  let dir: string;
  let provider: SignIn;
  let pilotage: Pilotage;
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-login-'));
    provider = await startProvider(join(dir, 'provider'));
    await writeFile(join(dir, 'provider.crt'), provider.authority);
    await writeFile(join(dir, 'secret'), `${CLI.secret}\n`);
    await writeFile(
      join(dir, 'signin.yaml'),
      [
        'oidc:',
        `  issuer: ${provider.issuer}`,
        `  clientId: ${CLI.id}`,
        '  clientSecretFile: secret',
        '  scopes: [openid, email, groups]',
        '  nameClaim: sub',
        '  caFile: provider.crt',
      ].join('\n'),
    );
    pilotage = await Pilotage.start([], undefined, undefined, ['--signin', join(dir, 'signin.yaml')]);
  });
  after(async () => {
    await pilotage?.stop();
    provider?.stop();
    if (dir) await rm(dir, { recursive: true, force: true });
  });

  const running = new Set<ChildProcess>();
  afterEach(() => {
    for (const child of running) child.kill();
  });
  /** A command line that waits for somebody; `told`: what it has printed for them. */
  const login = (...args: readonly string[]) => {
    const env = cleanEnv({ PILOTAGE_DATA_DIR: pilotage.dataDir });
    const child = spawn(process.execPath, [main, 'login', ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child.once('close', () => running.delete(child)));
    const texts = { out: '', err: '' };
    child.stdout.on('data', (chunk) => {
      texts.out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      texts.err += chunk;
    });
    const ended = new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
      child.once('close', (code) => resolve({ code, ...texts }));
    });
    return { child, ended, told: (text: RegExp) => found(child, texts, text) };
  };
  async function found(child: ChildProcess, texts: { err: string }, text: RegExp): Promise<string> {
    await until(() => text.test(texts.err) || child.exitCode !== null);
    const [, match] = text.exec(texts.err) ?? [];
    if (match === undefined) throw new Error(`it says: ${texts.err}`);
    return match;
  }
  const address = /^ {2}(https:\S+)$/m;
  const whoami = () => pilotage.json<{ name: string; groups: string[]; emails?: string[] }>('whoami');

  it('signs people in by a browser on their machine, with the groups of the provider but those of the cluster', async () => {
    const { ended, told } = login();
    const page = await provider.browserOf('ada').open(await told(address));
    expect(page.status).to.equal(200);
    const { code, out, err } = await ended;
    expect(code, err).to.equal(0);
    expect(out).to.match(/^Signed in as ada until /);
    expect(await whoami()).to.deep.include({
      name: 'ada',
      groups: ['oidc:dev'],
      emails: ['ada@example.com'],
    });
  });

  it('signs nobody in by an answer that is not to this command line', async () => {
    const mine = login();
    const theirs = login();
    const [myAddress, theirAddress] = [await mine.told(address), await theirs.told(address)];
    const isBack = (url: string) => url.startsWith('http://127.0.0.1');
    const answer = new URL((await provider.browserOf('eve').open(theirAddress, isBack)).url);
    // Eve's answer, brought to Ada's command line.
    const redirect = new URL(new URL(myAddress).searchParams.get('redirect_uri') ?? '');
    redirect.search = answer.search;
    const browser = provider.browserOf('ada');
    expect((await browser.open(redirect.href)).status).to.equal(400);
    // With the state that is expected there, the code still belongs to another attempt.
    redirect.searchParams.set('state', new URL(myAddress).searchParams.get('state') ?? '');
    await browser.open(redirect.href);
    const { code, err } = await mine.ended;
    expect(code).to.equal(1);
    expect(err).to.contain('does not belong to this sign-in');
    theirs.child.kill();
    await theirs.ended;
  });

  it('signs people in with a browser alone: it leads to the provider and back, to a session that other sites do not have', async () => {
    const { http: face } = pilotage.ready;
    const browser = provider.browserOf('liz');
    const start = await browser.open(`${face}/`);
    expect(start.body).to.contain(`Sign in at ${new URL(provider.issuer).host}`);
    const end = await browser.open(`${face}/login/oidc`);
    expect(end.url).to.match(/^http:.*\/login\/oidc\/callback\?/);
    expect([end.status, end.body.includes('You are signed in as liz.')]).to.deep.equal([200, true]);
    const session = await browser.open(`${face}/api/v1/session`);
    expect(JSON.parse(session.body)).to.deep.include({ user: 'liz' });
    // The answer is taken once, and by the browser that began.
    expect((await browser.open(end.url)).status).to.equal(401);
    expect((await provider.browserOf('eve').open(end.url)).status).to.equal(401);
  });

  it('says that the person refused', async () => {
    const { ended, told } = login();
    const asked = new URL(await told(address));
    const back = new URL(asked.searchParams.get('redirect_uri') ?? '');
    const state = asked.searchParams.get('state') ?? '';
    back.search = `${new URLSearchParams({ error: 'access_denied', state, iss: provider.issuer })}`;
    await provider.browserOf('ada').open(back.href);
    expect((await ended).err).to.contain('did not sign you in: access_denied');
  });

  /** What somebody does who has read the code. */
  const type = async (browser: Browser, url: string, answer: 'confirm' | 'abort'): Promise<void> => {
    const submit = async (body: string, more: Record<string, string> = {}) => {
      const field = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
      const form = new URLSearchParams({ xsrf: field('xsrf'), user_code: field('user_code'), ...more });
      return browser.open(`${provider.issuer}/device`, undefined, form);
    };
    const { body } = await browser.open(url);
    const confirmation = await submit(body);
    await submit(confirmation.body, answer === 'confirm' ? { confirm: 'yes' } : { abort: 'yes' });
  };

  it('signs people in by a code that they type on another machine', async () => {
    const { ended, told } = login('--device');
    await type(provider.browserOf('zoe'), await told(/Or open (\S+)/), 'confirm');
    const { out, err } = await ended;
    expect(out, err).to.match(/^Signed in as zoe until /);
    expect(await whoami()).to.deep.include({ name: 'zoe', groups: ['oidc:dev'] });
  });

  it('says that the person refused on the other machine', async () => {
    const { ended, told } = login('--device');
    await type(provider.browserOf('zoe'), await told(/Or open (\S+)/), 'abort');
    expect((await ended).err).to.contain('refused in the browser');
  });

  it('gives roles by the groups of the provider, and brings them up to date at each sign-in', async () => {
    const as = async (name: string, groups: readonly string[]): Promise<void> => {
      provider.says({ groups });
      const { ended, told } = login();
      await provider.browserOf(name).open(await told(address));
      expect((await ended).code).to.equal(0);
    };
    await pilotage.cli('logout');
    await pilotage.cli('role', 'grant', 'developer', '--group', 'oidc:ops');
    await as('ada', ['ops']);
    expect((await pilotage.cli('can', 'push', 'shop')).stdout).to.contain('yes');
    await as('ada', []);
    expect((await pilotage.cli('can', 'push', 'shop')).code).to.equal(1);
    await pilotage.cli('logout');
  });

  it('keeps out whom an administrator has disabled, and lets a local account in while the provider is down', async () => {
    await pilotage.cli('user', 'disable', 'zoe');
    const { ended, told } = login();
    await provider.browserOf('zoe').open(await told(address));
    expect((await ended).err).to.contain('The account zoe is disabled here.');
    await pilotage.cliWith('correct horse battery\n', 'user', 'create', 'root');
    await pilotage.crash();
    provider.stop();
    await pilotage.up('--signin', join(dir, 'signin.yaml'));
    expect((await login().ended).err).to.contain('cannot be asked');
    expect((await pilotage.cliWith('correct horse battery\n', 'login', 'root')).code).to.equal(0);
    await pilotage.cli('logout');
    expect(pilotage.log.join('\n')).not.to.contain(CLI.secret);
  });
});
