/** An environment that a push concerns, and the revision that was pushed for it. */
export interface Target {
  readonly environment: string;
  readonly revision?: string;
}

/** So many environments are named one by one: by a heartbeat, and of those that a push leaves untouched. */
export const NAMED = 5;

/** An environment as an observation of the branches left it. */
interface Observed {
  readonly environment: string;
  readonly branch: string;
  readonly revision?: string;
  readonly changed: boolean;
  /** The push holds the same for it as what was there. */
  readonly untouched?: boolean;
}

/**
 * A push of one among a thousand environments says in one line what becomes of the others: only a few that it leaves untouched
 * get a line each. Pure.
 */
export function foldUntouched<T extends Observed>(
  observed: readonly T[],
): { readonly observed: readonly T[]; readonly line?: string } {
  const untouched = observed.filter(isUntouched);
  if (untouched.length <= NAMED) return { observed };
  return {
    observed: observed.filter((one) => !isUntouched(one)),
    line: `unchanged: ${untouched.length} environments, for which it holds the same as before`,
  };
}

const isUntouched = ({ untouched = false }: Observed): boolean => untouched;

/** What a push concerns: the environments of the branches that it moved, and those that it changed otherwise. Pure. */
export function targetsOf(
  observed: readonly Observed[],
  refs: readonly { readonly branch: string; readonly to: string | null }[],
): readonly Target[] {
  return observed.flatMap(({ environment, branch, revision: recorded, changed }) => {
    const ref = refs.find((one) => one.branch === branch);
    if (ref === undefined && !changed) return [];
    // What was pushed, even where another push has moved the branch further before it was observed.
    const revision = ref?.to ?? recorded;
    return [{ environment, ...(revision === undefined ? {} : { revision }) }];
  });
}
