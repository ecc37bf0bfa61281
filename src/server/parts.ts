import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AuditLog } from '../audit/log.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Access } from '../model/access.ts';
import type { ProgressSource } from '../model/progress.ts';
import type { User } from '../model/user.ts';
import type { Actions } from './actions.ts';
import type { Authenticate, KnowToken } from './auth.ts';
import type { IdentityActions } from './identityroutes.ts';
import type { BrowserSignIn } from './signinroutes.ts';
import type { Presented } from './tls/certificate.ts';

/** What the HTTP face is made of. */
export interface FaceOptions {
  readonly actions: Actions;
  readonly progress: ProgressSource;
  /** Answers everything below `/git/` itself, authentication included, and says who it was; false when the path is not its own. */
  readonly git: (
    request: IncomingMessage,
    response: ServerResponse,
    known: (user: User) => void,
  ) => Promise<boolean>;
  /** Answers what forges send to `/hooks/`, which proves itself; false when the path is not its own. Absent: nothing is there. */
  readonly webhooks?: (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean>;
  /** Every object of the home cluster at one revision, as lines. */
  readonly backup: () => Iterable<Buffer>;
  /** Answers a request to the Kubernetes API, whose path is `request.url`, as `user`; absent: there is none to proxy. */
  readonly kubernetes?: (
    request: IncomingMessage,
    response: ServerResponse,
    user: Pick<User, 'name' | 'groups'>,
  ) => Promise<void>;
  /** Where requests are recorded, and what is recorded is read; absent: nowhere. */
  readonly audit?: { readonly log: AuditLog; readonly uuid: () => string };
  readonly authenticate: Authenticate;
  /** Who bears the secret of a session. */
  readonly knowSession: KnowToken;
  /** The same, without counting as a use of it. */
  readonly observeSession: KnowToken;
  readonly access: Access;
  readonly identity: IdentityActions;
  /** As it is now; absent, or undefined: people sign in by name and password alone. */
  readonly browserSignIn?: () => BrowserSignIn | undefined;
  readonly clock: Clock;
  /** Absent: it speaks plain HTTP. */
  readonly certificates?: { read(): Promise<Presented> };
  /** By which it may be asked, beside addresses and localhost: lower case, without a port. */
  readonly names?: readonly string[];
  readonly logger: Logger;
}
