import { unusual } from './yaml-lean-scalars.ts';

const SPACE = 0x20;
const HASH = 0x23;
const DASH = 0x2d;
const DOT = 0x2e;
const COLON = 0x3a;

/** What a plain scalar cannot begin with, or what begins something else; a dash may be one. */
const INDICATORS: ReadonlySet<number> = new Set([...'?:,[]{}#&*!|>\'"%@`'].map((c) => c.charCodeAt(0)));

/** The lines of a text that hold something, one document after the other. */
export class LeanCursor {
  readonly text: string;
  /** Whether the document has the line that the cursor stands on. */
  hasLine = false;
  /** Of the line, from 1. */
  line = 0;
  /** Of what the line holds, or of a block that begins within it; from 0. */
  column = 0;
  /** Offset of the next character to be read. */
  at = 0;
  /** Offset behind the line. */
  end = -1;
  #start = 0;
  #isStarted = false;
  /** Whether the line is the `---` of the next document. */
  #isSeparator = false;

  constructor(text: string) {
    this.text = text;
  }

  /** Whether there is another document, which may be empty; moves to its first line. */
  nextDocument(): boolean {
    if (this.#isStarted && !this.#isSeparator) return false;
    this.#isStarted = true;
    this.nextLine();
    return true;
  }

  /** To the next line that holds more than a comment, or to the end of the document. */
  nextLine(): void {
    const { text } = this;
    this.#isSeparator = false;
    while (this.end < text.length) {
      this.#start = this.end + 1;
      if (this.#start >= text.length) break;
      const newline = text.indexOf('\n', this.#start);
      this.end = newline < 0 ? text.length : newline;
      this.line += 1;
      let at = this.#start;
      while (text.charCodeAt(at) === SPACE) at += 1;
      if (at >= this.end || text.charCodeAt(at) === HASH) continue;
      this.at = at;
      this.column = at - this.#start;
      this.hasLine = !this.#marksDocument();
      return;
    }
    this.end = text.length;
    this.hasLine = false;
  }

  isAt(column: number): boolean {
    if (!this.hasLine || this.column < column) return false;
    return this.column === column || unusual();
  }

  /** What is to be read on the line now begins a block. */
  startBlock(): void {
    this.column = this.at - this.#start;
  }

  /** Skips spaces; false where the line holds nothing more. */
  toContent(): boolean {
    const { text, end } = this;
    let { at } = this;
    while (at < end && text.charCodeAt(at) === SPACE) at += 1;
    const isComment = text.charCodeAt(at) === HASH && at > this.at;
    this.at = at;
    return at < end && !isComment;
  }

  /** To the next line; all that is left of this one from `at` on is space, or a comment. */
  endLine(at: number): void {
    this.at = at;
    if (this.toContent()) unusual();
    this.nextLine();
  }

  /** The plain scalar that begins at the cursor. */
  plain(): string {
    const { text, at, end } = this;
    const first = text.charCodeAt(at);
    if (INDICATORS.has(first)) unusual();
    let last = at;
    for (let i = at; i < end; i++) {
      const c = text.charCodeAt(i);
      if (c === SPACE) continue;
      if (c === COLON && (i + 1 === end || text.charCodeAt(i + 1) === SPACE)) unusual();
      if (c === HASH && text.charCodeAt(i - 1) === SPACE) break;
      last = i;
    }
    if (first === DASH && last === at) unusual();
    if (first === DASH && text.charCodeAt(at + 1) === SPACE) unusual();
    return text.slice(at, last + 1);
  }

  /** `---` ends the document; with more on its line, and as `...`, it is unusual. */
  #marksDocument(): boolean {
    const { text, at, end } = this;
    if (this.column > 0) return false;
    const first = text.charCodeAt(at);
    if (first !== DASH && first !== DOT) return false;
    const line = text.slice(at, end).trimEnd();
    if (line === '---') {
      this.#isSeparator = true;
      return true;
    }
    if (line.startsWith('---') || line.startsWith('...')) unusual();
    return false;
  }
}
