import { compile } from '../../cel/compile.ts';
import { objectTypeOf } from '../../cel/objecttype.ts';
import type { CelType } from '../../cel/types.ts';
import type { Schema } from '../../schema/schema.ts';
import { type GroupVersionKind, gvkOf } from '../../values/types.ts';
import type {
  ExpressionWarning,
  NamedRuleWithOperations,
  ValidatingAdmissionPolicySpec,
} from '../objects.data.ts';
import { type ExpressionScope, namesOf } from './expressions.ts';

/** What is served, and its schema where it has one. */
export interface TypedKind extends GroupVersionKind {
  readonly plural: string;
  readonly schema: () => Schema | undefined;
}

/**
 * What is wrong with the expressions of a policy by the types of the kinds that its rules name and of its parameters (apiserver
 * `policy/validating/typechecking.go`). It changes nothing about how the policy works.
 */
export function typeWarnings(
  spec: ValidatingAdmissionPolicySpec,
  kinds: readonly TypedKind[],
): readonly ExpressionWarning[] {
  const scopes = scopesOf(spec, kinds);
  const warn = (source: string, fieldRef: string): readonly ExpressionWarning[] => {
    const texts = scopes.flatMap(({ of, scope }) => {
      const compiled = compile(source, { variables: namesOf(scope) });
      return compiled.ok ? [] : [`${of}: ${compiled.text}\n`];
    });
    return texts.length === 0 ? [] : [{ fieldRef, warning: texts.join('\n') }];
  };
  return (spec.validations ?? []).flatMap(({ expression, messageExpression }, i) => [
    ...warn(expression, `spec.validations[${i}].expression`),
    ...(messageExpression ? warn(messageExpression, `spec.validations[${i}].messageExpression`) : []),
  ]);
}

interface CheckedScope {
  /** `apps/v1, Kind=Deployment` */
  readonly of: string;
  readonly scope: ExpressionScope;
}

function scopesOf(spec: ValidatingAdmissionPolicySpec, kinds: readonly TypedKind[]): readonly CheckedScope[] {
  const params = paramType(spec, kinds);
  return checkedKinds(spec.matchConstraints?.resourceRules ?? [], kinds).flatMap((kind) => {
    const schema = kind.schema();
    if (!schema) return [];
    const object = objectTypeOf(schema);
    const own = { isPolicy: true, hasParams: spec.paramKind !== undefined, object, ...params };
    const of = `${kind.group}/${kind.version}, Kind=${kind.kind}`;
    return [{ of, scope: { ...own, variables: variableTypes(spec, own) } }];
  });
}

function paramType(
  { paramKind: { apiVersion = '', kind = '' } = {} }: ValidatingAdmissionPolicySpec,
  kinds: readonly TypedKind[],
): { readonly params?: CelType } {
  const wanted = gvkOf({ apiVersion, kind });
  const found = kinds.find(
    (one) => one.group === wanted.group && one.version === wanted.version && one.kind === kind,
  );
  const schema = found?.schema();
  return schema ? { params: objectTypeOf(schema) } : {};
}

/** A variable knows those before it; one that does not compile may be anything, and is not said to be wrong itself. */
function variableTypes(
  { variables = [] }: ValidatingAdmissionPolicySpec,
  scope: ExpressionScope,
): Readonly<Record<string, CelType>> {
  const types: Record<string, CelType> = {};
  for (const { name, expression } of variables) {
    const compiled = compile(expression, { variables: namesOf({ ...scope, variables: types }) });
    types[`variables.${name}`] = compiled.ok ? compiled.program.outputType : { kind: 'dyn' };
  }
  return types;
}

const MOST_KINDS = 10;

/** The kinds that are named, not those that a wildcard stands for. */
function checkedKinds(
  rules: readonly NamedRuleWithOperations[],
  kinds: readonly TypedKind[],
): readonly TypedKind[] {
  const found = rules
    .filter(({ apiGroups = [], apiVersions = [] }) => ![...apiGroups, ...apiVersions].includes('*'))
    .flatMap(({ apiGroups = [], apiVersions = [], resources = [] }) =>
      kinds.filter(
        ({ group, version, plural }) =>
          apiGroups.includes(group) && apiVersions.includes(version) && resources.includes(plural),
      ),
    );
  return [...new Set(found)].slice(0, MOST_KINDS).sort(byName);
}

const byName = (a: GroupVersionKind, b: GroupVersionKind): number => {
  const [left, right] = [a, b].map(({ group, version, kind }) => `${group}\n${version}\n${kind}`);
  return (left ?? '') < (right ?? '') ? -1 : 1;
};
