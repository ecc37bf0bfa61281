import type { User } from '../../../kube/client/client.ts';
import type { Attributes } from '../authorization.ts';
import { ALLOW, NO_OPINION, none, type Opinion } from './opinion.ts';
import { isDiscovery } from './paths.ts';
import { isAllowedBy } from './rules.ts';
import { WORKERS } from './workers.data.ts';

/** What no request can carry: a user that has it was made in this process. */
const MADE_HERE = Symbol('a worker of this process');

interface Worker extends User {
  readonly [MADE_HERE]: true;
}

/** A worker of this process, by its name in `workers.data.ts`. */
export const worker = (name: string): Worker => ({
  name,
  groups: ['system:authenticated'],
  [MADE_HERE]: true,
});

/** Those that Kubernetes knows, too, run elsewhere as well as here; the others are nobody outside of this process. */
export const isKnownOutside = (name: string): boolean =>
  !OF_THIS_PROCESS.some((prefix) => name.startsWith(prefix));
const OF_THIS_PROCESS = ['system:apiserver', 'system:pilotage:'];

export const isWorker = (user: User): boolean =>
  Object.hasOwn(WORKERS, user.name) && (MADE_HERE in user || isKnownOutside(user.name));

/** Workers do not depend on objects that somebody may delete; roles can give them more. */
export function workerOpinion(user: User, attributes: Attributes): Opinion {
  const { name } = user;
  if (!isWorker(user)) return NO_OPINION;
  const may = 'path' in attributes ? isDiscovery(attributes) : isAllowedBy(WORKERS[name] ?? [], attributes);
  if (may) return ALLOW;
  return none(`nothing in the rules of ${name} allows it`);
}
