import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { judge, type Verdict } from '../../../src/signatures/judge.ts';
import { signedCommit } from '../../../src/signatures/signedcommit.ts';
import { createGpg } from '../../../src/sync/source/gpg.ts';
import { drop } from '../../git/support/git.ts';

const PATH = process.env.PATH ?? '';
const hasGpg = spawnSync('gpg', ['--version']).status === 0;
const withGpg = hasGpg ? describe : describe.skip;
if (!hasGpg) console.warn('gpg is not installed: the tests of signatures of OpenPGP are skipped');

const PAYLOAD = Buffer.from('tree 1\nauthor Ada\n\nwork\n');
const OTHER = Buffer.from('tree 2\nauthor Ada\n\nwork\n');

/** A home of gpg(1) of these tests alone: its path is short, since the agent has a socket in it. */
function createHome() {
  const home = mkdtempSync(join(tmpdir(), 'gpg-'));
  const env = { PATH, HOME: home, GNUPGHOME: home, LC_ALL: 'C' };
  const run = (program: string, args: readonly string[], input: string | Buffer = '', cwd = home): Buffer => {
    const { status, stdout, stderr } = spawnSync(program, args, { env, input, cwd });
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
    return stdout;
  };
  const gpg = (args: readonly string[], input?: string | Buffer): Buffer =>
    run(
      'gpg',
      ['--batch', '--quiet', '--no-tty', '--passphrase', '', '--pinentry-mode', 'loopback', ...args],
      input,
    );
  return {
    home,
    run,
    gpg,
    make: (user: string, expires = 'never', at: readonly string[] = []) =>
      gpg([...at, '--quick-generate-key', user, 'ed25519', 'sign', expires]),
    publicKey: (user: string) => gpg(['--armor', '--export', `=${user}`]).toString(),
    sign: (user: string, payload: Buffer, how: readonly string[] = []) =>
      gpg([...how, '--armor', '--local-user', `=${user}`, '--detach-sign'], payload).toString(),
    fingerprint: (user: string) =>
      /^fpr:+([0-9A-F]{40}):/m.exec(gpg(['--with-colons', '--list-keys', `=${user}`]).toString())?.[1] ?? '',
    close() {
      spawnSync('gpgconf', ['--kill', 'all'], { env });
      drop(home);
    },
  };
}

const ADA = 'Ada <Ada@example.com>';
const BOB = 'Bob <bob@example.com>';
const OLD = 'Old <old@example.com>';
const LOST = 'Lost <lost@example.com>';
/** Before the key of Old expired. */
const THEN = ['--faked-system-time', '20200201T000000'];

withGpg('signatures of OpenPGP, by a real gpg', function () {
  this.timeout(30_000);
  const { verify } = createGpg({ path: PATH });
  let own: ReturnType<typeof createHome>;
  before(() => {
    own = createHome();
    own.make(ADA);
    own.make(BOB, '1y');
    own.make(OLD, '1y', ['--faked-system-time', '20200101T000000']);
    own.make(LOST);
  });
  after(() => own.close());

  const why = async (keys: readonly string[], signature: string, payload = PAYLOAD): Promise<string> => {
    const verdict = await verify(keys, signature, payload);
    return verdict.kind === 'bad' ? verdict.why : `valid: ${verdict.emails.join()}`;
  };

  it('are valid by a key of the list, with its fingerprint and its addresses', async () => {
    const keys = [own.publicKey(BOB), own.publicKey(ADA)];
    expect(await verify(keys, own.sign(ADA, PAYLOAD), PAYLOAD)).to.deep.equal({
      kind: 'valid',
      fingerprint: own.fingerprint(ADA),
      emails: ['ada@example.com'],
      ends: [],
    });
    const bob = await verify(keys, own.sign(BOB, PAYLOAD), PAYLOAD);
    const ends = bob.kind === 'valid' ? bob.ends : [];
    expect(ends).to.not.deep.equal([]);
    expect(Math.min(...ends)).to.be.within(Date.now() + 363 * 86_400_000, Date.now() + 366 * 86_400_000);
  });

  it('are verified with all keys taken in by one process, of which a damaged one spoils no other', async () => {
    const bin = mkdtempSync(join(tmpdir(), 'gpg-'));
    try {
      const script = `#!/bin/sh\necho "$*" >> ${bin}/asked\nPATH='${PATH}' exec gpg "$@"\n`;
      writeFileSync(join(bin, 'gpg'), script, { mode: 0o755 });
      const counted = createGpg({ path: `${bin}:${PATH}` });
      const damaged = own.publicKey(BOB).replace(/\n[A-Za-z0-9+/]{8}/, '\nAAAAAAAA');
      const cut = own.publicKey(BOB).slice(0, 200);
      const keys = [damaged, cut, own.publicKey(OLD), own.publicKey(ADA)];
      const verdict = await counted.verify(keys, own.sign(ADA, PAYLOAD), PAYLOAD);
      expect(verdict).to.include({ kind: 'valid', fingerprint: own.fingerprint(ADA) });
      const asked = readFileSync(join(bin, 'asked'), 'utf8').trim().split('\n');
      expect(asked.filter((args) => args.includes('--import'))).to.have.length(1);
    } finally {
      drop(bin);
    }
  });

  it('are not valid of another payload', async () => {
    expect(await why([own.publicKey(ADA)], own.sign(ADA, OTHER))).to.equal(
      'its signature of OpenPGP is of something else',
    );
  });

  it('are not valid by a key that is not in the list, though it has the same name', async () => {
    const stranger = createHome();
    try {
      stranger.make(ADA);
      expect(await why([own.publicKey(ADA)], stranger.sign(ADA, PAYLOAD))).to.equal(
        'the key of OpenPGP that signed it is not in the list of allowed signers',
      );
    } finally {
      stranger.close();
    }
  });

  it('are not valid by a key that has expired, though it had not when it signed', async () => {
    expect(await why([own.publicKey(OLD)], own.sign(OLD, PAYLOAD, THEN))).to.equal(
      'the key of OpenPGP that signed it has expired',
    );
  });

  it('are not valid once they have expired themselves', async () => {
    const signature = own.sign(OLD, PAYLOAD, [...THEN, '--default-sig-expire', '2d']);
    // Its key is valid again: prolonged, as people do.
    own.gpg([...THEN, '--quick-set-expire', own.fingerprint(OLD), '0']);
    expect(await why([own.publicKey(OLD)], signature)).to.equal('its signature of OpenPGP has expired');
    expect(await why([own.publicKey(OLD)], own.sign(OLD, PAYLOAD, THEN))).to.equal('valid: old@example.com');
  });

  it('are not valid by a key that is revoked, though they were made before', async () => {
    const signature = own.sign(LOST, PAYLOAD);
    expect(await why([own.publicKey(LOST)], signature)).to.equal('valid: lost@example.com');
    const file = join(own.home, 'openpgp-revocs.d', `${own.fingerprint(LOST)}.rev`);
    // gpg puts a colon in front of it, so that nobody revokes a key by accident.
    own.gpg(['--import'], readFileSync(file, 'utf8').replace(/^:/m, ''));
    expect(await why([own.publicKey(LOST)], signature)).to.equal(
      'the key of OpenPGP that signed it is revoked',
    );
  });

  it('are not verified where there is no gpg', async () => {
    const absent = createGpg({ path: '/nowhere' });
    expect(await absent.verify([own.publicKey(ADA)], own.sign(ADA, PAYLOAD), PAYLOAD)).to.deep.equal({
      kind: 'bad',
      why: 'it is signed by OpenPGP, and there is no gpg here to verify it',
    });
  });

  it('do not count twice in one, nor as a signed message that brings its own text', async () => {
    const keys = [own.publicKey(ADA), own.publicKey(BOB)];
    const both = own.gpg(
      ['--armor', '--local-user', `=${ADA}`, '--local-user', `=${BOB}`, '--detach-sign'],
      PAYLOAD,
    );
    expect(await why(keys, both.toString())).to.equal('its signature of OpenPGP is damaged');
    for (const how of ['--sign', '--clear-sign']) {
      const message = own.gpg(['--armor', '--local-user', `=${ADA}`, how], OTHER).toString();
      expect(await why(keys, message), how).to.not.contain('valid:');
    }
    expect(
      await why(keys, own.sign(ADA, PAYLOAD).replace(/\n[^\n]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')),
    ).to.not.contain('valid:');
  });

  it('of a commit that git signed count in the name of its committer, and of nobody else', async () => {
    const keys = [own.publicKey(ADA), own.publicKey(BOB)];
    const dir = join(own.home, 'work');
    mkdirSync(dir);
    const git = (...args: string[]): Buffer => own.run('git', args, '', dir);
    git('init', '-q');
    writeFileSync(join(dir, 'a'), '1');
    git('add', 'a');
    const commit = async (committer: string): Promise<Verdict> => {
      const [, name = '', email = ''] = /^(.*) <(.*)>$/.exec(committer) ?? [];
      const as = ['-c', `user.name=${name}`, '-c', `user.email=${email}`, '-c', `user.signingkey==${ADA}`];
      git(...as, 'commit', '-q', '--allow-empty', '-S', '-m', 'work');
      const signed = signedCommit(git('cat-file', 'commit', 'HEAD'));
      return judge(signed, email, { signers: { ssh: [], pgp: keys }, verifyPgp: verify, now: Date.now() });
    };
    expect(await commit(ADA)).to.deep.include({ kind: 'good', key: own.fingerprint(ADA) });
    expect(await commit(BOB)).to.deep.equal({
      kind: 'bad',
      why: `signed by ${own.fingerprint(ADA)}, which is not the key of its committer bob@example.com`,
    });
  });
});
