import { isObject } from '../../../kube/values/equal.ts';
import { containersOf, nameOfContainer, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

/** A limit of CPU slows down what could run, so nobody has to set one. */
const WANTED = [
  ['requests', 'cpu'],
  ['requests', 'memory'],
  ['limits', 'memory'],
] as const;

export const missingResources: Rule = {
  name: 'missing-resources',
  severity: 'warning',
  finds: 'A container without requests of CPU and memory, or without a limit of memory.',
  remedy: 'Set resources.requests.cpu, resources.requests.memory and resources.limits.memory.',
  check: (subject) =>
    containersOf(subject).flatMap((one) => {
      const resources = isObject(one.container.resources) ? one.container.resources : {};
      const missing = WANTED.filter(([list, name]) => {
        const amounts = resources[list];
        const limits = resources.limits;
        const has = (all: unknown): boolean => isObject(all) && all[name] !== undefined;
        // A request that is not set is what the limit says.
        return !has(amounts) && !(list === 'requests' && has(limits));
      });
      if (missing.length === 0) return [];
      const names = missing.map((path) => path.join('.')).join(', ');
      const message = `${nameOfContainer(one)} does not set ${names}`;
      return [remarkOn(one.pod.linted, `${one.pointer}/resources`, message)];
    }),
};
