/** On whose behalf something is done: what a request, a push and the records of both carry. */
export interface User {
  /** As it is recorded: in approvals, pins, releases and events. */
  readonly name: string;
  readonly groups: readonly string[];
  /** Whether the name was authenticated. False: somebody who may say any name said this one (docs/security.md). */
  readonly verified: boolean;
  /** What else the person is known by: the display name and e-mail addresses of an account. */
  readonly aliases?: readonly string[];
  /** Of a robot: the user whose program it is, and whose rights it has. */
  readonly owner?: string;
  /** Of a token: what it may be used for, of what its owner may do. */
  readonly scope?: Scope;
  /** Name of the Token that it was known by. */
  readonly token?: string;
  /** Whether somebody else than the user may hold what proves the name: a robot, a token that another made. Such a one approves nothing. */
  readonly delegated?: boolean;
}

/** Absent members do not narrow. */
export interface Scope {
  readonly deliveries?: readonly string[];
  readonly environments?: readonly string[];
  readonly verbs?: readonly string[];
}

/**
 * The holder of the token in `token.json`, under the name that the administrator's kubeconfig has as well. The token does not say who
 * holds it, so the name is not verified.
 */
export const TOKEN_HOLDER: User = { name: 'pilotage-admin', groups: ['system:masters'], verified: false };

/** Members may act under the name of somebody else, and keep their own rights. */
const ADMINISTRATORS = 'system:masters';

export const mayActAs = ({ groups }: User): boolean => groups.includes(ADMINISTRATORS);

/** `user` under another name: what is recorded names that one, what is permitted stays. */
export const actingAs = (user: User, name: string): User => ({ ...user, name, verified: false });

export const isScoped = ({ scope }: User): boolean => scope !== undefined;

/** Who may do everything, whatever roles there are, so that nobody has to be asked: a home that does not answer keeps them from nothing. */
export const isAdministrator = (user: User): boolean => mayActAs(user) && !isScoped(user);

/** As the Kubernetes API knows a user, whichever way the user asks: a robot is its owner there. It adds `system:authenticated` itself. */
export const kubernetesUserOf = ({ name, owner = name, groups }: User): Pick<User, 'name' | 'groups'> => ({
  name: owner,
  groups,
});
