import { positionAt, TemplateError } from './errors.ts';
import type { Lexer } from './lex.ts';
import { describeToken, type Token, type TokenType } from './tokens.ts';

const NOTHING: Token = { type: 'eof', value: '', pos: 0, line: 0 };

/** The tokens of one tree with three to look ahead, and the errors of the parser. */
export class TokenStream {
  protected readonly lexer: Lexer;
  protected readonly file: string;
  protected readonly text: string;
  /** Line of the `{{` of the action that is being read, 0 between actions. */
  protected actionLine = 0;
  private readonly tokens: [Token, Token, Token] = [NOTHING, NOTHING, NOTHING];
  private pending = 0;

  constructor(lexer: Lexer, file: string, text: string) {
    this.lexer = lexer;
    this.file = file;
    this.text = text;
  }

  protected next(): Token {
    if (this.pending > 0) this.pending -= 1;
    else this.tokens[0] = this.lexer.next();
    return this.tokens[this.pending] ?? NOTHING;
  }

  protected backup(): void {
    this.pending += 1;
  }

  /** Gives back the last token, and before it these: the latest first. */
  protected backupAll(...before: Token[]): void {
    before.forEach((token, i) => {
      this.tokens[i + 1] = token;
    });
    this.pending = before.length + 1;
  }

  protected peek(): Token {
    const token = this.next();
    this.backup();
    return token;
  }

  protected nextNonSpace(): Token {
    let token = this.next();
    while (token.type === 'space') token = this.next();
    return token;
  }

  protected peekNonSpace(): Token {
    const token = this.nextNonSpace();
    this.backup();
    return token;
  }

  protected expect(type: TokenType, context: string): Token {
    const token = this.nextNonSpace();
    return token.type === type ? token : this.unexpected(token, context);
  }

  /** Go names the line of the latest token, which may be one that was looked at ahead. */
  protected fail(detail: string): never {
    const { line, pos } = this.tokens[0];
    const { column } = positionAt(this.text, pos);
    const message = `template: ${this.file}:${line}: ${detail}`;
    throw new TemplateError(message, { template: this.file, line, column }, detail);
  }

  protected unexpected(token: Token, context: string): never {
    if (token.type !== 'error') return this.fail(`unexpected ${describeToken(token)} in ${context}`);
    const started = `started at ${this.file}:${this.actionLine}`;
    const isElsewhere = this.actionLine !== 0 && this.actionLine !== token.line;
    const where = !isElsewhere
      ? ''
      : token.value.endsWith(' action')
        ? ` ${started}`
        : ` in action ${started}`;
    return this.fail(token.value + where);
  }
}
