import type { Around, Output, Part, Read, TemplatePoint } from '../provenance/output.ts';
import type { Callable, Parameter, Reflected } from './callables.ts';
import type { Final } from './evaluate.ts';
import { Execution, type Signal } from './execute.ts';
import {
  type ActionNode,
  type BranchNode,
  type ConstantNode,
  describe,
  type Expression,
  type Node,
  type RangeNode,
  type Statement,
  type TemplateNode,
  type TextNode,
  type Tree,
  type VariableNode,
} from './nodes.ts';
import type { Rendered } from './output.ts';
import { type GoMap, type GoSlice, Struct } from './values.ts';

/** Reads of one statement, by their texts. */
type Reads = ReadonlyMap<string, Read>;

/** Of one statement: the reads of everything that it includes would be without end. */
const MOST_READS = 32;

/** What the executions of one render share. */
export interface Recording {
  /** Maps, lists and structs of the data. */
  readonly named: WeakMap<object, Read>;
  /** What others were made from. */
  readonly made: WeakMap<object, Reads>;
  /** The outermost first. */
  readonly running: TracedExecution[];
}

type Block = BranchNode | RangeNode | TemplateNode;

/** An execution that notes what each statement reads, and what it writes. */
export class TracedExecution extends Execution {
  // Declared alone: the constructor above pushes a variable before fields of this class could be set.
  declare private recording: Recording | undefined;
  declare private parts: Part[];
  /** What the statement at work has read, and what it has included. */
  declare private reads: Map<string, Read>;
  declare private included: Output[];
  declare private around: Around | undefined;
  /** The statement at work, if it is one that has statements. */
  declare private block: { readonly node: Block; readonly at: TemplatePoint } | undefined;
  /** What went into each variable, and into the dot. */
  declare private sources: Reads[];
  declare private dotSource: Reads;
  /** What the range at work goes over, and how far it is. */
  declare private over: { readonly list: Read | undefined; turn: number } | undefined;
  /** Where the element of its turn is from. */
  declare private turnSource: Reads | undefined;

  trace(recording: Recording): Rendered {
    const caller = recording.running.at(-1);
    this.recording = recording;
    this.parts = [];
    this.reads = new Map();
    this.included = [];
    this.sources = [];
    this.dotSource = new Map(caller?.reads);
    recording.running.push(this);
    try {
      return this.run();
    } finally {
      recording.running.pop();
    }
  }

  /** How the text came about; whoever included it notes that. */
  output(text: string): Output {
    const output = { text, parts: this.parts };
    const caller = this.recording?.running.at(-1);
    if (!caller) return output;
    caller.included.push(output);
    for (const part of this.parts) {
      for (const read of part.reads) caller.note(read);
      for (let at = part.around; at; at = at.outer) for (const read of at.reads) caller.note(read);
    }
    return output;
  }

  protected override statement(node: Statement): Signal {
    const { reads, included, block } = this;
    this.reads = new Map();
    this.included = [];
    this.block = isBlock(node) ? { node, at: pointOf(this.tree, node.pos) } : undefined;
    const signal = super.statement(node);
    this.reads = reads;
    this.included = included;
    this.block = block;
    return signal;
  }

  /** By now the pipeline of the block has been evaluated. */
  protected override list(nodes: readonly Statement[]): Signal {
    const { block, around } = this;
    if (!block) return super.list(nodes);
    this.around = aroundOf(block, nodes, { reads: [...this.reads.values()], outer: around });
    this.block = undefined;
    const signal = super.list(nodes);
    this.block = block;
    this.around = around;
    return signal;
  }

  protected override write(writer: TextNode | ActionNode, text: string): void {
    super.write(writer, text);
    if (text === '') return;
    const end = this.out.length;
    const { around } = this;
    if (writer.kind === 'text') {
      const at = { template: writer.file, line: writer.line };
      this.parts.push({ end, at, reads: [], around, included: [] });
      return;
    }
    const at = { template: writer.file, line: writer.line, column: pointOf(this.tree, writer.pos).column };
    const expression = describe(writer.pipe);
    this.parts.push({
      end,
      at,
      expression,
      reads: [...this.reads.values()],
      around,
      included: this.included,
    });
  }

  private note(read: Read): void {
    if (read.path.length > 0 && this.reads.size < MOST_READS)
      this.reads.set(JSON.stringify([read.scope, read.path]), read);
  }

  private noteAll(reads: Reads | undefined): void {
    for (const read of reads?.values() ?? []) this.note(read);
  }

  /** Something is used as a whole: it has a name, or is made from what has one, or came from `source`. */
  private touch(value: Reflected, source: Reads | undefined): void {
    const { recording } = this;
    if (!recording) return;
    const own = isReference(value) ? recording.named.get(value) : undefined;
    if (own) this.note(own);
    else this.noteAll((isReference(value) ? recording.made.get(value) : undefined) ?? source);
  }

  protected override member(
    receiver: Reflected,
    boxed: boolean,
    name: string,
    node: Expression,
    args: readonly Expression[],
    final: Final,
  ): Reflected {
    const at = isReference(receiver) ? this.recording?.named.get(receiver) : undefined;
    if (at) this.note({ ...at, path: [...at.path, name] });
    else this.touch(receiver, undefined);
    return super.member(receiver, boxed, name, node, args, final);
  }

  protected override variable(node: VariableNode, args: readonly Expression[], final: Final): Reflected {
    const at = this.indexOf(node.name);
    this.touch(this.values[at], this.sources[at]);
    return super.variable(node, args, final);
  }

  protected override constant(node: ConstantNode): Reflected {
    if (node.kind === 'dot') this.touch(this.dot, this.dotSource);
    return super.constant(node);
  }

  protected override argument(node: Expression, type: Parameter): Reflected {
    if (node.kind === 'dot') this.touch(this.dot, this.dotSource);
    return super.argument(node, type);
  }

  protected override call(
    callable: Callable,
    node: Node,
    name: string,
    args: readonly Expression[],
    final: Final,
  ): Reflected {
    const value = super.call(callable, node, name, args, final);
    const { recording } = this;
    if (recording && isReference(value) && !recording.named.has(value))
      recording.made.set(value, new Map(this.reads));
    return value;
  }

  protected override push(name: string, value: Reflected, boxed: boolean): void {
    super.push(name, value, boxed);
    if (this.recording) this.sources[this.names.length - 1] = new Map(this.reads);
  }

  protected override assign(name: string, value: Reflected, boxed: boolean): void {
    super.assign(name, value, boxed);
    this.sources[this.indexOf(name)] = new Map(this.reads);
  }

  protected override listOf(nodes: readonly Statement[], dot: Reflected, boxed: boolean): Signal {
    const { dotSource } = this;
    this.dotSource = this.turnSource ?? new Map(this.reads);
    this.turnSource = undefined;
    const signal = super.listOf(nodes, dot, boxed);
    this.dotSource = dotSource;
    return signal;
  }

  protected override iterate(node: RangeNode, value: Reflected): boolean {
    const { over } = this;
    this.over = { list: isReference(value) ? this.recording?.named.get(value) : undefined, turn: 0 };
    const ran = super.iterate(node, value);
    this.over = over;
    return ran;
  }

  protected override bind(node: RangeNode, index: Reflected, element: Reflected, boxed: boolean): void {
    const { over } = this;
    const key = typeof index === 'string' ? index : String(over?.turn ?? 0);
    if (over) over.turn += 1;
    const read = over?.list && { ...over.list, path: [...over.list.path, key] };
    const source: Reads = read ? new Map([[key, read]]) : new Map(this.reads);
    this.turnSource = source;
    super.bind(node, index, element, boxed);
    const top = this.values.length - 1;
    for (const [i] of node.pipe.variables.entries()) if (!node.pipe.assign) this.sources[top - i] = source;
  }
}

const isBlock = (node: Statement): node is Block =>
  node.kind === 'if' || node.kind === 'with' || node.kind === 'range' || node.kind === 'template';

/** A reference is one value wherever it goes; of a text or a number nobody can tell where it is from. */
const isReference = (value: Reflected): value is GoMap | GoSlice | Struct =>
  value instanceof Map || value instanceof Struct || Array.isArray(value);

function aroundOf(
  { node, at }: { readonly node: Block; readonly at: TemplatePoint },
  nodes: readonly Statement[],
  rest: Pick<Around, 'reads' | 'outer'>,
): Around {
  if (node.kind === 'template')
    return { kind: 'call', expression: describe(node).slice('{{'.length, -'}}'.length), at, ...rest };
  const head = `${node.kind} ${describe(node.pipe)}`;
  return { kind: 'block', expression: nodes === node.elseList ? `else of ${head}` : head, at, ...rest };
}

/** Line and column, both from 1. */
function pointOf({ file, text }: Tree, pos: number): TemplatePoint & { readonly column: number } {
  const before = text.slice(0, pos);
  return { template: file, line: before.split('\n').length, column: pos - before.lastIndexOf('\n') };
}
