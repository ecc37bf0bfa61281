/** The daemon: control plane, delivery and agent, started in order and stopped in reverse. */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { buildNetworkOf, type Confinement, reachOf, summaryOf } from '../base/confinement.ts';
import { createDiskWatch } from '../base/diskroom.ts';
import { boundGarbage } from '../base/heap.ts';
import { createLifetime } from '../base/lifetime.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { stderrSink } from '../base/logsink.ts';
import { leaveSoon, livenessOf, processStartTime } from '../base/process.ts';
import { endWhenStalled } from '../base/stall.ts';
import { writeState } from '../base/statefile.ts';
import { listenForStop } from '../base/told.ts';
import { handleUncaught } from '../base/uncaught.ts';
import type { CliContext, Surroundings, UpOptions } from '../cli/context.ts';
import { announce } from '../cli/output/announce.ts';
import type { AgentConfig } from '../model/agentfile.ts';
import { TO_RESTORE } from '../model/backup.ts';
import { authority, type DaemonFile, daemonFilePath } from '../model/daemonfile.ts';
import { makeDataDir, openWay } from '../model/datadir.ts';
import {
  type Instance,
  nodePortsOf,
  openInstance,
  portToUse,
  readPorts,
  sliceInUse,
  writePorts,
} from '../model/instance.ts';
import { openToken } from '../model/token.ts';
import { createServedControlPlane, type ServedControlPlane } from '../orchestrator/controlplane.ts';
import { decideConfinement, probeMachine } from '../orchestrator/node.ts';
import { superviseAgent } from '../supervise/agentprocess.ts';
import { runEphemeral } from '../supervise/ephemeral.ts';
import { startDelivery } from './delivery.ts';

/** Runs the control plane of a data directory until it is told to stop; resolves with the exit code. */
export async function runDaemon(options: UpOptions, context: CliContext): Promise<number> {
  const logger = createLogger(options.logLevel, stderrSink());
  const uncaught = handleUncaught(process, systemClock, logger);
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
    uncaught.started();
    boundGarbage({ clock: systemClock });
    announce(options, context, daemon.file, daemon.confinement);
    logger.info({ reason: await told.first }, 'stopping');
    await daemon.stop(told.second);
  };
  await (options.ephemeral
    ? runEphemeral(run, {
        dataDir: options.dataDir,
        program: context.surroundings,
        clock: context.clock,
        stopPods: context.stopPods,
        hurry: told.second,
      })
    : run());
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
    // The store's folder may lie on another disk than the rest: one watcher looks at both.
    const disks = createDiskWatch({ clock: systemClock });
    const confining = confinementOf(options, surroundings, instance, logger);
    const controlPlane = await createServedControlPlane({
      dataDir,
      restoreFrom: join(dataDir, TO_RESTORE),
      acceptLoss: options.acceptLoss,
      disks,
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
      disks,
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
    const agent = await superviseAgent({
      dataDir,
      program: surroundings,
      config,
      clock: systemClock,
      logger,
    });
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
