import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { canonicalJson } from '../kube/equal.ts';
import type { Bundle } from './types.ts';

/** gzip + base64 of the JSON of a bundle, as a Release keeps it. */
export const encodeBundle = (bundle: Bundle): string => gzipSync(JSON.stringify(bundle)).toString('base64');

/** Whoever may write a Release may write a kilobyte that unpacks to gigabytes. */
const MAX_BYTES = 64 * 2 ** 20;

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
