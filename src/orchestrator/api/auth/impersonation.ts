import { type Awaitable, after } from '../../../base/awaitable.ts';
import type { User } from '../../../kube/client/client.ts';
import { assertAuthorized } from '../authorize.ts';
import type { Attributes, Authorizer } from '../types.ts';

/** What somebody must be allowed who acts as `user` (apiserver `endpoints/filters/impersonation.go`). */
function impersonationOf({ name, groups, uid, extra = {} }: User): readonly Attributes[] {
  const [, namespace, account] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(name) ?? [];
  const whom =
    namespace !== undefined && account !== undefined
      ? { resource: 'serviceaccounts', namespace, name: account }
      : { resource: 'users', name };
  const authentication = 'authentication.k8s.io';
  return [
    { verb: 'impersonate', group: '', ...whom },
    // Everybody who is authenticated is in this group.
    ...groups
      .filter((group) => group !== 'system:authenticated')
      .map((group) => ({ verb: 'impersonate', group: '', resource: 'groups', name: group }) as const),
    ...(uid === undefined
      ? []
      : [{ verb: 'impersonate', group: authentication, resource: 'uids', name: uid } as const]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map(
        (value) =>
          ({
            verb: 'impersonate',
            group: authentication,
            resource: 'userextras',
            subresource: key,
            name: value,
          }) as const,
      ),
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
