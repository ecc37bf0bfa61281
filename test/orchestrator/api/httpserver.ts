import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { silentLogger } from '../../../src/base/log.ts';
import { type RemoteClient, remoteClient } from '../../../src/kube/remote.ts';
import { createHttpsServer } from '../../../src/orchestrator/api/http.ts';
import { kubeconfigText, writeKubeconfig } from '../../../src/orchestrator/api/kubeconfig.ts';
import { createNodeLinks } from '../../../src/orchestrator/api/links.ts';
import { ADMIN, nodeSubject, openPki, type Pki } from '../../../src/orchestrator/api/pki.ts';
import { openTokens } from '../../../src/orchestrator/api/tokens.ts';
import { type ControlPlane, createControlPlane } from '../../../src/orchestrator/controlplane.ts';

export interface RunningServer {
  readonly controlPlane: ControlPlane;
  readonly pki: Pki;
  readonly dir: string;
  readonly port: number;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
  /** A client over HTTPS: the administrator, or a node. */
  client(node?: string): RemoteClient;
  close(): Promise<void>;
}

/** The whole API over TLS on a temporary data directory, without controllers. */
export async function startHttpsServer(): Promise<RunningServer> {
  const dir = mkdtempSync(join(tmpdir(), 'pilotage-https-'));
  const [clock, logger] = [systemClock, silentLogger];
  const links = createNodeLinks({ clock, logger });
  const controlPlane = await createControlPlane({
    dataDir: dir,
    clock,
    logger,
    serviceCidr: '127.213.0.0/16',
    nodeConnections: links.connection,
  });
  await controlPlane.start();
  const pki = openPki({ dir: join(dir, 'pki'), clock });
  const server = createHttpsServer({
    api: controlPlane.api,
    pki,
    tokens: openTokens(join(dir, 'pki', 'tokens')),
    links,
    clock,
    logger,
    version: { major: '1', minor: '35', gitVersion: 'v1.35.0+pilotage.test', platform: 'linux/amd64' },
  });
  const { port } = await server.listen('127.0.0.1', 0);
  const address = { name: 'pilotage', server: `https://127.0.0.1:${port}`, ca: pki.ca };
  const kubeconfig = join(dir, 'kubeconfig');
  writeKubeconfig(kubeconfig, { ...address, client: pki.client('admin', ADMIN) });
  const clients: RemoteClient[] = [];
  return {
    controlPlane,
    pki,
    dir,
    port,
    kubeconfig,
    client(node) {
      const identity = node === undefined ? pki.client('admin', ADMIN) : pki.client(node, nodeSubject(node));
      const text = kubeconfigText({ ...address, client: identity });
      const client = remoteClient({ kubeconfig: { text }, clock, logger, freeze: true });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.close();
      await server.close();
      await controlPlane.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
