/** A bidirectional stream of bytes. */
export interface Stream {
  /** Ends when the other side has finished; rejects when the connection breaks. */
  readonly output: AsyncIterable<Buffer>;
  /** Resolves when the bytes have been taken, so that a slow reader slows its source. */
  write(bytes: Buffer): Promise<void>;
  /** No more bytes will be written. */
  end(): void;
  /** Ends both directions at once. */
  destroy(): void;
}
