import { textOfBinary } from '../../bytewise.ts';
import { quote } from '../../format/quote.ts';
import { GoError } from '../../values.ts';

/** The parts of a URL, which net/url escapes each by rules of its own. Texts here are binary: a character for each byte. */
export type UrlPart = 'path' | 'user' | 'host' | 'zone' | 'fragment';

const HOST = '!$&\'()*+,;=:[]<>"';

/** What stays as it is beside letters, digits and `-_.~`. */
const KEPT: Readonly<Record<UrlPart, string>> = {
  path: '$&+,/:;=@',
  user: '$&+,;=',
  host: HOST,
  zone: HOST,
  fragment: '$&+,/:;=?@!()*',
};

const PLAIN = /[\w.~-]/;

export const shouldEscape = (character: string, part: UrlPart): boolean =>
  !PLAIN.test(character) && !KEPT[part].includes(character);

const escapeOf = (character: string): string =>
  `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

export const escapePart = (text: string, part: UrlPart): string =>
  text.replaceAll(/[^\w.~-]/g, (character) =>
    shouldEscape(character, part) ? escapeOf(character) : character,
  );

const HEX = /^%[0-9a-fA-F]{2}$/;

const badEscape = (text: string): GoError => new GoError(`invalid URL escape ${quote(textOfBinary(text))}`);

/** @throws GoError for an escape that is none, or that the part may not have */
export function unescapePart(text: string, part: UrlPart): string {
  const ofHost = part === 'host' || part === 'zone';
  return text.replaceAll(/%.{0,2}|[^%]/gs, (token) => {
    if (token.startsWith('%')) return unescaped(token, part);
    if (ofHost && token < '\x80' && shouldEscape(token, part))
      throw new GoError(`invalid character ${quote(token)} in host name`);
    return token;
  });
}

/** In a host, only bytes beyond ASCII and the `%25` before a zone may be escaped. */
function unescaped(token: string, part: UrlPart): string {
  if (!HEX.test(token)) throw badEscape(token);
  const character = String.fromCharCode(Number.parseInt(token.slice(1), 16));
  if (part === 'host' && character < '\x80' && token !== '%25') throw badEscape(token);
  if (part === 'zone' && token !== '%25' && character !== ' ' && shouldEscape(character, 'host'))
    throw badEscape(token);
  return character;
}
