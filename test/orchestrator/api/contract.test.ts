import { systemClock } from '../../../src/base/clock.ts';
import { describeKubeClient } from '../../contract/kubeclient.ts';
import { startTestApi } from './harness.ts';

describeKubeClient('in process', async () => {
  const plane = await startTestApi({ clock: systemClock });
  return { client: plane.client(), close: plane.dispose };
});
