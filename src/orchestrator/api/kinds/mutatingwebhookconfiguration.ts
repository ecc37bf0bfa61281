import { MUTATING_WEBHOOK_CONFIGURATION } from '../../../kube/kinds/mutatingwebhookconfiguration.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { WEBHOOK_COLUMNS } from './webhookcolumns.ts';

export const SERVED_MUTATING_WEBHOOK_CONFIGURATION: ServedRow = {
  kind: MUTATING_WEBHOOK_CONFIGURATION,
  strategy: { ...PLAIN, generation: true },
  columns: WEBHOOK_COLUMNS,
  subresources: [],
};
