import type { Readable } from 'node:stream';
import { CHANNEL } from './frame.ts';
import type { LinkStream } from './stream.ts';

/** The standard output of a stream on its way into a Readable, as fast as that is read. */
export interface OutputPump {
  /** For the Readable's `read` and `destroy`: it takes more, or nothing any more. */
  wake(): void;
  /** Until the end of either; rejects with StreamError when the stream is reset. */
  into(readable: Readable): Promise<void>;
}

export function createOutputPump(stream: LinkStream): OutputPump {
  let resume = () => {};
  return {
    wake: () => resume(),
    async into(readable) {
      for await (const { channel, bytes } of stream.pieces()) {
        if (readable.destroyed) return;
        if (channel !== CHANNEL.stdout || readable.push(bytes)) continue;
        await new Promise<void>((resolve) => {
          resume = resolve;
        });
      }
      readable.push(null);
    },
  };
}
