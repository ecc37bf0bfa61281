import { isObject } from '../../../kube/values/equal.ts';
import { containersOf, nameOfContainer, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

export const runAsRoot: Rule = {
  name: 'run-as-root',
  severity: 'warning',
  finds: 'A container that is run as user 0, or says runAsNonRoot: false.',
  remedy: 'Set runAsNonRoot: true and a runAsUser above 0.',
  check: (subject) =>
    containersOf(subject).flatMap((one) => {
      const own = one.container.securityContext;
      const ofPod = one.pod.spec.securityContext;
      for (const [context, at] of [
        [own, one.pointer],
        [ofPod, one.pod.pointer],
      ] as const) {
        if (!isObject(context)) continue;
        const field = ['runAsUser', 'runAsNonRoot'].find((name) => context[name] !== undefined);
        if (field === undefined) continue;
        const isRoot =
          context.runAsUser === 0 || (field === 'runAsNonRoot' && context.runAsNonRoot === false);
        if (!isRoot) return [];
        const message = `${nameOfContainer(one)} runs as root: ${field}: ${String(context[field])}`;
        return [remarkOn(one.pod.linted, `${at}/securityContext/${field}`, message)];
      }
      return [];
    }),
};
