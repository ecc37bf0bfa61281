import { createHash } from 'node:crypto';

/** Data keys in base64, by `messageDigest` of the message of OpenPGP that holds them. */
export type DataKeys = Readonly<Record<string, string>>;

const MESSAGE = /-----BEGIN PGP MESSAGE-----[\s\S]{1,20000}?-----END PGP MESSAGE-----/g;

/** The messages of OpenPGP in a text, however its format indents or escapes their lines. */
export function messagesIn(text: string): readonly string[] {
  if (!text.includes('ENC[AES256_GCM,')) return [];
  return Array.from(text.matchAll(MESSAGE), ([message]) => plain(message));
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
