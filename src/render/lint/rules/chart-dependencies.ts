import type { Rule } from '../rule.ts';

export const chartDependencies: Rule = {
  name: 'chart-dependencies',
  severity: 'error',
  finds: 'A dependency that is missing from charts/, or disagrees with its range or its lock.',
  remedy: 'Bring charts/, Chart.yaml and Chart.lock together.',
  reasons: ['DependencyMissing', 'ChartLockDisagrees', 'VersionNotSatisfied'],
};
