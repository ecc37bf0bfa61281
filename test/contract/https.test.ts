import { startHttpsServer } from '../orchestrator/api/httpserver.ts';
import { describeKubeClient } from './kubeclient.ts';

describeKubeClient('the built-in server over HTTPS', async () => {
  const server = await startHttpsServer();
  return { client: server.client(), close: server.close };
});
