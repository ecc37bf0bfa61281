/**
 * The wire between API server and node agents: the one file that both sides of the wall know.
 *
 * The agent dials: `GET /pilotage/v1/nodes/<name>/link` is a WebSocket on the API's port, authenticated as `system:node:<name>`.
 * On it the server sends LinkRequest as JSON text frames. For each, the agent dials
 * `GET /pilotage/v1/nodes/<name>/streams/<id>`, a WebSocket of binary frames whose first byte is the channel
 * (the numbers of Kubernetes' `v5.channel.k8s.io`, kubelet `cri-client/remotecommand`). One socket per stream
 * leaves flow control to TCP and keeps a slow reader of one log from delaying another.
 */
export const linkPath = (node: string): string => `/pilotage/v1/nodes/${encodeURIComponent(node)}/link`;
export const streamPath = (node: string, id: string): string =>
  `/pilotage/v1/nodes/${encodeURIComponent(node)}/streams/${encodeURIComponent(id)}`;

export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

export type LinkRequest = {
  readonly id: string;
  readonly type: 'logs';
  readonly pod: { readonly namespace: string; readonly name: string; readonly uid: string };
  readonly container: string;
  readonly follow: boolean;
  readonly previous: boolean;
  readonly timestamps: boolean;
  readonly sinceTime?: string;
  readonly tailLines?: number;
  readonly limitBytes?: number;
};

/** Sent on CHANNEL.error before the stream closes; absent on a clean end. */
export interface StreamFailure {
  readonly reason: (typeof FAILURE_REASONS)[number];
  readonly message: string;
}
const FAILURE_REASONS = ['NotFound', 'BadRequest', 'InternalError'] as const;

/** Bytes of one frame: a request is short, and the agent reads its logs in pieces of 64 KiB. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** Characters of a failure's message that are passed on to whoever asked. */
const MAX_MESSAGE = 4096;

/**
 * Either end may be of another version, or in a stranger's hands: what it says is read, never assumed.
 * A failure that cannot be read is a failure all the same.
 */
export function readFailure(payload: Buffer): StreamFailure {
  const said = objectOf(payload.toString('utf8'));
  const reason = FAILURE_REASONS.find((known) => known === said?.reason);
  return reason !== undefined && typeof said?.message === 'string'
    ? { reason, message: said.message.slice(0, MAX_MESSAGE) }
    : { reason: 'InternalError', message: 'the node reported a failure that cannot be read' };
}

/** undefined for everything that is not a whole request. */
export function readRequest(text: string): LinkRequest | undefined {
  const said = objectOf(text);
  if (said?.type !== 'logs' || !isId(said.id) || !isPodRef(said.pod)) return undefined;
  const { container, follow, previous, timestamps, sinceTime, tailLines, limitBytes } = said;
  if (typeof container !== 'string') return undefined;
  if (![follow, previous, timestamps].every((flag) => typeof flag === 'boolean')) return undefined;
  if (sinceTime !== undefined && !(typeof sinceTime === 'string' && Number.isFinite(Date.parse(sinceTime)))) {
    return undefined;
  }
  return [tailLines, limitBytes].every(isCountOrAbsent) ? (said as LinkRequest) : undefined;
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** It becomes part of a path. */
const isId = (value: unknown): boolean => typeof value === 'string' && /^[\w-]{1,64}$/.test(value);

const isCountOrAbsent = (value: unknown): boolean =>
  value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0);

function isPodRef(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { namespace, name, uid } = value as Readonly<Record<string, unknown>>;
  return [namespace, name, uid].every((part) => typeof part === 'string');
}
