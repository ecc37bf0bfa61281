import { oneLine, plainText } from '../message.ts';
import type { Sink } from './sink.ts';

/** Mail of plain text (RFC 5322, RFC 2047 for the subject, RFC 2045 for the body). */
export const email: Sink = {
  needs: ['url', 'from', 'to'],
  takes: ['user', 'password'],
  sending({ from = '', to = '' }, message, now) {
    const recipients = to.split(',').map((one) => one.trim());
    const domain = from.split('@')[1] ?? 'pilotage';
    const headers = [
      `From: Pilotage <${from}>`,
      `To: ${recipients.join(', ')}`,
      `Subject: ${encodedWords(oneLine(message.title, 150))}`,
      `Date: ${new Date(now).toUTCString().replace('GMT', '+0000')}`,
      // Equal when it is sent again: mail programs show one of them.
      `Message-ID: <${message.id}@${domain}>`,
      'Auto-Submitted: auto-generated',
      'MIME-Version: 1.0',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: base64',
    ];
    const body = Buffer.from(`${plainText(message)}\n`.replaceAll('\n', '\r\n')).toString('base64');
    const text = [...headers, '', ...(body.match(/.{1,76}/g) ?? []), ''].join('\r\n');
    return { type: 'mail', mail: { from, to: recipients, text } };
  },
};

/** At most 75 characters each (RFC 2047, 2), and never a part of a character. */
function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text)) return text;
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (Buffer.byteLength(word + character) > 45) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map((one) => `=?utf-8?B?${Buffer.from(one).toString('base64')}?=`).join('\r\n ');
}
