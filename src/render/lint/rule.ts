import type { Place } from '../../base/place.ts';
import type { KubeObject } from '../../kube/values/types.ts';
import type { Subject } from './subject.ts';

export const SEVERITIES = ['error', 'warning', 'info'] as const;
export type Severity = (typeof SEVERITIES)[number];

/** What a rule has found. */
export interface Remark {
  readonly message: string;
  readonly place?: Place;
  /** Where it is another than that of the rule. */
  readonly remedy?: string;
  readonly details?: readonly string[];
  /** The object that it is about: its annotation may silence the rule. */
  readonly object?: KubeObject;
}

/** One rule, in the file that has its name. */
export interface Rule {
  readonly name: string;
  readonly severity: Severity;
  /** One sentence: what it finds. */
  readonly finds: string;
  /** One sentence: what would help. */
  readonly remedy: string;
  /** Reasons of problems and warnings of the render that are its findings. */
  readonly reasons?: readonly string[];
  check?(subject: Subject): readonly Remark[];
}

export interface Finding extends Omit<Remark, 'object'> {
  readonly rule: string;
  readonly severity: Severity;
  readonly remedy: string;
}
