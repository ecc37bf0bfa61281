import { ProblemError } from '../base/errors.ts';
import type { User } from '../model/user.ts';

/** What is limited must not make what is not. @throws ProblemError Forbidden for a robot, and for a token with a scope */
export function assertWhole({ name, scope, owner }: User): void {
  if (scope === undefined && owner === undefined) return;
  throw new ProblemError({
    reason: 'Forbidden',
    message: `${name} is a robot or has a token with a scope: it makes no tokens, passwords or grants.`,
    remedy: 'Sign in yourself: pilotage login.',
  });
}
