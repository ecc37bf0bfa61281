/** The node: the process that pods depend on neither for their life nor for their logs. */
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { closeInheritedFiles } from '../base/inheritedfiles.ts';
import { createLogger, silentLogger } from '../base/log.ts';
import { stderrSink } from '../base/logsink.ts';
import { processStartTime } from '../base/process.ts';
import { readState, writeState } from '../base/statefile.ts';
import { handleUncaught } from '../base/uncaught.ts';
import type { AgentOptions, Surroundings } from '../cli/context.ts';
import { remoteClient } from '../kube/remote/remote.ts';
import { type AgentConfig, type AgentFile, agentConfigPath, agentFilePath } from '../model/agentfile.ts';
import { lockSlice, serviceCidrOf, sliceInUse } from '../model/instance.ts';
import { createNode, openImageStore, stopAllPods } from '../orchestrator/node.ts';
import type { StopPodsOptions } from '../supervise/takedown.ts';

/** Runs the agent of a data directory until SIGTERM; its pods go on. */
export async function runAgent(options: AgentOptions, surroundings: Surroundings): Promise<number> {
  // The daemon's store among them, which pods would inherit in turn.
  closeInheritedFiles();
  const { dataDir } = options;
  const logger = createLogger(options.logLevel, stderrSink());
  const uncaught = handleUncaught(process, systemClock, logger);
  // Pods run as users of their own and read the files made for them; private files set their own mode.
  process.umask(0o022);
  const config = await readState<AgentConfig>(agentConfigPath(dataDir));
  if (!config)
    throw new Error(`${agentConfigPath(dataDir)} is missing: the agent is started by \`pilotage up\``);
  if (!(await lockSlice(config.podCidr, 'agent'))) throw sliceInUse(config.podCidr);
  const pidStartTime = processStartTime(process.pid) ?? '';
  const self: AgentFile = { pid: process.pid, pidStartTime, build: surroundings.build };
  await writeState(agentFilePath(dataDir), self);

  const client = remoteClient({
    kubeconfig: { path: config.kubeconfig },
    clock: systemClock,
    logger,
    userAgent: 'pilotage-agent',
  });
  const node = createNode({
    client,
    nodeName: config.nodeName,
    dir: join(dataDir, 'agent'),
    podCidr: config.podCidr,
    serviceCidr: serviceCidrOf(config.podCidr),
    build: surroundings.build,
    hostIP: '127.0.0.1',
    imageStoreDir: join(dataDir, 'images'),
    link: config.link,
    confinement: config.confinement,
    engineSockets: config.engineSockets,
    ...(config.ingress ? { ingress: config.ingress } : {}),
    hostEnvironment: surroundings.hostEnvironment,
    clock: systemClock,
    logger,
  });
  const shutdown = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  // The terminal of `up` is not ours: the agent outlives it.
  process.on('SIGHUP', () => {});
  await node.start();
  uncaught.started();
  logger.info({ node: config.nodeName, pid: process.pid }, 'agent runs');
  await shutdown;
  await node.stop();
  client.close();
  return 0;
}

/** Ends everything that runs of the pods recorded below a data directory. Its agent must not run. */
export const stopPods = (dataDir: string, options: StopPodsOptions = {}): Promise<void> =>
  stopAllPods(join(dataDir, 'agent'), options);

const imagesOf = (dataDir: string) =>
  openImageStore(join(dataDir, 'images'), { clock: systemClock, logger: silentLogger });

export const importImage = async (dataDir: string, reference: string, directory: string): Promise<string> =>
  (await imagesOf(dataDir).importDirectory(reference, directory)).digest;

export const listImages = (dataDir: string): Promise<readonly { reference: string; digest: string }[]> =>
  imagesOf(dataDir).list();
