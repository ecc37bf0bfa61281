/** A container of a pod, without regard to which attempt runs. */
export interface ContainerKey {
  /** uid of the pod. */
  readonly pod: string;
  readonly container: string;
}

/** Which process answers a connection to an address of a pod. */
export type SocketOwner =
  | { readonly type: 'own' }
  /** The pod itself, by a socket that answers on every address of the node. */
  | { readonly type: 'own wildcard' }
  /** `by`: the container whose wildcard socket it is. */
  | { readonly type: 'other'; readonly message: string; readonly by?: ContainerKey }
  | { readonly type: 'nobody' }
  /** The pod's processes cannot be inspected, so the owner of the socket is unknown. */
  | { readonly type: 'unknown'; readonly message: string };

/** Whether a connection may be made: the pod itself answers, or no process does, which the connection will show. */
export const mayAnswer = ({ type }: SocketOwner): boolean => type !== 'other' && type !== 'unknown';

export interface PodEndpoint {
  /** uid of the pod. */
  readonly pod: string;
  readonly host: string;
  readonly port: number;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
}

export interface WildcardListener {
  readonly container: string;
  readonly port: number;
}

/**
 * Which sockets answer where. It matters to a runtime whose pods share the network of their node: a process that listens on every address
 * answers for other pods. A runtime whose pods have networks of their own answers 'own' and no wildcards.
 */
export interface SocketOwners {
  /** Cheap: whether the pod's own socket, once found, is still open. */
  isProven(endpoint: PodEndpoint): boolean;
  /** `since` (monotonic ms): sockets must have been read then or later; absent: recently is enough. */
  ownerOf(endpoint: PodEndpoint, since?: number): SocketOwner;
  /** Containers that listen on every address, by uid of the pod. */
  wildcards(): ReadonlyMap<string, readonly WildcardListener[]>;
}
