import { isObject } from '../../../kube/values/equal.ts';
import { containersOf, nameOfContainer, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

export const privilegeEscalation: Rule = {
  name: 'privilege-escalation',
  severity: 'warning',
  finds:
    'A container that says allowPrivilegeEscalation: true: a program in it may gain rights that it was not started with.',
  remedy: 'Write allowPrivilegeEscalation: false.',
  check: (subject) =>
    containersOf(subject).flatMap((one) => {
      const { securityContext } = one.container;
      if (!isObject(securityContext) || securityContext.allowPrivilegeEscalation !== true) return [];
      const pointer = `${one.pointer}/securityContext/allowPrivilegeEscalation`;
      return [remarkOn(one.pod.linted, pointer, `${nameOfContainer(one)} allows privilege escalation`)];
    }),
};
