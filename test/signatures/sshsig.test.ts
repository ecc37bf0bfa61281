import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findSigner, fingerprintOf, readSigners } from '../../src/signatures/allowedsigners.ts';
import { sshBlobOf } from '../../src/signatures/sshkey.ts';
import { isSignatureOf, parseSshSignature, signForGit } from '../../src/signatures/sshsig.ts';
import { seeded } from '../git/support/history.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const KEYS = [
  ['ed25519', []],
  ['ecdsa', ['-b', '256']],
  ['ecdsa', ['-b', '384']],
  ['ecdsa', ['-b', '521']],
  ['rsa', ['-b', '2048']],
] as const;

describe('signatures of SSH, beside ssh-keygen', () => {
  let dir: string;
  const run = (args: readonly string[], input?: string | Buffer) =>
    spawnSync('ssh-keygen', args, { cwd: dir, input, encoding: 'utf8', env: { ...process.env, TZ: 'UTC' } });

  before(function () {
    if (spawnSync('ssh-keygen', ['-Y', 'find-principals']).error) {
      process.stderr.write('  no ssh-keygen here: signatures are not compared with it\n');
      this.skip();
    }
    dir = mkdtempSync(join(tmpdir(), 'pilotage-sshsig-'));
    KEYS.forEach(([type, bits], at) => {
      run(['-q', '-t', type, ...bits, '-N', '', '-C', 'c', '-f', `key${at}`]);
    });
  });
  after(() => dir && rmSync(dir, { recursive: true, force: true }));

  const publicKey = (at: number) =>
    readFileSync(join(dir, `key${at}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ');
  const sign = (at: number, message: Buffer, namespace = 'git') => {
    writeFileSync(join(dir, 'message'), message);
    rmSync(join(dir, 'message.sig'), { force: true });
    run(['-Y', 'sign', '-q', '-n', namespace, '-f', `key${at}`, 'message']);
    return readFileSync(join(dir, 'message.sig'), 'utf8');
  };
  const theirs = (list: string, signature: string, message: Buffer, principal: string) => {
    writeFileSync(join(dir, 'allowed'), list);
    writeFileSync(join(dir, 'given.sig'), signature);
    const time = ['-O', 'verify-time=20260601000000Z'];
    return (
      run(
        ['-Y', 'verify', '-f', 'allowed', '-I', principal, '-n', 'git', '-s', 'given.sig', ...time],
        message,
      ).status === 0
    );
  };
  const ours = (list: string, signature: string, message: Buffer, principal: string) => {
    const parsed = parseSshSignature(signature);
    const { signers, problems } = readSigners(list, 'allowed');
    if (!parsed || problems.length > 0 || !isSignatureOf(parsed, message)) return false;
    return findSigner(signers.ssh, parsed.key, principal, NOW).kind === 'allowed';
  };

  KEYS.forEach(([type, bits], at) => {
    it(`judges a key of ${type} ${bits[1] ?? ''} as it does: right, another message, namespace, key, principal`, () => {
      const message = Buffer.from(`tree ${at}\n\nwork\n`);
      const signature = sign(at, message);
      const list = `ada@example.com ${publicKey(at)}\n`;
      const cases: readonly (readonly [string, string, Buffer, string, boolean])[] = [
        [list, signature, message, 'ada@example.com', true],
        [list, signature, Buffer.from('another'), 'ada@example.com', false],
        [list, sign(at, message, 'file'), message, 'ada@example.com', false],
        [list, signature, message, 'bob@example.com', false],
        [
          `ada@example.com ${publicKey((at + 1) % KEYS.length)}\n`,
          signature,
          message,
          'ada@example.com',
          false,
        ],
        [`*@example.com,!ada@* ${publicKey(at)}\n`, signature, message, 'ada@example.com', false],
        [`*@example.com ${publicKey(at)}\n`, signature, message, 'ada@example.com', true],
        [
          `ada@example.com namespaces="file" ${publicKey(at)}\n`,
          signature,
          message,
          'ada@example.com',
          false,
        ],
        [
          `ada@example.com namespaces="file,git" ${publicKey(at)}\n`,
          signature,
          message,
          'ada@example.com',
          true,
        ],
        [
          `ada@example.com valid-before="20260531" ${publicKey(at)}\n`,
          signature,
          message,
          'ada@example.com',
          false,
        ],
        [
          `ada@example.com valid-after="20260602" ${publicKey(at)}\n`,
          signature,
          message,
          'ada@example.com',
          false,
        ],
        [
          `ada@example.com valid-after="20260101",valid-before="202612312359" ${publicKey(at)}\n`,
          signature,
          message,
          'ada@example.com',
          true,
        ],
      ];
      for (const [allowed, given, signed, principal, expected] of cases) {
        expect(theirs(allowed, given, signed, principal), `ssh-keygen: ${allowed}`).to.equal(expected);
        expect(ours(allowed, given, signed, principal), `here: ${allowed}`).to.equal(expected);
      }
    });
  });

  it('judges signatures of which a byte was changed as it does', () => {
    const random = seeded(7);
    const message = Buffer.from('tree x\n\nwork\n');
    for (let at = 0; at < 30; at += 1) {
      const key = at % KEYS.length;
      const lines = sign(key, message).trim().split('\n');
      const bytes = Buffer.from(lines.slice(1, -1).join(''), 'base64');
      const place = Math.floor(random() * bytes.length);
      bytes[place] = (bytes[place] ?? 0) ^ (1 << Math.floor(random() * 8));
      const body = bytes.toString('base64').match(/.{1,70}/g) ?? [];
      const changed = [lines[0], ...body, lines.at(-1), ''].join('\n');
      const list = `ada@example.com ${publicKey(key)}\n`;
      const expected = theirs(list, changed, message, 'ada@example.com');
      expect(ours(list, changed, message, 'ada@example.com'), `byte ${place} of ${key}`).to.equal(expected);
    }
  });

  it('signs so that ssh-keygen believes it', () => {
    const { privateKey, publicKey: own } = generateKeyPairSync('ed25519');
    const message = Buffer.from('tree y\n\nmerge\n');
    const list = `pilotage@localhost ssh-ed25519 ${sshBlobOf(own).toString('base64')}\n`;
    expect(theirs(list, `${signForGit(privateKey, message)}\n`, message, 'pilotage@localhost')).to.equal(
      true,
    );
    writeFileSync(join(dir, 'own.pub'), `ssh-ed25519 ${sshBlobOf(own).toString('base64')}\n`);
    expect(run(['-l', '-f', 'own.pub']).stdout).to.contain(fingerprintOf(sshBlobOf(own)));
  });
});
