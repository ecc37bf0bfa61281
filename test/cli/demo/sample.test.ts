import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { createSample } from '../../../src/cli/demo/sample.ts';

const EXAMPLE = fileURLToPath(new URL('../../../examples/resizer', import.meta.url));

describe('the sample repository of the demo', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-sample-'));
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('is made from an installed package, too, which stands below a node_modules', async () => {
    const packageDir = join(dir, 'lib', 'node_modules', 'pilotage');
    const example = join(packageDir, 'examples', 'resizer');
    await mkdir(dirname(example), { recursive: true });
    await cp(EXAMPLE, example, { recursive: true });
    await mkdir(join(example, 'app', 'node_modules', 'left-over'), { recursive: true });
    const sample = await createSample(packageDir, dir, { PATH: process.env.PATH ?? '' });
    const files = (await sample.git.run('ls-files')).split('\n');
    expect(files).to.include.members(['pilotage.yaml', 'app/server.js', 'chart/Chart.yaml']);
    expect(await readdir(join(sample.directory, 'app'))).not.to.include('node_modules');
  });

  it('is one commit on main, whatever the git configuration of the user asks for', async () => {
    const sample = await createSample(join(EXAMPLE, '..', '..'), dir, {
      PATH: process.env.PATH ?? '',
      GIT_DIR: '/nonexistent',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'commit.gpgsign',
      GIT_CONFIG_VALUE_0: 'true',
    });
    expect(await sample.git.run('log', '--format=%an', 'main')).to.equal('Pilotage demo');
  });
});
