import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Cost } from './passwords.ts';

/** What every part of this room is handed. */
export interface IdentityParts {
  /** The home cluster: it holds users, tokens, roles and grants. */
  readonly home: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Work of a guess of a password. */
  readonly passwordCost: Cost;
}
