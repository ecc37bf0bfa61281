import { describeCode, EOF, isAlphaNumeric, isDigit, isSpace } from './characters.ts';
import { isPrint, quote } from './format/quote.ts';
import { KEYWORDS, type Token, type TokenType } from './tokens.ts';

const LEFT = '{{';
const RIGHT = '}}';

/** Tokens of a template, one at a time. After an error token there is nothing more to read. */
export class Lexer {
  private readonly input: string;
  /** Templates that define functions `break` or `continue` keep them. */
  private readonly functions: (name: string) => boolean;
  private pos = 0;
  private start = 0;
  private line = 1;
  /** The first newline that is not counted in `line`. */
  private newline: number;
  private parens = 0;
  private inAction = false;

  constructor(input: string, functions: (name: string) => boolean) {
    this.input = input;
    this.functions = functions;
    this.newline = this.newlineFrom(0);
  }

  next(): Token {
    return this.inAction ? this.insideAction() : this.text();
  }

  private token(type: TokenType, value = this.input.slice(this.start, this.pos)): Token {
    const token = { type, value, pos: this.start, line: this.lineOfStart() };
    this.start = this.pos;
    return token;
  }

  private error(message: string): Token {
    return this.token('error', message);
  }

  private lineOfStart(): number {
    while (this.newline < this.start) {
      this.line += 1;
      this.newline = this.newlineFrom(this.newline + 1);
    }
    return this.line;
  }

  private newlineFrom(at: number): number {
    const found = this.input.indexOf('\n', at);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  }

  private code(at = this.pos): number {
    return this.input.codePointAt(at) ?? EOF;
  }

  private skip(code: number): void {
    this.pos += code > 0xffff ? 2 : 1;
  }

  /** Text up to the next action, without what a `{{-` trims of it; comments are skipped. */
  private text(): Token {
    for (;;) {
      const open = this.input.indexOf(LEFT, this.pos);
      if (open < 0) return this.lastText();
      this.pos = this.hasLeftTrim(open + 2) ? this.trimmedEnd(open) : open;
      const token = this.pos > this.start ? this.token('text') : undefined;
      this.pos = this.start = open;
      if (token) return token;
      const comment = this.leftDelim();
      if (comment) return comment;
    }
  }

  private lastText(): Token {
    this.pos = this.input.length;
    return this.token(this.pos > this.start ? 'text' : 'eof');
  }

  private hasLeftTrim(at: number): boolean {
    return this.input[at] === '-' && isSpace(this.input.charCodeAt(at + 1));
  }

  private trimmedEnd(end: number): number {
    let at = end;
    while (at > this.start && isSpace(this.input.charCodeAt(at - 1))) at -= 1;
    return at;
  }

  private skipSpaces(): void {
    while (isSpace(this.input.charCodeAt(this.pos))) this.pos += 1;
  }

  /** `{{` or `{{- `; undefined when it opened a comment, which is behind then. */
  private leftDelim(): Token | undefined {
    const after = this.pos + (this.hasLeftTrim(this.pos + 2) ? 4 : 2);
    if (this.input.startsWith('/*', after)) return this.comment(after);
    this.pos += 2;
    const token = this.token('leftDelim');
    this.pos = this.start = after;
    this.inAction = true;
    this.parens = 0;
    return token;
  }

  private comment(at: number): Token | undefined {
    this.start = at;
    const end = this.input.indexOf('*/', at + 2);
    if (end < 0) return this.error('unclosed comment');
    this.pos = end + 2;
    const close = this.rightDelimLength();
    if (close === 0) return this.error('comment ends before closing delimiter');
    this.pos += close;
    if (close > 2) this.skipSpaces();
    this.start = this.pos;
    return undefined;
  }

  /** Length of the right delimiter here, its trim marker included; 0 where there is none. */
  private rightDelimLength(): number {
    if (this.input.startsWith(RIGHT, this.pos)) return 2;
    return this.isRightTrim(this.pos) ? 4 : 0;
  }

  private isRightTrim(at: number): boolean {
    return isSpace(this.input.charCodeAt(at)) && this.input.startsWith(`-${RIGHT}`, at + 1);
  }

  private rightDelim(length: number): Token {
    this.start = this.pos + length - 2;
    this.pos = this.start + 2;
    const token = this.token('rightDelim');
    if (length > 2) this.skipSpaces();
    this.start = this.pos;
    this.inAction = false;
    return token;
  }

  private insideAction(): Token {
    const close = this.rightDelimLength();
    if (close > 0) return this.parens === 0 ? this.rightDelim(close) : this.error('unclosed left paren');
    const code = this.code();
    if (code === EOF) return this.error('unclosed action');
    if (isSpace(code)) return this.spaces();
    if (isAlphaNumeric(code) && !isDigit(code)) return this.word();
    const next = this.input.charCodeAt(this.pos + 1);
    if (code === 0x2e && this.pos + 1 < this.input.length && !isDigit(next))
      return this.fieldOrVariable('field');
    if (isDigit(code) || code === 0x2e || code === 0x2b || code === 0x2d) return this.number();
    return this.punctuation(code);
  }

  private spaces(): Token {
    this.skipSpaces();
    // The last space may belong to " -}}".
    if (this.isRightTrim(this.pos - 1)) this.pos -= 1;
    return this.pos > this.start ? this.token('space') : this.rightDelim(4);
  }

  private punctuation(code: number): Token {
    this.skip(code);
    switch (code) {
      case 0x3d:
        return this.token('assign');
      case 0x3a:
        if (this.input[this.pos] !== '=') return this.error('expected :=');
        this.pos += 1;
        return this.token('declare');
      case 0x7c:
        return this.token('pipe');
      case 0x22:
        return this.quoted('"', 'string', 'unterminated quoted string');
      case 0x27:
        return this.quoted("'", 'charConstant', 'unterminated character constant');
      case 0x60:
        return this.rawString();
      case 0x24:
        this.pos -= 1;
        return this.fieldOrVariable('variable');
    }
    return this.parenthesis(code);
  }

  private parenthesis(code: number): Token {
    if (code === 0x28) {
      this.parens += 1;
      return this.token('leftParen');
    }
    if (code === 0x29) {
      this.parens -= 1;
      return this.parens < 0 ? this.error('unexpected right paren') : this.token('rightParen');
    }
    if (code < 0x80 && isPrint(code)) return this.token('char');
    return this.error(`unrecognized character in action: ${describeCode(code)}`);
  }

  private quoted(mark: string, type: TokenType, problem: string): Token {
    for (let at = this.pos; at < this.input.length; at++) {
      const character = this.input[at];
      if (character === '\n') break;
      if (character === mark) {
        this.pos = at + 1;
        return this.token(type);
      }
      if (character === '\\' && this.input[++at] === '\n') break;
    }
    return this.error(problem);
  }

  private rawString(): Token {
    const end = this.input.indexOf('`', this.pos);
    if (end < 0) return this.error('unterminated raw quoted string');
    this.pos = end + 1;
    return this.token('rawString');
  }

  private skipWord(): void {
    for (let code = this.code(); isAlphaNumeric(code); code = this.code()) this.skip(code);
  }

  private word(): Token {
    this.skipWord();
    const word = this.input.slice(this.start, this.pos);
    if (!this.atTerminator()) return this.error(`bad character ${describeCode(this.code())}`);
    const keyword = KEYWORDS.get(word);
    const isOwn = (keyword === 'break' || keyword === 'continue') && this.functions(word);
    if (keyword && !isOwn) return this.token(keyword, word);
    return this.token(word === 'true' || word === 'false' ? 'bool' : 'identifier', word);
  }

  /** `.name`, `$name`, or the dot or the dollar alone. */
  private fieldOrVariable(type: 'field' | 'variable'): Token {
    this.pos += 1;
    if (this.atTerminator()) return this.token(type === 'variable' ? 'variable' : 'dot');
    this.skipWord();
    if (!this.atTerminator()) return this.error(`bad character ${describeCode(this.code())}`);
    return this.token(type);
  }

  /** Whether what comes may follow a name. */
  private atTerminator(): boolean {
    const code = this.code();
    if (code === EOF || isSpace(code)) return true;
    const character = this.input[this.pos] ?? '';
    return '.,|:)('.includes(character) || this.input.startsWith(RIGHT, this.pos);
  }

  private number(): Token {
    if (!this.scanNumber()) return this.badNumber();
    const sign = this.input[this.pos];
    if (sign !== '+' && sign !== '-') return this.token('number');
    if (!this.scanNumber() || this.input[this.pos - 1] !== 'i') return this.badNumber();
    return this.token('complex');
  }

  private badNumber(): Token {
    return this.error(`bad number syntax: ${quote(this.input.slice(this.start, this.pos))}`);
  }

  private accept(characters: string): boolean {
    const character = this.input[this.pos];
    if (character === undefined || !characters.includes(character)) return false;
    this.pos += 1;
    return true;
  }

  private acceptRun(characters: string): void {
    while (this.accept(characters));
  }

  /** Any shape of a number; whether it is one is for the parser to say. */
  private scanNumber(): boolean {
    this.accept('+-');
    const base = this.accept('0') ? this.acceptBase() : DECIMAL;
    this.acceptRun(base.digits);
    if (this.accept('.')) this.acceptRun(base.digits);
    if (base.exponent !== '' && this.accept(base.exponent)) {
      this.accept('+-');
      this.acceptRun(DECIMAL.digits);
    }
    this.accept('i');
    const code = this.code();
    if (!isAlphaNumeric(code)) return true;
    this.skip(code);
    return false;
  }

  private acceptBase(): { readonly digits: string; readonly exponent: string } {
    if (this.accept('xX')) return { digits: '0123456789abcdefABCDEF_', exponent: 'pP' };
    if (this.accept('oO')) return { digits: '01234567_', exponent: '' };
    return this.accept('bB') ? { digits: '01_', exponent: '' } : DECIMAL;
  }
}

const DECIMAL = { digits: '0123456789_', exponent: 'eE' };
