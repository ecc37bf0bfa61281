import { CUT } from './lines.ts';

/** Shorter ones are no secrets, and would blot out half of a text. */
const LEAST_CHARACTERS = 4;
/** Of a secret with several lines. */
const LEAST_LINE = 8;

/** How a secret may be written elsewhere: as JSON, YAML and Go quote it, in base64, in a URL, indented line by line. */
export const spellings = (secret: string): readonly string[] => [
  secret,
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString('base64'),
  // A lone surrogate is no part of a URL.
  encodeURIComponent(Buffer.from(secret).toString('utf8')),
  ...secret.split('\n').filter(({ length }) => length >= LEAST_LINE),
];

/** A text without the secrets that it would repeat. */
export type Blot = (text: string) => string;

/** Blots out what others repeat of secrets. Of one with several lines, each long line counts. */
export function blotter(secrets: readonly string[]): Blot {
  const parts = secrets
    .flatMap((secret) => [secret, ...secret.split('\n').filter(({ length }) => length >= LEAST_LINE)])
    .map((part) => part.trim())
    .filter(({ length }) => length >= LEAST_CHARACTERS)
    .sort((a, b) => b.length - a.length);
  const blot = (text: string): string => parts.reduce((left, part) => left.replaceAll(part, '…'), text);
  return (text) => {
    if (!text.endsWith(CUT)) return blot(text);
    return withoutBeginning(blot(text.slice(0, -CUT.length)), parts) + CUT;
  };
}

/** The same of a text that was cut in the middle of one: its end may be the beginning of a secret. */
function withoutBeginning(text: string, parts: readonly string[]): string {
  // What is left of a character that was cut.
  const whole = text.replace(/\uFFFD+$/, '');
  const longest = Math.max(0, ...parts.map((part) => overlap(whole, part)));
  return longest === 0 ? text : `${whole.slice(0, -longest)}…`;
}

/** How many characters at the end of the text are the first ones of the part. */
function overlap(text: string, part: string): number {
  for (let from = Math.max(0, text.length - part.length + 1); from < text.length; from++)
    if (text[from] === part[0] && part.startsWith(text.slice(from))) return text.length - from;
  return 0;
}
