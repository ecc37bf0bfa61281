import type { Reflected } from './callables.ts';
import { beginExecution, endExecution, isDeepest, leave } from './depth.ts';
import { TemplateError } from './errors.ts';
import { printable } from './escape.ts';
import { Evaluator } from './evaluate.ts';
import type { ExecuteOptions } from './executionstate.ts';
import { quote } from './format/quote.ts';
import { display } from './format/sprint.ts';
import { holdsAny, integerOf, isTrue, kindOf, sortedKeys, typeOf } from './kinds.ts';
import {
  type ActionNode,
  type BranchNode,
  describe,
  type RangeNode,
  type Statement,
  type TemplateNode,
  type TextNode,
  type Tree,
} from './nodes.ts';
import { Rendered } from './output.ts';
import { type Frame, TAIL } from './places.ts';
import type { TemplateSpace } from './space.ts';
import { GoError, type GoMap, type GoSlice, Num, Struct, type Value } from './values.ts';

export type { ExecuteOptions } from './executionstate.ts';
export { Rendered } from './output.ts';

/**
 * The output of a template by its name, with for each of its lines the template and line that wrote it.
 * @throws TemplateError
 */
export function execute(space: TemplateSpace, name: string, data: Value, options: ExecuteOptions): Rendered {
  const tree = space.get(name);
  if (tree) return executeTree(space, tree, data, options);
  const detail = `no template ${quote(name)} associated with template ${quote(space.name)}`;
  throw new TemplateError(`template: ${detail}`, { template: name, line: 0 }, detail);
}

/**
 * The output of a tree, whatever its space has under its name: a text for `tpl` that is empty replaces no template there.
 * @throws TemplateError
 */
export function executeTree(
  space: TemplateSpace,
  tree: Tree,
  data: Value,
  options: ExecuteOptions,
): Rendered {
  return options.run
    ? options.run(space, tree, data, options)
    : new Execution(space, tree, data, options).run();
}

/** Limits of the machine, by the message of the error that it throws. */
const LIMITS: Readonly<Record<string, string>> = {
  'Maximum call stack size exceeded': 'templates and functions are nested too deeply',
  'Invalid string length': 'the text is too long',
  'Invalid array length': 'the list is too long',
  'Map maximum size exceeded': 'the map is too large',
  'Maximum BigInt size exceeded': 'the number is too large',
};

/** What a statement asks of the loop around it. */
export type Signal = 'break' | 'continue' | undefined;

/** Walks statements (text/template/exec.go) and writes the output. */
export class Execution extends Evaluator implements Frame {
  protected out = '';
  private readonly writers: (TextNode | ActionNode)[] = [];
  private readonly ends: number[] = [];
  private at: Statement | undefined;
  /** What the loops around have come to, where it is a text: it names their turn whatever is added before it. */
  private readonly turns: string[] = [];

  get name(): string {
    return this.tree.name;
  }

  tail(): string {
    return this.out.slice(-TAIL);
  }

  unwritten(): string | undefined {
    const { at, turns } = this;
    const pipe = at && 'pipe' in at ? at.pipe : undefined;
    if (!pipe || (at?.kind === 'action' && pipe.variables.length === 0)) return undefined;
    return [...turns, describe(pipe)].join('\n');
  }

  run(): Rendered {
    const depth = beginExecution();
    this.options.places?.begin(this);
    try {
      this.list(this.tree.root);
      this.settle();
    } catch (error) {
      throw this.explained(error);
    } finally {
      endExecution(depth);
      this.options.places?.end();
    }
    return new Rendered(this.out, this.writers, this.ends);
  }

  /** What came out of the machine instead of the template. */
  private explained(error: unknown): unknown {
    if (error instanceof TemplateError) return error;
    if (error instanceof GoError) return this.located(error.message, error);
    const limit = error instanceof RangeError ? LIMITS[error.message] : undefined;
    return limit === undefined ? error : this.located(limit, error);
  }

  protected write(writer: TextNode | ActionNode, text: string): void {
    if (text === '') return;
    if (text.length > 64) this.spend(text.length >> 6);
    this.out += text;
    this.writers.push(writer);
    this.ends.push(this.out.length);
  }

  protected list(nodes: readonly Statement[]): Signal {
    this.deeper();
    for (const node of nodes) {
      const signal = this.statement(node);
      if (signal !== undefined) {
        leave();
        return signal;
      }
    }
    leave();
    return undefined;
  }

  protected statement(node: Statement): Signal {
    this.node = node;
    this.at = node;
    switch (node.kind) {
      case 'text':
        this.spend(1);
        this.write(node, node.text);
        return undefined;
      case 'action':
        this.action(node);
        return undefined;
      case 'if':
      case 'with':
        return this.branch(node);
      case 'range':
        return this.range(node);
      case 'template':
        this.template(node);
        return undefined;
      default:
        return node.kind;
    }
  }

  private action(node: ActionNode): void {
    const value = this.pipeline(node.pipe);
    if (node.pipe.variables.length > 0) return;
    this.node = node;
    this.write(node, typeof value === 'string' ? value : this.printed(value));
  }

  private printed(value: Reflected): string {
    if (value instanceof Struct && kindOf(value) === 'func' && !value.text && this.node)
      this.fail(`can't print ${describe(this.node)} of type ${typeOf(value)}`);
    return display(printable(value ?? null), this.options.budget);
  }

  private branch(node: BranchNode): Signal {
    const mark = this.names.length;
    const value = this.pipeline(node.pipe);
    let signal: Signal;
    if (!isTrue(value)) signal = node.elseList && this.list(node.elseList);
    else if (node.kind === 'if') signal = this.list(node.list);
    else signal = this.listOf(node.list, value, false);
    this.pop(mark);
    return signal;
  }

  /** Statements with another dot. */
  protected listOf(nodes: readonly Statement[], dot: Reflected, boxed: boolean): Signal {
    const { dot: outer, dotBoxed } = this;
    this.dot = dot;
    this.dotBoxed = boxed;
    const signal = this.list(nodes);
    this.dot = outer;
    this.dotBoxed = dotBoxed;
    return signal;
  }

  private range(node: RangeNode): Signal {
    const mark = this.names.length;
    const value = this.pipeline(node.pipe);
    const ran = this.iterate(node, value);
    // A break in an else ends this range, a continue goes on with the one around it.
    const signal = ran || !node.elseList ? undefined : this.list(node.elseList);
    this.pop(mark);
    return signal === 'break' ? undefined : signal;
  }

  /** Whether there was anything to iterate over. */
  protected iterate(node: RangeNode, value: Reflected): boolean {
    if (value === undefined || value === null) return false;
    if (value instanceof Map) return this.overMap(node, value);
    if (Array.isArray(value) || value instanceof Uint8Array) return this.overSlice(node, value);
    const count = integerOf(value);
    if (count === undefined) return this.fail(`range can't iterate over ${display(printable(value))}`);
    if (node.pipe.variables.length > 1)
      return this.fail(`can't use ${display(value)} to iterate over more than one variable`);
    const of = (n: bigint): Value => (value instanceof Num ? new Num(value.type, n) : n);
    for (let i = 0n; i < count; i++) if (!this.iteration(node, undefined, of(i), false)) break;
    return count > 0n;
  }

  private overMap(node: RangeNode, map: GoMap): boolean {
    const boxed = holdsAny(map);
    for (const key of sortedKeys(map)) if (!this.iteration(node, key, map.get(key), boxed)) break;
    return map.size > 0;
  }

  private overSlice(node: RangeNode, slice: GoSlice | Uint8Array): boolean {
    const boxed = holdsAny(slice);
    const hasIndex = node.pipe.variables.length > 1;
    const { length } = slice;
    for (let i = 0; i < length; i++) {
      const item = slice[i];
      const element = slice instanceof Uint8Array ? new Num('uint8', BigInt(item as number)) : item;
      const index = hasIndex ? BigInt(i) : undefined;
      if (!this.iteration(node, index, element as Value, boxed)) break;
    }
    return length > 0;
  }

  /** One turn; false after a break. */
  protected iteration(node: RangeNode, index: Reflected, element: Reflected, boxed: boolean): boolean {
    this.spend(1);
    this.bind(node, index, element, boxed);
    const mark = this.names.length;
    this.turns.push(turnOf(index, element));
    const signal = this.listOf(node.list, element, boxed);
    this.turns.pop();
    this.pop(mark);
    return signal !== 'break';
  }

  protected bind({ pipe }: RangeNode, index: Reflected, element: Reflected, boxed: boolean): void {
    const [first, second] = pipe.variables;
    if (!first) return;
    if (pipe.assign) {
      if (second) {
        this.assign(first.name, index, false);
        this.assign(second.name, element, boxed);
      } else this.assign(first.name, element, boxed);
      return;
    }
    const top = this.values.length - 1;
    this.values[top] = element;
    this.boxed[top] = boxed;
    if (second) this.values[top - 1] = index;
  }

  /** `{{template "name" pipeline}}`: variables of this template are not seen in that one. */
  private template(node: TemplateNode): void {
    const tree = this.space.get(node.name) ?? this.fail(`template ${quote(node.name)} not defined`);
    if (isDeepest()) this.tooDeep();
    const data = node.pipe && this.pipeline(node.pipe);
    const { tree: caller, base, dot, dotBoxed } = this;
    const mark = this.names.length;
    this.tree = tree;
    this.base = mark;
    this.dot = data;
    this.dotBoxed = false;
    this.push('$', data, false);
    this.list(tree.root);
    this.pop(mark);
    this.tree = caller;
    this.base = base;
    this.dot = dot;
    this.dotBoxed = dotBoxed;
  }
}

/** The key of a map, or the text that a list holds; a position would be another one when something is put before it. */
function turnOf(index: Reflected, element: Reflected): string {
  if (typeof index === 'string') return index;
  return typeof element === 'string' ? element : '';
}
