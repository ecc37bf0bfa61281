import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { readSigners } from '../../src/signatures/allowedsigners.ts';
import { sshBlobOf } from '../../src/signatures/sshkey.ts';

describe('a file of allowed signers', () => {
  const key = `ssh-ed25519 ${sshBlobOf(generateKeyPairSync('ed25519').publicKey).toString('base64')}`;
  const problems = (text: string) =>
    readSigners(text, 'signers').problems.map(({ place, message }) => `${place?.line}: ${message}`);

  it('may have comments, empty lines and keys of OpenPGP', () => {
    const block = '-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n-----END PGP PUBLIC KEY BLOCK-----';
    const { signers, problems: found } = readSigners(
      `# ours\n\nada@example.com ${key} her laptop\n${block}\n`,
      'signers',
    );
    expect(found).to.deep.equal([]);
    expect(signers.ssh.map(({ line }) => line)).to.deep.equal([3]);
    expect(signers.pgp).to.deep.equal([block]);
  });

  for (const [text, expected] of [
    ['', '1: It has no key.'],
    [
      `\nada@example.com cert-authority ${key}`,
      '2: cert-authority: certificates of SSH are not supported yet',
    ],
    [
      'ada@example.com sk-ssh-ed25519@openssh.com AAAA',
      '1: Its key cannot be used: keys of security keys (FIDO)',
    ],
    ['ada@example.com ssh-ed25519 !!!', '1: Its key is not base64.'],
    ['ada@example.com ssh-ed25519 AAAA', '1: Its key cannot be used'],
    [`ada@example.com valid-before="tomorrow" ${key}`, '1: valid-before: "tomorrow" is not a time'],
    [`ada@example.com no-touch ${key}`, '1: "no-touch" is not an option'],
  ] as const) {
    it(`is refused with its line: ${expected}`, () => {
      expect(problems(text)[0]).to.contain(expected);
    });
  }
});
