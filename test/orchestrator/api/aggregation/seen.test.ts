import { expect } from 'chai';
import { createSeen } from '../../../../src/orchestrator/api/aggregation/seen.ts';

const SHIPS = { resource: 'ships', scope: 'Namespaced', verbs: ['get'] } as const;

describe('what an aggregated API server has said of itself', () => {
  it('is nothing, and not fresh, before it has been asked', () => {
    expect(createSeen().of('v1.a')).to.deep.equal({ isFresh: false, resources: [] });
  });

  it('is fresh until it is asked again in vain, and kept then', () => {
    const seen = createSeen();
    seen.note('v1.a', { resources: [SHIPS], openApiUrl: '/openapi' });
    expect(seen.of('v1.a')).to.deep.equal({ isFresh: true, resources: [SHIPS], openApiUrl: '/openapi' });
    seen.note('v1.a', {});
    expect(seen.of('v1.a')).to.deep.equal({ isFresh: false, resources: [SHIPS], openApiUrl: '/openapi' });
  });

  it('is forgotten with its APIService', () => {
    const seen = createSeen();
    seen.note('v1.a', { resources: [SHIPS] });
    seen.forget('v1.a');
    expect(seen.of('v1.a').resources).to.deep.equal([]);
  });

  it('is asked for every 30 seconds, and of one that does not answer after 1, 2, 4 … 30', () => {
    const seen = createSeen();
    expect(seen.note('v1.a', { resources: [] })).to.equal(30_000);
    const waits = [1, 2, 3, 4, 5, 6, 7].map(() => seen.note('v1.a', {}));
    expect(waits).to.deep.equal([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
    expect(seen.note('v1.a', { resources: [] })).to.equal(30_000);
    expect(seen.note('v1.a', {})).to.equal(1_000);
  });
});
