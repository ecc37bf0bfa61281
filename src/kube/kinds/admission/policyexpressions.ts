import type { CelType } from '../../cel/types.ts';
import { type FieldError, invalid } from '../../values/fielderrors.ts';
import type { JsonObject } from '../../values/types.ts';
import { objectsAt, textAt } from '../checks/read.ts';
import { compileExpression, type ExpressionScope } from './expressions.ts';

/** What the expressions of a policy may name. */
export const policyScope = (spec: JsonObject): ExpressionScope => ({
  isPolicy: true,
  hasParams: spec.paramKind !== undefined,
});

/** Expressions that are there, and do not compile (Kubernetes `pkg/apis/admissionregistration/validation`). */
export function policyExpressions(spec: JsonObject): readonly FieldError[] {
  const scope = policyScope(spec);
  const types: Record<string, CelType> = {};
  const errors: FieldError[] = [];
  const judge = (
    self: JsonObject,
    key: string,
    wanted: Parameters<typeof compileExpression>[1],
    at: string,
    isMessage = false,
  ): CelType | undefined => {
    const source = textAt(self, key);
    if (source.trim() === '') return undefined;
    const made = compileExpression(source, wanted, { ...scope, isMessage, variables: { ...types } });
    if ('program' in made) return made.program.outputType;
    errors.push(invalid(`${at}.${key}`, source, made.problem));
    return undefined;
  };
  for (const [i, variable] of objectsAt(spec, 'variables').entries()) {
    const type = judge(variable, 'expression', 'any', `spec.variables[${i}]`);
    types[`variables.${textAt(variable, 'name')}`] = type ?? { kind: 'dyn' };
  }
  for (const [i, validation] of objectsAt(spec, 'validations').entries()) {
    judge(validation, 'expression', 'bool', `spec.validations[${i}]`);
    judge(validation, 'messageExpression', 'string', `spec.validations[${i}]`, true);
  }
  for (const [i, annotation] of objectsAt(spec, 'auditAnnotations').entries())
    judge(annotation, 'valueExpression', 'string or null', `spec.auditAnnotations[${i}]`);
  return errors;
}
