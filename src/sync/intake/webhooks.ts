import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { WebhookKind } from '../../model/kinds/delivery.ts';
import { DELIVERIES, type Delivery, PILOTAGE_NAMESPACE } from '../../model/types.ts';
import { keepSecret, readSecret } from '../state/ownsecret.ts';

const FIELD_MANAGER = 'pilotage-webhook';

interface Webhook {
  readonly kind: WebhookKind;
  readonly secret: string;
}

/** Webhooks of deliveries: the kind in the Delivery, the secret in a Secret of namespace `pilotage`, where no committer reads. */
export function createWebhookStore(home: KubeClient) {
  const deliveryOf = (name: string): Promise<Delivery | undefined> =>
    home.get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);
  const patch = (name: string, webhook: { kind: string; secretRef: { name: string } } | null) =>
    home.patch(
      DELIVERIES,
      { namespace: PILOTAGE_NAMESPACE, name },
      { type: 'merge', body: { spec: { webhook } } },
      { fieldManager: FIELD_MANAGER },
    );
  return {
    async find(delivery: string): Promise<Webhook | undefined> {
      const { webhook } = (await deliveryOf(delivery))?.spec ?? {};
      if (!webhook) return undefined;
      const { secret } = (await readSecret(home, webhook.secretRef.name)) ?? {};
      // Without a secret everybody would know it.
      return secret ? { kind: webhook.kind, secret } : undefined;
    },

    async keep(delivery: string, { kind, secret }: Webhook): Promise<void> {
      const known = await deliveryOf(delivery);
      if (!known)
        throw new ProblemError({
          reason: 'NotFound',
          message: `There is no delivery ${delivery}.`,
          remedy: 'pilotage status',
        });
      if (known.spec.repository.type === 'hosted')
        throw new ProblemError({
          reason: 'BadRequest',
          message: `${delivery} is hosted here: what is pushed is known at once, and nobody has to call.`,
          remedy: `For a repository elsewhere: pilotage connect ${delivery} URL --webhook ${kind}`,
        });
      const name = `webhook-${delivery}`;
      await keepSecret(home, { name, data: { secret } });
      await patch(delivery, { kind, secretRef: { name } });
    },

    async remove(delivery: string): Promise<void> {
      const { webhook } = (await deliveryOf(delivery))?.spec ?? {};
      await patch(delivery, null);
      if (!webhook) return;
      const key = { namespace: PILOTAGE_NAMESPACE, name: webhook.secretRef.name };
      await home.delete(SECRETS, key).catch(notFoundAsUndefined);
    },
  };
}
