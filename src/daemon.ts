/** The control plane: builds the parts, starts them, stops them in reverse. Only this file and agent.ts compose. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from './base/clock.ts';
import { buildNetworkOf, type Confinement, reachOf, summaryOf } from './base/confinement.ts';
import { openCrashGuard } from './base/crashguard.ts';
import { watchDisk } from './base/diskroom.ts';
import { formatProblem, type Problem, problemOf } from './base/errors.ts';
import { outliveRefusedWrites } from './base/lastresort.ts';
import { createLifetime, type Lifetime } from './base/lifetime.ts';
import { createLogger, type Logger } from './base/log.ts';
import { stderrSink } from './base/logsink.ts';
import { leaveSoon, livenessOf, processStartTime } from './base/process.ts';
import { scheduleWork } from './base/schedule.ts';
import { endWhenStalled } from './base/stall.ts';
import { writeState } from './base/statefile.ts';
import { listenForStop } from './base/told.ts';
import { surviveUncaught } from './base/uncaught.ts';
import { superviseAgent } from './cli/agentprocess.ts';
import { announce } from './cli/announce.ts';
import type { CliContext, Surroundings, UpOptions } from './cli/context.ts';
import { vanishAfter } from './cli/ephemeral.ts';
import { createGitHost } from './git/host.ts';
import type { Repository } from './git/types.ts';
import { openContexts } from './kube/contexts.ts';
import type { AgentConfig } from './model/agentfile.ts';
import { TO_RESTORE } from './model/backup.ts';
import { authority, type DaemonFile, daemonFilePath } from './model/daemonfile.ts';
import { makeDataDir, openWay } from './model/datadir.ts';
import {
  type Instance,
  nodePortsOf,
  openInstance,
  portToUse,
  readPorts,
  sliceInUse,
  writePorts,
} from './model/instance.ts';
import { createProgressHub } from './model/progresshub.ts';
import { openReleaseKey } from './model/releasekey.ts';
import { openToken } from './model/token.ts';
import { createServedControlPlane, type ServedControlPlane } from './orchestrator/controlplane.ts';
import { decideConfinement, openBuildNetworks, openImageStore, probeMachine } from './orchestrator/node.ts';
import { createPromotionActions } from './promotion/actions.ts';
import { createPromotionController } from './promotion/controller.ts';
import { permit } from './promotion/permit.ts';
import type { PromoteOptions } from './promotion/promote.ts';
import { createRenderPool } from './render/pool.ts';
import type { Actions } from './server/actions.ts';
import { principalOf } from './server/auth.ts';
import { listenToPush, targetsOf } from './server/pushreport.ts';
import { createFace, type Face } from './server/server.ts';
import { createSyncActions } from './sync/actions.ts';
import { refuseRewrite } from './sync/branchpolicy.ts';
import { keepHouse } from './sync/housekeeping.ts';
import { createImageBuilder } from './sync/images.ts';
import { createObserver } from './sync/observer.ts';
import { allowedRegistries } from './sync/registries.ts';
import { createRemotes, pushToRemote } from './sync/remotes.ts';
import { createSync } from './sync/sync.ts';

/** A push is told of its rollout for so long; the rollout itself has a deadline of its own. */
const PUSH_REPORT_MS = 5 * 60_000;
/** Every night, not on the full hour. */
const HOUSEKEEPING = '17 3 * * *';

/** Runs the control plane of a data directory until it is told to stop; resolves with the exit code. */
export async function runDaemon(options: UpOptions, context: CliContext): Promise<number> {
  const logger = createLogger(options.logLevel, stderrSink());
  outliveRefusedWrites(logger);
  // First, because a start can be what never ends.
  endWhenStalled();
  const { ownerPid } = options;
  const told = listenForStop({
    source: process,
    clock: systemClock,
    ...(ownerPid === undefined ? {} : { ownerLives: livenessOf(ownerPid) }),
  });
  const run = async (): Promise<void> => {
    await makeDataDir(options.dataDir);
    const daemon = await startDaemon(options, context.surroundings, logger);
    // Only now: what fails while it starts must end it, or nobody is told.
    surviveUncaught(process, systemClock, logger);
    announce(options, context, daemon.file, daemon.confinement);
    logger.info({ reason: await told.first }, 'stopping');
    await daemon.stop(told.second);
  };
  await (options.ephemeral ? vanishAfter(run, options.dataDir, context, told.second) : run());
  leaveSoon(logger);
  return 0;
}

interface Daemon {
  readonly file: DaemonFile;
  readonly confinement: Confinement;
  stop(hurry: AbortSignal): Promise<void>;
}

async function startDaemon(options: UpOptions, surroundings: Surroundings, logger: Logger): Promise<Daemon> {
  const { dataDir } = options;
  const parts = createLifetime({ clock: systemClock, logger });
  try {
    const { ephemeral } = options;
    const { instance, release } = await openInstance({ dataDir, hostname: hostname(), ephemeral });
    if (release) parts.add('hold on the addresses', release);
    const confining = confinementOf(options, surroundings, instance, logger);
    const controlPlane = await createServedControlPlane({
      dataDir,
      restoreFrom: join(dataDir, TO_RESTORE),
      acceptLoss: options.acceptLoss,
      clock: systemClock,
      logger,
      serviceCidr: instance.serviceCidr,
      nodePorts: nodePortsOf(instance.podCidr),
    });
    parts.add('control plane', () => controlPlane.stop());
    // Only now: that this very data directory has a daemon already is the better reason, and the control plane's to give.
    if (!release) throw sliceInUse(instance.podCidr);
    const token = await openToken(dataDir);
    const kept = await readPorts(dataDir);
    const apiPort = portToUse({ port: options.api.port, given: options.apiGiven }, kept?.api);
    const api = await controlPlane.listen(options.api.host, apiPort);
    const apiUrl = `https://${authority(options.api.host, api.port)}`;
    await controlPlane.start();

    const { kubeconfigs } = options;
    const confinement = await confining;
    const face = await startDelivery({
      dataDir,
      surroundings,
      kubeconfigs,
      httpNames: options.httpNames,
      confinement,
      logger,
      instance,
      controlPlane,
      token,
      parts,
    });
    const httpPort = portToUse({ port: options.http.port, given: options.httpGiven }, kept?.http);
    const http = await face.listen(options.http.host, httpPort);
    parts.add('HTTP face', () => face.close());
    await writePorts(dataDir, { http, api: api.port });

    const kubeconfig = join(dataDir, 'kubeconfig');
    controlPlane.writeKubeconfig(kubeconfig, apiUrl, 'admin');
    const config = agentConfig(dataDir, instance, confinement, controlPlane, apiUrl);
    const agent = await superviseAgent({ dataDir, surroundings, config, clock: systemClock, logger });
    parts.add('supervisor of the agent', () => agent.end());
    const { pid: agentPid } = await agent.begin();
    const base = authority(options.http.host, http);
    const file: DaemonFile = {
      http: `http://${base}`,
      api: apiUrl,
      git: `http://${base}/git`,
      kubeconfig,
      pid: process.pid,
      pidStartTime: processStartTime(process.pid) ?? '',
      agentPid,
      token,
    };
    await writeState(daemonFilePath(dataDir), file);
    return { file, confinement, stop: parts.end };
  } catch (error) {
    await parts.end();
    throw error;
  }
}

/** Found out while the control plane starts: it takes three short programs. */
async function confinementOf(
  { dataDir, kubeconfigs }: UpOptions,
  { hostEnvironment: { HOME = '/', PATH = '' } }: Surroundings,
  { podCidr }: Instance,
  logger: Logger,
): Promise<Confinement> {
  const facts = await probeMachine({ dataDir, home: HOME, path: PATH, credentials: kubeconfigs });
  const confinement = decideConfinement(facts, Number(podCidr.split('.')[1]));
  await openWay(dataDir, confinement);
  const { reason, message } = summaryOf(confinement);
  logger[confinement.type === 'none' ? 'warn' : 'info']({ reason }, message);
  const network = buildNetworkOf(confinement).type;
  logger[network === 'own' ? 'info' : 'warn']({ network }, `builds ${reachOf(confinement)}`);
  return confinement;
}

interface DeliveryParts {
  readonly dataDir: string;
  readonly surroundings: Surroundings;
  readonly kubeconfigs: readonly string[];
  readonly httpNames: readonly string[];
  readonly confinement: Confinement;
  readonly logger: Logger;
  readonly instance: Instance;
  readonly controlPlane: ServedControlPlane;
  readonly token: string;
  /** Told how each part ends. */
  readonly parts: Lifetime;
}

/** Git, render, sync, promotion and the HTTP face, wired to the home cluster. */
async function startDelivery({
  dataDir,
  surroundings,
  kubeconfigs,
  httpNames,
  confinement,
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
  const room = await watchDisk({ dir: dataDir, clock });
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
  const pool = createRenderPool({ clock });
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
    mayDeploy: (environment, revision) => permit({ home, repository, clock }, environment, revision),
  });
  const promotion: PromoteOptions = {
    home,
    clock,
    logger,
    repository,
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
    actions: actionsOf(
      createSyncActions({ ...source, home, sync, repository, clock }),
      promotion,
      clock,
      () => room.lack('builds'),
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
  const housekeeping = { name: 'housekeeping', cron: HOUSEKEEPING, logger };
  parts.add(
    'housekeeping',
    scheduleWork({ ...housekeeping, work: () => keepHouse({ home, images, clock, logger }) }),
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
  clock: typeof systemClock,
  lacksRoom: () => Problem | undefined,
): Actions {
  const promotions = createPromotionActions(promotion, clock);
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
      const { gates, problems } = await promotions.standing(await sync.find(name));
      return { ...report, reasons: [...report.reasons, ...problems, ...(lack ? [lack] : [])], gates };
    },
  };
}

/** What the daemon tells the agent: who it is, and how it reaches the API, as an agent on another machine would. */
function agentConfig(
  dataDir: string,
  { nodeName, podCidr }: Instance,
  confinement: Confinement,
  controlPlane: ServedControlPlane,
  url: string,
): AgentConfig {
  const kubeconfig = join(dataDir, 'agent', 'kubeconfig');
  const tls = controlPlane.writeKubeconfig(kubeconfig, url, { node: nodeName });
  return { nodeName, podCidr, confinement, kubeconfig, link: { url, tls } };
}
