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
  readonly reason: 'NotFound' | 'BadRequest' | 'InternalError';
  readonly message: string;
}
