import type { IncomingMessage } from 'node:http';
import {
  type AuditEvent,
  type AuditSink,
  auditUser,
  DECISION,
  FACE,
  isAtLeast,
  type Level,
  REASON,
  type Stage,
} from '../../../audit/event.ts';
import { originOf, uriOf } from '../../../audit/origin.ts';
import { type AuditDecision, decideAudit, type Policy } from '../../../audit/policy.ts';
import { recordable } from '../../../audit/redact.ts';
import { type Awaitable, after } from '../../../base/awaitable.ts';
import { type Clock, rfc3339Micro } from '../../../base/clock.ts';
import type { User } from '../../../kube/client/client.ts';
import { parseJson } from '../../../kube/values/json.ts';
import { qualifiedName } from '../../../kube/values/names.ts';
import type { Status } from '../../../kube/values/status.ts';
import type { Json, KubeObject } from '../../../kube/values/types.ts';
import type { Authorizer, Decision } from '../authorization.ts';
import type { Answer } from './answers.ts';
import type { Asked, Recorded } from './asked.ts';
import { NOT_ALLOWED, statusFor } from './auditstatus.ts';

export interface AuditOptions {
  readonly policy: Policy;
  readonly sink: AuditSink;
}

export interface AuditParts extends AuditOptions {
  readonly authorize: Authorizer;
  readonly clock: Clock;
  readonly uuid: () => string;
}

/** What the handlers tell of a request on its way. */
export interface CallAudit {
  /** The body, as a value. */
  body(value: Json): void;
  /** The object that is answered. */
  answered(object: KubeObject): void;
  /** What a plug-in of admission says for the record; the first word on a key counts. */
  annotate(key: string, text: string): void;
}

/** The record of one request (apiserver `pkg/endpoints/filters/audit.go`). Its members are called in their order here; none throws. */
export interface Trail extends CallAudit {
  readonly id: string;
  /** Who has been authenticated. */
  sender(user: User): void;
  /** As whom the request is decided. */
  acting(user: User): Awaitable<void>;
  /** An answer that goes on begins; of a connection that is taken over, without a code. */
  started(code?: number): void;
  complete(answer: Answer | Status | { readonly code: number }): void;
}

export type Trails = (request: IncomingMessage, what: Recorded) => Trail;

/** Honoured as kube-apiserver does, so that a client finds its request again (`pkg/endpoints/filters/audit_init.go`). */
const GIVEN_ID = /^[\w.:-]{1,64}$/;

export function auditTrails(parts: AuditParts): Trails {
  return (request, what) => {
    const given = String(request.headers['audit-id'] ?? '');
    return new RequestTrail(parts, request, what, GIVEN_ID.test(given) ? given : parts.uuid());
  };
}

/** Of one annotation (apiserver `policy/validating/dispatcher.go`). */
const MOST_CHARACTERS = 10 * 1024;
/** What the record itself says of a request: no webhook and no policy speaks for it. */
const OWN_KEYS = /^(authorization\.k8s\.io|audit\.k8s\.io|pilotage\.dev)\//;

/** A key names who says it (apiserver `pkg/admission/attributes.go`, checkKeyFormat). */
const maySay = (key: string): boolean =>
  key.includes('/') && qualifiedName(key) === undefined && !OWN_KEYS.test(key);

class RequestTrail implements Trail {
  readonly #parts: AuditParts;
  readonly #request: IncomingMessage;
  readonly #path: string;
  readonly #query: URLSearchParams;
  readonly id: string;
  readonly #received: string;
  readonly #asked: Asked;
  #sender: User | undefined;
  #impersonated: User | undefined;
  #decision: Decision | undefined;
  #rule: AuditDecision | undefined;
  #body: Json | undefined;
  #object: KubeObject | undefined;
  readonly #said = new Map<string, string>();

  constructor(parts: AuditParts, request: IncomingMessage, { path, query, asked }: Recorded, id: string) {
    this.#parts = parts;
    this.#request = request;
    this.#path = path;
    this.#query = query;
    this.id = id;
    this.#received = rfc3339Micro(parts.clock.now());
    this.#asked = asked;
  }

  sender(user: User): void {
    this.#sender = user;
    this.#rule = this.#decide(user);
    if (this.#records('RequestReceived')) this.#write('RequestReceived', {});
  }

  acting(user: User): Awaitable<void> {
    if (user !== this.#sender) this.#impersonated = user;
    // Who is refused is always recorded by the built-in policy; who is not, only where a rule wants it.
    if (this.#level() === 'None') return;
    return after(this.#parts.authorize(user, this.#asked.attributes), (decision) => {
      this.#decision = decision;
    });
  }

  body(value: Json): void {
    if (isAtLeast(this.#level(), 'Request')) this.#body = value;
  }

  answered(object: KubeObject): void {
    this.#object = object;
  }

  annotate(key: string, text: string): void {
    if (this.#asked.isSensitive || this.#said.has(key) || !maySay(key)) return;
    this.#said.set(key, text.slice(0, MOST_CHARACTERS));
  }

  started(code?: number): void {
    if (this.#records('ResponseStarted'))
      this.#write('ResponseStarted', code === undefined ? {} : { responseStatus: { metadata: {}, code } });
  }

  complete(answer: Answer | Status | { readonly code: number }): void {
    const status = statusFor(answer);
    this.#rule ??= this.#decide(undefined);
    const isRefused = status.code === 401 || status.code === 403;
    if (this.#level() === 'None' && isRefused && this.#parts.policy.refusals)
      this.#rule = { ...this.#rule, level: 'Metadata' };
    if (!this.#records('ResponseComplete')) return;
    const annotations = { ...Object.fromEntries(this.#said), ...this.#annotations(status) };
    this.#write('ResponseComplete', { responseStatus: status, annotations, ...this.#bodies(answer) });
  }

  #decide(user: User | undefined): AuditDecision {
    const { verb, policyResource, isSensitive } = this.#asked;
    const attributes = {
      user: user && auditUser(user),
      verb,
      path: this.#path,
      ...(policyResource ? { resource: policyResource } : {}),
    };
    const rule = decideAudit(this.#parts.policy, attributes);
    return isSensitive && rule.level !== 'None' ? { ...rule, level: 'Metadata' } : rule;
  }

  #level(): Level {
    return this.#rule?.level ?? 'None';
  }

  #records(stage: Stage): boolean {
    return this.#level() !== 'None' && this.#rule?.omitStages.has(stage) !== true;
  }

  #bodies(answer: Answer | object): Pick<AuditEvent, 'requestObject' | 'responseObject'> {
    const omit = this.#rule?.omitManagedFields === true;
    const sent = isAtLeast(this.#level(), 'RequestResponse') ? sentValue(answer) : undefined;
    return {
      ...(this.#body === undefined ? {} : { requestObject: recordable(this.#body, omit) }),
      ...(sent === undefined ? {} : { responseObject: recordable(sent, omit) }),
    };
  }

  /** A refusal by the authorizer names it; otherwise the request has got past it. */
  #annotations({ code, message = '' }: { readonly code: number; readonly message?: string }) {
    const decided = this.#decision;
    const isForbidden = decided?.allowed === false || (code === 403 && NOT_ALLOWED.test(message));
    if (!isForbidden && !decided) return NO_DECISION;
    return {
      [DECISION]: isForbidden ? 'forbid' : 'allow',
      [REASON]: decided?.reason ?? '',
      [FACE]: 'api',
    };
  }

  #write(stage: Stage, more: Partial<AuditEvent>): void {
    const { sink, clock } = this.#parts;
    const { verb, isProxied, objectRef } = this.#asked;
    const { metadata } = this.#object ?? {};
    const named =
      metadata === undefined || objectRef === undefined || objectRef.subresource !== undefined
        ? objectRef
        : { ...objectRef, name: metadata.name, ...(metadata.uid ? { uid: metadata.uid } : {}) };
    sink.write({
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: this.#level(),
      auditID: this.id,
      stage,
      requestURI: uriOf(this.#path, this.#query, isProxied),
      verb,
      user: this.#sender ? auditUser(this.#sender) : {},
      ...(this.#impersonated ? { impersonatedUser: auditUser(this.#impersonated) } : {}),
      ...originOf(this.#request),
      ...(named ? { objectRef: named } : {}),
      requestReceivedTimestamp: this.#received,
      stageTimestamp: rfc3339Micro(clock.now()),
      ...more,
    });
  }
}

const NO_DECISION = { [FACE]: 'api' };

function sentValue(answer: Answer | object): unknown {
  if (!('type' in answer) || answer.type !== 'bytes') return undefined;
  try {
    return parseJson((answer as Extract<Answer, { type: 'bytes' }>).body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Of a server that records nothing. */
export const noTrails: Trails = () => NO_TRAIL;
const NO_TRAIL: Trail = {
  id: '',
  sender() {},
  acting() {},
  body() {},
  answered() {},
  annotate() {},
  started() {},
  complete() {},
};
