import { expect } from 'chai';
import { withoutHooks } from '../../../src/render/manifests/hooks.ts';
import type { Manifest } from '../../../src/render/types.ts';

const job = (name: string, hook?: string): Manifest => ({
  object: {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name, ...(hook === undefined ? {} : { annotations: { 'helm.sh/hook': hook } }) },
  },
  origin: { file: `templates/${name}.yaml`, line: 1 },
  app: 'web',
});

/** Names of what is applied, then the reasons of the warnings. */
const fate = (...manifests: Manifest[]): string => {
  const { manifests: kept, warnings } = withoutHooks(manifests);
  return [...kept.map(({ object }) => object.metadata.name), ...warnings.map(({ reason }) => reason)].join(
    ' ',
  );
};

describe('Helm hooks', () => {
  it('leave an object without the annotation alone', () => {
    expect(fate(job('plain'))).to.equal('plain');
  });
  it('of a test are not applied, and named', () => {
    expect(fate(job('a', 'test'), job('b', 'test-success'))).to.equal('HookLeftOut HookLeftOut');
    expect(withoutHooks([job('a', 'test')]).warnings[0]).to.include({
      message: 'Job a is a Helm hook (test): it is not applied',
    });
  });
  it('of deleting and rolling back are not applied: they would undo what is deployed', () => {
    expect(fate(job('a', 'pre-delete, post-delete'), job('b', 'post-rollback'))).to.equal(
      'HookLeftOut HookLeftOut',
    );
  });
  it('of installing and upgrading are applied with the rest, and named', () => {
    expect(fate(job('migrate', 'pre-install,pre-upgrade'))).to.equal('migrate HookAppliedPlainly');
    expect(fate(job('both', 'post-install,pre-delete'))).to.equal('both HookAppliedPlainly');
  });
  it('of an event that Helm does not know are not applied', () => {
    expect(fate(job('a', 'whenever'))).to.equal('HookLeftOut');
    expect(fate(job('a', true as unknown as string))).to.equal('HookLeftOut');
  });
});
