import { equalSecrets } from '../../base/equalsecrets.ts';
import { bodyOf, listOf, other, pushOf } from './bodies.ts';
import { digest, headerOf, hmac, untimely } from './signatures.ts';
import type { WebhookForge } from './webhook.ts';

const SIGNATURE = 'x-pilotage-signature';

/**
 * Anything that can compute an HMAC: `X-Pilotage-Signature: t=SECONDS,v1=HEX`, where HEX is the HMAC-SHA256 of `SECONDS.BODY`. The body is
 * JSON, or empty: `{"branches": ["main"]}`, `{"event": "pullRequests"}` or `{"event": "ping"}`.
 */
export const generic: WebhookForge = {
  setUp:
    'POST to it, with the header X-Pilotage-Signature: t=SECONDS,v1=HMAC (docs/webhooks.md has a script).',
  secretOf: (random) => random.toString('hex'),
  prove({ headers, body }, secret, now) {
    const sent = headerOf(headers, SIGNATURE);
    const [, time, signature] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(sent ?? '') ?? [];
    if (time === undefined || signature === undefined)
      return { kind: 'refused', why: `The header ${SIGNATURE} is missing, or is not t=SECONDS,v1=HEX.` };
    if (!equalSecrets(signature, hmac(secret, `${time}.`, body).toString('hex')))
      return {
        kind: 'refused',
        why: `The header ${SIGNATURE} does not sign this body and time with the secret.`,
      };
    const late = untimely(time, now);
    return late ? { kind: 'refused', why: late } : { kind: 'proven', once: digest(signature) };
  },
  read(hook) {
    const { event = 'push', branches } = bodyOf(hook);
    if (event === 'push') return pushOf(listOf(branches).map((branch) => `refs/heads/${String(branch)}`));
    if (event === 'pullRequests' || event === 'ping') return { kind: event };
    return other(event);
  },
  sign(secret, now, id) {
    const [time, body] = [String(Math.floor(now / 1000)), JSON.stringify({ event: 'ping', id })];
    return {
      headers: { [SIGNATURE]: `t=${time},v1=${hmac(secret, `${time}.`, body).toString('hex')}` },
      body,
    };
  },
};
