import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** The work of one guess: 32 MiB and about 80 ms (OWASP "Password Storage Cheat Sheet": N = 2^15, r = 8, p = 3). */
export const COST: Cost = { N: 2 ** 15, r: 8, p: 3 };

/** Parameters of scrypt (RFC 7914). */
export interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

const KEY_BYTES = 32;
export const SHORTEST_PASSWORD = 10;
export const LONGEST_PASSWORD = 1024;

/** `scrypt$N$r$p$salt$key`, salt and key in base64: the cost stands in it, so that it can be raised. */
export async function hashPassword(password: string, cost: Cost): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Whether the hash is of this password. Without a hash as much work is done, and the answer is no: the time does not tell who has an account. */
export async function isPassword(password: string, hash: string | undefined, usual: Cost): Promise<boolean> {
  const known = hash === undefined ? undefined : parse(hash);
  const { cost, salt, key } = known ?? { ...NOBODY, cost: usual };
  const derived = await derive(password, salt, cost);
  return timingSafeEqual(derived, key) && known !== undefined;
}

const NOBODY = { salt: Buffer.alloc(16), key: Buffer.alloc(KEY_BYTES) };

function parse(hash: string): (typeof NOBODY & { readonly cost: Cost }) | undefined {
  const match = /^scrypt\$(\d+)\$(\d+)\$(\d+)\$([^$]+)\$([^$]+)$/.exec(hash);
  if (!match) return undefined;
  const [, n, r, p, salt = '', key = ''] = match;
  const parsed = { N: Number(n), r: Number(r), p: Number(p) };
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== KEY_BYTES) return undefined;
  return { cost: parsed, salt: Buffer.from(salt, 'base64'), key: bytes };
}

/** NFKC: what a person types is the same on every keyboard (RFC 8265, section 4.2). */
function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const options: ScryptOptions = { ...cost, maxmem: 2 * 128 * cost.N * cost.r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    );
  });
}
