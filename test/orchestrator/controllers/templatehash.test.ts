import { expect } from 'chai';
import { podTemplateHash } from '../../../src/orchestrator/controllers/templatehash.ts';

describe('the hash of a pod template', () => {
  it('gives equal templates equal hashes, whatever the order of their keys, and other counts others', () => {
    const hash = podTemplateHash({ a: 1, b: { c: 2 } });
    expect(podTemplateHash({ b: { c: 2 }, a: 1 })).to.equal(hash);
    expect(podTemplateHash({ a: 1, b: { c: 3 } })).to.not.equal(hash);
    expect(podTemplateHash({ a: 1, b: { c: 2 } }, 0)).to.not.equal(hash);
  });
});
