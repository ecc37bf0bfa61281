import { bodyOf, listOf, membersOf, other, pushOf } from './bodies.ts';
import { headerOf, hmac, proveBody } from './signatures.ts';
import type { Hint, Hook, WebhookForge } from './webhook.ts';

const SIGNATURE = 'x-hub-signature';

/** Bitbucket Cloud. https://support.atlassian.com/bitbucket-cloud/docs/manage-webhooks/#Secure-webhooks */
export const bitbucket: WebhookForge = {
  setUp:
    'Repository settings > Webhooks > Add webhook: repository push, pull request created, updated, merged and declined.',
  secretOf: (random) => random.toString('hex'),
  prove: (hook, secret) => proveBody(hook, secret, SIGNATURE, 'sha256='),
  read: (hook) => readKey(hook, changesOfCloud),
  sign: signPing,
};

/** Bitbucket Server and Data Center. https://confluence.atlassian.com/bitbucketserver/manage-webhooks-938025878.html */
export const bitbucketServer: WebhookForge = {
  ...bitbucket,
  setUp:
    'Repository settings > Webhooks > Create webhook: repository push, pull request opened, source branch updated, merged, declined and deleted.',
  read: (hook) => readKey(hook, changesOfServer),
};

function readKey(hook: Hook, refsOf: (hook: Hook) => readonly unknown[]): Hint {
  const key = headerOf(hook.headers, 'x-event-key');
  if (key === 'repo:push' || key === 'repo:refs_changed') return pushOf(refsOf(hook));
  if (key?.startsWith('pullrequest:') || key?.startsWith('pr:')) return { kind: 'pullRequests' };
  return key === 'diagnostics:ping' ? { kind: 'ping' } : other(key);
}

const changesOfCloud = (hook: Hook): readonly unknown[] =>
  listOf(membersOf(bodyOf(hook).push).changes).flatMap((change) => {
    const { new: after, old: before } = membersOf(change);
    // Of a branch that is gone there is only what was.
    const { type, name } = membersOf(after ?? before);
    return type === 'branch' ? [`refs/heads/${String(name)}`] : [];
  });

const changesOfServer = (hook: Hook): readonly unknown[] =>
  listOf(bodyOf(hook).changes).map((change) => membersOf(membersOf(change).ref).id);

function signPing(secret: string, _: number, id: string): ReturnType<WebhookForge['sign']> {
  const body = JSON.stringify({ test: true, id });
  const signature = `sha256=${hmac(secret, body).toString('hex')}`;
  return { headers: { [SIGNATURE]: signature, 'x-event-key': 'diagnostics:ping' }, body };
}
