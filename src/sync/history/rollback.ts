import { failed, ok, type Result } from '../../base/errors.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { ENVIRONMENTS, type Environment, PILOTAGE_NAMESPACE, type Release } from '../../model/types.ts';
import { pin } from '../state/pin.ts';
import { listReleases } from './releases.ts';

/** The release to go back to: the asked one, else the newest good one before the current whose objects differ. Pure. */
function rollbackTarget(
  releases: readonly Release[],
  current: number | undefined,
  asked: number | undefined,
): Result<Release> {
  const known = releases.map(({ spec }) => spec.number).join(', ') || 'none';
  if (asked !== undefined) {
    const found = releases.find(({ spec }) => spec.number === asked);
    return found
      ? ok(found)
      : failed({
          reason: 'ReleaseNotFound',
          message: `there is no release ${asked}`,
          remedy: `Releases that are kept: ${known}.`,
        });
  }
  const now = releases.find(({ spec }) => spec.number === current);
  const before = releases.find(
    ({ spec, status }) =>
      (current === undefined || spec.number < current) &&
      spec.digest !== now?.spec.digest &&
      (status?.result === 'Healthy' || status?.result === 'Applied'),
  );
  return before
    ? ok(before)
    : failed({
        reason: 'NothingToRollBackTo',
        message: 'no earlier release was rolled out with other objects than the current one',
        remedy: `Releases that are kept: ${known}.`,
      });
}

/** Rolls an environment back by pinning it to an older release; its stored manifests are applied, so git is not needed. */
export async function rollback(
  home: KubeClient,
  name: string,
  options: { readonly number?: number; readonly by?: string; readonly now: number },
): Promise<Result<{ readonly environment: Environment; readonly release: Release }>> {
  const environment = await home.get(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE, name });
  const { delivery, environment: short } = environment.spec;
  const releases = await listReleases(home, delivery, short);
  const target = rollbackTarget(releases, environment.status?.release, options.number);
  if (!target.ok) return target;
  const { revision, number } = target.value.spec;
  const reason = `rollback to release ${number}`;
  const pinned = await pin(
    home,
    name,
    { revision, reason, release: number, ...(options.by ? { by: options.by } : {}) },
    options.now,
  );
  return ok({ environment: pinned, release: target.value });
}
