import { expect } from 'chai';
import { createUserRules, digestOfRule, type UserRule } from '../../src/health/userrules.ts';
import type { Verdict, VerdictState } from '../../src/health/verdict.ts';
import type { KubeObject } from '../../src/kube/values/types.ts';

const database = (status: object, apiVersion = 'db.example.com/v1', kind = 'Database'): KubeObject => ({
  apiVersion,
  kind,
  metadata: { name: 'orders', namespace: 'shop' },
  status,
});

const rule = (said: object, group = 'db.example.com', kind = 'Database'): UserRule => ({
  group,
  kind,
  place: { file: 'pilotage.yaml', line: 7 },
  ...said,
});

function judged(
  rules: readonly UserRule[],
  object: KubeObject,
  own: VerdictState | Verdict,
  allowed = false,
) {
  const verdict = typeof own === 'string' ? { state: own } : own;
  const digests = new Set(allowed ? rules.map(digestOfRule) : []);
  return createUserRules({ rules, allowed: digests, delivery: 'shop' }).judge(object, verdict);
}

describe('a health rule of users', () => {
  const full = rule({
    healthy: "object.status.phase == 'Up'",
    degraded: 'object.status.errors > 0',
    suspended: "object.status.phase == 'Parked'",
    message: "'phase ' + object.status.phase",
  });

  const cases: readonly (readonly [string, object, VerdictState])[] = [
    ['is Degraded where degraded is true', { phase: 'Up', errors: 1 }, 'Degraded'],
    ['is Suspended where suspended is true', { phase: 'Parked', errors: 0 }, 'Suspended'],
    ['is Healthy where healthy is true', { phase: 'Up', errors: 0 }, 'Healthy'],
    ['is Progressing where healthy is not true', { phase: 'Starting', errors: 0 }, 'Progressing'],
    ['is Progressing where what it names is not there yet', {}, 'Progressing'],
  ];
  for (const [name, status, state] of cases) {
    it(name, () => {
      expect(judged([full], database(status), 'Healthy').state).to.equal(state);
    });
  }

  it('says its message', () => {
    expect(judged([full], database({ phase: 'Up', errors: 2 }), 'Healthy')).to.deep.equal({
      state: 'Degraded',
      reason: 'HealthRule',
      message: 'phase Up',
    });
  });

  it('names its place where it says none', () => {
    const plain = rule({ degraded: 'true' });
    expect(judged([plain], database({}), 'Healthy').message).to.contain('pilotage.yaml:7');
  });

  it('has no opinion where it only knows what is degraded and that is not so', () => {
    const one = rule({ degraded: 'object.status.errors > 0' });
    expect(judged([one], database({ errors: 0 }), 'Progressing')).to.deep.equal({ state: 'Progressing' });
  });

  it('is for its group and kind alone', () => {
    const one = rule({ degraded: 'true' });
    expect(judged([one], database({}, 'other.example.com/v1'), 'Healthy').state).to.equal('Healthy');
    expect(judged([one], database({}, 'db.example.com/v1', 'Replica'), 'Healthy').state).to.equal('Healthy');
  });

  it('that fails is Unknown, never Healthy', () => {
    const one = rule({ degraded: 'object.status.errors > 0' });
    const verdict = judged([one], database({ errors: 'many' }), 'Healthy');
    expect(verdict).to.include({ state: 'Unknown', reason: 'RuleFailed' });
    expect(verdict.message).to.match(/^degraded of the health rule in pilotage\.yaml:7: /);
  });

  it('that comes to something else than true or false is Unknown', () => {
    const one = rule({ degraded: 'object.status.phase' });
    expect(judged([one], database({ phase: 'x' }), 'Healthy').state).to.equal('Unknown');
  });

  it('that costs too much is given up, and Unknown', () => {
    const items = Array.from({ length: 400 }, (_, i) => i);
    const one = rule({
      degraded: 'object.status.items.all(a, object.status.items.all(b, a + b >= 0)) == false',
    });
    expect(judged([one], database({ items }), 'Healthy').message).to.contain('costs more');
  });

  describe('that calls an object healthier than we do', () => {
    const yes = rule({ healthy: 'true' });
    const ill: Verdict = { state: 'Degraded', reason: 'Failed', message: 'no disk' };

    it('does not count by itself, and says whose word it waits for', () => {
      const verdict = judged([yes], database({}), ill);
      expect(verdict).to.include({ state: 'Degraded', reason: 'Failed' });
      expect(verdict.message).to.equal(
        `no disk; pilotage.yaml:7 calls it Healthy, which counts once an administrator agrees\n  → pilotage connect shop --allow-health ${digestOfRule(yes)}`,
      );
    });

    it('counts where an administrator has agreed to it', () => {
      expect(judged([yes], database({}), ill, true)).to.deep.equal({ state: 'Healthy' });
    });

    it('does not count any more when a letter of it changes, and does when it only moves', () => {
      const moved = { ...yes, place: { file: 'pilotage.yaml', line: 30 } };
      expect(digestOfRule(moved)).to.equal(digestOfRule(yes));
      expect(digestOfRule({ ...yes, healthy: 'true ' })).not.to.equal(digestOfRule(yes));
    });

    it('never counts for a built-in kind, whatever anybody has agreed to', () => {
      const one = rule({ healthy: 'true' }, 'apps', 'Deployment');
      const deployment = database({}, 'apps/v1', 'Deployment');
      expect(judged([one], deployment, ill, true)).to.deep.equal(ill);
    });

    it('does not outvote a stricter rule for the same kind', () => {
      const strict = rule({ degraded: 'true' });
      const both = createUserRules({
        rules: [yes, strict],
        allowed: new Set([digestOfRule(yes)]),
        delivery: 'shop',
      });
      expect(both.judge(database({}), ill)).to.include({ state: 'Degraded', reason: 'HealthRule' });
    });
  });

  it('makes the verdict of a built-in kind stricter', () => {
    const one = rule({ degraded: 'object.status.restarts > 3' }, 'apps', 'Deployment');
    const deployment = database({ restarts: 4 }, 'apps/v1', 'Deployment');
    expect(judged([one], deployment, 'Healthy').state).to.equal('Degraded');
  });
});
