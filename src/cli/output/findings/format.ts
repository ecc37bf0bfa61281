import type pc from 'picocolors';
import type { Finding } from '../../../render/lint/rule.ts';

export interface Report {
  readonly findings: readonly Finding[];
  readonly colors: ReturnType<typeof pc.createColors>;
  /** Of this program. */
  readonly version: string;
}

/** Findings as text for one kind of reader; '' where there is nothing to say. */
export type Format = (report: Report) => string;
