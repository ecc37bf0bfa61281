import { compile, type Program } from '../../cel/compile.ts';
import { fromJson } from '../../cel/data.ts';
import {
  BOOL,
  type CelType,
  DYN,
  formatType,
  listType,
  mapType,
  objectType,
  STRING,
} from '../../cel/types.ts';
import type { Value } from '../../cel/values.ts';
import type { Json, JsonObject, KubeObject } from '../../values/types.ts';

/** What an expression of admission may name (apiserver `admission/plugin/cel/compile.go`). */
export interface ExpressionInput {
  readonly object: KubeObject | undefined;
  readonly oldObject: KubeObject | undefined;
  /** AdmissionRequest without its objects. */
  readonly request: JsonObject;
  /** Of policies alone. */
  readonly params?: KubeObject | undefined;
  readonly namespaceObject?: KubeObject | undefined;
}

const KIND = objectType('kubernetes.GroupVersionKind', { group: STRING, version: STRING, kind: STRING });
const RESOURCE = objectType('kubernetes.GroupVersionResource', {
  group: STRING,
  version: STRING,
  resource: STRING,
});
const USER = objectType('kubernetes.UserInfo', {
  username: STRING,
  uid: STRING,
  groups: listType(STRING),
  extra: mapType(STRING, listType(STRING)),
});
const REQUEST = objectType('kubernetes.AdmissionRequest', {
  kind: KIND,
  resource: RESOURCE,
  subResource: STRING,
  requestKind: KIND,
  requestResource: RESOURCE,
  requestSubResource: STRING,
  name: STRING,
  namespace: STRING,
  operation: STRING,
  userInfo: USER,
  dryRun: BOOL,
  options: DYN,
});

const VARIABLES: Readonly<Record<string, CelType>> = { object: DYN, oldObject: DYN, request: REQUEST };

export interface ExpressionScope {
  /** A policy: it knows the namespace of the request. */
  readonly isPolicy?: boolean;
  readonly hasParams?: boolean;
  /** Types of variables by their whole name, `variables.<name>`. */
  readonly variables?: Readonly<Record<string, CelType>>;
}

const MATCH: ExpressionScope = {};

export type CompiledExpression = { readonly program: Program } | { readonly problem: string };

/** The expression, of which a value of that type is wanted; or what Kubernetes says is wrong with it. */
export function compileExpression(
  source: string,
  wanted: 'bool' | 'string' | 'string or null' | 'any',
  { isPolicy, hasParams, variables }: ExpressionScope = MATCH,
): CompiledExpression {
  const result = compile(source, {
    variables: {
      ...VARIABLES,
      ...(isPolicy ? { namespaceObject: DYN } : {}),
      ...(hasParams ? { params: DYN } : {}),
      ...variables,
    },
  });
  if (!result.ok) return { problem: `compilation failed: ${result.text}` };
  const type = formatType(result.program.outputType);
  if (wanted === 'any' || type === 'dyn' || wanted.split(' or ').includes(type)) return result;
  return {
    problem:
      wanted === 'string or null'
        ? 'must evaluate to one of [string null_type]'
        : `must evaluate to ${wanted}`,
  };
}

/** Each variable is converted when it is first read. */
export function inputOf(input: ExpressionInput): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const json = (input[name as keyof ExpressionInput] ?? null) as Json;
    const value = fromJson(json, name === 'request' ? REQUEST : DYN);
    known.set(name, value);
    return value;
  };
}
