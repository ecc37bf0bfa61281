import { onAbort } from '../../../base/abort.ts';
import { StreamError, streamErrorOf } from '../../link/failure.ts';
import { CHANNEL } from '../../link/frame.ts';
import type { LinkStream, Piece } from '../../link/stream.ts';
import { type EndStatus, endOfCommand, failureOf, SUCCESS } from './commandstatus.ts';

/** Which streams a client of exec or attach wants. */
export interface CommandStreams {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  /** How the program ended is told: of a command, not of a container that the client has attached to. */
  readonly tellsExit: boolean;
}

/** The client's end of exec or attach, whatever its protocol. Channels are those of the link. */
export interface CommandClient {
  /** Aborts when the client is gone. */
  readonly signal: AbortSignal;
  /** Pieces of standard input and of sizes of the terminal, and `close` of standard input. */
  pieces(): AsyncIterable<Piece>;
  /** Resolves when more may follow, or nobody listens any more. */
  send(channel: number, bytes: Buffer): Promise<void>;
  /** Tells how it ended, and closes. */
  finish(status: EndStatus): void;
}

/**
 * Joins a client and a command on its node until either ends: each end that goes takes the other along, and a slow reader at
 * one end slows the writer at the other. Never rejects.
 */
export async function serveCommand(
  stream: LinkStream,
  client: CommandClient,
  wanted: CommandStreams,
): Promise<void> {
  const forget = onAbort(client.signal, () =>
    stream.reset(new StreamError('Canceled', 'the client is gone')),
  );
  void forwardInput(stream, client, wanted);
  try {
    for await (const { channel, bytes } of stream.pieces()) {
      if (isWanted(channel, wanted)) await client.send(channel, bytes);
    }
    const result = await stream.result;
    client.finish(wanted.tellsExit ? endOfCommand(result) : SUCCESS);
  } catch (error) {
    client.finish(failureOf(streamErrorOf(error)));
  } finally {
    forget();
  }
}

const isWanted = (channel: number, { stdout, stderr }: CommandStreams): boolean =>
  (channel === CHANNEL.stdout && stdout) || (channel === CHANNEL.stderr && stderr);

/** Never rejects: a stream that is over takes nothing, which its reader learns too. */
async function forwardInput(
  stream: LinkStream,
  client: CommandClient,
  { stdin, tty }: CommandStreams,
): Promise<void> {
  try {
    for await (const { channel, bytes } of client.pieces()) {
      const isStdin = channel === CHANNEL.stdin || channel === CHANNEL.close;
      if ((isStdin && stdin) || (channel === CHANNEL.resize && tty)) await stream.send(channel, bytes);
    }
  } catch {
    // The client or the command is gone.
  }
}

/** Standard input ends. */
export const STDIN_CLOSED: Piece = { channel: CHANNEL.close, bytes: Buffer.from([CHANNEL.stdin]) };
