import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ProblemError } from '../../src/base/errors.ts';
import { makeDataDir } from '../../src/model/datadir.ts';

describe('the data directory', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-datadir-'));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const modeOf = (path: string): number => statSync(path).mode & 0o777;
  const refusal = (path: string): Promise<unknown> => makeDataDir(path).catch((error: unknown) => error);

  it('is made with its parents, for its owner only, and making it again changes nothing', async () => {
    const data = join(dir, 'a', 'b');
    await makeDataDir(data);
    await makeDataDir(data);
    for (const folder of ['', 'agent', 'git', 'mirrors', 'images'])
      expect(modeOf(join(data, folder)), folder).to.equal(0o700);
  });

  it('keeps the mode that it has, but what holds secrets in it is for its owner only', async () => {
    const data = join(dir, 'shared');
    mkdirSync(data);
    chmodSync(data, 0o755);
    await makeDataDir(data);
    expect(modeOf(data)).to.equal(0o755);
    expect(modeOf(join(data, 'agent'))).to.equal(0o700);
  });

  it('is refused by name where a file stands', async () => {
    writeFileSync(join(dir, 'file'), '');
    for (const path of ['file', 'file/below']) {
      const error = await refusal(join(dir, path));
      expect(error).to.be.instanceOf(ProblemError);
      expect((error as ProblemError).problem.reason).to.equal('DataDirUnusable');
    }
  });

  it('is refused at once below a folder that makes none', async function () {
    if (process.platform !== 'linux') this.skip();
    expect(await refusal('/proc/pilotage')).to.be.instanceOf(ProblemError);
  });
});
