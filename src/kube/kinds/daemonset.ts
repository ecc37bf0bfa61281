import type { FieldError } from '../values/fielderrors.ts';
import type { JsonObject } from '../values/types.ts';
import { atLeast, oneOf } from './checks/checks.ts';
import { objectAt } from './checks/read.ts';
import { validateSelected, whenRolling } from './podspec/template.ts';
import { DAEMON_SETS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const DAEMON_SET: KindRow = {
  resource: DAEMON_SETS,
  applyOrder: 190,
  validate: validateDaemonSet,
  defaults: {
    'apps.v1.DaemonSetSpec': { members: { revisionHistoryLimit: 10 } },
    'apps.v1.DaemonSetUpdateStrategy': { members: { type: 'RollingUpdate', rollingUpdate: whenRolling } },
    'apps.v1.RollingUpdateDaemonSet': { members: { maxUnavailable: 1, maxSurge: 0 } },
  },
  recreatable: ['spec.selector'],
  isServing: true,
};

function validateDaemonSet(daemonSet: JsonObject, old?: JsonObject): readonly FieldError[] {
  const spec = objectAt(daemonSet, 'spec');
  return [
    ...validateSelected(spec, old),
    ...['minReadySeconds', 'revisionHistoryLimit'].flatMap((key) => atLeast(spec, key, 'spec', 0)),
    ...oneOf(objectAt(spec, 'updateStrategy'), 'type', 'spec.updateStrategy', ['RollingUpdate', 'OnDelete']),
  ];
}
