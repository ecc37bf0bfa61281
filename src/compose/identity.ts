/** Who is who, and who may what: one answer for every face. */
import type { Clock } from '../base/clock.ts';
import type { Problem } from '../base/errors.ts';
import type { Lifetime } from '../base/lifetime.ts';
import type { Logger } from '../base/log.ts';
import { createAccess } from '../identity/access.ts';
import { createIdentityActions } from '../identity/actions.ts';
import { createGrantController } from '../identity/grants/controller.ts';
import { COST } from '../identity/passwords.ts';
import { ensureBuiltinRoles } from '../identity/roles.ts';
import { createSignIn, localProvider } from '../identity/signin.ts';
import { sessionAuthenticator, sessionObserver, tokenAuthenticator } from '../identity/tokens.ts';
import type { Access } from '../model/access.ts';
import type { BootstrapCode } from '../model/identityfaces.ts';
import { isScoped, kubernetesUserOf } from '../model/user.ts';
import { type Authenticate, authenticator, type KnowToken } from '../server/auth.ts';
import type { IdentityActions } from '../server/identityroutes.ts';
import type { BrowserSignIn } from '../server/signinroutes.ts';
import type { Home } from './home.ts';
import { openLockouts } from './lockouts.ts';
import { composeSignIn, type SignInFile } from './signin.ts';

export interface Identity {
  readonly access: Access;
  readonly authenticate: Authenticate;
  readonly knowSession: KnowToken;
  readonly observeSession: KnowToken;
  /** As it is now; undefined: there is none. */
  browserSignIn(): BrowserSignIn | undefined;
  /** What a person should see to: a file of sign-ins that cannot be used. */
  problem(): Problem | undefined;
  readonly actions: IdentityActions;
  /** For the first administrator; undefined once there is an account. */
  firstBootstrap(): Promise<BootstrapCode | undefined>;
  /** Once the kinds of pilotage.dev are served. */
  start(signal: AbortSignal): Promise<void>;
}

export async function composeIdentity(options: {
  readonly dataDir: string;
  readonly home: Home;
  /** The daemon's own token. */
  readonly token: string;
  /** Who signs people in besides the passwords that are kept here. */
  readonly signIn: SignInFile | undefined;
  readonly parts: Lifetime;
  readonly clock: Clock;
  readonly logger: Logger;
}): Promise<Identity> {
  const { home, token, parts, clock, logger } = options;
  const common = { home: home.identityClient, clock, logger, passwordCost: COST };
  const access = createAccess(home.decide);
  const outside = await composeSignIn({ ...common, lifetime: parts }, options.signIn);
  // Passwords that are kept here come first: who has one needs no directory to answer.
  const lockouts = await openLockouts(options);
  const signIn = createSignIn(common, [localProvider(common), ...outside.passwords], lockouts);
  const known = tokenAuthenticator(common);
  const cluster = home.ca === undefined ? {} : { cluster: { server: home.url, ca: home.ca } };
  const grants = createGrantController(common);
  parts.add('role grants', () => grants.stop());
  const actions = createIdentityActions({ ...common, ...cluster, access, signIn });
  return {
    access,
    authenticate: authenticator(token, known),
    knowSession: sessionAuthenticator(common),
    observeSession: sessionObserver(common),
    browserSignIn: outside.browser,
    problem: outside.problem,
    actions,
    firstBootstrap: actions.firstBootstrap,
    async start(signal) {
      await ensureBuiltinRoles(home.identityClient);
      grants.start(signal);
      home.admitTokens?.(async (text) => {
        const user = await known(text);
        // The Kubernetes API knows nothing of a scope.
        return user && !isScoped(user) ? kubernetesUserOf(user) : undefined;
      });
    },
  };
}
