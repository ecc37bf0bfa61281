import type { User } from '../kube/client/client.ts';

/** How much of a request is recorded, least first (audit.k8s.io/v1 Level). */
export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type Level = (typeof LEVELS)[number];

export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type Stage = (typeof STAGES)[number];

export const isAtLeast = (level: Level, other: Level): boolean =>
  LEVELS.indexOf(level) >= LEVELS.indexOf(other);

/** authentication.k8s.io/v1 UserInfo. */
export interface AuditUser {
  readonly username?: string;
  readonly uid?: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** audit.k8s.io/v1 ObjectReference. */
export interface AuditObject {
  readonly resource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly uid?: string;
  readonly apiGroup?: string;
  readonly apiVersion?: string;
  readonly resourceVersion?: string;
  readonly subresource?: string;
}

export interface AuditStatus {
  readonly metadata: Readonly<Record<string, never>>;
  readonly status?: 'Failure';
  readonly message?: string;
  readonly reason?: string;
  readonly code: number;
}

/** One line of the log: audit.k8s.io/v1 Event, for what any face was asked; times have microseconds. */
export interface AuditEvent {
  readonly kind: 'Event';
  readonly apiVersion: 'audit.k8s.io/v1';
  readonly level: Level;
  readonly auditID: string;
  readonly stage: Stage;
  readonly requestURI: string;
  readonly verb: string;
  readonly user: AuditUser;
  readonly impersonatedUser?: AuditUser;
  readonly sourceIPs?: readonly string[];
  readonly userAgent?: string;
  readonly objectRef?: AuditObject;
  readonly responseStatus?: AuditStatus;
  readonly requestObject?: unknown;
  readonly responseObject?: unknown;
  readonly requestReceivedTimestamp: string;
  readonly stageTimestamp: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Where events go. Never throws. */
export interface AuditSink {
  write(event: AuditEvent): void;
}

export const DECISION = 'authorization.k8s.io/decision';
export const REASON = 'authorization.k8s.io/reason';
/** Which face was asked: `api`, `git`, `http`; `sync`: none, Pilotage decided by itself. */
export const FACE = 'pilotage.dev/face';
export const DELIVERY = 'pilotage.dev/delivery';
export const ENVIRONMENT = 'pilotage.dev/environment';

export const auditUser = ({ name, uid, groups, extra }: User): AuditUser => ({
  username: name,
  ...(uid === undefined ? {} : { uid }),
  groups,
  ...(extra === undefined ? {} : { extra }),
});
