/** Roles and grants, as objects of the home cluster. */
import { createHash } from 'node:crypto';
import { type Problem, ProblemError } from '../base/errors.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { updateObject } from '../kube/client/update.ts';
import { deepEqual } from '../kube/values/equal.ts';
import { isAlreadyExists, notFoundAsUndefined } from '../kube/values/status.ts';
import {
  DELIVERY_ROLES,
  type DeliveryRole,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  ROLE_GRANTS,
  type RoleGrant,
} from '../model/types.ts';
import { foundOr, keyOf } from './records.ts';
import { BUILTIN_ROLES } from './roles.data.ts';

/** Makes the roles that every Pilotage has, or sets them back. */
export async function ensureBuiltinRoles(home: KubeClient): Promise<void> {
  for (const [name, spec] of Object.entries(BUILTIN_ROLES)) {
    const role: DeliveryRole = {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'DeliveryRole',
      metadata: { name, namespace: PILOTAGE_NAMESPACE },
      spec,
    };
    try {
      await home.create(DELIVERY_ROLES, role);
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      const change = (now: DeliveryRole) => (deepEqual(now.spec, spec) ? undefined : { ...now, spec });
      await updateObject({ client: home, resource: DELIVERY_ROLES, key: keyOf(name), change });
    }
  }
}

export const listRoles = async (home: KubeClient): Promise<readonly DeliveryRole[]> =>
  (await home.list(DELIVERY_ROLES, { namespace: PILOTAGE_NAMESPACE })).items;

export const listGrants = async (home: KubeClient): Promise<readonly RoleGrant[]> =>
  (await home.list(ROLE_GRANTS, { namespace: PILOTAGE_NAMESPACE })).items;

export const findGrant = async (home: KubeClient, name: string): Promise<RoleGrant | undefined> =>
  home.get(ROLE_GRANTS, keyOf(name)).catch(notFoundAsUndefined);

/** The same grant again is the same object. @throws ProblemError NotFound for a role that there is not, BadRequest without a subject */
export async function createGrant(home: KubeClient, spec: RoleGrant['spec']): Promise<RoleGrant> {
  if (spec.subjects.length === 0) throw new ProblemError(NOBODY);
  const role = await home.get(DELIVERY_ROLES, keyOf(spec.role)).catch(notFoundAsUndefined);
  if (!role) throw new ProblemError(await unknownRole(home, spec.role));
  const digest = createHash('sha256').update(JSON.stringify(spec)).digest('hex').slice(0, 10);
  const name = `${spec.role}-${digest}`;
  const grant: RoleGrant = {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'RoleGrant',
    metadata: { name, namespace: PILOTAGE_NAMESPACE },
    spec,
  };
  try {
    return await home.create<RoleGrant>(ROLE_GRANTS, grant);
  } catch (error) {
    if (isAlreadyExists(error)) return home.get(ROLE_GRANTS, keyOf(name));
    throw error;
  }
}

/** @throws ProblemError NotFound */
export async function deleteGrant(home: KubeClient, name: string): Promise<void> {
  await foundOr(unknownGrant(name), home.delete(ROLE_GRANTS, keyOf(name)));
}

const NOBODY: Problem = {
  reason: 'BadRequest',
  message: 'A role is granted to somebody.',
  remedy: 'Name them: --user NAME or --group NAME.',
};

async function unknownRole(home: KubeClient, name: string): Promise<Problem> {
  const names = (await listRoles(home)).map(({ metadata }) => metadata.name ?? '').sort();
  return { reason: 'NotFound', message: `There is no role ${name}.`, remedy: `Known: ${names.join(', ')}.` };
}

export const unknownGrant = (name: string): Problem => ({
  reason: 'NotFound',
  message: `There is no grant ${name}.`,
  remedy: 'pilotage role grants',
});
