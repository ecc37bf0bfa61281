import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ProblemError } from '../base/errors.ts';
import { readState, writeState } from '../base/statefile.ts';

/** Which cluster is the home: the one that holds the objects of pilotage.dev. */
export type HomeChoice =
  | { readonly type: 'builtin' }
  /** A context of the kubeconfigs. */
  | { readonly type: 'remote'; readonly context: string };

/** What is known before the choice. */
export interface HomeFacts {
  /** The context that `up --home` names. */
  readonly asked: string | undefined;
  /** The context that an earlier start recorded. */
  readonly recorded: string | undefined;
  /** The data directory holds a cluster of its own. */
  readonly hasCluster: boolean;
}

/**
 * The home of a data directory is chosen at its first start and kept: its objects do not follow it. Throws ProblemError HomeIsKept
 * for another one. Pure.
 */
export function chooseHome({ asked, recorded, hasCluster }: HomeFacts): HomeChoice {
  const kept = recorded === undefined ? (hasCluster ? 'its own cluster' : undefined) : `context ${recorded}`;
  if (asked !== undefined && kept !== undefined && asked !== recorded) {
    throw new ProblemError({
      reason: 'HomeIsKept',
      message: `This data directory has ${kept} as its home, not context ${asked}.`,
      remedy: 'Leave --home out, or start with another data directory: --data-dir DIR.',
    });
  }
  const context = asked ?? recorded;
  return context === undefined ? { type: 'builtin' } : { type: 'remote', context };
}

/** `D/home.json`: absent where the home is the built-in cluster. */
interface HomeFile {
  readonly context: string;
}

const homePath = (dataDir: string): string => join(dataDir, 'home.json');

export async function homeOf(dataDir: string, asked: string | undefined): Promise<HomeChoice> {
  const file = await readState<HomeFile>(homePath(dataDir));
  return chooseHome({ asked, recorded: file?.context, hasCluster: existsSync(join(dataDir, 'store')) });
}

export const recordHome = (dataDir: string, context: string): Promise<void> =>
  writeState(homePath(dataDir), { context } satisfies HomeFile);
