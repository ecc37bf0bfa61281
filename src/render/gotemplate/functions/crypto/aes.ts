import { createCipheriv, createDecipheriv } from 'node:crypto';
import { GoError } from '../../values.ts';

const CIPHER = 'aes-256-cbc';
const BLOCK = 16;
export const IV_BYTES = BLOCK;

/** The first 32 bytes of the password, filled up with zeros: sprig derives no key. */
function keyOf(password: Uint8Array): Buffer {
  const key = Buffer.alloc(32);
  key.set(password.subarray(0, 32));
  return key;
}

/** The vector, then the blocks, padded as PKCS #7 says. */
export function encryptAes(password: Uint8Array, text: Uint8Array, iv: Uint8Array): Buffer {
  const cipher = createCipheriv(CIPHER, keyOf(password), iv);
  return Buffer.concat([iv, cipher.update(text), cipher.final()]);
}

/**
 * Believes the last byte of the padding as sprig does: with another password the text is another, not refused.
 * @throws GoError in Go's words where a panic of its would end the template
 */
export function decryptAes(password: Uint8Array, encrypted: Uint8Array): Uint8Array {
  if (encrypted.length < BLOCK) throw new GoError(outOfRange(`:${BLOCK}`, 'capacity', encrypted.length));
  const blocks = encrypted.subarray(BLOCK);
  if (blocks.length % BLOCK !== 0) throw new GoError('crypto/cipher: input not full blocks');
  if (blocks.length === 0) throw new GoError('runtime error: index out of range [-1]');
  const decipher = createDecipheriv(CIPHER, keyOf(password), encrypted.subarray(0, BLOCK));
  decipher.setAutoPadding(false);
  const text = Buffer.concat([decipher.update(blocks), decipher.final()]);
  const length = text.length - (text.at(-1) ?? 0);
  if (length < 0) throw new GoError(outOfRange(`:${length}`));
  return text.subarray(0, length);
}

const outOfRange = (bounds: string, what?: string, length?: number): string =>
  `runtime error: slice bounds out of range [${bounds}]${what === undefined ? '' : ` with ${what} ${length}`}`;
