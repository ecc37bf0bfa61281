import { isObject } from '../../../kube/values/equal.ts';
import type { Json, JsonObject } from '../../../kube/values/types.ts';
import type { Document } from '../document.ts';
import { find } from '../paths.ts';
import type { Check, Complaint, Subject } from './kind.ts';
import { yamlOf } from './text.ts';

/** What is wrong with one value, or nothing. */
export type ValueCheck = (actual: Json, params: JsonObject, subject: Subject) => Complaint | undefined;

export const textParam = (params: JsonObject, name: string): string => {
  const value = params[name];
  return value === undefined || value === null ? '' : String(value);
};

/** Holds if it holds of every document; of none, only its contrary holds. */
export const eachDocument =
  (check: (document: Document, params: JsonObject, subject: Subject) => readonly Complaint[]): Check =>
  (params, subject) => {
    const { selected, not } = subject;
    if (selected.length === 0) return not ? [] : [{ message: 'there is no document' }];
    return selected.flatMap((document, index) =>
      check(document, params, subject).map((complaint) => ({
        ...complaint,
        ...(selected.length > 1 ? { document: index } : {}),
      })),
    );
  };

/** Holds if it holds of every value at the path, of which there must be one. */
export const eachValue = (check: ValueCheck): Check =>
  eachDocument((document, params, subject) => {
    const path = textParam(params, 'path');
    const values = find(document, path);
    if (values.length === 0) return subject.not ? [] : [{ message: 'there is nothing at this path', path }];
    return values.flatMap((value) => {
      const complaint = check(value, params, subject);
      return complaint ? [{ path, ...complaint }] : [];
    });
  });

/** The complaint that a verdict comes to, if it is not what was asserted. */
export function judged(
  holds: boolean,
  { not }: Subject,
  {
    message,
    expected,
    actual,
  }: { readonly message: string; readonly expected?: Json; readonly actual?: Json },
): Complaint | undefined {
  if (holds !== not) return undefined;
  return {
    message: not ? message.replace(/^expected /, 'expected not ') : message,
    ...(expected === undefined ? {} : { expected: yamlOf(expected) }),
    ...(actual === undefined || not ? {} : { actual: yamlOf(actual) }),
  };
}

/** Whether an object has all members of another, each as it is there. */
export const hasMembers = (
  actual: JsonObject,
  wanted: JsonObject,
  equal: (a: unknown, b: unknown) => boolean,
): boolean => Object.entries(wanted).every(([key, value]) => equal(actual[key], value));

export const asObject = (value: Json | undefined): JsonObject | undefined =>
  isObject(value) ? value : undefined;
