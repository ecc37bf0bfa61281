import { BUILTIN_NAMES } from './builtinnames.ts';
import { quote } from './format/quote.ts';
import { Lexer } from './lex.ts';
import {
  type BranchNode,
  isEmpty,
  type PipeNode,
  type RangeNode,
  type Statement,
  type TemplateNode,
  type Tree,
} from './nodes.ts';
import { PipelineParser } from './parsepipeline.ts';
import type { Token } from './tokens.ts';
import type { FunctionTable } from './values.ts';

export type { Tree } from './nodes.ts';

/** Blocks in blocks, and each `else if` counts as one. Go has no limit, but its stack grows. */
const MAX_NESTING = 400;

/**
 * Trees by name: the template itself and what it defines. `functions` are those of the render, beside Go's own.
 * @throws TemplateError
 */
export function parse(
  name: string,
  text: string,
  functions: ReadonlySet<string> | FunctionTable,
): ReadonlyMap<string, Tree> {
  const given =
    functions instanceof Set
      ? (word: string) => functions.has(word)
      : (word: string) => Object.hasOwn(functions, word);
  const lexer = new Lexer(text, given);
  const trees = new Map<string, Tree>();
  new TreeParser(lexer, name, text, (word) => given(word) || BUILTIN_NAMES.has(word), trees).wholeFile();
  return trees;
}

/** How a list of statements ended. */
type Ending = 'end' | 'else';

/** The statements of one tree (text/template/parse/parse.go). `define` and `block` have parsers of their own. */
class TreeParser extends PipelineParser {
  private readonly trees: Map<string, Tree>;
  private ranges = 0;
  private nesting: number;

  constructor(
    lexer: Lexer,
    file: string,
    text: string,
    hasFunction: (name: string) => boolean,
    trees: Map<string, Tree>,
    nesting = 0,
  ) {
    super(lexer, file, text, hasFunction);
    this.trees = trees;
    this.nesting = nesting;
  }

  /** A whole file. */
  wholeFile(): void {
    const root: Statement[] = [];
    while (this.peek().type !== 'eof') {
      if (this.define()) continue;
      const found = this.textOrAction();
      if (typeof found === 'string') this.fail(`unexpected {{${found}}}`);
      else root.push(found);
    }
    this.add(this.file, root);
  }

  /** `{{define "name"}}…{{end}}`; false where the next action is another one. */
  private define(): boolean {
    if (this.peek().type !== 'leftDelim') return false;
    const open = this.next();
    if (this.nextNonSpace().type !== 'define') {
      this.backupAll(open);
      return false;
    }
    this.child().definition();
    return true;
  }

  private child(): TreeParser {
    return new TreeParser(this.lexer, this.file, this.text, this.hasFunction, this.trees, this.nesting);
  }

  private definition(): void {
    const context = 'define clause';
    const token = this.nextNonSpace();
    if (token.type !== 'string' && token.type !== 'rawString') this.unexpected(token, context);
    const name = this.unquoted(token);
    this.expect('rightDelim', context);
    this.body(name, context);
  }

  private body(name: string, context: string): void {
    const root: Statement[] = [];
    const ending = this.list(root);
    if (ending !== 'end') this.fail(`unexpected {{${ending}}} in ${context}`);
    this.add(name, root);
  }

  /** A definition that is empty gives way to another one of its name. */
  private add(name: string, root: readonly Statement[]): void {
    const known = this.trees.get(name);
    if (known && !isEmpty(known.root)) {
      if (!isEmpty(root)) this.fail(`template: multiple definition of template ${quote(name)}`);
      return;
    }
    this.trees.set(name, { name, file: this.file, text: this.text, root });
  }

  /** Statements up to `{{end}}` or `{{else}}`. */
  private list(into: Statement[]): Ending {
    if (this.nesting >= MAX_NESTING) this.fail(`blocks are nested more than ${MAX_NESTING} levels deep`);
    this.nesting += 1;
    while (this.peekNonSpace().type !== 'eof') {
      const found = this.textOrAction();
      if (typeof found !== 'string') into.push(found);
      else {
        this.nesting -= 1;
        return found;
      }
    }
    return this.fail('unexpected EOF');
  }

  private textOrAction(): Statement | Ending {
    const token = this.nextNonSpace();
    if (token.type === 'text')
      return { kind: 'text', pos: token.pos, line: token.line, file: this.file, text: token.value };
    if (token.type !== 'leftDelim') return this.unexpected(token, 'input');
    this.actionLine = token.line;
    const action = this.action();
    this.actionLine = 0;
    return action;
  }

  private action(): Statement | Ending {
    const token = this.nextNonSpace();
    switch (token.type) {
      case 'block':
        return this.block();
      case 'break':
      case 'continue':
        return this.jump(token, token.type);
      case 'else':
        return this.else();
      case 'end':
        this.expect('rightDelim', 'end');
        return 'end';
      case 'if':
      case 'with':
        return this.branch(token.type);
      case 'range':
        return this.range();
      case 'template':
        return this.template();
    }
    this.backup();
    const { pos, line } = this.peek();
    return { kind: 'action', pos, line, file: this.file, pipe: this.pipeline('command', 'rightDelim') };
  }

  private jump({ pos }: Token, kind: 'break' | 'continue'): Statement {
    const token = this.nextNonSpace();
    if (token.type !== 'rightDelim') this.unexpected(token, `{{${kind}}}`);
    if (this.ranges === 0) this.fail(`{{${kind}}} outside {{range}}`);
    return { kind, pos };
  }

  /** `{{else if` and `{{else with` leave their word to be read. */
  private else(): Ending {
    const { type } = this.peekNonSpace();
    if (type !== 'if' && type !== 'with') this.expect('rightDelim', 'else');
    return 'else';
  }

  private branch(kind: 'if' | 'with'): BranchNode {
    const { pipe, list, elseList } = this.control(kind);
    return { kind, pos: pipe.pos, pipe, list, elseList };
  }

  private range(): RangeNode {
    const { pipe, list, elseList } = this.control('range');
    return { kind: 'range', pos: pipe.pos, pipe, list, elseList };
  }

  private control(kind: 'if' | 'with' | 'range'): {
    readonly pipe: PipeNode;
    readonly list: Statement[];
    readonly elseList: Statement[] | undefined;
  } {
    const declared = this.variables.length;
    const pipe = this.pipeline(kind, 'rightDelim');
    const list: Statement[] = [];
    if (kind === 'range') this.ranges += 1;
    const ending = this.list(list);
    if (kind === 'range') this.ranges -= 1;
    const elseList = ending === 'else' ? this.elseList(kind) : undefined;
    this.variables.length = declared;
    return { pipe, list, elseList };
  }

  private elseList(kind: 'if' | 'with' | 'range'): Statement[] {
    const list: Statement[] = [];
    if (kind !== 'range' && this.peek().type === kind) {
      this.next();
      this.nesting += 1;
      list.push(this.branch(kind));
      this.nesting -= 1;
      return list;
    }
    const ending = this.list(list);
    if (ending !== 'end') this.fail(`expected end; found {{${ending}}}`);
    return list;
  }

  /** A template that is defined and called at once. */
  private block(): TemplateNode {
    const context = 'block clause';
    const token = this.nextNonSpace();
    const name = this.templateName(token, context);
    const pipe = this.pipeline(context, 'rightDelim');
    this.child().body(name, context);
    return { kind: 'template', pos: token.pos, name, pipe };
  }

  private template(): TemplateNode {
    const context = 'template clause';
    const token = this.nextNonSpace();
    const name = this.templateName(token, context);
    if (this.nextNonSpace().type === 'rightDelim')
      return { kind: 'template', pos: token.pos, name, pipe: undefined };
    this.backup();
    return { kind: 'template', pos: token.pos, name, pipe: this.pipeline(context, 'rightDelim') };
  }

  private templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'rawString') return this.unexpected(token, context);
    return this.unquoted(token);
  }
}
