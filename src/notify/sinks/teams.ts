import { linesOf } from '../message.ts';
import { posted, type Sink } from './sink.ts';

/** Workflows of Microsoft Teams ("when a webhook request is received"): an Adaptive Card, whose text knows some Markdown. */
export const teams: Sink = {
  needs: ['url'],
  takes: [],
  sending({ url = '' }, { title, notices, more }) {
    const text = (content: string, heading = false) => ({
      type: 'TextBlock',
      text: escaped(content),
      wrap: true,
      ...(heading ? { weight: 'Bolder' } : {}),
    });
    const body = [
      ...(notices.length > 1 ? [text(title, true)] : []),
      ...notices.flatMap((notice) => linesOf(notice).map((line, i) => text(line, i === 0))),
      ...(more > 0 ? [text(`and ${more} more: pilotage status`)] : []),
    ];
    const content = {
      $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
      type: 'AdaptiveCard',
      version: '1.4',
      body,
    };
    return posted(url, {
      type: 'message',
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', contentUrl: null, content }],
    });
  },
};

const escaped = (text: string): string => text.replace(/[\\`*_[\]<>#|~]/g, '\\$&');
