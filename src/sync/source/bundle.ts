import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Problem, ProblemError } from '../../base/errors.ts';
import { canonicalJson } from '../../kube/values/equal.ts';
import type { Bundle } from '../plan/types.ts';

/**
 * A bundle holds Secrets in clear, and a Release is read by more people than Secrets are: it is kept sealed, as `v1:` and the base64 of
 * nonce (12 bytes), tag (16) and the AES-256-GCM of gzipped JSON.
 */
const SEALED = 'v1:';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A user who may write a Release could write a kilobyte that unpacks to gigabytes. */
const MAX_BYTES = 64 * 2 ** 20;

/** As it is kept for a Release. `key`: 32 bytes, of this installation. Throws ProblemError OutputTooLarge. */
export function encodeBundle(bundle: Bundle, key: Buffer): string {
  const text = JSON.stringify(bundle);
  if (Buffer.byteLength(text) > MAX_BYTES) throw new ProblemError(TOO_LARGE);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce);
  const sealed = [cipher.update(gzipSync(text)), cipher.final()];
  return SEALED + Buffer.concat([nonce, cipher.getAuthTag(), ...sealed]).toString('base64');
}

const TOO_LARGE: Problem = {
  reason: 'OutputTooLarge',
  message: 'The apps of this environment together render to more than 64 MiB, which no release can keep',
  remedy: 'Split them over several deliveries.',
};

/** Throws for text that `encodeBundle` did not write with this key. Releases of before they were sealed are read as they are. */
export function decodeBundle(text: string, key: Buffer): Bundle {
  const zipped = text.startsWith(SEALED)
    ? unseal(text.slice(SEALED.length), key)
    : Buffer.from(text, 'base64');
  return JSON.parse(gunzipSync(zipped, { maxOutputLength: MAX_BYTES }).toString('utf8')) as Bundle;
}

function unseal(text: string, key: Buffer): Buffer {
  const bytes = Buffer.from(text, 'base64');
  const tagEnd = NONCE_BYTES + TAG_BYTES;
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), options);
  decipher.setAuthTag(bytes.subarray(NONCE_BYTES, tagEnd));
  return Buffer.concat([decipher.update(bytes.subarray(tagEnd)), decipher.final()]);
}

/** Names a bundle by its content: equal for equal bundles of one installation. By its key, as the digest is. */
export const bundleName = (bundle: Bundle, key: Buffer): string =>
  createHmac('sha256', key).update('bundle ').update(JSON.stringify(bundle)).digest('hex');

/** Over the canonical JSON of the objects: equal for equal outcomes of one installation. By its key: a plain hash would let short secrets be guessed. */
export const digestOf = (bundle: Bundle, key: Buffer): string =>
  createHmac('sha256', key)
    .update(canonicalJson(bundle.manifests.map(({ object, app }) => ({ object, app }))))
    .digest('hex');

/** The same of the objects of each of these apps: equal while nothing of the app changes. */
export const appDigests = (bundle: Bundle, apps: readonly string[], key: Buffer) =>
  apps.map((app) => {
    const manifests = bundle.manifests.filter((manifest) => manifest.app === app);
    return { app, digest: digestOf({ manifests, apps: [] }, key) };
  });
