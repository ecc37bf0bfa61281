import { expect } from 'chai';
import { type Logger, silentLogger } from '../../../src/base/log.ts';
import {
  type CommitChecks,
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_NAMESPACE,
} from '../../../src/model/types.ts';
import { createChecksController } from '../../../src/promotion/checks/controller.ts';
import { dueAt, recorded, revisionsToAsk, withRow } from '../../../src/promotion/checks/due.ts';
import { environmentOf } from '../../../src/promotion/record/lookup.ts';
import { type FakeForge, fakeForge } from '../../fakes/forge.ts';
import { watchedIn } from '../../fakes/watched.ts';
import { createWorld, type World } from '../harness.ts';

describe('asking a forge what CI says', () => {
  let world: World;
  let forge: FakeForge;
  let errors: string[];
  let stop: () => Promise<void>;
  beforeEach(async () => {
    world = await createWorld({ gates: { ci: { required: ['build'] } } });
    forge = fakeForge();
    errors = [];
    const logger: Logger = {
      ...silentLogger,
      child: () => logger,
      error: (_fields, message) => void errors.push(message),
    };
    const stopping = new AbortController();
    const { home, clock } = world;
    const controller = createChecksController({
      home,
      watched: watchedIn(home, clock),
      clock,
      logger,
      forge: async () => forge,
    });
    controller.start(stopping.signal);
    stop = async () => {
      stopping.abort();
      await controller.stop();
    };
  });
  afterEach(async () => {
    await stop();
    await world.dispose();
  });
  const checks = async () => (await environmentOf(world.home, 'shop', 'prod')).status?.checks ?? [];
  /** Time passes in steps until the record says so: each record has to be seen before the next question is due. */
  async function until(what: (row: CommitChecks) => boolean): Promise<CommitChecks> {
    for (let step = 0; step < 500; step++) {
      const row = (await checks()).at(-1);
      if (row && what(row)) return row;
      await world.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    throw new Error('it was not recorded');
  }
  const has = (state: string) => (row: CommitChecks) => row.statuses.some((status) => status.state === state);
  const report = (revision: string, state: 'pending' | 'success' | 'failure') =>
    forge.setStatus(revision, { name: 'build', state, description: '' });

  it('opens the gate when it has passed, and not before', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    await until(({ answeredAt }) => answeredAt !== undefined);
    expect((await world.promote()).outcome).to.equal('Waiting');
    await report(revision, 'pending');
    await until(has('pending'));
    expect((await world.promote()).gates.find(({ gate }) => gate === 'ci')?.reason).to.contain('under way');
    await report(revision, 'success');
    await forge.setStatus(revision, { name: 'pilotage/dev', state: 'failure', description: '' });
    await until(has('success'));
    expect((await checks())[0]?.statuses).to.deep.equal([{ name: 'build', state: 'success' }]);
    expect((await world.promote()).outcome).to.equal('Promoted');
  });

  it('refuses what has failed there', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    await report(revision, 'failure');
    await until(has('failure'));
    const { outcome, problems } = await world.promote();
    expect([outcome, problems[0]?.message]).to.deep.equal([
      'Refused',
      `CI has failed for ${revision.slice(0, 7)}: build. Run it again at the forge, or push a correction.`,
    ]);
  });

  it('keeps it closed while the forge is away, says so, and asks ever more seldom', async () => {
    forge.failing = { ok: false, problem: { reason: 'ForgeFailed', message: 'Gitea failed (502)' } };
    await world.ships({ 'app.yaml': 'one' });
    const times: number[] = [];
    for (const failures of [1, 2, 3]) {
      const row = await until((one) => one.failures === failures);
      times.push(Date.parse(row.at));
    }
    const [first = 0, second = 0, third = 0] = times;
    expect(second - first).to.be.at.least(20_000);
    expect(third - second).to.be.at.least(40_000);
    expect((await world.promote()).gates.find(({ gate }) => gate === 'ci')?.reason).to.contain(
      'Gitea failed (502)',
    );
  });

  it('asks no more once the target has what the source runs, as a merge of it, and again for the next commit', async () => {
    const revision = await world.ships({ 'app.yaml': 'one' });
    await report(revision, 'success');
    await until(has('success'));
    const { tree } = await world.repository.commit(revision);
    await world.deploys('dev', revision, { deployedTree: tree });
    await world.deploys('prod', 'f'.repeat(40), { deployedTree: tree });
    await report(revision, 'failure');
    await world.clock.advance(20 * 60_000);
    expect((await checks()).map(({ statuses }) => statuses[0]?.state)).to.deep.equal(['success']);
    const next = await world.push('main', { 'app.yaml': 'two' });
    await report(next, 'success');
    await world.deploys('dev', next, { deployedTree: (await world.repository.commit(next)).tree });
    await until((row) => row.revision === next && has('success')(row));
  });

  it('asks for a commit that leaves its source alone, which its Delivery says', async () => {
    // The next question about this one comes later than anybody waits here: nothing else wakes the target.
    await report(await world.ships({ 'app.yaml': 'one' }), 'success');
    await until(has('success'));
    const revision = await world.push('main', { 'app.yaml': 'one', 'README.md': 'hello' });
    await report(revision, 'success');
    await world.leavesAlone('dev', revision);
    await until((row) => row.revision === revision && has('success')(row));
  });

  it('gives up where the target is deleted while the forge is asked', async () => {
    const { statuses } = forge;
    let asked = 0;
    forge.statuses = async (revision) => {
      asked++;
      const key = { namespace: PILOTAGE_NAMESPACE, name: 'shop.prod' };
      await world.home.delete(ENVIRONMENTS, key);
      return statuses(revision);
    };
    await world.ships({ 'app.yaml': 'one' });
    for (let step = 0; step < 200; step++) {
      await world.clock.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect([asked, errors]).to.deep.equal([1, []]);
  });

  it('asks of several sources for those alone that are ahead', () => {
    const at = (deployedRevision: string, deployedTree: string, rows: readonly string[] = []) =>
      ({
        status: { deployedRevision, deployedTree, checks: rows.map((revision) => ({ revision })) },
      }) as unknown as Environment;
    const target = at('merge', 'one', ['earlier', 'eu1', 'merge']);
    expect(revisionsToAsk(target, [at('eu1', 'one'), at('us2', 'two')])).to.deep.equal(['us2', 'earlier']);
    expect(revisionsToAsk(target, [at('eu1', 'one'), at('us1', 'one')])).to.deep.equal([]);
    expect(
      revisionsToAsk(at('merge', 'one'), [{ status: { wantedRevision: 'eu1' } } as Environment]),
    ).to.deep.equal(['eu1']);
  });

  it('remembers ten revisions, and keeps what it knew of one when an answer fails', () => {
    const setting = true;
    const good = recorded(
      'a',
      { ok: true, value: { isWhole: true, items: [{ name: 'build', state: 'success', description: '' }] } },
      undefined,
      { setting, now: 0 },
    );
    const away = { ok: false, problem: { reason: 'X', message: 'away' } } as const;
    const after = recorded('a', away, good, { setting, now: 60_000 });
    expect(after).to.deep.include({ statuses: good.statuses, answeredAt: good.answeredAt, failures: 1 });
    expect([dueAt(undefined, setting), dueAt(good, setting), dueAt(after, setting)]).to.deep.equal([
      0, 600_000, 80_000,
    ]);
    let rows: readonly (typeof good)[] = [];
    for (let at = 0; at < 12; at++) rows = withRow(rows, { ...good, revision: `r${at}` });
    expect(rows.map(({ revision }) => revision))
      .to.have.length(10)
      .and.include('r11')
      .and.not.include('r1');
  });
});
