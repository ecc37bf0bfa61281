import type {
  BootstrapCode,
  ClusterAddress,
  GrantReport,
  LoggedIn,
  NewToken,
  OpenedSession,
  PasswordSet,
  RoleReport,
  TokenReport,
  UserReport,
  Verdict,
  WhoAmI,
} from '../model/identityfaces.ts';
import type { Scope, User } from '../model/user.ts';
import { decodedSegment, type Fields, fieldsOf, flag, needed, text, texts, whole } from './fields.ts';
import type { FaceResponse } from './refusal.ts';
import type { FaceRequest } from './routes.ts';

export interface UserRequest {
  readonly displayName?: string;
  readonly emails?: readonly string[];
  readonly groups?: readonly string[];
  readonly disabled?: boolean;
}

export interface NewTokenRequest extends Scope {
  /** Absent: the user who asks. */
  readonly owner?: string;
  readonly name: string;
  readonly robot: boolean;
  readonly description?: string;
  /** Absent: it does not expire. */
  readonly seconds?: number;
}

export interface GrantRequest {
  readonly role: string;
  readonly users: readonly string[];
  readonly groups: readonly string[];
  readonly deliveries?: readonly string[];
  readonly environments?: readonly string[];
}

interface Message {
  readonly message: string;
}

/** What the faces can ask about users and their rights. Each asks "may I?" itself. Refusals reject with ProblemError. */
export interface IdentityActions {
  logIn(name: string, password: string): Promise<LoggedIn>;
  openSession(name: string, password: string): Promise<OpenedSession>;
  issueBootstrap(user: User): Promise<BootstrapCode>;
  /** By nobody yet: the code is the proof. */
  bootstrap(code: string, name: string, password: string): Promise<{ readonly user: string }>;
  logOut(user: User): Promise<Message>;
  whoAmI(user: User): Promise<WhoAmI>;
  can(user: User, verb: string, delivery?: string, environment?: string): Promise<Verdict>;
  listUsers(user: User): Promise<readonly UserReport[]>;
  createUser(user: User, name: string, request: UserRequest, password?: string): Promise<UserReport>;
  changeUser(user: User, name: string, request: UserRequest): Promise<UserReport>;
  deleteUser(user: User, name: string): Promise<Message>;
  setPassword(user: User, name: string, password: string, current?: string): Promise<PasswordSet>;
  /** All, for administrators; else the user's own. */
  listTokens(user: User): Promise<readonly TokenReport[]>;
  createToken(user: User, request: NewTokenRequest): Promise<NewToken>;
  revokeToken(user: User, name: string): Promise<Message>;
  listRoles(user: User): Promise<readonly RoleReport[]>;
  listGrants(user: User): Promise<readonly GrantReport[]>;
  grant(user: User, request: GrantRequest): Promise<GrantReport>;
  revokeGrant(user: User, name: string): Promise<Message>;
  cluster(user: User): Promise<ClusterAddress>;
}

type Route = (actions: IdentityActions, user: User, fields: Fields, name: string) => Promise<unknown>;

/** `METHOD path` below `/api/v1/`; `*` is a name, `users/*:disable` what is done with it. */
const ROUTES: Readonly<Record<string, Route>> = {
  'POST logout': (actions, user) => actions.logOut(user),
  'POST bootstrap': (actions, user) => actions.issueBootstrap(user),
  'GET whoami': (actions, user) => actions.whoAmI(user),
  'POST can': (actions, user, fields) =>
    actions.can(user, needed(fields, 'verb'), text(fields, 'delivery'), text(fields, 'environment')),
  'GET users': (actions, user) => actions.listUsers(user),
  'POST users': (actions, user, fields) =>
    actions.createUser(user, needed(fields, 'name'), userRequest(fields), text(fields, 'password')),
  'POST users/*': (actions, user, fields, name) => actions.changeUser(user, name, userRequest(fields)),
  'POST users/*/password': (actions, user, fields, name) =>
    actions.setPassword(user, name, needed(fields, 'password'), text(fields, 'current')),
  'POST users/*/delete': (actions, user, _, name) => actions.deleteUser(user, name),
  'GET tokens': (actions, user) => actions.listTokens(user),
  'POST tokens': (actions, user, fields) => actions.createToken(user, tokenRequest(fields)),
  'POST tokens/*/revoke': (actions, user, _, name) => actions.revokeToken(user, name),
  'GET roles': (actions, user) => actions.listRoles(user),
  'GET grants': (actions, user) => actions.listGrants(user),
  'POST grants': (actions, user, fields) => actions.grant(user, grantRequest(fields)),
  'POST grants/*/revoke': (actions, user, _, name) => actions.revokeGrant(user, name),
  'GET cluster': (actions, user) => actions.cluster(user),
};

/** undefined: the path is another room's. */
export async function answerIdentity(
  actions: IdentityActions,
  request: FaceRequest,
): Promise<FaceResponse | undefined> {
  const [, path] = /^\/api\/v1\/([a-z]+(?:\/[^/]+(?:\/[a-z]+)?)?)$/.exec(request.path) ?? [];
  if (path === undefined) return undefined;
  const [first = '', name = '', last] = path.split('/');
  const key = [first, ...(name ? ['*'] : []), ...(last ? [last] : [])].join('/');
  const route = ROUTES[`${request.method} ${key}`];
  if (!route) return undefined;
  return {
    status: 200,
    body: await route(actions, request.user, fieldsOf(request.body), decodedSegment(name)),
  };
}

function userRequest(fields: Fields): UserRequest {
  const [displayName, emails, groups] = [
    text(fields, 'displayName'),
    texts(fields, 'emails'),
    texts(fields, 'groups'),
  ];
  const disabled = flag(fields, 'disabled');
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(emails ? { emails } : {}),
    ...(groups ? { groups } : {}),
    ...(disabled === undefined ? {} : { disabled }),
  };
}

function tokenRequest(fields: Fields): NewTokenRequest {
  const [owner, description] = [text(fields, 'owner'), text(fields, 'description')];
  const seconds = whole(fields, 'seconds');
  return {
    name: needed(fields, 'name'),
    robot: flag(fields, 'robot') ?? false,
    ...(owner === undefined ? {} : { owner }),
    ...(description === undefined ? {} : { description }),
    ...(seconds === undefined ? {} : { seconds }),
    ...listsOf(fields, ['deliveries', 'environments', 'verbs']),
  };
}

const grantRequest = (fields: Fields): GrantRequest => ({
  role: needed(fields, 'role'),
  users: texts(fields, 'users') ?? [],
  groups: texts(fields, 'groups') ?? [],
  ...listsOf(fields, ['deliveries', 'environments']),
});

/** A list that is there and empty would be nothing, and is not taken for everything. */
function listsOf(fields: Fields, keys: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const list = texts(fields, key);
      return list === undefined ? [] : [[key, list]];
    }),
  );
}
