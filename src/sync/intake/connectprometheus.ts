import { ProblemError } from '../../base/errors.ts';
import type { ConnectRequest } from '../../model/faces.ts';
import type { Delivery } from '../../model/types.ts';
import type { ConnectPart } from './connectsecret.ts';

/**
 * What a Delivery says of the Prometheus that gates ask, as a merge patch; nothing where the request does not speak of it. A token is kept
 * with the address that it was given for, and is shown to no other. @throws ProblemError BadRequest
 */
export function prometheusSpec(
  { name, prometheus, prometheusToken }: ConnectRequest,
  before: Delivery['spec'] | undefined,
): ConnectPart {
  if (prometheus === undefined && prometheusToken === undefined) return { spec: {} };
  if (prometheus === 'none') return { spec: { prometheus: null } };
  const known = before?.prometheus?.url;
  const url = prometheus === undefined ? known : parseServer(prometheus);
  if (url === undefined)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `No Prometheus is named for ${name}, so there is nobody to show a token to.`,
      remedy: `pilotage connect ${name} --prometheus https://… --prometheus-token-file FILE`,
    });
  if (prometheusToken) {
    const secret = `prometheus-${name}`;
    return {
      spec: { prometheus: { url, secretRef: { name: secret } } },
      keep: { name: secret, data: { token: prometheusToken, url } },
    };
  }
  const isElsewhere = known !== undefined && url !== known;
  return { spec: { prometheus: { url, ...(isElsewhere ? { secretRef: null } : {}) } } };
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
