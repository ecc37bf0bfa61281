import { isObject } from '../../../kube/values/equal.ts';
import { containersOf, nameOfContainer, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

export const privileged: Rule = {
  name: 'privileged',
  severity: 'error',
  finds: 'A privileged container: it may do to its node whatever it likes.',
  remedy: 'Drop privileged, and add the capabilities that are needed.',
  check: (subject) =>
    containersOf(subject).flatMap((one) => {
      const { securityContext } = one.container;
      return isObject(securityContext) && securityContext.privileged === true
        ? [
            remarkOn(
              one.pod.linted,
              `${one.pointer}/securityContext/privileged`,
              `${nameOfContainer(one)} is privileged`,
            ),
          ]
        : [];
    }),
};
