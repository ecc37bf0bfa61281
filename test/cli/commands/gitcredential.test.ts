import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import { keepAuthority } from '../../../src/cli/authorities.ts';
import { credentialFor, gitCredentialCommand, helperOf } from '../../../src/cli/commands/gitcredential.ts';
import type { Surroundings } from '../../../src/cli/context.ts';
import { keepSignIn } from '../../../src/cli/credentials.ts';
import { terminal } from '../harness.ts';

describe('git-credential', () => {
  const daemon = { http: 'http://127.0.0.1:7080', token: 'secret' };

  it('gives the token to git for the daemon, and for no other host', () => {
    expect(credentialFor('protocol=http\nhost=127.0.0.1:7080\n\n', daemon, 'bob')).to.equal(
      'username=bob\npassword=secret\n',
    );
    expect(credentialFor('protocol=http\nhost=127.0.0.1:7080\nusername=ann\n', daemon, 'bob')).to.contain(
      'username=ann',
    );
    for (const other of [
      'protocol=https\nhost=127.0.0.1:7080\n',
      'protocol=http\nhost=127.0.0.1\n',
      'protocol=http\nhost=evil.example\n',
      '',
    ])
      expect(credentialFor(other, daemon, 'bob'), other).to.equal('');
  });

  it('names the person at the keyboard, unless Basic authentication cannot carry the name', () => {
    const nameOf = (user: string) =>
      /^username=(.*)$/m.exec(credentialFor('protocol=http\nhost=127.0.0.1:7080\n', daemon, user))?.[1];
    expect(['bob', 'Bo b', 'DOM:bob', 'a\nb', ''].map(nameOf)).to.deep.equal([
      'bob',
      'Bo b',
      'git',
      'git',
      'git',
    ]);
  });

  it('is run by a shell that reads every path as it is', () => {
    const entry = { execPath: '/opt/no de/node', args: ["/it's/main.js"] };
    expect(helperOf({ entry }, ['--data-dir', '/d'])).to.equal(
      `!'/opt/no de/node' '/it'\\''s/main.js' git-credential --data-dir /d`,
    );
  });

  describe('of a daemon elsewhere', () => {
    const url = 'https://deploy.example.com:7080';
    const asked = 'protocol=https\nhost=deploy.example.com:7080\n\n';
    let dir: string;
    let surroundings: Partial<Surroundings>;
    beforeEach(() => {
      dir = mkdtempSync(join(tmpdir(), 'pilotage-credential-'));
      const fullEnvironment = { PATH: process.env.PATH ?? '', HOME: dir, GIT_CONFIG_NOSYSTEM: '1' };
      surroundings = { credentials: join(dir, 'credentials.json'), fullEnvironment };
    });
    afterEach(() => rmSync(dir, { recursive: true, force: true }));

    const answered = async (...options: readonly string[]): Promise<string> => {
      const { context, stdout } = terminal(surroundings);
      const command = gitCredentialCommand(context, Readable.from([asked]));
      await command.parseAsync(['get', '--server', url, ...options], { from: 'user' });
      return stdout();
    };
    const signedInUntil = (expiresAt: string) =>
      keepSignIn(join(dir, 'credentials.json'), url, { user: 'ada', token: 'plt_x', expiresAt });

    it('gives the token of who is signed in there, as long as that lasts, and nothing to anybody else', async () => {
      expect(await answered()).to.equal('');
      await signedInUntil('2999-01-01T00:00:00Z');
      expect(await answered()).to.equal('username=ada\npassword=plt_x\n');
      await signedInUntil('2000-01-01T00:00:00Z');
      expect(await answered()).to.equal('');
    });

    it('tells git which authority proves it, where one was trusted for it alone', async () => {
      const setUp = async () => {
        const { context } = terminal(surroundings);
        const command = gitCredentialCommand(context, Readable.from([]));
        await command.parseAsync(['setup', '--server', `${url}/`], { from: 'user' });
        return readFileSync(join(dir, '.gitconfig'), 'utf8');
      };
      expect(await setUp())
        .to.contain(`git-credential --server ${url}`)
        .and.not.to.contain('sslCAInfo');
      await keepAuthority(join(dir, 'credentials.json'), url, 'PEM');
      expect(await setUp()).to.contain(
        `sslCAInfo = ${join(dir, 'authorities', 'deploy.example.com_7080.crt')}`,
      );
    });
  });
});
