import { CHANNEL } from '../../link/frame.ts';

/** A WebSocket subprotocol: each message is the number of a channel and bytes of it (apimachinery `pkg/util/remotecommand`, `wsstream`). */
export interface ChannelProtocol {
  readonly name: string;
  /** Texts: a digit, then base64. */
  readonly isBase64: boolean;
  /** How a command ended is told by a Status; else in words. */
  readonly hasStatus: boolean;
  /** The client can end standard input alone. */
  readonly hasClose: boolean;
}

const protocol = (name: string, features: Partial<Omit<ChannelProtocol, 'name'>> = {}): ChannelProtocol => ({
  name,
  isBase64: false,
  hasStatus: false,
  hasClose: false,
  ...features,
});

/** Of exec and attach. A client that offers none speaks the first one. */
export const COMMAND_PROTOCOLS: readonly ChannelProtocol[] = [
  protocol(''),
  protocol('channel.k8s.io'),
  protocol('base64.channel.k8s.io', { isBase64: true }),
  protocol('v4.channel.k8s.io', { hasStatus: true }),
  protocol('v4.base64.channel.k8s.io', { hasStatus: true, isBase64: true }),
  protocol('v5.channel.k8s.io', { hasStatus: true, hasClose: true }),
  protocol('v5.base64.channel.k8s.io', { hasStatus: true, hasClose: true, isBase64: true }),
];

/** Of port-forward without SPDY (kubelet `cri-streaming/portforward/websocket.go`). */
export const PORT_FORWARD_PROTOCOLS: readonly ChannelProtocol[] = [
  protocol(''),
  protocol('v4.channel.k8s.io'),
  protocol('v4.base64.channel.k8s.io', { isBase64: true }),
];

/** One row without channels: bytes as they come, of a log (`wsstream.NewDefaultReaderProtocols`). */
export const READ_PROTOCOLS: readonly ChannelProtocol[] = [
  protocol(''),
  protocol('binary.k8s.io'),
  protocol('base64.binary.k8s.io', { isBase64: true }),
];

/** The first that the client offers and the server knows; undefined: none. */
export function chooseProtocol<T extends { readonly name: string }>(
  offered: readonly string[],
  known: readonly T[],
): T | undefined {
  if (offered.length === 0) return known.find(({ name }) => name === '');
  return offered.map((name) => known.find((one) => one.name === name)).find((one) => one !== undefined);
}

export function encodeMessage(
  { isBase64 }: ChannelProtocol,
  channel: number,
  bytes: Buffer,
): Buffer | string {
  return isBase64 ? `${channel}${bytes.toString('base64')}` : Buffer.concat([Buffer.from([channel]), bytes]);
}

export interface ChannelMessage {
  readonly channel: number;
  readonly bytes: Buffer;
}

/** undefined for a message that names no channel. */
export function decodeMessage(
  { isBase64, hasClose }: ChannelProtocol,
  message: Buffer,
): ChannelMessage | undefined {
  const [first] = message;
  if (first === undefined) return undefined;
  if (!isBase64) {
    if (first === CHANNEL.close && !hasClose) return undefined;
    return { channel: first, bytes: message.subarray(1) };
  }
  const channel = first - 0x30;
  if (channel < 0 || channel > 9) return undefined;
  return { channel, bytes: Buffer.from(message.toString('latin1', 1), 'base64') };
}
