import type { GateGrammar } from '../../model/gategrammar.ts';
import { approvals } from './approvals.ts';
import { ci } from './ci.ts';
import { freeze } from './freeze.ts';
import type { Gate } from './gate.ts';
import { healthy } from './healthy.ts';
import { http } from './http.ts';
import { metric } from './metric.ts';
import { soak } from './soak.ts';
import { tests } from './tests.ts';
import { window } from './window.ts';

/** Every gate, in the order in which people read them. A new one is a file beside this one and a line here. */
export const GATES: readonly Gate[] = [healthy, soak, ci, tests, http, metric, approvals, window, freeze];

/** What pilotage.yaml may say under `gates:`. One without `read` blocks by its name until it is one of the above. */
export const GATE_GRAMMAR: readonly GateGrammar[] = GATES;
