import type { Schema, ValidationRule } from '../schema/schema.ts';
import { compile, type Program } from './compile.ts';
import { schemaType } from './schematype.ts';
import { type CelType, formatType, optionalOf } from './types.ts';

/** A rule of `x-kubernetes-validations`, compiled for the schema that it stands at. */
export interface CompiledRule {
  readonly rule: ValidationRule;
  readonly type: CelType;
  /** Absent: `problem` says why. */
  readonly program?: Program;
  readonly problem?: string;
  readonly usesOldSelf: boolean;
  readonly message?: Program;
  readonly messageProblem?: string;
}

const compiled = new WeakMap<Schema, readonly CompiledRule[]>();

/**
 * The rules of one schema node, compiled once (apiextensions `apiserver/schema/cel/compilation.go`). `isResource`: the node is a whole
 * object.
 */
export function compileRules(schema: Schema, isResource: boolean): readonly CompiledRule[] {
  const known = compiled.get(schema);
  if (known) return known;
  const type = schemaType(schema, isResource);
  const rules = (schema.validations ?? []).map((rule) => compileRule(rule, type));
  compiled.set(schema, rules);
  return rules;
}

const NO_TYPE = 'failed to convert to declType for CEL validation rules';

function compileRule(rule: ValidationRule, type: CelType | undefined): CompiledRule {
  if (!type) return { rule, type: { kind: 'dyn' }, usesOldSelf: false, problem: NO_TYPE };
  const oldSelf = rule.optionalOldSelf ? optionalOf(type) : type;
  const environment = { variables: { self: type, oldSelf } };
  const result = compile(rule.rule, environment);
  if (!result.ok) return { rule, type, usesOldSelf: false, problem: `compilation failed: ${result.text}` };
  const { program } = result;
  const usesOldSelf = program.uses.has('oldSelf');
  if (program.outputType.kind !== 'bool')
    return { rule, type, usesOldSelf, problem: 'cel expression must evaluate to a bool' };
  return { rule, type, program, usesOldSelf, ...compileMessage(rule, environment.variables) };
}

function compileMessage(
  { messageExpression }: ValidationRule,
  variables: Readonly<Record<string, CelType>>,
): Pick<CompiledRule, 'message' | 'messageProblem'> {
  if (!messageExpression) return {};
  const result = compile(messageExpression, { variables });
  if (!result.ok) return { messageProblem: `messageExpression compilation failed: ${result.text}` };
  if (formatType(result.program.outputType) !== 'string')
    return { messageProblem: 'messageExpression must evaluate to a string' };
  return { message: result.program };
}

const ruled = new WeakMap<Schema, boolean>();

/** Whether the node, or one below it, has rules. */
export function hasRules(schema: Schema): boolean {
  const known = ruled.get(schema);
  if (known !== undefined) return known;
  const children = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
    ...(schema.additional ? [schema.additional] : []),
  ];
  // Built-in types have none, and are recursive.
  const has =
    schema.name === undefined &&
    ((schema.validations?.length ?? 0) > 0 || children.some((child) => hasRules(child)));
  ruled.set(schema, has);
  return has;
}
