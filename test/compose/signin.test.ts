import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { silentLogger } from '../../src/base/log.ts';
import { composeSignIn, type OutsideSignIn } from '../../src/compose/signin.ts';
import { readSignInFile } from '../../src/identity/signinfile.ts';
import type { KubeClient } from '../../src/kube/client/client.ts';
import { FakeClock } from '../fakes/clock.ts';
import { until } from '../fakes/until.ts';
import { reasonOf } from '../identity/refusals.ts';

const oidc = (host: string): string => `oidc: {issuer: "https://${host}", clientId: pilotage}\n`;
/** Nobody listens there. */
const LDAP = 'ldap: {url: "ldap://127.0.0.1:1", users: {base: ou=people}}\n';

describe('the file of sign-ins of a daemon that runs', () => {
  let dir: string;
  let path: string;
  let clock: FakeClock;
  let warned: object[];
  let stop: () => Promise<void> | void;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-signin-'));
    path = join(dir, 'signin.yaml');
    clock = new FakeClock();
    warned = [];
  });
  afterEach(async () => {
    await stop();
    rmSync(dir, { recursive: true, force: true });
  });

  async function begin(text: string): Promise<OutsideSignIn> {
    writeFileSync(path, text);
    const logger = { ...silentLogger, warn: (fields: object) => void warned.push(fields) };
    const parts = { home: {} as KubeClient, clock, logger, passwordCost: { N: 16, r: 8, p: 1 } };
    const lifetime = {
      add(_: string, end: () => Promise<void> | void) {
        stop = end;
      },
    };
    return composeSignIn({ ...parts, lifetime }, { path, options: readSignInFile(path) });
  }
  const changes = async (text: string): Promise<void> => {
    writeFileSync(path, text);
    await clock.advance(60_000);
  };
  const asked = ({ passwords }: OutsideSignIn): Promise<string> =>
    Promise.all(passwords.map((one) => reasonOf(one.signIn('ada', 'password')))).then(String);

  it('is read again within a minute after it has changed', async () => {
    const signIn = await begin(oidc('one.example.com'));
    expect(signIn.browser()?.provider).to.equal('one.example.com');
    expect(await asked(signIn)).to.equal('not refused');
    await changes(oidc('two.example.com') + LDAP);
    await until(() => signIn.browser()?.provider === 'two.example.com');
    expect(await asked(signIn)).to.equal('Unavailable');
    await changes(LDAP);
    await until(() => signIn.browser() === undefined);
    expect(signIn.problem()).to.equal(undefined);
  });

  it('leaves alone what has not changed in it: sign-ins that have begun at the provider go on', async () => {
    const signIn = await begin(oidc('one.example.com'));
    const before = signIn.browser();
    await changes(oidc('one.example.com') + LDAP);
    await until(async () => (await asked(signIn)) === 'Unavailable');
    expect(signIn.browser()).to.equal(before);
  });

  it('stays in force as it was while it cannot be used, and the log and the status say where it is wrong', async () => {
    const signIn = await begin(oidc('one.example.com'));
    const wrong = `oidc:\n  issuer: http://one.example.com\n  clientId: pilotage\n  colour: red\n`;
    for (let minute = 0; minute < 3; minute++) await changes(wrong);
    expect(signIn.browser()?.provider).to.equal('one.example.com');
    const problem = signIn.problem();
    expect(problem?.message).to.contain(`${path} has changed, and cannot be used`);
    expect(problem?.details?.join('\n')).to.contain('signin.yaml:2').and.contain('signin.yaml:4');
    expect(warned).to.have.length(1);
    expect(JSON.stringify(warned)).to.contain('signin.yaml:2');
    rmSync(path);
    await clock.advance(60_000);
    expect(signIn.problem()?.details?.join()).to.contain('ENOENT');
    await changes(oidc('two.example.com'));
    await until(() => signIn.problem() === undefined);
    expect(signIn.browser()?.provider).to.equal('two.example.com');
  });
});
