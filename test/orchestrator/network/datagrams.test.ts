import { expect } from 'chai';
import { sendTo } from '../../../src/orchestrator/network/datagrams.ts';

describe('datagrams to one address', () => {
  it('end their flow where the system lets nobody send to it, and throw nothing then or later', async () => {
    const delivered: Buffer[] = [];
    let flow: ReturnType<typeof sendTo> | undefined;
    await new Promise<void>((resolve) => {
      const events = { deliver: (bytes: Buffer) => void delivered.push(bytes), end: resolve };
      flow = sendTo({ host: '255.255.255.255', port: 9 }, events);
      flow.send(Buffer.from('early'));
    });
    flow?.send(Buffer.from('late'));
    flow?.close();
    expect(delivered).to.deep.equal([]);
  });
});
