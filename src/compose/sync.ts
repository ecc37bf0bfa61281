/** Sync with all that it is handed, and the observer that records what branches say. */
import { join } from 'node:path';
import { openBlobStore } from '../base/blobs.ts';
import type { Clock } from '../base/clock.ts';
import { openCrashGuard } from '../base/crashguard.ts';
import type { Logger } from '../base/log.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Contexts } from '../kube/remote/contexts.ts';
import type { ProgressSink } from '../model/progress.ts';
import { openReleaseKey } from '../model/releasekey.ts';
import type { PromotionCache, PromotionSources } from '../promotion/options.ts';
import { permit } from '../promotion/permit/permit.ts';
import { permitSigned } from '../promotion/permit/signed.ts';
import type { RenderPool } from '../render/pool/pool.ts';
import { collectBundles } from '../sync/history/bundlegc.ts';
import { basePolicy } from '../sync/intake/basepolicy.ts';
import { createObserver, type Observer } from '../sync/intake/branchobserver.ts';
import { type AgeKeys, createAgeKeys } from '../sync/source/agekeys.ts';
import { createBaseFetcher } from '../sync/source/bases.ts';
import { buildSecretReader } from '../sync/source/buildsecrets.ts';
import { createGpg } from '../sync/source/gpg.ts';
import { createImageBuilder } from '../sync/source/images.ts';
import { createPgpKeys } from '../sync/source/pgpkeys.ts';
import { allowedRegistries } from '../sync/source/registries.ts';
import { createSync, type Sync } from '../sync/sync.ts';
import type { Audit } from './audit.ts';
import { composeCharts } from './charts.ts';
import type { ContainerImages, Images } from './images.ts';
import type { Repositories } from './repositories.ts';
import { unsignedRecorder } from './signatureaudit.ts';
import type { Signatures } from './signatures.ts';

export interface SyncParts {
  readonly dataDir: string;
  readonly home: KubeClient;
  /** Other clusters, by contexts of the kubeconfig. */
  readonly contexts: Contexts;
  readonly instanceUid: string;
  readonly repositories: Repositories;
  readonly images: Images;
  readonly containerImages: ContainerImages;
  /** No node of the home has the engine that builds images. */
  readonly isHomeElsewhere: boolean;
  readonly buildEnvironment: Readonly<Record<string, string>>;
  readonly pool: RenderPool;
  readonly progress: ProgressSink;
  readonly promotions: PromotionCache;
  readonly groups: NonNullable<PromotionSources['groups']>;
  readonly signatures: Signatures;
  readonly audit: Audit;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface Synced {
  readonly sync: Sync;
  readonly observer: Observer;
  /** What files of deliveries are sealed for. */
  readonly ageKeys: AgeKeys;
  /** Removes what releases rendered to once no release refers to it. */
  readonly collectBundles: () => Promise<void>;
}

export async function composeSync(parts: SyncParts): Promise<Synced> {
  const { dataDir, home, contexts, repositories, images, pool, clock, logger } = parts;
  const { hosted, find: repository } = repositories;
  const crashes = await openCrashGuard(join(dataDir, 'inhand.json'), clock, logger);
  const blobs = openBlobStore(join(dataDir, 'bundles'));
  const ageKeys = createAgeKeys(home);
  const tell = unsignedRecorder(parts.audit.log, clock);
  const pgpKeys = createPgpKeys(home, createGpg({ path: parts.buildEnvironment.PATH ?? '' }), clock);
  const sync = createSync({
    blobs,
    crashes,
    releaseKey: await openReleaseKey(dataDir),
    home,
    clusterFor: async (context) => contexts.client(context),
    instanceUid: parts.instanceUid,
    repository,
    render: async (request) =>
      pool.render({
        ...request,
        // A branch that anybody may push opens nothing that was sealed for an environment.
        identities: request.preview
          ? await ageKeys.identitiesNamed(request.delivery, request.preview.secrets)
          : await ageKeys.identities(request.delivery),
        dataKeys: request.preview ? {} : await pgpKeys.dataKeys(request.delivery, request),
      }),
    buildImages: createImageBuilder({
      repository,
      registriesOf: (name) => allowedRegistries(home, name),
      build: (request) => images.build({ ...request, env: parts.buildEnvironment }),
      containers: {
        build: (request) => parts.containerImages.build(request),
        readSecret: buildSecretReader(home),
      },
    }),
    fetchBases: createBaseFetcher({
      root: join(dataDir, 'bases'),
      policyOf: (delivery) => basePolicy(home, delivery),
    }),
    fetchChart: composeCharts(join(dataDir, 'charts'), home),
    isHomeElsewhere: parts.isHomeElsewhere,
    clock,
    logger,
    progress: parts.progress,
    verifies: async (environment, revision) =>
      permitSigned(
        parts.signatures,
        await repository(environment.spec.delivery),
        environment,
        revision,
        tell,
      ),
    mayDeploy: (environment, revision) =>
      permit(
        {
          ...{ home, repository, clock, promotions: parts.promotions },
          ...{ releases: sync.releasesOf, groups: parts.groups },
        },
        environment,
        revision,
      ),
  });
  const observer = createObserver({
    crashes,
    home,
    clock,
    logger,
    list: () => hosted.list(),
    hosted: (name) => hosted.find(name),
    record: sync.observed,
  });
  const bundleCollection = () => collectBundles({ home, blobs, clock, logger });
  return { sync, observer, ageKeys, collectBundles: bundleCollection };
}
