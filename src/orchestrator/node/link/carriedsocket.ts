import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { StreamError } from '../../link/failure.ts';
import { CHANNEL } from '../../link/frame.ts';
import type { LinkStream } from '../../link/stream.ts';

/**
 * A stream of type `dial` as the connection that it stands for, with what is asked of a `Socket` beside bytes: idle time, reset, and to be
 * left when all is sent. An end of one direction leaves the other open.
 */
class CarriedSocket extends Duplex {
  readonly #stream: LinkStream;
  #idleMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #resume = () => {};

  constructor(stream: LinkStream, allowHalfOpen: boolean) {
    super({ allowHalfOpen, autoDestroy: true });
    this.#stream = stream;
    // The link may break before whoever asked for the connection listens; that it is closed is said in any case.
    this.on('error', () => {});
    void this.#receive();
  }

  async #receive(): Promise<void> {
    try {
      for await (const { channel, bytes } of this.#stream.pieces()) {
        this.#touch();
        if (channel === CHANNEL.close && bytes[0] === CHANNEL.stdout) this.push(null);
        if (channel !== CHANNEL.stdout || this.push(bytes)) continue;
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
      }
      if (!this.readableEnded && !this.destroyed) this.push(null);
    } catch (error) {
      this.destroy(error instanceof Error ? error : undefined);
    }
  }

  override _read(): void {
    this.#resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#touch();
    this.#stream.send(CHANNEL.stdin, chunk).then(() => done(), done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#stream.send(CHANNEL.close, Buffer.from([CHANNEL.stdin])).then(
      () => done(),
      () => done(),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    this.#resume();
    // Nothing happens to a stream that both sides have ended.
    this.#stream.reset(new StreamError('Canceled', 'the connection was ended'));
    done(error);
  }

  setTimeout(ms: number, onTimeout?: () => void): this {
    this.#idleMs = ms;
    if (onTimeout) this.once('timeout', onTimeout);
    this.#touch();
    return this;
  }

  #touch(): void {
    clearTimeout(this.#timer);
    if (this.#idleMs > 0 && !this.destroyed)
      this.#timer = setTimeout(() => this.emit('timeout'), this.#idleMs).unref();
  }

  resetAndDestroy(): this {
    return this.destroy();
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  setNoDelay = (): this => this;
  setKeepAlive = (): this => this;
  ref = (): this => this;
  unref = (): this => this;
}

/** The rest of a Socket says where its ends are, which nobody asks of a connection to a pod. */
export const carriedSocket = (stream: LinkStream, allowHalfOpen: boolean): Socket =>
  new CarriedSocket(stream, allowHalfOpen) as unknown as Socket;
