import { expect } from 'chai';
import { outputs } from '../../../../../src/orchestrator/node/runtime/container/engine/frames.ts';

const frame = (stream: number, text: string): Buffer => {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(text.length, 4);
  return Buffer.concat([header, Buffer.from(text)]);
};

async function read(bytes: Buffer, size: number): Promise<readonly string[]> {
  const seen = { stdout: '', stderr: '' };
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  for await (const { from, bytes: some } of outputs(pieces())) seen[from] += some;
  return [seen.stdout, seen.stderr];
}

describe('output of a container in frames', () => {
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, 'oops\n'), frame(1, ''), frame(1, 'two\n')]);

  for (const size of [1, 3, 8, 1000])
    it(`is kept apart in pieces of ${size} bytes`, async () =>
      expect(await read(bytes, size)).to.deep.equal(['one\ntwo\n', 'oops\n']));

  it('that is cut off gives what came', async () =>
    expect(await read(bytes.subarray(0, 10), 4)).to.deep.equal(['on', '']));
});
