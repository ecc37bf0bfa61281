import { ProblemError } from '../../base/errors.ts';
import { type StatusError, statusError } from '../../kube/status.ts';
import type { Loaded } from './disk.ts';

export const unavailable = (message: string): StatusError => statusError('ServiceUnavailable', message);

// The wording of etcd and kube-apiserver: clients look for "too old resource version".
export const tooOld = (revision: number, compacted: number): StatusError =>
  statusError('Expired', `too old resource version: ${revision} (${compacted})`);

// kube-apiserver answers Timeout "Too large resource version" and asks to come back in a second.
export const inTheFuture = (asked: number, current: number): StatusError =>
  statusError('Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    retryAfterSeconds: 1,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });

/**
 * The log and the index of latest must tell the same.
 * @throws ProblemError StoreDamaged, naming keys on which they do not.
 */
export function assertWhole(
  { latest, rows }: Loaded,
  dir: string,
  revisionOf: (key: string) => number | undefined,
): void {
  const missing = [...latest].filter(([key, revision]) => revisionOf(key) !== revision).map(([key]) => key);
  const written = new Set(rows.map((row) => row.key));
  const surplus = [...written].filter((key) => revisionOf(key) !== undefined && !latest.has(key));
  if (missing.length + surplus.length === 0) return;
  throw new ProblemError({
    reason: 'StoreDamaged',
    message: `the store in ${dir} is damaged: its log and its index disagree`,
    remedy: 'Restore the data directory from a backup.',
    details: [...missing, ...surplus].slice(0, 10),
  });
}
