import { spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { expect } from 'chai';

/** Whether a child that was born with this file at descriptor 3 still has it there, after the call. What its loader opens may take the number. */
function holdsItAfter(call: string): string {
  const fd = openSync('/dev/null', 'r');
  const file = openSync(import.meta.filename, 'r');
  const module = new URL('../../src/base/inheritedfiles.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(({ closeInheritedFiles }) => { ${call}; try { console.log(require('fs').fstatSync(3).ino === ${fstatSync(file).ino}); } catch (e) { console.log(e.code === 'EBADF' ? false : e); } })`;
  try {
    const child = spawnSync(process.execPath, ['--import', 'tsx', '-e', script], {
      stdio: [fd, 'pipe', 'inherit', file],
    });
    return child.stdout.toString().trim();
  } finally {
    closeSync(fd);
    closeSync(file);
  }
}

describe('files that a process was born with', () => {
  it('are closed before it does anything', function () {
    this.timeout(30_000);
    if (process.platform !== 'linux') this.skip();
    expect(holdsItAfter('')).to.equal('true');
    expect(holdsItAfter('closeInheritedFiles()')).to.equal('false');
  });
});
