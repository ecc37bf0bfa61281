import type { BuildNetwork, Confinement, Cover, UidRange } from '../../../../../base/confinement.ts';

/** What a machine, as the user who runs Pilotage sees it, lets be done. */
export interface MachineFacts {
  readonly uid: number;
  readonly gid: number;
  /** Highest uid that the daemon's user namespace knows (/proc/self/uid_map). */
  readonly maxUid: number;
  /** setpriv of util-linux switched to another user here, and gave everything up. */
  readonly canSwitchUser: boolean;
  /** The capability for ports below 1024 is there to be passed on. */
  readonly canBindLowPorts: boolean;
  /** Root covered the data directory in a mount namespace, and showed a part of it read-only. */
  readonly canMount: boolean;
  /** The same by an ordinary user, in namespaces of its own; or the kernel's or the tool's answer. */
  readonly namespaces: true | string;
  /** This user made a network namespace with loopback up; or the kernel's or the tool's answer. */
  readonly networks: true | string;
  readonly dataDir: string;
  /** The directory nearest to the root, on the way to the data directory, that other users may not enter; absent: there is none. */
  readonly barrier?: string;
  /** The user's own home, where it is that. */
  readonly home?: string;
  /** What must be shown of a barrier, or of the home, so that programs of PATH below it can be run: by that directory. */
  readonly programs: Readonly<Record<string, readonly string[]>>;
  /** Sockets and files by which this user may do more than another one, as far as they exist. */
  readonly powers: readonly string[];
}

/**
 * uids that systemd lists as unused (https://systemd.io/UIDS-GIDS: 1879048192…2147352575). Each Pilotage of a machine takes the 65,536
 * that belong to its slice of the loopback network: the first half for namespaces of pods, the second for builds.
 */
const FIRST_UID = 1_879_048_192;
const UIDS = 65_536;
const NOBODY = 65_534;

const SHARED: UidRange = { first: NOBODY, count: 1 };

/** The strongest that is possible. `slice`: the second number of the pods' addresses. */
export function decideConfinement(facts: MachineFacts, slice: number): Confinement {
  return facts.uid === 0 ? asRoot(facts, slice) : asUser(facts);
}

function asRoot(facts: MachineFacts, slice: number): Confinement {
  if (!facts.canSwitchUser)
    return { type: 'none', reason: 'setpriv (util-linux) cannot switch to another user here' };
  const first = FIRST_UID + slice * UIDS;
  const uids = facts.maxUid >= first + UIDS - 1 ? { first, count: UIDS } : SHARED;
  const own = { type: 'uid', uids, lowPorts: facts.canBindLowPorts, buildNetwork: networkOf(facts) } as const;
  if (facts.canMount) return { ...own, covers: coversOf(facts) };
  if (facts.barrier !== undefined) {
    return {
      type: 'none',
      reason: `other users may not enter ${facts.barrier}, and root may not mount here: choose a data directory that everybody may enter (--data-dir /var/lib/pilotage)`,
    };
  }
  return own;
}

const networkOf = ({ networks }: MachineFacts): BuildNetwork =>
  networks === true
    ? { type: 'own' }
    : { type: 'shared', reason: `no network namespace can be made here: ${networks}` };

/** Of a barrier that leads to the data directory everything is covered: users whose uid is another could not get through it. */
const coversOf = ({ dataDir, barrier, programs }: MachineFacts): Cover[] => {
  const home = barrier ?? dataDir;
  const others = Object.keys(programs).filter((path) => path !== home);
  return [home, ...others].map((path) => ({ path, show: programs[path] ?? [] }));
};

/** A program that runs as this user could write what the user's shell runs at the next login: the home is covered too. */
function asUser(facts: MachineFacts): Confinement {
  const { uid, gid, dataDir, home, programs, powers, namespaces } = facts;
  if (namespaces !== true)
    return { type: 'none', reason: `namespaces are not permitted to this user: ${namespaces}` };
  const isInside = home !== undefined && dataDir.startsWith(`${home}/`);
  const covers = [...(home === undefined ? [] : [home]), ...(isInside ? [] : [dataDir])];
  return {
    type: 'namespace',
    uid,
    gid,
    buildNetwork: networkOf(facts),
    covers: covers.map((path) => ({ path, show: programs[path] ?? [] })),
    blanks: powers.filter((path) => !covers.some((cover) => path.startsWith(`${cover}/`))),
  };
}
