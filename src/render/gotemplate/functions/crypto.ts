import { createHash } from 'node:crypto';
import type { Chance } from '../chance.ts';
import { fromBase64, toBase64 } from '../encoding/bases.ts';
import type { Made } from '../made.ts';
import { bytesOf, type FunctionTable, GoError, type GoFunction, textOf } from '../values.ts';
import { charged } from './charged.ts';
import { decryptAes, encryptAes, IV_BYTES } from './crypto/aes.ts';
import { bcryptHash, SALT_BYTES } from './crypto/bcrypt.ts';
import { customPair } from './crypto/certificates.ts';
import { certificate, certificateFunctions, HARD, keyFunctions } from './crypto/functions.ts';
import { derivePassword } from './crypto/masterpassword.ts';
import { ALPHABETS, randomBelow, randomText, shuffled, uuid } from './crypto/random.ts';
import { define } from './define.ts';

export interface CryptoOptions extends Chance {
  /** What would be another value each time is taken from here. */
  readonly made: Made;
}

/** sprig's functions of digests, secrets, certificates and chance (crypto.go, strings.go). */
export function cryptoFunctions({ made, ...chance }: CryptoOptions): FunctionTable {
  const once = {
    ...passwords(chance),
    ...random(chance),
    ...keyFunctions(chance),
    ...certificateFunctions(chance),
  };
  return { ...charged({ ...DIGESTS, ...SECRETS }), ...keptBy(made, charged(once)) };
}

const keptBy = (made: Made, functions: FunctionTable): FunctionTable =>
  Object.fromEntries(
    Object.entries(functions).map(([name, { call, ...rest }]): [string, GoFunction] => [
      name,
      { ...rest, call: (args, budget) => made.take(name, args, () => call(args, budget)) },
    ]),
  );

const digest = (algorithm: string): GoFunction =>
  define(['string'], ([text]) => createHash(algorithm).update(bytesOf(text)).digest('hex'));

const DIGESTS: FunctionTable = {
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
  sha512sum: digest('sha512'),
  adler32sum: define(['string'], ([text]) => `${adler32(bytesOf(text))}`),
};

/** RFC 1950 §8. */
function adler32(bytes: Uint8Array): number {
  let [a, b] = [1, 0];
  for (const byte of bytes) {
    a = (a + byte) % 65_521;
    b = (b + a) % 65_521;
  }
  return b * 65_536 + a;
}

const SECRETS: FunctionTable = {
  derivePassword: define(
    ['uint', 'string', 'string', 'string', 'string'],
    ([counter, type, password, user, site], budget) => {
      budget.spend(HARD);
      const bytes = { password: bytesOf(password), user: bytesOf(user), site: bytesOf(site) };
      const derived = derivePassword(type, { ...bytes, counter: Number(BigInt.asUintN(32, counter)) });
      return derived ?? `cannot find password template ${type}`;
    },
  ),
  decryptAES: define(['string', 'string'], ([password, encrypted]) =>
    encrypted === '' ? '' : textOf(decryptAes(bytesOf(password), fromBase64(encrypted))),
  ),
  buildCustomCert: define(['string', 'string'], ([cert, key]) =>
    certificate(customPair({ cert: decoded(cert, 'certificate'), key: decoded(key, 'private key') })),
  ),
};

function decoded(text: string, what: string): string {
  try {
    return textOf(fromBase64(text));
  } catch {
    throw new GoError(`unable to decode base64 ${what}`);
  }
}

function passwords({ random: bytes }: Chance): FunctionTable {
  const bcrypt = (password: string): string => {
    try {
      return bcryptHash(bytesOf(password), bytes(SALT_BYTES));
    } catch (error) {
      if (!(error instanceof GoError)) throw error;
      return `failed to encrypt string with bcrypt: ${error.message}`;
    }
  };
  return {
    bcrypt: define(['string'], ([password], budget) => {
      budget.spend(HARD);
      return bcrypt(password);
    }),
    htpasswd: define(['string', 'string'], ([user, password], budget) => {
      if (user.includes(':')) return `invalid username: ${user}`;
      budget.spend(HARD);
      return `${user}:${bcrypt(password)}`;
    }),
    encryptAES: define(['string', 'string'], ([password, text]) =>
      text === '' ? '' : toBase64(encryptAes(bytesOf(password), bytesOf(text), bytes(IV_BYTES))),
    ),
  };
}

function random({ random: bytes }: Chance): FunctionTable {
  const text = (alphabet: string): GoFunction =>
    define(['int'], ([length], budget) => {
      if (length <= 0n) return '';
      budget.spend(Number(length));
      return randomText(bytes, alphabet, Number(length));
    });
  return {
    ...Object.fromEntries(Object.entries(ALPHABETS).map(([name, alphabet]) => [name, text(alphabet)])),
    randBytes: define(['int'], ([count], budget) => {
      if (count < 0n) throw new GoError('runtime error: makeslice: len out of range');
      budget.spend(Number(count));
      return toBase64(bytes(Number(count)));
    }),
    randInt: define(['int', 'int'], ([from, to]) => {
      if (to <= from) throw new GoError('invalid argument to Intn');
      return from + randomBelow(bytes, to - from);
    }),
    shuffle: define(['string'], ([input], budget) => {
      budget.spend(input.length);
      return shuffled(bytes, [...input]).join('');
    }),
    uuidv4: define([], () => uuid(bytes)),
  };
}
