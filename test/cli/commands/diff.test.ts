import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { unpackTreeText } from '../../../src/base/packedtree.ts';
import { formatPlan } from '../../../src/cli/output/plan.ts';
import { planMarkdown } from '../../../src/cli/output/planmarkdown.ts';
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

  it('says first what is deleted and what restarts, and keeps to the width of a terminal', () => {
    const web = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop-dev', name: 'web' };
    const steps = [
      {
        action: 'update',
        object: web,
        app: 'shop',
        restarts: true,
        diff: [`~ a: ${'x'.repeat(100)}`],
        ignored: ['.spec.replicas'],
      },
      { action: 'prune', object, app: 'shop', reason: 'it is not in git any more', diff: [] },
    ];
    const text = formatPlan(plan({ steps }), 40);
    expect(text.split('\n').slice(1, 3)).to.deep.equal([
      '  deletes: ConfigMap shop-dev/a',
      '  restarts: Deployment shop-dev/web',
    ]);
    expect(text).to.match(/^ {6}ignored: \.spec\.replicas$/m);
    expect(Math.max(...text.split('\n').map(({ length }) => length))).to.be.at.most(44);
    expect(text).to.match(/x…$/m);
  });

  it('says when there is nothing to change', () => {
    expect(formatPlan(nothing)).to.match(/nothing to change$/);
  });
});

describe('a plan for pull requests', () => {
  it('says first what is deleted, and holds each object in a collapsed part', () => {
    const steps = [{ action: 'prune', object, app: 'shop', reason: 'it is not in git any more', diff: [] }];
    const text = planMarkdown(plan({ steps, summary: { prune: 1 } }));
    expect(text).to.match(/\*\*1 to prune\*\*\n\n\*\*deletes:\*\* <code>ConfigMap shop-dev\/a<\/code>/);
    expect(text).to.match(
      /<details>\n<summary><code>-<\/code> prune <code>ConfigMap shop-dev\/a<\/code><\/summary>/,
    );
  });

  it('stays below 60 KB however many objects there are, and says how many are left out', () => {
    const steps = Array.from({ length: 5000 }, (_, i) => ({
      ...{ action: 'update', app: 'shop', diff: [`~ data.k: ${'ä'.repeat(100)}`] },
      object: { ...object, name: `a${i}` },
    }));
    const text = planMarkdown(plan({ steps }));
    expect(Buffer.byteLength(text)).to.be.below(60 * 1024 + 1);
    expect(text).to.match(/… and \d+ more\. `pilotage diff shop\/dev` shows them all\.\n$/);
  });

  it('lets no value out of its code: neither markup, nor a mention, nor the end of its fence', () => {
    const diff = ['~ data.k: </details> @everyone ```` <img src=x>'];
    const hostile = { ...object, name: '<b>@you</b>' };
    const text = planMarkdown(plan({ steps: [{ action: 'update', object: hostile, app: 'shop', diff }] }));
    const outside = text.replace(/(`{3,})diff\n[\s\S]*?\n\1(?!`)/g, '');
    expect(outside).to.not.match(/@|<b>|<img/);
    expect(text).to.contain('`````diff');
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

  it('sends the repository around a folder as it would be committed, and nothing that git ignores', async () => {
    const top = await mkdtemp(join(tmpdir(), 'pilotage-tree-'));
    try {
      const files = { 'k8s/a.yaml': 'a: 1', 'deep/er/b.yaml': 'b: 1', '.gitignore': '*.log', 'x.log': 'no' };
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(top, path)), { recursive: true });
        await writeFile(join(top, path), text);
      }
      execFileSync('git', ['init', '-q', top]);
      face.answers[`POST ${PLAN.slice(4)}`] = plan({ isTree: true });
      const { code, stdout } = await face.run('diff', 'shop/dev', '--working-tree', join(top, 'deep', 'er'));
      expect(code).to.equal(1);
      expect(stdout).to.match(/^shop\/dev with this working tree →/);
      const body = face.asked.at(-1)?.replace(/^[^{]*/, '') ?? '';
      const sent = await unpackTreeText((JSON.parse(body) as { tree: string }).tree);
      expect(sent.ok && sent.value.paths).to.deep.equal(['.gitignore', 'deep/er/b.yaml', 'k8s/a.yaml']);
    } finally {
      await rm(top, { recursive: true });
    }
  });

  it('takes a working tree or a revision, not both', async () => {
    const { code, stderr } = await face.run('diff', 'shop/dev', '-w', '--revision', 'x');
    expect([code, stderr]).to.deep.equal([2, stderr]);
    expect(stderr).to.match(/exclude each other/);
  });

  it('prints the plan for scripts, and warnings beside it', async () => {
    const warnings = [{ reason: 'Old', message: 'extensions/v1beta1 is gone' }];
    face.answers[PLAN] = plan({ warnings });
    const { stdout, stderr } = await face.run('diff', 'shop/dev', '-o', 'json');
    expect(JSON.parse(stdout)).to.deep.equal(plan({ warnings }));
    expect(stderr).to.equal('warning: extensions/v1beta1 is gone\n');
  });
});
