import { expect } from 'chai';
import { fullName } from '../../src/cli/status.ts';
import type { StatusReport } from '../../src/model/faces.ts';

const having = (...names: string[]): StatusReport => ({
  deliveries: names.map((name) => ({ name, source: 'hosted', message: '', environments: [] })),
});

describe('the name of an environment', () => {
  it('may leave its delivery out where there is one', () => {
    expect(fullName(having('shop'), 'prod')).to.equal('shop/prod');
    expect(fullName(having('shop'), 'shop/prod')).to.equal('shop/prod');
  });

  it('is taken as it stands where there are several deliveries, or none', () => {
    expect(fullName(having('shop', 'blog'), 'prod')).to.equal('prod');
    expect(fullName(having(), 'prod')).to.equal('prod');
  });

  it('is that of the delivery itself where it is called so', () => {
    expect(fullName(having('shop'), 'shop')).to.equal('shop');
    expect(fullName(having('shop'), undefined)).to.equal(undefined);
  });
});
