import { nameOf, podsOf, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

const FIELDS = ['hostNetwork', 'hostPID', 'hostIPC'];

export const hostNamespace: Rule = {
  name: 'host-namespace',
  severity: 'warning',
  finds: 'A pod in the network, the processes or the memory of its node: hostNetwork, hostPID, hostIPC.',
  remedy: 'Drop the field.',
  check: (subject) =>
    podsOf(subject).flatMap(({ linted, spec, pointer }) =>
      FIELDS.filter((field) => spec[field] === true).map((field) =>
        remarkOn(linted, `${pointer}/${field}`, `${nameOf(linted)} sets ${field}`),
      ),
    ),
};
