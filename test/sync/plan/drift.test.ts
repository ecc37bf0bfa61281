import { expect } from 'chai';
import type { KubeObject } from '../../../src/kube/values/types.ts';
import type { Environment } from '../../../src/model/types.ts';
import { withinBudget } from '../../../src/sync/pass/execute.ts';
import { healedDrift, remedyOf, withHealed } from '../../../src/sync/plan/drift.ts';
import { refKey } from '../../../src/sync/plan/refkey.ts';
import type { Step } from '../../../src/sync/plan/types.ts';
import { takeHeals, UNPACED } from '../../../src/sync/state/pacing.ts';

const ref = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop-dev', name: 'web' };
const live = (managers: readonly [manager: string, time: string][] = []): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    name: 'web',
    managedFields: managers.map(([manager, time]) => ({
      manager,
      operation: 'Update',
      apiVersion: 'apps/v1',
      fieldsType: 'FieldsV1',
      fieldsV1: {},
      time,
    })),
  },
});
const base = { ref, resource: undefined, app: 'web', stage: 0, origin: { file: 'k8s/web.yaml', line: 7 } };
const update = (more: Partial<Extract<Step, { action: 'update' }>> = {}): Step => ({
  ...base,
  action: 'update',
  object: live(),
  live: live(),
  cause: 'drift',
  force: true,
  conflicts: [],
  diff: [{ path: 'spec.replicas', before: 4, after: 2 }],
  ...more,
});

describe('drift that was healed', () => {
  it('names who holds the field, what they set, what git says and where', () => {
    const step = update({ conflicts: [{ manager: 'kubectl', field: '.spec.replicas' }] });
    expect(healedDrift(step, 0)).to.deep.equal({
      at: '1970-01-01T00:00:00Z',
      object: 'Deployment shop-dev/web',
      by: 'kubectl',
      change: 'set spec.replicas to 4 (git: 2)',
      origin: 'k8s/web.yaml:7',
      count: 1,
    });
  });

  /** A field was taken away, and set back by Pilotage before. */
  const removed = update({
    live: live([
      ['kubectl-edit', '2026-01-01T00:00:01Z'],
      ['pilotage', '2026-01-01T00:00:02Z'],
      ['helm', '2026-01-01T00:00:00Z'],
    ]),
    diff: [{ path: 'spec.paused', before: undefined, after: false }],
  });

  it('names whoever wrote last where a field was taken away, and never ourselves', () => {
    expect(healedDrift(removed, 0)).to.include({
      by: 'kubectl-edit',
      change: 'removed spec.paused (git: false)',
    });
  });

  it('does not know who deleted an object', () => {
    const step: Step = { ...base, action: 'create', object: live(), cause: 'drift' };
    expect(healedDrift(step, 0)).to.include({ by: 'somebody', change: 'deleted it' });
  });

  it('says what to do instead', () => {
    expect(remedyOf({ origin: 'k8s/web.yaml:7' }))
      .to.contain('git (k8s/web.yaml:7)')
      .and.contain('drift: report');
  });

  it('counts the same again, and keeps the last ten', () => {
    const one = healedDrift(update(), 0);
    const again = { ...healedDrift(update(), 1_000) };
    expect(withHealed([one], [again])).to.deep.equal([{ ...again, count: 2 }]);
    const many = Array.from({ length: 12 }, (_, i) => ({ ...one, object: `ConfigMap ${i}` }));
    const kept = withHealed([one], many);
    expect([kept.length, kept[0]?.object, kept.at(-1)?.object]).to.deep.equal([
      10,
      'ConfigMap 2',
      'ConfigMap 11',
    ]);
  });

  it('too often names who changes it again and again, and never ourselves', () => {
    const healed = Array.from({ length: 6 }, () => refKey(removed.ref));
    const { pacing } = takeHeals(UNPACED, healed, 0);
    const environment = { spec: { delivery: 'shop', environment: 'dev' } } as Environment;
    const { problems } = withinBudget([removed], pacing, 0, environment);
    expect(problems.map(({ message }) => message)).to.deep.equal([
      'Deployment shop-dev/web is changed again and again by kubectl-edit: it is left alone for now',
    ]);
  });
});
