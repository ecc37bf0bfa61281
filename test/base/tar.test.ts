import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { type TarEntry, tarOf } from '../../src/base/tar.ts';

async function archive(entries: readonly TarEntry[]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of tarOf(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

describe('a tar archive', () => {
  const long = `${'folder/'.repeat(30)}ünïcode.txt`;
  const file = (path: string, text: string, mode = 0o644): TarEntry => ({
    type: 'file',
    path,
    mode,
    bytes: Buffer.from(text),
  });

  it('is what tar reads: files with their modes, links, folders, and names of any length in any script', async () => {
    const bytes = await archive([
      { type: 'folder', path: 'empty' },
      file('run.sh', 'echo', 0o755),
      file(long, 'x'.repeat(600)),
      { type: 'link', path: 'link', target: `${'a/'.repeat(60)}b` },
    ]);
    const listed = execFileSync('tar', ['-tvf', '-', '--quoting-style=literal'], { input: bytes })
      .toString()
      .trim()
      .split('\n');
    const rows = listed.map((line) => line.replace(/ +/g, ' ').split(' '));
    expect(rows.map(([mode, owner, size]) => [mode, owner, size])).to.deep.equal([
      ['drwxr-xr-x', '0/0', '0'],
      ['-rwxr-xr-x', '0/0', '4'],
      ['-rw-r--r--', '0/0', '600'],
      ['lrwxrwxrwx', '0/0', '0'],
    ]);
    expect(listed[2]).to.contain(long);
    expect(listed[3]).to.contain(`link -> ${'a/'.repeat(60)}b`);
  });

  it('is the same for the same entries', async () =>
    expect(await archive([file('a', '1')])).to.deep.equal(await archive([file('a', '1')])));
});
