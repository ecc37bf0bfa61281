import { stringifyJson } from '../kube/values/json.ts';
import type { AuditEvent } from './event.ts';

/** kube-apiserver's `--audit-log-truncate-max-event-size`. */
const MOST_BYTES = 100 * 1024;
const MOST_GROUPS = 50;
const MOST_NAME = 1024;

/** One line without its end. Of an event that is too large the bodies are left out, then what else a client may have made long. */
export function lineOf(event: AuditEvent): string {
  const whole = textOf(event);
  if (whole.length <= MOST_BYTES) return whole;
  const { requestObject, responseObject, ...rest } = event;
  const annotations = { ...rest.annotations, 'audit.k8s.io/truncated': 'true' };
  const head = JSON.stringify({ ...rest, annotations });
  if (head.length <= MOST_BYTES) return head;
  const { impersonatedUser } = rest;
  return JSON.stringify({
    ...rest,
    annotations: clippedMembers(annotations),
    user: shortUser(rest.user),
    ...(impersonatedUser ? { impersonatedUser: shortUser(impersonatedUser) } : {}),
    ...(rest.objectRef ? { objectRef: clippedMembers(rest.objectRef) } : {}),
    ...(rest.responseStatus ? { responseStatus: clippedMembers(rest.responseStatus) } : {}),
  });
}

/** Bigints are only in bodies. */
const textOf = (event: AuditEvent): string =>
  event.requestObject === undefined && event.responseObject === undefined
    ? JSON.stringify(event)
    : stringifyJson(event);

const shortUser = ({ username = '', groups = [] }: AuditEvent['user']): AuditEvent['user'] => ({
  username: username.slice(0, MOST_NAME),
  groups: groups.slice(0, MOST_GROUPS).map((group) => group.slice(0, MOST_NAME)),
});

const clippedMembers = (members: object): object =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.slice(0, MOST_NAME) : value,
    ]),
  );
