import { ProblemError } from '../../base/errors.ts';
import { type StatusError, statusError } from '../../kube/values/status.ts';

/** The write is based on a revision of the key that is no longer the latest. */
export class StaleRevision extends Error {
  override readonly name = 'StaleRevision';
  constructor(key: string, expected: number, latest: number) {
    super(`${key} is at revision ${latest}, the write was decided on revision ${expected}`);
  }
}

export const unavailable = (message: string): StatusError => statusError('ServiceUnavailable', message);

// The wording of etcd and kube-apiserver: clients look for "too old resource version".
export const tooOld = (revision: number, compacted: number): StatusError =>
  statusError('Expired', `too old resource version: ${revision} (${compacted})`);

// As kube-apiserver answers, which asks to come back in a second (storage/errors.go NewTooLargeResourceVersionError).
export const inTheFuture = (asked: number, current: number): StatusError =>
  statusError('Timeout', `Timeout: Too large resource version: ${asked}, current: ${current}`, {
    retryAfterSeconds: 1,
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
  });

export function storeDamaged(dir: string, lines: readonly string[]): ProblemError {
  return new ProblemError({
    reason: 'StoreDamaged',
    message: `The store in ${dir} is damaged: acknowledged writes are missing.`,
    details: lines,
    remedy:
      'Restore a backup into an empty data directory (pilotage restore BACKUP --data-dir DIR), or continue without what is lost: pilotage up --accept-loss',
  });
}
