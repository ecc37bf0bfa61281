/**
 * A frame is one binary message: a byte for its type, four for the number of its stream (big-endian), and a payload.
 *
 * | type | payload | from | means |
 * |---|---|---|---|
 * | open | request as JSON | API server | a new stream; numbers rise |
 * | accept | – | agent | the request will be answered; data or end mean it too |
 * | data | channel, bytes | both | bytes of a channel |
 * | window | count as four bytes | both | the reader has consumed so much, and takes as much again |
 * | end | result as JSON | agent | the stream is complete |
 * | reset | failure as JSON | both | the stream is over: refused, failed, or canceled |
 */
const TYPES = ['open', 'accept', 'data', 'window', 'end', 'reset'] as const;
export type FrameType = (typeof TYPES)[number];

export interface Frame {
  readonly type: FrameType;
  readonly stream: number;
  readonly payload: Buffer;
}

/** The numbers of Kubernetes' `v5.channel.k8s.io` (kubelet `cri-client/remotecommand`). The payload of `close` is the channel that ends. */
export const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

const HEADER = 5;
/** Bytes of one frame that an end accepts. */
export const MAX_FRAME_BYTES = 256 * 1024;
/** Bytes of one data frame that an end sends: streams take turns by the frame. */
export const MAX_DATA_BYTES = 64 * 1024;

export function encodeFrame(type: FrameType, stream: number, ...payload: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt8(TYPES.indexOf(type) + 1, 0);
  header.writeUInt32BE(stream, 1);
  return Buffer.concat([header, ...payload]);
}

/** undefined for everything that is not a frame. */
export function decodeFrame(message: Buffer): Frame | undefined {
  if (message.length < HEADER) return undefined;
  const type = TYPES[message.readUInt8(0) - 1];
  return type && { type, stream: message.readUInt32BE(1), payload: message.subarray(HEADER) };
}
