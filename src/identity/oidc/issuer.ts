import type { Claims } from './claims.ts';

/** One way into a provider, kept by the daemon: only the state of it is ever seen by a browser. */
export interface CodeAttempt {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  /** Of PKCE (RFC 7636). */
  readonly verifier: string;
}

/** RFC 8628 §3.2. How long it lasts the provider says when it is over. */
export interface DeviceCode {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  /** With the user code in it. */
  readonly verificationUriComplete?: string;
  readonly intervalMs: number;
}

/** RFC 8628 §3.5. */
export type DeviceAnswer =
  | { readonly type: 'claims'; readonly claims: Claims }
  | { readonly type: 'pending' | 'slowDown' | 'denied' | 'expired' };

/**
 * What is asked of a provider. Each rejects with a ProblemError: `Unavailable` where the provider cannot be asked or makes no sense, `Denied`
 * where it says no, `Unauthorized` where its answer is not one to this attempt. The only implementation that speaks OpenID Connect is `client.ts`.
 */
export interface Issuer {
  authorizationUrl(attempt: CodeAttempt): Promise<string>;
  /** `callback`: the address, with its query, to which the provider has sent the browser. */
  redeem(callback: URL, attempt: CodeAttempt): Promise<Claims>;
  startDevice(): Promise<DeviceCode>;
  pollDevice(deviceCode: string): Promise<DeviceAnswer>;
}
