import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { createInformer, type Informer } from '../../../kube/client/informer.ts';
import { secretsOfGateway } from '../../../kube/kinds/gateways/grants.ts';
import { secretsOf } from '../../../kube/kinds/ingresses/words.ts';
import type { Ingress, Secret } from '../../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../../kube/kinds/resources.data.ts';
import type { GatewayObjects } from './gateway/objects.ts';

export interface NamedSecret {
  readonly namespace: string;
  readonly name: string;
}

/** Those that Ingresses and listeners of Gateways name, and may use. */
export const namedSecrets = (
  ingresses: readonly Ingress[],
  { gateways, grants }: GatewayObjects,
): readonly NamedSecret[] => [
  ...ingresses.flatMap((ingress) =>
    secretsOf(ingress).map((name) => ({ namespace: ingress.metadata.namespace ?? '', name })),
  ),
  ...gateways.flatMap((gateway) => secretsOfGateway(gateway, grants)),
];

export interface WatchedSecrets {
  /** From now on these are watched, each by itself, and no other. */
  follow(secrets: readonly NamedSecret[]): void;
  list(): readonly Secret[];
  /** Resolves when it is known of each whether it exists, or after a second: a Secret that may not be read must not hold up the rest. */
  settled(): Promise<void>;
}

export interface WatchedSecretsOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly signal: AbortSignal;
  readonly onChange: () => void;
}

const SETTLE_MS = 1_000;

/** A node may read the Secrets that Ingresses and Gateways name (`api/auth/nodeauthorizer.ts`), so each is asked for by name. */
export function watchSecrets({
  client,
  clock,
  logger,
  signal,
  onChange,
}: WatchedSecretsOptions): WatchedSecrets {
  const watched = new Map<string, { readonly informer: Informer<Secret>; readonly end: AbortController }>();

  function watch(namespace: string, name: string) {
    const end = new AbortController();
    const informer = createInformer({
      client,
      resource: SECRETS,
      clock,
      logger,
      namespace,
      fieldSelector: `metadata.name=${name}`,
    });
    informer.listen({ add: onChange, update: onChange, delete: onChange });
    informer.synced.catch(() => {});
    informer.start(AbortSignal.any([signal, end.signal]));
    return { informer, end };
  }

  return {
    follow(secrets) {
      const wanted = new Map(secrets.map((one) => [`${one.namespace}/${one.name}`, one]));
      for (const [key, { end }] of watched) {
        if (wanted.has(key)) continue;
        end.abort(new Error('nothing names it any more'));
        watched.delete(key);
      }
      for (const [key, { namespace, name }] of wanted)
        if (!watched.has(key)) watched.set(key, watch(namespace, name));
    },
    list: () => [...watched.values()].flatMap(({ informer }) => informer.list()),
    async settled() {
      const all = Promise.allSettled([...watched.values()].map(({ informer }) => informer.synced));
      let cancel = () => {};
      const late = new Promise<void>((resolve) => {
        cancel = clock.after(SETTLE_MS, resolve);
      });
      await Promise.race([all, late]);
      cancel();
    },
  };
}
