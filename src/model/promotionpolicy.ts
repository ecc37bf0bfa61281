import type { Problem } from '../base/errors.ts';
import { circleFrom } from './circle.ts';
import type { EnvironmentEntry } from './deliveryfile.ts';
import {
  type Cursor,
  complain,
  entriesOf,
  fieldOf,
  type Item,
  placeOf,
  readBoolean,
  readCount,
  readDuration,
  readMap,
  readString,
} from './reader.ts';
import type { PromotionPolicy } from './types.ts';

const GATES = ['healthy', 'approvals', 'soak', 'tests', 'window'] as const;
/** In the grammar, not yet in force: each blocks by its name (`PromotionPolicy.unsupportedGates`). */
const LATER: ReadonlySet<string> = new Set(['soak', 'tests', 'window']);

export function readPromotion(at: Cursor, warnings: Problem[]): PromotionPolicy | undefined {
  const fields = readMap(at, ['from', 'auto', 'gates', 'onFailure']);
  if (fields.from === undefined)
    return complain(at, 'MissingField', 'has no from', 'Name the environment that it promotes from.');
  const gates = readMap(fields.gates, GATES);
  const healthy = readDuration(gates.healthy);
  const approvals = readCount(gates.approvals);
  const unsupported = entriesOf(fields.gates).filter(([gate]) => LATER.has(gate));
  for (const [gate, place] of unsupported) {
    warnings.push({
      reason: 'NotSupportedYet',
      message: `${fieldOf(place.pointer)}: this version does not know the gate ${gate}, so it blocks`,
      place: placeOf(place),
      remedy: 'Remove the gate, or promote with git.',
    });
  }
  if (fields.onFailure) {
    warnings.push({
      reason: 'NotSupportedYet',
      message: `${fieldOf(fields.onFailure.pointer)}: nothing is reverted automatically by this version`,
      place: placeOf(fields.onFailure),
    });
  }
  return {
    from: readString(fields.from) ?? '',
    auto: readBoolean(fields.auto) ?? false,
    gates: {
      ...(healthy === undefined ? {} : { healthy }),
      ...(approvals === undefined ? {} : { approvals }),
    },
    ...(unsupported.length > 0 ? { unsupportedGates: unsupported.map(([gate]) => gate) } : {}),
  };
}

/** `promotion.from` must name another environment of the file, and the chain must end somewhere. */
export function promotionProblems(items: readonly Item<EnvironmentEntry>[]): void {
  const from = new Map(items.map(({ entry }) => [entry.name, entry.promotion?.from]));
  for (const { at, entry } of items) {
    const source = entry.promotion?.from;
    if (source === undefined) continue;
    if (!from.has(source)) {
      complain(
        at,
        'UnknownEnvironment',
        `promotion.from names ${source}, which is not an environment of this file`,
        `Known: ${[...from.keys()].join(', ')}.`,
      );
    }
    const circle = circleFrom(entry.name, (name) => [from.get(name) ?? []].flat());
    if (circle) complain(at, 'Cycle', `promotion.from goes round: ${circle.join(' → ')}`);
  }
}
