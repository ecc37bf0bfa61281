import { expect } from 'chai';
import { readText } from '../../../src/base/filetree.ts';
import { treeOf } from '../../../src/render/pool/wire.ts';
import { render } from '../request.ts';
import { STORIES, storyRequest } from './story.ts';

const PIECES = [
  'null',
  '[]',
  '{}',
  '1',
  'true',
  '[[1]]',
  '{a: {b: c}}',
  '- a',
  '${A',
  '$$',
  '*x',
  '&x',
  '!reset',
  '"',
  ':',
  '-1',
  '~',
];

/** The same numbers for the same seed (xorshift). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A compose file with up to three lines removed, changed or added. */
function broken(text: string, next: (below: number) => number): string {
  const lines = text.split('\n');
  for (let left = 1 + next(3); left > 0; left--) {
    const at = next(lines.length);
    const line = lines[at] ?? '';
    const piece = PIECES[next(PIECES.length)] ?? '';
    const how = next(4);
    if (how === 0) lines.splice(at, 1);
    else if (how === 1) lines.splice(at, 0, ' '.repeat(next(8)) + piece);
    else lines[at] = how === 2 ? `${line} ${piece}` : line.replace(/:.*/, `: ${piece}`);
  }
  return lines.join('\n');
}

describe('a compose file with mistakes', () => {
  it('renders or is refused with a place, the same each time, and never throws', () => {
    const next = numbers(20_261_201);
    for (let round = 0; round < 150; round++) {
      const { tree } = storyRequest(STORIES[round % STORIES.length] ?? '');
      const text = broken(readText(tree, 'compose.yaml') ?? '', next);
      const files = new Map(tree.paths.map((path) => [path, tree.read(path) ?? new Uint8Array()]));
      const changed = treeOf(files.set('compose.yaml', Buffer.from(text)));
      const result = render(changed);
      if (!result.ok)
        for (const problem of result.problems) expect(problem.place, text).to.not.equal(undefined);
      expect(JSON.stringify(render(changed))).to.equal(JSON.stringify(result));
    }
  });
});
