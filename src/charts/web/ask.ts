/** One request, and how much of an answer is read of it. */
export interface WebRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH';
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** Bytes; an answer with more is a Problem. */
  readonly most: number;
}

export interface WebAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/**
 * The seam to the network: one exchange, in which a redirect is an answer as any other. Every status resolves; what is no answer
 * (nobody there, half a body, too much of it, too late) rejects with a ProblemError that says nothing of headers.
 */
export type Ask = (request: WebRequest) => Promise<WebAnswer>;
