import { bytesOf } from './values.ts';

/** Where in a template something is: `template` is the name of the file, `executing` that of the template in it. */
export interface TemplatePlace {
  readonly template: string;
  /** From 1. */
  readonly line: number;
  /** In bytes from 0, as Go counts; undefined where Go says none. */
  readonly column?: number;
  readonly executing?: string;
  /** The text of the part of the template that was at work: what Go puts in `<…>`. */
  readonly action?: string;
}

/**
 * An error of a template, with the message that Go prints. `template`, `line`, `column` and `action` are those of the
 * place where it arose; `chain` has the calls that led there, the first one outermost: `include`, `tpl` and their like.
 */
export class TemplateError extends Error {
  readonly template: string;
  readonly line: number;
  readonly column: number | undefined;
  readonly executing: string | undefined;
  readonly action: string | undefined;
  readonly chain: readonly TemplatePlace[];
  /** What is wrong, without any place. */
  readonly detail: string;

  constructor(
    message: string,
    place: TemplatePlace,
    detail: string,
    { chain = [], cause }: { readonly chain?: readonly TemplatePlace[]; readonly cause?: unknown } = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'TemplateError';
    this.template = place.template;
    this.line = place.line;
    this.column = place.column;
    this.executing = place.executing;
    this.action = place.action;
    this.chain = chain;
    this.detail = detail;
  }

  get place(): TemplatePlace {
    const { template, line, column, executing, action } = this;
    return { template, line, column, executing, action };
  }
}

/** Line from 1 and column in bytes from 0 of an offset in a text. */
export function positionAt(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    line += 1;
    start = at + 1;
  }
  return { line, column: bytesOf(text.slice(start, offset)).length };
}
