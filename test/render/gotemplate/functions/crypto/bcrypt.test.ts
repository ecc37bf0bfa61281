import { expect } from 'chai';
import { bcryptHash } from '../../../../../src/render/gotemplate/functions/crypto/bcrypt.ts';

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const OWN = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The salt inside of a hash. */
const saltOf = (hash: string): Buffer =>
  Buffer.from(
    hash.slice(7, 29).replace(/./g, (c) => STANDARD.charAt(OWN.indexOf(c))),
    'base64',
  );

describe('bcrypt', () => {
  const CASES: readonly [password: string, hash: string][] = [
    // crypt_blowfish's own.
    ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    ['U*U*', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.VGOzA784oUp/Z0DY336zx7pLYAy0lwK'],
    ['U*U*U', '$2a$05$XXXXXXXXXXXXXXXXXXXXXOAcXxm9kjPGEMsLznoKqmqw7tc8WCx4a'],
    ['', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy'],
    // golang.org/x/crypto's.
    ['allmine', '$2a$10$XajjQvNhvvRt5GSeFk1xFeyqRrsxkhBkUiQeg0dt.wU1qD4aFDcga'],
  ];
  for (const [password, hash] of CASES) {
    it(`hashes "${password}" with the salt of ${hash.slice(0, 12)}… as others do`, () => {
      expect(bcryptHash(Buffer.from(password), saltOf(hash), Number(hash.slice(4, 6)))).equal(hash);
    });
  }

  it('takes 72 bytes, and refuses more as Go does', () => {
    const hash = (length: number): string =>
      bcryptHash(new Uint8Array(length).fill(120), new Uint8Array(16), 4);
    expect(hash(72)).not.equal(hash(71));
    expect(() => hash(73)).throw('bcrypt: password length exceeds 72 bytes');
  });
});
