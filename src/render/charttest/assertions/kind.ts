import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { Document } from '../document.ts';

/** What an assertion looks at: the documents of one template. */
export interface Subject {
  readonly documents: readonly Document[];
  /** Those of them that an index or a selector has picked. */
  readonly selected: readonly Document[];
  /** The contrary is asserted. */
  readonly not: boolean;
  /** What the engine said, where nothing was rendered and no template is to blame. */
  readonly renderError?: string;
  /** Compares with what was kept of the last run, the next one of this test; `isRead`: only its text is asked for. */
  snapshot(content: Json, isRead: boolean): Compared;
}

export interface Compared {
  /** From 1. */
  readonly index: number;
  readonly holds: boolean;
  readonly kept: string;
  readonly now: string;
}

/** Why an assertion does not hold. */
export interface Complaint {
  readonly message: string;
  readonly path?: string;
  /** From 0, of the documents that were looked at. */
  readonly document?: number;
  readonly expected?: string;
  readonly actual?: string;
}

/** Nothing where it holds. @throws ProblemError where a parameter is wrong */
export type Check = (params: JsonObject, subject: Subject) => readonly Complaint[];

/** One kind of assertion; the contrary of another shares its check. */
export interface AssertionKind {
  readonly check: Check;
  /** It asserts that the check does not hold. */
  readonly isContrary?: true;
  /** It is for templates that cannot be rendered. */
  readonly wantsFailure?: true;
}
