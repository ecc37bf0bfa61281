import { containsDocument, hasDocuments, isAPIVersion, isKind } from './documents.ts';
import { equal, equalRaw } from './equality.ts';
import { exists, isNullOrEmpty, isType } from './existence.ts';
import { failedTemplate } from './failure.ts';
import type { AssertionKind, Check } from './kind.ts';
import { lengthEqual } from './length.ts';
import { contains, isSubset } from './members.ts';
import { greaterOrEqual, lessOrEqual } from './order.ts';
import { matchRegex, matchRegexRaw } from './regex.ts';
import { matchSnapshot, matchSnapshotRaw } from './snapshots.ts';

const asserts = (check: Check): AssertionKind => ({ check });
const denies = (check: Check): AssertionKind => ({ check, isContrary: true });

/** Every kind of assertion by the name that suites have for it. */
export const ASSERTIONS: Readonly<Record<string, AssertionKind>> = {
  equal: asserts(equal),
  notEqual: denies(equal),
  equalRaw: asserts(equalRaw),
  notEqualRaw: denies(equalRaw),
  greaterOrEqual: asserts(greaterOrEqual),
  notGreaterOrEqual: denies(greaterOrEqual),
  lessOrEqual: asserts(lessOrEqual),
  notLessOrEqual: denies(lessOrEqual),
  exists: asserts(exists),
  notExists: denies(exists),
  isNotNull: asserts(exists),
  isNull: denies(exists),
  isNullOrEmpty: asserts(isNullOrEmpty),
  isNotNullOrEmpty: denies(isNullOrEmpty),
  isEmpty: asserts(isNullOrEmpty),
  isNotEmpty: denies(isNullOrEmpty),
  isType: asserts(isType),
  isNotType: denies(isType),
  matchRegex: asserts(matchRegex),
  notMatchRegex: denies(matchRegex),
  matchRegexRaw: asserts(matchRegexRaw),
  notMatchRegexRaw: denies(matchRegexRaw),
  contains: asserts(contains),
  notContains: denies(contains),
  isSubset: asserts(isSubset),
  isNotSubset: denies(isSubset),
  lengthEqual: asserts(lengthEqual),
  notLengthEqual: denies(lengthEqual),
  isKind: asserts(isKind),
  isAPIVersion: asserts(isAPIVersion),
  hasDocuments: asserts(hasDocuments),
  containsDocument: asserts(containsDocument),
  failedTemplate: { check: failedTemplate, wantsFailure: true },
  notFailedTemplate: denies(failedTemplate),
  matchSnapshot: asserts(matchSnapshot),
  matchSnapshotRaw: asserts(matchSnapshotRaw),
};
