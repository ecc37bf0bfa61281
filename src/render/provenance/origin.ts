import type { Place } from '../../base/place.ts';
import { isObject } from '../../kube/values/equal.ts';
import type { Json } from '../../kube/values/types.ts';

/** An expression or a line of a template, or of a manifest that is taken as it is. */
export interface Writer {
  readonly place: Place;
  /** As the template's language prints it; absent for what stands there as it is. */
  readonly expression?: string;
  /** The expressions that included it, nearest first. */
  readonly calledFrom?: readonly Writer[];
}

/** A value that an expression read. */
export interface ValueRead {
  /** `Values.image.tag`, `Release.Name` */
  readonly name: string;
  /** Absent where it is not set, and of maps and lists that are large. */
  readonly value?: Json;
  /** Who set it, or what is around it. */
  readonly place?: Place;
  /** Who would have set it otherwise, strongest first. */
  readonly overrides?: readonly Place[];
}

/** `Values.image.tag`, `Values.hosts[0]`, `Values.labels."app.kubernetes.io/name"` */
export const dotted = ([first = '', ...path]: readonly string[]): string =>
  first +
  path
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${/^[\w-]+$/.test(key) ? key : JSON.stringify(key)}`))
    .join('');

/** Of a value that is written as a whole, the part that a field at a pointer has: the longest end of the pointer that leads anywhere in it. */
export function partOf(value: Json, pointer: string): readonly string[] {
  const keys = pointer
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const ends = keys.map((_, i) => keys.slice(i));
  return ends.find((end) => memberAt(value, end) !== undefined) ?? [];
}

export function memberAt(value: Json | undefined, path: readonly (string | number)[]): Json | undefined {
  return path.reduce<Json | undefined>((at, key) => {
    if (Array.isArray(at)) return at[Number(key)];
    return isObject(at) && Object.hasOwn(at, key) ? (at[key] as Json) : undefined;
  }, value);
}

/** Of a map that is passed on as a whole, its name says enough. */
const LONGEST = 500;

export const small = (value: Json): Pick<ValueRead, 'value'> =>
  JSON.stringify(value).length > LONGEST ? {} : { value };

/** A block that decided whether a field is written, or how often. */
export interface Condition {
  readonly place: Place;
  readonly expression: string;
  readonly values: readonly ValueRead[];
}

/** What changed a field after it had been written: a patch, a transformer, Pilotage. */
export interface Change {
  readonly by: string;
  readonly place?: Place;
}

export interface Origin {
  /** None where something else made the field: `changes` then says what. */
  readonly writers: readonly Writer[];
  readonly values: readonly ValueRead[];
  readonly conditions: readonly Condition[];
  /** In their order: the last one had the last word. */
  readonly changes: readonly Change[];
}

export const NO_ORIGIN: Origin = { writers: [], values: [], conditions: [], changes: [] };

/** Knows where the fields of one object come from. */
export interface Provenance {
  /** By JSON pointer; undefined for a field that its source does not have. */
  field(pointer: string): Origin | undefined;
}

/** What to explain: one object of a render, and the fields of it at a path or below it. */
export interface ExplainRequest {
  /** `deployment`, `deployments`, `Deployment`, `deployments.apps` */
  readonly kind: string;
  readonly name: string;
  /** `spec.template.spec.containers[0].image`; absent: all fields. */
  readonly field?: string;
}

export interface ExplainedField extends Origin {
  /** As a FieldDiff has it. */
  readonly path: string;
  /** `***` for what nobody is to see. */
  readonly value: Json;
}

export interface Explanation {
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly namespace?: string;
    readonly name: string;
  };
  readonly app: string;
  readonly fields: readonly ExplainedField[];
  /** The paths that there are, where none is the one that was asked for. */
  readonly known?: readonly string[];
}
