import { byteLength, runeCount } from '../../kinds.ts';
import type { Version } from './plain.ts';
import { LINE_BREAK, type ScalarStyle, styleOf, styleOfTagged } from './scalar.ts';

/** What is written: a string in whatever style it needs, any other scalar as the text that it is. */
export type Node = string | Scalar | readonly Node[] | Mapping;

export class Scalar {
  readonly text: string;
  /** `!!binary`; '' where the text says enough. */
  readonly tag: string;
  constructor(text: string, tag = '') {
    this.text = text;
    this.tag = tag;
  }
}

export class Mapping {
  readonly members: readonly (readonly [string | Scalar, Node])[];
  constructor(members: readonly (readonly [string | Scalar, Node])[]) {
    this.members = members;
  }
}

export interface Layout {
  readonly version: Version;
  /** Texts are folded at the first space beyond this column. */
  readonly width: number;
  /** Whether the items of a list stand below the key that it is the value of, not two columns to the right. */
  readonly flush: boolean;
}

const INDENT = 2;
/** Keys of more bytes, or of more than one line, are written after `? `. */
const MAX_KEY_BYTES = 128;

/** One document in block style, as the emitter of Go's libyaml lays it out (emitterc.go). */
export function writeYaml(node: Node, layout: Layout): string {
  const writer = new Writer(layout);
  writer.node(node, { indent: -INDENT, inMapping: false });
  return writer.finish();
}

interface Context {
  /** Column of the collection around, -2 for none. */
  readonly indent: number;
  readonly inMapping: boolean;
}

class Writer {
  readonly #layout: Layout;
  #out = '';
  #column = 0;
  /** Whether what was written last is a space or a line break, or needs none after it. */
  #isSpaced = true;
  /** Whether the line holds nothing but spaces and indicators that count as such. */
  #isIndented = true;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  finish(): string {
    this.#newLine(0);
    return this.#out;
  }

  node(node: Node, context: Context): void {
    if (typeof node === 'string' || node instanceof Scalar) this.#scalar(node, context.indent, true);
    else if (node instanceof Mapping) this.#mapping(node, context);
    else this.#sequence(node, context);
  }

  #mapping({ members }: Mapping, { indent: around }: Context): void {
    if (members.length === 0) this.#indicator('{}');
    const indent = around + INDENT;
    for (const [key, value] of members) {
      this.#newLine(indent);
      if (isSimpleKey(key)) {
        this.#scalar(key, indent, false);
        this.#write(':');
        this.#isSpaced = false;
        this.#isIndented = false;
      } else {
        this.#indicator('?', { isIndentation: true });
        this.node(key, { indent, inMapping: true });
        this.#newLine(indent);
        this.#indicator(':', { isIndentation: true });
      }
      this.node(value, { indent, inMapping: true });
    }
  }

  #sequence(items: readonly Node[], { indent: around, inMapping }: Context): void {
    if (items.length === 0) this.#indicator('[]');
    const isFlush = this.#layout.flush && inMapping && !this.#isIndented;
    const indent = isFlush ? around : around + INDENT;
    for (const item of items) {
      this.#newLine(indent);
      this.#indicator('-', { isIndentation: true });
      this.node(item, { indent, inMapping: false });
    }
  }

  #scalar(scalar: string | Scalar, around: number, mayFold: boolean): void {
    const { version } = this.#layout;
    // The value of a document is indented as the member of a map is.
    const indent = Math.max(around, 0) + INDENT;
    if (typeof scalar === 'string') this.#text(scalar, styleOf(scalar, version), indent, mayFold);
    else if (scalar.tag === '') this.#indicator(scalar.text);
    else {
      this.#indicator(scalar.tag);
      this.#text(scalar.text, styleOfTagged(scalar.text, version), indent, mayFold);
    }
  }

  #text(text: string, style: ScalarStyle, indent: number, mayFold: boolean): void {
    if (style === 'literal') this.#literal(text, indent);
    else if (style === 'double') this.#escaped(text, indent, mayFold);
    else if (style === 'plain') this.#folded(text, '', indent, mayFold);
    else this.#folded(text.replaceAll("'", "''"), "'", indent, mayFold);
  }

  #literal(text: string, indent: number): void {
    const hint = /^[ \r\n\x85\u2028\u2029]/.test(text) ? String(INDENT) : '';
    this.#indicator(`|${hint}${chompingOf(text)}`);
    this.#break();
    const padding = ' '.repeat(indent);
    for (const part of text.split(/([\n\u2028\u2029])/)) {
      if (part === '\n') this.#break();
      else if (LINE_BREAK.test(part)) this.#separator(part);
      else if (part !== '') {
        this.#write(this.#column === 0 ? `${padding}${part}` : part);
        this.#isIndented = false;
      }
    }
  }

  /** A plain or single-quoted text: it goes on below, instead of a space that stands alone beyond the width. */
  #folded(text: string, quote: string, indent: number, mayFold: boolean): void {
    this.#indicator(quote);
    if (!LINE_BREAK.test(text) && (!mayFold || this.#column + text.length <= this.#layout.width))
      this.#write(text);
    else this.#foldedWords(text, indent, mayFold);
    this.#write(quote);
    this.#isSpaced = false;
    this.#isIndented = false;
  }

  #foldedWords(text: string, indent: number, mayFold: boolean): void {
    let isBelowBreak = false;
    for (const part of text.split(/((?<=[^ ]) (?=[^ ])|[\u2028\u2029])/)) {
      if (part === ' ' && mayFold && this.#column > this.#layout.width) this.#newLine(indent);
      else if (part === '\u2028' || part === '\u2029') {
        this.#separator(part);
        isBelowBreak = true;
      } else if (part !== '') {
        if (isBelowBreak) this.#newLine(indent);
        this.#write(part);
        this.#isIndented = false;
        isBelowBreak = false;
      }
    }
  }

  #escaped(text: string, indent: number, mayFold: boolean): void {
    this.#indicator('"');
    // All of a text that begins with a byte order mark is escaped (`is_bom` looks at its start).
    const toEscape = text.startsWith('\uFEFF') ? EVERYTHING : TO_ESCAPE;
    const written = text.replace(toEscape, escapeCharacter);
    if (!mayFold || this.#column + written.length <= this.#layout.width) this.#write(written);
    else this.#escapedWords(written, indent);
    this.#write('"');
    this.#isSpaced = false;
    this.#isIndented = false;
  }

  #escapedWords(written: string, indent: number): void {
    const last = written.length - 1;
    let at = 0;
    for (const { index } of written.matchAll(/(?<! ) /g)) {
      this.#write(written.slice(at, index));
      at = index;
      if (this.#column <= this.#layout.width || index === 0 || index === last) continue;
      this.#newLine(indent);
      if (written[index + 1] === ' ') this.#write('\\');
      at = index + 1;
    }
    this.#write(written.slice(at));
  }

  #indicator(text: string, { isIndentation = false }: { readonly isIndentation?: boolean } = {}): void {
    this.#write(this.#isSpaced ? text : ` ${text}`);
    this.#isSpaced = false;
    this.#isIndented &&= isIndentation;
  }

  /** Goes to a column of a line on which nothing else stands. */
  #newLine(indent: number): void {
    const isThere =
      this.#isIndented && (this.#column < indent || (this.#column === indent && this.#isSpaced));
    if (!isThere) this.#break();
    this.#write(' '.repeat(Math.max(0, indent - this.#column)));
    this.#isSpaced = true;
    this.#isIndented = true;
  }

  #break(): void {
    this.#out += '\n';
    this.#column = 0;
    this.#isSpaced = true;
    this.#isIndented = true;
  }

  /** A line or paragraph separator of Unicode begins a line for this emitter, and stays what it is. */
  #separator(character: string): void {
    this.#write(character);
    this.#column = 0;
    this.#isIndented = true;
  }

  #write(text: string): void {
    this.#out += text;
    this.#column += runeCount(text);
  }
}

const isSimpleKey = (key: string | Scalar): boolean => {
  const text = typeof key === 'string' ? key : `${key.tag}${key.text}`;
  return !LINE_BREAK.test(text) && byteLength(text) <= MAX_KEY_BYTES;
};

function chompingOf(text: string): '' | '-' | '+' {
  if (!LINE_BREAK.test(text.at(-1) ?? '')) return '-';
  return text.length === 1 || LINE_BREAK.test(text.at(-2) ?? '') ? '+' : '';
}

const TO_ESCAPE = /["\\\r\n\x85\u2028\u2029]|[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu;
const EVERYTHING = /./gsu;

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\x85': '\\N',
  '\xa0': '\\_',
  '\u2028': '\\L',
  '\u2029': '\\P',
};

function escapeCharacter(character: string): string {
  const known = ESCAPES[character];
  if (known) return known;
  const code = character.codePointAt(0) ?? 0;
  const hexadecimal = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hexadecimal.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hexadecimal.padStart(4, '0')}` : `\\U${hexadecimal.padStart(8, '0')}`;
}
