import { type Budget, GoError } from './values.ts';

/** Steps of one render. A chart of a hundred templates takes some hundred thousand. */
const MAX_STEPS = 20_000_000;

export function createBudget(steps = MAX_STEPS): Budget {
  let left = steps;
  return {
    spend(count) {
      left -= count;
      if (left < 0)
        throw new GoError('the templates take too many steps: look for loops over very long lists');
    },
  };
}
