import { equalSecrets } from '../../base/equalsecrets.ts';
import { bodyOf, other, pushOf } from './bodies.ts';
import { digest, headerOf, hmac, untimely } from './signatures.ts';
import type { Hook, Proof, WebhookForge } from './webhook.ts';

/**
 * GitLab. Its secret token comes as it is, and vouches for all of the request; a signing token signs it as Standard Webhooks has it, and then
 * nothing else counts. https://docs.gitlab.com/user/project/integrations/webhooks/, gitlab-org/gitlab!230944
 */
export const gitlab: WebhookForge = {
  setUp:
    'Settings > Webhooks: as the secret token, or where there is one as the signing token; push and merge request events.',
  // One secret for either field: a signing token has to look so.
  secretOf: (random) => `whsec_${random.toString('base64')}`,
  prove(hook, secret, now) {
    if (hook.headers['webhook-signature'] !== undefined) return proveSigned(hook, secret, now);
    const token = headerOf(hook.headers, 'x-gitlab-token');
    if (token === undefined) return { kind: 'refused', why: 'The header x-gitlab-token is missing.' };
    if (!equalSecrets(token, secret))
      return { kind: 'refused', why: 'The header x-gitlab-token has another secret.' };
    return { kind: 'proven', once: digest(headerOf(hook.headers, 'idempotency-key') ?? hook.body) };
  },
  read(hook) {
    const { object_kind: kind, ref, event_name: name } = bodyOf(hook);
    if (kind === 'push' || kind === 'tag_push' || name === 'repository_update') return pushOf([ref]);
    if (kind === 'merge_request') return { kind: 'pullRequests' };
    return kind === 'ping' ? { kind: 'ping' } : other(kind ?? name);
  },
  sign: (secret, _, id) => ({
    headers: { 'x-gitlab-token': secret, 'x-gitlab-event': 'Ping', 'idempotency-key': id },
    body: JSON.stringify({ object_kind: 'ping' }),
  }),
};

/** https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md */
function proveSigned({ headers, body }: Hook, secret: string, now: number): Proof {
  const [id = '', time = '', sent = ''] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map(
    (name) => headerOf(headers, name),
  );
  const late = untimely(time, now);
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = `v1,${hmac(key, `${id}.${time}.`, body).toString('base64')}`;
  // Two while it is rotated.
  const isSigned = sent
    .split(' ')
    .slice(0, 4)
    .some((one) => equalSecrets(one, expected));
  if (!isSigned)
    return { kind: 'refused', why: 'The header webhook-signature does not sign this with the secret.' };
  return late ? { kind: 'refused', why: late } : { kind: 'proven', once: digest(id) };
}
