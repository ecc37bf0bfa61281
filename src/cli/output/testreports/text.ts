import { formatProblem } from '../../../base/errors.ts';
import { formatPlace } from '../../../base/place.ts';
import type { SuiteResult } from '../../../render/charttest/run.ts';
import { failureLines } from './failures.ts';
import { hasFailed, type TestFormat, type TestReport } from './format.ts';

/** For people: a line for each suite, what did not hold below it, and a sum. */
export const text: TestFormat = (report) => {
  const suites = report.charts.flatMap(({ suites: all }) => all);
  return [...suites.flatMap((suite) => block(suite, report)), '', ...sums(report)].join('\n');
};

function block(suite: SuiteResult, { colors }: TestReport): readonly string[] {
  const { name, place, error, tests } = suite;
  const isSkipped = tests.length > 0 && tests.every(({ status }) => status === 'skipped');
  const mark = hasFailed(suite) ? colors.red('✗') : isSkipped ? colors.yellow('-') : colors.green('✓');
  const lines = [`${mark} ${name || place.file} ${colors.dim(formatPlace(place))}`];
  if (error) lines.push(...indented(formatProblem(error).split('\n'), 4));
  for (const test of tests) {
    if (test.status === 'skipped')
      lines.push(`    ${colors.yellow('-')} ${test.name}: ${test.skipped ?? 'nothing to assert'}`);
    if (test.status !== 'failed') continue;
    lines.push(`    ${colors.red('✗')} ${test.name} ${colors.dim(formatPlace(test.place))}`);
    lines.push(...indented(failureLines(test), 6).map((line) => colored(line, colors)));
  }
  return lines;
}

const indented = (lines: readonly string[], by: number): string[] =>
  lines.map((line) => ' '.repeat(by) + line);

function colored(line: string, colors: TestReport['colors']): string {
  const [, sign] = /^\s+([-+]) /.exec(line) ?? [];
  return sign === '-' ? colors.red(line) : sign === '+' ? colors.green(line) : line;
}

function sums({ charts, isUpdated }: TestReport): readonly string[] {
  const tests = charts.flatMap(({ suites }) => suites.flatMap((suite) => suite.tests));
  const suites = charts.flatMap((chart) => chart.suites);
  const count = (status: string): number => tests.filter((test) => test.status === status).length;
  const failed = suites.filter(hasFailed).length;
  const parts = (['passed', 'failed', 'skipped'] as const).flatMap((status) =>
    count(status) > 0 ? [`${count(status)} ${status}`] : [],
  );
  const total = (key: 'compared' | 'added' | 'changed' | 'obsolete'): number =>
    charts.reduce((sum, { snapshots }) => sum + snapshots[key], 0);
  const snapshots = [
    ...(total('added') > 0 ? [`${total('added')} new`] : []),
    ...(total('changed') > 0 ? [`${total('changed')} ${isUpdated ? 'updated' : 'different'}`] : []),
    ...(total('obsolete') > 0 ? [`${total('obsolete')} ${isUpdated ? 'removed' : 'obsolete'}`] : []),
  ];
  return [
    `${suites.length} suite${suites.length === 1 ? '' : 's'}${failed > 0 ? `, ${failed} failed` : ''}; tests: ${parts.join(', ') || 'none'}.`,
    ...(total('compared') > 0
      ? [
          `${total('compared')} snapshot${total('compared') === 1 ? '' : 's'}${snapshots.length > 0 ? `: ${snapshots.join(', ')}` : ''}.`,
        ]
      : []),
    ...(total('changed') + total('obsolete') > 0 && !isUpdated ? ['If they are meant so: --update.'] : []),
  ];
}
