/** The daemon: home cluster, delivery and agent, started in order and stopped in reverse. */
import { hostname } from 'node:os';
import { authority, reachable } from '../base/authority.ts';
import { systemClock } from '../base/clock.ts';
import type { Confinement } from '../base/confinement.ts';
import { createDiskWatch } from '../base/diskspace.ts';
import { boundGarbage } from '../base/heap.ts';
import { createLifetime, type Lifetime } from '../base/lifetime.ts';
import { createLogger, type Logger } from '../base/log.ts';
import { stderrSink } from '../base/logsink.ts';
import { leaveSoon, livenessOf, processStartTime } from '../base/process.ts';
import { listenForShutdown } from '../base/shutdown.ts';
import { endWhenStalled } from '../base/stall.ts';
import { writeState } from '../base/statefile.ts';
import { handleUncaught } from '../base/uncaught.ts';
import type { CliContext, Surroundings, UpOptions } from '../cli/context.ts';
import { announce } from '../cli/output/announce.ts';
import { readSignInFile } from '../identity/signinfile.ts';
import type { IngressConfig } from '../model/agentfile.ts';
import { type DaemonFile, daemonFilePath } from '../model/daemonfile.ts';
import { makeDataDir } from '../model/datadir.ts';
import { homeOf } from '../model/homefile.ts';
import type { BootstrapCode } from '../model/identityfaces.ts';
import { openInstance, type Ports, portToUse, readPorts, writePorts } from '../model/instance.ts';
import { openToken } from '../model/token.ts';
import { type AgentProcessOptions, superviseAgent } from '../supervise/agentprocess.ts';
import { runEphemeral } from '../supervise/ephemeral.ts';
import { openAudit } from './audit.ts';
import { type Certificates, openCertificates } from './certificates.ts';
import { confine } from './confinement.ts';
import { startDelivery } from './delivery.ts';
import type { Home } from './home.ts';
import { startBuiltinHome } from './home-builtin.ts';
import { openRemoteHome } from './home-remote.ts';
import { chooseIngress } from './ingress.ts';
import { publicAddress } from './publicaddress.ts';

/** Runs the control plane of a data directory until a shutdown signal; resolves with the exit code. */
export async function runDaemon(options: UpOptions, context: CliContext): Promise<number> {
  const logger = createLogger(options.logLevel, stderrSink());
  const uncaught = handleUncaught(process, systemClock, logger);
  // First, because the start itself may hang.
  endWhenStalled();
  const { ownerPid } = options;
  const shutdown = listenForShutdown({
    source: process,
    clock: systemClock,
    ...(ownerPid === undefined ? {} : { ownerLives: livenessOf(ownerPid) }),
  });
  const run = async (): Promise<void> => {
    await makeDataDir(options.dataDir);
    const daemon = await startDaemon(options, context.surroundings, logger);
    uncaught.started();
    boundGarbage({ clock: systemClock });
    // Whoever has the code is the administrator, and what is no terminal may be read by others later.
    const isRead = options.output === 'text' && context.stdout.isTTY === true && !options.ephemeral;
    const bootstrap = isRead ? await daemon.firstBootstrap() : undefined;
    announce(options, context, { ...daemon, bootstrap });
    logger.info({ reason: await shutdown.requested }, 'stopping');
    await daemon.stop(shutdown.hurry);
  };
  const { surroundings: program, clock, stopPods } = context;
  const ending = { dataDir: options.dataDir, program, clock, stopPods, hurry: shutdown.hurry };
  await (options.ephemeral ? runEphemeral(run, ending) : run());
  leaveSoon(logger);
  return 0;
}

interface Daemon {
  readonly file: DaemonFile;
  readonly confinement: Confinement;
  firstBootstrap(): Promise<BootstrapCode | undefined>;
  stop(hurry: AbortSignal): Promise<void>;
}

/** What failed to start leaves nothing running. */
async function startDaemon(options: UpOptions, surroundings: Surroundings, logger: Logger): Promise<Daemon> {
  const parts = createLifetime({ clock: systemClock, logger });
  try {
    return { ...(await startParts(options, surroundings, logger, parts)), stop: parts.end };
  } catch (error) {
    await parts.end();
    throw error;
  }
}

async function startParts(
  options: UpOptions,
  surroundings: Surroundings,
  logger: Logger,
  parts: Lifetime,
): Promise<Omit<Daemon, 'stop'>> {
  const { dataDir, kubeconfigs, ephemeral, http, httpNames } = options;
  const common = { dataDir, clock: systemClock, logger };
  const choice = await homeOf(dataDir, options.home);
  const opened = await openInstance({ dataDir, hostname: hostname(), ephemeral });
  const { uid: instanceUid, podCidr } = opened.instance;
  if (opened.release) parts.add('lock of the addresses', opened.release);
  const { hostEnvironment } = surroundings;
  // Meanwhile: its programs take as long as the control plane does.
  const confining = confine({ dataDir, credentials: kubeconfigs, hostEnvironment, podCidr, logger });
  // Its failure is reported where it is awaited.
  confining.catch(() => {});
  // The store's folder may lie on another disk than the rest: one watcher looks at both.
  const disks = createDiskWatch({ clock: systemClock });
  const kept = await readPorts(dataDir);
  const { acceptLoss, oidcFile, admissionFile, scheduling, signInFile } = options;
  const signIn =
    signInFile === undefined ? undefined : { path: signInFile, options: readSignInFile(signInFile) };
  // Before all that writes to it, so that it ends after them.
  const audit = openAudit({ ...common, policyFile: options.auditPolicyFile, parts });
  const home =
    choice.type === 'remote'
      ? await openRemoteHome({
          ...common,
          ...opened,
          kubeconfigs,
          context: choice.context,
          asked: options,
          parts,
        })
      : await startBuiltinHome({
          ...common,
          ...opened,
          api: apiAddress(options, kept),
          names: httpNames,
          acceptLoss,
          oidcFile,
          admissionFile,
          scheduling,
          audit,
          disks,
          parts,
        });

  const [confinement, token] = [await confining, await openToken(dataDir)];
  const certificates = await openCertificates({ ...common, ...options });
  const names = [...httpNames, ...(certificates?.names ?? [])];
  const wanted = portToUse({ port: http.port, given: options.httpGiven }, kept?.http);
  const { callback } = signIn?.options.oidc ?? {};
  const address = publicAddress({
    ...{ host: http.host, port: wanted, names, isEncrypted: certificates !== undefined },
    ...(callback === undefined ? {} : { callback }),
  });
  const faced = { httpNames: names, certificates, signIn, publicAddress: address };
  const { engineSockets } = options;
  const delivering = {
    ...common,
    ...faced,
    ...{ surroundings, kubeconfigs, confinement, engineSockets, disks, audit, parts },
  };
  const { face, firstBootstrap } = await startDelivery({ ...delivering, home, instanceUid, token });
  const httpPort = await face.listen(http.host, wanted);
  parts.add('HTTP face', face.close);
  const ingress =
    home.nodeConfig && options.ingress
      ? await chooseIngress({ asked: options.ingress, kept: kept?.ingress, dataDir, clock: systemClock })
      : undefined;
  await writePorts(dataDir, portsOf(httpPort, home, ingress));
  const machine = { confinement, engineSockets, ...(ingress ? { ingress } : {}) };
  const config = home.nodeConfig?.(machine);
  const agentPid = config && (await startNode({ ...common, program: surroundings, config }, parts));
  const file = daemonFile(home, facedAt(http.host, httpPort, certificates), token, agentPid, ingress);
  await writeState(daemonFilePath(dataDir), file);
  return { file, confinement, firstBootstrap };
}

const portsOf = (http: number, { apiPort }: Home, ingress: IngressConfig | undefined): Ports => ({
  http,
  ...(apiPort === undefined ? {} : { api: apiPort }),
  ...(ingress ? { ingress: { http: ingress.http.port, https: ingress.https.port } } : {}),
});

const apiAddress = ({ api, apiGiven }: UpOptions, kept: Ports | undefined) => ({
  host: api.host,
  port: portToUse({ port: api.port, given: apiGiven }, kept?.api),
});

/** Adopts the agent that runs, or starts one; resolves with its pid. */
async function startNode(options: AgentProcessOptions, parts: Lifetime): Promise<number> {
  const agent = await superviseAgent(options);
  parts.add('supervisor of the agent', agent.end);
  return (await agent.begin()).pid;
}

/** Its URL, for people and for the commands of this machine. */
function facedAt(
  host: string,
  port: number,
  certificates: Certificates | undefined,
): Pick<DaemonFile, 'http' | 'tls'> {
  if (!certificates) return { http: `http://${authority(host, port)}` };
  const { name, ca, fingerprint, own } = certificates;
  const http = `https://${authority(name ?? host, port)}`;
  return { http, tls: { host: reachable(host), port, ca, fingerprint, own } };
}

const servedAt = ({ http, https }: IngressConfig) => ({
  http: `http://${authority(http.host, http.port)}`,
  https: `https://${authority(https.host, https.port)}`,
});

const daemonFile = (
  home: Home,
  face: Pick<DaemonFile, 'http' | 'tls'>,
  token: string,
  agentPid: number | undefined,
  ingress: IngressConfig | undefined,
): DaemonFile => ({
  ...face,
  api: home.url,
  ...(ingress ? { ingress: servedAt(ingress) } : {}),
  git: `${face.http}/git`,
  kubeconfig: home.kubeconfig,
  ...(home.context === undefined ? {} : { context: home.context }),
  pid: process.pid,
  pidStartTime: processStartTime(process.pid) ?? '',
  ...(agentPid === undefined ? {} : { agentPid }),
  token,
});
