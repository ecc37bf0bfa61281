import { ProblemError } from '../../base/errors.ts';
import type { WebhookReport } from '../../model/faces.ts';
import { WEBHOOK_KINDS, type WebhookKind } from '../../model/kinds/delivery.ts';
import { WEBHOOK_FORGES } from './list.ts';
import type { WebhookSecret } from './receive.ts';

/** Where webhooks and their secrets are kept. */
export interface WebhookStore {
  find(delivery: string): Promise<WebhookSecret | undefined>;
  /** @throws ProblemError NotFound, BadRequest where there is nothing to be called for */
  keep(delivery: string, webhook: WebhookSecret): Promise<void>;
  remove(delivery: string): Promise<void>;
}

export interface WebhookOptions {
  readonly store: WebhookStore;
  readonly random: (bytes: number) => Buffer;
  readonly now: () => number;
}

/** @throws ProblemError BadRequest */
export function webhookKind(word: string): WebhookKind {
  const kind = WEBHOOK_KINDS.find((one) => one === (word === 'forgejo' ? 'gitea' : word));
  if (kind) return kind;
  throw new ProblemError({
    reason: 'BadRequest',
    message: `"${word}" is not a kind of webhook.`,
    remedy: `Write one of ${WEBHOOK_KINDS.join(', ')} or forgejo.`,
  });
}

/** Makes a webhook of the kind, with a secret that is told in this answer alone. */
export async function makeWebhook(
  { store, random }: WebhookOptions,
  delivery: string,
  kind: WebhookKind,
): Promise<WebhookReport> {
  const forge = WEBHOOK_FORGES[kind];
  const secret = forge.secretOf(random(32));
  await store.keep(delivery, { kind, secret });
  const message = `The webhook of ${delivery} is of kind ${kind}; its secret is shown this once.`;
  return { message, path: pathOf(delivery), secret, setUp: forge.setUp };
}

export async function manageWebhook(
  options: WebhookOptions,
  delivery: string,
  act: 'show' | 'rotate' | 'off' | 'test',
): Promise<WebhookReport> {
  const known = await options.store.find(delivery);
  if (!known) throw new ProblemError(none(delivery));
  const path = pathOf(delivery);
  const forge = WEBHOOK_FORGES[known.kind];
  switch (act) {
    case 'show':
      return { message: `${delivery} has a webhook of kind ${known.kind}.`, path, setUp: forge.setUp };
    case 'rotate':
      return makeWebhook(options, delivery, known.kind);
    case 'off':
      await options.store.remove(delivery);
      return { message: `${delivery} has no webhook any more; its repository is polled as before.` };
    case 'test': {
      const id = options.random(16).toString('hex');
      return {
        message: 'A ping as the forge would send it.',
        path,
        request: forge.sign(known.secret, options.now(), id),
      };
    }
  }
}

const pathOf = (delivery: string): string => `/hooks/${delivery}`;

const none = (delivery: string) => ({
  reason: 'NotFound',
  message: `${delivery} has no webhook.`,
  remedy: `pilotage connect ${delivery} --webhook github`,
});
