import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { expect } from 'chai';
import { parseMessage, readFrames } from '../../../../src/orchestrator/network/relay/frames.ts';

/** What is read of bytes that come in pieces of so many. */
function read(bytes: Buffer, pieceBytes: number, most = 1_000) {
  const frames: string[] = [];
  const socket = Object.assign(new EventEmitter(), {
    destroyed: false,
    destroy() {
      this.destroyed = true;
    },
  });
  readFrames(socket as unknown as Socket, most, (payload) => frames.push(payload.toString()));
  for (let at = 0; at < bytes.length; at += pieceBytes)
    socket.emit('data', bytes.subarray(at, at + pieceBytes));
  return { frames, isEnded: socket.destroyed };
}

const frame = (text: string) => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(Buffer.byteLength(text));
  return Buffer.concat([header, Buffer.from(text)]);
};

describe('frames between the agent and its relay', () => {
  it('are the same in whatever pieces they come', () => {
    const texts = ['{"a":1}', '', 'x'.repeat(100), ''];
    const bytes = Buffer.concat(texts.map(frame));
    for (let size = 1; size <= bytes.length; size++)
      expect(read(bytes, size).frames, `pieces of ${size}`).to.deep.equal(texts);
  });

  it('end the connection when they are too long, before they have come', () => {
    const { frames, isEnded } = read(
      Buffer.concat([frame('ok'), frame('x'.repeat(2_000)).subarray(0, 5)]),
      64,
    );
    expect(frames).to.deep.equal(['ok']);
    expect(isEnded).to.equal(true);
  });

  it('that are no messages are nothing', () => {
    for (const text of ['', '{', '1', 'null'])
      expect(parseMessage(Buffer.from(text)), text).to.equal(undefined);
  });
});
