import { compile, type Program } from '../../cel/compile.ts';
import { fromJson } from '../../cel/data.ts';
import {
  type AskAccess,
  AUTHORIZER,
  authorizerValue,
  RESOURCE_CHECK,
  resourceCheckValue,
} from '../../cel/library/authorization.ts';
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
  /** Who may do what, for `authorizer`. */
  readonly ask: AskAccess;
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

const RIGHTS: Readonly<Record<string, CelType>> = {
  authorizer: AUTHORIZER,
  'authorizer.requestResource': RESOURCE_CHECK,
};

export interface ExpressionScope {
  /** A policy: it knows the namespace of the request. */
  readonly isPolicy?: boolean;
  readonly hasParams?: boolean;
  /** It makes a message, and cannot ask who may do what. */
  readonly isMessage?: boolean;
  /** What objects and parameters are, as far as that is known; else they may be anything. */
  readonly object?: CelType;
  readonly params?: CelType;
  /** Types of variables by their whole name, `variables.<name>`. */
  readonly variables?: Readonly<Record<string, CelType>>;
}

const MATCH: ExpressionScope = {};

export type CompiledExpression = { readonly program: Program } | { readonly problem: string };

/** The expression, of which a value of that type is wanted; or what Kubernetes says is wrong with it. */
export function compileExpression(
  source: string,
  wanted: 'bool' | 'string' | 'string or null' | 'any',
  scope: ExpressionScope = MATCH,
): CompiledExpression {
  const result = compile(source, { variables: namesOf(scope) });
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

/** What expressions may name, with its types. */
export const namesOf = ({
  isPolicy,
  hasParams,
  isMessage,
  object = DYN,
  params = DYN,
  variables,
}: ExpressionScope): Readonly<Record<string, CelType>> => ({
  object,
  oldObject: object,
  request: REQUEST,
  ...(isMessage ? {} : RIGHTS),
  ...(isPolicy ? { namespaceObject: DYN } : {}),
  ...(hasParams ? { params } : {}),
  ...variables,
});

/** Each variable is converted when it is first read. */
export function inputOf(input: ExpressionInput): (name: string) => Value {
  const known = new Map<string, Value>();
  return (name) => {
    const found = known.get(name);
    if (found !== undefined) return found;
    const value = variableOf(input, name);
    known.set(name, value);
    return value;
  };
}

function variableOf(input: ExpressionInput, name: string): Value {
  switch (name) {
    case 'request':
      return fromJson(input.request, REQUEST);
    case 'authorizer':
      return authorizerValue(input.ask);
    case 'authorizer.requestResource':
      return requestCheck(input);
    default:
      return fromJson((input[name as keyof ExpressionInput] ?? null) as Json, DYN);
  }
}

function requestCheck({ ask, request }: ExpressionInput): Value {
  const { requestResource, requestSubResource: subresource = '', namespace = '', name = '' } = request;
  const { group, resource } = requestResource as { readonly group: string; readonly resource: string };
  return resourceCheckValue(ask, { group, resource, ...({ subresource, namespace, name } as TextParts) });
}

type TextParts = Readonly<Record<'subresource' | 'namespace' | 'name', string>>;
