import { createHash } from 'node:crypto';
import { ProblemError } from '../../base/errors.ts';

/** `sha256:` and 64 hexadecimal digits: the only algorithm that charts are pinned by. */
export type Digest = `sha256:${string}`;

export const isDigest = (text: string): text is Digest => /^sha256:[0-9a-f]{64}$/.test(text);

export const digestOf = (bytes: Uint8Array): Digest =>
  `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** @throws ProblemError DigestMismatch, naming what it is and where it came from */
export function checkDigest(bytes: Uint8Array, wanted: Digest, what: string): void {
  const got = digestOf(bytes);
  if (got === wanted) return;
  throw new ProblemError({
    reason: 'DigestMismatch',
    message: `${what} is not what was asked for: its digest is ${got}, not ${wanted}`,
    remedy: 'It was changed or damaged on the way. Nothing of it was used.',
  });
}
