/** What the faces say and ask of channels of notifications. */

export interface ChannelRequest {
  readonly name: string;
  readonly kind: string;
  /** Which deliveries may name it; `*`: all. */
  readonly deliveries: readonly string[];
  /** `url`, and what else its kind takes. */
  readonly settings: Readonly<Record<string, string>>;
}

/** What an administrator may do with channels. Refusals reject with ProblemError. */
export interface ChannelActions {
  list(): Promise<readonly ChannelReport[]>;
  add(request: ChannelRequest): Promise<{ readonly message: string }>;
  /** Sends a message there now. */
  test(name: string): Promise<{ readonly message: string }>;
  remove(name: string): Promise<{ readonly message: string }>;
}

/** Without its settings: an address of a chat is a secret. */
export interface ChannelReport {
  readonly name: string;
  readonly kind: string;
  readonly deliveries: readonly string[];
  readonly last?: { readonly ok: boolean; readonly at: string; readonly message?: string };
}
