import { systemClock } from '../../../src/base/clock.ts';
import { describeKubeClient } from '../../contract/kubeclient.ts';
import { startPlane } from './harness.ts';

describeKubeClient('in process', async () => {
  const plane = await startPlane({ clock: systemClock });
  return { client: plane.client(), close: plane.dispose };
});
