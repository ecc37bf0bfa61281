import type { User } from '../../../kube/client/client.ts';
import type { Attributes, Decision } from '../types.ts';
import { isAllowedBy } from './rules.ts';
import { WORKERS } from './workers.data.ts';

/** A worker of this process, by its name in `workers.data.ts`. Nobody is authenticated as one over the network. */
export const worker = (name: string): User => ({ name, groups: ['system:authenticated'] });

export const isWorker = ({ name }: User): boolean => Object.hasOwn(WORKERS, name);

export function workerMay({ name }: User, attributes: Attributes): Decision {
  const rules = WORKERS[name] ?? [];
  if ('group' in attributes && isAllowedBy(rules, attributes)) return { allowed: true };
  return { allowed: false, reason: `nothing in the rules of ${name} allows it` };
}
