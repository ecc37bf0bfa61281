/** How builds and pods of a machine are kept from what is not theirs: plain values, which the daemon decides and hands to the agent. */

/** A directory of which a confined program sees only what is shown of it. */
export interface Cover {
  readonly path: string;
  /** Paths below it, relative, that every program may see: folders of PATH. Read-only. */
  readonly show: readonly string[];
}

/** 'own': a network namespace, and in it the way to registries alone. Otherwise what stands in the way of one. */
export type BuildNetwork = { readonly type: 'own' } | { readonly type: 'shared'; readonly reason: string };

export type Confinement =
  /** The daemon is root: programs run as other users. */
  | {
      readonly type: 'uid';
      readonly uids: UidRange;
      /** They may listen on ports below 1024, as containers may. */
      readonly lowPorts: boolean;
      /** Absent where root may not mount: modes of files and directories are all that keeps users apart. */
      readonly covers?: readonly Cover[];
      readonly buildNetwork: BuildNetwork;
    }
  /** Programs run as the daemon's own user, in user, mount and pid namespaces. */
  | {
      readonly type: 'namespace';
      readonly uid: number;
      readonly gid: number;
      readonly covers: readonly Cover[];
      /** Files and directories of the user that are shown empty. */
      readonly blanks: readonly string[];
      readonly buildNetwork: BuildNetwork;
    }
  /** Nothing is possible here. */
  | { readonly type: 'none'; readonly reason: string };

export interface UidRange {
  readonly first: number;
  /** 1: all share one. */
  readonly count: number;
}

export const buildNetworkOf = (confinement: Confinement): BuildNetwork =>
  confinement.type === 'none' ? { type: 'shared', reason: confinement.reason } : confinement.buildNetwork;

/** What builds reach, as the end of a sentence that begins with them. */
export function reachOf(confinement: Confinement): string {
  const network = buildNetworkOf(confinement);
  return network.type === 'own'
    ? 'reach the registries that npm, pip and Go have on this machine, and those of `pilotage connect NAME --allow-registry HOST`'
    : `reach whatever this machine reaches, not registries alone: ${network.reason}`;
}

/** What it comes to, in a word for programs and a sentence for people. */
export function summaryOf(confinement: Confinement): { readonly reason: string; readonly message: string } {
  switch (confinement.type) {
    case 'uid':
      return confinement.uids.count > 1
        ? { reason: 'OwnUsers', message: 'builds and pods run as users of their own, one for each namespace' }
        : { reason: 'OneUser', message: 'builds and pods run as one other user, which they share' };
    case 'namespace':
      return {
        reason: 'Namespaces',
        message:
          'builds and pods run in user, mount and pid namespaces that hide the data directory and the home',
      };
    case 'none':
      return {
        reason: 'NotConfined',
        message: `builds and pods can read all that this user can, the daemon's token too: ${confinement.reason}`,
      };
  }
}
