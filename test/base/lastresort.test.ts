import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';

const at = (file: string): string =>
  JSON.stringify(pathToFileURL(join(import.meta.dirname, '../../src/base', file)).href);

/** Runs a program whose log is /dev/full, or stdout; resolves with its exit code and what it printed. */
function run(body: string): Promise<{ code: number | null; stdout: string }> {
  const source = `import { outliveRefusedWrites } from ${at('lastresort.ts')};
    import { silentLogger } from ${at('log.ts')};
    outliveRefusedWrites(silentLogger);
    ${body}`;
  const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: 15_000,
  });
  let stdout = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString('utf8');
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout })));
}

describe('a write that is refused and that nobody foresaw', () => {
  it('does not end the process; any other exception does', async () => {
    // Linux: every write to it fails with ENOSPC.
    const full = `import { writeFileSync } from 'node:fs';
      setTimeout(() => writeFileSync('/dev/full', 'x'), 1);
      setTimeout(() => console.log('lives'), 50);`;
    const other = `setTimeout(() => { throw new Error('a slip'); }, 1);
      setTimeout(() => console.log('lives'), 500);`;
    expect(await Promise.all([run(full), run(other)])).to.deep.equal([
      { code: 0, stdout: 'lives\n' },
      { code: 1, stdout: '' },
    ]);
  });
});
