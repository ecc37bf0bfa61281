import { GoError } from '../../values.ts';
import { encipher, expensiveSetup } from './blowfish.ts';

/** Go's `bcrypt.DefaultCost`. */
export const COST = 10;
export const SALT_BYTES = 16;
const LONGEST = 72;

const STANDARD = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const OWN = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/**
 * `$2a$10$…`: a password as bcrypt hashes it (Provos and Mazières, USENIX 1999), in Go's form.
 * @throws GoError for a password of more than 72 bytes, in the words of golang.org/x/crypto/bcrypt
 */
export function bcryptHash(password: Uint8Array, salt: Uint8Array, cost = COST): string {
  if (password.length > LONGEST) throw new GoError(`bcrypt: password length exceeds ${LONGEST} bytes`);
  const cipher = expensiveSetup(cost, salt, Uint8Array.of(...password, 0));
  const text = Buffer.from('OrpheanBeholderScryDoubt');
  const words = Int32Array.from({ length: 6 }, (_, i) => text.readInt32BE(4 * i));
  for (let round = 0; round < 64; round++) {
    for (let at = 0; at < words.length; at += 2) encipher(cipher, words, at);
  }
  const hash = Buffer.alloc(24);
  words.forEach((word, i) => {
    hash.writeInt32BE(word, 4 * i);
  });
  // The last byte has never been part of it.
  return `$2a$${String(cost).padStart(2, '0')}$${encode(salt)}${encode(hash.subarray(0, 23))}`;
}

/** Base64 with an alphabet of its own, without padding. */
const encode = (bytes: Uint8Array): string =>
  Buffer.from(bytes)
    .toString('base64')
    .replace(/=/g, '')
    .replace(/./g, (character) => OWN.charAt(STANDARD.indexOf(character)));
