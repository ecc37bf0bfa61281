import { worker } from '../../../src/orchestrator/api/auth/workers.ts';
import { ensureDefaultRoles } from '../../../src/orchestrator/api/defaultroles.ts';
import { inProcessClient } from '../../../src/orchestrator/api/inprocess.ts';
import { describeKubeClient } from '../../contract/kubeclient.ts';
import { MEMORY_MS } from '../../contract/notation.ts';
import { LeapingClock } from '../../fakes/clock.ts';
import { startTestApi } from './harness.ts';

describeKubeClient('in process', async () => {
  const clock = new LeapingClock();
  const plane = await startTestApi({ clock });
  await ensureDefaultRoles(inProcessClient(plane.api, worker('system:apiserver')));
  return { client: plane.client(), compact: async () => clock.leap(MEMORY_MS), close: plane.dispose };
});
