import { type Problem, ProblemError } from '../../base/errors.ts';
import type { Person } from '../external.ts';
import type { OidcOptions } from './options.ts';

/** What a provider says of somebody: the members of an ID token whose signature, issuer, audience, times and nonce are right. */
export type Claims = Readonly<Record<string, unknown>>;

/** @throws ProblemError ClaimMissing; Forbidden for somebody without the claims that are required */
export function personOf(claims: Claims, options: OidcOptions): Person {
  const { issuer, nameClaim, groupsClaim, requiredClaims } = options;
  for (const [name, value] of Object.entries(requiredClaims))
    if (claims[name] !== value) throw new ProblemError(unfit(name));
  const [subject, name, displayName] = [claims.sub, claims[nameClaim], claims.name];
  if (typeof subject !== 'string' || subject === '') throw new ProblemError(missing('sub'));
  if (typeof name !== 'string' || name === '') throw new ProblemError(missing(nameClaim));
  const isVerified = claims.email_verified === true && typeof claims.email === 'string';
  // Anybody could name themselves by an address that nobody has checked.
  if (nameClaim === 'email' && !isVerified) throw new ProblemError(UNVERIFIED);
  return {
    id: `${issuer} ${subject}`,
    name,
    emails: isVerified ? [String(claims.email)] : [],
    groups: textsOf(claims[groupsClaim]),
    ...(typeof displayName === 'string' ? { displayName } : {}),
  };
}

const textsOf = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');

const missing = (claim: string): Problem => ({
  reason: 'ClaimMissing',
  message: `The provider does not say "${claim}" of you.`,
  remedy:
    'Choose another nameClaim, or ask for the scope that has it, in the file of `pilotage up --signin`.',
});

const unfit = (claim: string): Problem => ({
  reason: 'Forbidden',
  message: `What the provider says of you is not what this Pilotage requires: "${claim}".`,
  remedy: 'An administrator knows which accounts of the provider it is for (requiredClaims).',
});

const UNVERIFIED: Problem = {
  reason: 'Forbidden',
  message: 'The provider does not say that your e-mail address is verified, and names are addresses here.',
  remedy: 'Have it verified there.',
};
