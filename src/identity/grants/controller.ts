/** Keeps Roles and RoleBindings as the grants want them. */
import { type Controller, createController, watch } from '../../kube/client/controller.ts';
import { createInformer } from '../../kube/client/informer.ts';
import { updateObject } from '../../kube/client/update.ts';
import type { Role, RoleBinding } from '../../kube/kinds/objects.data.ts';
import { ROLE_BINDINGS, ROLES } from '../../kube/kinds/resources.data.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { isAlreadyExists, isNotFound, notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject, Resource } from '../../kube/values/types.ts';
import {
  DELIVERY_ROLES,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
  ROLE_GRANTS,
  type RoleGrant,
} from '../../model/types.ts';
import type { IdentityParts } from '../parts.ts';
import { GRANT_LABEL, objectsOf, type Place } from './decide.ts';

/** Every change concerns all grants, of which there are few: one key stands for them. */
const ALL = 'grants';

export function createGrantController({ home, clock, logger }: IdentityParts): Controller {
  const common = { client: home, clock, logger };
  const inHome = { ...common, namespace: PILOTAGE_NAMESPACE };
  const grants = createInformer({ ...inHome, resource: ROLE_GRANTS });
  const roles = createInformer({ ...inHome, resource: DELIVERY_ROLES });
  const environments = createInformer({ ...inHome, resource: ENVIRONMENTS });
  const made = createInformer({ ...common, resource: ROLES, labelSelector: GRANT_LABEL });
  const bound = createInformer({ ...common, resource: ROLE_BINDINGS, labelSelector: GRANT_LABEL });

  const reconcile = async () => {
    const places = environments.list().map(placeOf);
    const wanted = grants.list().map((grant) => {
      const role = roles.get({ namespace: PILOTAGE_NAMESPACE, name: grant.spec.role });
      return { grant, role, ...objectsOf(grant, role, places) };
    });
    await bring(
      ROLES,
      made.list(),
      wanted.flatMap((one) => one.roles),
      ({ rules }) => ({ rules }),
    );
    await bring(
      ROLE_BINDINGS,
      bound.list(),
      wanted.flatMap((one) => one.bindings),
      ({ subjects, roleRef }) => ({ subjects, roleRef }),
    );
    for (const { grant, role } of wanted) await report(grant, role === undefined);
    return undefined;
  };

  async function bring<T extends Role | RoleBinding>(
    resource: Resource<T>,
    live: readonly T[],
    wanted: readonly T[],
    content: (object: T) => object,
  ): Promise<void> {
    const known = new Map(live.map((object) => [placeName(object), object]));
    for (const object of wanted) {
      const current = known.get(placeName(object));
      known.delete(placeName(object));
      if (current && deepEqual(content(current), content(object))) continue;
      await write(resource, object, current, content);
    }
    // What a grant no longer gives is taken away.
    for (const object of known.values())
      await home.delete(resource, keyOf(object)).catch(notFoundAsUndefined);
  }

  /** A namespace may not be there yet, or be going: the next change of its environment asks again. */
  async function write<T extends Role | RoleBinding>(
    resource: Resource<T>,
    object: T,
    current: T | undefined,
    content: (object: T) => object,
  ): Promise<void> {
    try {
      const isOther = current && 'roleRef' in current && 'roleRef' in object;
      // A reference to a role cannot be changed.
      if (isOther && !deepEqual(current.roleRef, object.roleRef)) await home.delete(resource, keyOf(current));
      else if (current) {
        const change = (now: T): T => ({ ...now, ...content(object) });
        await updateObject({ client: home, resource, key: keyOf(object), change });
        return;
      }
      await home.create(resource, object);
    } catch (error) {
      if (isAlreadyExists(error)) return;
      if (!isNotFound(error)) throw error;
      controller.enqueueAfter(ALL, NAMESPACE_MS);
    }
  }

  async function report(grant: RoleGrant, isMissing: boolean): Promise<void> {
    const message = isMissing ? `There is no role ${grant.spec.role}.` : undefined;
    if (grant.status?.message === message) return;
    await updateObject({
      client: home,
      resource: ROLE_GRANTS,
      key: keyOf(grant),
      change: (current) => ({ ...current, status: message === undefined ? {} : { message } }),
      subresource: 'status',
    }).catch(notFoundAsUndefined);
  }

  const one = () => [ALL];
  const controller = createController({
    name: 'role grants',
    clock,
    logger,
    concurrency: 1,
    watches: [
      watch(grants, one),
      watch(roles, one),
      watch(environments, one),
      watch(made, one),
      watch(bound, one),
    ],
    reconcile,
  });
  return controller;
}

const NAMESPACE_MS = 1_000;

const placeOf = ({ spec: { delivery, environment, namespace, cluster } }: Environment): Place => ({
  delivery,
  environment,
  ...(cluster === undefined ? { namespace } : {}),
});

const placeName = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;

const keyOf = ({ metadata: { namespace = '', name = '' } }: KubeObject) => ({ namespace, name });
