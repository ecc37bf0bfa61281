import { createHash } from 'node:crypto';

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const ROUNDS = 1_000;
const ROUNDS_PER_TURN = 250;
/** Which bytes of the digest make four characters each, from the last to the first. */
const GROUPS = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const;

const md5 = (...parts: readonly (Buffer | string)[]): Buffer => {
  const hash = createHash('md5');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

/** `$apr1$SALT$…`: MD5 a thousand times, as Apache does it (apr `crypto/apr_md5.c` apr_md5_encode). Lets the event loop turn in between. */
export async function apr1(password: string, salt: string): Promise<string> {
  const key = Buffer.from(password);
  let digest = firstDigest(key, salt);
  for (let round = 0; round < ROUNDS; round++) {
    if (round % ROUNDS_PER_TURN === ROUNDS_PER_TURN - 1)
      await new Promise((resolve) => setImmediate(resolve));
    const isOdd = round % 2 === 1;
    digest = md5(
      isOdd ? key : digest,
      round % 3 === 0 ? '' : salt,
      round % 7 === 0 ? '' : key,
      isOdd ? digest : key,
    );
  }
  return `$apr1$${salt}$${encoded(digest)}`;
}

function firstDigest(key: Buffer, salt: string): Buffer {
  const mixed = md5(key, salt, key);
  const parts: (Buffer | string)[] = [key, '$apr1$', salt];
  for (let left = key.length; left > 0; left -= 16) parts.push(mixed.subarray(0, Math.min(16, left)));
  for (let bits = key.length; bits > 0; bits >>= 1)
    parts.push(bits & 1 ? Buffer.alloc(1) : key.subarray(0, 1));
  return md5(...parts);
}

function encoded(digest: Buffer): string {
  const four = (value: number, count: number) =>
    Array.from({ length: count }, (_, i) => ALPHABET[(value >> (6 * i)) & 0x3f]).join('');
  const byte = (index: number) => digest[index] ?? 0;
  const groups = GROUPS.map(([a, b, c]) => four((byte(a) << 16) | (byte(b) << 8) | byte(c), 4));
  return groups.join('') + four(byte(11), 2);
}
