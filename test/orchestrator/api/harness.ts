import { randomInt, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../src/base/clock.ts';
import type { Problem } from '../../../src/base/errors.ts';
import { silentLogger } from '../../../src/base/log.ts';
import type { KubeClient } from '../../../src/kube/client/client.ts';
import type { AdmissionConfiguration } from '../../../src/orchestrator/api/admission/configurationfile.ts';
import type { AdmissionPlugin } from '../../../src/orchestrator/api/admission/plugin.ts';
import { startApi } from '../../../src/orchestrator/api/api.ts';
import { ADMINS } from '../../../src/orchestrator/api/auth/authorizer.ts';
import { newSigningKeys } from '../../../src/orchestrator/api/auth/serviceaccounts/keys.ts';
import { createServiceAccountTokens } from '../../../src/orchestrator/api/auth/serviceaccounts/tokens.ts';
import type { Authorization, Authorizer } from '../../../src/orchestrator/api/authorization.ts';
import { inProcessClient } from '../../../src/orchestrator/api/inprocess.ts';
import { createSystemNamespaces } from '../../../src/orchestrator/api/systemnamespaces.ts';
import type { Api, NodeConnections } from '../../../src/orchestrator/api/types.ts';
import type { Disk } from '../../../src/orchestrator/store/disk.ts';
import { openDisk } from '../../../src/orchestrator/store/disk.ts';
import { startStore } from '../../../src/orchestrator/store/store.ts';
import type { Store } from '../../../src/orchestrator/store/types.ts';
import { FakeClock } from '../../fakes/clock.ts';
import { testAuthorization } from './authorization.ts';

export interface TestApi<C extends Clock> {
  readonly api: Api;
  readonly clock: C;
  /** An administrator's. */
  client(): KubeClient;
  /** Stops and starts again on the same data: what a restart of the daemon is to the API. */
  restart(): Promise<TestApi<C>>;
  /** Stops it and removes its data. */
  dispose(): Promise<void>;
}

interface Options<C extends Clock> {
  readonly clock?: C;
  readonly nodeConnections?: NodeConnections;
  readonly wrap?: (disk: Disk) => Disk;
  readonly lacksRoom?: () => Problem | undefined;
  readonly plugins?: readonly AdmissionPlugin[];
  readonly admission?: AdmissionConfiguration;
  readonly authorizer?: Authorizer;
  /** Given the store before the API starts. */
  readonly onStore?: (store: Store) => void;
  /** Default: with the default roles, although no object holds them. */
  readonly authorization?: Authorization;
}

const ISSUER = createServiceAccountTokens({
  keys: newSigningKeys(),
  lookup: () => undefined,
  clock: systemClock,
}).issuer;

const ADMIN = { name: 'admin', groups: [ADMINS] };

/** Store and API without anybody that works in the cluster; the clock is a fake one unless another is handed in. */
export async function startTestApi<C extends Clock = FakeClock>(
  options: Options<C> = {},
): Promise<TestApi<C>> {
  return startAt(await mkdtemp(join(tmpdir(), 'pilotage-api-')), options);
}

async function startAt<C extends Clock>(dir: string, options: Options<C>): Promise<TestApi<C>> {
  const { nodeConnections = () => undefined, wrap = (disk: Disk) => disk } = options;
  const clock = options.clock ?? (new FakeClock() as Clock as C);
  const logger = silentLogger;
  const store = await startStore(wrap(await openDisk(dir)), { dir, clock, logger });
  options.onStore?.(store);
  const authorization = options.authorization ?? testAuthorization();
  const api = startApi({
    store,
    clock,
    logger,
    nodeConnections,
    ...(options.lacksRoom ? { lacksRoom: options.lacksRoom } : {}),
    ...(options.plugins ? { plugins: options.plugins } : {}),
    ...(options.admission ? { admission: options.admission } : {}),
    serviceCidr: '127.213.0.0/16',
    nodePorts: { first: 30_000, last: 32_767 },
    random: (n) => randomInt(n),
    uuid: randomUUID,
    tokenIssuer: ISSUER,
    authorization: { ...authorization, ...(options.authorizer ? { authorize: options.authorizer } : {}) },
  });
  const stop = async () => {
    await api.stop();
    await store.close();
  };
  await createSystemNamespaces(inProcessClient(api, ADMIN));
  return {
    api,
    clock,
    client: () => inProcessClient(api, ADMIN),
    async restart() {
      await stop();
      return startAt(dir, { ...options, clock });
    },
    async dispose() {
      await stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
