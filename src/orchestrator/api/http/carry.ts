import { problemOf } from '../../../base/errors.ts';
import { StreamError } from '../../link/failure.ts';
import type { LinkRequest } from '../../link/requests.ts';
import type { LinkStream } from '../../link/stream.ts';

/** Opens a request on the link of a node. Rejects with StatusError. */
type Open = (node: string, request: LinkRequest, signal: AbortSignal) => Promise<LinkStream>;

/**
 * A connection of one node to a pod of another, between the streams of both: bytes, ends of either direction, resets and back-pressure. Whether
 * the pod takes it is the other node's to say. Never rejects.
 */
export async function carry(request: LinkRequest, from: LinkStream, open: Open): Promise<void> {
  if (request.type !== 'dial') {
    from.reset(new StreamError('BadRequest', 'a node may only ask for connections to pods'));
    return;
  }
  let to: LinkStream | undefined;
  const fail = (error: unknown) => {
    const gone = new StreamError('ServiceUnavailable', problemOf(error).message);
    from.reset(gone);
    to?.reset(gone);
  };
  try {
    to = await open(request.node, request, from.signal);
    from.accept();
    // Whoever asks closes its direction and ends nothing: the end is the answering node's.
    pass(from, to).catch(fail);
    await pass(to, from);
    from.end({});
  } catch (error) {
    fail(error);
  }
}

async function pass(source: LinkStream, target: LinkStream): Promise<void> {
  for await (const { channel, bytes } of source.pieces()) {
    if (target.signal.aborted) return;
    await target.send(channel, bytes);
  }
}
