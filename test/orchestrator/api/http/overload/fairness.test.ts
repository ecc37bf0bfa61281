import { expect } from 'chai';
import {
  type Asked,
  createFairness,
  type FlowSchema,
} from '../../../../../src/orchestrator/api/http/overload/fairness.ts';
import { LEVELS, SCHEMAS, SEATS } from '../../../../../src/orchestrator/api/http/overload/levels.data.ts';
import { refusal } from '../../../../contract/notation.ts';

const SHARED: readonly FlowSchema[] = [
  { name: 'admins', level: 'exempt', groups: ['admins'] },
  { name: 'nodes', level: 'nodes', groups: ['nodes'] },
  { name: 'all', level: 'shared' },
];

/** One seat for nodes, two for all others, of whom each may have two requests waiting. */
const fairness = () =>
  createFairness({
    seats: 3,
    schemas: SHARED,
    levels: [
      { name: 'exempt', shares: 'exempt', queueLength: 0 },
      { name: 'nodes', shares: 1, queueLength: 2 },
      { name: 'shared', shares: 2, queueLength: 2 },
    ],
  });

describe('priority and fairness', () => {
  const never = new AbortController().signal;
  /** As a promise, also where nobody has to wait. */
  const entrance =
    (own = fairness()) =>
    async (who: Asked, signal: AbortSignal) =>
      own.enter(who, () => signal);
  const asked = (name: string, ...groups: string[]) => ({
    user: { name, groups },
    path: '/api/v1/pods',
    resource: 'pods',
  });
  /** Lets what waits come to its turn. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));

  it('lets the users of a level take turns, however many requests one of them has', async () => {
    const enter = entrance();
    const order: string[] = [];
    const leaves = [await enter(asked('busy'), never), await enter(asked('busy'), never)];
    for (const name of ['busy', 'busy', 'calm', 'other'])
      void enter(asked(name), never).then((leave) => {
        order.push(name);
        leaves.push(leave);
      });
    for (let i = 0; i < 4; i++) {
      leaves.shift()?.();
      await settled();
    }
    expect(order).to.deep.equal(['busy', 'calm', 'other', 'busy']);
  });

  it('refuses what waits too long or stands too far behind, and says when to come again', async () => {
    const enter = entrance();
    await enter(asked('a'), never);
    await enter(asked('a'), never);
    const gone = new AbortController();
    const first = enter(asked('a'), gone.signal);
    void enter(asked('a'), never);
    const crowded = await refusal(enter(asked('a'), never));
    expect([crowded.code, crowded.status.details?.retryAfterSeconds]).to.deep.equal([429, 1]);
    gone.abort();
    expect((await refusal(first)).reason).to.equal('TooManyRequests');
  });

  it('gives the seat of who went away while waiting to the next', async () => {
    const enter = entrance();
    const leave = await enter(asked('a'), never);
    await enter(asked('a'), never);
    const gone = new AbortController();
    const left = enter(asked('b'), gone.signal).catch(() => 'left');
    const next = enter(asked('c'), never).then(() => 'entered');
    gone.abort();
    await settled();
    leave();
    expect([await left, await next]).to.deep.equal(['left', 'entered']);
  });

  it('keeps levels apart, and never lets the exempt wait', async () => {
    const enter = entrance();
    for (let i = 0; i < 2; i++) await enter(asked('a'), never);
    await enter(asked('n', 'nodes'), never);
    for (let i = 0; i < 100; i++) await enter(asked('admin', 'admins'), never);
  });

  it('asks how long a request may wait only where it has to', async () => {
    const { enter } = fairness();
    let isAsked = false;
    const patience = () => {
      isAsked = true;
      return never;
    };
    const leave = await enter(asked('a'), patience);
    await enter(asked('a'), patience);
    expect(isAsked).to.equal(false);
    const next = enter(asked('b'), patience);
    expect(isAsked).to.equal(true);
    leave();
    (await next)();
  });

  it('has a level for every schema, and a schema for everybody', async () => {
    for (const { level } of SCHEMAS) expect(LEVELS.map(({ name }) => name)).to.include(level);
    const enter = entrance(createFairness({ levels: LEVELS, schemas: SCHEMAS, seats: SEATS }));
    for (const [name, ...groups] of [
      ['admin', 'system:masters', 'system:authenticated'],
      ['system:node:n1', 'system:nodes', 'system:authenticated'],
      ['system:serviceaccount:a:b', 'system:serviceaccounts', 'system:authenticated'],
      ['system:anonymous', 'system:unauthenticated'],
      ['nobody'],
    ] as const)
      (await enter({ user: { name, groups }, path: '/' }, never))();
  });
});
