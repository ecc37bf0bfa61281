/** The node: the process that pods depend on neither for their life nor for their logs. */
import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';
import { addressOf } from '../base/authority.ts';
import { systemClock } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import { holdSockets } from '../base/heldsockets.ts';
import { closeInheritedFiles } from '../base/inheritedfiles.ts';
import { createLogger, type Logger, silentLogger } from '../base/log.ts';
import { stderrSink } from '../base/logsink.ts';
import { isSameProcess, processStartTime } from '../base/process.ts';
import { readState, writeState } from '../base/statefile.ts';
import { handleUncaught } from '../base/uncaught.ts';
import type { AgentOptions, Surroundings } from '../cli/context.ts';
import { remoteClient } from '../kube/remote/remote.ts';
import {
  type AgentConfig,
  type AgentFile,
  agentConfigPath,
  agentFilePath,
  readAgentFile,
  socketsFilePath,
} from '../model/agentfile.ts';
import { instancePath, lockSlice, serviceCidrOf, sliceInUse } from '../model/instance.ts';
import {
  createNode,
  keepRenewed,
  openEngineImages,
  openImageStore,
  stopAllPods,
} from '../orchestrator/node.ts';
import type { StopPodsOptions } from '../supervise/takedown.ts';
import { joinCluster, keepCredentials } from './join.ts';

/** Runs the agent of a data directory until SIGTERM; its pods go on. */
export async function runAgent(options: AgentOptions, surroundings: Surroundings): Promise<number> {
  // The daemon's store among them, which pods would inherit in turn.
  closeInheritedFiles();
  const { dataDir } = options;
  const logger = createLogger(options.logLevel, stderrSink());
  const uncaught = handleUncaught(process, systemClock, logger);
  // Pods run as users of their own and read the files made for them; private files set their own mode.
  process.umask(0o022);
  const config = await configOf(options, surroundings, logger);
  if (!(await lockSlice(config.podCidr, 'agent'))) throw sliceInUse(config.podCidr);
  const pidStartTime = processStartTime(process.pid) ?? '';
  const self: AgentFile = { pid: process.pid, pidStartTime, build: surroundings.build };
  await writeState(agentFilePath(dataDir), self);
  // Whoever starts an agent that has joined knows nothing of what holds its sockets.
  const sockets = config.joined
    ? undefined
    : holdSockets({ file: socketsFilePath(dataDir), clock: systemClock, logger });

  const client = remoteClient({
    kubeconfig: { path: config.kubeconfig },
    clock: systemClock,
    logger,
    userAgent: 'pilotage-agent',
  });
  const link = { url: config.link.url, tls: config.link.tls };
  const node = createNode({
    client,
    nodeName: config.nodeName,
    dir: join(dataDir, 'agent'),
    podCidr: config.podCidr,
    serviceCidr: config.serviceCidr ?? serviceCidrOf(config.podCidr),
    build: surroundings.build,
    hostIP: config.hostIP ?? '127.0.0.1',
    imageStoreDir: join(dataDir, 'images'),
    link,
    confinement: config.confinement,
    engineSockets: config.engineSockets,
    isFirst: config.joined === undefined,
    isBesideFirst: config.joined?.isBeside === true,
    ...(config.joined ? { api: addressOf(config.joined.server) } : {}),
    ...(config.ingress ? { ingress: config.ingress } : {}),
    hostEnvironment: surroundings.hostEnvironment,
    ...(sockets ? { listening: sockets } : {}),
    clock: systemClock,
    logger,
  });
  const shutdown = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  // The terminal of `up` is not ours: the agent outlives it.
  process.on('SIGHUP', () => {});
  await node.start();
  sockets?.settle();
  uncaught.started();
  logger.info({ node: config.nodeName, pid: process.pid }, 'agent runs');
  const ending = new AbortController();
  // The certificate of a node that `up` has started is the daemon's to renew.
  const renewing = config.joined
    ? keepRenewed(
        {
          client,
          nodeName: config.nodeName,
          cert: link.tls.cert,
          onRenewed: async (credentials) => {
            link.tls = (await keepCredentials(dataDir, config, credentials)).link.tls;
          },
          clock: systemClock,
          logger,
          random: Math.random,
        },
        ending.signal,
      )
    : undefined;
  await shutdown;
  ending.abort();
  sockets?.stop();
  await Promise.all([node.stop(), renewing]);
  client.close();
  return 0;
}

/** What the agent starts from: what `up` or an earlier start has written, else what joining gives. */
async function configOf(
  { dataDir, join: asked }: AgentOptions,
  surroundings: Surroundings,
  logger: Logger,
): Promise<AgentConfig> {
  const config = await readState<AgentConfig>(agentConfigPath(dataDir));
  const isOwn = async () => (await readState(instancePath(dataDir))) !== undefined;
  if (asked && ((config && !config.joined) || (await isOwn())))
    throw new ProblemError(ownControlPlane(dataDir));
  if (config?.joined) await assertAlone(dataDir, config);
  if (asked && config?.joined && config.joined.server !== asked.server)
    throw new ProblemError(joinedElsewhere(dataDir, config));
  if (config && (!asked || !hasExpired(config))) {
    if (asked) logger.info({ node: config.nodeName }, 'this node has joined before: the token is not needed');
    if (config.joined && hasExpired(config)) throw new ProblemError(expired(config));
    return config;
  }
  if (!asked) throw new ProblemError(notJoined(dataDir));
  return joinCluster(asked, { dataDir, surroundings, clock: systemClock, logger });
}

const hasExpired = ({ link }: AgentConfig): boolean =>
  Date.parse(new X509Certificate(link.tls.cert).validTo) < systemClock.now();

async function assertAlone(dataDir: string, { nodeName }: AgentConfig): Promise<void> {
  const running = await readAgentFile(dataDir);
  if (!running || running.pid === process.pid || !isSameProcess(running.pid, running.pidStartTime)) return;
  throw new ProblemError({
    reason: 'AgentRuns',
    message: `The agent of the node ${nodeName} runs already on ${dataDir} (pid ${running.pid}).`,
    remedy:
      'For a second node on this machine choose another directory and another name: --data-dir DIR --node-name NAME.',
  });
}

const ownControlPlane = (dataDir: string) => ({
  reason: 'Misuse',
  message: `${dataDir} is the data directory of a Pilotage with a cluster of its own, whose node this machine is already.`,
  remedy: 'Choose another directory for the node that joins: --data-dir DIR.',
});

const joinedElsewhere = (dataDir: string, { joined, nodeName }: AgentConfig) => ({
  reason: 'Misuse',
  message: `The node ${nodeName} of ${dataDir} has joined the cluster at ${joined?.server}.`,
  remedy: `To leave it: pilotage down --data-dir ${dataDir}, kubectl delete node ${nodeName} there, then remove the directory; or choose another one: --data-dir DIR.`,
});

const expired = ({ nodeName, joined }: AgentConfig) => ({
  reason: 'CertificateExpired',
  message: `The certificate of the node ${nodeName} has expired: it was away for too long to renew it.`,
  remedy: `Where the control plane is: kubectl delete node ${nodeName}, then pilotage node token. Join again with what that prints: pilotage agent --server ${joined?.server} --token …`,
});

const notJoined = (dataDir: string) => ({
  reason: 'NotJoined',
  message: `${dataDir} is no node of any cluster yet.`,
  remedy:
    'Run what `pilotage node token` prints where the control plane is: pilotage agent --server URL --token …',
});

/** Ends everything that runs of the pods recorded below a data directory. Its agent must not run. */
export const stopPods = (dataDir: string, options: StopPodsOptions = {}): Promise<void> =>
  stopAllPods(join(dataDir, 'agent'), options);

const imagesOf = (dataDir: string) =>
  openImageStore(join(dataDir, 'images'), { clock: systemClock, logger: silentLogger });

export const importImage = async (dataDir: string, reference: string, directory: string): Promise<string> =>
  (await imagesOf(dataDir).importDirectory(reference, directory)).digest;

export const listImages = (dataDir: string): Promise<readonly { reference: string; digest: string }[]> =>
  imagesOf(dataDir).list();

export const engineImages = (sockets: readonly string[]) => openEngineImages({ sockets, clock: systemClock });
