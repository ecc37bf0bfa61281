import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { loginCommand } from '../../../src/cli/commands/login.ts';
import { type FakeFace, startFace, terminal } from '../harness.ts';

const ADA = { user: 'ada', token: 'plt_ada', expiresAt: '2027-01-01T00:00:00Z' };
const begun = {
  attempt: 'a',
  userCode: 'ABCD',
  verificationUri: 'https://login.example.com/device',
  seconds: 5,
};

describe('pilotage login', () => {
  let dir: string;
  let daemon: FakeFace;
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-login-'));
    daemon = await startFace();
    daemon.answers['POST /login'] = ADA;
    daemon.answers['POST /login/device'] = begun;
    daemon.answers['POST /login/device/poll'] = { type: 'signedIn', as: ADA };
  });
  afterEach(async () => {
    await daemon.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  const login = async (...args: readonly string[]): Promise<string> => {
    const surroundings = { credentials: join(dir, 'credentials.json'), user: 'ann', server: daemon.url };
    const { context, stdout } = terminal(surroundings);
    const command = loginCommand(context, Readable.from(['a password\n']));
    return command.parseAsync([...args], { from: 'user' }).then(
      () => stdout(),
      (error: unknown) => problemOf(error).reason,
    );
  };

  it('asks for the password of the name that is given, whatever other ways there are', async () => {
    daemon.answers['GET /login'] = { ways: ['password', 'oidc'] };
    expect(await login('ada')).to.contain('Signed in as ada');
    expect(daemon.asked).to.deep.equal(['POST /login {"name":"ada","password":"a password"}']);
  });

  it('asks for the password of who is at the keyboard where there is no other way', async () => {
    daemon.answers['GET /login'] = { ways: ['password'] };
    expect(await login()).to.contain('Signed in as ada');
    expect(daemon.asked.at(-1)).to.equal('POST /login {"name":"ann","password":"a password"}');
  });

  it('goes to the provider where there is one, with a browser here or elsewhere', async () => {
    daemon.answers['GET /login'] = { ways: ['password', 'oidc'] };
    daemon.answers['POST /login/browser'] = { problem: { reason: 'Unavailable', message: 'It is down.' } };
    expect(await login()).to.equal('Unavailable');
    expect(daemon.asked.at(-1)).to.match(/^POST \/login\/browser \{"port":\d+\}$/);
    expect(await login('--device', '--output', 'json'))
      .to.contain('"user":"ada"')
      .and.not.to.contain('plt_ada');
  });

  it('refuses --device where there is no provider, and together with what is for passwords', async () => {
    daemon.answers['GET /login'] = { ways: ['password'] };
    expect(await login('--device')).to.equal('NoProvider');
    expect(await login('ada', '--device')).to.equal('Misuse');
    expect(await login('--bootstrap', '--device')).to.equal('Misuse');
  });
});
