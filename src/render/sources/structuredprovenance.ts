import type { Place } from '../../base/place.ts';
import { NO_ORIGIN, type Provenance } from '../provenance/origin.ts';
import type { WrittenOutput } from '../provenance/text.ts';

const EXPRESSION = /\{\{[~#]?\s*(.*?)\s*~?\}\}/g;
const VALUE = /\bValues((?:\.[\w-]+)+)/g;

/** Where the fields of a structured template come from: each is written on a line of its own, with the expressions that make it. */
export function structuredProvenance(
  placeOf: ((pointer: string) => Place | undefined) | undefined,
  text: string,
  value: WrittenOutput['value'],
): Provenance {
  const lines = text.split('\n');
  return {
    field(pointer) {
      const place = placeOf?.(pointer);
      if (!place) return undefined;
      const line = place.line === undefined ? '' : (lines[place.line - 1] ?? '');
      const expressions = Array.from(line.matchAll(EXPRESSION), ([, expression = '']) => expression);
      const values = Array.from(expressions.join(' ').matchAll(VALUE), ([, path = '']) =>
        value({ scope: [], path: ['Values', ...path.slice(1).split('.')] }, pointer),
      );
      const writers =
        expressions.length === 0 ? [{ place }] : expressions.map((expression) => ({ place, expression }));
      return { ...NO_ORIGIN, writers, values: values.filter((one) => one !== undefined) };
    },
  };
}
