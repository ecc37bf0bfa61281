import { bodyOf, other, pushOf } from './bodies.ts';
import { headerOf, hmac, proveBody } from './signatures.ts';
import type { Hint, Hook, WebhookForge } from './webhook.ts';

const SIGNATURE = 'x-hub-signature-256';

/** https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries */
export const github: WebhookForge = {
  setUp: 'Settings > Webhooks > Add webhook: content type application/json, events push and pull requests.',
  secretOf: (random) => random.toString('hex'),
  prove: (hook, secret) => proveBody(hook, secret, SIGNATURE, 'sha256='),
  read: (hook) => readHubEvent(hook, headerOf(hook.headers, 'x-github-event')),
  sign(secret, _, id) {
    const body = JSON.stringify({ zen: 'Pilotage asks itself.', hook_id: id });
    const signature = `sha256=${hmac(secret, body).toString('hex')}`;
    return { headers: { [SIGNATURE]: signature, 'x-github-event': 'ping', 'x-github-delivery': id }, body };
  },
};

/** What GitHub calls events, and Gitea after it. */
export function readHubEvent(hook: Hook, event: string | undefined): Hint {
  if (event === 'ping') return { kind: 'ping' };
  if (event === 'push') return pushOf([bodyOf(hook).ref]);
  if (event === 'create' || event === 'delete') {
    const { ref, ref_type: type } = bodyOf(hook);
    return type === 'branch' ? pushOf([`refs/heads/${String(ref)}`]) : pushOf([]);
  }
  if (event?.startsWith('pull_request')) return { kind: 'pullRequests' };
  return other(event);
}
