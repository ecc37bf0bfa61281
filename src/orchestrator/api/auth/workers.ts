import type { User } from '../../../kube/client/client.ts';
import type { Attributes } from '../types.ts';
import { ALLOW, NO_OPINION, none, type Opinion } from './opinion.ts';
import { isAllowedBy } from './rules.ts';
import { WORKERS } from './workers.data.ts';

/** A worker of this process, by its name in `workers.data.ts`. */
export const worker = (name: string): User => ({ name, groups: ['system:authenticated'] });

export const isWorker = ({ name }: User): boolean => Object.hasOwn(WORKERS, name);

/** Workers do not depend on objects that somebody may delete; roles can give them more. */
export function workerOpinion(user: User, attributes: Attributes): Opinion {
  const { name } = user;
  if (!isWorker(user)) return NO_OPINION;
  if ('group' in attributes && isAllowedBy(WORKERS[name] ?? [], attributes)) return ALLOW;
  return none(`nothing in the rules of ${name} allows it`);
}
