import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { PACKED_BOUNDS, packTreeText, unpackTreeText } from '../../src/base/packedtree.ts';
import { TAR_END, type TarEntry, tarEntry } from '../../src/base/tar.ts';
import { filesOf } from '../fakes/filetree.ts';

const packed = (...entries: readonly TarEntry[]) =>
  gzipSync(Buffer.concat([...entries.flatMap(tarEntry), TAR_END])).toString('base64');
const file = (path: string): TarEntry => ({ type: 'file', path, mode: 0o644, bytes: Buffer.from('x') });
const reason = async (text: string) => {
  const tree = await unpackTreeText(text);
  return tree.ok ? 'read' : tree.problems[0].message;
};

describe('a tree that travels', () => {
  it('arrives as it was', async () => {
    const files = { 'a.yaml': 'a: ä', 'b/c.yaml': 'x'.repeat(1000), [`long/${'n'.repeat(150)}.yaml`]: '' };
    const text = await packTreeText(filesOf(files));
    const tree = await unpackTreeText(text.ok ? text.value : '');
    if (!tree.ok) throw new Error(tree.problems[0].message);
    const read = tree.value.paths.map((path) => [path, Buffer.from(tree.value.read(path) ?? []).toString()]);
    expect(Object.fromEntries(read)).to.deep.equal(files);
    expect(tree.value.digest('b')).to.be.a('string');
    expect(tree.value.digest('none')).to.equal(undefined);
  });

  const refused: readonly [what: string, text: string, why: RegExp][] = [
    ['no archive', 'hello', /no base64 of a gzipped archive/],
    ['a path that leaves it', packed(file('../x')), /"\.\.\/x", which is no plain file/],
    ['an absolute path', packed(file('/etc/x')), /no plain file/],
    ['git itself', packed(file('.git/config')), /no plain file/],
    ['a link', packed({ type: 'link', path: 'a', target: '/etc/passwd' }), /no plain file/],
    ['a file that is a folder as well', packed(file('a'), file('a/b')), /a\/b below a file/],
    ['more than fits', 'A'.repeat(PACKED_BOUNDS.text + 1), /too large/],
    ['little that unpacks to much', gzipSync(Buffer.alloc(100 * 2 ** 20)).toString('base64'), /too large/],
    [
      'an archive that is cut short',
      gzipSync(tarEntry(file('a'))[0] ?? '').toString('base64'),
      /cannot be read/,
    ],
  ];
  for (const [what, text, why] of refused)
    it(`is refused where it holds ${what}`, async () => {
      expect(await reason(text)).to.match(why);
    });

  it('is not sent where it is too large, and its largest file is named', async () => {
    const text = await packTreeText(filesOf({ 'big.bin': 'x'.repeat(PACKED_BOUNDS.bytes), 'a.bin': 'x' }));
    expect(text.ok ? [] : text.problems[0].details?.[0]).to.equal('big.bin: 32768 KiB');
  });
});
