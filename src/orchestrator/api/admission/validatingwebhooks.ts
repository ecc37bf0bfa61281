import type { ValidatingWebhookConfiguration } from '../../../kube/kinds/objects.data.ts';
import { collectionPrefix } from '../../store/keys.ts';
import { isExempt } from './matching.ts';
import type { AdmissionPlugin } from './plugin.ts';
import { ask, concerns, invocationOf, type WebhookWorld } from './webhooks/call.ts';

const CONFIGURATIONS = collectionPrefix('admissionregistration.k8s.io', 'validatingwebhookconfigurations');

/** Asks all webhooks at once that the request matches; the first refusal, in their order, is that of the request. */
export const validatingWebhooks = (world: WebhookWorld): AdmissionPlugin => ({
  name: 'ValidatingAdmissionWebhook',
  validate(attributes) {
    const configurations = world.store.list(CONFIGURATIONS);
    if (configurations.length === 0 || isExempt(attributes)) return;
    const hooks = configurations
      .flatMap(({ object }) => (object as ValidatingWebhookConfiguration).webhooks ?? [])
      .filter((hook) => concerns(world, hook, attributes));
    if (hooks.length === 0) return;
    const asking = hooks.map(async (hook) => {
      const seen = await invocationOf(world, hook, attributes);
      if (seen) await ask(world, hook, attributes, seen, false);
    });
    return Promise.allSettled(asking).then((results) => {
      for (const result of results) if (result.status === 'rejected') throw result.reason;
    });
  },
});
