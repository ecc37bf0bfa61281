import { createHash } from 'node:crypto';

/** Data keys in base64, by `messageDigest` of the message of OpenPGP that holds them. */
export type DataKeys = Readonly<Record<string, string>>;

const BEGIN = '-----BEGIN PGP MESSAGE-----';
const END = '-----END PGP MESSAGE-----';
/** That of a data key for one recipient has some hundred. */
const MOST_CHARACTERS = 20_000;

/**
 * The messages of OpenPGP in a text, however its format indents or escapes their lines. Whoever pushes writes the text, and the daemon reads
 * it: each character is looked at a constant number of times, whatever begins and never ends.
 */
export function messagesIn(text: string): readonly string[] {
  const messages: string[] = [];
  if (!text.includes('ENC[AES256_GCM,')) return messages;
  let from = 0;
  for (let end = text.indexOf(END); end >= 0; end = text.indexOf(END, from)) {
    const before = text.slice(from, end);
    const begin = before.lastIndexOf(BEGIN);
    if (begin >= 0 && before.length - begin <= MOST_CHARACTERS)
      messages.push(plain(before.slice(begin) + END));
    from = end + END.length;
  }
  return messages;
}

const plain = (message: string): string =>
  message
    .replaceAll('\\n', '\n')
    .split('\n')
    .map((line) => line.trim())
    .join('\n');

/** By the bytes of the message alone, not by how it is written. */
export const messageDigest = (message: string): string =>
  createHash('sha256').update(plain(message).replace(/\s+/g, '')).digest('hex');
