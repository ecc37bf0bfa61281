import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { isObject } from '../../../src/kube/values/equal.ts';
import type { Json } from '../../../src/kube/values/types.ts';
import type { PromotionPolicy } from '../../../src/model/types.ts';
import type { GateFacts } from '../../../src/promotion/gates/gate.ts';
import { GATE_GRAMMAR, GATES } from '../../../src/promotion/gates/list.ts';
import {
  describeGates,
  describePolicy,
  evaluateGates,
  isGated,
  tightens,
} from '../../../src/promotion/gates/policy.ts';

const NOW = Date.parse('2026-01-01T12:00:00Z');
const policy = (
  gates: PromotionPolicy['gates'],
  unsupportedGates: readonly string[] = [],
): PromotionPolicy => ({
  from: 'dev',
  auto: false,
  gates,
  ...(unsupportedGates.length > 0 ? { unsupportedGates } : {}),
});

const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  source: 'shop/dev',
  revision: 'a'.repeat(40),
  authors: [],
  pushers: [],
  approvals: [],
  status: {
    sync: 'Synced',
    health: 'Healthy',
    healthySince: '2026-01-01T11:59:30Z',
    phase: 'Idle',
    deployedRevision: 'a'.repeat(40),
  },
  ...more,
});

const states = (...args: Parameters<typeof evaluateGates>) =>
  evaluateGates(...args).map(({ gate, state }) => `${gate} ${state}`);

const FOLDER = new URL('../../../src/promotion/gates/', import.meta.url);

/** What the folder holds beside gates. */
const NO_GATES = [
  'approvalsetting.ts',
  'gate.ts',
  'hold.ts',
  'measured.ts',
  'list.ts',
  'policy.ts',
  'quorum.ts',
  'windowtimes.ts',
  'words.ts',
];

/** The name of the gate that a file exports. By name, as a test runner may load a module twice. */
async function gateOf(file: string): Promise<string> {
  const module: Record<string, unknown> = await import(`../../../src/promotion/gates/${file}`);
  const gate = Object.values(module).find((value) => isObject(value) && 'isAsStrict' in value);
  return isObject(gate) ? String(gate.name) : `${file} exports no gate`;
}

function allow(cron: string, hours: number) {
  return { kind: 'allow', cron, for: hours * 3_600_000, timezone: 'UTC' };
}

/** Of each gate: a setting as a policy records it, and settings that stop more than it, as much, and less. */
const STRICTNESS: Readonly<
  Record<
    string,
    { setting: Json; stricter: readonly Json[]; equal: readonly Json[]; looser: readonly Json[] }
  >
> = {
  healthy: { setting: 60_000, stricter: [60_001, 3_600_000], equal: [60_000], looser: [59_999, 0] },
  approvals: {
    setting: 2,
    stricter: [3, { count: 2, groups: { ops: 1 } }, { count: 2, expires: 1 }],
    equal: [2, { count: 2 }],
    looser: [1, 0, { count: 1 }],
  },
  http: {
    setting: { service: 'web', path: '/', within: 5_000, for: 60_000 },
    stricter: [
      { service: 'web', path: '/', within: 4_999, for: 60_000 },
      { service: 'web', path: '/', within: 5_000, for: 60_001 },
      { service: 'web', path: '/', expect: 200, within: 5_000, for: 60_000 },
    ],
    equal: [{ service: 'web', path: '/', within: 5_000, for: 60_000 }],
    looser: [
      { service: 'web', path: '/', within: 5_001, for: 60_000 },
      { service: 'web', path: '/', within: 5_000, for: 0 },
    ],
  },
  metric: {
    setting: { query: 'up', max: 2, min: 1, over: 60_000 },
    stricter: [
      { query: 'up', max: 1.5, min: 1, over: 60_000 },
      { query: 'up', max: 2, min: 1.5, over: 60_000 },
      { query: 'up', max: 2, min: 1, over: 61_000 },
    ],
    equal: [{ query: 'up', max: 2, min: 1, over: 60_000 }],
    looser: [
      { query: 'up', min: 1, over: 60_000 },
      { query: 'up', max: 3, min: 1, over: 60_000 },
      { query: 'up', max: 2, min: 1, over: 0 },
    ],
  },
  tests: {
    setting: ['smoke', 'load'],
    stricter: [['a', 'smoke', 'load']],
    equal: [['load', 'smoke']],
    looser: [['smoke'], []],
  },
  ci: {
    setting: { required: ['build', 'test'] },
    stricter: [{ required: ['build', 'lint', 'test'] }],
    equal: [{ required: ['test', 'build'] }],
    looser: [{ required: ['build'] }],
  },
  soak: { setting: 60_000, stricter: [60_001], equal: [60_000], looser: [59_999] },
  window: {
    setting: [allow('0 9 * * 1-5', 8)],
    stricter: [
      [allow('0 9 * * 1-5', 7)],
      [allow('0 9 * * 1-5', 8), { ...allow('0 12 * * *', 1), kind: 'deny' }],
    ],
    equal: [[allow('0 9 * * 1-5', 8)]],
    looser: [[], [allow('0 9 * * 1-5', 9)], [allow('0 9 * * 1-5', 8), allow('0 9 * * 6', 1)]],
  },
  freeze: {
    setting: [{ from: '2026-12-20T00:00:00Z', until: '2026-12-28T00:00:00Z', reason: 'a' }],
    stricter: [[{ from: '2026-12-19T00:00:00Z', until: '2026-12-28T00:00:00Z', reason: 'a' }]],
    equal: [
      [
        { from: '2026-12-20T00:00:00Z', until: '2026-12-24T00:00:00Z', reason: 'b' },
        { from: '2026-12-24T00:00:00Z', until: '2026-12-28T00:00:00Z', reason: 'c' },
      ],
    ],
    looser: [[], [{ from: '2026-12-20T00:00:00Z', until: '2026-12-27T00:00:00Z', reason: 'a' }]],
  },
};

describe('gates', () => {
  it('are each a file of the folder and a line of the list', async () => {
    const files = readdirSync(FOLDER).filter((name) => !NO_GATES.includes(name));
    const found = await Promise.all(files.map(gateOf));
    expect(found.sort()).to.deep.equal(GATES.map(({ name }) => name).sort());
  });

  for (const gate of GATES) {
    it(`call ${gate.name} as strict only where it stops all that it stopped`, () => {
      const row = STRICTNESS[gate.name];
      if (row === undefined) throw new Error(`STRICTNESS has no row for the gate "${gate.name}"`);
      const { setting, stricter, equal, looser } = row;
      for (const list of [stricter, equal, looser]) expect(list).to.have.length.greaterThan(0);
      const isAsStrict = (next: Json, before: Json) =>
        tightens(policy({ [gate.name]: before }), policy({ [gate.name]: next }));
      const expectations: readonly (readonly [readonly Json[], boolean, boolean])[] = [
        [stricter, true, false],
        [equal, true, true],
        [looser, false, true],
      ];
      for (const [others, afterwards, before] of expectations) {
        for (const other of others) {
          const said = `${JSON.stringify(other)} beside ${JSON.stringify(setting)}`;
          expect(isAsStrict(other, setting), said).to.equal(afterwards);
          expect(isAsStrict(setting, other), said).to.equal(before);
        }
      }
    });
  }

  it('have names of their own, each in the published schema', () => {
    const published = JSON.parse(
      readFileSync(new URL('../../../docs/pilotage.schema.json', import.meta.url), 'utf8'),
    );
    const { gates } = published.properties.spec.properties.environments.items.properties.promotion.properties;
    expect(new Set(GATE_GRAMMAR.map(({ name }) => name)).size).to.equal(GATE_GRAMMAR.length);
    expect(Object.keys(gates.properties).sort()).to.deep.equal(GATE_GRAMMAR.map(({ name }) => name).sort());
  });

  it('have schemas that compile', () => {
    for (const { schema } of GATE_GRAMMAR) new Ajv2020({ strict: false }).compile(schema);
  });

  it('ask that a source is healthy even where the file names no gate', () => {
    expect(states(policy({}), 'promotion', facts(), NOW)).to.deep.equal(['healthy Passed']);
    const { status } = facts();
    const broken = facts({ status: status && { ...status, health: 'Degraded' } });
    expect(states(policy({}), 'promotion', broken, NOW)).to.deep.equal(['healthy Waiting']);
  });

  it('ask of a direct commit one approval at least, and nothing of a source that has not seen it', () => {
    const direct = facts({ status: undefined });
    expect(states(policy({ healthy: 1000 }), 'direct commit', direct, NOW)).to.deep.equal([
      'approvals Waiting',
    ]);
  });

  it('say when waiting ends by itself, in whole seconds', () => {
    const [healthy] = evaluateGates(policy({ healthy: 59_500 }), 'promotion', facts(), NOW);
    expect(healthy).to.deep.equal({
      gate: 'healthy',
      state: 'Waiting',
      reason: 'shop/dev must be healthy for 1m; 30s to go.',
      until: '2026-01-01T12:00:30Z',
    });
  });

  it('block by name where this version does not support them', () => {
    const found = evaluateGates(policy({}, ['weather']), 'promotion', facts(), NOW).at(-1);
    expect(found?.state).to.equal('Blocked');
    expect(found?.reason).to.contain('The gate "weather" is not supported by this version');
  });

  it('block when an older version recorded their names alone, and say that their settings are proposed', () => {
    const [, found] = evaluateGates(policy({}, ['approvals']), 'promotion', facts(), NOW);
    expect(found?.state).to.equal('Blocked');
    expect(found?.reason)
      .to.contain('was not supported when this policy was recorded')
      .and.contain('pilotage accept');
  });

  it('put a policy into words as pilotage.yaml writes it', () => {
    const both = policy({ healthy: 90_000, approvals: 2 }, ['weather']);
    expect(describePolicy(both)).to.equal('from dev, gates healthy 1m30s approvals 2 weather');
    expect(describePolicy(policy({}))).to.equal('from dev, no gates');
    expect(describeGates(both)).to.equal('healthy 1m30s, approvals 2, weather (not supported: it blocks)');
    expect(describeGates(policy({}))).to.equal('healthy');
  });

  it('are named by a policy when one of them asks for something', () => {
    const named: readonly PromotionPolicy['gates'][] = [{}, { healthy: 0, approvals: 0 }, { approvals: 1 }];
    expect(named.map((gates) => isGated(policy(gates)))).to.deep.equal([false, false, true]);
    expect(isGated(policy({}, ['weather']))).to.equal(true);
  });

  it('tighten only where each of them lets nobody through who was stopped before', () => {
    const table: readonly [PromotionPolicy['gates'], PromotionPolicy['gates'], boolean][] = [
      [{ healthy: 1000 }, { healthy: 1000 }, true],
      [{ healthy: 1000 }, { healthy: 2000, approvals: 1 }, true],
      [{ healthy: 1000 }, { healthy: 999 }, false],
      [{ approvals: 2 }, { approvals: 1 }, false],
      [{ approvals: 1 }, {}, false],
    ];
    for (const [before, next, expected] of table)
      expect(tightens(policy(before), policy(next)), JSON.stringify([before, next])).to.equal(expected);
  });

  it('tighten by demanding promotion, and loosen by not demanding it any more', () => {
    const [open, required] = [policy({}), { ...policy({}), required: true }];
    expect([tightens(open, required), tightens(required, required)]).to.deep.equal([true, true]);
    expect(tightens(required, open)).to.equal(false);
    expect(describePolicy(required)).to.equal('from dev, required, no gates');
    expect(isGated(required)).to.equal(true);
  });

  it('tighten by equality alone where a newer version recorded one that this version does not know', () => {
    expect(tightens(policy({ quorum: { of: 3 } }), policy({ quorum: { of: 3 } }))).to.equal(true);
    expect(tightens(policy({ quorum: { of: 3 } }), policy({ quorum: { of: 4 } }))).to.equal(false);
  });

  it('are each in the grammar of pilotage.yaml', () => {
    expect(GATE_GRAMMAR).to.include.members(GATES);
  });
});

describe('a policy is as strict as another', () => {
  const policy = (more: Partial<PromotionPolicy>): PromotionPolicy => ({
    from: 'eu',
    auto: false,
    gates: {},
    ...more,
  });
  const isStricter = (from: Partial<PromotionPolicy>, to: Partial<PromotionPolicy>) =>
    tightens(policy(from), policy(to));

  it('with more sources that are all needed, and not with fewer', () => {
    expect(isStricter({}, { alsoFrom: ['us'] })).to.equal(true);
    expect(isStricter({ alsoFrom: ['us'] }, {})).to.equal(false);
  });

  it('with fewer sources of which any is enough, and not with more, nor where all were needed', () => {
    const any = { alsoFrom: ['us'], needs: 'any' } as const;
    expect(isStricter(any, { alsoFrom: ['us'] })).to.equal(true);
    expect(isStricter({ alsoFrom: ['us'] }, any)).to.equal(false);
    expect(isStricter(any, { alsoFrom: ['us', 'asia'], needs: 'any' })).to.equal(false);
    expect(isStricter({}, any)).to.equal(false);
  });

  it('when it takes back what fails for as long, and moves its branch as before', () => {
    const reverts = { onFailure: 'revert', within: 60_000 } as const;
    expect(isStricter({}, reverts)).to.equal(true);
    expect(isStricter(reverts, {})).to.equal(false);
    expect(isStricter(reverts, { ...reverts, within: 59_999 })).to.equal(false);
    expect(isStricter({}, { by: 'fast-forward' })).to.equal(false);
  });
});
