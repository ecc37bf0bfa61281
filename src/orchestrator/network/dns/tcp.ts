/** DNS over TCP: two bytes with the length before each message (RFC 1035, 4.2.2). */

export function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(message.length, 0);
  return Buffer.concat([length, message]);
}

/** Takes the bytes of a connection as they come, and gives on whole messages. Holds one message at most, 64 KiB. */
export function readFramed(onMessage: (message: Buffer) => void): (piece: Buffer) => void {
  let held: Buffer = Buffer.alloc(0);
  return (piece) => {
    held = Buffer.concat([held, piece]);
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0);
      const message = held.subarray(2, end);
      held = held.subarray(end);
      onMessage(message);
    }
  };
}
