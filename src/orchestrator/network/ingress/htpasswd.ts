/** Hashes of passwords as Apache's htpasswd writes them (httpd `docs/manual/misc/password_encryptions`). */
import { createHash, timingSafeEqual } from 'node:crypto';
import { apr1 } from './apr1.ts';

const LONGEST_PASSWORD = 256;

export const isKnownHash = (hash: string): boolean =>
  /^\$apr1\$[^$]{1,8}\$[./0-9A-Za-z]{22}$/.test(hash) ||
  /^\{SHA\}.{28}$/.test(hash) ||
  /^\{SSHA\}.{32,}$/.test(hash);

export const UNKNOWN_HASH =
  'is not known here: $apr1$ (htpasswd, htpasswd -m), {SHA} (htpasswd -s) and {SSHA} are, and bcrypt (-B), $5$, $6$ and crypt are not';

/** Whether the hash is of this password. $apr1$ takes about a millisecond, in turns of the event loop. */
export async function isPasswordOf(hash: string, password: string): Promise<boolean> {
  if (password.length > LONGEST_PASSWORD) return false;
  if (hash.startsWith('{SHA}')) return isSame(sha1(password), Buffer.from(hash.slice(5), 'base64'));
  if (hash.startsWith('{SSHA}')) {
    const bytes = Buffer.from(hash.slice(6), 'base64');
    return isSame(sha1(password, bytes.subarray(20)), bytes.subarray(0, 20));
  }
  const [, , salt = ''] = hash.split('$');
  return isSame(Buffer.from(await apr1(password, salt)), Buffer.from(hash));
}

const sha1 = (text: string, salt: Buffer = Buffer.alloc(0)): Buffer =>
  createHash('sha1').update(text).update(salt).digest();

const isSame = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);
