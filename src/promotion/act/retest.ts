import type { Environment } from '../../model/types.ts';
import type { PromoteOptions } from '../options.ts';

/** A person's word that tests of a revision that failed in its source run once more. To the millisecond, as their beginnings are. */
export async function askForTests(
  { changeSpec }: PromoteOptions,
  source: Environment,
  { revision, by, now }: { readonly revision: string; readonly by: string; readonly now: number },
): Promise<NonNullable<Environment['spec']['retest']>> {
  const retest = { revision, by, at: new Date(now).toISOString() };
  await changeSpec(source, { retest });
  return retest;
}
