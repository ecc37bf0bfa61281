import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { STARTERS } from '../../src/charts/starters.ts';
import { run } from './harness.ts';

describe('chart create', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('writes the starter under its own name, and says how pilotage.yaml delivers it', async () => {
    const { code, stdout, stderr } = await run([
      'chart',
      'create',
      join(dir, 'deploy/nightly'),
      '--starter',
      'cronjob',
    ]);
    expect([code, stderr]).to.deep.equal([0, '']);
    expect(stdout).to.contain('templates/cronjob.hbs.yaml').and.contain('images: {job: {path: FOLDER}}');
    expect(readFileSync(join(dir, 'deploy/nightly/Chart.yaml'), 'utf8')).to.contain('name: nightly\n');
    expect(readdirSync(join(dir, 'deploy'))).to.deep.equal(['nightly']);
  });

  it('brings tests of each starter, which pass, and nothing that lint calls a mistake', async () => {
    for (const starter of Object.keys(STARTERS)) {
      const folder = join(dir, starter);
      expect((await run(['chart', 'create', folder, '--starter', starter])).code).to.equal(0);
      const tested = await run(['chart', 'test', folder]);
      expect(tested.code, tested.stdout + tested.stderr).to.equal(0);
      const linted = await run(['chart', 'lint', folder]);
      expect(linted.code, linted.stdout + linted.stderr).to.equal(0);
    }
  }).timeout(20_000);

  it('touches no folder that exists, and writes nothing under a name that no chart can have', async () => {
    mkdirSync(join(dir, 'shop'));
    writeFileSync(join(dir, 'shop/Chart.yaml'), 'mine');
    expect((await run(['chart', 'create', join(dir, 'shop')])).stderr).to.contain(
      'shop exists already; nothing was written',
    );
    expect(readdirSync(join(dir, 'shop'))).to.deep.equal(['Chart.yaml']);
    expect((await run(['chart', 'create', join(dir, 'My_Shop')])).stderr).to.contain(
      '"My_Shop" cannot be the name',
    );
    expect(existsSync(join(dir, 'My_Shop'))).to.equal(false);
  });

  it('names the starters where it does not know one', async () => {
    const { code, stderr } = await run(['chart', 'create', join(dir, 'a'), '--starter', 'lambda']);
    expect([
      code,
      stderr.includes('web, worker, cronjob, stateful, static, site-with-database'),
    ]).to.deep.equal([2, true]);
  });

  it('is what pilotage init starts from, but for a repository that is delivered as it is', async () => {
    mkdirSync(join(dir, 'site'));
    writeFileSync(join(dir, 'site/index.html'), 'hello');
    const made = await run(['init', join(dir, 'site'), '--starter', 'static']);
    expect([made.code, made.stderr]).to.deep.equal([0, '']);
    expect(made.stdout).to.contain('wrote chart/server.mjs').and.not.contain('missing:');
    expect(readFileSync(join(dir, 'site/pilotage.yaml'), 'utf8')).to.contain('site: {path: "."}');
    mkdirSync(join(dir, 'plain'));
    writeFileSync(join(dir, 'plain/compose.yaml'), 'services: {db: {image: postgres}}\n');
    const refused = await run(['init', join(dir, 'plain'), '--starter', 'worker']);
    expect(refused.stderr).to.contain('holds what can be delivered as it is; nothing was written');
    expect(readdirSync(join(dir, 'plain'))).to.deep.equal(['compose.yaml']);
  });
});
