import { type RunningServer, startHttpsServer } from '../orchestrator/api/httpserver.ts';
import { homeClusterSuite } from './homecluster.ts';

let server: RunningServer | undefined;

homeClusterSuite('e2e: a home that is another cluster, here the API of a second Pilotage', async () => {
  server = await startHttpsServer({ controllers: true });
  return { kubeconfig: server.kubeconfig, context: 'pilotage', client: server.client() };
});

after(() => server?.close());
