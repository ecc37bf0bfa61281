import { timingSafeEqual } from 'node:crypto';

/**
 * Who asks, from an Authorization header: `Bearer TOKEN`, or `Basic` with the token as password (git and curl send that).
 * Returns the user name that was given ('' for Bearer), or undefined when the token is not ours.
 */
export function principalOf(header: string | undefined, token: string): string | undefined {
  const [scheme = '', credentials = ''] = (header ?? '').split(/\s+/, 2);
  if (scheme.toLowerCase() === 'bearer') return equalSecrets(credentials, token) ? '' : undefined;
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 0) return undefined;
  return equalSecrets(decoded.slice(colon + 1), token) ? decoded.slice(0, colon) : undefined;
}

/** In time that does not depend on where the two differ. */
function equalSecrets(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)];
  return a.length === b.length && timingSafeEqual(a, b);
}
