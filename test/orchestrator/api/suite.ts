import type { KubeClient } from '../../../src/kube/client/client.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { startTestApi, type TestApi } from './harness.ts';

/** The API of the test that runs, and its administrator. */
export interface SuiteApi extends Pick<TestApi<FakeClock>, 'api' | 'clock'> {
  readonly client: KubeClient;
}

/** Gives each test of the suite around the call an API of its own. */
export function useTestApi(): SuiteApi {
  let running: TestApi<FakeClock>;
  let client: KubeClient;
  beforeEach(async () => {
    running = await startTestApi();
    client = running.client();
  });
  afterEach(() => running.dispose());
  return {
    get api() {
      return running.api;
    },
    get clock() {
      return running.clock;
    },
    get client() {
      return client;
    },
  };
}
