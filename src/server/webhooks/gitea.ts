import { readHubEvent } from './github.ts';
import { headerOf, hmac, proveBody } from './signatures.ts';
import type { WebhookForge } from './webhook.ts';

const SIGNATURE = 'x-gitea-signature';

/** Gitea and Forgejo, which sends both names of each header. https://docs.gitea.com/usage/webhooks */
export const gitea: WebhookForge = {
  setUp: 'Settings > Webhooks > Add webhook > Gitea or Forgejo: POST, application/json.',
  secretOf: (random) => random.toString('hex'),
  prove: (hook, secret) => proveBody(hook, secret, SIGNATURE, ''),
  read: (hook) => readHubEvent(hook, headerOf(hook.headers, 'x-gitea-event')),
  sign(secret, _, id) {
    const body = JSON.stringify({ id });
    const signature = hmac(secret, body).toString('hex');
    return { headers: { [SIGNATURE]: signature, 'x-gitea-event': 'ping', 'x-gitea-delivery': id }, body };
  },
};
