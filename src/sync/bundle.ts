import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { ProblemError } from '../base/errors.ts';
import { canonicalJson } from '../kube/equal.ts';
import type { Bundle } from './types.ts';

/** Whoever may write a Release may write a kilobyte that unpacks to gigabytes. */
const MAX_BYTES = 64 * 2 ** 20;

/** gzip + base64 of the JSON of a bundle, as a Release keeps it. Throws ProblemError OutputTooLarge. */
export function encodeBundle(bundle: Bundle): string {
  const text = JSON.stringify(bundle);
  if (Buffer.byteLength(text) <= MAX_BYTES) return gzipSync(text).toString('base64');
  throw new ProblemError({
    reason: 'OutputTooLarge',
    message: 'The apps of this environment together render to more than 64 MiB, which no release can keep',
    remedy: 'Split them over several deliveries.',
  });
}

/** Throws for text that `encodeBundle` did not write. */
export const decodeBundle = (text: string): Bundle =>
  JSON.parse(
    gunzipSync(Buffer.from(text, 'base64'), { maxOutputLength: MAX_BYTES }).toString('utf8'),
  ) as Bundle;

/** sha256 over the canonical JSON of the objects: equal for equal outcomes, wherever they were written. */
export const digestOf = (bundle: Bundle): string =>
  createHash('sha256')
    .update(canonicalJson(bundle.manifests.map(({ object, app }) => ({ object, app }))))
    .digest('hex');
