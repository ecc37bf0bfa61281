import { validateWebhooks, WEBHOOK_DEFAULTS } from './checks/webhooks.ts';
import { MUTATING_WEBHOOK_CONFIGURATIONS } from './resources.data.ts';
import type { KindRow } from './row.ts';

export const MUTATING_WEBHOOK_CONFIGURATION: KindRow = {
  resource: MUTATING_WEBHOOK_CONFIGURATIONS,
  applyOrder: 310,
  validate: validateWebhooks,
  defaults: {
    'admissionregistration.v1.MutatingWebhook': {
      members: { ...WEBHOOK_DEFAULTS, reinvocationPolicy: 'Never' },
    },
    // Of ValidatingWebhookConfiguration, too: the types are shared.
    'admissionregistration.v1.RuleWithOperations': { members: { scope: '*' } },
    'admissionregistration.v1.ServiceReference': { members: { port: 443 } },
  },
};
