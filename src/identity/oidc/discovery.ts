import {
  ClientSecretBasic,
  type Configuration,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  None,
} from 'openid-client';
import type { Clock } from '../../base/clock.ts';
import type { HttpsAnswer, HttpsRequest } from '../../base/https.ts';
import type { OidcOptions } from './options.ts';

export type Ask = (request: HttpsRequest) => Promise<HttpsAnswer>;

/** When what the provider says of itself is read again. */
const FRESH_MS = 3_600_000;
/** How long a failure is the answer to everybody: strangers can make the daemon ask. */
const FAILED_MS = 5_000;

/** What a provider says of itself (OpenID Connect Discovery 1.0 §4), read when it is first needed, once for all who wait for it. */
export function createDiscovery(options: OidcOptions, clock: Clock, ask: Ask): () => Promise<Configuration> {
  let known: { readonly answer: Promise<Configuration>; until: number } | undefined;

  async function read(): Promise<Configuration> {
    const { issuer, clientId, clientSecret, ca } = options;
    const authentication = clientSecret === undefined ? None() : ClientSecretBasic(clientSecret);
    const fetched = { [customFetch]: fetchOver(ask, ca) };
    const configuration = await discovery(new URL(issuer), clientId, undefined, authentication, fetched);
    // Also of tokens that come straight from the provider over TLS.
    enableNonRepudiationChecks(configuration);
    return configuration;
  }

  return () => {
    if (known && clock.monotonic() < known.until) return known.answer;
    const reading = { answer: read(), until: Number.POSITIVE_INFINITY };
    known = reading;
    reading.answer.then(
      () => {
        reading.until = clock.monotonic() + FRESH_MS;
      },
      () => {
        reading.until = clock.monotonic() + FAILED_MS;
      },
    );
    return reading.answer;
  };
}

/** What openid-client asks with: over TLS alone, trusting whom the file names. */
const fetchOver =
  (ask: Ask, ca: string | undefined) =>
  async (
    url: string,
    { method, headers, body }: { method?: string; headers?: Record<string, string>; body?: unknown },
  ): Promise<Response> => {
    const answer = await ask({
      url,
      ...(method === undefined ? {} : { method }),
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined || body === null ? {} : { body: String(body) }),
      ...(ca === undefined ? {} : { ca }),
    });
    return new Response(answer.body.length > 0 ? new Uint8Array(answer.body) : null, answer);
  };
