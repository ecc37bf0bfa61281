import type { IncomingMessage } from 'node:http';
import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { User } from '../../../kube/client/client.ts';
import { AUTHENTICATED, serviceAccount } from '../../../kube/client/serviceaccount.ts';
import type { Attributes, Authorizer } from '../authorization.ts';
import { assertAuthorized } from '../authorize.ts';
import { badRequest } from '../errors.ts';

/** Acting as another user (apiserver `pkg/endpoints/filters/impersonation/impersonation.go`). */

const PREFIX = 'impersonate-';
const EXTRA = `${PREFIX}extra-`;
const UNAUTHENTICATED = 'system:unauthenticated';

/** What the headers ask for; undefined: nothing. @throws StatusError BadRequest without the name of a user */
export function impersonatedBy(request: IncomingMessage): User | undefined {
  // Nearly no request asks for it, and reading all headers as lists costs each.
  if (!hasHeader(request, PREFIX)) return undefined;
  const { headers, headersDistinct } = request;
  const [name, uid] = [headers['impersonate-user'], headers['impersonate-uid']].map((value) =>
    String(value ?? ''),
  );
  const groups = headersDistinct['impersonate-group'] ?? [];
  const extra = Object.entries(headersDistinct)
    .filter(([header]) => header.startsWith(EXTRA))
    .map(([header, values = []]) => [decoded(header.slice(EXTRA.length)), values] as const);
  const asked = {
    name: name ?? '',
    groups,
    ...(uid ? { uid } : {}),
    ...(extra.length > 0 ? { extra: Object.fromEntries(extra) } : {}),
  };
  if (name) return asked;
  if (groups.length === 0 && extra.length === 0 && !uid) return undefined;
  throw badRequest(`requested [${references(asked).join(' ')}] without impersonating a user`);
}

function hasHeader({ headers }: IncomingMessage, prefix: string): boolean {
  for (const header in headers) if (header.startsWith(prefix)) return true;
  return false;
}

/** A key that is not a valid percent-encoding stands for itself. */
function decoded(key: string): string {
  try {
    return decodeURIComponent(key);
  } catch {
    return key;
  }
}

/** As Go prints the references to what is asked for: kind, namespace, name, uid, version, resource version and field of each. */
const references = ({ groups, uid, extra = {} }: User): readonly string[] => [
  ...groups.map((group) => `{Group  ${group}    }`),
  ...Object.entries(extra).flatMap(([key, values]) =>
    values.map((value) => `{UserExtra  ${value}  authentication.k8s.io/v1  ${key}}`),
  ),
  ...(uid ? [`{UID  ${uid}  authentication.k8s.io/v1  }`] : []),
];

/** The user that a request is answered as, who is in the groups that go without saying. */
export function impersonatedUser(asked: User): User {
  const [, namespace, name] = accountOf(asked.name);
  const isAccount = namespace !== undefined && name !== undefined;
  const groups =
    asked.groups.length === 0 && isAccount ? serviceAccount(namespace, name).groups : asked.groups;
  const own = asked.name === 'system:anonymous' ? UNAUTHENTICATED : AUTHENTICATED;
  const isSaid = groups.includes(UNAUTHENTICATED) || groups.includes(own);
  return { ...asked, groups: isSaid ? groups : [...groups, own] };
}

const accountOf = (name: string): readonly (string | undefined)[] =>
  /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];

/** What somebody must be allowed who acts as `user`. */
function impersonationOf({ name, groups, uid, extra = {} }: User): readonly Attributes[] {
  const [, namespace, account] = accountOf(name);
  const whom =
    namespace !== undefined && account !== undefined
      ? { resource: 'serviceaccounts', namespace, name: account }
      : { resource: 'users', name };
  const authentication = 'authentication.k8s.io';
  const impersonate = { verb: 'impersonate', group: '' };
  return [
    { ...impersonate, ...whom },
    ...groups.map((group) => ({ ...impersonate, resource: 'groups', name: group })),
    ...(uid === undefined ? [] : [{ ...impersonate, group: authentication, resource: 'uids', name: uid }]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value) => ({
        ...impersonate,
        group: authentication,
        resource: 'userextras',
        subresource: key,
        name: value,
      })),
    ),
  ];
}

/** @throws StatusError Forbidden when `user` may not act as `other`. */
export function assertMayImpersonate(authorizer: Authorizer, user: User, other: User): Awaitable<void> {
  return impersonationOf(other).reduce<Awaitable<void>>(
    (before, attributes) => after(before, () => assertAuthorized(authorizer, user, attributes)),
    undefined,
  );
}
