import type pc from 'picocolors';
import type { SuiteResult, TestedChart } from '../../../render/charttest/run.ts';

export interface TestReport {
  readonly charts: readonly TestedChart[];
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly isUpdated: boolean;
}

export type TestFormat = (report: TestReport) => string;

export const hasFailed = ({ error, tests }: SuiteResult): boolean =>
  error !== undefined || tests.some(({ status }) => status === 'failed');
