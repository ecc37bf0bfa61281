/** The way to the first administrator: a code that works once, for an hour, while there is none. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rfc3339 } from '../base/clock.ts';
import { type Problem, ProblemError } from '../base/errors.ts';
import { Mutex } from '../base/mutex.ts';
import type { KubeClient } from '../kube/client/client.ts';
import type { Secret } from '../kube/kinds/objects.data.ts';
import { SECRETS } from '../kube/kinds/resources.data.ts';
import { notFoundAsUndefined } from '../kube/values/status.ts';
import type { BootstrapCode } from '../model/identityfaces.ts';
import { PILOTAGE_NAMESPACE } from '../model/types.ts';
import { mayActAs, type User } from '../model/user.ts';
import type { IdentityParts } from './parts.ts';
import { createGrant, listGrants, listRoles } from './roles.ts';
import { digestOf } from './tokens.ts';
import { createUser, deleteUser, listUsers, setPassword } from './users.ts';

const LASTS_MS = 3_600_000;
const KEY = { namespace: PILOTAGE_NAMESPACE, name: 'pilotage-bootstrap' };
const NO_DIGEST = Buffer.alloc(32);

export function createBootstrapActions(parts: IdentityParts) {
  const { home, clock, logger } = parts;
  const one = new Mutex();

  const issue = async (): Promise<BootstrapCode> => {
    const code = randomBytes(20).toString('base64url');
    const expiresAt = rfc3339(clock.now() + LASTS_MS);
    const secret: Secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: KEY,
      type: 'pilotage.dev/bootstrap',
      data: { digest: digestOf(code).toString('base64'), expiresAt: base64(expiresAt) },
    };
    await home.apply(SECRETS, secret, { fieldManager: 'pilotage-identity', force: true });
    return { code, expiresAt };
  };

  /** Compares as much where there is no code. */
  const isValid = async (code: string): Promise<boolean> => {
    const { data = {} } = (await home.get(SECRETS, KEY).catch(notFoundAsUndefined)) ?? {};
    const digest = Buffer.from(data.digest ?? '', 'base64');
    const isIt = timingSafeEqual(digestOf(code), digest.length === 32 ? digest : NO_DIGEST);
    return isIt && Date.parse(textOf(data.expiresAt)) > clock.now();
  };

  const make = async (name: string, password: string): Promise<void> => {
    await createUser(home, name, {});
    try {
      await setPassword(parts, name, password);
      await createGrant(home, { role: 'admin', subjects: [{ kind: 'User', name }] });
    } catch (error) {
      // The code is not spent yet, and the name is free again.
      await deleteUser(home, name);
      throw error;
    }
  };

  return {
    /**
     * A new code, in place of any before. For the holder of the daemon's own token: who reads that file is the administrator of the machine.
     * @throws ProblemError Forbidden, AdministratorExists
     */
    async issueBootstrap(user: User): Promise<BootstrapCode> {
      if (!mayActAs(user)) throw new ProblemError(FROM_THE_MACHINE);
      if (await hasAdministrator(home)) throw new ProblemError(EXISTS);
      return issue();
    },

    /** For the start of the daemon; undefined once there is an account. */
    async firstBootstrap(): Promise<BootstrapCode | undefined> {
      return (await listUsers(home)).length === 0 ? issue() : undefined;
    },

    /** Makes the first administrator. @throws ProblemError Unauthorized, AdministratorExists, BadRequest, AlreadyExists */
    bootstrap: (code: string, name: string, password: string): Promise<{ user: string }> =>
      // One at a time: two that have the same code are not both the first.
      one.run(async () => {
        if (!(await isValid(code))) throw new ProblemError(INVALID);
        if (await hasAdministrator(home)) throw new ProblemError(EXISTS);
        await make(name, password);
        await home.delete(SECRETS, KEY).catch(notFoundAsUndefined);
        logger.info({ user: name }, 'the first administrator was made');
        return { user: name };
      }),
  };
}

/** Whether anybody who may sign in manages users: by a role that administers, for everything. */
async function hasAdministrator(home: KubeClient): Promise<boolean> {
  const [users, roles, grants] = await Promise.all([listUsers(home), listRoles(home), listGrants(home)]);
  const administering = new Set(
    roles.filter(({ spec }) => spec.administers).map(({ metadata }) => metadata.name),
  );
  const subjects = grants
    .map(({ spec }) => spec)
    .filter(({ role, deliveries, environments }) => administering.has(role) && !deliveries && !environments)
    .flatMap((spec) => spec.subjects);
  return users.some(({ metadata, spec }) => {
    const groups = spec.groups ?? [];
    const has = ({ kind, name }: (typeof subjects)[number]) =>
      kind === 'User' ? name === metadata.name : groups.includes(name);
    return !spec.disabled && subjects.some(has);
  });
}

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const textOf = (data = ''): string => Buffer.from(data, 'base64').toString('utf8');

const FROM_THE_MACHINE: Problem = {
  reason: 'Forbidden',
  message: 'A code for the first administrator is for who has the daemon’s own token.',
  remedy: 'On the machine of the daemon, as its user: pilotage user bootstrap.',
};

const EXISTS: Problem = {
  reason: 'AdministratorExists',
  message: 'There is an administrator already.',
  remedy: 'An administrator makes others: pilotage user create NAME, pilotage role grant admin --user NAME.',
};

const INVALID: Problem = {
  reason: 'Unauthorized',
  message: 'This code is none, has expired, or was used: it works once, for an hour.',
  remedy: 'On the machine of the daemon, as its user: pilotage user bootstrap.',
};
