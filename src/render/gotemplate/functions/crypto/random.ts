import type { RandomBytes } from '../../chance.ts';

/** Evenly out of 0 … `bound` − 1, for bounds of up to 2 to the power of 64. */
export function randomBelow(random: RandomBytes, bound: bigint): bigint {
  const bits = (bound - 1n).toString(2).length;
  // Each attempt succeeds with a chance of more than one half.
  for (;;) {
    const bytes = random(Math.ceil(bits / 8));
    const value = BigInt.asUintN(bits, BigInt(`0x${Buffer.from(bytes).toString('hex')}`));
    if (value < bound) return value;
  }
}

const LOWER = 'abcdefghijklmnopqrstuvwxyz';
const LETTERS = `${LOWER}${LOWER.toUpperCase()}`;
const DIGITS = '0123456789';

/** What goutils' CryptoRandom draws from, by sprig's function. */
export const ALPHABETS = {
  randAlpha: LETTERS,
  randAlphaNum: `${LETTERS}${DIGITS}`,
  randNumeric: DIGITS,
  randAscii: String.fromCharCode(...Array.from({ length: 127 - 32 }, (_, i) => 32 + i)),
} as const;

/** A password of `length` characters of an alphabet of at most 256. */
export function randomText(random: RandomBytes, alphabet: string, length: number): string {
  // Bytes beyond the last whole run of the alphabet would favour its beginning.
  const limit = 256 - (256 % alphabet.length);
  let text = '';
  while (text.length < length) {
    const wanted = Math.min(length - text.length, 4096);
    const bytes = [...random(wanted)].filter((byte) => byte < limit);
    text += bytes.map((byte) => alphabet.charAt(byte % alphabet.length)).join('');
  }
  return text;
}

/** Version 4 of RFC 9562. */
export function uuid(random: RandomBytes): string {
  const bytes = Buffer.from(random(16));
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** The same items in another order (Fisher and Yates). */
export function shuffled<T>(random: RandomBytes, items: readonly T[]): T[] {
  const rest = [...items];
  return items.flatMap(() => rest.splice(Number(randomBelow(random, BigInt(rest.length))), 1));
}
