import type { Cidr } from '../../../base/cidr.ts';

/** How requests of a rule are carried, in words that no source of rules owns. Times in milliseconds. */
export interface Policy {
  /** Over plain HTTP a client is sent to HTTPS. */
  readonly toHttps: boolean;
  /** Sends every client elsewhere. */
  readonly redirect?: { readonly status: number; readonly to: string };
  /** Where a client goes that asks for `/`. */
  readonly appRoot?: string;
  /** The path that the backend sees; `$1` is what the first group of the pattern holds. */
  readonly rewrite?: string;
  /** As `redirect`, made of what each client has asked for. */
  readonly redirection?: Redirection;
  /** As `rewrite`, in the words of the Gateway API. */
  readonly path?: PathChange;
  /** One after the other. */
  readonly requestHeaders?: readonly HeaderChanges[];
  readonly responseHeaders?: readonly HeaderChanges[];
  /** For everything between a client's request and the end of the answer; absent: any time. */
  readonly requestMs?: number;
  /** For one backend's answer. */
  readonly attemptMs?: number;
  /** Bytes; 0: any. */
  readonly largestBody: number;
  readonly connectMs: number;
  /** Between two reads from the backend. */
  readonly readMs: number;
  /** Between two writes to it. */
  readonly sendMs: number;
  /** Addresses of clients; absent: any. */
  readonly allow?: readonly Cidr[];
  readonly deny?: readonly Cidr[];
  readonly auth?: BasicAuth;
  readonly cors?: Cors;
  readonly stickyCookie?: StickyCookie;
  readonly scheme: 'http' | 'https';
  /** The header Host that the backend sees; absent: the client's. */
  readonly upstreamHost?: string;
  readonly forwardedPrefix?: string;
}

/** What is absent stays as the client has it. */
export interface Redirection {
  readonly status: number;
  readonly scheme?: 'http' | 'https';
  readonly host?: string;
  readonly port?: number;
  readonly path?: PathChange;
}

export type PathChange =
  | { readonly type: 'full'; readonly to: string }
  | { readonly type: 'prefix'; readonly prefix: string; readonly to: string };

/** Names in lower case. What is set replaces, what is added joins what is there. */
export interface HeaderChanges {
  readonly set: Readonly<Record<string, string>>;
  readonly add: readonly (readonly [name: string, value: string])[];
  readonly remove: readonly string[];
}

export interface BasicAuth {
  readonly realm: string;
  /** Hash by user, as htpasswd writes it. */
  readonly users: ReadonlyMap<string, string>;
}

export interface Cors {
  readonly origins: readonly string[];
  readonly methods: string;
  readonly headers: string;
  readonly exposed: string;
  readonly credentials: boolean;
  readonly maxAgeSeconds: number;
}

export interface StickyCookie {
  readonly name: string;
  /** `; Path=/; HttpOnly`, and what else was asked for. */
  readonly attributes: string;
}

/** nginx's time-outs. A body is passed on as it comes, so that its size costs nothing here: it has no limit of its own. */
export const DEFAULT_POLICY: Policy = {
  toHttps: false,
  largestBody: 0,
  connectMs: 5_000,
  readMs: 60_000,
  sendMs: 60_000,
  scheme: 'http',
};
