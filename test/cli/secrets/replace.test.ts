import { chmod, lstat, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { replaceFile } from '../../../src/cli/secrets/replace.ts';

describe('a file that is replaced', () => {
  let dir: string;
  let file: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'pilotage-replace-'));
    file = join(dir, 'secrets.yaml');
    await writeFile(file, 'old');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  it('keeps its mode', async () => {
    await chmod(file, 0o600);
    await replaceFile(file, 'new', 'old');
    expect((await stat(file)).mode & 0o777).to.equal(0o600);
    expect(await readFile(file, 'utf8')).to.equal('new');
  });

  it('is the one that a symbolic link names', async () => {
    const link = join(dir, 'link.yaml');
    await symlink('secrets.yaml', link);
    await replaceFile(link, 'new', 'old');
    expect((await lstat(link)).isSymbolicLink()).to.equal(true);
    expect(await readFile(file, 'utf8')).to.equal('new');
  });

  it('stays as it is where somebody else has changed it, and nothing is left beside it', async () => {
    for (const before of ['older', undefined])
      expect(await replaceFile(file, 'new', before).catch(String)).to.contain('was changed by somebody else');
    expect(await readFile(file, 'utf8')).to.equal('old');
    expect(await readdir(dir)).to.deep.equal(['secrets.yaml']);
  });
});
