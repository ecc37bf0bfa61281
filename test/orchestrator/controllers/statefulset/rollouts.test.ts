import { expect } from 'chai';
import { generator } from '../notation.ts';
import { statefulSet, steps } from './notation.ts';

interface Fate {
  readonly state: 'pending' | 'running' | 'ready' | 'leaving';
  readonly revision: string;
}
type World = Map<number, Fate>;
type Random = (n: number) => number;

const written = (world: World): string[] =>
  [...world].map(([ordinal, { state, revision }]) => `${ordinal} ${state} ${revision}`);

/** What was decided is done at once. */
function carryOut(world: World, step: string): void {
  const ordinal = Number(/\d+/.exec(step)?.[0]);
  const before = world.get(ordinal);
  if (step.startsWith('+')) {
    expect(before, `a second pod ${ordinal}`).to.equal(undefined);
    world.set(ordinal, { state: 'pending', revision: step.split(' ')[1] ?? '' });
  } else if (before) world.set(ordinal, { ...before, state: 'leaving' });
}

/** Pods start, become ready and end one by one, sometimes. */
function pass(world: World, random: Random): void {
  const next = { pending: 'running', running: 'ready', ready: 'ready' } as const;
  for (const [ordinal, { state, revision }] of [...world]) {
    if (random(2) === 0) continue;
    if (state === 'leaving') world.delete(ordinal);
    else world.set(ordinal, { state: next[state], revision });
  }
}

const oldOnes = (count: number): World =>
  new Map(Array.from({ length: count }, (_, i) => [i, { state: 'ready', revision: 'old' }]));

function roll(spec: object, world: World, random: Random, check: (world: World) => void): void {
  for (let tick = 0; tick < 400; tick++) {
    const decided = steps(statefulSet(spec), written(world)).flat();
    for (const step of decided) carryOut(world, step);
    check(world);
    if (decided.length === 0 && readyIn(world) === world.size) return;
    pass(world, random);
  }
}

const readyIn = (world: World): number => [...world.values()].filter(({ state }) => state === 'ready').length;

describe('any rollout of a stateful set', () => {
  for (const policy of ['OrderedReady', 'Parallel']) {
    for (const most of [undefined, 1, 2]) {
      it(`in ${policy} with maxUnavailable ${most ?? 'left out'} keeps to its limits, and ends with the new pods above the partition`, () => {
        for (let seed = 1; seed <= 20; seed++) {
          const random = generator(seed);
          const replicas = 1 + random(5);
          const partition = random(replicas + 1);
          const rollingUpdate = { partition, ...(most === undefined ? {} : { maxUnavailable: most }) };
          const updateStrategy = { type: 'RollingUpdate', rollingUpdate };
          const world = oldOnes(replicas);
          roll({ replicas, podManagementPolicy: policy, updateStrategy }, world, random, (now) => {
            expect(readyIn(now), `seed ${seed}`).to.be.at.least(replicas - (most ?? 1));
            for (const [ordinal, { revision }] of now) {
              if (ordinal < partition) expect(revision, `seed ${seed}`).to.equal('old');
            }
          });
          const expected = Array.from(
            { length: replicas },
            (_, i) => `${i} ready ${i < partition ? 'old' : 'new'}`,
          );
          expect(written(world).sort(), `seed ${seed}`).to.deep.equal(expected);
        }
      });
    }
  }

  it('makes pods in order, and takes them away in the reverse one', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = generator(seed);
      const world: World = new Map();
      roll({ replicas: 4 }, world, random, (now) => {
        const starting = [...now.values()].filter(({ state }) => state !== 'ready').length;
        expect(starting, `seed ${seed}`).to.be.at.most(1);
      });
      expect([...world.keys()].sort(), `seed ${seed}`).to.deep.equal([0, 1, 2, 3]);
      roll({ replicas: 1 }, world, random, (now) => {
        const leaving = [...now].filter(([, { state }]) => state === 'leaving').map(([ordinal]) => ordinal);
        expect(leaving.length, `seed ${seed}`).to.be.at.most(1);
        if (leaving.length > 0) expect(leaving[0]).to.equal(Math.max(...now.keys()));
      });
      expect([...world.keys()], `seed ${seed}`).to.deep.equal([0]);
    }
  });
});
