import { createHmac, scryptSync } from 'node:crypto';

const SCOPE = Buffer.from('com.lyndir.masterpassword');

const LETTERS = 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz';

/** The characters that a letter of a pattern stands for. */
const CLASSES: Readonly<Record<string, string>> = {
  V: 'AEIOU',
  C: 'BCDFGHJKLMNPQRSTVWXYZ',
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  A: 'AEIOUBCDFGHJKLMNPQRSTVWXYZ',
  a: LETTERS,
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: `${LETTERS}0123456789!@#$%^&*()`,
};

const PATTERNS: ReadonlyMap<string, readonly string[]> = new Map([
  ['maximum', ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno']],
  [
    'long',
    [
      ...['CvcvnoCvcvCvcv', 'CvcvCvcvnoCvcv', 'CvcvCvcvCvcvno', 'CvccnoCvcvCvcv', 'CvccCvcvnoCvcv'],
      ...['CvccCvcvCvcvno', 'CvcvnoCvccCvcv', 'CvcvCvccnoCvcv', 'CvcvCvccCvcvno', 'CvcvnoCvcvCvcc'],
      ...['CvcvCvcvnoCvcc', 'CvcvCvcvCvccno', 'CvccnoCvccCvcv', 'CvccCvccnoCvcv', 'CvccCvccCvcvno'],
      ...['CvcvnoCvccCvcc', 'CvcvCvccnoCvcc', 'CvcvCvccCvccno', 'CvccnoCvcvCvcc', 'CvccCvcvnoCvcc'],
      'CvccCvcvCvccno',
    ],
  ],
  ['medium', ['CvcnoCvc', 'CvcCvcno']],
  ['short', ['Cvcn']],
  ['basic', ['aaanaaan', 'aannaaan', 'aaannaaa']],
  ['pin', ['nnnn']],
]);

const SCRYPT = { N: 32_768, r: 8, p: 2, maxmem: 64 << 20 };

/** All as bytes. */
export interface MasterPassword {
  readonly password: Uint8Array;
  readonly user: Uint8Array;
  readonly site: Uint8Array;
  /** 32 bits, unsigned. */
  readonly counter: number;
}

/** The password of a site by the Master Password algorithm, version 3 (sprig's `derivePassword`); undefined for a type that has no pattern. */
export function derivePassword(
  type: string,
  { password, user, site, counter }: MasterPassword,
): string | undefined {
  const patterns = PATTERNS.get(type);
  if (!patterns) return undefined;
  const key = scryptSync(password, Buffer.concat([SCOPE, uint32(user.length), user]), 64, SCRYPT);
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([SCOPE, uint32(site.length), site, uint32(counter)]))
    .digest();
  const [first = 0, ...others] = seed;
  const pattern = patterns[first % patterns.length] ?? '';
  return [...pattern].map((letter, i) => pick(CLASSES[letter] ?? '', others[i] ?? 0)).join('');
}

const pick = (characters: string, byte: number): string => characters.charAt(byte % characters.length);

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
