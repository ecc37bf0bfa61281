import { formatProblem } from '../../../base/errors.ts';
import type { SuiteResult, TestResult } from '../../../render/charttest/run.ts';
import { failureLines } from './failures.ts';
import type { TestFormat } from './format.ts';

/** What most servers of continuous integration read: the XML of JUnit. */
export const junit: TestFormat = ({ charts }) => {
  const suites = charts.flatMap(({ suites: all }) => all);
  const tests = suites.flatMap((suite) => suite.tests);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts(suites, tests)}>`,
    ...suites.flatMap(suiteLines),
    '</testsuites>',
  ].join('\n');
};

function suiteLines(suite: SuiteResult): readonly string[] {
  const { name, place, error, tests } = suite;
  const title = attribute('name', name || place.file);
  return [
    `  <testsuite ${title} ${attribute('file', place.file)} ${counts([suite], tests)}>`,
    ...(error ? [`    <testcase ${title}>`, failed(formatProblem(error)), '    </testcase>'] : []),
    ...tests.flatMap((test) => testLines(test, name || place.file)),
    '  </testsuite>',
  ];
}

function testLines(test: TestResult, suite: string): readonly string[] {
  const { name, place, status, skipped } = test;
  const line = attribute('line', String(place.line ?? 1));
  const head = `${attribute('name', name)} ${attribute('classname', suite)} ${attribute('file', place.file)} ${line}`;
  if (status === 'passed') return [`    <testcase ${head}/>`];
  const inside =
    status === 'skipped'
      ? `      <skipped ${attribute('message', skipped ?? '')}/>`
      : failed(failureLines(test).join('\n'));
  return [`    <testcase ${head}>`, inside, '    </testcase>'];
}

function counts(suites: readonly SuiteResult[], tests: readonly TestResult[]): string {
  const broken = suites.filter(({ error }) => error !== undefined).length;
  const of = (status: string): number => tests.filter((test) => test.status === status).length;
  const numbers = { tests: tests.length + broken, failures: of('failed') + broken, skipped: of('skipped') };
  return Object.entries(numbers)
    .map(([name, count]) => attribute(name, String(count)))
    .join(' ');
}

const failed = (text: string): string => {
  const [first = ''] = text.split('\n');
  return `      <failure ${attribute('message', first)}>${escaped(text)}</failure>`;
};

const attribute = (name: string, value: string): string =>
  `${name}="${escaped(value).replaceAll('"', '&quot;').replaceAll('\n', '&#10;')}"`;

/** Without what no document of XML may hold. */
const escaped = (text: string): string =>
  text
    .replaceAll(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
