import { expect } from 'chai';
import { isJudgedAsCustom, type Rules, verdictOf } from '../../src/health/verdicts.ts';
import { toneOf } from '../../src/health/words.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';

/** A custom resource of generation 2 with this status. */
const custom = (status: unknown, rest: object = {}): KubeObject => ({
  apiVersion: 'db.example.com/v1',
  kind: 'Database',
  metadata: { name: 'orders', namespace: 'shop', generation: 2 },
  ...rest,
  ...(status === undefined ? {} : { status }),
});

/** `Ready=False:Creating` as a condition. */
function condition(text: string): object {
  const [, type, status, reason] = /^([^=]+)=(\w+)(?::(.*))?$/.exec(text) ?? [];
  return { type, status, ...(reason ? { reason, message: `m of ${type}` } : {}) };
}

const judged = (...conditions: string[]) =>
  verdictOf(custom({ conditions: conditions.map(condition) })).state;

describe('the verdict of a custom resource', () => {
  describe('by its conditions', () => {
    const cases: readonly (readonly [string[], string])[] = [
      [['Ready=True'], 'Healthy'],
      [['Ready=True:Succeeded', 'Degraded=False'], 'Healthy'],
      [['Ready=False'], 'Degraded'],
      [['Ready=False:ReconcileError'], 'Degraded'],
      [['Ready=False:Creating'], 'Progressing'],
      [['Ready=False:WaitingForInfrastructure'], 'Progressing'],
      [['Ready=Unknown'], 'Progressing'],
      [['Ready=True:UpgradeFailed'], 'Degraded'],
      [['Ready=True', 'BackupSucceeded=False:Timeout'], 'Degraded'],
      [['Ready=True', 'MetricsReady=False'], 'Healthy'],
      [['PredictorReady=False'], 'Degraded'],
      [['ClusterAvailable=False:Starting'], 'Progressing'],
      [['InstallSucceeded=True'], 'Healthy'],
      [['SyncFailed=True'], 'Degraded'],
      [['Stalled=True', 'Ready=True'], 'Degraded'],
      [['Reconciling=True', 'Ready=False'], 'Progressing'],
      [['Progressing=True:NewReplicaSetAvailable', 'Available=True'], 'Healthy'],
      [['Available=True', 'Progressing=True:RollingOut'], 'Progressing'],
      [['NotReady=True'], 'Degraded'],
      [['Paused=True', 'Ready=True'], 'Suspended'],
      [['SpecError=False'], 'Healthy'],
      [['Warning=True:DeprecatedField', 'Ready=True'], 'Healthy'],
      [['Colour=True'], 'Progressing'],
      [[], 'Progressing'],
    ];
    for (const [conditions, state] of cases) {
      it(`${conditions.join(', ') || 'an empty list'} is ${state}`, () => {
        expect(judged(...conditions)).to.equal(state);
      });
    }

    it('takes the reason and the message of the condition that decides', () => {
      expect(verdictOf(custom({ conditions: [condition('Ready=False:QuotaExceeded')] }))).to.deep.equal({
        state: 'Degraded',
        reason: 'QuotaExceeded',
        message: 'm of Ready',
      });
    });

    it('waits for a condition that speaks of an older spec', () => {
      const conditions = [{ type: 'Ready', status: 'True', observedGeneration: 1 }];
      expect(verdictOf(custom({ conditions })).state).to.equal('Progressing');
    });

    it('reads conditions that are a map by type', () => {
      expect(
        verdictOf(custom({ conditions: { Ready: { status: 'False', reason: 'Broken' } } })).state,
      ).to.equal('Degraded');
    });

    it('reads the conditions of each parent', () => {
      const parents = [
        { conditions: [condition('Accepted=True')] },
        { conditions: [condition('Accepted=False:NoMatchingParent')] },
      ];
      expect(verdictOf(custom({ parents })).state).to.equal('Degraded');
    });

    it('does not throw, whatever stands where conditions are expected', () => {
      const strange = [null, 'x', 7, [null], [7], [{ type: 3 }], [{ status: 'True' }], { Ready: null }, [[]]];
      for (const conditions of strange) {
        expect(() => verdictOf(custom({ conditions })), JSON.stringify(conditions)).not.to.throw();
      }
      for (const status of [null, 'up', 3, [], true]) {
        expect(() => verdictOf(custom(status)), JSON.stringify(status)).not.to.throw();
      }
    });
  });

  describe('by other fields of its status', () => {
    const cases: readonly (readonly [string, unknown, string])[] = [
      ['a phase of failure', { phase: 'UpdateFailed' }, 'Degraded'],
      ['a state that is under way', { state: 'ROLLING_UPGRADING' }, 'Progressing'],
      ['a sentence of waiting', { currentState: 'Waiting for Pods to be ready' }, 'Progressing'],
      ['a state that is well', { state: 'running' }, 'Healthy'],
      ['a state that nobody knows', { phase: 'Unknown' }, 'Unknown'],
      ['a colour', { health: 'red' }, 'Degraded'],
      ['a part that failed', { members: [{ state: 'ready' }, { state: 'failed' }] }, 'Degraded'],
      ['what failed in the past only', { phase: 'Ready', history: [{ state: 'Failed' }] }, 'Healthy'],
      ['an error', { error: 'no such role' }, 'Degraded'],
      ['an error that is empty', { error: '', phase: 'Ready' }, 'Healthy'],
      ['a flag that is false', { ready: false }, 'Degraded'],
      ['a flag that is false while it is made', { ready: false, phase: 'Provisioning' }, 'Progressing'],
      ['an older observedGeneration', { observedGeneration: 1, phase: 'Ready' }, 'Progressing'],
      ['an older observedGeneration one level down', { sync: { observedGeneration: 1 } }, 'Progressing'],
      ['figures only', { observedGeneration: 2, revision: 7 }, 'Healthy'],
    ];
    for (const [name, status, state] of cases) {
      it(`${name} is ${state}`, () => {
        expect(verdictOf(custom(status)).state).to.equal(state);
      });
    }

    it('counts replicas against those of the spec', () => {
      const verdict = verdictOf(custom({ readyReplicas: 1 }, { spec: { replicas: 3 } }));
      expect(verdict).to.include({ state: 'Progressing', message: 'readyReplicas 1 of 3' });
    });
  });

  it('a flag that holds it suspends it', () => {
    for (const flag of ['suspend', 'suspended', 'paused'])
      expect(verdictOf(custom({ phase: 'Ready' }, { spec: { [flag]: true } })).state).to.equal('Suspended');
  });

  it('without a status it waits for its controller, where the kind has a status apart from the spec', () => {
    const waits = verdictOf(custom(undefined), undefined, { statusSubresource: true });
    expect(waits.state).to.equal('Progressing');
    expect(waits.message).to.contain('pilotage.dev/health: ignore');
    expect(verdictOf(custom(undefined), undefined, { statusSubresource: false }).state).to.equal('Healthy');
  });

  it('is left out of health where its manifest says so', () => {
    const metadata = { name: 'orders', annotations: { 'pilotage.dev/health': 'ignore' } };
    expect(verdictOf(custom({ phase: 'Failed' }, { metadata })).state).to.equal('Healthy');
  });

  describe('that has a row in the table', () => {
    const rules: Rules = { 'db.example.com/Database': () => ({ state: 'Degraded', reason: 'ByItsRow' }) };
    const verdict = (rest: object = {}) =>
      verdictOf(custom({ phase: 'Ready' }, rest), undefined, undefined, rules);

    it('is judged by that row', () => {
      expect(verdict()).to.deep.equal({ state: 'Degraded', reason: 'ByItsRow' });
    });

    it('is still left out of health where its manifest says so', () => {
      const metadata = { name: 'orders', annotations: { 'pilotage.dev/health': 'ignore' } };
      expect(verdict({ metadata })).to.deep.equal({ state: 'Healthy', reason: 'Ignored' });
    });

    it('is still suspended by a flag of its spec', () => {
      expect(verdict({ spec: { paused: true } }).state).to.equal('Suspended');
    });

    it('still has to be Degraded for a while before it counts', () => {
      expect(isJudgedAsCustom(custom({}), rules)).to.equal(true);
    });
  });
});

describe('the verdict on a built-in kind', () => {
  const of = (apiVersion: string, kind: string): KubeObject => ({ ...custom({}), apiVersion, kind });

  it('that has a rule is its alone', () => {
    const metadata = { name: 'web', generation: 1, annotations: { 'pilotage.dev/health': 'ignore' } };
    const lost = { ...of('v1', 'PersistentVolumeClaim'), metadata, status: { phase: 'Lost' } };
    expect(isJudgedAsCustom(lost)).to.equal(false);
    expect(verdictOf(lost).state).to.equal('Degraded');
  });

  it('that has no rule is that of a custom resource', () => {
    expect(isJudgedAsCustom(of('v1', 'LimitRange'))).to.equal(true);
    expect(isJudgedAsCustom(of('example.com/v1', 'Deployment'))).to.equal(true);
  });
});

describe('what a word of a status says', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['UpdateFailed', 'bad'],
    ['ROLLING_UPGRADE_PENDING', 'busy'],
    ['NotReady', 'lacking'],
    ['NoErrors', 'good'],
    ['NotReconciling', undefined],
    ['AllPodsReady', 'good'],
    ['InProgress', 'busy'],
    ['update failed, retrying', 'bad'],
    ['', undefined],
    ['Blue', undefined],
  ];
  for (const [text, tone] of cases) {
    it(`"${text}" is ${tone ?? 'nothing'}`, () => expect(toneOf(text)).to.equal(tone));
  }

  it('reads no more than the beginning of a long text', () => {
    expect(toneOf(`${'x'.repeat(1 << 20)} failed`)).to.equal(undefined);
  });
});
