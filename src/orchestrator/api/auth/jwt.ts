import { type KeyObject, sign, verify } from 'node:crypto';
import { isObject } from '../../../kube/values/equal.ts';
import type { JsonObject } from '../../../kube/values/types.ts';

/** A JSON Web Token in compact form (RFC 7515, RFC 7519). Nothing in it is true before `isSignedBy` says so. */
export interface Jwt {
  readonly header: JsonObject;
  readonly claims: JsonObject;
  /** What the signature is over. */
  readonly signed: string;
  readonly signature: Buffer;
}

/** Longer ones are nobody's: a token is sent with each request. */
const LONGEST = 64 * 1024;

/** undefined: this is no such token. */
export function readJwt(token: string): Jwt | undefined {
  if (token.length > LONGEST) return undefined;
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  const header = partOf(head);
  const claims = partOf(body);
  if (!header || !claims || more.length > 0) return undefined;
  return { header, claims, signed: `${head}.${body}`, signature: Buffer.from(signature, 'base64url') };
}

function partOf(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

interface Algorithm {
  readonly hash: string | null;
  /** The curve of an elliptic key. */
  readonly curve?: string;
  readonly type: 'ec' | 'rsa' | 'ed25519';
}

/**
 * Signatures by a key pair alone (RFC 7518 §3.1, RFC 8037): neither `none` nor the HMACs, for which a public key that everybody may
 * read would be the secret.
 */
const ALGORITHMS: Readonly<Record<string, Algorithm>> = {
  ES256: { hash: 'sha256', type: 'ec', curve: 'prime256v1' },
  ES384: { hash: 'sha384', type: 'ec', curve: 'secp384r1' },
  ES512: { hash: 'sha512', type: 'ec', curve: 'secp521r1' },
  RS256: { hash: 'sha256', type: 'rsa' },
  RS384: { hash: 'sha384', type: 'rsa' },
  RS512: { hash: 'sha512', type: 'rsa' },
  EdDSA: { hash: null, type: 'ed25519' },
};

/** The key decides which algorithms there are; the header can only choose among those. */
export function isSignedBy({ header, signed, signature }: Jwt, key: KeyObject): boolean {
  const name = typeof header.alg === 'string' ? header.alg : '';
  const algorithm = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  if (!algorithm || algorithm.type !== key.asymmetricKeyType) return false;
  if (algorithm.curve !== undefined && algorithm.curve !== key.asymmetricKeyDetails?.namedCurve) return false;
  return verify(algorithm.hash, Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' }, signature);
}

/** By a P-256 key: ES256. */
export function signJwt(claims: JsonObject, { id, key }: { id: string; key: KeyObject }): string {
  const part = (value: JsonObject) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const signed = `${part({ alg: 'ES256', kid: id })}.${part(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

/** `aud` is a list or a single name. */
export const audiencesOf = ({ aud }: JsonObject): readonly string[] =>
  (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string');

/** How far apart two clocks may be, in seconds (go-jose `jwt.DefaultLeeway`). */
export const LEEWAY_SECONDS = 60;

/** Whether the token is valid at `now` (milliseconds); the word says why not. Absent times do not bound it. */
export function timeFault(
  { exp, nbf, iat }: JsonObject,
  now: number,
): 'expired' | 'early' | 'future' | 'malformed' | undefined {
  const times = [exp, nbf, iat];
  if (times.some((time) => time !== undefined && typeof time !== 'number')) return 'malformed';
  const seconds = now / 1000;
  if (typeof nbf === 'number' && seconds + LEEWAY_SECONDS < nbf) return 'early';
  if (typeof exp === 'number' && seconds - LEEWAY_SECONDS > exp) return 'expired';
  if (typeof iat === 'number' && seconds + LEEWAY_SECONDS < iat) return 'future';
  return undefined;
}
