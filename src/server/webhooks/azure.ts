import { equalSecrets } from '../../base/equalsecrets.ts';
import { bodyOf, listOf, membersOf, other, pushOf } from './bodies.ts';
import { digest, headerOf } from './signatures.ts';
import type { WebhookForge } from './webhook.ts';

/**
 * Azure DevOps, whose service hooks sign nothing: the secret is the password of Basic authentication, whatever the user name.
 * https://learn.microsoft.com/en-us/azure/devops/service-hooks/services/webhooks
 */
export const azure: WebhookForge = {
  setUp:
    'Project settings > Service hooks > Web Hooks: code pushed, pull request created and updated; user name pilotage, the secret as password.',
  secretOf: (random) => random.toString('hex'),
  prove({ headers, body }, secret) {
    const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(headerOf(headers, 'authorization') ?? '') ?? [];
    if (encoded === undefined)
      return { kind: 'refused', why: 'The header authorization is missing, or is not Basic.' };
    const text = Buffer.from(encoded, 'base64').toString('utf8');
    if (!equalSecrets(text.slice(text.indexOf(':') + 1), secret))
      return { kind: 'refused', why: 'The password is not the secret.' };
    return { kind: 'proven', once: digest(body) };
  },
  read(hook) {
    const { eventType, resource } = bodyOf(hook);
    if (eventType === 'git.push')
      return pushOf(listOf(membersOf(resource).refUpdates).map((update) => membersOf(update).name));
    if (typeof eventType === 'string' && eventType.startsWith('git.pullrequest.'))
      return { kind: 'pullRequests' };
    return eventType === 'ping' ? { kind: 'ping' } : other(eventType);
  },
  sign: (secret, _, id) => ({
    headers: { authorization: `Basic ${Buffer.from(`pilotage:${secret}`).toString('base64')}` },
    body: JSON.stringify({ id, eventType: 'ping' }),
  }),
};
