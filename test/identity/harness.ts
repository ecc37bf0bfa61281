import { silentLogger } from '../../src/base/log.ts';
import { createAccess, type Decide } from '../../src/identity/access.ts';
import { createIdentityActions } from '../../src/identity/actions.ts';
import { createGrantController } from '../../src/identity/grants/controller.ts';
import type { IdentityParts } from '../../src/identity/parts.ts';
import { ensureBuiltinRoles } from '../../src/identity/roles.ts';
import { createSignIn, localProvider } from '../../src/identity/signin.ts';
import { tokenAuthenticator } from '../../src/identity/tokens.ts';
import { NAMESPACES, ROLE_BINDINGS } from '../../src/kube/kinds/resources.data.ts';
import type { Access } from '../../src/model/access.ts';
import {
  ENVIRONMENTS,
  type Environment,
  PILOTAGE_API_VERSION,
  PILOTAGE_NAMESPACE,
} from '../../src/model/types.ts';
import { TOKEN_HOLDER, type User } from '../../src/model/user.ts';
import { worker } from '../../src/orchestrator/api/auth/workers.ts';
import { inProcessClient } from '../../src/orchestrator/api/inprocess.ts';
import { install } from '../../src/sync/cluster/install.ts';
import type { FakeClock } from '../fakes/clock.ts';
import { startTestApi } from '../orchestrator/api/harness.ts';

/** What production spends on a guess would be most of the time of these tests. */
const CHEAP = { N: 16, r: 8, p: 1 };

export interface IdentityWorld {
  readonly clock: FakeClock;
  readonly parts: IdentityParts;
  readonly access: Access;
  readonly actions: ReturnType<typeof createIdentityActions>;
  readonly known: ReturnType<typeof tokenAuthenticator>;
  /** An administrator's client of the same API. */
  readonly admin: ReturnType<Awaited<ReturnType<typeof startTestApi>>['client']>;
  readonly decide: Decide;
  environment(delivery: string, name: string): Promise<void>;
  /** An account, and somebody signed in as it. */
  user(name: string, groups?: readonly string[]): Promise<User>;
  /** Resolves once the grant is in force. */
  grant(
    role: string,
    users: readonly string[],
    where?: { deliveries?: readonly string[]; environments?: readonly string[] },
  ): Promise<string>;
  until(holds: () => Promise<boolean>): Promise<void>;
  dispose(): Promise<void>;
}

/** Users, tokens and roles on the real API, as the worker that keeps them in the product. */
export async function createIdentityWorld(): Promise<IdentityWorld> {
  const api = await startTestApi();
  const admin = api.client();
  const stopping = new AbortController();
  await install(admin, api.clock, stopping.signal);
  const home = inProcessClient(api.api, worker('system:pilotage:identity'));
  const parts: IdentityParts = { home, clock: api.clock, logger: silentLogger, passwordCost: CHEAP };
  await ensureBuiltinRoles(home);
  const controller = createGrantController(parts);
  controller.start(stopping.signal);
  const decide: Decide = async (user, attributes) => api.api.authorize(user, attributes);
  const access = createAccess(decide);
  const signIn = createSignIn(parts, [localProvider(parts)]);
  const actions = createIdentityActions({ ...parts, access, signIn });
  const until = async (holds: () => Promise<boolean>): Promise<void> => {
    // Writes are synced to a disk, which takes as long as it takes.
    for (let turn = 0; turn < 5_000; turn++) {
      if (await holds()) return;
      await new Promise((resolve) => setTimeout(resolve, 1));
      // What was too early is tried again in a second.
      if (turn % 100 === 99) await api.clock.advance(1_000);
    }
    throw new Error('it never came true');
  };
  return {
    clock: api.clock,
    parts,
    access,
    actions,
    known: tokenAuthenticator(parts),
    admin,
    decide,
    until,
    async environment(delivery, environment) {
      const object: Environment = {
        apiVersion: PILOTAGE_API_VERSION,
        kind: 'Environment',
        metadata: { name: `${delivery}.${environment}`, namespace: PILOTAGE_NAMESPACE },
        spec: {
          delivery,
          environment,
          branch: environment,
          path: '',
          namespace: `${delivery}-${environment}`,
        },
      };
      await admin.create(NAMESPACES, {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name: `${delivery}-${environment}` },
      });
      await admin.create(ENVIRONMENTS, object);
    },
    async user(name, groups = []) {
      await actions.createUser(TOKEN_HOLDER, name, { groups, emails: [`${name}@example.com`] });
      return { name, groups, verified: true, aliases: [`${name}@example.com`] };
    },
    async grant(role, users, where = {}) {
      const { name } = await actions.grant(TOKEN_HOLDER, { role, users, groups: [], ...where });
      // A role that permits nothing comes to nothing.
      if (role === 'user-base') return name;
      const binding = { namespace: PILOTAGE_NAMESPACE, name: `pilotage:grant:${name}` };
      await until(() =>
        admin.get(ROLE_BINDINGS, binding).then(
          () => true,
          () => false,
        ),
      );
      return name;
    },
    async dispose() {
      stopping.abort();
      await controller.stop();
      await api.dispose();
    },
  };
}
