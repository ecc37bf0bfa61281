import { type Problem, problemOf } from '../../base/errors.ts';
import type { Place } from '../../base/place.ts';
import type { Complaint, Subject } from './assertions/kind.ts';
import type { Document } from './document.ts';
import type { Assertion, Suite, Test } from './model.ts';
import { inChart } from './names.ts';
import { type Outcome, type RenderTest, renderTest } from './rendered.ts';
import { documentsFor } from './select.ts';
import type { SnapshotRun } from './snapshot.ts';

export interface SuiteResult {
  readonly name: string;
  readonly place: Place;
  /** Why none of it was run. */
  readonly error?: Problem;
  readonly skipped?: string;
  readonly tests: readonly TestResult[];
}

/** What the suites of one chart came to. */
export interface TestedChart {
  readonly folder: string;
  readonly suites: readonly SuiteResult[];
  readonly snapshots: {
    readonly compared: number;
    readonly added: number;
    readonly changed: number;
    readonly obsolete: number;
  };
}

export interface TestResult {
  readonly name: string;
  readonly place: Place;
  readonly status: 'passed' | 'failed' | 'skipped';
  readonly skipped?: string;
  /** Why it could not be rendered, where no assertion asks for that. */
  readonly error?: Problem;
  readonly failures: readonly Failure[];
}

export interface Failure {
  readonly place: Place;
  /** `equal`, or `not equal`. */
  readonly assertion: string;
  readonly template?: string;
  readonly complaints: readonly Complaint[];
}

export interface Running {
  /** The names that lead to the chart: `shop`, `shop/charts/db`. */
  readonly route: string;
  readonly render: RenderTest;
  readonly snapshots: SnapshotRun;
}

export function runSuite(suite: Suite, running: Running): SuiteResult {
  const { name, place, skip } = suite;
  const tests = suite.tests.map((test) => runTest(test, suite, running));
  return { name, place, ...(skip === undefined ? {} : { skipped: skip }), tests };
}

function runTest(test: Test, suite: Suite, running: Running): TestResult {
  const { name, place } = test;
  const skipped = suite.skip ?? test.skip;
  if (skipped !== undefined) return { name, place, status: 'skipped', skipped, failures: [] };
  const program = test.postRenderer ?? suite.postRenderer;
  if (program)
    return {
      ...{ name, place, failures: [], status: 'failed' },
      error: {
        reason: 'NotSupported',
        message: 'The suite sends what is rendered through a program; none is run',
        place: program,
        remedy: 'Assert what the chart itself writes.',
      },
    };
  try {
    const outcome = renderTest(test, suite, running);
    const verdicts = asserted(test, suite, outcome, running);
    const failures = verdicts.flatMap((verdict) => (verdict === 'skipped' ? [] : verdict));
    const isSkipped = verdicts.length > 0 && verdicts.every((verdict) => verdict === 'skipped');
    const error = outcome.ok || failures.length === 0 ? undefined : outcome.problem;
    const status = failures.length > 0 ? 'failed' : isSkipped ? 'skipped' : 'passed';
    return { name, place, status, failures, ...(error ? { error } : {}) };
  } catch (error) {
    return { name, place, status: 'failed', failures: [], error: { place, ...problemOf(error) } };
  }
}

type Verdict = 'skipped' | readonly Failure[];

function asserted(test: Test, suite: Suite, outcome: Outcome, running: Running): readonly Verdict[] {
  let snapshots = 0;
  const snapshot: Subject['snapshot'] = (content, isRead) =>
    running.snapshots.compare(test.name, ++snapshots, content, isRead);
  return test.asserts.map((assertion) => verdictOf(assertion, { test, suite, outcome, running, snapshot }));
}

interface Asserting {
  readonly test: Test;
  readonly suite: Suite;
  readonly outcome: Outcome;
  readonly running: Running;
  readonly snapshot: Subject['snapshot'];
}

function verdictOf(assertion: Assertion, at: Asserting): Verdict {
  const { place, not, name } = assertion;
  const failure = (template: string | undefined, complaints: readonly Complaint[]): readonly Failure[] =>
    complaints.length === 0
      ? []
      : [{ place, assertion: not ? `not ${name}` : name, ...(template ? { template } : {}), complaints }];
  try {
    const selector = assertion.selector ?? at.test.selector;
    const index = at.test.documentIndex ?? assertion.documentIndex;
    const picked = documentsFor(templatesFor(assertion, at), at.outcome.documents, { selector, index });
    if (picked.size === 0)
      return at.test.selector?.skipEmptyTemplates
        ? 'skipped'
        : failure(undefined, judge(assertion, at, [], []));
    return [...picked].flatMap(([template, selected]) => {
      const documents = at.outcome.documents.get(template);
      const isMissing = documents === undefined && !assertion.kind.wantsFailure && at.outcome.ok;
      const complaints = isMissing
        ? [{ message: 'this template is not there, or was not selected' }]
        : judge(assertion, at, documents ?? [], selected);
      return failure(template, complaints);
    });
  } catch (error) {
    return failure(undefined, [{ message: problemOf(error).message }]);
  }
}

/** In the order of their names. */
function templatesFor(
  { template }: Assertion,
  { test, suite, outcome, running: { route } }: Asserting,
): readonly string[] {
  const chosen = template === undefined ? test.templates : [template];
  const named = chosen.length > 0 ? chosen : suite.templates;
  const isAny = chosen.length === 0 && (named.length === 0 || named.some((one) => one.includes('*')));
  const names = isAny ? outcome.names : named.map((one) => `${route}/${inChart(one)}`);
  return [...new Set(names)].sort();
}

function judge(
  { kind, params, not }: Assertion,
  { outcome, snapshot }: Asserting,
  documents: readonly Document[],
  selected: readonly Document[],
): readonly Complaint[] {
  if ((kind.wantsFailure === true) === outcome.ok) {
    const said = outcome.ok ? '' : `: ${outcome.said}`;
    return [{ message: outcome.ok ? 'expected the template to fail' : `it cannot be rendered${said}` }];
  }
  const error = outcome.ok || outcome.template !== undefined ? {} : { renderError: outcome.said };
  return kind.check(params, {
    documents,
    selected,
    not: not !== (kind.isContrary === true),
    snapshot,
    ...error,
  });
}
