/** The built-in cluster as the home: its control plane runs in this process, its node is an agent on this machine. */
import { existsSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { authority } from '../base/authority.ts';
import type { Clock } from '../base/clock.ts';
import type { DiskWatch } from '../base/diskspace.ts';
import type { Lifetime } from '../base/lifetime.ts';
import type { Logger } from '../base/log.ts';
import { packTree } from '../base/treearchive.ts';
import type { Strategy } from '../kube/kinds/podspec/schedulers.ts';
import { advancedClient } from '../model/advancedclient.ts';
import type { AgentConfig } from '../model/agentfile.ts';
import { TO_RESTORE } from '../model/backup.ts';
import { type Instance, nodePortsOf, type OpenedInstance, sliceInUse } from '../model/instance.ts';
import { openImageStore } from '../orchestrator/node.ts';
import {
  createServedControlPlane,
  type ImageSource,
  type ServedControlPlane,
} from '../orchestrator/servedcontrolplane.ts';
import type { Audit } from './audit.ts';
import { namesOf } from './certificates.ts';
import type { Home, Machine } from './home.ts';

export interface BuiltinHomeOptions extends OpenedInstance {
  readonly dataDir: string;
  /** Address of the Kubernetes API; port 0 takes a free one. */
  readonly api: { readonly host: string; readonly port: number };
  /** Names by which this machine is known, lower case. */
  readonly names: readonly string[];
  readonly acceptLoss: boolean;
  readonly oidcFile: string | undefined;
  readonly admissionFile: string | undefined;
  readonly scheduling: Strategy | undefined;
  readonly audit: Audit;
  readonly disks: DiskWatch;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Learns how the control plane ends. */
  readonly parts: Lifetime;
}

/** Rejects with ProblemError when the data directory is in use or damaged, or the addresses are. */
export async function startBuiltinHome(options: BuiltinHomeOptions): Promise<Home> {
  const { dataDir, api, instance, release, parts } = options;
  const controlPlane = await createServedControlPlane({
    dataDir,
    restoreFrom: join(dataDir, TO_RESTORE),
    acceptLoss: options.acceptLoss,
    ...(options.oidcFile === undefined ? {} : { oidcFile: options.oidcFile }),
    ...(options.admissionFile === undefined ? {} : { admissionFile: options.admissionFile }),
    ...(options.scheduling === undefined ? {} : { scheduling: options.scheduling }),
    audit: { policy: options.audit.policy, sink: options.audit.log },
    disks: options.disks,
    clock: options.clock,
    logger: options.logger,
    serviceCidr: instance.serviceCidr,
    images: imagesIn(join(dataDir, 'images'), options),
    names: namesOf(api.host, options.names, networkInterfaces()),
    nodePorts: nodePortsOf(instance.podCidr),
  });
  parts.add('control plane', () => controlPlane.stop());
  // Only now: that this data directory has a daemon already is the better reason, and the control plane's to give.
  if (!release) throw sliceInUse(instance.podCidr);
  const { port } = await controlPlane.listen(api.host, api.port);
  await controlPlane.start();
  const url = `https://${authority(api.host, port)}`;
  const kubeconfig = join(dataDir, 'kubeconfig');
  controlPlane.writeKubeconfig(kubeconfig, url, 'admin');
  return {
    client: advancedClient(controlPlane.workerClient('system:pilotage:sync')),
    promotionClient: advancedClient(controlPlane.workerClient('system:pilotage:promotion')),
    identityClient: controlPlane.workerClient('system:pilotage:identity'),
    decide: async (user, attributes) => controlPlane.api.authorize(user, attributes),
    admitTokens: controlPlane.admitTokens,
    ca: controlPlane.pki.ca,
    serveAs: controlPlane.serveAs,
    url,
    kubeconfig,
    apiPort: port,
    backup: controlPlane.snapshot,
    nodeConfig: (machine) => nodeConfig(dataDir, instance, machine, controlPlane, url),
  };
}

function nodeConfig(
  dataDir: string,
  { nodeName, podCidr }: Instance,
  machine: Machine,
  controlPlane: ServedControlPlane,
  url: string,
): AgentConfig {
  const kubeconfig = join(dataDir, 'agent', 'kubeconfig');
  const tls = controlPlane.writeKubeconfig(kubeconfig, url, { node: nodeName });
  return { nodeName, podCidr, ...machine, kubeconfig, link: { url, tls } };
}

/** For nodes on other machines. */
function imagesIn(dir: string, { clock, logger }: Pick<BuiltinHomeOptions, 'clock' | 'logger'>): ImageSource {
  const store = openImageStore(dir, { clock, logger });
  return {
    digestOf(reference) {
      const found = store.resolve(reference);
      return found.type === 'directory' ? found.digest : undefined;
    },
    contentOf: (digest) => {
      const path = store.directoryOf(digest);
      return existsSync(path) ? packTree(path) : undefined;
    },
  };
}
