import { expect } from 'chai';
import { isReached } from '../../../src/cli/daemon/wait.ts';
import { environment, type FakeFace, REVISION, startFace, statusOf } from '../harness.ts';

const OTHER = '1234567890abcdef1234567890abcdef12345678';
const pin = { revision: OTHER, reason: 'rollback' };

describe('what wait waits for', () => {
  const cases: readonly [string, Parameters<typeof environment>[0], 'healthy' | 'synced', boolean][] = [
    ['is reached when all is well', {}, 'healthy', true],
    ['is not reached before anything is deployed', { deployedRevision: null }, 'synced', false],
    ['is not reached by what runs from before', { wantedRevision: OTHER }, 'healthy', false],
    ['is not reached while something is not applied', { sync: 'OutOfSync' }, 'synced', false],
    ['synced does not ask for health', { health: 'Progressing' }, 'synced', true],
    ['healthy does', { health: 'Progressing' }, 'healthy', false],
    ['is not reached while a pin is on its way', { pin }, 'healthy', false],
    [
      'is reached at the pin, whatever the branch wants',
      { pin, deployedRevision: OTHER, assessedRevision: OTHER },
      'healthy',
      true,
    ],
  ];
  for (const [title, state, goal, reached] of cases) {
    it(title, () => {
      expect(isReached(environment(state), { for: goal })).to.equal(reached);
    });
  }

  it('may be asked of one revision, by its beginning', () => {
    expect(isReached(environment(), { for: 'healthy', revision: REVISION.slice(0, 7) })).to.equal(true);
    expect(isReached(environment(), { for: 'healthy', revision: OTHER.slice(0, 7) })).to.equal(false);
  });
});

describe('pilotage wait', () => {
  let face: FakeFace;
  before(async () => {
    face = await startFace();
  });
  after(() => face.stop());
  const STATUS = 'GET /api/v1/status';

  it('asks until it is so, then says where the thing is', async () => {
    const states = [environment({ health: 'Progressing' }), environment({ health: 'Progressing' })];
    face.answers[STATUS] = () => statusOf(states.shift() ?? environment());
    const { code, stdout } = await face.run('wait', 'shop/dev');
    expect(code).to.equal(0);
    expect(stdout).to.contain('shop/dev is healthy at abcdef1.\n  http://127.0.0.1:30080\n');
  });

  it('gives up after its time and says how it stands, and what to ask next', async () => {
    face.answers[STATUS] = statusOf(
      environment({ health: 'Degraded', phase: 'Waiting', message: 'HTTP 500' }),
    );
    const { code, stdout, stderr } = await face.run('wait', 'dev', '--timeout', '2s');
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(stderr).to.contain('dev is not healthy after 2s; it is Degraded, Synced, Waiting: HTTP 500.');
    expect(stderr).to.contain('pilotage why dev');
  });

  it('ends at once where only a person can go on, with the reason and the remedy', async () => {
    const stopped = { state: 'frozen', message: 'branch main is gone\n  → push it again' } as const;
    face.answers[STATUS] = statusOf(environment({ phase: 'Frozen', stopped }));
    const { code, stderr } = await face.run('wait', 'shop/dev');
    expect(code).to.equal(1);
    expect(stderr).to.contain('shop/dev does not become healthy by itself. frozen: branch main is gone');
  });

  it('ends at once where a hook has failed, which nothing repeats, and not where something else may heal', async () => {
    const failed = { phase: 'Failed', health: 'Degraded', message: 'hook Job d/m (PreSync) failed' } as const;
    face.answers[STATUS] = statusOf(environment({ ...failed, hookFailed: true }));
    const { code, stderr } = await face.run('wait', 'shop/dev');
    expect(code).to.equal(1);
    expect(stderr).to.contain('shop/dev does not become healthy by itself. failed: hook Job d/m');
    const states = [environment(failed), environment(failed)];
    face.answers[STATUS] = () => statusOf(states.shift() ?? environment());
    expect((await face.run('wait', 'shop/dev')).code).to.equal(0);
  });

  it('waits for gates, and says on stderr that it does', async () => {
    const held = environment({ phase: 'Waiting', waitsForGates: 'dev is not healthy yet' });
    const states = Array.from({ length: 30 }, () => held);
    face.answers[STATUS] = () => statusOf(states.shift() ?? environment());
    const { code, stderr } = await face.run('wait', 'shop/dev');
    expect([code, stderr]).to.deep.equal([0, 'shop/dev: held: dev is not healthy yet\n']);
  });

  it('waits for an environment that is still to come', async () => {
    const states = [{ deliveries: [] }, statusOf()];
    face.answers[STATUS] = () => states.shift() ?? statusOf(environment());
    expect((await face.run('wait', 'shop/dev')).code).to.equal(0);
  });

  it('prints the environment for scripts', async () => {
    face.answers[STATUS] = statusOf(environment());
    const { stdout } = await face.run('wait', 'shop/dev', '-o', 'json');
    expect(JSON.parse(stdout)).to.deep.equal(environment());
  });
});
