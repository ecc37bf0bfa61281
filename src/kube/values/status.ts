/** metav1.Status failures, as every Kubernetes API server answers them (apimachinery `pkg/api/errors`). */
export interface StatusCause {
  readonly reason?: string;
  readonly message?: string;
  readonly field?: string;
}

export interface Status {
  readonly apiVersion: 'v1';
  readonly kind: 'Status';
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly status: 'Failure' | 'Success';
  readonly message?: string;
  readonly reason?: StatusReason;
  readonly details?: {
    readonly name?: string;
    readonly group?: string;
    readonly kind?: string;
    readonly uid?: string;
    readonly causes?: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
}

/** Reason → HTTP code. One table: the server writes from it, the clients read into it. */
export const STATUS_CODES = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  NotAcceptable: 406,
  AlreadyExists: 409,
  Conflict: 409,
  Gone: 410,
  Expired: 410,
  RequestEntityTooLarge: 413,
  UnsupportedMediaType: 415,
  Invalid: 422,
  TooManyRequests: 429,
  InternalError: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
  ServerTimeout: 500,
  // RFC 4918, 11.5: no server of Kubernetes has a reason for a disk that is full.
  InsufficientStorage: 507,
} as const;
/** The cause of a refusal to create in a namespace that is going away. */
export const NAMESPACE_TERMINATING = 'NamespaceTerminating';
export type StatusReason = keyof typeof STATUS_CODES;

/** The one error that KubeClient methods reject with for an answer of the API; transport failures stay system errors. */
export class StatusError extends Error {
  readonly status: Status;
  constructor(status: Status) {
    super(status.message ?? status.reason ?? `status ${status.code}`);
    this.name = 'StatusError';
    this.status = status;
  }
  get reason(): StatusReason | undefined {
    return this.status.reason;
  }
  get code(): number {
    return this.status.code;
  }
}

export function statusError(reason: StatusReason, message: string, details?: Status['details']): StatusError {
  return new StatusError({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    ...(details ? { details } : {}),
    code: STATUS_CODES[reason],
  });
}

export function isStatus(error: unknown, reason: StatusReason): error is StatusError {
  return error instanceof StatusError && error.reason === reason;
}
export const isNotFound = (error: unknown): error is StatusError => isStatus(error, 'NotFound');
/** For `.catch`: what is not there (any more) is undefined, or no reason to fail; any other error goes on. */
export function notFoundAsUndefined(error: unknown): undefined {
  if (isNotFound(error)) return undefined;
  throw error;
}
export const isForbidden = (error: unknown): error is StatusError => isStatus(error, 'Forbidden');
export const isConflict = (error: unknown): error is StatusError => isStatus(error, 'Conflict');
export const isAlreadyExists = (error: unknown): error is StatusError => isStatus(error, 'AlreadyExists');
/** 410, either spelling: the resourceVersion is compacted; list again. */
/** Nothing can be created there any more: a controller that fills a namespace has nothing left to do (`HasStatusCause`). */
export const isNamespaceTerminating = (error: unknown): error is StatusError =>
  isStatus(error, 'Forbidden') &&
  (error.status.details?.causes?.some(({ reason }) => reason === NAMESPACE_TERMINATING) ?? false);

export const isExpired = (error: unknown): error is StatusError =>
  error instanceof StatusError && (error.reason === 'Expired' || error.reason === 'Gone');

/** The API is away or cannot answer now; a refusal is an answer. */
export const isUnanswered = (error: unknown): boolean =>
  !(error instanceof StatusError) || error.code >= 500 || error.code === 429;
