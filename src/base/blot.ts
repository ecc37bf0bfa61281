import { CUT } from './lines.ts';

/** Shorter ones are no secrets, and would blot out half of a text. */
const LEAST_CHARACTERS = 4;

/** Blots out what others repeat of secrets. Of one with several lines, each long line counts. */
export function blotter(secrets: readonly string[]): (text: string) => string {
  const parts = secrets
    .flatMap((secret) => [secret, ...secret.split('\n').filter(({ length }) => length >= 8)])
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
