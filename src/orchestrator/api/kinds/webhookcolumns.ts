import type {
  MutatingWebhookConfiguration,
  ValidatingWebhookConfiguration,
} from '../../../kube/kinds/objects.data.ts';
import { AGE, type Column, count, NAME } from './columns.ts';

/** Of both kinds of webhook configurations. */
export const WEBHOOK_COLUMNS: readonly Column[] = [
  NAME,
  count<MutatingWebhookConfiguration | ValidatingWebhookConfiguration>(
    'Webhooks',
    ({ webhooks }) => (webhooks ?? []).length,
  ),
  AGE,
];
