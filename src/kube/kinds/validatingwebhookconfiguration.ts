import { validateWebhooks, WEBHOOK_DEFAULTS } from './checks/webhooks.ts';
import { VALIDATING_WEBHOOK_CONFIGURATIONS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const VALIDATING_WEBHOOK_CONFIGURATION: KindRow = {
  resource: VALIDATING_WEBHOOK_CONFIGURATIONS,
  applyOrder: 320,
  validate: validateWebhooks,
  defaults: { 'admissionregistration.v1.ValidatingWebhook': { members: WEBHOOK_DEFAULTS } },
};
