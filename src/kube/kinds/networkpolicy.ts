import { isEmptyList } from './checks/read.ts';
import { NETWORK_POLICIES } from './resources.data.ts';
import { type KindRow, noRules } from './row.ts';

export const NETWORK_POLICY: KindRow = {
  resource: NETWORK_POLICIES,
  applyOrder: 30,
  validate: noRules,
  defaults: {
    'networking.v1.NetworkPolicyPort': { members: { protocol: 'TCP' } },
    'networking.v1.NetworkPolicySpec': {
      members: { policyTypes: (self) => (isEmptyList(self.egress) ? ['Ingress'] : ['Ingress', 'Egress']) },
    },
  },
};
