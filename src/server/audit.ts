import type { IncomingMessage, ServerResponse } from 'node:http';
import { actEvent } from '../audit/act.ts';
import { type AuditObject, type AuditSink, DELIVERY, ENVIRONMENT } from '../audit/event.ts';
import type { Clock } from '../base/clock.ts';
import type { Problem } from '../base/errors.ts';
import { isObject } from '../kube/values/equal.ts';
import { PROVIDER_CALLBACK } from '../model/providerlogin.ts';

export interface FaceAuditOptions {
  readonly sink: AuditSink;
  readonly clock: Clock;
  readonly uuid: () => string;
}

/** The record of one request to the HTTP face; written when its answer is. */
export interface FaceTrail {
  sender(user: { readonly name: string; readonly groups: readonly string[] }): void;
  body(value: unknown): void;
  refused(problem: Problem): void;
}

export const noTrail: FaceTrail = { sender() {}, body() {}, refused() {} };

export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** By which it is served: what clients write may lead elsewhere (`/git/../api/v1/users`). */
  readonly path: string;
}

/** Follows a request: what changes something, copies of everything, and what is refused for want of a right. */
export function followRequest(
  { sink, clock, uuid }: FaceAuditOptions,
  { request, response, path }: Exchange,
): FaceTrail {
  const received = clock.now();
  const { method = 'GET' } = request;
  let user: Parameters<FaceTrail['sender']>[0] | undefined;
  let body: unknown;
  let problem: Problem | undefined;
  response.once('close', () => {
    const code = response.statusCode;
    if (!isRecorded({ method, path, code, isKnown: user !== undefined, problem, request })) return;
    const { verb, object, annotations } = meaningOf(method, path, body);
    sink.write(
      actEvent({
        face: path.startsWith('/git/') ? 'git' : 'http',
        id: uuid(),
        request,
        received,
        ended: clock.now(),
        verb,
        code,
        annotations,
        ...(user ? { user: { username: user.name, groups: user.groups } } : {}),
        ...(object ? { object } : {}),
        ...(problem ? { reason: problem.reason } : code === 401 ? { reason: 'Unauthorized' } : {}),
        // It quotes what was sent.
        ...(problem && !QUOTING.has(problem.reason) ? { message: problem.message } : {}),
      }),
    );
  });
  return {
    sender(known) {
      user = known;
    },
    body(value) {
      body = value;
    },
    refused(why) {
      problem = why;
    },
  };
}

const QUOTING = new Set(['BadRequest', 'InternalError']);
/** Whoever reads them has everything. */
const COPIES = new Set(['/api/v1/backup', '/api/v1/audit']);
/** What is asked of no object. */
const EVERYTHING = new Set(['/api/v1/suspend', '/api/v1/resume']);

function isRecorded(asked: {
  readonly method: string;
  readonly path: string;
  readonly code: number;
  readonly isKnown: boolean;
  readonly problem: Problem | undefined;
  readonly request: IncomingMessage;
}): boolean {
  const { method, path, code, isKnown, problem, request } = asked;
  // Asked every few seconds until somebody has typed the code.
  if (path === '/login/device/poll' && code === 200 && !isKnown) return false;
  // What comes of a push is recorded by what takes it. git asks without a token before it asks with one.
  if (path.startsWith('/git/'))
    return code === 403 || (code === 401 && request.headers.authorization !== undefined);
  // What reaches the API, it records itself: not who is unknown, nor a token with a scope.
  if (`${path}/`.startsWith('/k8s/')) return !isKnown || problem?.reason === 'Forbidden';
  // Who comes back from the provider signs in by it.
  if (path === PROVIDER_CALLBACK && isKnown) return true;
  return code === 401 || code === 403 || COPIES.has(path) || (method !== 'GET' && method !== 'HEAD');
}

const ENVIRONMENT_PATH = /^\/api\/v1\/environments\/([^/]*)\/([^/]+)\/([a-z]+)$/;

/** What is asked of what, as the paths of the face say it: `/api/v1/RESOURCE[/NAME[/VERB]]`. */
function meaningOf(
  method: string,
  path: string,
  body: unknown,
): {
  readonly verb: string;
  readonly object?: AuditObject;
  readonly annotations: Readonly<Record<string, string>>;
} {
  const said = saidIn(body);
  const [, delivery, environment, verb] = ENVIRONMENT_PATH.exec(path) ?? [];
  if (delivery !== undefined && environment !== undefined && verb !== undefined) {
    const name = `${decoded(delivery)}.${decoded(environment)}`;
    return {
      verb,
      object: { resource: 'environments', apiGroup: 'pilotage.dev', name },
      annotations: { [DELIVERY]: decoded(delivery), [ENVIRONMENT]: decoded(environment), ...said },
    };
  }
  const [, resource, name, action] = /^\/api\/v1\/([a-z]+)(?:\/([^/]+)(?:\/([a-z]+))?)?$/.exec(path) ?? [];
  const named = name === undefined ? nameIn(body) : decoded(name);
  if (resource === undefined) {
    const first = /^\/(login|logout|bootstrap)(?:$|\/)/.exec(path)?.[1] ?? method.toLowerCase();
    return {
      verb: first,
      annotations: said,
      ...(named ? { object: { resource: 'users', name: named } } : {}),
    };
  }
  if (COPIES.has(path) || EVERYTHING.has(path)) return { verb: resource, annotations: said };
  const isConnect = resource === 'deliveries' && method === 'POST';
  return {
    verb:
      action ??
      (isConnect ? 'connect' : method === 'POST' && name === undefined ? 'create' : method.toLowerCase()),
    object: { resource, ...(named ? { name: named } : {}), apiGroup: 'pilotage.dev' },
    annotations: { ...(isConnect && named ? { [DELIVERY]: named } : {}), ...said },
  };
}

/** Members of bodies that tell what was asked; all others may be secrets. */
const SAID = [
  'revision',
  'number',
  'reason',
  'objects',
  'namespace',
  'onDelete',
  'proposal',
  'dryRun',
  'again',
  'from',
  'off',
  'plan',
  'override',
  'skip',
  'retest',
  'until',
  'acknowledge',
  'confirmPrune',
  'confirmRecreate',
  'role',
  'users',
  'groups',
  'deliveries',
  'environments',
  'verbs',
  'owner',
  'robot',
  'disabled',
];
const MOST_SAID = 2048;

function saidIn(body: unknown): Readonly<Record<string, string>> {
  if (!isObject(body)) return {};
  const said = Object.fromEntries(SAID.flatMap((name) => (name in body ? [[name, body[name]]] : [])));
  const text = JSON.stringify(said);
  return text === '{}' ? {} : { 'pilotage.dev/request': text.slice(0, MOST_SAID) };
}

const nameIn = (body: unknown): string | undefined =>
  isObject(body) && typeof body.name === 'string' ? body.name.slice(0, 256) : undefined;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
