import { expect } from 'chai';
import { nextAddress } from '../../../../../src/orchestrator/node/runtime/process/addresses.ts';

describe('addresses of pods', () => {
  it('gives every address of the range once before one comes again', () => {
    const taken = new Set<string>();
    let last: string | undefined;
    for (let n = 0; n < 600; n++) {
      last = nextAddress('127.9.0.0/22', taken, last);
      if (last) taken.add(last);
    }
    expect(taken.size).to.equal(600);
    expect(
      [...taken].every((address) => /^127\.9\.[0-3]\.([1-9]|[1-9]\d|1\d\d|2[0-4]\d|25[0-4])$/.test(address)),
    ).to.equal(true);
    expect(nextAddress('127.9.0.0/30', new Set(['127.9.0.1', '127.9.0.2', '127.9.0.3']), undefined)).to.equal(
      undefined,
    );
    expect(nextAddress('127.9.0.0/24', new Set(['127.9.0.6']), '127.9.0.5')).to.equal('127.9.0.7');
  });
});
