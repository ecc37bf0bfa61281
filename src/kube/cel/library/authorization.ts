import { dns1123Label, dns1123Subdomain } from '../../values/names.ts';
import { type CallCost, fixed } from '../cost.ts';
import { type Overload, overload } from '../overload.ts';
import { type OpaqueType, opaqueType } from '../types.ts';
import { fail, Opaque, type Value } from '../values.ts';

/** May somebody do this? Parts of a resource that are not set are empty. */
export type AccessCheck = PathCheck | ResourceCheck;

interface PathCheck {
  readonly verb: string;
  readonly path: string;
}

interface ResourceCheck extends Resource {
  readonly verb: string;
}

export interface Resource {
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  readonly fieldSelector: string;
}

export interface AccessDecision {
  readonly allowed: boolean;
  readonly reason: string;
  /** Why it could not be decided. */
  readonly error?: string;
}

export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** Decides for a service account, or for the author of the request. */
export type AskAccess = (account: ServiceAccountName | undefined, check: AccessCheck) => AccessDecision;

const typeNamed = (name: string): OpaqueType => opaqueType(`kubernetes.authorization.${name}`);
export const AUTHORIZER = typeNamed('Authorizer');
export const RESOURCE_CHECK = typeNamed('ResourceCheck');
const GROUP_CHECK = typeNamed('GroupCheck');
const PATH_CHECK = typeNamed('PathCheck');
const DECISION = typeNamed('Decision');

/** What has functions alone. */
class Holder<T> extends Opaque {
  readonly type: OpaqueType;
  readonly content: T;

  constructor(type: OpaqueType, content: T) {
    super();
    this.type = type;
    this.content = content;
  }

  equals(other: Opaque): boolean {
    return other === this;
  }
}

const of = <T>(value: Value | undefined): T => (value as Holder<T>).content;

/** Asks for whom it was made. */
type Ask = (check: AccessCheck) => AccessDecision;

interface Asker {
  readonly ask: Ask;
  readonly askFor: AskAccess;
}

const NOTHING_SET: Resource = {
  group: '',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
  fieldSelector: '',
};

/** `authorizer` */
export const authorizerValue = (askFor: AskAccess): Value =>
  new Holder<Asker>(AUTHORIZER, { askFor, ask: (check) => askFor(undefined, check) });

/** `authorizer.requestResource` */
export const resourceCheckValue = (
  askFor: AskAccess,
  resource: Pick<Resource, 'group' | 'resource'> & Partial<Resource>,
): Value =>
  new Holder<Check<Resource>>(RESOURCE_CHECK, {
    ask: (check) => askFor(undefined, check),
    about: { ...NOTHING_SET, ...resource },
  });

interface Check<T> {
  readonly ask: Ask;
  readonly about: T;
}

function ofAccount(asker: Asker, namespace: string, name: string): Value {
  if (dns1123Subdomain(name) !== undefined) return fail('Invalid service account name');
  if (dns1123Label(namespace) !== undefined) return fail('Invalid service account namespace');
  const ask: Ask = (check) => asker.askFor({ namespace, name }, check);
  return new Holder<Asker>(AUTHORIZER, { ...asker, ask });
}

function ofPath({ ask }: Asker, path: string): Value {
  if (path.trim() === '') return fail('path must not be empty');
  return new Holder<Check<{ path: string }>>(PATH_CHECK, { ask, about: { path } });
}

function ofResource({ ask, about: { group } }: Check<{ group: string }>, resource: string): Value {
  if (resource.trim() === '') return fail('resource must not be empty');
  return new Holder<Check<Resource>>(RESOURCE_CHECK, { ask, about: { ...NOTHING_SET, group, resource } });
}

function withPart({ ask, about }: Check<Resource>, part: keyof Resource, text: string): Value {
  return new Holder<Check<Resource>>(RESOURCE_CHECK, { ask, about: { ...about, [part]: text } });
}

/** Two fit into the budget of one expression. */
const CHECK_COST = 350_000;
const checking: CallCost = { actual: () => CHECK_COST, estimate: () => ({ cost: fixed(CHECK_COST) }) };

const decided = (decision: AccessDecision): Value => new Holder(DECISION, decision);

const AUTHZ = 'kubernetes.authorization';

/** Questions about rights, where `authorizer` is declared (`apiserver/pkg/cel/library/authz.go`, `cost.go`). */
export const AUTHORIZATION: readonly Overload[] = [
  overload(`${AUTHZ}.Authorizer::path(string) ${AUTHZ}.PathCheck`, ([asker, path]) =>
    ofPath(of(asker), path as string),
  ),
  overload(
    `${AUTHZ}.Authorizer::group(string) ${AUTHZ}.GroupCheck`,
    ([asker, group]) => new Holder(GROUP_CHECK, { ask: of<Asker>(asker).ask, about: { group } }),
  ),
  overload(
    `${AUTHZ}.Authorizer::serviceAccount(string, string) ${AUTHZ}.Authorizer`,
    ([asker, namespace, name]) => ofAccount(of(asker), namespace as string, name as string),
  ),
  overload(`${AUTHZ}.GroupCheck::resource(string) ${AUTHZ}.ResourceCheck`, ([group, resource]) =>
    ofResource(of(group), resource as string),
  ),
  ...(['subresource', 'namespace', 'name', 'fieldSelector'] as const).map((part) =>
    overload(`${AUTHZ}.ResourceCheck::${part}(string) ${AUTHZ}.ResourceCheck`, ([check, text]) =>
      withPart(of(check), part, text as string),
    ),
  ),
  // No authorizer decides by labels.
  overload(
    `${AUTHZ}.ResourceCheck::labelSelector(string) ${AUTHZ}.ResourceCheck`,
    ([check]) => check as Value,
  ),
  ...['PathCheck', 'ResourceCheck'].map((type) =>
    overload(
      `${AUTHZ}.${type}::check(string) ${AUTHZ}.Decision`,
      ([check, verb]) => {
        const { ask, about } = of<Check<Omit<AccessCheck, 'verb'>>>(check);
        return decided(ask({ ...about, verb } as AccessCheck));
      },
      checking,
    ),
  ),
  overload(`${AUTHZ}.Decision::allowed() bool`, ([decision]) => of<AccessDecision>(decision).allowed),
  overload(`${AUTHZ}.Decision::reason() string`, ([decision]) => of<AccessDecision>(decision).reason),
  overload(
    `${AUTHZ}.Decision::errored() bool`,
    ([decision]) => of<AccessDecision>(decision).error !== undefined,
  ),
  overload(`${AUTHZ}.Decision::error() string`, ([decision]) => of<AccessDecision>(decision).error ?? ''),
];
