import { ProblemError } from '../../base/errors.ts';

/** What a template may name. */
export interface Vocabulary {
  readonly helpers: ReadonlySet<string>;
  /** Helpers whose business is absence: a path that is an argument of theirs may lead nowhere. */
  readonly lenient: ReadonlySet<string>;
  readonly blocks: ReadonlySet<string>;
  /** Names that mean the chart's own data wherever they are, as `$` does in Go templates. */
  readonly roots: ReadonlySet<string>;
}

/** A call of a partial by its name, at its place. */
export interface PartialCall {
  readonly name: string;
  readonly line: number;
  readonly column: number;
}

/** A block around a statement, and which half of it. */
export interface Enclosing {
  readonly node: hbs.AST.BlockStatement;
  readonly isElse: boolean;
  readonly outer: Enclosing | undefined;
}

/** A statement that writes, or that calls a partial which does. */
export interface Writing {
  readonly node: hbs.AST.MustacheStatement | hbs.AST.PartialStatement | hbs.AST.PartialBlockStatement;
  readonly within: Enclosing | undefined;
}

/** One template while it is rewritten: what it is checked against, and what is found in it. */
export interface Rewriting {
  readonly file: string;
  /** Index of the file in the engine's list, for line markers. */
  readonly index: number;
  readonly words: Vocabulary;
  readonly calls: PartialCall[];
  readonly inlines: Set<string>;
  readonly definitions: Map<string, hbs.AST.Program>;
  /** By the numbers that markers have. */
  readonly writings: Writing[];
  /** The blocks around what is rewritten now. */
  within: Enclosing | undefined;
}

export const startRewriting = (file: string, index: number, words: Vocabulary): Rewriting => ({
  ...{ file, index, words },
  ...{ calls: [], inlines: new Set<string>(), definitions: new Map<string, hbs.AST.Program>() },
  ...{ writings: [], within: undefined },
});

/** Names that block parameters define here. */
export type Scope = readonly string[];

/** @throws ProblemError TemplateError at the node */
export function fail({ file }: Rewriting, node: hbs.AST.Node, message: string, remedy?: string): never {
  const { line, column } = node.loc.start;
  throw new ProblemError({
    reason: 'TemplateError',
    message,
    place: { file, line, column: column + 1 },
    ...(remedy ? { remedy } : {}),
  });
}
