import { expect } from 'chai';
import { CUT, splitLines } from '../../src/base/lines.ts';

describe('lines', () => {
  const linesOf = (pieces: readonly (string | Buffer)[], maxBytes = 100): string[] => {
    const lines: string[] = [];
    const splitter = splitLines(maxBytes, (line) => lines.push(line));
    for (const piece of pieces) splitter.add(Buffer.from(piece));
    splitter.end();
    return lines;
  };

  it('end at LF or CRLF, wherever the pieces are cut, and the last one may lack its end', () => {
    expect(linesOf(['one\r', '\ntw', 'o\n\nthree'])).to.deep.equal(['one', 'two', '', 'three']);
  });

  it('keep a character whose bytes come in two pieces', () => {
    const bytes = Buffer.from('grün\n');
    expect(linesOf([bytes.subarray(0, 3), bytes.subarray(3)])).to.deep.equal(['grün']);
  });

  it('are cut at the limit, and the next one is whole again', () => {
    expect(linesOf(['abcdef', 'ghi\nxy\n'], 4)).to.deep.equal([`abcd${CUT}`, 'xy']);
    expect(linesOf(['abcd\n'], 4)).to.deep.equal(['abcd']);
    expect(linesOf(['abcde'], 4)).to.deep.equal([`abcd${CUT}`]);
  });

  it('without an end hold no more than the limit, however much comes', () => {
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const before = process.memoryUsage().arrayBuffers;
    const splitter = splitLines(4096, () => {});
    for (let i = 0; i < 700; i++) splitter.add(piece);
    expect(process.memoryUsage().arrayBuffers - before).to.be.lessThan(64 * 1024 * 1024);
  });
});
