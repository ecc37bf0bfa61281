import { expect } from 'chai';
import { formatPlan } from '../../../src/cli/output/plan.ts';
import type { PlanReport } from '../../../src/model/faces.ts';
import { type FakeFace, REVISION, run, startFace } from '../harness.ts';

const object = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop-dev', name: 'a' };
const plan = (more: Partial<PlanReport> = {}): PlanReport => ({
  delivery: 'shop',
  environment: 'dev',
  namespace: 'shop-dev',
  revision: REVISION,
  steps: [
    { action: 'update', object, app: 'shop', origin: 'k8s/a.yaml:1', diff: ['data.k: 1 → 2'] },
    { action: 'unchanged', object: { ...object, name: 'b' }, app: 'shop', diff: [] },
    { action: 'keep', object: { ...object, name: 'c' }, app: 'shop', reason: 'asked to', diff: [] },
  ],
  summary: { update: 1, unchanged: 1, keep: 1 },
  empty: false,
  warnings: [],
  ...more,
});
const nothing = plan({ steps: [], summary: { unchanged: 3 }, empty: true });

describe('a plan for people', () => {
  it('names what would change, where it is written and how, and sums up', () => {
    expect(formatPlan(plan())).to.equal(
      [
        'shop/dev at abcdef1 → namespace shop-dev',
        '  ~ update ConfigMap shop-dev/a  (k8s/a.yaml:1)',
        '      data.k: 1 → 2',
        '  = keep ConfigMap shop-dev/c: asked to',
        '  1 to update, 1 to keep',
      ].join('\n'),
    );
  });

  it('says when there is nothing to change', () => {
    expect(formatPlan(nothing)).to.match(/nothing to change$/);
  });
});

describe('pilotage diff', () => {
  let face: FakeFace;
  before(async () => {
    face = await startFace();
  });
  after(() => face.stop());
  const PLAN = 'GET /api/v1/environments/shop/dev/plan';

  it('exits 0 for no change and 1 for changes', async () => {
    face.answers[PLAN] = nothing;
    expect((await face.run('diff', 'shop/dev')).code).to.equal(0);
    face.answers[PLAN] = plan();
    expect((await face.run('diff', 'shop/dev')).code).to.equal(1);
  });

  it('exits 2 for every error: a refusal, no daemon, misuse; and says it on stderr alone', async () => {
    face.answers[PLAN] = { problem: { reason: 'TemplateError', message: 'it is broken' } };
    const runs = [
      await face.run('diff', 'shop/dev'),
      await run(['diff', 'shop/dev'], { server: undefined, dataDir: '/nowhere' }),
      await face.run('diff'),
    ];
    expect(runs.map(({ code, stdout }) => [code, stdout])).to.deep.equal([
      [2, ''],
      [2, ''],
      [2, ''],
    ]);
    expect(runs[0]?.stderr).to.equal('error: it is broken\n');
    expect(runs[1]?.stderr).to.match(/No Pilotage runs on.*pilotage up/s);
  });

  it('asks about another revision by its name as it is', async () => {
    face.answers[`${PLAN}?revision=feature%2Fx`] = nothing;
    expect((await face.run('diff', 'shop/dev', '--revision', 'feature/x')).code).to.equal(0);
  });

  it('prints the plan for scripts, and warnings beside it', async () => {
    const warnings = [{ reason: 'Old', message: 'extensions/v1beta1 is gone' }];
    face.answers[PLAN] = plan({ warnings });
    const { stdout, stderr } = await face.run('diff', 'shop/dev', '-o', 'json');
    expect(JSON.parse(stdout)).to.deep.equal(plan({ warnings }));
    expect(stderr).to.equal('warning: extensions/v1beta1 is gone\n');
  });
});
