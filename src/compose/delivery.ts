/** Delivery on a home cluster: git, render, sync, promotion and the HTTP face, built, started, and ended in reverse. */
import type { Clock } from '../base/clock.ts';
import type { Confinement } from '../base/confinement.ts';
import type { DiskWatch } from '../base/diskspace.ts';
import type { Lifetime } from '../base/lifetime.ts';
import type { Logger } from '../base/log.ts';
import { scheduleWork } from '../base/schedule.ts';
import type { Surroundings } from '../cli/context.ts';
import { createPreviewForge } from '../forge/previews/controller.ts';
import { createReporter } from '../forge/report/reporter.ts';
import { groupSizes } from '../identity/groups.ts';
import { openContexts } from '../kube/remote/contexts.ts';
import { createProgressHub } from '../model/progresshub.ts';
import { createChecksController } from '../promotion/checks/controller.ts';
import { createPromotionController } from '../promotion/controller.ts';
import { createPromotionCache } from '../promotion/record/cache.ts';
import { createRenderPool } from '../render/pool/pool.ts';
import { machine, poolSize } from '../render/pool/poolsize.ts';
import type { Face } from '../server/server.ts';
import { logSink } from '../server/sinks/log.ts';
import { collectImages } from '../sync/history/imagegc.ts';
import type { Audit } from './audit.ts';
import type { Certificates } from './certificates.ts';
import { composeFace } from './face.ts';
import { composeForges } from './forges.ts';
import { composeGitHost } from './githost.ts';
import type { Home } from './home.ts';
import { composeIdentity, type Identity } from './identity.ts';
import { openContainerImages, openImages } from './images.ts';
import { composeMeasure } from './measure.ts';
import { composeNotifications } from './notify.ts';
import { composePromotion } from './promotion.ts';
import { openRepositories } from './repositories.ts';
import { composeSignatures } from './signatures.ts';
import type { SignInFile } from './signin.ts';
import { composeSync } from './sync.ts';

/** Every night, not on the full hour. */
const GARBAGE_COLLECTION = '17 3 * * *';

export interface DeliveryOptions {
  readonly dataDir: string;
  readonly surroundings: Surroundings;
  readonly kubeconfigs: readonly string[];
  readonly httpNames: readonly string[];
  readonly certificates: Certificates | undefined;
  readonly confinement: Confinement;
  /** Where an engine that builds images may answer. */
  readonly engineSockets: readonly string[];
  readonly disks: DiskWatch;
  readonly home: Home;
  readonly audit: Audit;
  readonly signIn: SignInFile | undefined;
  /** Where people elsewhere open the face, where that is known. */
  readonly publicAddress: string | undefined;
  readonly instanceUid: string;
  readonly token: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Learns how each part ends. */
  readonly parts: Lifetime;
}

export interface Delivery extends Pick<Identity, 'firstBootstrap'> {
  readonly face: Face;
}

/** Resolves once sync and promotion run and the hosted branches are recorded; the face does not listen yet. */
export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { dataDir, surroundings, confinement, token, audit, clock, logger, parts } = options;
  const { buildEnvironment } = surroundings;
  const home = options.home.client;
  const common = { clock, logger };

  const room = await options.disks.add(dataDir);
  parts.add('watch of the disk', room.stop);
  const progress = createProgressHub({ firstId: clock.now() * 1000 });
  progress.subscribe(logSink(logger));
  const images = openImages({ ...common, dataDir, surroundings, confinement, room });
  const pool = createRenderPool({ clock, size: poolSize(machine()) });
  const contexts = openContexts({ ...common, kubeconfig: { paths: options.kubeconfigs } });
  const signatures = composeSignatures({ home, path: buildEnvironment.PATH ?? '', clock });
  const repositories = openRepositories({ ...common, home, dataDir, surroundings, sign: signatures.sign });
  const { instanceUid, engineSockets } = options;
  const containerImages = openContainerImages({
    ...common,
    dataDir,
    engineSockets,
    owner: instanceUid,
    room,
  });
  const promotions = createPromotionCache({ ...common, home: options.home.promotionClient });
  const isWhole = options.signIn === undefined;
  const groups = async () => ({ sizes: await groupSizes(options.home.identityClient), isWhole });
  const delivering = {
    ...common,
    dataDir,
    home,
    contexts,
    instanceUid,
    repositories,
    signatures,
    audit,
    images,
    containerImages,
    isHomeElsewhere: options.home.nodeConfig === undefined,
  };
  const synced = await composeSync({ ...delivering, buildEnvironment, pool, progress, promotions, groups });
  const { watched } = synced.sync;
  const { hosted, remotes } = repositories;
  const identity = await composeIdentity({
    ...common,
    dataDir,
    home: options.home,
    signIn: options.signIn,
    token,
    parts,
  });
  const gitHost = composeGitHost({
    ...common,
    ...synced,
    ...{ hosted, home, room, pool, progress, audit, promotions, signatures },
    identity: options.home.identityClient,
    access: identity.access,
    authenticate: identity.authenticate,
  });
  const forge = composeForges(home, clock);
  const promotion = composePromotion({
    ...common,
    ...synced,
    forge,
    home: options.home.promotionClient,
    deliveryHome: home,
    repositories,
    signatures,
    promotions,
    groups,
  });
  const promoter = createPromotionController({ ...promotion, watched });
  const measurer = composeMeasure({
    ...common,
    ...{ home, watched, contexts, repository: repositories.find, releasesOf: synced.sync.releasesOf },
  });
  const checks = createChecksController({ ...common, home, watched, forge });
  const previewForge = createPreviewForge({ ...common, home, watched, forges: forge });
  const reporter = createReporter({ ...common, home, watched, forge, face: options.publicAddress });
  const notifications = composeNotifications(home, watched, common);
  const faced = { ...common, ...synced, home: options.home, repositories, promotion, gitHost, forge };
  const { httpNames: names, certificates } = options;
  const face = composeFace({
    ...faced,
    dataDir,
    signatures,
    channels: notifications.actions,
    room,
    progress,
    audit,
    identity,
    names,
    certificates,
    pullRequests: previewForge.pullRequestsChanged,
  });

  const lifetime = new AbortController();
  parts.add('repositories', () => hosted.close());
  parts.add('clusters', () => contexts.close());
  parts.add('sync', () => synced.sync.stop());
  parts.add('promotion', () => promoter.stop());
  parts.add('measurements', () => measurer.stop());
  parts.add('previews at forges', () => previewForge.stop());
  parts.add('checks of CI', () => checks.stop());
  parts.add('statuses at forges', () => reporter.stop());
  parts.add('notifications', () => notifications.stop());
  // Before the two that may wait for a rendering.
  parts.add('rendering', () => pool.close());
  // One signal for all, so that what one part awaits from another has been given up before that part is awaited.
  parts.add('delivery', () => lifetime.abort(new Error('the daemon stops')));
  await synced.sync.start(lifetime.signal);
  await identity.start(lifetime.signal);
  await remotes.start(lifetime.signal, synced.observer.observed);
  promoter.start(lifetime.signal);
  measurer.start(lifetime.signal);
  previewForge.start(lifetime.signal);
  reporter.start(lifetime.signal);
  checks.start(lifetime.signal);
  notifications.start(lifetime.signal);
  const collect = async () => {
    await collectImages({ ...common, home, stores: [images, containerImages] });
    await synced.collectBundles();
  };
  parts.add(
    'collection of what nothing needs',
    scheduleWork({ ...common, name: 'garbage collection', cron: GARBAGE_COLLECTION, work: collect }),
  );
  // A push that became durable just before a crash may not have been observed: the branches say what is wanted.
  await synced.observer.start(lifetime.signal);
  // The first push follows soon, and its rendering would wait for the process.
  pool.warm();
  return { face, firstBootstrap: identity.firstBootstrap };
}
