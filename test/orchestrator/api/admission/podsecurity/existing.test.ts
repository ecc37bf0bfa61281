import { expect } from 'chai';
import type { Pod } from '../../../../../src/kube/kinds/objects.data.ts';
import { existingViolations } from '../../../../../src/orchestrator/api/admission/podsecurity/existing.ts';

const BASELINE = { level: 'baseline', version: 'latest' } as const;
const INTRO = 'existing pods in namespace "shop" violate the new PodSecurity enforce level "baseline:latest"';

const pod = (name: string, isBad: boolean, owner?: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'shop',
    ...(owner === undefined
      ? {}
      : { ownerReferences: [{ apiVersion: 'v1', kind: 'X', name: owner, uid: owner, controller: true }] }),
  },
  spec: { containers: [{ name: 'main' }], ...(isBad ? { hostNetwork: true } : {}) },
});

describe('pods that are there when a level changes', () => {
  it('are named by the first of those that are alike, and how many more there are', () => {
    const pods = ['c', 'a', 'b'].map((name) => pod(name, true));
    expect(existingViolations('shop', BASELINE, pods)).to.deep.equal([
      INTRO,
      'a (and 2 other pods): host namespaces',
    ]);
    expect(existingViolations('shop', BASELINE, [pod('fine', false)])).to.deep.equal([]);
  });

  it('are three thousand at most, one of each owner first', () => {
    const alike = Array.from({ length: 3_000 }, (_, i) => pod(`copy-${i}`, false, 'web'));
    expect(existingViolations('shop', BASELINE, [...alike, pod('other', true, 'db')])).to.deep.equal([
      'new PodSecurity enforce level only checked against the first 3000 of 3001 existing pods',
      INTRO,
      'other: host namespaces',
    ]);
  });
});
