/** A machine becomes a node of a cluster whose control plane it was not started by: with a bootstrap token, and from then on with a certificate of its own. */
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { addressOf } from '../base/authority.ts';
import type { Clock } from '../base/clock.ts';
import { ProblemError } from '../base/errors.ts';
import type { Logger } from '../base/log.ts';
import { writeState } from '../base/statefile.ts';
import type { JoinOptions, Surroundings } from '../cli/context.ts';
import { parseBootstrapToken } from '../kube/client/bootstraptoken.ts';
import type { KubeClient } from '../kube/client/client.ts';
import { kubeconfigText, writeKubeconfig } from '../kube/remote/kubeconfigfile.ts';
import { remoteClient } from '../kube/remote/remote.ts';
import { isStatus } from '../kube/values/status.ts';
import { type AgentConfig, agentConfigPath } from '../model/agentfile.ts';
import { makeDataDir } from '../model/datadir.ts';
import { isUnused, nodeNameOf, unusedSlice } from '../model/instance.ts';
import {
  enrol,
  meetServer,
  type NodeCredentials,
  obtainCertificate,
  serviceRange,
} from '../orchestrator/node.ts';
import { confine } from './confinement.ts';

export interface JoinParts {
  readonly dataDir: string;
  readonly surroundings: Pick<Surroundings, 'hostEnvironment' | 'engineSockets' | 'kubeconfigs'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Writes what the agent of this data directory starts from. @throws ProblemError: nothing is written then but the Node, which another try finds */
export async function joinCluster(options: JoinOptions, parts: JoinParts): Promise<AgentConfig> {
  const { dataDir, surroundings, clock, logger } = parts;
  const { token, trust } = options;
  const url = options.server;
  const bootstrap = parseBootstrapToken(token);
  if (!bootstrap) throw new ProblemError(notAToken(token));
  const nodeName = options.nodeName ?? nodeNameOf(hostname());
  await makeDataDir(dataDir);
  const ca = await meetServer(url, trust, () => clock.now());
  const clientWith = (text: string): KubeClient & { close(): void } =>
    remoteClient({ kubeconfig: { text }, clock, logger, userAgent: 'pilotage-agent' });
  const named = { name: 'pilotage', server: url, ca };

  const bearer = clientWith(kubeconfigText({ ...named, token }));
  const credentials = await obtainCertificate({ client: bearer, nodeName, clock })
    .catch((error: unknown) => {
      throw isStatus(error, 'Unauthorized') ? new ProblemError(refused(bootstrap.id, url)) : error;
    })
    .finally(() => bearer.close());
  const client = clientWith(kubeconfigText({ ...named, client: credentials }));
  try {
    const podCidr = await enrol({
      client,
      nodeName,
      labels: options.labels,
      freeRange: unusedSlice,
      isFree: isUnused,
    });
    const services = await serviceRange(client);
    const way = await wayTo(url);
    const { hostEnvironment, kubeconfigs, engineSockets } = surroundings;
    const confinement = await confine({
      dataDir,
      credentials: kubeconfigs,
      hostEnvironment,
      podCidr,
      logger,
    });
    const config: AgentConfig = {
      nodeName,
      podCidr,
      ...(services === undefined ? {} : { serviceCidr: services }),
      hostIP: options.nodeIP ?? way.address,
      confinement,
      engineSockets: options.engineSockets ?? engineSockets,
      joined: { server: url, isBeside: way.isLocal },
      kubeconfig: join(dataDir, 'agent', 'kubeconfig'),
      link: { url, tls: { ca, ...credentials } },
    };
    await keep(dataDir, config);
    logger.info({ node: nodeName, server: url, podCidr }, 'joined the cluster');
    return config;
  } finally {
    client.close();
  }
}

/** The kubeconfig follows from the configuration, and is written first: without the latter, nothing has joined. */
async function keep(dataDir: string, config: AgentConfig): Promise<void> {
  await mkdir(join(dataDir, 'agent'), { recursive: true, mode: 0o700 });
  const { url, tls } = config.link;
  writeKubeconfig(config.kubeconfig, { name: 'pilotage', server: url, ca: tls.ca, client: tls });
  await writeState(agentConfigPath(dataDir), config);
}

/** From now on the node has these. */
export async function keepCredentials(
  dataDir: string,
  config: AgentConfig,
  { cert, key }: NodeCredentials,
): Promise<AgentConfig> {
  const renewed = { ...config, link: { ...config.link, tls: { ...config.link.tls, cert, key } } };
  await keep(dataDir, renewed);
  return renewed;
}

/** The address of this machine on the way to the API server: other nodes are there too, more often than not. */
function wayTo(url: string): Promise<{ readonly address: string; readonly isLocal: boolean }> {
  return new Promise((resolve, reject) => {
    const socket = connect(addressOf(url), () => {
      const { localAddress: address = '127.0.0.1', remoteAddress } = socket;
      socket.destroy();
      // Who connects to an address of its own machine comes from that very address.
      resolve({ address, isLocal: address === remoteAddress });
    });
    socket.once('error', reject);
  });
}

const notAToken = (token: string) => ({
  reason: 'BadRequest',
  message: `--token: "${token}" is not a token like abcdef.0123456789abcdef.`,
  remedy: 'Make one where the control plane is: pilotage node token.',
});

const refused = (id: string, url: string) => ({
  reason: 'TokenRefused',
  message: `The API server at ${url} does not take the token ${id}.…: it has expired, was deleted, or is another cluster's.`,
  remedy: 'Make a new one where the control plane is: pilotage node token.',
});
