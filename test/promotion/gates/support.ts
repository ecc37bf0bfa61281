import { formatProblem } from '../../../src/base/errors.ts';
import { readPilotageFile } from '../../../src/model/pilotagefile.ts';
import type { Approval, PromotionPolicy } from '../../../src/model/types.ts';
import type { GateFacts, Subject } from '../../../src/promotion/gates/gate.ts';
import { GATE_GRAMMAR } from '../../../src/promotion/gates/list.ts';
import { evaluateGates } from '../../../src/promotion/gates/policy.ts';

export const NOW = Date.parse('2026-01-01T12:00:00Z');
export const REVISION = 'a'.repeat(40);

export const facts = (more: Partial<GateFacts> = {}): GateFacts => ({
  source: 'shop/dev',
  target: 'shop/prod',
  revision: REVISION,
  authors: [],
  pushers: [],
  approvals: [],
  status: {
    sync: 'Synced',
    health: 'Healthy',
    healthySince: '2026-01-01T11:59:30Z',
    phase: 'Idle',
    deployedRevision: REVISION,
  },
  ...more,
});

export const approval = (by: string, more: Partial<Approval> = {}): Approval => ({
  by,
  at: '2026-01-01T11:00:00Z',
  verified: true,
  ...more,
});

const policyOf = (gates: PromotionPolicy['gates']): PromotionPolicy => ({ from: 'dev', auto: false, gates });

/** `Waiting: the reason`, of one gate of a policy that sets it alone; undefined: it is not asked. */
export function stateOf(
  gate: string,
  setting: PromotionPolicy['gates'][string],
  found: GateFacts,
  { now = NOW, subject = 'promotion' }: { readonly now?: number; readonly subject?: Subject } = {},
) {
  const states = evaluateGates(policyOf({ [gate]: setting }), subject, found, now);
  return states.find((state) => state.gate === gate);
}

/** The settings of `gates:` as pilotage.yaml writes them, or what is wrong with them. */
export function readGates(gates: string): PromotionPolicy['gates'] | readonly string[] {
  const text = `apiVersion: pilotage.dev/v1alpha1
kind: Delivery
metadata: {name: shop}
spec:
  environments:
    - name: dev
    - name: prod
      promotion:
        from: dev
        gates:
${gates.replaceAll(/^/gm, '          ')}
`;
  const result = readPilotageFile(text, GATE_GRAMMAR);
  return result.ok
    ? (result.value.environments[1]?.promotion?.gates ?? {})
    : result.problems.map(formatProblem);
}

export interface Random {
  /** A whole number from 0 to `limit`, without it. */
  below(limit: number): number;
}

/** The same numbers for the same seed (mulberry32). */
export function randomFrom(seed: number): Random {
  let state = seed;
  return {
    below(limit) {
      state = (state + 0x6d2b79f5) | 0;
      let t = Math.imul(state ^ (state >>> 15), 1 | state);
      t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
      return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * limit);
    },
  };
}
