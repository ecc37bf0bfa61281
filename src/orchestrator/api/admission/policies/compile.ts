import type { CelType } from '../../../../kube/cel/types.ts';
import { type CompiledExpression, compileExpression } from '../../../../kube/kinds/admission/expressions.ts';
import type {
  AuditAnnotation,
  ValidatingAdmissionPolicySpec,
  Validation,
} from '../../../../kube/kinds/objects.data.ts';

/** The expressions of a policy, compiled once. */
export interface CompiledPolicy {
  readonly scope: { readonly isPolicy: true; readonly hasParams: boolean };
  /** By their whole name, `variables.<name>`. */
  readonly variables: ReadonlyMap<string, CompiledExpression>;
  readonly validations: readonly CompiledValidation[];
  readonly annotations: readonly {
    readonly annotation: AuditAnnotation;
    readonly value: CompiledExpression;
  }[];
}

export interface CompiledValidation {
  readonly validation: Validation;
  readonly condition: CompiledExpression;
  readonly message: CompiledExpression | undefined;
}

/** Memo: what is stored never changes. */
const compiled = new WeakMap<ValidatingAdmissionPolicySpec, CompiledPolicy>();

export function compilePolicy(spec: ValidatingAdmissionPolicySpec): CompiledPolicy {
  const known = compiled.get(spec) ?? compile(spec);
  compiled.set(spec, known);
  return known;
}

function compile(spec: ValidatingAdmissionPolicySpec): CompiledPolicy {
  const scope = { isPolicy: true, hasParams: spec.paramKind !== undefined } as const;
  const types: Record<string, CelType> = {};
  const variables = new Map<string, CompiledExpression>();
  for (const { name, expression } of spec.variables ?? []) {
    // A variable knows those before it.
    const made = compileExpression(expression, 'any', { ...scope, variables: { ...types } });
    variables.set(`variables.${name}`, made);
    types[`variables.${name}`] = 'program' in made ? made.program.outputType : { kind: 'dyn' };
  }
  const whole = { ...scope, variables: types };
  return {
    scope,
    variables,
    validations: (spec.validations ?? []).map((validation) => ({
      validation,
      condition: compileExpression(validation.expression, 'bool', whole),
      message: validation.messageExpression
        ? compileExpression(validation.messageExpression, 'string', { ...whole, isMessage: true })
        : undefined,
    })),
    annotations: (spec.auditAnnotations ?? []).map((annotation) => ({
      annotation,
      value: compileExpression(annotation.valueExpression, 'string or null', whole),
    })),
  };
}
