import { describeKubeClient } from '../../contract/kubeclient.ts';
import { MEMORY_MS } from '../../contract/notation.ts';
import { LeapingClock } from '../../fakes/clock.ts';
import { startTestApi } from './harness.ts';

describeKubeClient('in process', async () => {
  const clock = new LeapingClock();
  const plane = await startTestApi({ clock });
  return { client: plane.client(), compact: async () => clock.leap(MEMORY_MS), close: plane.dispose };
});
