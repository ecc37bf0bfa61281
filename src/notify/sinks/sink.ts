import type { WebRequest } from '../../charts/web/ask.ts';
import type { Message } from '../message.ts';

/** What a channel was added with, from its Secret: nothing of it is ever shown. */
export type Settings = Readonly<Record<string, string>>;

export interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  /** The whole message, headers first, lines ended by CRLF. */
  readonly text: string;
}

export type Sending =
  | { readonly type: 'web'; readonly request: Omit<WebRequest, 'most'> }
  | { readonly type: 'mail'; readonly mail: Mail };

/** One kind of channel: a pure function from a message to what is sent. */
export interface Sink {
  /** Settings that it needs. */
  readonly needs: readonly string[];
  /** Those that it may have. */
  readonly takes: readonly string[];
  /** Undefined where nothing of the message is for it. `now`: wall time, ms. */
  sending(settings: Settings, message: Message, now: number): Sending | undefined;
}

export const posted = (
  url: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Sending => ({
  type: 'web',
  request: {
    url,
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'pilotage', ...headers },
    body: JSON.stringify(body),
  },
});

/** Chats cut longer ones, or refuse them. */
export const MOST_CHAT = 1900;

export const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;
