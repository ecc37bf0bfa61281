import { LeapingClock } from '../fakes/clock.ts';
import { startHttpsServer } from '../orchestrator/api/httpserver.ts';
import { describeKubeClient } from './kubeclient.ts';
import { MEMORY_MS } from './notation.ts';

describeKubeClient('the built-in server over HTTPS', async () => {
  const clock = new LeapingClock();
  const server = await startHttpsServer({ clock });
  return { client: server.client(), compact: async () => clock.leap(MEMORY_MS), close: server.close };
});
