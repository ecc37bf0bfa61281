import { expect } from 'chai';
import { idle, isIdle, unserved } from '../../../src/sync/plan/unserved.ts';

const place = { file: 'manifests/db.yaml', line: 3 };
const say = (apiVersion: string, kind: string, cluster?: string) =>
  unserved({ apiVersion, kind }, `${kind} db`, place, cluster);

describe('a kind that the cluster does not serve', () => {
  it('is, where every Kubernetes has it, what the built-in orchestrator does not serve yet', () => {
    expect(say('resource.k8s.io/v1', 'ResourceClaim')).to.include({
      reason: 'KindNotServed',
      message:
        'ResourceClaim db: ResourceClaim is not served by the built-in orchestrator yet: it comes with dynamic resource allocation; on a real cluster it works',
    });
    // One that no row of the table names.
    expect(say('storage.k8s.io/v1', 'CSINode').message).to.contain('orchestrator yet; on a real cluster');
  });

  it('sends nobody to look for a mistake that is none', () => {
    for (const kind of ['StatefulSet', 'DaemonSet'])
      expect(say('apps/v1', kind).remedy).not.to.match(/apiVersion/);
  });

  it('is a mistake where no Kubernetes knows it: in its version, in its name', () => {
    expect(say('apps/v1', 'StatefullSet').remedy).to.contain('Check apiVersion and kind');
    expect(say('example.com/v1', 'Oddity').remedy).to.contain('CustomResourceDefinition');
  });

  it('is said of the other cluster that does not serve it', () => {
    expect(say('apps/v1', 'StatefulSet', 'far').message).to.contain('the cluster far does not serve');
  });
});

describe('a kind that is served, and that nothing acts on', () => {
  const ref = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    namespace: 'shop',
    name: 'inside',
  };

  it('is said to be stored only, with what it comes with', () => {
    expect(idle(ref, place)).to.include({
      reason: 'KindNotRun',
      message:
        'ResourceClaim inside: the built-in orchestrator stores ResourceClaim objects, but nothing acts on them yet: that comes with dynamic resource allocation; on a real cluster it works',
    });
  });

  it('is one of Kubernetes, and not a custom one of that name', () => {
    expect(isIdle(ref)).to.equal(true);
    expect(isIdle({ ...ref, apiVersion: 'resource.example.com/v1' })).to.equal(false);
    expect(isIdle({ apiVersion: 'apps/v1', kind: 'Deployment' })).to.equal(false);
    expect(isIdle({ apiVersion: 'batch/v1', kind: 'Job' })).to.equal(false);
    expect(isIdle({ apiVersion: 'v1', kind: 'PersistentVolumeClaim' })).to.equal(false);
  });
});
