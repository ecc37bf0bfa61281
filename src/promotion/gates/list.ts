import type { GateGrammar } from '../../model/gategrammar.ts';
import { duration, list, map, text } from '../../model/grammar.ts';
import { approvals } from './approvals.ts';
import type { Gate } from './gate.ts';
import { healthy } from './healthy.ts';

/** Every gate, in the order in which people read them. A new one is a file beside this one and a line here. */
export const GATES: readonly Gate[] = [healthy, approvals];

/** Gates that pilotage.yaml may name already: each blocks by its name until it is one of the above. */
const NOT_SUPPORTED: readonly GateGrammar[] = [
  { name: 'soak', schema: duration.schema },
  { name: 'tests', schema: list(text).schema },
  { name: 'window', schema: map({ cron: text, for: duration, timezone: text }).schema },
];

/** What pilotage.yaml may say under `gates:`. */
export const GATE_GRAMMAR: readonly GateGrammar[] = [...GATES, ...NOT_SUPPORTED];
