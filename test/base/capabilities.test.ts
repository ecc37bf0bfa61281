import { expect } from 'chai';
import { capabilitiesOf, hasCapability, ownCapabilities } from '../../src/base/capabilities.ts';

describe('the capabilities of a program', () => {
  it('are read from its status, each by its number', () => {
    const some = capabilitiesOf('Name:\tnode\nCapInh:\t0000000000000000\nCapEff:\t0000000000200000\n');
    expect([hasCapability(some, 'SYS_ADMIN'), hasCapability(some, 'SYS_RESOURCE')]).to.deep.equal([
      true,
      false,
    ]);
  });

  it('are none where its status says nothing of them', () => {
    expect(capabilitiesOf('Name:\tnode\n')).to.equal(0n);
  });

  it('are those of this program by default', () => {
    expect(ownCapabilities()).to.be.a('bigint');
  });
});
