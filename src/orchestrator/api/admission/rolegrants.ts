import type { Authorization } from '../authorization.ts';
import type { AdmissionPlugin } from './plugin.ts';

/**
 * Nobody gives others more by a role or a binding than they have themselves. Kubernetes asks in the storage of these kinds
 * (`pkg/registry/rbac/rest/storage_rbac.go`), after plug-ins have changed the object, as here.
 */
export const roleGrants = (assertMayGrant: Authorization['assertMayGrant']): AdmissionPlugin => ({
  name: 'RoleGrants',
  validate({ user, kind, operation, object, live }) {
    if (operation === 'DELETE' || kind.group !== 'rbac.authorization.k8s.io') return;
    const { namespace, name = '' } = object.metadata;
    return assertMayGrant({
      user,
      resource: kind,
      name,
      object,
      ...(namespace === undefined ? {} : { namespace }),
      ...(live ? { live } : {}),
    });
  },
});
