import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { run } from './harness.ts';

describe('chart docs', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-cli-'));
    writeFileSync(join(dir, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
    writeFileSync(join(dir, 'values.yaml'), '# -- How many\nreplicas: 2\n');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  it('prints the table, and writes it only where it is told to', async () => {
    expect((await run(['chart', 'docs', dir])).stdout).to.contain('| replicas | int | `2` | How many |');
    expect(existsSync(join(dir, 'README.md'))).to.equal(false);
    expect((await run(['chart', 'docs', dir, '--write'])).code).to.equal(0);
    expect(readFileSync(join(dir, 'README.md'), 'utf8'))
      .to.contain('# shop\n')
      .and.contain('How many');
  });

  it('fails in CI, with the line that is missing, until the README says what the values do', async () => {
    expect((await run(['chart', 'docs', dir, '--check'])).stderr).to.contain('There is no README.md');
    await run(['chart', 'docs', dir, '--write']);
    expect((await run(['chart', 'docs', dir, '--check'])).code).to.equal(0);
    writeFileSync(join(dir, 'values.yaml'), '# -- How many\nreplicas: 3\n');
    const { code, stderr } = await run(['chart', 'docs', dir, '--check']);
    expect([code, stderr.includes('| replicas | int | `3` | How many |')]).to.deep.equal([1, true]);
    expect(readFileSync(join(dir, 'README.md'), 'utf8')).to.contain('`2`');
  });

  it('names the line of values that cannot be read, and a folder without a chart', async () => {
    writeFileSync(join(dir, 'values.yaml'), 'a: 1\nb: [1\n');
    expect((await run(['chart', 'docs', dir, '--write'])).stderr).to.contain(
      `${join(relative('.', dir), 'values.yaml')}:3`,
    );
    rmSync(join(dir, 'Chart.yaml'));
    expect((await run(['chart', 'docs', dir])).stderr).to.contain('There is no chart in');
    expect(existsSync(join(dir, 'README.md'))).to.equal(false);
  });
});
