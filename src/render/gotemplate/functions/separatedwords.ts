import { isUpper, toLower } from '../unicode.ts';
import { isConnector } from './pascalcase.ts';
import { type Word, WordReader, type WordType } from './words.ts';

/** ToSnakeCase and ToKebabCase of huandu/xstrings: `HTTP20xOK` is http_20x_ok, but `Bld4Floor3rd` is bld4_floor_3rd. */
export const separatedWords = (text: string, connector: string): string =>
  new WordWriter(new WordReader(text), connector).write();

class WordWriter {
  readonly #reader: WordReader;
  readonly #connector: string;
  #out = '';
  constructor(reader: WordReader, connector: string) {
    this.#reader = reader;
    this.#connector = connector;
  }

  write(): string {
    let word = this.#reader.next();
    while (!this.#reader.done) {
      const previous = word;
      if (previous.type !== 'connector') this.#add(previous);
      word = this.#reader.next();
      if (previous.type === 'number') word = this.#numbered(word);
      else if (previous.type === 'connector') this.#add(previous);
      else if (previous.type !== 'punctuation') word = this.#afterLetters(word);
    }
    this.#add(word);
    return this.#out;
  }

  /** Letters and numbers that belong to the number before them. */
  #numbered(from: Word): Word {
    let word = from;
    for (; word.type === 'letters' || word.type === 'number'; word = this.#reader.next()) this.#add(word);
    this.#connect(word, 'none', 'punctuation', 'connector');
    return word;
  }

  /** What follows a word of letters; a number belongs to it, unless letters follow that. */
  #afterLetters(word: Word): Word {
    if (word.type !== 'number') this.#connect(word, 'connector', 'punctuation');
    if (word.type !== 'number' || this.#reader.done) return word;
    const next = this.#reader.next();
    if (next.type === 'letters') {
      this.#out += this.#connector + word.text;
      return this.#numbered(next);
    }
    this.#add(word);
    this.#connect(next, 'connector', 'punctuation');
    return next;
  }

  #connect(next: Word, ...unless: WordType[]): void {
    if (!unless.includes(next.type)) this.#out += this.#connector;
  }

  #add({ type, text }: Word): void {
    this.#out += type === 'upper' || type === 'connector' ? this.#lower(text) : text;
  }

  #lower(word: string): string {
    const lower = (rune: string): string => (isUpper(rune) ? toLower(rune) : rune);
    return [...word].map((rune) => (isConnector(rune) ? this.#connector : lower(rune))).join('');
  }
}
