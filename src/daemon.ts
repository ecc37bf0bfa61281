/** The control plane: builds the parts, starts them, stops them in reverse. Only this file and agent.ts compose. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from './base/clock.ts';
import { errnoOf, formatProblem, type Problem, ProblemError, problemOf } from './base/errors.ts';
import { createLifetime, type Lifetime } from './base/lifetime.ts';
import { createLogger, type Logger } from './base/log.ts';
import { isSameProcess, leaveSoon, processStartTime } from './base/process.ts';
import { scheduleWork } from './base/schedule.ts';
import { readState, writeState } from './base/statefile.ts';
import { type Identity, supervise } from './base/supervise.ts';
import { listenForStop } from './base/told.ts';
import { startWatchdog } from './base/watchdog.ts';
import type { CliContext, Surroundings, UpOptions } from './cli/context.ts';
import { type TakeDownOptions, takeDown } from './cli/down.ts';
import { createGitHost } from './git/host.ts';
import { basicCredentials } from './git/host-http.ts';
import type { Repository } from './git/types.ts';
import type { KubeClient } from './kube/client.ts';
import { remoteClient } from './kube/remote.ts';
import { type AgentConfig, agentConfigPath, readAgentFile } from './model/agentfile.ts';
import { type DaemonFile, daemonFilePath } from './model/daemonfile.ts';
import { type Instance, openInstance, portToUse, readPorts, writePorts } from './model/instance.ts';
import { createProgressHub } from './model/progresshub.ts';
import { ENVIRONMENTS, PILOTAGE_NAMESPACE } from './model/types.ts';
import { createServedControlPlane, type ServedControlPlane } from './orchestrator/controlplane.ts';
import { openImageStore } from './orchestrator/node.ts';
import { createPromotionActions } from './promotion/actions.ts';
import { createPromotionController } from './promotion/controller.ts';
import type { PromoteOptions } from './promotion/promote.ts';
import { createRenderPool } from './render/pool.ts';
import type { Actions } from './server/actions.ts';
import { principalOf } from './server/auth.ts';
import { listenToPush } from './server/pushreport.ts';
import { createFace, type Face } from './server/server.ts';
import { createSyncActions } from './sync/actions.ts';
import { keepHouse } from './sync/housekeeping.ts';
import { createImageBuilder } from './sync/images.ts';
import { createRemotes, pushToRemote } from './sync/remotes.ts';
import { createSync } from './sync/sync.ts';

/** A push is told of its rollout for so long; the rollout itself has a deadline of its own. */
const PUSH_REPORT_MS = 5 * 60_000;
const AGENT_START_MS = 15_000;
/** Every night, not on the full hour. */
const HOUSEKEEPING = '17 3 * * *';

/** Runs the control plane of a data directory until it is told to stop; resolves with the exit code. */
export async function runDaemon(options: UpOptions, context: CliContext): Promise<number> {
  const logger = createLogger(options.logLevel, process.stderr);
  const { ownerPid } = options;
  const told = listenForStop({
    source: process,
    clock: systemClock,
    ...(ownerPid === undefined ? {} : { ownerLives: livenessOf(ownerPid) }),
  });
  await makeDataDir(options.dataDir);
  const run = async (): Promise<void> => {
    const daemon = await startDaemon(options, context.surroundings, logger);
    announce(options, context, daemon.file);
    logger.info({ reason: await told.first }, 'stopping');
    await daemon.stop(told.second);
  };
  await (options.ephemeral ? vanishAfter(run, options.dataDir, context, told.second) : run());
  leaveSoon(logger);
  return 0;
}

/** Whatever becomes of `run` or of this very process: what it started and its data directory go with it. */
async function vanishAfter(
  run: () => Promise<void>,
  dataDir: string,
  context: CliContext,
  hurry: AbortSignal,
): Promise<void> {
  await refuseUsed(dataDir);
  const { entry, hostEnvironment } = context.surroundings;
  const reaper = [entry.execPath, ...entry.args, 'reap', '--data-dir', dataDir];
  const callOff = startWatchdog(process.pid, reaper, hostEnvironment);
  try {
    await run();
  } finally {
    await reap(context, dataDir, { self: process.pid, hurry });
    callOff();
  }
}

interface Daemon {
  readonly file: DaemonFile;
  stop(hurry: AbortSignal): Promise<void>;
}

async function startDaemon(options: UpOptions, surroundings: Surroundings, logger: Logger): Promise<Daemon> {
  const { dataDir } = options;
  const parts = createLifetime({ clock: systemClock, logger });
  try {
    const instance = await openInstance(dataDir, hostname());
    const controlPlane = await createServedControlPlane({
      dataDir,
      clock: systemClock,
      logger,
      serviceCidr: instance.serviceCidr,
    });
    parts.add('control plane', () => controlPlane.stop());
    const token = await openToken(dataDir);
    const kept = await readPorts(dataDir);
    const apiPort = portToUse({ port: options.api.port, given: options.apiGiven }, kept?.api);
    const api = await controlPlane.listen(options.api.host, apiPort);
    const apiUrl = `https://${urlHost(options.api.host)}:${api.port}`;
    await controlPlane.start();

    const face = await startDelivery({ dataDir, surroundings, logger, instance, controlPlane, token, parts });
    const httpPort = portToUse({ port: options.http.port, given: options.httpGiven }, kept?.http);
    const http = await face.listen(options.http.host, httpPort);
    parts.add('HTTP face', () => face.close());
    await writePorts(dataDir, { http, api: api.port });

    const kubeconfig = join(dataDir, 'kubeconfig');
    controlPlane.writeKubeconfig(kubeconfig, apiUrl, 'admin');
    const agent = await superviseAgent({ dataDir, surroundings, logger, instance, controlPlane, apiUrl });
    parts.add('supervisor of the agent', () => agent.end());
    const base = `${urlHost(options.http.host)}:${http}`;
    const file: DaemonFile = {
      http: `http://${base}`,
      api: apiUrl,
      git: `http://git:${token}@${base}/git`,
      kubeconfig,
      pid: process.pid,
      pidStartTime: processStartTime(process.pid) ?? '',
      agentPid: agent.pid,
      token,
    };
    await writeState(daemonFilePath(dataDir), file);
    return { file, stop: parts.end };
  } catch (error) {
    await parts.end();
    throw error;
  }
}

interface DeliveryParts {
  readonly dataDir: string;
  readonly surroundings: Surroundings;
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
  const images = openImageStore(join(dataDir, 'images'), { clock, logger });
  const pool = createRenderPool({ clock });

  const remotes = createRemotes({
    home,
    root: join(dataDir, 'mirrors'),
    clock,
    logger,
    random: Math.random,
    onBranches: async (name, branches, defaultBranch) => {
      await sync.observed(name, branches, defaultBranch, 'poll');
    },
  });
  const repository = async (name: string): Promise<Repository | undefined> =>
    (await remotes.repository(name)) ?? (await host.repository(name));
  const observe = async (name: string) => {
    const hosted = await host.repository(name);
    return hosted ? sync.observed(name, await hosted.branches(), await hosted.defaultBranch(), 'push') : [];
  };
  const host = createGitHost({
    root: join(dataDir, 'git'),
    clock,
    logger,
    authorize: (request) => whoPushes(request, token),
    policy: (name, ref, { descends }) =>
      descends || ref.to === null ? undefined : refuseRewrite(home, name, ref.branch),
    async onPush(name, refs, report, signal) {
      const listener = listenToPush({
        source: progress,
        clock,
        delivery: name,
        report,
        signal,
        timeoutMs: PUSH_REPORT_MS,
      });
      const affected = await observe(name).catch((error: unknown) => {
        report(`error: ${formatProblem(problemOf(error))}`);
        return [];
      });
      if (affected.length === 0)
        report(`${refs.map(({ branch }) => branch).join(', ')}: no environment of ${name} changes`);
      const wanted = affected.filter(({ state }) => state === 'wanted');
      await listener.until(wanted.map(({ environment, revision = '' }) => ({ environment, revision })));
    },
  });
  const sync = createSync({
    home,
    clusterFor: clusters(surroundings.kubeconfig, logger),
    instanceUid: instance.uid,
    repository,
    render: (request) => pool.render(request),
    buildImages: createImageBuilder(repository, (request) =>
      images.build({ ...request, env: surroundings.buildEnvironment }),
    ),
    clock,
    logger,
    progress,
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
      await observe(name);
      return 'pushed';
    },
  };
  const promoter = createPromotionController(promotion);
  const face = createFace({
    actions: actionsOf(createSyncActions({ home, sync, repository, clock }), promotion, clock),
    progress,
    git: (request, response) => host.handle(request, response),
    token,
    logger,
  });

  parts.add('git host', () => host.close());
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
  for (const name of await host.list()) await observe(name);
  return face;
}

function actionsOf(
  sync: ReturnType<typeof createSyncActions>,
  promotion: PromoteOptions,
  clock: typeof systemClock,
): Actions {
  const promotions = createPromotionActions(promotion, clock);
  return {
    ...sync,
    promote: async (name, request) => promotions.promote(await sync.find(name), request),
    approve: async (name, request) => promotions.approve(await sync.find(name), request),
    why: async (name) => ({
      ...(await sync.why(name)),
      gates: await promotions.gates(await sync.find(name)),
    }),
  };
}

function whoPushes(request: IncomingMessage, token: string): string | undefined {
  return principalOf(request.headers.authorization, token) === undefined
    ? undefined
    : (basicCredentials(request)?.user ?? 'git');
}

/** Environment branches only grow: what was deployed from one must stay reachable from it. */
async function refuseRewrite(
  home: KubeClient,
  delivery: string,
  branch: string,
): Promise<Problem | undefined> {
  const { items } = await home.list(ENVIRONMENTS, { namespace: PILOTAGE_NAMESPACE });
  const environment = items.find(({ spec }) => spec.delivery === delivery && spec.branch === branch);
  if (!environment) return undefined;
  return {
    reason: 'RewriteRefused',
    message: `${branch} is the branch of ${delivery}/${environment.spec.environment} and may not be rewritten; git revert, or pilotage rollback`,
  };
}

/** A client for each kubeconfig context that an environment names, made once. */
function clusters(kubeconfig: string, logger: Logger): (context: string) => Promise<KubeClient> {
  const known = new Map<string, KubeClient>();
  return async (context) => {
    const client =
      known.get(context) ??
      remoteClient({ kubeconfig: { path: kubeconfig }, context, clock: systemClock, logger });
    known.set(context, client);
    return client;
  };
}

interface AgentParts extends Omit<DeliveryParts, 'token' | 'parts'> {
  readonly apiUrl: string;
}

/** Writes what the agent needs, adopts the one that runs or starts one, and keeps it running. */
async function superviseAgent({ dataDir, surroundings, logger, instance, controlPlane, apiUrl }: AgentParts) {
  const kubeconfig = join(dataDir, 'agent', 'kubeconfig');
  await mkdir(join(dataDir, 'agent'), { recursive: true });
  const tls = controlPlane.writeKubeconfig(kubeconfig, apiUrl, { node: instance.nodeName });
  const config: AgentConfig = {
    nodeName: instance.nodeName,
    podCidr: instance.podCidr,
    kubeconfig,
    link: { url: apiUrl, tls },
  };
  await writeState(agentConfigPath(dataDir), config);
  const supervisor = supervise({
    name: 'agent',
    find: () => readAgentFile(dataDir),
    start: () => startAgent(dataDir, surroundings),
    clock: systemClock,
    logger,
  });
  const { pid } = await supervisor.begin();
  return { pid, end: () => supervisor.end() };
}

/** Detached, in a session of its own and with a log of its own, so that nothing of ours takes it along. */
async function startAgent(dataDir: string, { entry, hostEnvironment }: Surroundings): Promise<Identity> {
  const log = openSync(join(dataDir, 'agent', 'agent.log'), 'a', 0o600);
  const child = spawn(entry.execPath, [...entry.args, 'agent', '--data-dir', dataDir], {
    detached: true,
    stdio: ['ignore', log, log],
    env: hostEnvironment,
    cwd: dataDir,
  });
  closeSync(log);
  child.unref();
  const deadline = systemClock.monotonic() + AGENT_START_MS;
  while (systemClock.monotonic() < deadline && child.exitCode === null) {
    const recorded = await readAgentFile(dataDir);
    if (recorded?.pid === child.pid && recorded) return recorded;
    await sleep(systemClock, 20);
  }
  throw new ProblemError({
    reason: 'AgentFailed',
    message: `The node agent did not start (exit code ${child.exitCode ?? 'none'}).`,
    remedy: `Its log says why: ${join(dataDir, 'agent', 'agent.log')}`,
  });
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new ProblemError(
      {
        reason: 'DataDirUnusable',
        message: `The data directory ${dataDir} cannot be made (${errnoOf(cause) ?? problemOf(cause).message}).`,
        remedy:
          'Give the user who runs Pilotage the right to write there, or choose another: --data-dir DIR.',
      },
      { cause },
    );
  }
}

/** The one token of the HTTP face and the git host, made at the first start. */
async function openToken(dataDir: string): Promise<string> {
  const path = join(dataDir, 'token.json');
  const known = await readState<{ token: string }>(path);
  if (known) return known.token;
  const token = randomBytes(20).toString('hex');
  await writeState(path, { token });
  return token;
}

const urlHost = (host: string): string =>
  host.includes(':') ? `[${host}]` : host === '0.0.0.0' ? '127.0.0.1' : host;

/** A process that can be asked whether it still lives, the very one that has this pid now. */
function livenessOf(pid: number): () => boolean {
  const startTime = processStartTime(pid);
  return () => startTime !== undefined && isSameProcess(pid, startTime);
}

/** An ephemeral data directory is removed at the end, so it must be one that holds nothing of anybody. */
async function refuseUsed(dataDir: string): Promise<void> {
  if ((await readdir(dataDir)).length === 0) return;
  throw new ProblemError({
    reason: 'DataDirNotEmpty',
    message: `${dataDir} is not empty, and an ephemeral Pilotage removes its data directory at the end.`,
    remedy: 'Leave --data-dir out to get a temporary one, or leave --ephemeral out to keep the data.',
  });
}

/** Ends everything that belongs to an ephemeral data directory, then removes it. Doing it twice does no harm. */
export async function reap(
  context: CliContext,
  dataDir: string,
  options: TakeDownOptions = {},
): Promise<void> {
  await takeDown(context, dataDir, options);
  await rm(dataDir, { recursive: true, force: true, maxRetries: 3 });
}

function announce(options: UpOptions, context: CliContext, file: DaemonFile): void {
  const { http, api, git, kubeconfig, pid, agentPid } = file;
  if (options.output === 'json') {
    context.stdout.write(`${JSON.stringify({ http, api, git, kubeconfig, pid, agentPid })}\n`);
    return;
  }
  const lines = [
    'Pilotage is up.',
    `  deliver   git push ${git}/NAME.git main`,
    '  look      pilotage status',
    `  kubectl   export KUBECONFIG=${kubeconfig}`,
    '  stop      Ctrl-C ends the control plane and leaves the pods running; `pilotage down` ends everything',
  ];
  context.stdout.write(`${lines.join('\n')}\n`);
}
