import { expect } from 'chai';
import { credentialFor, helperOf } from '../../../src/cli/commands/gitcredential.ts';

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
});
