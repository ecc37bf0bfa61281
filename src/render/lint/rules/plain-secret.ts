import { isObject } from '../../../kube/values/equal.ts';
import { containersOf, nameOfContainer, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

/** Names of variables that are asked for in earnest; `_FILE` names a file that holds the secret. */
const SECRET =
  /(^|_)(PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/i;

export const plainSecret: Rule = {
  name: 'plain-secret',
  severity: 'warning',
  finds: 'A password, token or key that stands in an environment variable as it is.',
  remedy: 'Keep it in a Secret, and name that by valueFrom.secretKeyRef.',
  check: (subject) =>
    containersOf(subject).flatMap((one) =>
      (Array.isArray(one.container.env) ? one.container.env : []).flatMap((variable, index) => {
        if (!isObject(variable) || typeof variable.name !== 'string' || !SECRET.test(variable.name))
          return [];
        const { value } = variable;
        // Another variable, which may well come from a Secret.
        if (typeof value !== 'string' || value === '' || /^\$\([^)]*\)$/.test(value)) return [];
        const message = `${nameOfContainer(one)}: the variable ${variable.name} holds its secret in plain text`;
        return [remarkOn(one.pod.linted, `${one.pointer}/env/${index}/value`, message)];
      }),
    ),
};
