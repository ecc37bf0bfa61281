import type { IncomingHttpHeaders } from 'node:http';

/** A request as it has come in; nothing of it is believed yet. */
export interface Hook {
  readonly headers: IncomingHttpHeaders;
  /** As it was sent, byte by byte: signatures are of these. */
  readonly body: Buffer;
}

/** Whether whoever sent it knows the secret. `once` is what may not come a second time: as much of it as the secret vouches for. */
export type Proof =
  | { readonly kind: 'proven'; readonly once: string }
  | { readonly kind: 'refused'; readonly why: string };

/** What a request says has happened: a hint, where to look. */
export type Hint =
  /** Names of branches; empty: of some, or of all. */
  | { readonly kind: 'push'; readonly branches: readonly string[] }
  | { readonly kind: 'pullRequests' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'other'; readonly event: string };

/** A forge: how it signs, and how it says what has happened. Pure functions. */
export interface WebhookForge {
  /** Where its settings ask for the address and the secret, for people. */
  readonly setUp: string;
  /** A secret in the form that the forge takes, of 32 random bytes. */
  secretOf(random: Buffer): string;
  /** `now`: milliseconds since 1970. */
  prove(hook: Hook, secret: string, now: number): Proof;
  /** Of a request that is proven. @throws whatever reading a body that is not as documented throws */
  read(hook: Hook): Hint;
  /** A ping as the forge would send it; `id` is new each time. */
  sign(
    secret: string,
    now: number,
    id: string,
  ): { readonly headers: Readonly<Record<string, string>>; readonly body: string };
}
