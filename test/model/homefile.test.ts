import { expect } from 'chai';
import { problemOf } from '../../src/base/errors.ts';
import { chooseHome, type HomeFacts } from '../../src/model/homefile.ts';

describe('the home cluster', () => {
  const choose = (facts: Partial<HomeFacts>): string => {
    try {
      const choice = chooseHome({ asked: undefined, recorded: undefined, hasCluster: false, ...facts });
      return choice.type === 'remote' ? choice.context : choice.type;
    } catch (error) {
      return problemOf(error).message;
    }
  };

  it('is the built-in one unless a context is named', () => {
    expect(choose({})).to.equal('builtin');
    expect(choose({ asked: 'prod' })).to.equal('prod');
  });

  it('is kept: a later start needs not name it', () => {
    expect(choose({ recorded: 'prod' })).to.equal('prod');
    expect(choose({ recorded: 'prod', asked: 'prod' })).to.equal('prod');
    expect(choose({ hasCluster: true })).to.equal('builtin');
  });

  it('is never exchanged for another one, which would not have the objects', () => {
    expect(choose({ recorded: 'prod', asked: 'other' })).to.equal(
      'This data directory has context prod as its home, not context other.',
    );
    expect(choose({ hasCluster: true, asked: 'prod' })).to.equal(
      'This data directory has its own cluster as its home, not context prod.',
    );
  });
});
