import type { AdmissionAttributes } from './plugin.ts';

/** Creates and updates of a pod itself, not of what is below it. */
export const isPodWrite = ({ operation, kind, subresource }: AdmissionAttributes): boolean =>
  (operation === 'CREATE' || operation === 'UPDATE') &&
  subresource === undefined &&
  kind.group === '' &&
  kind.plural === 'pods';

export const isNewPod = (attributes: AdmissionAttributes): boolean =>
  attributes.operation === 'CREATE' && isPodWrite(attributes);
