/** What the agent and its relay say to each other; each connection is made by the relay, and its first message says what it is for. */

/** Where the relay listens, and for what. */
export interface RelayFront {
  /** Names it to the agent. */
  readonly id: string;
  readonly host: string;
  readonly port: number;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
}

/** From the agent, on the connection `control`: everything that the relay is to do. */
export interface RelayTask {
  readonly revision: number;
  readonly fronts: readonly RelayFront[];
  /** The address at which names are asked for. */
  readonly dns: { readonly host: string; readonly port: number };
  /** The range of those who may use the relay. */
  readonly clients: string;
}

/** From the relay, on the same. */
export interface RelayReport {
  /** The revision of a task that is in effect. */
  readonly applied: number;
  /** Codes of the system, by what cannot be listened on. */
  readonly failed: Readonly<Record<string, string>>;
  /** Code of the system, where names cannot be asked for. */
  readonly names?: string;
}

/** A question for a name, and its answer, on the same; messages of DNS in base64. */
export interface RelayQuery {
  readonly query: number;
  readonly transport: 'udp' | 'tcp';
  readonly message: string;
}
export interface RelayAnswer {
  readonly answer: number;
  /** Absent: it deserves none. */
  readonly message?: string;
}

export type Opening =
  | { readonly type: 'control' }
  /** A client has connected to a front. `client`: its address. */
  | { readonly type: 'stream'; readonly front: string; readonly client: string }
  /** A client has sent a datagram to a front. `before`: where an earlier agent has had its datagrams sent. */
  | {
      readonly type: 'flow';
      readonly front: string;
      readonly client: string;
      readonly before?: { readonly host: string; readonly port: number };
    };

/** From the agent on a connection `stream`, until one of them succeeds; on a connection `flow` at any time, where none is answered. */
export type Verdict =
  /** Connect to there yourself; the answer is `Dialed`. */
  | { readonly type: 'dial'; readonly host: string; readonly port: number }
  /** From now on frames are the bytes of the stream, or a datagram each. */
  | { readonly type: 'carry' }
  /** Reset the client; a flow is over. */
  | { readonly type: 'refuse' };

export interface Dialed {
  readonly dialed: boolean;
}

export const RETRY_MS = 50;
/** How long clients wait for an agent that is started again. */
export const PATIENCE_MS = 15_000;

/** Bytes of one message. Those with fronts are the largest. */
export const MOST_MESSAGE = 32 * 1024 * 1024;
