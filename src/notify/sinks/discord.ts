import { plainText } from '../message.ts';
import { cut, MOST_CHAT, posted, type Sink } from './sink.ts';

/** Webhooks of Discord: at most 2,000 characters, and nobody is called by what a commit says (`allowed_mentions`). */
export const discord: Sink = {
  needs: ['url'],
  takes: [],
  sending: ({ url = '' }, message) =>
    posted(url, {
      content: cut(plainText(message, escaped), MOST_CHAT),
      allowed_mentions: { parse: [] },
      // Suppresses previews of links.
      flags: 4,
    }),
};

const escaped = (text: string): string => text.replace(/[\\`*_[\]<>#|~]/g, '\\$&');
