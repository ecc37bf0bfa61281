import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether what was sent is the secret: in a time that does not depend on where the two differ, nor on how long the secret is. */
export const equalSecrets = (given: string, wanted: string): boolean =>
  timingSafeEqual(sha256(given), sha256(wanted));

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
