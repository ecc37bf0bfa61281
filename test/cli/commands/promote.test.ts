import { expect } from 'chai';
import { formatPromotion } from '../../../src/cli/commands/promote.ts';
import type { PromotionReport } from '../../../src/model/faces.ts';
import { environment, type FakeFace, REVISION, startFace, statusOf } from '../harness.ts';

const report = (more: Partial<PromotionReport> = {}): PromotionReport => ({
  delivery: 'shop',
  from: 'dev',
  to: 'prod',
  revision: REVISION,
  outcome: 'Promoted',
  gates: [{ gate: 'healthy', state: 'Passed', reason: 'shop/dev is healthy.' }],
  problems: [],
  commits: ['1a2b3c4 Raise the limit'],
  mergeCommit: '9'.repeat(40),
  ...more,
});
const waiting = report({
  outcome: 'Waiting',
  gates: [{ gate: 'healthy', state: 'Waiting', reason: '1m to go.', until: '2026-01-01T00:01:00Z' }],
});

describe('a promotion for people', () => {
  it('says what came where, by which commit, and what is next', () => {
    expect(formatPromotion(report())).to.equal(
      [
        'Promoted shop/dev to shop/prod (abcdef1) by merge commit 9999999.',
        '  + 1a2b3c4 Raise the limit',
        '  ✓ healthy: shop/dev is healthy.',
        '  next: pilotage wait shop/prod',
      ].join('\n'),
    );
  });

  it('says until when a gate waits', () => {
    expect(formatPromotion(waiting)).to.contain('· healthy: 1m to go. (until 2026-01-01T00:01:00Z)');
  });

  it('says what is wrong and what would unblock it', () => {
    const problem = {
      reason: 'TargetPinned',
      message: 'It is pinned.',
      remedy: 'pilotage pin shop/prod --off',
    };
    expect(formatPromotion(report({ outcome: 'Refused', problems: [problem] }))).to.contain(
      'It is pinned.\n  → pilotage pin shop/prod --off',
    );
  });

  it('says what a dry run would do next', () => {
    expect(formatPromotion(report({ outcome: 'WouldPromote' }))).to.match(
      /next: pilotage promote shop\/prod$/,
    );
  });
});

describe('pilotage promote and approve', () => {
  let face: FakeFace;
  beforeEach(async () => {
    face = await startFace();
  });
  afterEach(() => face.stop());
  const PROMOTE = 'POST /api/v1/environments/shop/prod/promote';
  const APPROVE = 'POST /api/v1/environments/shop/prod/approve';

  it('asks on behalf of the person at the keyboard', async () => {
    face.answers[PROMOTE] = report();
    expect((await face.run('promote', 'shop/prod')).code).to.equal(0);
    expect(face.asked).to.deep.equal([`${PROMOTE} {"dryRun":false}`]);
    expect(face.users).to.deep.equal(['ann']);
  });

  it('says of several targets that they are promoted one by one or together', async () => {
    const { code, stderr } = await face.run('promote', 'shop/prod', 'shop/eu');
    expect(code).to.equal(1);
    expect(stderr).to.contain('pilotage promote shop/prod shop/eu --together');
  });

  const together = (outcome: string) => ({
    outcome,
    members: ['prod', 'eu'].map((to) => report({ to })),
    problems: [],
  });

  for (const [option, ...value] of [['--again'], ['--retest'], ['--from', 'shop/dev'], ['--reason', 'x']]) {
    it(`refuses ${option} together, which is about one target`, async () => {
      face.answers['POST /api/v1/promotions'] = together('Promoted');
      const { code, stderr } = await face.run(
        ...['promote', 'shop/prod', 'shop/eu', '--together'],
        ...[option ?? '', ...value],
      );
      expect(code).to.equal(1);
      expect(stderr).to.contain('are about one target');
      expect(face.asked).to.deep.equal([]);
    });
  }

  const TOGETHER = ['promote', 'shop/prod', 'shop/eu', '--together', '--wait'] as const;
  const merge = '9'.repeat(40);
  const arrived = { wantedRevision: merge, deployedRevision: merge, assessedRevision: merge };
  const statusWhere = (eu: object) =>
    statusOf(environment({ ...arrived, name: 'prod' }), environment({ ...arrived, name: 'eu', ...eu }));

  it('waits for each that was promoted together', async () => {
    face.answers['POST /api/v1/promotions'] = together('Promoted');
    face.answers['GET /api/v1/status'] = statusWhere({});
    const { code, stdout } = await face.run(...TOGETHER);
    expect(code).to.equal(0);
    expect(stdout).to.contain('shop/prod is healthy at').and.to.contain('shop/eu is healthy at');
  });

  it('fails when one of those that were promoted together is not healthy in the time that all have', async () => {
    face.answers['POST /api/v1/promotions'] = together('Promoted');
    face.answers['GET /api/v1/status'] = statusWhere({ health: 'Degraded' });
    const { code, stdout, stderr } = await face.run(...TOGETHER, '--timeout', '3s');
    expect(code).not.to.equal(0);
    expect(stdout).to.contain('shop/prod is healthy at');
    expect(stderr).to.contain('shop/eu');
  });

  it('waits for nothing where nothing moved together', async () => {
    face.answers['POST /api/v1/promotions'] = together('Refused');
    expect((await face.run(...TOGETHER)).code).to.equal(1);
    expect(face.asked).to.have.length(1);
  });

  it('fails when it waits or is refused, so that a script stops', async () => {
    face.answers[PROMOTE] = waiting;
    expect((await face.run('promote', 'shop/prod', '--dry-run')).code).to.equal(1);
    face.answers[PROMOTE] = report({ outcome: 'Refused' });
    expect((await face.run('promote', 'shop/prod')).code).to.equal(1);
    face.answers[PROMOTE] = report({ outcome: 'UpToDate' });
    expect((await face.run('promote', 'shop/prod')).code).to.equal(0);
  });

  it('counts an approval as done although the promotion still waits', async () => {
    face.answers[APPROVE] = { ...waiting, approvedBy: 'bob' };
    const { code, stdout } = await face.run('approve', 'shop/prod');
    expect(code).to.equal(0);
    expect(stdout).to.match(/^bob approves abcdef1\w* for shop\/prod\./);
    expect(face.asked).to.deep.equal([`${APPROVE} {}`]);
  });

  it('takes no name for an approval: it is by who is signed in', async () => {
    expect((await face.run('approve', 'shop/prod', '--by', 'bob')).code).to.equal(2);
    expect(face.asked).to.deep.equal([]);
  });

  it('hands on the word for what was taken back, and the revision that was looked at', async () => {
    face.answers[PROMOTE] = report();
    face.answers[APPROVE] = waiting;
    await face.run('promote', 'shop/prod', '--again');
    await face.run('approve', 'shop/prod', '--revision', 'abcdef1');
    expect(face.asked).to.deep.equal([
      `${PROMOTE} {"dryRun":false,"again":true}`,
      `${APPROVE} {"revision":"abcdef1"}`,
    ]);
  });

  it('fails when what was promoted does not arrive', async () => {
    const problems = [{ reason: 'Frozen', message: 'shop/prod does not follow: it is frozen' }];
    face.answers[PROMOTE] = report({ outcome: 'Promoted', problems });
    const { code, stdout } = await face.run('promote', 'shop/prod');
    expect(code).to.equal(1);
    expect(stdout).to.contain('does not follow');
  });

  it('says of a backport what was brought where, and what comes next', async () => {
    const brought = {
      delivery: 'shop',
      from: 'prod',
      to: 'dev',
      branch: 'main',
      outcome: 'Backported',
      commits: ['1a2b3c4 Stop the leak'],
    };
    face.answers['POST /api/v1/environments/shop/prod/backport'] = brought;
    const { stdout } = await face.run('backport', 'shop/prod');
    expect(stdout).to.equal(
      [
        'Brought from shop/prod to main, the branch of shop/dev:',
        '  + 1a2b3c4 Stop the leak',
        '  next: pilotage wait shop/dev; then: pilotage promote shop/prod',
        '',
      ].join('\n'),
    );
  });

  it('prints the report for scripts', async () => {
    face.answers[PROMOTE] = waiting;
    const { stdout } = await face.run('promote', 'shop/prod', '-o', 'json');
    expect(JSON.parse(stdout)).to.deep.equal(waiting);
  });
});
