import type { Problem } from '../../base/errors.ts';
import type { Located, Place } from '../../base/place.ts';
import { suggest } from '../../charts/suggest.ts';
import { builtinSchema } from '../../kube/schema/schema.ts';
import { unknownFields } from '../../kube/schema/unknown.ts';
import { isObject } from '../../kube/values/equal.ts';
import { gvkOf, type Json } from '../../kube/values/types.ts';
import { locateKeys } from '../../kube/values/yaml-places.ts';

/** A text, and for each of its lines the place that a person would have to edit. */
interface Source {
  readonly text: string;
  readonly place: (line: number) => Place;
}

interface Document extends Located<Json> {
  readonly placeOf?: (pointer: string) => Place;
}

interface Misspelt {
  readonly problems: readonly Problem[];
  readonly warnings: readonly Problem[];
}

const NONE: Misspelt = { problems: [], warnings: [] };

/**
 * Fields of built-in kinds that no schema knows, each at the line where it is written. One that is nearly a known one is a mistake;
 * another may be known to a cluster that is newer than our schemas, so it is only reported.
 */
export function misspelt(source: Source, { value, place, placeOf }: Document): Misspelt {
  if (!isObject(value)) return NONE;
  const { apiVersion, kind } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return NONE;
  const schema = builtinSchema(gvkOf({ apiVersion, kind }));
  const unknown = schema ? unknownFields(schema, value) : [];
  if (unknown.length === 0) return NONE;
  const lines = placeOf ? undefined : locateKeys(source.text, place.line);
  const name =
    isObject(value.metadata) && typeof value.metadata.name === 'string' ? ` ${value.metadata.name}` : '';
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  for (const { path, pointer, known } of unknown) {
    const remedy = suggest(pointer.slice(pointer.lastIndexOf('/') + 1), known);
    const problem: Problem = {
      reason: 'UnknownField',
      message: `${kind}${name}: ${apiVersion} knows no field ${path}`,
      place: placeOf ? placeOf(pointer) : source.place(lines?.get(pointer) ?? place.line ?? 1),
    };
    if (remedy) problems.push({ ...problem, remedy });
    else warnings.push(problem);
  }
  return { problems, warnings };
}
