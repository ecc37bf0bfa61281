import type { Clock } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import type { Ask } from '../charts/web/ask.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { SECRETS } from '../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import { DELIVERIES, type Delivery, PILOTAGE_NAMESPACE } from '../model/types.ts';
import { forgeOf } from './address.ts';
import type { Forge, ForgeOf } from './forge.ts';
import { type AppToken, createAppTokens } from './githubapp.ts';
import { DIALECTS, openForge } from './open.ts';

export interface ForgesOptions {
  readonly home: KubeClient;
  readonly ask: Ask;
  readonly clock: Clock;
}

/**
 * The forges of deliveries. One is kept as long as its Delivery says the same, with what it remembers: until when it may not be asked,
 * and what has not changed there.
 */
export function createForges(options: ForgesOptions): ForgeOf {
  const { home, ask, clock } = options;
  const kept = new Map<string, { readonly key: string; readonly forge: Forge }>();
  return async (name) => {
    const delivery = await home
      .get(DELIVERIES, { namespace: PILOTAGE_NAMESPACE, name })
      .catch(notFoundAsUndefined);
    const place = delivery && placeOf(delivery);
    if (!place) return void kept.delete(name);
    const key = JSON.stringify([place, delivery.spec.repository, delivery.spec.forge]);
    const known = kept.get(name);
    if (known?.key === key) return known.forge;
    const token = tokenOf(options, delivery, place);
    // Without a token nothing can be said there, and hardly anything asked.
    if (!token) return void kept.delete(name);
    const forge = openForge({ ask, clock, ...place, token });
    kept.set(name, { key, forge });
    return forge;
  };
}

/** Whether a delivery names a forge that could be told or asked; whether there is a token for it is another question. */
export const hasForge = (delivery: Delivery | undefined): boolean =>
  delivery !== undefined && placeOf(delivery) !== undefined;

type Place = NonNullable<ReturnType<typeof placeOf>>;

function placeOf({ spec: { repository, forge } }: Delivery) {
  if (repository.type !== 'remote') return undefined;
  const named = forge?.kind && forge.url ? { kind: forge.kind, url: forge.url } : undefined;
  return forgeOf(repository.url, named);
}

/**
 * What is shown to the forge: what was given for it, else the password of git where git asks the same scheme, host and port. Read at each
 * request, so that one which was replaced counts at once.
 */
function tokenOf(
  options: ForgesOptions,
  { metadata: { name = '' }, spec: { repository, forge } }: Delivery,
  { repository: { origin }, kind }: Place,
): (() => Promise<string>) | undefined {
  const own = forge?.secretRef?.name;
  if (own !== undefined) {
    const app = appTokens(options, DIALECTS[kind]({ origin, path: '' }).api(origin));
    return async () => {
      const data = await secretData(options.home, own, name);
      if (data.url !== origin)
        throw missing(`The token of ${name} was given for ${data.url ?? 'nobody'}, not for ${origin}`, name);
      // A token may be left of what was given before the app.
      return data.token && !data.appId ? data.token : (await app(data)).token;
    };
  }
  if (repository.type !== 'remote' || !repository.secretRef) return undefined;
  const { url, secretRef } = repository;
  if (!URL.canParse(url) || new URL(url).origin !== origin) return undefined;
  return async () => {
    const { password } = await secretData(options.home, secretRef.name, name);
    if (password) return password;
    throw missing(`The Secret ${secretRef.name} holds no password`, name);
  };
}

/** Tokens of the app that a Secret describes; another app, or another key, begins anew. */
function appTokens({ ask, clock }: ForgesOptions, api: string): (data: Data) => Promise<AppToken> {
  let known: { readonly key: string; readonly tokens: () => Promise<AppToken> } | undefined;
  return ({ appId = '', installationId = '', privateKey = '' }) => {
    const key = JSON.stringify([appId, installationId, privateKey]);
    if (known?.key !== key)
      known = {
        key,
        tokens: createAppTokens({ ask, clock, api, app: { appId, installationId, privateKey } }),
      };
    return known.tokens();
  };
}

type Data = Readonly<Record<string, string | undefined>>;

async function secretData(home: KubeClient, name: string, delivery: string): Promise<Data> {
  const secret = await home.get(SECRETS, { namespace: PILOTAGE_NAMESPACE, name }).catch(notFoundAsUndefined);
  if (!secret)
    throw missing(
      `The Secret ${PILOTAGE_NAMESPACE}/${name} with the token of its forge does not exist`,
      delivery,
    );
  return Object.fromEntries(
    Object.entries(secret.data ?? {}).map(([key, value]) => [
      key,
      Buffer.from(value, 'base64').toString('utf8'),
    ]),
  );
}

const missing = (message: string, delivery: string): ProblemError =>
  new ProblemError({
    reason: 'TokenMissing',
    message,
    remedy: `pilotage connect ${delivery} --forge-token-file FILE`,
  });
