import { ProblemError } from '../base/errors.ts';
import type { Ask } from '../charts/web/ask.ts';
import type { Channel } from './channels/store.ts';
import type { Message } from './message.ts';
import { SINKS } from './sinks/list.ts';
import type { Sink } from './sinks/sink.ts';
import type { Post } from './sinks/smtp.ts';

export interface Roads {
  readonly ask: Ask;
  readonly post: Post;
}

/** What is read of an answer; nobody reads more of it than its code. */
const MOST_ANSWER = 64 * 1024;

/** Sends a message to a channel. Rejects with a ProblemError that names neither address nor credentials: an address of a chat is one. */
export async function send(
  { ask, post }: Roads,
  channel: Channel,
  message: Message,
  now: number,
): Promise<void> {
  const sink: Sink = SINKS[channel.kind];
  const sending = sink.sending(channel.settings, message, now);
  if (sending === undefined) return;
  if (sending.type === 'mail') return post(channel.settings, sending.mail);
  const answer = await ask({ ...sending.request, most: MOST_ANSWER }).catch((error: unknown) => {
    throw refused(channel, wordsOf(error, sending.request.url));
  });
  if (answer.status >= 200 && answer.status < 300) return;
  const isRedirect = answer.status >= 300 && answer.status < 400;
  const why = isRedirect
    ? `answers ${answer.status}: it is elsewhere, and redirects are not followed`
    : `answers ${answer.status}`;
  throw refused(
    channel,
    `${hostOf(sending.request.url)} ${why}`,
    retryAfterMs(answer.headers['retry-after']),
  );
}

/** Of a channel that is asked for patience, for how long. */
export class Refused extends ProblemError {
  readonly afterMs: number | undefined;
  constructor(problem: ConstructorParameters<typeof ProblemError>[0], afterMs?: number) {
    super(problem);
    this.afterMs = afterMs;
  }
}

const refused = ({ name }: Channel, message: string, afterMs?: number): Refused =>
  new Refused({ reason: 'NotSent', message, remedy: `pilotage notify test ${name}` }, afterMs);

const hostOf = (url: string): string => new URL(url).host;

/** The words of the exchange hold the path, which is a secret in the addresses of chats. */
function wordsOf(error: unknown, url: string): string {
  const { origin, pathname, host } = new URL(url);
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(`${origin}${pathname}`, host);
}

function retryAfterMs(text: string | undefined): number | undefined {
  const seconds = Number(text);
  return text !== undefined && seconds > 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}
