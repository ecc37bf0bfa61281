import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { expect } from 'chai';
import { fileKey, seal, unseal } from '../../../src/cli/backup/seal.ts';

const KEY = fileKey(Buffer.alloc(32, 1), Buffer.alloc(32, 2));
const SIZES = [0, 1, 15, 16, 17, 46, 70_000];

/** In pieces of so many bytes. */
const pieces = (bytes: Buffer, size: number): AsyncIterable<Buffer> =>
  Readable.from(
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
      bytes.subarray(i * size, (i + 1) * size),
    ),
  );

const sealed = (bytes: Buffer, path = 'token.json') => buffer(seal(pieces(bytes, 1000), KEY, path));
const opened = (bytes: Buffer, size: number, key = KEY, path = 'token.json') =>
  buffer(unseal(pieces(bytes, size), key, path));
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'opened',
    (error: { problem?: { reason: string } }) => error.problem?.reason,
  );

describe('a sealed file of a backup', () => {
  it('opens to what it was, whatever its size and however it is read', async () => {
    for (const length of SIZES) {
      const bytes = randomBytes(length);
      const text = await sealed(bytes);
      for (const size of [1, 7, 31, 65_536].filter((one) => one > 1 || length < 100))
        expect((await opened(text, size)).equals(bytes), `${length} by ${size}`).to.equal(true);
    }
  });

  it('shows nothing of what it holds, and is another each time', async () => {
    const bytes = Buffer.from('correct horse battery staple');
    const [one, two] = [await sealed(bytes), await sealed(bytes)];
    expect(one.includes(bytes)).to.equal(false);
    expect(one.equals(two)).to.equal(false);
  });

  it('does not open with another key, under another path, changed anywhere, or cut short', async () => {
    const text = await sealed(Buffer.from('secret'));
    const other = fileKey(Buffer.alloc(32, 1), Buffer.alloc(32, 3));
    expect(await reasonOf(opened(text, 100, other))).to.equal('BackupDamaged');
    expect(await reasonOf(opened(text, 100, KEY, 'pki/ca.key'))).to.equal('BackupDamaged');
    for (let at = 0; at < text.length; at++) {
      const changed = Buffer.from(text);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await reasonOf(opened(changed, 100)), `byte ${at}`).to.equal('BackupDamaged');
      expect(await reasonOf(opened(text.subarray(0, at), 100)), `cut at ${at}`).to.equal('BackupDamaged');
    }
  });
});
