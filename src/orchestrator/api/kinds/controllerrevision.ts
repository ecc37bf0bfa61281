import { CONTROLLER_REVISION } from '../../../kube/kinds/controllerrevision.ts';
import type { ControllerRevision } from '../../../kube/kinds/objects.data.ts';
import { gvkOf } from '../../../kube/values/types.ts';
import { AGE, column, NAME, none } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_CONTROLLER_REVISION: ServedRow = {
  kind: CONTROLLER_REVISION,
  strategy: PLAIN,
  columns: [
    NAME,
    column<ControllerRevision>('Controller', controllerName),
    column<ControllerRevision>('Revision', ({ revision }) => revision),
    AGE,
  ],
  subresources: [],
};

/** `statefulset.apps/db`; kinds of the core group have no suffix. */
function controllerName({ metadata }: ControllerRevision): string {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (!owner) return none('');
  const { group, kind } = gvkOf(owner);
  return `${kind.toLowerCase()}${group === '' ? '' : `.${group}`}/${owner.name}`;
}
