import { ProblemError } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import type { ConnectRequest } from '../../model/faces.ts';
import type { Delivery } from '../../model/types.ts';
import { keepSecret } from '../state/ownsecret.ts';

/**
 * What a Delivery says of the Prometheus that gates ask, as a merge patch; nothing where the request does not speak of it. A token was given for
 * one address, and is shown to no other.
 */
export async function prometheusSpec(
  home: KubeClient,
  { name, prometheus, prometheusToken }: ConnectRequest,
  before: Delivery['spec'] | undefined,
): Promise<JsonObject> {
  if (prometheus === undefined && prometheusToken === undefined) return {};
  if (prometheus === 'none') return { prometheus: null };
  const known = before?.prometheus?.url;
  const url = prometheus === undefined ? known : parseServer(prometheus);
  if (url === undefined)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `No Prometheus is named for ${name}, so there is nobody to show a token to.`,
      remedy: `pilotage connect ${name} --prometheus https://… --prometheus-token-file FILE`,
    });
  const kept = prometheusToken
    ? await keepSecret(home, `prometheus-${name}`, { token: prometheusToken })
    : undefined;
  const isElsewhere = known !== undefined && url !== known;
  return {
    prometheus: {
      url,
      ...(kept ? { secretRef: { name: kept } } : isElsewhere ? { secretRef: null } : {}),
    },
  };
}

/** `https://prometheus.example.com/base`. @throws ProblemError BadRequest */
function parseServer(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = url && !url.username && !url.password && !url.search && !url.hash;
  if (isPlain && (url.protocol === 'https:' || url.protocol === 'http:')) return url.href.replace(/\/+$/, '');
  throw new ProblemError({
    reason: 'BadRequest',
    message: `"${url?.password ? `${url.protocol}//…` : text}" does not say where a Prometheus is.`,
    remedy: 'Write https://HOST, without credentials and without a query. `none` takes it back.',
  });
}
