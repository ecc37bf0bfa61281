import type { GateState, Hold } from '../../model/types.ts';
import type { GateFacts } from './gate.ts';
import { momentText } from './words.ts';

/** A person's word is a gate that no file names: closed while it holds, and not there otherwise. It is taken off, never skipped. */
export function heldBy({ hold, target }: GateFacts, now: number): GateState | undefined {
  if (!hold || !isHeld(hold, now)) return undefined;
  const { reason, by, until } = hold;
  const end = until === undefined ? '' : ` until ${momentText(Date.parse(until))}`;
  return {
    gate: 'hold',
    state: until === undefined ? 'Blocked' : 'Waiting',
    reason: `${by} holds promotions${end}: ${reason}. To go on: pilotage hold ${target ?? 'ENVIRONMENT'} --off`,
    ...(until === undefined ? {} : { until }),
  };
}

export const isHeld = ({ until }: Hold, now: number): boolean =>
  until === undefined || Date.parse(until) > now;
