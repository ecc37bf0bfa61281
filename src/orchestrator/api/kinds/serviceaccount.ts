import type { ServiceAccount } from '../../../kube/kinds/objects.data.ts';
import { SERVICE_ACCOUNT } from '../../../kube/kinds/serviceaccount.ts';
import { AGE, column, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { TOKEN } from './serviceaccounttoken.ts';

export const SERVED_SERVICE_ACCOUNT: ServedRow = {
  kind: SERVICE_ACCOUNT,
  strategy: PLAIN,
  columns: [
    NAME,
    column<ServiceAccount>('Secrets', ({ secrets }) => (Array.isArray(secrets) ? secrets.length : 0)),
    AGE,
  ],
  subresources: [TOKEN],
};
