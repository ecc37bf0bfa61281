import { expect } from 'chai';
import type { Permission } from '../../../src/model/permission.ts';
import type { Environment } from '../../../src/model/types.ts';
import { closedFor } from '../../../src/sync/state/window.ts';
import { cm, createHarness, dataOf, deploy } from '../harness.ts';

const at = (time: string): number => Date.parse(`2026-12-${time}Z`);
const workdays = {
  kind: 'allow',
  cron: '0 9 * * 1-5',
  for: 8 * 3_600_000,
  timezone: 'Europe/Berlin',
} as const;
const christmas = {
  kind: 'deny',
  cron: '0 0 24 12 *',
  for: 3 * 86_400_000,
  timezone: 'Europe/Berlin',
} as const;

const environment = (spec: object = {}, status: object = {}): Environment =>
  ({
    metadata: { name: 'shop.prod' },
    spec: { delivery: 'shop', environment: 'prod', windows: [workdays, christmas], ...spec },
    status: { deployedRevision: 'old', ...status },
  }) as unknown as Environment;

describe('the windows of an environment', () => {
  it('let another revision pass while one that allows is open, and none that denies', () => {
    // 1 December 2026 is a Tuesday; 9:00 in Berlin is 8:00 UTC in winter.
    expect(closedFor(environment(), 'new', at('01T08:00:00'))).to.equal(undefined);
    expect(closedFor(environment(), 'new', at('01T15:59:59'))).to.equal(undefined);
    expect(closedFor(environment(), 'new', at('24T10:00:00'))?.until).to.equal(at('28T08:00:00'));
  });

  it('say when the next one opens, and how a person passes over them', () => {
    expect(closedFor(environment(), 'new', at('01T16:00:00'))).to.deep.equal({
      message:
        'no window of shop/prod is open, the next one opens 2026-12-02T08:00:00Z\n  → now all the same: pilotage sync shop/prod --override --reason WHY',
      until: at('02T08:00:00'),
    });
  });

  it('follow the clocks of their zone when those are set to summer time', () => {
    const closed = closedFor(environment(), 'new', Date.parse('2027-03-28T12:00:00Z'));
    expect(closed?.until).to.equal(Date.parse('2027-03-29T07:00:00Z'));
  });

  it('keep away neither what is deployed, nor a pin, nor the one revision that a person let pass', () => {
    const night = at('01T22:00:00');
    const pin = { revision: 'new', reason: '', since: '2026-12-01T00:00:00Z' };
    const override = { revision: 'new', reason: 'CVE', by: 'ann', at: '2026-12-01T00:00:00Z' };
    expect(closedFor(environment(), 'old', night)).to.equal(undefined);
    expect(closedFor(environment({ pin }), 'new', night)).to.equal(undefined);
    expect(closedFor(environment({ override }), 'new', night)).to.equal(undefined);
    expect(closedFor(environment({ override }), 'newer', night)).not.to.equal(undefined);
    expect(closedFor(environment({ windows: undefined }), 'new', night)).to.equal(undefined);
  });

  describe('in a pilotage.yaml', () => {
    let world: Awaited<ReturnType<typeof createHarness>>;
    beforeEach(async () => {
      world = await createHarness();
    });
    afterEach(() => world.stop());

    // The clock of the tests begins on 1 January 2026 at 0:00 UTC.
    const file = (windows: string) => `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
spec:
  environments:
    - {name: dev, branch: main${windows}}
`;
    const MORNINGS = ', windows: [{cron: "0 6 * * *", for: 2h}]';
    const files = (k: string, windows = MORNINGS) => ({
      'pilotage.yaml': file(windows),
      'k8s/a.yaml': cm('a', { k }),
    });
    const live = async (): Promise<string | undefined> =>
      (dataOf(await world.live('ConfigMap', 'a')) as { k?: string } | undefined)?.k;

    it('hold a push back until one opens, which status says; what runs is looked after meanwhile', async () => {
      await world.push(files('first', ''));
      await world.push(files('first'));
      await world.push(files('second'));
      expect(await live()).to.equal('first');
      expect((await world.environment()).status).to.include({ phase: 'Waiting', sync: 'OutOfSync' });
      expect((await world.environment()).status?.waitsForGates).to.match(/opens 2026-01-01T06:00:00Z/);
      await world.settle(5 * 3_600_000);
      expect(await live()).to.equal('first');
      await world.settle(3_600_000);
      expect(await live()).to.equal('second');
    });

    it('let a revision pass by the word of a person, with a reason', async () => {
      await world.push(files('first', ''));
      await world.push(files('first'));
      await world.push(files('second'));
      await world.sync.requestSync('shop', 'dev', { override: { reason: 'CVE', by: 'ann' } });
      await world.settle();
      expect(await live()).to.equal('second');
      expect((await world.environment()).spec.override).to.include({ reason: 'CVE', by: 'ann' });
      await world.push(files('third'));
      expect(await live(), 'the word was for one revision').to.equal('second');
    });

    it('keep no permission of before: what a person stops meanwhile is stopped when one opens', async () => {
      await world.stop();
      let permission: Permission = { type: 'allowed' };
      world = await createHarness({ mayDeploy: async () => permission });
      await world.push(files('first', ''));
      await world.push(files('first'));
      await world.push(files('second'));
      await world.settle(6 * 3_600_000 - 30_000);
      permission = { type: 'held', message: 'rejected by ann' };
      await world.settle(60_000);
      expect(await live()).to.equal('first');
      expect((await world.environment()).status?.waitsForGates).to.contain('rejected by ann');
    });

    it('let what has begun within one come to its end', async () => {
      const windows = ', windows: [{cron: "0 0 * * *", for: 1h}]';
      await world.push(files('first', windows));
      await world.push({
        ...files('second', windows),
        'k8s/web.yaml': deploy('web', 1, { 'argocd.argoproj.io/sync-wave': '-1' }),
      });
      expect([await live(), (await world.environment()).status?.phase]).to.deep.equal(['first', 'Waiting']);
      await world.settle(2 * 3_600_000);
      await world.report('web', 'healthy');
      expect(await live()).to.equal('second');
    });

    it('are not lifted by the push that they keep away', async () => {
      await world.push(files('first', ''));
      await world.push(files('first'));
      await world.push(files('second', ''));
      expect(await live()).to.equal('first');
      expect((await world.environment()).spec.windows).to.have.length(1);
    });
  });
});
