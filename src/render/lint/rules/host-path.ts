import { isObject } from '../../../kube/values/equal.ts';
import { nameOf, podsOf, remarkOn } from '../containers.ts';
import type { Rule } from '../rule.ts';

export const hostPath: Rule = {
  name: 'host-path',
  severity: 'warning',
  finds: 'A volume that is a folder of the node.',
  remedy: 'Use a PersistentVolumeClaim, an emptyDir or a ConfigMap.',
  check: (subject) =>
    podsOf(subject).flatMap(({ linted, spec, pointer }) =>
      (Array.isArray(spec.volumes) ? spec.volumes : []).flatMap((volume, index) => {
        if (!isObject(volume) || !isObject(volume.hostPath)) return [];
        const message = `${nameOf(linted)}: the volume ${String(volume.name)} is ${String(volume.hostPath.path)} of the node`;
        return [remarkOn(linted, `${pointer}/volumes/${index}/hostPath`, message)];
      }),
    ),
};
