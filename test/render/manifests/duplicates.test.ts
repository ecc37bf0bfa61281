import { expect } from 'chai';
import { distinct } from '../../../src/render/manifests/duplicates.ts';
import type { Written } from '../../../src/render/manifests/read.ts';

const written = (a: string, line: number): Written => ({
  object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'one' }, data: { a } },
  origin: { file: 'all.yaml', line },
});

describe('an object that is written twice', () => {
  it('is one where both say the same', () => {
    expect(distinct([written('x', 1), written('x', 9)])).to.deep.equal({
      written: [written('x', 1)],
      problems: [],
    });
  });

  it('is refused where they differ, with both places', () => {
    const [problem] = distinct([written('x', 1), written('y', 9)]).problems;
    expect(problem?.place).to.deep.equal({ file: 'all.yaml', line: 9 });
    expect(problem?.message).to.contain('all.yaml:1');
  });
});
