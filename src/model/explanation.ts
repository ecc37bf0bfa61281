/** Where the fields of an object come from: plain JSON, as a render tells it and the faces pass it on. */
import { ProblemError } from '../base/errors.ts';
import type { Place } from '../base/place.ts';
import type { Json } from '../kube/values/types.ts';

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

/** What is not found is compared with every name that there is: it may not be long. */
const LONGEST = 500;

/** `deployment/web spec.replicas` → what it asks for. @throws ProblemError BadRequest */
export function explainRequest([object = '', field, ...more]: readonly string[]): ExplainRequest {
  const slash = object.indexOf('/');
  if (slash < 1 || slash === object.length - 1 || more.length > 0)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `${[object, field, ...more].join(' ').trim()} is not KIND/NAME and at most one field`,
      remedy: 'Write deployment/web spec.replicas.',
    });
  if (object.length + (field?.length ?? 0) > LONGEST)
    throw new ProblemError({
      reason: 'BadRequest',
      message: `KIND/NAME and a field have at most ${LONGEST} characters together`,
    });
  const request = { kind: object.slice(0, slash), name: object.slice(slash + 1) };
  return field === undefined ? request : { ...request, field };
}
