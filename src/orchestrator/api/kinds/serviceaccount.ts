import { SERVICE_ACCOUNT } from '../../../kube/kinds/serviceaccount.ts';
import { AGE, NAME } from './columns.ts';
import { PLAIN, type ServedRow } from './servedrow.ts';
import { TOKEN } from './serviceaccounttoken.ts';

export const SERVED_SERVICE_ACCOUNT: ServedRow = {
  kind: SERVICE_ACCOUNT,
  strategy: PLAIN,
  columns: [NAME, AGE],
  subresources: [TOKEN],
};
