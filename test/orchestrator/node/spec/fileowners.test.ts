import { expect } from 'chai';
import { fileOwnersOf } from '../../../../src/orchestrator/node/spec/fileowners.ts';
import { pod } from './notation.ts';

describe('the owners of the files of a pod', () => {
  const containers = { fileOwner: 'containers' as const };
  const as = (runAsUser?: number) => ({
    name: 'x',
    ...(runAsUser === undefined ? {} : { securityContext: { runAsUser } }),
  });
  const ownersOf = (spec: Parameters<typeof pod>[0]) => fileOwnersOf(pod(spec), containers, true);

  it('are the user that all its containers run as, and the group of its files', () => {
    const securityContext = { runAsUser: 1000, fsGroup: 2000 };
    expect(ownersOf({ securityContext, containers: [as(), as(1000)] })).to.deep.equal({
      type: 'containers',
      user: 1000,
      group: 2000,
    });
  });

  it('are no user where containers run as several, or the image says whom', () => {
    const securityContext = { runAsUser: 1000 };
    const none = { type: 'containers' };
    expect(ownersOf({ securityContext, containers: [as(), as(2)] })).to.deep.equal(none);
    expect(ownersOf({ containers: [as(1), as()] })).to.deep.equal(none);
    expect(ownersOf({ containers: [as(1)], initContainers: [as(0)] })).to.deep.equal(none);
    expect(ownersOf({ containers: [as(1)], initContainers: [as(1)] })).to.deep.equal({ ...none, user: 1 });
  });

  it('are nobody where the node may not give files to others', () => {
    const spec = { securityContext: { runAsUser: 1, fsGroup: 2 } };
    expect(fileOwnersOf(pod(spec), containers, false)).to.deep.equal({ type: 'containers' });
  });

  it('are whom the node has given the pod, where it has users for pods', () => {
    expect(fileOwnersOf(pod({ securityContext: { fsGroup: 2 } }), { fileOwner: 7 }, true)).to.deep.equal({
      type: 'node',
      owner: 7,
    });
    expect(fileOwnersOf(pod(), {}, true)).to.deep.equal({ type: 'node' });
  });
});
