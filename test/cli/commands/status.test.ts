import { expect } from 'chai';
import { fullName } from '../../../src/cli/daemon/choose.ts';
import type { StatusReport } from '../../../src/model/faces.ts';
import { environment } from '../harness.ts';

/** `shop: dev prod` is a delivery with two environments. */
const having = (...deliveries: string[]): StatusReport => ({
  deliveries: deliveries.map((text) => {
    const [name = '', environments = ''] = text.split(': ');
    return {
      name,
      source: '',
      message: '',
      environments: environments.split(' ').map((one) => environment({ name: one })),
    };
  }),
});

describe('the name of an environment', () => {
  it('may leave its delivery out where one only has an environment of that name', () => {
    expect(fullName(having('shop: dev prod'), 'prod')).to.equal('shop/prod');
    expect(fullName(having('shop: dev prod', 'blog: dev'), 'prod')).to.equal('shop/prod');
    expect(fullName(having('shop: dev prod'), 'shop/prod')).to.equal('shop/prod');
  });

  it('is taken as it stands where several have one, or none', () => {
    expect(fullName(having('shop: dev', 'blog: dev'), 'dev')).to.equal('dev');
    expect(fullName(having(), 'prod')).to.equal('prod');
  });

  it('is that of the delivery itself where it is called so', () => {
    expect(fullName(having('dev: dev'), 'dev')).to.equal('dev');
    expect(fullName(having('shop: dev'), undefined)).to.equal(undefined);
  });
});
