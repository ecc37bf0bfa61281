import type pc from 'picocolors';
import type { SuiteResult } from '../../../render/charttest/run.ts';

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

export interface TestReport {
  readonly charts: readonly TestedChart[];
  readonly colors: ReturnType<typeof pc.createColors>;
  readonly isUpdated: boolean;
}

export type TestFormat = (report: TestReport) => string;

export const hasFailed = ({ error, tests }: SuiteResult): boolean =>
  error !== undefined || tests.some(({ status }) => status === 'failed');
