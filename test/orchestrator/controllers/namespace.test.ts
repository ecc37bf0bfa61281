import { expect } from 'chai';
import {
  emptyingConditions,
  type Remainder,
} from '../../../src/orchestrator/controllers/namespaceconditions.ts';
import { NOW } from './notation.ts';

const texts = (conditions: ReturnType<typeof emptyingConditions>) =>
  conditions.map(({ type, status, message }) => `${type}=${status} ${message}`);

const EMPTIED = { remainders: [], failures: [], undiscovered: [] };

describe('a namespace that is being emptied', () => {
  const remainders: readonly Remainder[] = [
    { resource: 'pods.', count: 1, finalizers: {} },
    { resource: 'deployments.apps', count: 2, finalizers: { 'example.com/hold': 1 } },
  ];

  it('says what remains and which finalizers it waits for, once', () => {
    const conditions = emptyingConditions([], { ...EMPTIED, remainders }, NOW);
    expect(texts(conditions)).to.deep.equal([
      'NamespaceDeletionDiscoveryFailure=False All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure=False All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure=False All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining=True Some resources are remaining: deployments.apps has 2 resource instances, pods. has 1 resource instances',
      'NamespaceFinalizersRemaining=True Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ]);
    expect(emptyingConditions(conditions, { ...EMPTIED, remainders }, NOW + 60_000)).to.deep.equal(
      conditions,
    );
  });

  it('says what could not be deleted', () => {
    const conditions = emptyingConditions([], { ...EMPTIED, failures: ['b is held', 'a is held'] }, NOW);
    expect(texts(conditions)).to.include.members([
      'NamespaceDeletionContentFailure=True Failed to delete all resource types, 2 remaining: a is held, b is held',
      'NamespaceContentRemaining=False All content successfully removed',
      'NamespaceFinalizersRemaining=False All content-preserving finalizers finished',
    ]);
  });

  it('says of which API servers nobody knows what they hold', () => {
    const undiscovered = ['b.io/v1: gone', 'a.io/v1: gone'];
    expect(texts(emptyingConditions([], { ...EMPTIED, undiscovered }, NOW))[0]).to.equal(
      'NamespaceDeletionDiscoveryFailure=True Discovery failed for some groups, 2 failing: unable to retrieve the complete list of server APIs: a.io/v1: gone, b.io/v1: gone',
    );
  });
});
