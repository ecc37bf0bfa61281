import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ProblemError, problemOf } from '../../src/base/errors.ts';
import { readState, writeState } from '../../src/base/statefile.ts';

describe('a state file', () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'pilotage-state-'));
    path = join(dir, 'state.json');
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const refusal = (promise: Promise<unknown>) =>
    promise.then(
      () => undefined,
      (error: ProblemError) => problemOf(error),
    );

  it('gives back what was written', async () => {
    await writeState(path, { token: 'ä', list: [1, null] });
    expect(await readState(path)).to.deep.equal({ token: 'ä', list: [1, null] });
  });

  it('is nothing where none was written', async () => {
    expect(await readState(path)).to.equal(undefined);
  });

  it('is readable by its owner only, also when it replaces one that was not', async () => {
    writeFileSync(path, '{}', { mode: 0o644 });
    await writeState(path, {});
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('leaves nothing else behind', async () => {
    await writeState(path, 1);
    await writeState(path, 2);
    expect(readdirSync(dir)).to.deep.equal(['state.json']);
  });

  for (const damaged of ['', '{"token":', 'null null']) {
    it(`that is damaged (${JSON.stringify(damaged)}) is named, with what to do`, async () => {
      writeFileSync(path, damaged);
      const problem = await refusal(readState(path));
      expect(problem).to.deep.include({ reason: 'CorruptState', message: `${path} is damaged.` });
      expect(problem?.remedy).to.contain('remove it to start afresh');
    });
  }

  it('keeps the old content when the new cannot be written', async () => {
    await writeState(path, 'old');
    await writeState(path, 1n).catch(() => {});
    expect(await readState(path)).to.equal('old');
  });
});
