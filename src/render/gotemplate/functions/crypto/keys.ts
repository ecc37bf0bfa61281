import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { type DerElement, derElements } from '../../../../base/derreader.ts';
import { integer, pem, sequence, tlv } from '../../../../base/derwriter.ts';
import type { KeyType } from '../../chance.ts';
import { GoError } from '../../values.ts';

/** Makes private keys with the random numbers of node:crypto. */
export function generateKey(type: KeyType): KeyObject {
  switch (type) {
    case 'rsa-2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    case 'rsa-4096':
      return generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey;
    case 'dsa':
      return generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey;
    case 'ecdsa':
      return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    case 'ed25519':
      return generateKeyPairSync('ed25519').privateKey;
  }
}

/** The first PEM block of a text. */
export interface PemBlock {
  /** `RSA PRIVATE KEY` */
  readonly type: string;
  readonly der: Buffer;
}

const BLOCK = /-----BEGIN ([^\n-]*)-----\s([A-Za-z0-9+/=\s]*)-----END \1-----/;

export function pemBlock(text: string): PemBlock | undefined {
  const [, type, body] = BLOCK.exec(text) ?? [];
  return type === undefined || body === undefined ? undefined : { type, der: Buffer.from(body, 'base64') };
}

const FORMS: ReadonlyMap<string, { readonly form: 'pkcs1' | 'sec1' | 'pkcs8'; readonly failure: string }> =
  new Map([
    ['PRIVATE KEY', { form: 'pkcs8', failure: 'decoding PEM as PKCS#8' }],
    ['RSA PRIVATE KEY', { form: 'pkcs1', failure: 'parsing RSA private key from PEM' }],
    ['EC PRIVATE KEY', { form: 'sec1', failure: 'parsing EC private key from PEM' }],
    // OpenSSL's old form has no name in node:crypto, which finds out by itself.
    ['DSA PRIVATE KEY', { form: 'pkcs1', failure: 'parsing DSA private key from PEM' }],
  ]);

/** @throws GoError in sprig's words, as far as they do not come out of Go's own parsers */
export function parsePrivateKey(text: string): KeyObject {
  const block = pemBlock(text);
  if (!block) throw new GoError('no PEM data in input');
  const known = FORMS.get(block.type);
  if (!known) throw new GoError(unknownType(block.type));
  try {
    if (block.type.startsWith('DSA')) return createPrivateKey(pem(block.type, block.der));
    return createPrivateKey({ key: block.der, format: 'der', type: known.form });
  } catch {
    throw new GoError(`${known.failure}: not a private key of this form`);
  }
}

const SUFFIX = ' PRIVATE KEY';

const unknownType = (type: string): string =>
  type.endsWith(SUFFIX)
    ? `invalid private key type ${type.slice(0, -SUFFIX.length)}`
    : `no private key data in PEM block of type ${type}`;

/** In the form that Go's tools write for its algorithm: PKCS #1, SEC 1, OpenSSL's for DSA, else PKCS #8. */
export function privateKeyPem(key: KeyObject): string {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    case 'ec':
      return key.export({ type: 'sec1', format: 'pem' }).toString();
    case 'dsa':
      return dsaPem(key);
    default:
      return key.export({ type: 'pkcs8', format: 'pem' }).toString();
  }
}

/** SEQUENCE of 0, p, q, g, y, x, out of PKCS #8 (p, q, g beside the algorithm, x inside) and SubjectPublicKeyInfo (y). */
function dsaPem(key: KeyObject): string {
  const [, algorithm, secret] = inside(key.export({ type: 'pkcs8', format: 'der' }));
  const [, publicBits] = inside(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  const [, parameters] = derElements(algorithm?.content ?? Buffer.alloc(0));
  const numbers = [
    ...derElements(parameters?.content ?? Buffer.alloc(0)),
    ...derElements(publicBits?.content.subarray(1) ?? Buffer.alloc(0)),
    ...derElements(secret?.content ?? Buffer.alloc(0)),
  ];
  return pem(
    'DSA PRIVATE KEY',
    sequence(integer(Buffer.of(0)), ...numbers.map(({ content }) => tlv(2, content))),
  );
}

const inside = (der: Buffer): readonly DerElement[] =>
  derElements(derElements(der)[0]?.content ?? Buffer.alloc(0));
