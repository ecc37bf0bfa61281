import { IP_ADDRESS } from '../../../kube/kinds/ipaddress.ts';
import type { IPAddress } from '../../../kube/kinds/objects.data.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_IP_ADDRESS: ServedRow = {
  kind: IP_ADDRESS,
  strategy: PLAIN,
  columns: [NAME, column<IPAddress>('ParentRef', parent), AGE],
  subresources: [],
};

function parent({ spec }: IPAddress): string {
  if (!spec?.parentRef) return '<none>';
  const { group, resource, namespace, name } = spec.parentRef;
  const type = (group ? `${resource}.${group}` : resource).toLowerCase();
  return [type, ...(namespace ? [namespace] : []), name].join('/');
}
