import type { Clock } from '../../../base/clock.ts';
import type { Logger } from '../../../base/log.ts';
import type { KubeClient } from '../../../kube/client/client.ts';
import { createInformer, type Informer } from '../../../kube/client/informer.ts';
import { secretsOf } from '../../../kube/kinds/ingresses/words.ts';
import type { Ingress, Secret } from '../../../kube/kinds/objects.data.ts';
import { SECRETS } from '../../../kube/kinds/resources.data.ts';

export interface WatchedSecrets {
  /** From now on those that these Ingresses name are watched, each by itself, and no other. */
  follow(ingresses: readonly Ingress[]): void;
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

/** A node may read the Secrets that Ingresses name (`api/auth/nodeauthorizer.ts`), so each is asked for by name. */
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
    follow(ingresses) {
      const wanted = new Map<string, { readonly namespace: string; readonly name: string }>(
        ingresses.flatMap((ingress) =>
          secretsOf(ingress).map((name) => {
            const namespace = ingress.metadata.namespace ?? '';
            return [`${namespace}/${name}`, { namespace, name }] as const;
          }),
        ),
      );
      for (const [key, { end }] of watched) {
        if (wanted.has(key)) continue;
        end.abort(new Error('no Ingress names it any more'));
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
