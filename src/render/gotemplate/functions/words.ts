import { isBroken } from '../bytewise.ts';
import { isLetter, isNumber, isPunctuation, isUpper } from '../unicode.ts';
import { isConnector } from './pascalcase.ts';

/** The words that huandu/xstrings sees: `HTTP20xOK` has HTTP, 20, x and OK. */
export type WordType = 'upper' | 'letters' | 'number' | 'connector' | 'punctuation' | 'other' | 'none';

export interface Word {
  readonly type: WordType;
  readonly text: string;
}

const END: Word = { type: 'none', text: '' };

/** Chinese, Japanese and Korean characters are letters without case, which end a word. */
const CJK: readonly (readonly [number, number])[] = [
  [0x4e00, 0x9fcc],
  [0x3400, 0x4d85],
  [0x20000, 0x2b81d],
];

function isAlphabet(rune: string): boolean {
  const code = rune.codePointAt(0) ?? 0;
  return isLetter(rune) && !CJK.some(([from, to]) => code >= from && code <= to);
}

const isSmall = (rune: string): boolean => isAlphabet(rune) && !isUpper(rune);
const isOther = (rune: string): boolean =>
  !isConnector(rune) && !isAlphabet(rune) && !isNumber(rune) && !isPunctuation(rune);

/** Reads words; what is no character belongs to whatever is before it. */
export class WordReader {
  readonly #runes: readonly string[];
  #at = 0;
  constructor(text: string) {
    this.#runes = [...text];
  }

  get done(): boolean {
    return this.#at >= this.#runes.length;
  }

  next(): Word {
    if (this.done) return END;
    const from = this.#at;
    const type = this.#read();
    return { type, text: this.#runes.slice(from, this.#at).join('') };
  }

  #read(): WordType {
    const first = this.#take('\ufffd');
    if (first === '\ufffd') return 'none';
    if (isConnector(first)) return this.#while(isConnector, first, 'connector');
    if (isPunctuation(first)) return this.#while(isPunctuation, first, 'punctuation');
    if (isUpper(first)) return this.#upper(first);
    if (isAlphabet(first)) return this.#while(isSmall, first, 'letters');
    if (isNumber(first)) return this.#while(isNumber, first, 'number');
    return this.#while(isOther, first, 'other');
  }

  #upper(first: string): WordType {
    const second = this.#peek(first);
    if (this.done || !isUpper(second)) return this.#while(isSmall, first, 'upper');
    this.#while(isUpper, first, 'upper');
    // The S of HTTPStatus begins the next word.
    if (!this.done && isAlphabet(this.#peek(second))) this.#at--;
    return 'upper';
  }

  #while(belongs: (rune: string) => boolean, before: string, type: WordType): WordType {
    let last = before;
    while (!this.done && belongs(this.#peek(last))) last = this.#take(last);
    return type;
  }

  /** The next character, `before` if only bytes of none follow. */
  #peek(before: string): string {
    return this.#runes[this.#next()] ?? before;
  }

  #take(before: string): string {
    const next = this.#next();
    this.#at = Math.min(next + 1, this.#runes.length);
    return this.#runes[next] ?? before;
  }

  #next(): number {
    let next = this.#at;
    while (next < this.#runes.length && isInvalid(this.#runes[next] ?? '')) next++;
    return next;
  }
}

const isInvalid = (rune: string): boolean => rune >= '\udc80' && (rune === '\ufffd' || isBroken(rune));
