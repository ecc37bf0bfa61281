import { isAssignable, nilOf, type Parameter, parameterName, type Reflected } from './callables.ts';
import { ExecutionState } from './executionstate.ts';
import { typeOf } from './kinds.ts';
import { type ConstantNode, describe, type Expression, type NumberNode } from './nodes.ts';
import { Num, type Value } from './values.ts';

/** Constants and values as the types that parameters have (validateType and evalArg of text/template/exec.go). */
export class ParameterChecker extends ExecutionState {
  protected constant(node: ConstantNode): Reflected {
    switch (node.kind) {
      case 'dot':
        return this.dot;
      case 'bool':
      case 'string':
        return node.value;
      case 'number':
        return this.ideal(node);
    }
  }

  private ideal(node: NumberNode): Value {
    this.node = node;
    return node.ideal ?? this.fail(`${node.text} overflows int`);
  }

  protected nil(type: Parameter): Reflected {
    if (type === 'reflect.Value') return undefined;
    if (type === 'any') return null;
    return nilOf(type) ?? this.fail(`cannot assign nil to ${parameterName(type)}`);
  }

  /** A constant takes the type of the parameter, where it can. */
  protected literal(node: ConstantNode, type: Parameter): Reflected {
    switch (type) {
      case 'any':
      case 'reflect.Value':
        return this.constant(node);
      case 'string':
        return node.kind === 'string' ? node.value : this.unexpected('string', node);
      case 'bool':
        return node.kind === 'bool' ? node.value : this.unexpected('bool', node);
      case 'int':
      case 'int64':
        return (node.kind === 'number' ? node.int : undefined) ?? this.unexpected('integer', node);
      case 'uint':
        return (node.kind === 'number' ? node.uint : undefined) ?? this.unexpected('unsigned integer', node);
      case 'float64':
        return (node.kind === 'number' ? node.float : undefined) ?? this.unexpected('float', node);
    }
    return this.fail(`can't handle ${describe(node)} for arg of type ${parameterName(type)}`);
  }

  private unexpected(wanted: string, node: Expression): never {
    return this.fail(`expected ${wanted}; found ${describe(node)}`);
  }

  /** A value that was not written as a constant: its type must be the parameter's. */
  protected validate(value: Reflected, type: Parameter): Reflected {
    if (type === 'reflect.Value') return value;
    if (type === 'any') return value ?? null;
    if (value === undefined)
      return nilOf(type) ?? this.fail(`invalid value; expected ${parameterName(type)}`);
    if (value !== null && isAssignable(value, type)) return value instanceof Num ? value.value : value;
    const got = value === null ? 'interface {}' : typeOf(value);
    return this.fail(`wrong type for value; expected ${parameterName(type)}; got ${got}`);
  }
}
