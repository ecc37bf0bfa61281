import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type RemoteClient, remoteClient } from '../../../src/kube/remote/remote.ts';
import type { AuditOptions } from '../../../src/orchestrator/api/http/audit.ts';
import type { ControlPlaneOptions } from '../../../src/orchestrator/controlplane.ts';
import {
  createServedControlPlane,
  type ServedControlPlane,
} from '../../../src/orchestrator/servedcontrolplane.ts';

export interface RunningServer {
  readonly controlPlane: ServedControlPlane;
  readonly port: number;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** Bearer token of the administrator. */
  readonly token: string;
  /** Path of a node's kubeconfig. */
  nodeKubeconfig(node: string): string;
  /** A client over HTTPS, by default the administrator's. */
  client(kubeconfig?: string): RemoteClient;
  close(): Promise<void>;
}

interface ServerOptions {
  /** All of them and the scheduler; `workers` names some. */
  readonly controllers?: boolean;
  readonly workers?: ControlPlaneOptions['workers'];
  readonly port?: number;
  readonly clock?: ControlPlaneOptions['clock'];
  readonly serviceCidr?: string;
  /** The file of static tokens; default: one that the server makes. */
  readonly tokens?: string;
  readonly audit?: AuditOptions;
}

/** The whole API over TLS on a temporary data directory; without controllers and scheduler unless asked. */
export async function startHttpsServer({
  controllers = false,
  workers,
  port: wanted = 0,
  clock = systemClock,
  serviceCidr = '127.213.0.0/16',
  tokens,
  audit,
}: ServerOptions = {}): Promise<RunningServer> {
  const dir = mkdtempSync(join(tmpdir(), 'pilotage-https-'));
  if (tokens !== undefined) {
    mkdirSync(join(dir, 'pki'));
    writeFileSync(join(dir, 'pki', 'tokens'), tokens, { mode: 0o600 });
  }
  const logger = silentLogger;
  const controlPlane = await createServedControlPlane({
    dataDir: dir,
    clock,
    logger,
    serviceCidr,
    ...(audit ? { audit } : {}),
    ...(controllers ? {} : { workers: workers ?? [] }),
  });
  await controlPlane.start();
  const { port } = await controlPlane.listen('127.0.0.1', wanted).catch(async (error) => {
    await controlPlane.stop();
    rmSync(dir, { recursive: true, force: true });
    throw error;
  });
  const address = `https://127.0.0.1:${port}`;
  const kubeconfig = join(dir, 'kubeconfig');
  controlPlane.writeKubeconfig(kubeconfig, address, 'admin');
  const clients: RemoteClient[] = [];
  return {
    controlPlane,
    port,
    kubeconfig,
    token: readFileSync(join(dir, 'pki', 'tokens'), 'utf8').split(',')[0] ?? '',
    nodeKubeconfig(node) {
      const path = join(dir, `${node}.kubeconfig`);
      controlPlane.writeKubeconfig(path, address, { node });
      return path;
    },
    client(path = kubeconfig) {
      const client = remoteClient({ kubeconfig: { path }, clock, logger, freeze: true });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await controlPlane.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
