import { valueLayers } from '../../charts/layers.ts';
import type { ScopedChart } from '../../charts/scope.ts';
import type { Values } from '../../charts/values.ts';
import type { JsonObject } from '../../kube/values/types.ts';
import type { Context } from '../engine.ts';
import { dotted, memberAt, partOf, small } from '../provenance/origin.ts';
import type { WrittenOutput } from '../provenance/text.ts';

/** What the templates of one chart have read, by the names that a person sets it by. */
export function valuesRead(
  root: ScopedChart,
  chart: ScopedChart,
  given: readonly Values[],
): (context: Context) => WrittenOutput['value'] {
  const layers = valueLayers(root, chart, given);
  return (context) =>
    ({ path }, pointer) => {
      const [first = '', ...below] = path;
      if (!Object.hasOwn(context, first) || below.length === 0) return undefined;
      const whole = memberAt(context as JsonObject, path);
      const more = whole === undefined ? [] : partOf(whole, pointer);
      const value = memberAt(whole, more);
      const [place, ...overrides] = first === 'Values' ? layers.all([...below, ...more]) : [];
      return {
        name: dotted([...path, ...more]).replaceAll('."[]"', '[]'),
        ...(value === undefined ? {} : small(value)),
        ...(place ? { place } : {}),
        ...(overrides.length > 0 ? { overrides } : {}),
      };
    };
}
