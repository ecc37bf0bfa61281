import { expect } from 'chai';
import { statusError } from '../../../src/kube/values/status.ts';
import { conflictsOf, describeConflicts, hasField } from '../../../src/sync/plan/conflicts.ts';

const intent = {
  metadata: { annotations: { 'pilotage.dev/tracking': 'x' }, finalizers: ['a/b'] },
  spec: {
    replicas: 3,
    template: { spec: { containers: [{ name: 'web', image: 'x', ports: [{ containerPort: 80 }] }] } },
  },
};

describe('a field of a conflict', () => {
  const ours = [
    '.spec.replicas',
    '.spec.template.spec.containers[name="web"].image',
    '.spec.template.spec.containers[name="web"].ports[containerPort=80,protocol="TCP"].containerPort',
    '.metadata.annotations.pilotage.dev/tracking',
    '.metadata.finalizers[="a/b"]',
  ];
  for (const field of ours)
    it(`${field} is found in the intent`, () => expect(hasField(intent, field)).to.equal(true));

  const others = [
    '.spec.paused',
    '.spec.template.spec.containers[name="other"].image',
    '.metadata.labels.app',
    '.metadata.finalizers[="c"]',
  ];
  for (const field of others) it(`${field} is not`, () => expect(hasField(intent, field)).to.equal(false));
});

describe('the answer to a refused apply', () => {
  it('is read manager by manager', () => {
    const cause = (manager: string, field: string) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${manager}" using apps/v1`,
      field,
    });
    const error = statusError('Conflict', 'Apply failed with 2 conflicts', {
      causes: [cause('kubectl-edit', '.spec.replicas'), cause('kubectl-edit', '.spec.paused')],
    });
    expect(describeConflicts(conflictsOf(error))).to.equal(
      '.spec.replicas and .spec.paused are held by kubectl-edit',
    );
  });

  it('holds no field when the conflict is of another kind', () => {
    expect(conflictsOf(statusError('Conflict', 'the object has been modified'))).to.deep.equal([]);
  });
});
