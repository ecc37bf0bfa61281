import { containersOf, nameOfContainer, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

const LASTING = new Set(['Deployment', 'StatefulSet', 'DaemonSet']);

export const missingProbe: Rule = {
  name: 'missing-probe',
  severity: 'warning',
  finds:
    'A container with ports and without a readiness probe: it gets requests before it can answer, and a rollout cannot tell.',
  remedy: 'Add readinessProbe.',
  check: (subject) =>
    containersOf(subject)
      .filter(({ pod, container, list }) => {
        const serves = Array.isArray(container.ports) && container.ports.length > 0;
        return list === 'containers' && serves && LASTING.has(pod.linted.object.kind);
      })
      .filter(({ container }) => !container.readinessProbe)
      .map((one) =>
        remarkOn(one.pod.linted, one.pointer, `${nameOfContainer(one)} has ports, and no readinessProbe`),
      ),
};
