import { BUILTINS } from './builtins.ts';
import { type Callable, callables, type Parameter, type Reflected } from './callables.ts';
import { leave } from './depth.ts';
import { TemplateError } from './errors.ts';
import type { ExecuteOptions } from './executionstate.ts';
import { quote } from './format/quote.ts';
import { elementType, isTrue, typeOf, zeroOf } from './kinds.ts';
import {
  type ChainNode,
  type CommandNode,
  describe,
  type Expression,
  type FieldNode,
  type IdentifierNode,
  type Node,
  type PipeNode,
  type Tree,
  type VariableNode,
} from './nodes.ts';
import { ParameterChecker } from './parameters.ts';
import type { TemplateSpace } from './space.ts';
import { GoError, type GoMap, Struct, type TypeInfo, typeInfo, type Value } from './values.ts';

/** No value comes down the pipeline. */
const MISSING = Symbol('missing');
export type Final = Reflected | typeof MISSING;

/** A value in an interface {} that is not looked into. */
const INTERFACE: Value = new Struct({ name: 'interface {}' }, new Map());

const NO_ARGUMENTS: readonly Expression[] = [];

/** Evaluates pipelines and their operands (text/template/exec.go). */
export class Evaluator extends ParameterChecker {
  private readonly functions: ReadonlyMap<string, Callable>;
  /** The same as `dotBoxed`, of the latest member. */
  private memberBoxed = false;

  constructor(space: TemplateSpace, tree: Tree, data: Value, options: ExecuteOptions) {
    super(space, tree, data, options);
    this.functions = callables(options.functions, BUILTINS);
  }

  /** The value of a pipeline, out of any interface; its variables are declared or assigned. */
  protected pipeline(pipe: PipeNode): Reflected {
    this.node = pipe;
    this.spend(1);
    let value: Final = MISSING;
    for (const command of pipe.commands) value = this.command(command, value) ?? undefined;
    const result = value === MISSING ? undefined : value;
    for (const { name } of pipe.variables) {
      if (pipe.assign) this.assign(name, result, false);
      else this.push(name, result, false);
    }
    return result;
  }

  private command(command: CommandNode, final: Final): Reflected {
    const { first, args } = command;
    switch (first.kind) {
      case 'field':
        return this.field(first, args, final);
      case 'identifier':
        return this.function(first, command, args, final);
      case 'variable':
        return this.variable(first, args, final);
      case 'chain':
        return this.chain(first, args, final);
      case 'pipe':
        this.noArguments(first, args, final);
        return this.parenthesized(first);
    }
    this.node = first;
    this.noArguments(first, args, final);
    if (first.kind === 'nil') return this.fail('nil is not a command');
    return this.constant(first);
  }

  private parenthesized(pipe: PipeNode): Reflected {
    this.deeper();
    const value = this.pipeline(pipe);
    leave();
    return value;
  }

  private noArguments(first: Expression, args: readonly Expression[], final: Final): void {
    if (args.length > 0 || final !== MISSING)
      this.fail(`can't give argument to non-function ${describe(first)}`);
  }

  private field(node: FieldNode, args: readonly Expression[], final: Final): Reflected {
    this.node = node;
    return this.members(this.dot, this.dotBoxed, node, node.names, args, final);
  }

  protected variable(node: VariableNode, args: readonly Expression[], final: Final): Reflected {
    this.node = node;
    const at = this.indexOf(node.name);
    const value = this.values[at];
    if (node.names.length > 0)
      return this.members(value, this.boxed[at] ?? false, node, node.names, args, final);
    this.noArguments(node, args, final);
    return value;
  }

  private chain(node: ChainNode, args: readonly Expression[], final: Final): Reflected {
    this.node = node;
    const receiver = this.receiver(node.node);
    return this.members(receiver, false, node, node.names, args, final);
  }

  private receiver(node: Expression): Reflected {
    this.node = node;
    if (node.kind === 'pipe') return this.parenthesized(node);
    if (node.kind === 'identifier') return this.function(node, node, NO_ARGUMENTS, MISSING);
    return this.fail(`can't evaluate command ${quote(describe(node))}`);
  }

  /** `.a.b.c` of a receiver: only the last one, if it is a method, gets the arguments. */
  private members(
    receiver: Reflected,
    boxed: boolean,
    node: Expression,
    names: readonly string[],
    args: readonly Expression[],
    final: Final,
  ): Reflected {
    let value = receiver;
    let isBoxed = boxed;
    const last = names.length - 1;
    for (let i = 0; i < last; i++) {
      value = this.member(value, isBoxed, names[i] ?? '', node, NO_ARGUMENTS, MISSING);
      isBoxed = this.memberBoxed;
    }
    return this.member(value, isBoxed, names[last] ?? '', node, args, final);
  }

  /** A method, a field or an entry. */
  protected member(
    receiver: Reflected,
    boxed: boolean,
    name: string,
    node: Expression,
    args: readonly Expression[],
    final: Final,
  ): Reflected {
    this.memberBoxed = false;
    if (receiver === undefined) {
      if (this.options.missingKey === 'error') this.fail(`nil data; no entry for key ${quote(name)}`);
      return undefined;
    }
    if (receiver === null) return this.fail(`nil pointer evaluating interface {}.${name}`);
    const type = typeOfMembers(receiver);
    if (type?.methods && Object.hasOwn(type.methods, name)) {
      const method = type.methods[name] as Callable;
      return this.call(method, node, name, args, final);
    }
    const hasArguments = args.length > 0 || final !== MISSING;
    if (receiver instanceof Map) {
      if (hasArguments) this.fail(`${name} is not a method but has arguments`);
      return this.entry(receiver, name);
    }
    if (receiver instanceof Struct && receiver.fields.has(name)) {
      if (hasArguments) this.fail(`${name} has arguments but cannot be invoked as function`);
      return receiver.fields.get(name);
    }
    return this.fail(`can't evaluate field ${name} in type ${boxed ? 'interface {}' : typeOf(receiver)}`);
  }

  private entry(map: GoMap, name: string): Reflected {
    const found = map.get(name);
    const plain = typeInfo(map) === undefined;
    this.memberBoxed = plain || elementType(map) === 'interface {}';
    if (found !== undefined) return found;
    const { missingKey } = this.options;
    if (missingKey === 'error') this.fail(`map has no entry for key ${quote(name)}`);
    if (missingKey === 'invalid') return undefined;
    return plain ? null : zeroOf(elementType(map));
  }

  private function(
    node: IdentifierNode,
    command: Node,
    args: readonly Expression[],
    final: Final,
  ): Reflected {
    this.node = node;
    const found = this.functions.get(node.name);
    if (!found) return this.fail(`${quote(node.name)} is not a defined function`);
    return this.call(found, command, node.name, args, final);
  }

  protected call(
    callable: Callable,
    node: Node,
    name: string,
    args: readonly Expression[],
    final: Final,
  ): Reflected {
    this.spend(1);
    const given = args.length + (final === MISSING ? 0 : 1);
    this.checkCount(callable, name, args.length, given);
    if (callable.shortCircuit) return this.shortCircuit(callable.shortCircuit, args, final);
    const { params, variadic } = callable;
    const values: Reflected[] = [];
    for (let i = 0; i < args.length; i++) {
      const arg = args[i] as Expression;
      const value = this.argument(arg, params[i] ?? variadic ?? 'any');
      values.push(callable.indexesUnboxed && i > 0 && this.isBoxed(arg, value) ? INTERFACE : value);
    }
    if (final !== MISSING) values.push(this.validate(final, params[given - 1] ?? variadic ?? 'any'));
    const call = callable.named?.(calleeName(args, final)) ?? callable.call;
    try {
      return call(values, this.options.budget);
    } catch (error) {
      if (!(error instanceof GoError || error instanceof TemplateError)) throw error;
      this.node = node;
      throw this.located(`error calling ${name}: ${error.message}`, error);
    }
  }

  /** Whether the argument that was just evaluated is in an interface {}. */
  private isBoxed(node: Expression, value: Reflected): boolean {
    if (node.kind === 'dot') return this.dotBoxed && value !== undefined;
    if (node.kind === 'field' || node.kind === 'chain') return this.memberBoxed && value !== undefined;
    if (node.kind !== 'variable') return value === null;
    return node.names.length > 0 ? this.memberBoxed : this.boxed[this.indexOf(node.name)] === true;
  }

  private checkCount({ params, variadic }: Callable, name: string, args: number, given: number): void {
    const fixed = params.length;
    if (variadic !== undefined) {
      if (given < fixed) this.fail(`wrong number of args for ${name}: want at least ${fixed} got ${args}`);
    } else if (given !== fixed) this.fail(`wrong number of args for ${name}: want ${fixed} got ${given}`);
  }

  private shortCircuit(kind: 'and' | 'or', args: readonly Expression[], final: Final): Reflected {
    let value: Reflected;
    for (const arg of args) {
      value = this.argument(arg, 'reflect.Value');
      if (isTrue(value) === (kind === 'or')) return value;
    }
    return final === MISSING ? value : final;
  }

  /** An argument as a value of the parameter's type. */
  protected argument(node: Expression, type: Parameter): Reflected {
    this.node = node;
    switch (node.kind) {
      case 'dot':
        return this.validate(this.dot, type);
      case 'field':
        return this.validate(this.field(node, NO_ARGUMENTS, MISSING), type);
      case 'variable':
        return this.validate(this.variable(node, NO_ARGUMENTS, MISSING), type);
      case 'pipe':
        return this.validate(this.parenthesized(node), type);
      case 'identifier':
        return this.validate(this.function(node, node, NO_ARGUMENTS, MISSING), type);
      case 'chain':
        return this.validate(this.chain(node, NO_ARGUMENTS, MISSING), type);
      case 'nil':
        return this.nil(type);
    }
    return this.literal(node, type);
  }
}

function typeOfMembers(value: Exclude<Value, null>): TypeInfo | undefined {
  if (value instanceof Struct) return value.type;
  return value instanceof Map || Array.isArray(value) ? typeInfo(value) : undefined;
}

/** What the builtin `call` calls its function: the text of the argument, or what reflect says of a value from a pipe. */
function calleeName([first]: readonly Expression[], final: Final): string {
  if (first) return describe(first);
  if (typeof final === 'string') return final;
  return final === undefined || final === MISSING ? '<invalid Value>' : `<${typeOf(final as Value)} Value>`;
}
