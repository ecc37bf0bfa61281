import { expect } from 'chai';
import { silentLogger } from '../../../src/base/log.ts';
import { createReporter } from '../../../src/forge/report/reporter.ts';
import { updateObject } from '../../../src/kube/client/update.ts';
import {
  DELIVERIES,
  ENVIRONMENTS,
  type Environment,
  type EnvironmentStatus,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../../src/model/types.ts';
import { install } from '../../../src/sync/cluster/install.ts';
import type { FakeClock } from '../../fakes/clock.ts';
import { type FakeForge, fakeForge } from '../../fakes/forge.ts';
import { watchedIn } from '../../fakes/watched.ts';
import { startTestApi, type TestApi } from '../../orchestrator/api/harness.ts';

const [ONE, TWO] = ['1'.repeat(40), '2'.repeat(40)];
const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop.dev' };
const delivery = { namespace: PILOTAGE_NAMESPACE, name: 'shop' };

describe('showing environments at a forge', () => {
  let api: TestApi<FakeClock>;
  let forge: FakeForge;
  let asked: number;
  let stop: () => Promise<void>;
  const start = (): void => {
    const stopping = new AbortController();
    const reporter = createReporter({
      home: api.client(),
      watched: watchedIn(api.client(), api.clock),
      forge: async () => {
        asked++;
        return forge;
      },
      clock: api.clock,
      logger: silentLogger,
    });
    reporter.start(stopping.signal);
    stop = async () => {
      stopping.abort();
      await reporter.stop();
    };
  };
  beforeEach(async () => {
    api = await startTestApi();
    await install(api.client(), api.clock, new AbortController().signal);
    await api.client().create(ENVIRONMENTS, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Environment',
      metadata: key,
      spec: { delivery: 'shop', environment: 'dev', branch: 'main', path: '', namespace: 'shop-dev' },
    });
    await api.client().create(DELIVERIES, {
      apiVersion: PILOTAGE_API_VERSION,
      kind: 'Delivery',
      metadata: delivery,
      spec: { repository: { type: 'remote', url: 'https://github.com/acme/shop' } },
    });
    forge = fakeForge('github');
    asked = 0;
    start();
  });
  afterEach(async () => {
    await stop();
    await api.dispose();
  });

  const becomes = async (status: Partial<EnvironmentStatus>): Promise<void> => {
    const whole = { sync: 'Unknown', phase: 'Idle', health: 'Unknown', ...status } as const;
    const change = (now: Environment): Environment => ({ ...now, status: whole });
    await updateObject({ client: api.client(), resource: ENVIRONMENTS, key, change, subresource: 'status' });
    await api.clock.advance(3_000);
  };
  const said = (revision = ONE): readonly string[] =>
    (forge.kept.statuses.get(revision) ?? []).map(({ name, state }) => `${name} ${state}`);
  const well = (revision: string): EnvironmentStatus => ({
    ...{
      wantedRevision: revision,
      deployedRevision: revision,
      sync: 'Synced',
      phase: 'Idle',
      health: 'Healthy',
    },
  });

  it('says pending and then success, once each, and records a deployment', async () => {
    await becomes({ wantedRevision: ONE, phase: 'Applying' });
    await becomes(well(ONE));
    await becomes({ ...well(ONE), message: 'all well' });
    expect(said()).to.deep.equal(['pilotage/dev pending', 'pilotage/dev success']);
    expect(forge.kept.deployments.map(({ state }) => state)).to.deep.equal(['running', 'success']);
  });

  it('says nothing again after a restart, and what was owed', async () => {
    await becomes(well(ONE));
    await stop();
    start();
    await api.clock.advance(3_000);
    expect(said()).to.deep.equal(['pilotage/dev success']);
    await stop();
    await becomes({ ...well(ONE), health: 'Degraded', message: 'crash loop' });
    expect(said()).to.have.length(1);
    start();
    await api.clock.advance(3_000);
    expect(said()).to.deep.equal(['pilotage/dev success', 'pilotage/dev failure']);
  });

  it('leaves no commit pending that another one has overtaken', async () => {
    await becomes({ wantedRevision: ONE, phase: 'Applying' });
    await becomes(well(TWO));
    expect(said()).to.deep.equal(['pilotage/dev pending', 'pilotage/dev error']);
    expect(said(TWO)).to.deep.equal(['pilotage/dev success']);
  });

  it('looks for no forge of a delivery that names none, and says what is owed once it names one', async () => {
    const spec = (repository: object) =>
      api.client().patch(DELIVERIES, delivery, { type: 'merge', body: { spec: { repository } as never } });
    await spec({ type: 'hosted', url: null });
    await api.clock.advance(3_000);
    asked = 0;
    await becomes(well(ONE));
    expect([asked, said()]).to.deep.equal([0, []]);
    await spec({ type: 'remote', url: 'https://github.com/acme/shop' });
    await api.clock.advance(3_000);
    expect(said()).to.deep.equal(['pilotage/dev success']);
  });

  it('tells of a commit that leaves the environment alone, which its Delivery says', async () => {
    await becomes({ ...well(ONE), observation: 1 });
    const { uid = '' } = (await api.client().get(ENVIRONMENTS, key)).metadata;
    const row = { revision: TWO, tree: 't', at: '2026-01-01T00:00:00Z', observation: 2 };
    const body = { status: { advanced: [{ ...row, environments: [uid] }] } };
    await api.client().patch(DELIVERIES, delivery, { type: 'merge', body }, { subresource: 'status' });
    await api.clock.advance(3_000);
    expect(said(TWO)).to.deep.equal(['pilotage/dev success']);
  });

  it('waits as long as a forge asks it to, and says then what is true by then', async () => {
    const until = api.clock.now() + 120_000;
    forge.failing = { ok: false, until, problem: { reason: 'RateLimited', message: 'too often' } };
    await becomes({ wantedRevision: ONE, phase: 'Applying' });
    forge.failing = undefined;
    const now = await api.client().get(ENVIRONMENTS, key);
    expect(now.metadata.annotations?.['pilotage.dev/forge-status']).to.equal(undefined);
    await api.clock.advance(121_000);
    expect(said()).to.deep.equal(['pilotage/dev pending']);
  });
});
