import { expect } from 'chai';
import type {
  HorizontalPodAutoscalerBehavior,
  HPAScalingRules,
} from '../../../../src/kube/kinds/objects.data.ts';
import {
  type Memory,
  normalize,
  remembering,
  withRecommendation,
  withScaling,
} from '../../../../src/orchestrator/controllers/horizontalpodautoscaler/stabilize.ts';
import { NOW } from '../notation.ts';

const NOTHING: Memory = { recommendations: [], ups: [], downs: [] };
const FREE: HPAScalingRules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Percent', value: 100, periodSeconds: 15 }],
};
const up = (rules: Partial<HPAScalingRules>): HorizontalPodAutoscalerBehavior => ({
  scaleUp: { ...FREE, ...rules },
  scaleDown: FREE,
});
const down = (rules: Partial<HPAScalingRules>): HorizontalPodAutoscalerBehavior => ({
  scaleUp: FREE,
  scaleDown: { ...FREE, ...rules },
});
const pods = (value: number, periodSeconds = 60) => ({ type: 'Pods', value, periodSeconds });
const percent = (value: number, periodSeconds = 60) => ({ type: 'Percent', value, periodSeconds });

/** `8 ReadyForNewScale, limited ScaleUpLimit`, from what there is to what is wanted. */
function held(
  [current, wanted]: readonly [number, number],
  behavior?: HorizontalPodAutoscalerBehavior,
  memory = NOTHING,
  bounds: readonly [number, number] = [1, 1000],
): string {
  const [min, max] = bounds;
  const { replicas, able, isLimited, limited } = normalize(
    wanted,
    current,
    { min, max, behavior },
    memory,
    NOW,
  );
  return `${replicas} ${able[0]}, ${isLimited ? 'limited ' : ''}${limited[0]}`;
}

/** What was recommended, by seconds ago. */
const recommended = (...items: readonly (readonly [replicas: number, seconds: number])[]): Memory =>
  items.reduce(
    (memory, [replicas, seconds]) => withRecommendation(memory, replicas, NOW - seconds * 1000),
    NOTHING,
  );

/** Kubernetes `podautoscaler/horizontal_test.go`: TestNormalizeDesiredReplicas, TestScalingWithRules, TestConvertDesiredReplicasWithRules. */
describe('a recommendation without behavior', () => {
  it('is kept within the bounds, and grows by no more than twice or to four at once', () => {
    expect(held([3, 5])).to.equal('5 ReadyForNewScale, DesiredWithinRange');
    expect(held([3, 20])).to.equal('6 ReadyForNewScale, limited ScaleUpLimit');
    expect(held([1, 20])).to.equal('4 ReadyForNewScale, limited ScaleUpLimit');
    expect(held([3, 20], undefined, NOTHING, [1, 5])).to.equal('5 ReadyForNewScale, limited TooManyReplicas');
    expect(held([3, 1], undefined, NOTHING, [2, 5])).to.equal('2 ReadyForNewScale, limited TooFewReplicas');
  });

  it('shrinks to the highest recommendation of five minutes', () => {
    expect(held([10, 3], undefined, recommended([9, 299], [20, 301]))).to.equal(
      '9 ScaleDownStabilized, DesiredWithinRange',
    );
    expect(held([10, 3], undefined, recommended([20, 301]))).to.equal(
      '3 ReadyForNewScale, DesiredWithinRange',
    );
  });

  it('begins with what there is when it is first seen', () => {
    expect(held([10, 3], undefined, remembering(10, NOW - 1000))).to.equal(
      '10 ScaleDownStabilized, DesiredWithinRange',
    );
  });
});

describe('a recommendation with behavior', () => {
  it('is held by the windows of both directions', () => {
    const memory = recommended([4, 50], [8, 20], [30, 70]);
    expect(held([5, 9], up({ stabilizationWindowSeconds: 30 }), memory)).to.equal(
      '8 ScaleUpStabilized, DesiredWithinRange',
    );
    expect(held([5, 9], up({ stabilizationWindowSeconds: 60 }), memory)).to.equal(
      '5 ScaleUpStabilized, DesiredWithinRange',
    );
    expect(held([10, 3], down({ stabilizationWindowSeconds: 60 }), memory)).to.equal(
      '8 ScaleDownStabilized, DesiredWithinRange',
    );
    expect(held([10, 3], down({ stabilizationWindowSeconds: 0 }), memory)).to.equal(
      '3 ReadyForNewScale, DesiredWithinRange',
    );
  });

  it('waits for five minutes with less, unless that is said', () => {
    const { stabilizationWindowSeconds: _, ...rest } = FREE;
    const behavior = { scaleUp: FREE, scaleDown: rest };
    expect(held([10, 3], behavior, recommended([7, 299]))).to.equal(
      '7 ScaleDownStabilized, DesiredWithinRange',
    );
  });

  const grows: readonly (readonly [string, Partial<HPAScalingRules>, number, string])[] = [
    ['the policy that allows most', { policies: [pods(2), percent(50)] }, 10, '15'],
    ['the policy that allows least', { policies: [pods(2), percent(50)], selectPolicy: 'Min' }, 10, '12'],
    ['a percentage, rounded up', { policies: [percent(10)] }, 3, '4'],
    ['nothing where it is disabled', { selectPolicy: 'Disabled' }, 7, '7'],
  ];
  for (const [what, rules, from, to] of grows) {
    it(`grows by ${what}`, () =>
      expect(held([from, 100], up(rules))).to.equal(`${to} ReadyForNewScale, limited ScaleUpLimit`));
  }

  const shrinks: readonly (readonly [string, Partial<HPAScalingRules>, number, string])[] = [
    ['the policy that allows most', { policies: [pods(2), percent(50)] }, 10, '5'],
    ['the policy that allows least', { policies: [pods(2), percent(50)], selectPolicy: 'Min' }, 10, '8'],
    ['a percentage, rounded down', { policies: [percent(10)] }, 5, '4'],
    ['nothing where it is disabled', { selectPolicy: 'Disabled' }, 7, '7'],
  ];
  for (const [what, rules, from, to] of shrinks) {
    it(`shrinks by ${what}`, () =>
      expect(held([from, 1], down(rules))).to.equal(`${to} ReadyForNewScale, limited ScaleDownLimit`));
  }

  it('counts what was scaled within the period of a policy, in either direction', () => {
    const grown = withScaling(NOTHING, 5, 8, NOW - 30_000);
    expect(held([8, 100], up({ policies: [pods(4)] }), grown)).to.match(/^9 /);
    expect(held([8, 100], up({ policies: [pods(4, 20)] }), grown)).to.match(/^12 /);
    const shrunk = withScaling(grown, 8, 6, NOW - 10_000);
    expect(held([6, 100], up({ policies: [pods(4)] }), shrunk)).to.match(/^9 /);
    expect(held([6, 1], down({ policies: [pods(3)] }), shrunk)).to.match(/^2 /);
  });

  it('never goes the other way because too much was scaled already', () => {
    const grown = withScaling(NOTHING, 1, 9, NOW - 10_000);
    expect(held([9, 100], up({ policies: [pods(4)] }), grown)).to.equal(
      '9 ReadyForNewScale, limited ScaleUpLimit',
    );
  });

  it('ends at the bounds', () => {
    expect(held([4, 100], up({}), NOTHING, [1, 6])).to.equal('6 ReadyForNewScale, limited TooManyReplicas');
    expect(held([4, 0], down({}), NOTHING, [2, 6])).to.equal('2 ReadyForNewScale, limited TooFewReplicas');
  });
});

describe('the memory of an autoscaler', () => {
  it('forgets what no window and no period reaches', () => {
    const memory = withScaling(recommended([1, 4000], [2, 10]), 1, 2, NOW - 2_000_000);
    const later = withScaling(withRecommendation(memory, 3, NOW), 2, 3, NOW);
    expect(later.recommendations.map(({ replicas }) => replicas)).to.deep.equal([2, 3]);
    expect(later.ups.map(({ by }) => by)).to.deep.equal([1]);
  });
});
