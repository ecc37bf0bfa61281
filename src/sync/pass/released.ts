import { type Problem, ProblemError, problemOf, unwrap } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import { fullName } from '../../model/names.ts';
import { type Environment, PILOTAGE_NAMESPACE, RELEASES } from '../../model/types.ts';
import { hookOf } from '../../render/manifests/hooks.ts';
import { releaseName } from '../history/releases.ts';
import { desiredOf, type Placement } from '../plan/desired.ts';
import { trespassOf } from '../plan/fence.ts';
import { type Hook, isHook } from '../plan/hooks/due.ts';
import { isDeletion, phasesOf } from '../plan/hooks/phases.ts';
import { withoutIgnored } from '../plan/ignored.ts';
import { refKey } from '../plan/refkey.ts';
import type { WithSealed } from '../plan/sealed.ts';
import type { Bundle, Desired } from '../plan/types.ts';
import type { Memory } from '../state/memory.ts';
import { fenceNow, ownerOf } from './fencenow.ts';
import type { PassParts } from './parts.ts';

export function placementOf({ instanceUid }: PassParts, environment: Environment): Placement {
  const { delivery, environment: name, namespace, cluster } = environment.spec;
  return {
    owner: ownerOf(instanceUid, environment),
    delivery,
    environment: name,
    namespace,
    ...(cluster === undefined ? {} : { cluster }),
  };
}

/** The memory of which fields were ours: the objects of the release that is deployed. */
export async function previousOf(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  memory: Memory,
): Promise<ReadonlyMap<string, WithSealed>> {
  const number = environment.status?.release;
  if (number === undefined) return new Map();
  if (memory.previous?.release === number) return memory.previous.objects;
  const placed = await releasedObjects(options, client, environment, number);
  const objects = objectsOf(placed.filter((one) => !isHook(one)));
  memory.previous = { release: number, objects };
  return objects;
}

/** The release whose hooks run when an app, or all of an environment, is deleted. */
export interface Leaving {
  /** Undefined: it never was deployed. */
  readonly release: number | undefined;
  /** Absent: all of them. */
  readonly app?: string;
  /** Undefined where nobody has looked. */
  readonly hadHooks: boolean | undefined;
}

/**
 * The hooks that a release has for the deletion of its apps: in the environment's own namespace, for it may have been forbidden any other
 * since, and outside of all as its fence allows now. None is left out in silence, it may be the backup of what is deleted.
 * @throws ProblemError where one cannot be placed, and where the release is lost that had some
 */
export async function deletionHooks(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  { release, app, hadHooks }: Leaving,
): Promise<readonly Hook[]> {
  if (release === undefined) return [];
  const bundle = await bundleOf(options, environment, release);
  if (bundle === undefined && hadHooks === false) return [];
  if (bundle === undefined) throw new ProblemError(hooksLost(environment, release, app));
  // Alone: what else the release has may be of kinds that are not served any more.
  const manifests = bundle.manifests.filter(
    (one) => (app === undefined || one.app === app) && isDeletionHook(one.object),
  );
  const placement = placementOf(options, environment);
  const placed = unwrap(
    await desiredOf({ ...bundle, manifests }, placement, (gvk) => client.resourceFor(gvk)),
  );
  const hooks = placed.filter(isHook).filter(({ hook }) => isDeletion(hook.phase));
  const outside = hooks.filter(({ ref }) => ref.namespace === undefined);
  const fence = outside.length > 0 ? await fenceNow(options, environment) : undefined;
  const trespass =
    fence && outside.map((one) => trespassOf(one, one.resource, undefined, fence)).find(Boolean);
  if (trespass) throw new ProblemError(trespass);
  return hooks.filter(
    ({ ref }) => (ref.namespace ?? environment.spec.namespace) === environment.spec.namespace,
  );
}

function isDeletionHook(object: KubeObject): boolean {
  const marks = hookOf(object);
  return marks !== undefined && phasesOf(marks).some(isDeletion);
}

function hooksLost(environment: Environment, release: number, app: string | undefined): Problem {
  const what = app === undefined ? fullName(environment) : `app ${app}`;
  return {
    reason: 'HooksLost',
    message: `what release ${release} rendered to is lost, and with it the hooks that ${what} may have for its deletion; nothing is deleted without them`,
    remedy: `Restore the folder bundles/ of the data directory from a backup${
      app === undefined ? '' : `; or bring the app back for one delivery: then its hooks are known again`
    }`,
  };
}

/** What a release had rendered, hooks included; nothing where it is lost: no object is known to have been ours then, and conflicts are reported. */
async function releasedObjects(
  options: PassParts,
  client: KubeClient,
  environment: Environment,
  number: number,
): Promise<readonly Desired[]> {
  const bundle = await bundleOf(options, environment, number);
  if (bundle === undefined) return [];
  const placement = placementOf(options, environment);
  const desired = await desiredOf(bundle, placement, (gvk) => client.resourceFor(gvk));
  return desired.ok ? desired.value : [];
}

/** Undefined where the release, or what it rendered to, is lost. */
async function bundleOf(
  options: PassParts,
  environment: Environment,
  number: number,
): Promise<Bundle | undefined> {
  const key = { namespace: PILOTAGE_NAMESPACE, name: releaseName(environment, number) };
  const release = await options.home.get(RELEASES, key).catch(notFoundAsUndefined);
  if (release === undefined) return undefined;
  return options.bundles.read(release).catch((error: unknown) => {
    const { reason, message } = problemOf(error);
    if (reason !== 'BundleMissing') throw error;
    options.logger.warn({ release: release.metadata.name }, message);
    return undefined;
  });
}

export const objectsOf = (desired: readonly Desired[]): ReadonlyMap<string, WithSealed> =>
  new Map(
    desired.map(({ ref, object, sealed, ignore }) => [
      refKey(ref),
      { object: withoutIgnored(object, ignore), ...(sealed ? { sealed } : {}) },
    ]),
  );
