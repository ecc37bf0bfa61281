import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError, problemOf } from '../../../../base/errors.ts';
import { writeSecret } from '../../../../base/secretfile.ts';
import type { JsonObject } from '../../../../kube/values/types.ts';
import { keyPem, newKey } from '../certificates.ts';

export interface NamedKey {
  /** `kid` of a token: the hash of the public key, as Kubernetes names its own (`pkg/serviceaccount/jwt.go` keyIDFromPublicKey). */
  readonly id: string;
  readonly key: KeyObject;
}

/** What signs tokens of service accounts, and everything that has signed tokens which may still be valid. */
export interface SigningKeys {
  /** Private, P-256. */
  readonly signing: NamedKey;
  /** Public, by id; that of `signing` is among them. */
  readonly verifying: ReadonlyMap<string, KeyObject>;
}

/**
 * `sa.key` signs; each `sa-keys/*.pub` verifies. To rotate, remove `sa.key` and restart: a new one is made, and tokens of the old one stay
 * valid until its public key is removed too.
 * @throws ProblemError when a file is no such key.
 */
export function openSigningKeys(dir: string): SigningKeys {
  const publicDir = join(dir, 'sa-keys');
  mkdirSync(publicDir, { recursive: true, mode: 0o700 });
  const file = join(dir, 'sa.key');
  if (!existsSync(file)) writeSecret(file, keyPem(newKey()));
  const key = readKey(file, createPrivateKey);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw unreadable(file, 'it is not a key of the curve P-256');
  const own = createPublicKey(key);
  const signing = { id: keyId(own), key };
  const kept = join(publicDir, `${signing.id}.pub`);
  if (!existsSync(kept)) writeSecret(kept, own.export({ type: 'spki', format: 'pem' }).toString());
  const files = readdirSync(publicDir).filter((name) => name.endsWith('.pub'));
  const verifying = files.map((name): [string, KeyObject] => {
    const publicKey = readKey(join(publicDir, name), createPublicKey);
    return [keyId(publicKey), publicKey];
  });
  return { signing, verifying: new Map(verifying) };
}

/** Keys that nothing outlives. */
export function newSigningKeys(): SigningKeys {
  const key = newKey();
  const own = createPublicKey(key);
  const id = keyId(own);
  return { signing: { id, key }, verifying: new Map([[id, own]]) };
}

const keyId = (key: KeyObject): string =>
  createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64url');

function readKey(file: string, read: (pem: Buffer) => KeyObject): KeyObject {
  try {
    return read(readFileSync(file));
  } catch (error) {
    throw unreadable(file, problemOf(error).message);
  }
}

const unreadable = (file: string, why: string): ProblemError =>
  new ProblemError({
    reason: 'SigningKeyUnreadable',
    message: `${file}, a key of service-account tokens, cannot be used: ${why}`,
    remedy: 'restore it from a backup, or remove it (tokens that it has signed are refused then)',
  });

/** The public keys as a JSON Web Key Set (RFC 7517), for programs outside that want to believe a token. */
export const keySet = ({ verifying }: SigningKeys): JsonObject => ({
  keys: [...verifying].map(([kid, key]) => ({
    use: 'sig',
    kid,
    alg: key.asymmetricKeyType === 'rsa' ? 'RS256' : 'ES256',
    ...(key.export({ format: 'jwk' }) as JsonObject),
  })),
});
