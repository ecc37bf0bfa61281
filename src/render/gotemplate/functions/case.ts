import { binaryOf, isAscii, runesOf } from '../bytewise.ts';
import { isLower, isSpace, isTitle, isUpper, toLower, toTitle, toUpper } from '../unicode.ts';
import { define } from './define.ts';
import { pascalCase } from './pascalcase.ts';
import { separatedWords } from './separatedwords.ts';

/** strings.Map: rune by rune. */
const mapRunes = (text: string, map: (rune: string) => string): string => runesOf(text).map(map).join('');

const upper = (text: string): string => (isAscii(text) ? text.toUpperCase() : mapRunes(text, toUpper));
const lower = (text: string): string => (isAscii(text) ? text.toLowerCase() : mapRunes(text, toLower));

/** Whether a word begins after the rune: beyond ASCII, after spaces only. */
const separates = (rune: string): boolean => (rune < '\x80' ? !/\w/.test(rune) : isSpace(rune));

/** strings.Title */
function title(text: string): string {
  let before = ' ';
  return mapRunes(text, (rune) => {
    const starts = separates(before);
    before = rune;
    return starts ? toTitle(rune) : rune;
  });
}

/** Uncapitalize of goutils: the first letter of each word. */
function untitle(text: string): string {
  let before = ' ';
  return mapRunes(text, (rune) => {
    const starts = isSpace(before);
    before = rune;
    return starts ? toLower(rune) : rune;
  });
}

/** SwapCase of goutils: a lower case letter at the beginning of a word gets its title case. */
function swapCase(text: string): string {
  let starts = true;
  return mapRunes(text, (rune) => {
    const first = starts;
    const cased = isUpper(rune) || isTitle(rune) || isLower(rune);
    starts = !cased && isSpace(rune);
    if (!cased) return rune;
    if (!isLower(rune)) return toLower(rune);
    return first ? toTitle(rune) : toUpper(rune);
  });
}

/** Initials of goutils, which takes each byte for a character: `été` begins with Ã. */
function initials(text: string): string {
  let before = ' ';
  return [...binaryOf(text)]
    .filter((byte) => {
      const starts = isSpace(before) && !isSpace(byte);
      before = byte;
      return starts;
    })
    .join('');
}

/** DeleteWhiteSpace of goutils: bytes are taken for characters as soon as there is a space to delete. */
function nospace(text: string): string {
  const binary = binaryOf(text);
  const kept = [...binary].filter((byte) => !isSpace(byte)).join('');
  return kept.length === binary.length ? text : kept;
}

/** A function that looks at each character, which is dearer than what is charged for any text. */
const byCharacter = (work: (text: string) => string) =>
  define(['string'], ([text], budget) => {
    budget.spend(text.length);
    return work(text);
  });

export const CASE = {
  upper: define(['string'], ([text]) => upper(text)),
  lower: define(['string'], ([text]) => lower(text)),
  title: byCharacter(title),
  untitle: byCharacter(untitle),
  swapcase: byCharacter(swapCase),
  camelcase: byCharacter(pascalCase),
  snakecase: byCharacter((text) => separatedWords(text, '_')),
  kebabcase: byCharacter((text) => separatedWords(text, '-')),
  initials: byCharacter(initials),
  nospace: byCharacter(nospace),
};
