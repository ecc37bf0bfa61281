/** What a run of the suite comes to: a pure function of results and of what was expected. */
import type { ConformanceTest } from './tests.ts';

export interface Result {
  readonly passed: boolean;
  /** Why it failed, in the suite's words. */
  readonly message?: string;
}

export type Standing = 'passed' | 'failed as expected' | 'failed' | 'passed unexpectedly' | 'not run';

export interface Verdict extends Result {
  readonly test: ConformanceTest;
  readonly standing: Standing;
}

/** `expected`: why a test fails for now, by its name. */
export function judge(
  tests: readonly ConformanceTest[],
  results: ReadonlyMap<string, Result>,
  expected: Readonly<Record<string, string>>,
): readonly Verdict[] {
  return tests.map((test) => {
    const result = results.get(test.fullName);
    if (!result) return { test, passed: false, standing: 'not run' };
    const known = test.name in expected;
    if (result.passed) return { ...result, test, standing: known ? 'passed unexpectedly' : 'passed' };
    return { ...result, test, standing: known ? 'failed as expected' : 'failed' };
  });
}

/** Names in a table of expectations that no test has: they must not outlive what they speak of. */
export const unknownNames = (
  names: readonly string[],
  tests: readonly ConformanceTest[],
): readonly string[] => names.filter((name) => !tests.some((test) => test.name === name));

const COLUMNS: readonly Standing[] = [
  'passed',
  'failed as expected',
  'failed',
  'passed unexpectedly',
  'not run',
];

const count = (verdicts: readonly Verdict[], standing: Standing): number =>
  verdicts.filter((verdict) => verdict.standing === standing).length;

/** A Markdown table with a row for each area, and one for all. */
export function areaTable(verdicts: readonly Verdict[]): string {
  const areas = [...new Set(verdicts.map(({ test }) => test.area))].sort();
  const row = (title: string, of: readonly Verdict[]) =>
    `| ${[title, of.length, ...COLUMNS.map((standing) => count(of, standing))].join(' | ')} |`;
  return [
    `| area | tests | ${COLUMNS.join(' | ')} |`,
    `|---|${'---|'.repeat(COLUMNS.length + 1)}`,
    ...areas.map((area) =>
      row(
        area,
        verdicts.filter(({ test }) => test.area === area),
      ),
    ),
    row('all', verdicts),
  ].join('\n');
}

/** What has to be looked at: unexpected in either way. */
export const surprises = (verdicts: readonly Verdict[]): readonly Verdict[] =>
  verdicts.filter(({ standing }) => standing === 'failed' || standing === 'passed unexpectedly');
