import { plainText } from '../message.ts';
import { cut, posted, type Sink } from './sink.ts';

/** Incoming webhooks of Mattermost: Markdown, in which a subject must neither call people (`@all`) nor be a link or an image. */
export const mattermost: Sink = {
  needs: ['url'],
  takes: [],
  sending: ({ url = '' }, message) => posted(url, { text: cut(plainText(message, escaped), 3900) }),
};

const escaped = (text: string): string =>
  text.replace(/[\\`*_[\]<>#|~!]/g, '\\$&').replaceAll('@', '@\u200b');
