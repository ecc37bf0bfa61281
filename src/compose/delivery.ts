/** Delivery: git, render, sync, promotion and the HTTP face, wired to the home cluster. */
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { buildNetworkOf, type Confinement } from '../base/confinement.ts';
import { openCrashGuard } from '../base/crashguard.ts';
import type { DiskWatch } from '../base/diskroom.ts';
import { formatProblem, type Problem, problemOf } from '../base/errors.ts';
import type { Lifetime } from '../base/lifetime.ts';
import type { Logger } from '../base/log.ts';
import { scheduleWork } from '../base/schedule.ts';
import type { Surroundings } from '../cli/context.ts';
import { createGitHost } from '../git/host/host.ts';
import type { Repository } from '../git/types.ts';
import { openContexts } from '../kube/remote/contexts.ts';
import type { Instance } from '../model/instance.ts';
import { createProgressHub } from '../model/progresshub.ts';
import { openReleaseKey } from '../model/releasekey.ts';
import type { ServedControlPlane } from '../orchestrator/controlplane.ts';
import { openBuildNetworks, openImageStore } from '../orchestrator/node.ts';
import { createPromotionActions } from '../promotion/actions.ts';
import { createPromotionController } from '../promotion/controller.ts';
import type { PromoteOptions } from '../promotion/options.ts';
import { permit } from '../promotion/permit/permit.ts';
import { createPromotionCache } from '../promotion/record/cache.ts';
import { createRenderPool } from '../render/pool.ts';
import { machine, poolSize } from '../render/poolsize.ts';
import type { Actions } from '../server/actions.ts';
import { principalOf } from '../server/auth.ts';
import { listenToPush, targetsOf } from '../server/pushreport.ts';
import { createFace, type Face } from '../server/server.ts';
import { createSyncActions } from '../sync/actions.ts';
import { collectImages } from '../sync/history/imagegc.ts';
import { createObserver } from '../sync/intake/branchobserver.ts';
import { refuseRewrite } from '../sync/intake/branchpolicy.ts';
import { createRemotes, pushToRemote } from '../sync/intake/remotes.ts';
import { createImageBuilder } from '../sync/source/images.ts';
import { allowedRegistries } from '../sync/source/registries.ts';
import { createSync } from '../sync/sync.ts';

/** A push is told of its rollout for so long; the rollout itself has a deadline of its own. */
const PUSH_REPORT_MS = 5 * 60_000;
/** Every night, not on the full hour. */
const HOUSEKEEPING = '17 3 * * *';

interface DeliveryParts {
  readonly dataDir: string;
  readonly surroundings: Surroundings;
  readonly kubeconfigs: readonly string[];
  readonly httpNames: readonly string[];
  readonly confinement: Confinement;
  readonly disks: DiskWatch;
  readonly logger: Logger;
  readonly instance: Instance;
  readonly controlPlane: ServedControlPlane;
  readonly token: string;
  /** Told how each part ends. */
  readonly parts: Lifetime;
}

export async function startDelivery({
  dataDir,
  surroundings,
  kubeconfigs,
  httpNames,
  confinement,
  disks,
  logger,
  instance,
  controlPlane,
  token,
  parts,
}: DeliveryParts): Promise<Face> {
  const clock = systemClock;
  const home = controlPlane.client();
  const progress = createProgressHub();
  const lifetime = new AbortController();
  const room = await disks.add(dataDir);
  parts.add('watch of the disk', () => room.stop());
  const images = openImageStore(join(dataDir, 'images'), {
    clock,
    logger,
    confinement,
    lacksRoom: () => room.lack('builds'),
    userHome: surroundings.hostEnvironment.HOME ?? '/',
    ...(buildNetworkOf(confinement).type === 'own'
      ? { networks: openBuildNetworks({ env: surroundings.buildEnvironment, clock, logger }) }
      : {}),
  });
  const pool = createRenderPool({ clock, size: poolSize(machine()) });
  const contexts = openContexts({ kubeconfig: { paths: kubeconfigs }, clock, logger });

  const remotes = createRemotes({
    home,
    root: join(dataDir, 'mirrors'),
    clock,
    logger,
    random: Math.random,
    onBranches: async (name, branches, defaultBranch) => {
      await observer.observed(name, branches, defaultBranch);
    },
  });
  const repository = async (name: string): Promise<Repository | undefined> =>
    (await remotes.repository(name)) ?? (await host.repository(name));
  const crashes = await openCrashGuard(join(dataDir, 'inhand.json'), clock, logger);
  const observer = createObserver({
    crashes,
    home,
    clock,
    logger,
    list: () => host.list(),
    hosted: (name) => host.repository(name),
    record: (...observed) => sync.observed(...observed),
  });
  const host = createGitHost({
    root: join(dataDir, 'git'),
    clock,
    logger,
    lacksRoom: () => room.lack('writes'),
    // A bearer of the token has no name of its own; git sends one.
    authorize: ({ headers, url = '' }) => {
      const principal = principalOf(headers.authorization, token);
      // git asks before it sends: by the time that the commits are here, whatever renders them has loaded.
      if (principal !== undefined && url.includes('git-receive-pack')) pool.warm();
      return principal === '' ? 'git' : principal;
    },
    policy: (name, ref, { descends }) =>
      descends || ref.to === null ? undefined : refuseRewrite(home, name, ref.branch),
    async onPush(name, refs, report, signal) {
      const listener = listenToPush({
        source: progress,
        records: sync.records,
        clock,
        delivery: name,
        report,
        signal,
        timeoutMs: PUSH_REPORT_MS,
      });
      const observed = await observer
        .observe(name)
        .catch((error: unknown) => formatProblem(problemOf(error)));
      if (typeof observed === 'string') report(`error: ${observed}\nit is pushed, and tried again by itself`);
      const targets = typeof observed === 'string' ? [] : targetsOf(observed, refs);
      if (typeof observed !== 'string' && targets.length === 0 && !listener.hasTold())
        report(`${refs.map(({ branch }) => branch).join(', ')}: no environment of ${name} changes`);
      await listener.until(targets);
    },
  });
  const promotions = createPromotionCache({ home, clock, logger });
  const sync = createSync({
    crashes,
    releaseKey: await openReleaseKey(dataDir),
    home,
    clusterFor: async (context) => contexts.client(context),
    instanceUid: instance.uid,
    repository,
    render: (request) => pool.render(request),
    buildImages: createImageBuilder(
      repository,
      (name) => allowedRegistries(home, name),
      (request) => images.build({ ...request, env: surroundings.buildEnvironment }),
    ),
    clock,
    logger,
    progress,
    mayDeploy: (environment, revision) =>
      permit({ home, repository, clock, promotions }, environment, revision),
  });
  const promotion: PromoteOptions = {
    home,
    clock,
    logger,
    repository,
    promotions,
    author: { name: 'Pilotage', email: 'pilotage@localhost' },
    rehearse: async ({ spec }, revision) => {
      const plan = await sync.plan(spec.delivery, spec.environment, { revision });
      return plan.ok ? [] : plan.problems;
    },
    async publish(name, branch, oid, expected) {
      if (await remotes.remote(name)) return pushToRemote(remotes, name, branch, oid, expected);
      const hosted = await host.repository(name);
      if (!hosted || !(await hosted.moveBranch(branch, oid, expected))) return 'rejected';
      // The branch has moved whatever becomes of the record, which is tried again.
      await observer.observe(name).catch(() => []);
      return 'pushed';
    },
  };
  const promoter = createPromotionController(promotion);
  const source = {
    failureOf: observer.failureOf,
    readBranches: async (name: string) => {
      if (await remotes.remote(name)) await remotes.poke(name);
      else await observer.observe(name);
    },
  };
  const face = createFace({
    actions: actionsOf(createSyncActions({ ...source, home, sync, repository, clock }), promotion, () =>
      room.lack('builds'),
    ),
    progress,
    git: (request, response) => host.handle(request, response),
    backup: () => controlPlane.snapshot(),
    token,
    clock,
    names: httpNames,
    logger,
  });

  parts.add('git host', () => host.close());
  parts.add('clusters', () => contexts.close());
  parts.add('sync', () => sync.stop());
  parts.add('promotion', () => promoter.stop());
  // Before the two that may wait for a rendering.
  parts.add('rendering', () => pool.close());
  // Told to all at once, so that what one part waits for from another has been given up before it is waited for.
  parts.add('delivery', () => lifetime.abort(new Error('the daemon stops')));
  await sync.start(lifetime.signal);
  await remotes.start(lifetime.signal);
  promoter.start(lifetime.signal);
  const housekeeping = { name: 'housekeeping', cron: HOUSEKEEPING, clock, logger };
  parts.add(
    'housekeeping',
    scheduleWork({ ...housekeeping, work: () => collectImages({ home, images, clock, logger }) }),
  );
  // A push that became durable just before a crash may not have been observed: the branches say what is wanted.
  await observer.start(lifetime.signal);
  // Whoever has just started it pushes next, and the first rendering would wait for its process.
  pool.warm();
  return face;
}

function actionsOf(
  sync: ReturnType<typeof createSyncActions>,
  promotion: PromoteOptions,
  lacksRoom: () => Problem | undefined,
): Actions {
  const promotions = createPromotionActions(promotion);
  return {
    ...sync,
    async status() {
      const lack = lacksRoom();
      return { ...(lack ? { problems: [lack] } : {}), ...(await sync.status()) };
    },
    promote: async (name, request) => promotions.promote(await sync.find(name), request),
    approve: async (name, request) => promotions.approve(await sync.find(name), request),
    backport: async (name, request) => promotions.backport(await sync.find(name), request),
    async why(name) {
      const report = await sync.why(name);
      const lack = lacksRoom();
      const { gates, problems } = await promotions.gatesTo(await sync.find(name));
      return { ...report, reasons: [...report.reasons, ...problems, ...(lack ? [lack] : [])], gates };
    },
  };
}
