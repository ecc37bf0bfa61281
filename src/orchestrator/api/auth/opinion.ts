/**
 * What one authorizer says of a request (`k8s.io/apiserver/pkg/authorization/authorizer` Decision): `deny` is the last word, with
 * `none` the next authorizer is asked.
 */
export type Opinion =
  | { readonly type: 'allow'; readonly reason?: string }
  | { readonly type: 'deny'; readonly reason: string }
  | { readonly type: 'none'; readonly reason?: string };

export const ALLOW: Opinion = { type: 'allow' };
export const NO_OPINION: Opinion = { type: 'none' };

export const deny = (reason: string): Opinion => ({ type: 'deny', reason });
export const none = (reason: string): Opinion => ({ type: 'none', reason });
