import { expect } from 'chai';
import { generator } from '../notation.ts';
import { daemonSet, steps } from './notation.ts';

/** A pod of a node: `ready old`. */
type World = { readonly node: string; readonly template: string; readonly state: string }[];

const NODES = ['n1', 'n2', 'n3', 'n4', 'n5'];
const written = (world: World): string[] =>
  world.map(({ node, state, template }) => `${node} ${state} ${template}`);

/** What was decided is done at once. */
function carriedOut(world: World, step: string): World {
  const [node = '', template = 'new'] = step.slice(1).split(' ');
  if (step.startsWith('+')) return [...world, { node, template, state: 'waiting' }];
  const isMeant = (one: World[number]): boolean =>
    one.node === node && one.template === template && one.state !== 'leaving';
  const meant = world.find(isMeant);
  expect(meant, step).to.not.equal(undefined);
  return world.map((one) => (one === meant ? { ...one, state: 'leaving' } : one));
}

/** Pods are placed, start, become ready and end, sometimes. */
function passed(world: World, random: (n: number) => number): World {
  const next: Record<string, string> = { waiting: 'running', running: 'ready', ready: 'ready' };
  return world.flatMap((one) => {
    if (random(2) === 0) return [one];
    return one.state === 'leaving' ? [] : [{ ...one, state: next[one.state] ?? '' }];
  });
}

describe('any rollout of a daemon set', () => {
  for (const [maxUnavailable, maxSurge] of [
    [1, 0],
    [2, 0],
    [0, 1],
    [0, 3],
  ] as const) {
    it(`with maxUnavailable ${maxUnavailable} and maxSurge ${maxSurge} keeps to its limits, and ends with one new pod on each node`, () => {
      const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { maxUnavailable, maxSurge } };
      for (let seed = 1; seed <= 20; seed++) {
        const random = generator(seed);
        let world: World = NODES.map((node) => ({ node, template: 'old', state: 'ready' }));
        for (let tick = 0; tick < 300; tick++) {
          const decided = steps(daemonSet({ updateStrategy }), NODES, written(world));
          for (const step of decided) world = carriedOut(world, step);
          const served = new Set(world.filter(({ state }) => state === 'ready').map(({ node }) => node));
          expect(served.size, `seed ${seed}`).to.be.at.least(NODES.length - maxUnavailable);
          const staying = world.filter(({ state }) => state !== 'leaving').length;
          expect(staying, `seed ${seed}`).to.be.at.most(NODES.length + maxSurge);
          if (decided.length === 0 && world.every(({ state }) => state === 'ready')) break;
          world = passed(world, random);
        }
        const expected = NODES.map((node) => `${node} ready new`);
        expect(written(world).sort(), `seed ${seed}`).to.deep.equal(expected);
      }
    });
  }
});
