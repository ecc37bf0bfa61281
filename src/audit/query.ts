import { type AuditEvent, DECISION, DELIVERY, ENVIRONMENT } from './event.ts';

/** Which events are asked for; times in milliseconds since the epoch. */
export interface AuditQuery {
  readonly user?: string;
  readonly since?: number;
  readonly until?: number;
  readonly verb?: string;
  /** `secrets/db`, `secrets`, `apps/deployments/web` with or without group and namespace: see `names`. */
  readonly object?: string;
  /** `shop` or `shop/prod`. */
  readonly delivery?: string;
  readonly denied?: boolean;
}

/** @throws RangeError that names the parameter */
export function queryOf(parameters: URLSearchParams): AuditQuery {
  const text = (name: string) => {
    const value = parameters.get(name);
    return value ? { [name]: value } : {};
  };
  const time = (name: string) => {
    const value = parameters.get(name);
    if (!value) return {};
    const at = Date.parse(value);
    if (Number.isNaN(at)) throw new RangeError(`"${name}" must be a time like 2026-01-31T12:00:00Z`);
    return { [name]: at };
  };
  const denied = parameters.get('denied');
  return {
    ...text('user'),
    ...text('verb'),
    ...text('object'),
    ...text('delivery'),
    ...time('since'),
    ...time('until'),
    ...(denied === null || denied === 'false' ? {} : { denied: true }),
  };
}

export function answers(query: AuditQuery, event: AuditEvent): boolean {
  const { user, since, until, verb, object, delivery, denied } = query;
  const at = Date.parse(event.stageTimestamp);
  if (since !== undefined && at < since) return false;
  if (until !== undefined && at > until) return false;
  if (user !== undefined && user !== event.user.username && user !== event.impersonatedUser?.username)
    return false;
  if (verb !== undefined && verb !== event.verb) return false;
  if (denied && !isDenied(event)) return false;
  if (object !== undefined && !names(object, event)) return false;
  return delivery === undefined || concerns(delivery, event);
}

export const isDenied = ({ responseStatus, annotations }: AuditEvent): boolean =>
  responseStatus?.code === 401 || responseStatus?.code === 403 || annotations?.[DECISION] === 'forbid';

/** `RESOURCE`, `RESOURCE/NAME` or `NAMESPACE/RESOURCE/NAME`; `RESOURCE` may have its group behind it, as in `deployments.apps`. */
function names(object: string, { objectRef }: AuditEvent): boolean {
  if (!objectRef) return false;
  const parts = object.split('/');
  const [namespace, resource = '', name] = parts.length > 2 ? parts : [undefined, ...parts];
  const { resource: plural = '', apiGroup } = objectRef;
  return (
    (resource === plural || (apiGroup !== undefined && resource === `${plural}.${apiGroup}`)) &&
    (name === undefined || name === objectRef.name) &&
    (namespace === undefined || namespace === (objectRef.namespace ?? ''))
  );
}

function concerns(delivery: string, { annotations = {} }: AuditEvent): boolean {
  const [name, environment] = delivery.split('/');
  if (annotations[DELIVERY] !== name) return false;
  return environment === undefined || annotations[ENVIRONMENT] === environment;
}
