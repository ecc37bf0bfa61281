import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../../../../base/clock.ts';
import { isObject } from '../../../../kube/values/equal.ts';
import type { JsonObject } from '../../../../kube/values/types.ts';

/** The JSON at a URL; rejects where there is none. */
export type FetchJson = (url: string) => Promise<JsonObject>;

/** The keys of an issuer as it publishes them. */
export interface IssuerKeys {
  /** undefined: the issuer has no such key. Rejects when that cannot be found out. */
  find(id: string): Promise<KeyObject | undefined>;
}

/** How often a key that is not known may make us ask again: tokens are anybody's to send. */
const LEAST_MS = 10_000;
/** When keys are read again although all are known: what has been withdrawn is then believed no longer. */
const FRESH_MS = 3_600_000;
/** For how long an issuer that cannot be asked is taken at its last word. */
const STALE_MS = 24 * 3_600_000;

/** Read by discovery (OpenID Connect Discovery 1.0 §4) when they are first needed, and kept. */
export function issuerKeys(issuer: string, fetchJson: FetchJson, clock: Clock): IssuerKeys {
  let keys: ReadonlyMap<string, KeyObject> = new Map();
  let readAt = Number.NEGATIVE_INFINITY;
  let triedAt = Number.NEGATIVE_INFINITY;
  let failure: unknown;
  let reading: Promise<void> | undefined;

  async function read(): Promise<void> {
    triedAt = clock.monotonic();
    try {
      const found = await fetchJson(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
      if (found.issuer !== issuer) {
        throw new Error(`the issuer at ${issuer} calls itself ${String(found.issuer)}`);
      }
      if (typeof found.jwks_uri !== 'string' || !found.jwks_uri.startsWith('https://')) {
        throw new Error(`the issuer at ${issuer} names no jwks_uri of https`);
      }
      keys = keysOf(await fetchJson(found.jwks_uri));
      readAt = clock.monotonic();
      failure = undefined;
    } catch (error) {
      failure = error;
    } finally {
      reading = undefined;
    }
  }

  return {
    async find(id) {
      const now = clock.monotonic();
      const isDue = now - readAt > FRESH_MS || !keys.has(id);
      if (isDue && now - triedAt >= LEAST_MS) reading ??= read();
      if (reading) await reading;
      if (clock.monotonic() - readAt > STALE_MS) throw failure ?? new Error('the keys are not known yet');
      return keys.get(id);
    },
  };
}

function keysOf({ keys }: JsonObject): ReadonlyMap<string, KeyObject> {
  const all = Array.isArray(keys) ? keys.filter(isObject) : [];
  return new Map(
    all.flatMap((key) => {
      if (typeof key.kid !== 'string' || (key.use !== undefined && key.use !== 'sig')) return [];
      try {
        return [[key.kid, createPublicKey({ key: key as JsonWebKey, format: 'jwk' })] as const];
      } catch {
        // Of a kind that this program does not know: no token can be by it.
        return [];
      }
    }),
  );
}
