import { expect } from 'chai';
import { foldUntouched, targetsOf } from '../../../src/server/sinks/pushtargets.ts';

describe('what a push concerns', () => {
  const dev = { environment: 'dev', branch: 'main', revision: 'new', changed: true };

  it('is what was pushed, even where another push was faster', () => {
    expect(targetsOf([dev], [{ branch: 'main', to: 'mine' }])).to.deep.equal([
      { environment: 'dev', revision: 'mine' },
    ]);
  });

  it('is an environment that it leaves untouched', () => {
    const untouched = { ...dev, changed: false, untouched: true };
    expect(targetsOf([untouched], [{ branch: 'main', to: 'new' }])).to.deep.equal([
      { environment: 'dev', revision: 'new' },
    ]);
  });

  it('is also an environment that the push does not change', () => {
    expect(targetsOf([{ ...dev, changed: false }], [{ branch: 'main', to: 'new' }])).to.have.length(1);
  });

  it('is what a push to another branch changed, and nothing else', () => {
    const refs = [{ branch: 'other', to: 'x' }];
    expect(targetsOf([dev], refs)).to.deep.equal([{ environment: 'dev', revision: 'new' }]);
    expect(targetsOf([{ ...dev, changed: false }], refs)).to.deep.equal([]);
  });

  it('is each of a few that it leaves untouched, and of many the others alone, with a line that counts them', () => {
    const untouched = (n: number) =>
      Array.from({ length: n }, (_, i) => ({
        environment: `e${i}`,
        branch: 'main',
        revision: 'new',
        changed: false,
        untouched: true,
      }));
    const few = [dev, ...untouched(5)];
    expect(foldUntouched(few)).to.deep.equal({ observed: few });
    expect(foldUntouched([dev, ...untouched(6)])).to.deep.equal({
      observed: [dev],
      line: 'unchanged: 6 environments, for which it holds the same as before',
    });
  });

  it('has no revision where the branch was deleted', () => {
    const frozen = { environment: 'dev', branch: 'main', changed: true };
    expect(targetsOf([frozen], [{ branch: 'main', to: null }])).to.deep.equal([{ environment: 'dev' }]);
  });
});
