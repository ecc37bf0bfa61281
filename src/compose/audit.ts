/** The audit log of a data directory, which every face writes to. */
import { join } from 'node:path';
import { openAuditFiles } from '../audit/files.ts';
import { type AuditLog, createAuditLog } from '../audit/log.ts';
import { DEFAULT_POLICY, type Policy } from '../audit/policy.ts';
import { readPolicyFile } from '../audit/policyfile.ts';
import type { Clock } from '../base/clock.ts';
import type { Lifetime } from '../base/lifetime.ts';
import type { Logger } from '../base/log.ts';

export interface Audit {
  readonly log: AuditLog;
  /** What is recorded of requests to the Kubernetes API. */
  readonly policy: Policy;
}

/** Throws ProblemError for a policy file that cannot be read. */
export function openAudit(options: {
  readonly dataDir: string;
  readonly policyFile: string | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly parts: Lifetime;
}): Audit {
  const { dataDir, policyFile, clock, logger, parts } = options;
  const policy = policyFile === undefined ? DEFAULT_POLICY : readPolicyFile(policyFile);
  const log = createAuditLog({ files: openAuditFiles(join(dataDir, 'audit'), clock), clock, logger });
  parts.add('audit log', () => log.close());
  return { log, policy };
}
