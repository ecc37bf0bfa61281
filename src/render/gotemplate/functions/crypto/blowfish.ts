/**
 * Blowfish (Bruce Schneier, 1993) with the expensive key schedule of bcrypt (Provos and Mazières, USENIX 1999, section 3). Words are
 * 32 bits, signed as JavaScript's bitwise operators have them.
 */
export interface Blowfish {
  /** 18 subkeys. */
  readonly subkeys: Int32Array;
  /** Four boxes of 256 words, one behind the other. */
  readonly boxes: Int32Array;
}

const SUBKEYS = 18;
const ROUNDS = 16;
const BOXES = 4 * 256;

/** EksBlowfishSetup: 2 to the power of `cost` rounds of key and salt. */
export function expensiveSetup(cost: number, salt: Uint8Array, key: Uint8Array): Blowfish {
  const digits = fractionOfPi();
  const cipher = { subkeys: digits.slice(0, SUBKEYS), boxes: digits.slice(SUBKEYS) };
  const none = new Uint8Array(salt.length);
  expandKey(cipher, salt, key);
  for (let round = 2 ** cost; round > 0; round--) {
    expandKey(cipher, none, key);
    expandKey(cipher, none, salt);
  }
  return cipher;
}

function expandKey(cipher: Blowfish, salt: Uint8Array, key: Uint8Array): void {
  const { subkeys, boxes } = cipher;
  const keyWords = wordsOf(key, SUBKEYS);
  for (let i = 0; i < SUBKEYS; i++) subkeys[i] = word(subkeys, i) ^ word(keyWords, i);
  const saltWords = wordsOf(salt, SUBKEYS + BOXES);
  const block = new Int32Array(2);
  for (let i = 0; i < SUBKEYS + BOXES; i += 2) {
    block[0] = word(block, 0) ^ word(saltWords, i);
    block[1] = word(block, 1) ^ word(saltWords, i + 1);
    encipher(cipher, block, 0);
    const target = i < SUBKEYS ? subkeys : boxes;
    target.set(block, i < SUBKEYS ? i : i - SUBKEYS);
  }
}

const word = (words: Int32Array, at: number): number => words[at] ?? 0;

/** `count` words, big-endian, of the bytes repeated without end. */
function wordsOf(bytes: Uint8Array, count: number): Int32Array {
  const words = new Int32Array(count);
  for (let at = 0; at < 4 * count; at++) {
    words[at >> 2] = (word(words, at >> 2) << 8) | (bytes[at % bytes.length] ?? 0);
  }
  return words;
}

/** Enciphers the block of two words at `at`, in place. */
export function encipher({ subkeys, boxes }: Blowfish, words: Int32Array, at: number): void {
  let left = word(words, at) ^ word(subkeys, 0);
  let right = word(words, at + 1);
  for (let round = 1; round <= ROUNDS; round += 2) {
    right ^= mix(boxes, left) ^ word(subkeys, round);
    left ^= mix(boxes, right) ^ word(subkeys, round + 1);
  }
  words[at] = right ^ word(subkeys, ROUNDS + 1);
  words[at + 1] = left;
}

const mix = (boxes: Int32Array, x: number): number =>
  (((word(boxes, x >>> 24) + word(boxes, 256 + ((x >>> 16) & 0xff))) ^
    word(boxes, 512 + ((x >>> 8) & 0xff))) +
    word(boxes, 768 + (x & 0xff))) |
  0;

let digitsOfPi: Int32Array | undefined;

/** The cipher begins with the binary digits of π behind the point; computed at the first use, in some 20 ms. */
function fractionOfPi(): Int32Array {
  digitsOfPi ??= computeFraction();
  return digitsOfPi;
}

/** Machin's formula in fixed point: π = 16 arctan(1/5) − 4 arctan(1/239). */
function computeFraction(): Int32Array {
  const count = SUBKEYS + BOXES;
  const guard = 64n;
  const one = 1n << (BigInt(32 * count) + guard);
  const pi = 16n * arctanOfInverse(5n, one) - 4n * arctanOfInverse(239n, one);
  const bytes = Buffer.from(((pi - 3n * one) >> guard).toString(16).padStart(8 * count, '0'), 'hex');
  return Int32Array.from({ length: count }, (_, i) => bytes.readInt32BE(4 * i));
}

function arctanOfInverse(x: bigint, one: bigint): bigint {
  const square = x * x;
  let power = one / x;
  let sum = 0n;
  for (let n = 1n; power > 0n; n += 2n) {
    sum += n % 4n === 1n ? power / n : -power / n;
    power /= square;
  }
  return sum;
}
