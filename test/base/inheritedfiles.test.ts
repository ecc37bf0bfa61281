import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { expect } from 'chai';

/** What a child that was born with this file at descriptor 3 can still write to it, after the call or without it. */
function writesAfter(call: string): string {
  const fd = openSync('/dev/null', 'r');
  const file = openSync(import.meta.filename, 'r');
  const module = new URL('../../src/base/inheritedfiles.ts', import.meta.url).href;
  const script = `import(${JSON.stringify(module)}).then(({ closeInheritedFiles }) => { ${call}; try { require('fs').fstatSync(3); console.log('open'); } catch (e) { console.log(e.code); } })`;
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
    expect(writesAfter('')).to.equal('open');
    expect(writesAfter('closeInheritedFiles()')).to.equal('EBADF');
  });
});
