import type { Reflected } from './callables.ts';
import { enter, MAX_DEPTH } from './depth.ts';
import { positionAt, TemplateError, type TemplatePlace } from './errors.ts';
import { quote } from './format/quote.ts';
import { describe, type Node, type Tree } from './nodes.ts';
import type { Rendered } from './output.ts';
import type { Places } from './places.ts';
import type { TemplateSpace } from './space.ts';
import type { Budget, FunctionTable, Value } from './values.ts';

export interface ExecuteOptions {
  readonly functions: FunctionTable;
  readonly budget: Budget;
  /** What a key that a map lacks is: nothing at all, the zero of the map's elements (as Helm has it), or an error. */
  readonly missingKey: 'invalid' | 'zero' | 'error';
  /** Told of each execution: values that are made once are known again by where they go. */
  readonly places?: Places;
  /** Executes in the place of the plain execution: it writes the same, and records how that came about (`traced.ts`). */
  readonly run?: RunTemplate;
}

export type RunTemplate = (
  space: TemplateSpace,
  tree: Tree,
  data: Value,
  options: ExecuteOptions,
) => Rendered;

/** Steps are charged in lots. */
const LOT = 64;

/** The state of one execution: its dot, its variables, and what errors need. */
export class ExecutionState {
  protected tree: Tree;
  /** What is at work: errors tell it. */
  protected node: Node | undefined;
  protected dot: Reflected;
  /** Whether the dot stands in an interface {}, as an element of a list does: errors then name that as its type. */
  protected dotBoxed = false;
  /** Variables, the latest last; those below `base` belong to the templates that called this one. */
  protected readonly names: string[] = [];
  protected readonly values: Reflected[] = [];
  protected readonly boxed: boolean[] = [];
  protected base = 0;
  protected readonly space: TemplateSpace;
  protected readonly options: ExecuteOptions;
  private steps = 0;

  constructor(space: TemplateSpace, tree: Tree, data: Value, options: ExecuteOptions) {
    this.space = space;
    this.tree = tree;
    this.dot = data ?? undefined;
    this.options = options;
    this.push('$', this.dot, false);
  }

  /** @throws GoError when the budget is used up */
  protected spend(steps: number): void {
    this.steps += steps;
    if (this.steps < LOT) return;
    this.options.budget.spend(this.steps);
    this.steps = 0;
  }

  protected settle(): void {
    this.options.budget.spend(this.steps);
    this.steps = 0;
  }

  protected deeper(): void {
    if (!enter()) this.tooDeep();
  }

  protected tooDeep(): never {
    return this.fail(`exceeded maximum template depth (${MAX_DEPTH})`);
  }

  protected fail(detail: string): never {
    throw this.located(detail);
  }

  protected located(detail: string, cause?: unknown): TemplateError {
    const { node, tree } = this;
    if (!node)
      return new TemplateError(`template: ${tree.name}: ${detail}`, { template: tree.name, line: 0 }, detail);
    const { line, column } = positionAt(tree.text, node.pos);
    const action = describe(node);
    const place: TemplatePlace = { template: tree.file, line, column, executing: tree.name, action };
    const head = `template: ${tree.file}:${line}:${column}: executing ${quote(tree.name)} at <${action}>`;
    const inner = innermost(cause);
    if (!inner) return new TemplateError(`${head}: ${detail}`, place, detail, { cause });
    return new TemplateError(`${head}: ${detail}`, inner.place, inner.detail, {
      chain: [place, ...inner.chain],
      cause,
    });
  }

  protected push(name: string, value: Reflected, boxed: boolean): void {
    this.names.push(name);
    this.values.push(value);
    this.boxed.push(boxed);
  }

  protected pop(mark: number): void {
    if (this.names.length === mark) return;
    this.names.length = mark;
    this.values.length = mark;
    this.boxed.length = mark;
  }

  protected indexOf(name: string): number {
    const { names, base } = this;
    for (let i = names.length - 1; i >= base; i--) if (names[i] === name) return i;
    return this.fail(`undefined variable: ${name}`);
  }

  protected assign(name: string, value: Reflected, boxed: boolean): void {
    const at = this.indexOf(name);
    this.values[at] = value;
    this.boxed[at] = boxed;
  }
}

/** The error of a template inside another error. */
function innermost(cause: unknown): TemplateError | undefined {
  if (cause instanceof TemplateError) return cause;
  return cause instanceof Error && cause.cause instanceof TemplateError ? cause.cause : undefined;
}
