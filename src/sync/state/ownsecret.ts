import type { KubeClient } from '../../kube/client/client.ts';
import { SECRETS } from '../../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { FIELD_MANAGER, PILOTAGE_NAMESPACE } from '../../model/types.ts';

/** A Secret of Pilotage's own namespace, its values as text. */
export interface OwnSecret {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
  /** Default: Opaque. */
  readonly type?: 'kubernetes.io/basic-auth' | 'Opaque';
  /** Whose the values are: only what the same one wrote before goes when it is left out. Default: `pilotage`. */
  readonly fieldManager?: string;
}

/**
 * Keeps what an administrator gave, in place of what was in it. Written as `data`: a server that follows who wrote what counts `stringData`
 * apart, and leaves in `data` whatever came from it.
 */
export async function keepSecret(
  home: KubeClient,
  { name, data: texts, type = 'Opaque', fieldManager = FIELD_MANAGER }: OwnSecret,
): Promise<void> {
  const metadata = { name, namespace: PILOTAGE_NAMESPACE };
  const data = mapped(texts, (text) => Buffer.from(text).toString('base64'));
  await home.apply(
    SECRETS,
    { apiVersion: 'v1', kind: 'Secret', metadata, type, data },
    { fieldManager, force: true },
  );
}

/** What is in such a Secret; undefined where there is none. */
export async function readSecret(home: KubeClient, name: string): Promise<OwnSecret['data'] | undefined> {
  const secret = await home.get(SECRETS, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);
  return secret && mapped(secret.data ?? {}, (bytes) => Buffer.from(bytes, 'base64').toString('utf8'));
}

const mapped = (
  values: Readonly<Record<string, string>>,
  change: (value: string) => string,
): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([key, value]) => [key, change(value)]));
