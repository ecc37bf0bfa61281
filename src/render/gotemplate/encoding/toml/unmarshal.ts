import { quote, quoteRune } from '../../format/quote.ts';
import { type Budget, GoError, type GoMap, type Value } from '../../values.ts';
import { MAX_DEPTH, UNBOUNDED } from '../json.ts';
import { readNumber } from './numbers.ts';
import { type Key, keyText, Tables } from './tables.ts';

/** toml.Unmarshal of BurntSushi into a map: integers are int64, and a list of tables has a type of its own. @throws GoError in its words */
export function unmarshalToml(text: string, budget: Budget = UNBOUNDED): GoMap {
  return new Reader(text.replace(/^\uFEFF/, ''), budget).document();
}

const SPACE = /[ \t\r\n]*(?:#[^\n]*[ \t\r\n]*)*/y;

const ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  t: '\t',
  n: '\n',
  f: '\f',
  r: '\r',
  e: '\x1b',
  '"': '"',
  '\\': '\\',
};

class Reader {
  readonly #text: string;
  readonly #budget: Budget;
  #at = 0;
  readonly #tables = new Tables();
  /** The key whose value is being read. */
  #key: Key = [];

  constructor(text: string, budget: Budget) {
    this.#text = text;
    this.#budget = budget;
  }

  document(): GoMap {
    try {
      for (this.#skip(SPACE); this.#at < this.#text.length; ) {
        this.#budget.spend(1);
        this.#item();
        this.#lineEnd();
        this.#skip(SPACE);
      }
      return this.#tables.root;
    } catch (error) {
      if (error instanceof GoError) throw this.#located(error);
      throw error;
    }
  }

  #located({ message }: GoError): GoError {
    const line = this.#text.slice(0, this.#at).split('\n').length;
    const around = keyText([...this.#tables.context, ...this.#key.slice(0, -1)]);
    // The last part of a key is shown as it is.
    const last = [around, this.#key.at(-1) ?? ''].filter((part) => part !== '').join('.');
    return new GoError(`toml: line ${line}${last === '' ? '' : ` (last key ${quote(last)})`}: ${message}`);
  }

  #item(): void {
    if (this.#take('[[')) {
      this.#tables.append(this.#name(']]'));
    } else if (this.#take('[')) {
      this.#tables.declare(this.#name(']'));
    } else {
      const key = this.#keyBefore('=');
      this.#key = key;
      const value = this.#value(0);
      this.#tables.set(key, value);
      this.#key = [];
    }
  }

  #lineEnd(): void {
    this.#skip(/[ \t]*(?:#[^\n]*)?/y);
    if (this.#at === this.#text.length || this.#take('\n') || this.#take('\r\n')) return;
    throw new GoError(
      `expected a top-level item to end with a newline, comment, or EOF, but got ${this.#shown()} instead`,
    );
  }

  #name(end: ']' | ']]'): Key {
    this.#skip(/[ \t]*/y);
    if (this.#peek() === ']') throw new GoError('unexpected end of table name (table names cannot be empty)');
    return this.#keyBefore(end);
  }

  /** A dotted key, and what ends it. */
  #keyBefore(end: string): Key {
    const key: string[] = [];
    for (;;) {
      this.#skip(/[ \t]*/y);
      key.push(this.#keyPart());
      this.#skip(/[ \t]*/y);
      if (this.#take('.')) continue;
      if (this.#take(end)) return key;
      if (end !== '=')
        throw new GoError(`expected '.' or ']' to end table name, but got ${this.#shown()} instead`);
      if (this.#at === this.#text.length) throw new GoError("unexpected EOF; expected key separator '='");
      throw new GoError(`expected '.' or '=', but got ${this.#shown()} instead`);
    }
  }

  #keyPart(): string {
    if (this.#take('"')) return this.#basic(/[^"\\\n]+/y, '"');
    if (this.#take("'")) return this.#raw("'");
    const part = this.#skip(/[A-Za-z0-9_-]*/y);
    if (part === '' && this.#peek() === '=') throw new GoError("unexpected '=': key name appears blank");
    if (part === '' && this.#peek() === '.')
      throw new GoError("unexpected '.': keys cannot start with a '.'");
    return part;
  }

  #value(depth: number): Value {
    this.#budget.spend(1);
    if (depth > MAX_DEPTH) throw new GoError('the value is nested too deeply');
    this.#skip(/[ \t]*/y);
    if (this.#take('[')) return this.#list(depth);
    if (this.#take('{')) return this.#inlineTable(depth);
    if (this.#take('"""')) return this.#multiline(() => this.#basic(/[^"\\]+|"(?!"")/y, '"""'));
    if (this.#take("'''")) return this.#multiline(() => this.#raw("'''"));
    if (this.#take('"')) return this.#basic(/[^"\\\n]+/y, '"');
    if (this.#take("'")) return this.#raw("'");
    return this.#plain();
  }

  #plain(): Value {
    const from = this.#at;
    const token = this.#skip(/\d{4}-\d\d-\d\d \d\d:[0-9.:+\-Zz]*|[-+0-9A-Za-z_.:]+/y);
    if (token === 'true' || token === 'false') return token === 'true';
    const value = readNumber(token);
    if (value !== undefined) return value;
    this.#at = from;
    if (token.startsWith('.')) throw new GoError("floats must start with a digit, not '.'");
    if (from === this.#text.length) throw new GoError('unexpected EOF; expected value');
    const word = /^[A-Za-z]+/.exec(token)?.[0];
    throw new GoError(`expected value but found ${word ? quote(word) : this.#shown()} instead`);
  }

  #list(depth: number): Value[] {
    const items: Value[] = [];
    for (;;) {
      this.#skip(SPACE);
      if (this.#take(']')) return items;
      if (this.#peek() === ',') throw new GoError('unexpected comma');
      items.push(this.#value(depth + 1));
      this.#skip(SPACE);
      if (this.#take(',')) continue;
      if (this.#take(']')) return items;
      throw new GoError(`expected a comma (',') or array terminator (']'), but got ${this.#shownOrEnd()}`);
    }
  }

  #inlineTable(depth: number): GoMap {
    const tables = new Tables();
    for (;;) {
      this.#skip(SPACE);
      if (this.#take('}')) return tables.root;
      if (this.#peek() === ',') throw new GoError('unexpected comma');
      const key = this.#keyBefore('=');
      tables.set(key, this.#value(depth + 1));
      this.#skip(SPACE);
      if (this.#take(',')) continue;
      if (this.#take('}')) return tables.root;
      throw new GoError(
        `expected a comma or an inline table terminator '}', but got ${this.#shownOrEnd()} instead`,
      );
    }
  }

  /** A line break right behind the quotes is not of the text. */
  #multiline(read: () => string): string {
    this.#skip(/(?:\r?\n)?/y);
    return read();
  }

  #raw(end: "'" | "'''"): string {
    const close = this.#text.indexOf(end, this.#at);
    const text = this.#text.slice(this.#at, close < 0 ? undefined : close);
    if (end === "'" && text.includes('\n')) throw new GoError('strings cannot contain newlines');
    if (close < 0) throw new GoError(`unexpected EOF; expected ${quote(end)}`);
    this.#at = close + end.length;
    const extra = end === "'" ? '' : this.#skip(/'{0,2}/y);
    return text + extra;
  }

  #basic(plain: RegExp, end: '"' | '"""'): string {
    let text = '';
    for (;;) {
      const part = this.#skip(plain);
      text += part;
      if (part !== '') continue;
      if (this.#take(end)) return end === '"' ? text : text + this.#skip(/"{0,2}/y);
      if (this.#at === this.#text.length) throw new GoError(`unexpected EOF; expected '${end}'`);
      if (!this.#take('\\')) throw new GoError('strings cannot contain newlines');
      text += this.#escape(end === '"""');
    }
  }

  #escape(isMultiline: boolean): string {
    if (isMultiline && this.#skip(/[ \t\r]*\n[ \t\r\n]*/y) !== '') return '';
    const character = this.#peek();
    this.#at++;
    const digits = { x: 2, u: 4, U: 8 }[character];
    if (digits === undefined) {
      const escaped = ESCAPES[character];
      if (escaped !== undefined) return escaped;
      throw new GoError(`invalid escape in string '\\${character}'`);
    }
    const hexadecimal = this.#text.slice(this.#at, this.#at + digits);
    this.#at += digits;
    const code = Number.parseInt(hexadecimal, 16);
    if (
      !/^[0-9a-fA-F]+$/.test(hexadecimal) ||
      hexadecimal.length < digits ||
      code > 0x10ffff ||
      code >> 11 === 0x1b
    )
      throw new GoError(`Escaped character '\\u${hexadecimal}' is not valid UTF-8.`);
    return String.fromCodePoint(code);
  }

  #peek(): string {
    const code = this.#text.codePointAt(this.#at);
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  #shown(): string {
    return quoteRune(this.#peek().codePointAt(0) ?? 0);
  }

  #shownOrEnd(): string {
    return this.#at === this.#text.length ? 'end of file' : this.#shown();
  }

  #take(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  /** Steps over what a sticky expression matches, which it returns. */
  #skip(expression: RegExp): string {
    expression.lastIndex = this.#at;
    const found = expression.exec(this.#text)?.[0] ?? '';
    this.#budget.spend(found.length >>> 6);
    this.#at += found.length;
    return found;
  }
}
