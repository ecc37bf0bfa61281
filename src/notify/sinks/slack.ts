import { plainText } from '../message.ts';
import { cut, posted, type Sink } from './sink.ts';

/** Incoming webhooks of Slack. `&`, `<` and `>` are all that has a meaning in the text (docs.slack.dev, "Formatting message text"). */
export const slack: Sink = {
  needs: ['url'],
  takes: [],
  sending: ({ url = '' }, message) =>
    posted(url, {
      text: cut(plainText(message, escaped), 3900),
      // A link of a commit is not fetched by Slack, and nobody is called by a commit's subject.
      ...{ unfurl_links: false, unfurl_media: false, link_names: false },
    }),
};

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
