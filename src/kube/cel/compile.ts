import { check } from './checker.ts';
import type { Range } from './cost.ts';
import type { Declarations } from './declarations.ts';
import { estimateCost } from './estimate.ts';
import { LIBRARY } from './library/list.ts';
import type { ExpandMacro } from './macros.ts';
import { type Account, CostExceeded } from './meter.ts';
import type { Overload } from './overload.ts';
import { parse } from './parser.ts';
import { plan } from './plan.ts';
import { type CelProblem, formatProblems, SyntaxProblem } from './problem.ts';
import type { CelType, ObjectType } from './types.ts';
import { Failure, fail, type Value } from './values.ts';

export interface Environment {
  /** Names that the expression may use, with their types. */
  readonly variables: Readonly<Record<string, CelType>>;
  /** Functions beside those of the library. */
  readonly functions?: readonly Overload[];
  /** Objects that may be written, `Type{field: value}`, by name. */
  readonly structs?: ReadonlyMap<string, ObjectType>;
  /** Left out: those of the language alone. */
  readonly macros?: ExpandMacro;
}

/** An expression whose types fit. */
export interface Program {
  readonly source: string;
  readonly outputType: CelType;
  /** The variables of its environment that it names. */
  readonly uses: ReadonlySet<string>;
  /** What it costs at most, by what is declared of the data. */
  readonly estimate: () => Range;
  /**
   * Variables are asked for when they are needed. A Failure is what evaluation fails with; an evaluation that costs more than the
   * account allows, or more than `perCall`, is one too, `isCostExceeded`.
   */
  readonly evaluate: (variables: (name: string) => Value, account: Account, perCall?: number) => Value;
}

export type Compiled =
  | { readonly ok: true; readonly program: Program }
  /** `text` is what cel-go prints, a block for each problem. */
  | { readonly ok: false; readonly text: string; readonly problems: readonly CelProblem[] };

const byName = (overloads: readonly Overload[]): ReadonlyMap<string, readonly Overload[]> => {
  const named = new Map<string, Overload[]>();
  for (const each of overloads) named.set(each.name, [...(named.get(each.name) ?? []), each]);
  return named;
};

const STANDARD = byName(LIBRARY);

/** An expression of CEL, parsed and checked against its environment. */
export function compile(source: string, { variables, functions, structs, macros }: Environment): Compiled {
  const refuse = (problems: readonly CelProblem[]): Compiled => ({
    ok: false,
    problems,
    text: formatProblems(source, problems),
  });
  try {
    const root = parse(source, macros);
    const declarations: Declarations = {
      variables,
      functions: functions ? byName([...LIBRARY, ...functions]) : STANDARD,
      ...(structs ? { structs } : {}),
    };
    const checked = check(root, declarations);
    if (!('root' in checked)) return refuse(checked);
    const { run, slots } = plan(checked);
    return {
      ok: true,
      program: {
        source,
        outputType: checked.type,
        uses: checked.variables,
        estimate: () => estimateCost(checked),
        evaluate: (lookUp, account, perCall) => {
          const frame = { variables: lookUp, slots: new Array<Value>(slots), meter: account.open(perCall) };
          return guarded(() => run(frame));
        },
      },
    };
  } catch (error) {
    if (error instanceof SyntaxProblem) return refuse([{ offset: error.offset, message: error.message }]);
    throw error;
  }
}

const COST_EXCEEDED = 'operation cancelled: actual cost limit exceeded';

function guarded(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof CostExceeded) return fail(COST_EXCEEDED);
    throw error;
  }
}

/** The evaluation was given up because of what it cost. */
export const isCostExceeded = (value: Value): boolean =>
  value instanceof Failure && value.message === COST_EXCEEDED;
