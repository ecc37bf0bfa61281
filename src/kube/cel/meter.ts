/** The evaluation was given up: it cost more than it may. */
export class CostExceeded extends Error {}

/**
 * What an evaluation may still cost. `cost` is counted as Kubernetes counts it (cel-go `interpreter/runtimecost.go`), so that a rule that
 * fits there fits here. `work` is what this thread really does, which that model leaves out in places (comparing two deep values costs it
 * 1): no rule may hold up all other clients.
 */
export interface Meter {
  /** @throws CostExceeded */
  cost(units: number): void;
  /** @throws CostExceeded */
  work(units: number): void;
}

export interface Budget {
  /** Of all evaluations that share it. */
  readonly cost: number;
  readonly work: number;
}

/**
 * Kubernetes' `RuntimeCELCostBudget` (`apiserver/pkg/apis/cel/config.go`), and work that took 0.2 to 0.8 s of one busy core, measured with
 * the expressions of `test/kube/cel/budget.test.ts`.
 */
export const OBJECT_BUDGET: Budget = { cost: 10_000_000, work: 5_000_000 };
/** Of one evaluation: Kubernetes' `PerCallLimit`. */
export const PER_CALL_COST = 1_000_000;

/** A meter of many evaluations: each is limited by itself, and all of them together. */
export class Account {
  #cost: number;
  #work: number;

  constructor({ cost, work }: Budget = OBJECT_BUDGET) {
    this.#cost = cost;
    this.#work = work;
  }

  /** Nothing more can be evaluated. */
  get isSpent(): boolean {
    return this.#cost < 0 || this.#work < 0;
  }

  get remaining(): Budget {
    return { cost: this.#cost, work: this.#work };
  }

  /** The meter of one evaluation. */
  open(perCall: number = PER_CALL_COST): Meter {
    let left = perCall;
    return {
      cost: (units) => {
        left -= units;
        this.#cost -= units;
        this.#work -= 1;
        if (left < 0 || this.isSpent)
          throw new CostExceeded('operation cancelled: actual cost limit exceeded');
      },
      work: (units) => {
        this.#work -= units;
        if (this.#work < 0) throw new CostExceeded('operation cancelled: actual cost limit exceeded');
      },
    };
  }
}
