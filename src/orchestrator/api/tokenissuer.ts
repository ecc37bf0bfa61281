/** What the kinds ask of whoever holds the key of service-account tokens (`auth/serviceaccounts`). */

/** An object that a token lives and dies with. */
export interface BoundObject {
  readonly name: string;
  readonly uid: string;
}

/** For whom a token speaks. At most one of `pod`, `secret` and `node` binds it; beside a pod, `node` only says where that runs. */
export interface TokenSubject {
  readonly namespace: string;
  readonly account: BoundObject;
  readonly pod?: BoundObject;
  readonly secret?: BoundObject;
  /** Without uid: a node that is named by a pod, and does not exist. */
  readonly node?: { readonly name: string; readonly uid?: string };
}

export interface TokenIssuer {
  /** Those of this API server: whom a token is for that names nobody. */
  readonly audiences: readonly string[];
  /** A signed JWT that is valid from now on for `seconds`. */
  issue(subject: TokenSubject, audiences: readonly string[], seconds: number): string;
}
