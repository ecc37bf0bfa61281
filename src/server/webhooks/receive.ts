import type { IncomingMessage, ServerResponse } from 'node:http';
import { partyOf } from '../../base/clientparty.ts';
import type { Clock } from '../../base/clock.ts';
import { rfc3339 } from '../../base/clock.ts';
import { ProblemError, problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { readRequestBody } from '../../base/requestbody.ts';
import type { WebhookKind } from '../../model/kinds/delivery.ts';
import { sendJson } from '../json.ts';
import { WEBHOOK_FORGES } from './list.ts';
import { createRate } from './rate.ts';
import type { Hint, Hook } from './webhook.ts';

export interface WebhookSecret {
  readonly kind: WebhookKind;
  readonly secret: string;
}

export interface WebhooksOptions {
  /** The webhook of a delivery; undefined: it has none, or there is no such delivery. */
  readonly find: (delivery: string) => Promise<WebhookSecret | undefined>;
  /** Has the repository asked now. A failure is reported elsewhere. */
  readonly look: (delivery: string) => Promise<unknown>;
  /** Pull requests of a delivery have changed, says its forge. */
  readonly pullRequests?: (delivery: string) => void;
  /** When the same was received before, in milliseconds since 1970; else notes it. */
  readonly received: (delivery: string, once: string, at: number) => Promise<number | undefined>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A push of 2048 commits is less; of one that is more, the poll knows. */
export const MOST_BYTES = 2 << 20;
const BODY_MS = 10_000;
/** Bodies that are read at a time: what strangers can make the process hold. */
const MOST_BODIES = 16;
const OF_STRANGERS = { most: 60, perMs: 60_000 };
const OF_A_DELIVERY = { most: 60, perMs: 60_000 };

const PATH = /^\/hooks\/([^/]+)\/?$/;
const NAME = /^[a-z0-9](?:[-a-z0-9]{0,38}[a-z0-9])?$/;

/** One answer for all that is not proven, so that it tells nobody which deliveries there are. */
const UNPROVEN = {
  reason: 'Unauthorized',
  message: 'There is no webhook here whose secret signed this.',
  remedy:
    'Give the forge the secret that `pilotage webhook DELIVERY --rotate` prints; the log of Pilotage says what was wrong.',
};

/** A hint is all that it takes from a request: which delivery to look at. Nothing in a body is believed beyond that. */
export function createWebhooks(
  options: WebhooksOptions,
): (request: IncomingMessage, response: ServerResponse, path: string) => Promise<boolean> {
  const { clock, logger } = options;
  const strangers = createRate(OF_STRANGERS);
  const deliveries = createRate(OF_A_DELIVERY);
  let bodies = 0;

  async function read(request: IncomingMessage): Promise<Buffer> {
    if (bodies >= MOST_BODIES)
      throw new ProblemError(busy('Too many webhooks arrive at the same time.', 1000));
    bodies += 1;
    const cancel = clock.after(BODY_MS, () =>
      request.destroy(new Error('the body of a webhook took too long')),
    );
    try {
      const body = await readRequestBody(request, MOST_BYTES);
      if (body) return body;
      throw new ProblemError({
        reason: 'TooLarge',
        message: `The body is larger than ${MOST_BYTES} bytes; the next poll finds what it tells.`,
      });
    } finally {
      cancel();
      bodies -= 1;
    }
  }

  async function proven(delivery: string, hook: Hook): Promise<{ kind: WebhookKind; once: string }> {
    const known = await options.find(delivery);
    // Computed all the same where there is none: the time that it takes tells nothing either.
    const { kind, secret } = known ?? { kind: 'github', secret: 'none' };
    const proof = WEBHOOK_FORGES[kind].prove(hook, secret, clock.now());
    if (known && proof.kind === 'proven') return { kind, once: proof.once };
    const why = known ? (proof.kind === 'refused' ? proof.why : '') : 'There is no such webhook.';
    logger.warn({ delivery, kind: known?.kind, why }, 'webhook refused');
    throw new ProblemError(UNPROVEN);
  }

  function act(delivery: string, hint: Hint): object {
    if (hint.kind === 'ping')
      return { message: 'The signature is right: whatever is pushed is looked at when this comes.' };
    if (hint.kind === 'pullRequests') options.pullRequests?.(delivery);
    options
      .look(delivery)
      .catch((error: unknown) =>
        logger.warn(
          { delivery, problem: problemOf(error) },
          'a webhook came, and the repository cannot be read',
        ),
      );
    if (hint.kind === 'push') return { refreshed: hint.branches.length > 0 ? hint.branches : ['*'] };
    return { refreshed: ['*'], event: hint.kind === 'other' ? hint.event : 'pull requests' };
  }

  return async (request, response, path) => {
    const [, delivery] = PATH.exec(path) ?? [];
    if (delivery === undefined && !path.startsWith('/hooks/')) return false;
    if (delivery === undefined || !NAME.test(delivery))
      throw new ProblemError({ reason: 'NotFound', message: 'A webhook is at /hooks/DELIVERY.' });
    if (request.method !== 'POST')
      throw new ProblemError({ reason: 'BadRequest', message: 'Webhooks are sent by POST.' });
    const party = partyOf(request.socket.remoteAddress);
    refuseAbove(response, strangers.take(party, clock.now()));
    const hook: Hook = { headers: request.headers, body: await read(request) };
    const { kind, once } = await proven(delivery, hook);
    strangers.giveBack(party);
    refuseAbove(response, deliveries.take(delivery, clock.now()));
    const earlier = await options.received(delivery, once, clock.now());
    if (earlier !== undefined) throw new ProblemError(replayed(earlier));
    sendJson(response, 202, act(delivery, hintOf(kind, hook)));
    return true;
  };
}

/** A body that is not as documented is a hint all the same: whoever sent it knows the secret. */
function hintOf(kind: WebhookKind, hook: Hook): Hint {
  try {
    return WEBHOOK_FORGES[kind].read(hook);
  } catch {
    return { kind: 'other', event: 'not understood' };
  }
}

function refuseAbove(response: ServerResponse, waitMs: number): void {
  if (waitMs === 0) return;
  response.setHeader('Retry-After', String(Math.ceil(waitMs / 1000)));
  throw new ProblemError(busy('Too many webhooks arrive.', waitMs));
}

const busy = (message: string, waitMs: number) => ({
  reason: 'TooManyRequests',
  message: `${message} Nothing is lost: the next poll finds what they tell.`,
  remedy: `Send it again in ${Math.ceil(waitMs / 1000)} s, or do not.`,
});

const replayed = (earlier: number) => ({
  reason: 'Replayed',
  message: `The same was received at ${rfc3339(earlier)}, and was looked at then.`,
  remedy: 'pilotage sync DELIVERY/ENVIRONMENT looks again; pilotage webhook DELIVERY --test sends a new one.',
});
