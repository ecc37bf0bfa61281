import { expect } from 'chai';
import { credentialFor, helperOf } from '../../../src/cli/commands/gitcredential.ts';

describe('git-credential', () => {
  const daemon = { http: 'http://127.0.0.1:7080', token: 'secret' };

  it('gives the token to git for the daemon, and for no other host', () => {
    expect(credentialFor('protocol=http\nhost=127.0.0.1:7080\n\n', daemon)).to.equal(
      'username=git\npassword=secret\n',
    );
    expect(credentialFor('protocol=http\nhost=127.0.0.1:7080\nusername=ann\n', daemon)).to.contain(
      'username=ann',
    );
    for (const other of [
      'protocol=https\nhost=127.0.0.1:7080\n',
      'protocol=http\nhost=127.0.0.1\n',
      'protocol=http\nhost=evil.example\n',
      '',
    ])
      expect(credentialFor(other, daemon), other).to.equal('');
  });

  it('is run by a shell that reads every path as it is', () => {
    const entry = { execPath: '/opt/no de/node', args: ["/it's/main.js"] };
    expect(helperOf({ entry }, '/d')).to.equal(
      `!'/opt/no de/node' '/it'\\''s/main.js' git-credential --data-dir /d`,
    );
  });
});
