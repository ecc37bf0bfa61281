import type { Repository } from '../../git/types.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { updateObject } from '../../kube/client/update.ts';
import { deepEqual } from '../../kube/values/equal.ts';
import { notFoundAsUndefined } from '../../kube/values/status.ts';
import { LABELS } from '../../model/annotations.ts';
import {
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
  RELEASES,
  type Release,
} from '../../model/types.ts';
import { type Needs, releaseCommit } from '../state/keptcommits.ts';
import type { ReleaseIndex } from './releaseindex.ts';

/** As many releases of an environment are kept as a Deployment keeps ReplicaSets, and some more. */
const KEPT = 20;

export const releaseName = (environment: Environment, number: number): string =>
  `${environment.metadata.name}.${number}`;

/** The history of an environment, newest first. */
export async function listReleases(
  home: KubeClient,
  delivery: string,
  environment: string,
): Promise<readonly Release[]> {
  const list = await home.list(RELEASES, {
    namespace: PILOTAGE_NAMESPACE,
    labelSelector: `${LABELS.delivery}=${delivery},${LABELS.environment}=${environment}`,
  });
  return [...list.items].sort((a, b) => b.spec.number - a.spec.number);
}

/** The release to go back to for a revision: the newest that was applied whole. */
export const releaseOf = (releases: readonly Release[], revision: string): Release | undefined =>
  releases.find(
    ({ spec, status }) =>
      spec.revision === revision && (status?.result === 'Applied' || status?.result === 'Healthy'),
  ) ?? releases.find(({ spec }) => spec.revision === revision);

export async function createRelease(
  home: KubeClient,
  environment: Environment,
  spec: Release['spec'],
): Promise<Release> {
  const { name = '', uid = '' } = environment.metadata;
  const release = {
    apiVersion: PILOTAGE_API_VERSION,
    kind: 'Release',
    metadata: {
      name: releaseName(environment, spec.number),
      namespace: PILOTAGE_NAMESPACE,
      labels: { [LABELS.delivery]: spec.delivery, [LABELS.environment]: spec.environment },
      ownerReferences: [{ apiVersion: PILOTAGE_API_VERSION, kind: 'Environment', name, uid }],
    },
    spec,
  };
  return home.create<Release>(RELEASES, release, {
    namespace: PILOTAGE_NAMESPACE,
    fieldManager: 'pilotage-sync',
  });
}

/** Until the rollout has come to something, it is being applied since the release was created. */
export const releaseStatus = ({ status, metadata }: Release): NonNullable<Release['status']> => ({
  result: 'Applying',
  ...(metadata.creationTimestamp ? { startedAt: metadata.creationTimestamp } : {}),
  ...status,
});

/** Merges into the status of a release. Nothing is written when nothing changes; a release that is gone stays gone. */
export async function changeRelease(
  home: KubeClient,
  release: Release,
  change: Partial<NonNullable<Release['status']>>,
): Promise<Release> {
  const merged = (current: Release) => ({ ...releaseStatus(current), ...change });
  const stored = await updateObject<Release>({
    client: home,
    resource: RELEASES,
    key: { namespace: PILOTAGE_NAMESPACE, name: release.metadata.name ?? '' },
    known: release,
    change(current) {
      const status = merged(current);
      return deepEqual(status, current.status) ? undefined : { ...current, status };
    },
    subresource: 'status',
    fieldManager: 'pilotage-sync',
  }).catch(notFoundAsUndefined);
  return stored ?? { ...release, status: merged(release) };
}

/** Earlier versions kept the commit of each release by itself. */
const formerKeepName = ({ spec }: Release): string => `releases/${spec.environment}/${spec.number}`;

/** Deletes what is older than the last 20, but never a release that is deployed or pinned. */
export async function trimReleases(
  options: Needs & { readonly home: KubeClient; readonly releases: ReleaseIndex },
  repository: Repository | undefined,
  environment: Environment,
): Promise<void> {
  for (const release of options.releases.of(environment.spec).slice(KEPT)) {
    const { delivery, number, revision } = release.spec;
    if (number === environment.status?.release || revision === environment.spec.pin?.revision) continue;
    await options.home
      .delete(RELEASES, { namespace: PILOTAGE_NAMESPACE, name: release.metadata.name ?? '' })
      .catch(notFoundAsUndefined);
    await repository?.unkeep(formerKeepName(release));
    await releaseCommit(options, repository, delivery, revision);
  }
}
