import { bytesOf, GoError } from '../values.ts';

/** What may stand next. */
type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'more';

const MAX_NESTING = 10_000;

/** encoding/json's words for what is wrong with a text (scanner.go); undefined for JSON. */
export function jsonSyntaxError(text: string): string | undefined {
  try {
    new Scanner(text).scan();
    return undefined;
  } catch (error) {
    if (error instanceof GoError) return error.message;
    throw error;
  }
}

class Scanner {
  readonly #text: string;
  readonly #open: ('{' | '[')[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  scan(): void {
    for (let expected: Expected | undefined = 'value'; expected; ) {
      this.#match(/[ \t\r\n]*/y);
      expected = this.#step(expected);
    }
    this.#match(/[ \t\r\n]*/y);
    if (this.#at < this.#text.length) throw this.#invalid('after top-level value');
  }

  #step(expected: Expected): Expected | undefined {
    switch (expected) {
      case 'value or ]':
        return this.#take(']') ? this.#close() : this.#value();
      case 'value':
        return this.#value();
      case 'key or }':
        return this.#take('}') ? this.#close() : this.#key();
      case 'key':
        return this.#key();
      case 'colon':
        if (!this.#take(':')) throw this.#invalid('after object key');
        return 'value';
      case 'more':
        return this.#more();
    }
  }

  #value(): Expected | undefined {
    if (this.#take('{')) return this.#enter('{', 'key or }');
    if (this.#take('[')) return this.#enter('[', 'value or ]');
    if (this.#take('"')) this.#string();
    else if (/[-0-9]/.test(this.#next())) this.#number();
    else this.#literal();
    return this.#after();
  }

  #enter(bracket: '{' | '[', expected: Expected): Expected {
    this.#open.push(bracket);
    if (this.#open.length > MAX_NESTING) throw new GoError('exceeded max depth');
    return expected;
  }

  #close(): Expected | undefined {
    this.#open.pop();
    return this.#after();
  }

  #after = (): Expected | undefined => (this.#open.length === 0 ? undefined : 'more');

  #key(): Expected {
    if (!this.#take('"')) throw this.#invalid('looking for beginning of object key string');
    this.#string();
    return 'colon';
  }

  #more(): Expected | undefined {
    const isObject = this.#open.at(-1) === '{';
    if (this.#take(',')) return isObject ? 'key' : 'value';
    if (this.#take(isObject ? '}' : ']')) return this.#close();
    throw this.#invalid(isObject ? 'after object key:value pair' : 'after array element');
  }

  #string(): void {
    for (;;) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in strings.
      this.#match(/[^"\\\u0000-\u001f]*/y);
      if (this.#take('"')) return;
      if (!this.#take('\\')) throw this.#invalid('in string literal');
      if (this.#take('u')) this.#hexadecimal();
      else if (!this.#match(/["\\/bfnrt]/y)) throw this.#invalid('in string escape code');
    }
  }

  #hexadecimal(): void {
    for (let digit = 0; digit < 4; digit++) {
      if (!this.#match(/[0-9a-fA-F]/y)) throw this.#invalid('in \\u hexadecimal character escape');
    }
  }

  #number(): void {
    this.#take('-');
    if (!this.#match(/0|[1-9]\d*/y)) throw this.#invalid('in numeric literal');
    if (this.#take('.') && !this.#match(/\d+/y))
      throw this.#invalid('after decimal point in numeric literal');
    if (!this.#match(/[eE]/y)) return;
    this.#match(/[-+]/y);
    if (!this.#match(/\d+/y)) throw this.#invalid('in exponent of numeric literal');
  }

  #literal(): void {
    const word = ['true', 'false', 'null'].find((known) => known[0] === this.#next());
    if (!word) throw this.#invalid('looking for beginning of value');
    for (const character of word) {
      if (!this.#take(character)) throw this.#invalid(`in literal ${word} (expecting '${character}')`);
    }
  }

  #next(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(character: string): boolean {
    if (this.#next() !== character) return false;
    this.#at++;
    return true;
  }

  /** Steps over what a sticky expression matches; false for nothing. */
  #match(expression: RegExp): boolean {
    expression.lastIndex = this.#at;
    const length = expression.exec(this.#text)?.[0].length ?? 0;
    this.#at += length;
    return length > 0;
  }

  /** At its end a text is read on as if a space came: which is wrong inside of numbers, words and escapes only. */
  #invalid(where: string): GoError {
    const character = this.#text.codePointAt(this.#at);
    if (character === undefined && !NO_SPACE.test(where)) return new GoError('unexpected end of JSON input');
    const [byte = 0] = bytesOf(String.fromCodePoint(character ?? 0x20));
    return new GoError(`invalid character ${quoteByte(byte)} ${where}`);
  }
}

const NO_SPACE = /literal \w+ \(|numeric literal|escape/;

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
};

/** A byte, taken as a character of Latin-1, in single quotes. */
function quoteByte(byte: number): string {
  const isPrintable = (byte >= 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
  const hexadecimal = byte.toString(16).padStart(byte < 0x80 ? 2 : 4, '0');
  const escaped = ESCAPES[byte] ?? (byte < 0x80 ? `\\x${hexadecimal}` : `\\u${hexadecimal}`);
  return `'${isPrintable && !ESCAPES[byte] ? String.fromCharCode(byte) : escaped}'`;
}
