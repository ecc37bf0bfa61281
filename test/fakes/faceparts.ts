import { authenticator } from '../../src/server/auth.ts';
import type { IdentityActions } from '../../src/server/identityroutes.ts';
import type { FaceOptions } from '../../src/server/parts.ts';
import { ALL_ALLOWED } from './access.ts';

/** A face that knows one token, whose holder may do everything, and no accounts. */
export const heldBy = (
  token: string,
): Pick<FaceOptions, 'authenticate' | 'knowSession' | 'observeSession' | 'access' | 'identity'> => ({
  authenticate: authenticator(token, async () => undefined),
  knowSession: async () => undefined,
  observeSession: async () => undefined,
  access: ALL_ALLOWED,
  identity: {} as IdentityActions,
});
