import { NETWORK_POLICY } from '../../../kube/kinds/networkpolicy.ts';
import type { NetworkPolicy } from '../../../kube/kinds/objects.data.ts';
import { formatSelector, selectorOf } from '../../../kube/values/selectors.ts';
import { AGE, column, NAME, none } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';

export const SERVED_NETWORK_POLICY: ServedRow = {
  kind: NETWORK_POLICY,
  strategy: { ...PLAIN, generation: true },
  columns: [
    NAME,
    column<NetworkPolicy>('Pod-Selector', ({ spec }) =>
      none(formatSelector(selectorOf(spec?.podSelector) ?? [])),
    ),
    AGE,
  ],
  subresources: [],
};
