import type { User } from '../../../../kube/client/client.ts';
import type { PolicyRule } from '../../../../kube/kinds/objects.data.ts';
import type { Attributes } from '../../authorization.ts';
import { NO_OPINION, type Opinion } from '../opinion.ts';
import type { RbacIndex } from './index.ts';
import { ruleAllows } from './rules.ts';

/** What roles and bindings say of a request (Kubernetes `plugin/pkg/auth/authorizer/rbac/rbac.go`): they allow, and never forbid. */
export function rbacOpinion(index: RbacIndex, user: User, attributes: Attributes): Opinion {
  const namespace = 'path' in attributes ? undefined : attributes.namespace;
  const missing: string[] = [];
  for (const grant of index.grants(user, namespace)) {
    if ('missing' in grant) missing.push(grant.missing);
    else if (ruleAllows(grant.rule, attributes))
      return { type: 'allow', reason: `RBAC: allowed by ${grant.source()}` };
  }
  return missing.length === 0 ? NO_OPINION : { type: 'none', reason: `RBAC: ${aggregated(missing)}` };
}

/** Every rule that holds for a user, and what could not be found out. */
export function rbacRules(
  index: RbacIndex,
  user: User,
  namespace: string | undefined,
): { readonly rules: readonly PolicyRule[]; readonly error?: string } {
  const grants = index.grants(user, namespace);
  const rules = grants.flatMap((grant) => ('rule' in grant ? [grant.rule] : []));
  const missing = grants.flatMap((grant) => ('missing' in grant ? [grant.missing] : []));
  return { rules, ...(missing.length === 0 ? {} : { error: aggregated(missing) }) };
}

/** As apimachinery `util/errors` Aggregate prints several errors: each once. */
function aggregated(errors: readonly string[]): string {
  const each = [...new Set(errors)];
  return each.length === 1 ? (each[0] ?? '') : `[${each.join(', ')}]`;
}
