import { VALIDATING_WEBHOOK_CONFIGURATION } from '../../../kube/kinds/validatingwebhookconfiguration.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { WEBHOOK_COLUMNS } from './webhookcolumns.ts';

export const SERVED_VALIDATING_WEBHOOK_CONFIGURATION: ServedRow = {
  kind: VALIDATING_WEBHOOK_CONFIGURATION,
  strategy: { ...PLAIN, generation: true },
  columns: WEBHOOK_COLUMNS,
  subresources: [],
};
