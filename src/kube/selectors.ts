import type { Result } from '../base/errors.ts';
import type { LabelSelector } from './objects.ts';

export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan';
  readonly values: readonly string[];
}
export type Labels = Readonly<Record<string, string>> | undefined;

/** `app=web,tier in (a,b),!legacy`; '' selects everything. */
export function parseSelector(_text: string): Result<readonly Requirement[]> {
  throw new Error('signature only');
}
export function formatSelector(_requirements: readonly Requirement[]): string {
  throw new Error('signature only');
}
/** A null selector matches nothing, an empty one everything: undefined here stands for null. */
export function selectorOf(_selector: LabelSelector | undefined): readonly Requirement[] | undefined {
  throw new Error('signature only');
}
export function matches(_requirements: readonly Requirement[], _labels: Labels): boolean {
  throw new Error('signature only');
}
/** matches(selectorOf(selector), labels); a missing selector matches nothing. */
export function selectorMatches(_selector: LabelSelector | undefined, _labels: Labels): boolean {
  throw new Error('signature only');
}
/** Of a Service's or ReplicationController's plain map; an empty map matches everything. */
export function formatLabels(_labels: Labels): string {
  throw new Error('signature only');
}
