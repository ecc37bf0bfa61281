import type { IncomingMessage } from 'node:http';
import { rfc3339Micro } from '../base/clock.ts';
import { type AuditEvent, type AuditObject, type AuditUser, FACE } from './event.ts';
import { clipped, originOf, uriOf } from './origin.ts';

/** What somebody did at a face that is not the Kubernetes API. */
export interface Act {
  readonly face: 'git' | 'http';
  readonly id: string;
  readonly request: IncomingMessage;
  /** Milliseconds since the epoch. */
  readonly received: number;
  readonly ended: number;
  readonly verb: string;
  /** Absent: nobody that is known. */
  readonly user?: AuditUser;
  readonly object?: AuditObject;
  readonly code: number;
  /** Why it was refused. */
  readonly reason?: string;
  readonly message?: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The act in the envelope of a request to the Kubernetes API. */
export function actEvent(act: Act): AuditEvent {
  const { face, id, request, received, ended, verb, user = {}, object, code, reason, message } = act;
  const [path = '', query = ''] = (request.url ?? '').split('?', 2);
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: id,
    stage: 'ResponseComplete',
    requestURI: uriOf(path, new URLSearchParams(query)),
    verb,
    user,
    ...originOf(request),
    ...(object ? { objectRef: object } : {}),
    responseStatus: {
      metadata: {},
      ...(code >= 400 ? { status: 'Failure' as const } : {}),
      ...(message === undefined ? {} : { message: clipped(withoutCredentials(message), 1024) }),
      ...(reason === undefined ? {} : { reason }),
      code,
    },
    requestReceivedTimestamp: rfc3339Micro(received),
    stageTimestamp: rfc3339Micro(ended),
    annotations: { ...act.annotations, [FACE]: face },
  };
}

/** URLs may hold a user and a password. */
const withoutCredentials = (text: string): string => text.replaceAll(/\/\/[^/@\s]+@/g, '//…@');
