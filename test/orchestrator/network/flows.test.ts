import { expect } from 'chai';
import { createFlows, type FlowEnd, type FlowEvents } from '../../../src/orchestrator/network/flows.ts';
import { FakeClock } from '../../fakes/clock.ts';

/** An end that only remembers. */
interface Remembered extends FlowEnd {
  readonly client: number;
  readonly sent: string[];
  readonly events: FlowEvents;
  isClosed: boolean;
}

describe('flows of datagrams', () => {
  let clock: FakeClock;
  let ends: Remembered[];
  let answers: string[];
  let refused: number;
  beforeEach(() => {
    clock = new FakeClock();
    [ends, answers, refused] = [[], [], 0];
  });

  const flows = (all = 10, perParty = 10) =>
    createFlows<Remembered>({
      limits: { all, perParty },
      partyOf: ({ route }) => route,
      clock,
      open({ port, route }, events) {
        if (route === 'nowhere') return undefined;
        const end: Remembered = {
          client: port,
          sent: [],
          events,
          isClosed: false,
          send: (bytes) => void end.sent.push(String(bytes)),
          close() {
            end.isClosed = true;
          },
        };
        ends.push(end);
        return end;
      },
      onRefused: () => refused++,
    });

  const datagram = (port: number, text = 'x', route = 'web') => ({
    route,
    address: '127.0.0.1',
    port,
    bytes: Buffer.from(text),
    reply: (bytes: Buffer) => void answers.push(`${port}:${bytes}`),
  });

  const open = () => ends.filter(({ isClosed }) => !isClosed).map(({ client }) => client);

  it('take the datagrams of one client to one place, and its answers back', () => {
    const { take } = flows();
    for (const text of ['1', '2']) take(datagram(1000, text));
    take(datagram(1001, '3'));
    expect(ends.map(({ sent }) => sent)).to.deep.equal([['1', '2'], ['3']]);
    ends[1]?.events.deliver(Buffer.from('yes'));
    expect(answers).to.deep.equal(['1001:yes']);
  });

  it('are forgotten 30 seconds after the last datagram, or 120 seconds once there was an answer', async () => {
    const { take } = flows();
    take(datagram(1));
    take(datagram(2));
    ends[1]?.events.deliver(Buffer.from('yes'));
    await clock.advance(29_000);
    expect(open()).to.deep.equal([1, 2]);
    take(datagram(1));
    await clock.advance(29_000);
    expect(open()).to.deep.equal([1, 2]);
    await clock.advance(2_000);
    expect(open()).to.deep.equal([2]);
    await clock.advance(60_000);
    expect(open()).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });

  it('begin anew with the next datagram when nobody is there any more, and nothing comes of the old one', () => {
    const { take } = flows();
    take(datagram(1, 'a'));
    ends[0]?.events.end();
    take(datagram(1, 'b'));
    ends[0]?.events.deliver(Buffer.from('late'));
    ends[0]?.events.end();
    expect(ends.map(({ sent }) => sent)).to.deep.equal([['a'], ['b']]);
    expect(open()).to.deep.equal([1]);
    expect(answers).to.deep.equal([]);
  });

  it('are bounded: the oldest without an answer makes way, those with one stay, and a front that is flooded leaves room for others', () => {
    const { take } = flows(3, 2);
    take(datagram(1));
    take(datagram(2));
    ends[0]?.events.deliver(Buffer.from('yes'));
    take(datagram(3));
    expect(open()).to.deep.equal([1, 3]);
    ends[2]?.events.deliver(Buffer.from('yes'));
    take(datagram(4));
    expect(open()).to.deep.equal([1, 3]);
    expect(refused).to.equal(1);
    take(datagram(5, 'x', 'other'));
    expect(open()).to.deep.equal([1, 3, 5]);
  });

  it('are not begun where there is nowhere to send, which takes no room', () => {
    const { take } = flows(1, 1);
    take(datagram(1, 'x', 'nowhere'));
    take(datagram(2));
    expect(open()).to.deep.equal([2]);
  });

  it('are forgotten at once where their end is gone, and all of them in the end', () => {
    const all = flows();
    for (const port of [1, 2, 3]) all.take(datagram(port));
    all.forget(({ client }) => client === 2);
    expect(open()).to.deep.equal([1, 3]);
    all.close();
    expect(open()).to.deep.equal([]);
    expect(clock.pending).to.equal(0);
  });
});
