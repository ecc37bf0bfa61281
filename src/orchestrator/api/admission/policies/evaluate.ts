import { Account } from '../../../../kube/cel/meter.ts';
import { Failure, fail, type Value } from '../../../../kube/cel/values.ts';
import {
  type CompiledExpression,
  type ExpressionInput,
  inputOf,
} from '../../../../kube/kinds/admission/expressions.ts';
import type { ValidatingAdmissionPolicySpec } from '../../../../kube/kinds/objects.data.ts';
import { holdsConditions } from '../conditions.ts';
import { type CompiledPolicy, type CompiledValidation, compilePolicy } from './compile.ts';

/** Why a policy does not let a request pass. */
export interface Denial {
  readonly message: string;
  /** A failure that its failure policy counts as a refusal leaves the reason open. */
  readonly reason?: string;
  /** Which of its validations; absent where the policy itself cannot be evaluated. */
  readonly index?: number;
}

/** What a policy says of a request. */
export interface Judgement {
  readonly denials: readonly Denial[];
  /** For the record, by the keys of the policy. */
  readonly annotations: readonly (readonly [key: string, text: string])[];
  /** They refuse whatever the binding does with the others: an annotation that fails, a binding that does not fit. */
  readonly problems: readonly Denial[];
}

const nothingBut = (denials: readonly Denial[]): Judgement => ({
  denials,
  annotations: [],
  problems: [],
});

/**
 * What a policy says of a request with one of its parameters (apiserver `policy/validating/validator.go`). Evaluations that fail count
 * as the failure policy has it.
 */
export function evaluatePolicy(spec: ValidatingAdmissionPolicySpec, input: ExpressionInput): Judgement {
  const policy = compilePolicy(spec);
  const failed = (message: string, index?: number): readonly Denial[] =>
    spec.failurePolicy === 'Ignore' ? [] : [{ message, ...(index === undefined ? {} : { index }) }];
  const { holds, problem } = holdsConditions(spec.matchConditions ?? [], input, policy.scope);
  if (problem !== undefined) return nothingBut(failed(problem));
  if (!holds) return nothingBut([]);
  const account = new Account();
  const lookUp = withVariables(policy, input, account);
  const value = (expression: CompiledExpression): Value =>
    'problem' in expression ? fail(expression.problem) : expression.program.evaluate(lookUp, account);
  const denials = policy.validations.flatMap((one, index) => {
    const result = value(one.condition);
    if (result === true) return [];
    if (result instanceof Failure) return failed(describe(one.validation.expression, result), index);
    return [{ message: messageOf(one, value), reason: one.validation.reason ?? 'Invalid', index }];
  });
  const made = policy.annotations.map(({ annotation, value: expression }) => ({
    annotation,
    result: value(expression),
  }));
  return {
    denials,
    annotations: made.flatMap(({ annotation, result }) => {
      const text = typeof result === 'string' ? result.trim() : '';
      return text === '' ? [] : [[annotation.key, text] as const];
    }),
    problems: made.flatMap(({ annotation, result }) =>
      result instanceof Failure ? failed(describe(annotation.valueExpression, result)) : [],
    ),
  };
}

const describe = (expression: string, { message }: Failure): string =>
  message.startsWith('compilation failed')
    ? message
    : `expression '${expression}' resulted in error: ${message}`;

/** Each variable is evaluated when it is first read. */
function withVariables(
  { variables }: CompiledPolicy,
  input: ExpressionInput,
  account: Account,
): (name: string) => Value {
  const ofRequest = inputOf(input);
  const known = new Map<string, Value>();
  const lookUp = (name: string): Value => {
    const variable = variables.get(name);
    if (!variable) return ofRequest(name);
    const found = known.get(name);
    if (found !== undefined) return found;
    const value = 'problem' in variable ? fail(variable.problem) : variable.program.evaluate(lookUp, account);
    known.set(name, value);
    return value;
  };
  return lookUp;
}

const MAX_MESSAGE_BYTES = 5 * 1024;

function messageOf(
  { validation, message }: CompiledValidation,
  evaluate: (expression: CompiledExpression) => Value,
): string {
  const made = message && evaluate(message);
  const text = typeof made === 'string' ? made.trim() : '';
  if (text !== '' && !text.includes('\n') && Buffer.byteLength(text) <= MAX_MESSAGE_BYTES) return text;
  return validation.message?.trim() || `failed expression: ${validation.expression.trim()}`;
}
