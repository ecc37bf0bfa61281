import type { AuditStatus } from '../../../audit/event.ts';
import { clipped } from '../../../audit/origin.ts';
import type { Status } from '../../../kube/values/status.ts';
import type { Answer } from './answers.ts';

/** Their messages name what was asked for, and hold nothing of a body. */
const PLAIN = new Set([
  'Unauthorized',
  'NotFound',
  'AlreadyExists',
  'Conflict',
  'MethodNotAllowed',
  'Expired',
  'TooManyRequests',
  'NotAcceptable',
  'UnsupportedMediaType',
  'RequestEntityTooLarge',
]);
/** It refuses with any reason, in words of its own, and may repeat what it was sent. */
const WEBHOOK = /admission webhook "/;
/** The words of the authorizer. */
export const NOT_ALLOWED = /: User "/;

/** The status of an answer. Of other refusals only the reason is kept: they quote what was sent, which may be a secret. */
export function statusFor(answer: Answer | Status | { readonly code: number }): AuditStatus {
  if ('type' in answer) return { metadata: {}, code: answer.type === 'bytes' ? answer.code : 200 };
  if (!('kind' in answer)) return { metadata: {}, code: answer.code };
  const { code, reason, message = '' } = answer;
  const isKept = reason === 'Forbidden' ? NOT_ALLOWED.test(message) : PLAIN.has(reason ?? '');
  return {
    metadata: {},
    status: 'Failure',
    ...(isKept && !WEBHOOK.test(message) ? { message: clipped(message, 1024) } : {}),
    ...(reason === undefined ? {} : { reason }),
    code,
  };
}
