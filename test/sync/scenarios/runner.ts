import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { problemOf } from '../../../src/base/errors.ts';
import { statusError } from '../../../src/kube/values/status.ts';
import type { JsonObject, KubeObject } from '../../../src/kube/values/types.ts';
import { parseYaml } from '../../../src/kube/values/yaml.ts';
import { finalizersOf } from '../../../src/sync/plan/presence.ts';
import type { createHarness } from '../harness.ts';

type World = Awaited<ReturnType<typeof createHarness>>;

/**
 * A story about deliveries, as data: `scenarios/NAME/steps.yaml`. Its environments are those of the delivery `shop`; unless a step says otherwise
 * it is about `dev`, in namespace `shop-dev`.
 */
export interface Scenario {
  /** What it shows, as a sentence, and the trouble of others that it answers. */
  readonly story: string;
  /** Where it runs; default: the cluster in memory alone. */
  readonly clusters?: readonly ('fake' | 'orchestrator')[];
  readonly steps: readonly Step[];
}

/** One member each. */
interface Step {
  /** The whole repository, path → text, committed and pushed. */
  readonly push?: Readonly<Record<string, string>>;
  readonly branch?: string;
  /** The same repository with some files changed; null: removed. */
  readonly change?: Readonly<Record<string, string | null>>;
  /** Somebody else writes to the cluster: an object to create, to merge into what is there, or to delete. */
  readonly cluster?: {
    readonly by?: string;
    readonly create?: KubeObject;
    readonly merge?: KubeObject;
    readonly apply?: KubeObject;
    readonly delete?: KubeObject;
  };
  /** The deployment controller: name → what it reports. */
  readonly report?: Readonly<Record<string, 'healthy' | 'progressing' | 'late'>>;
  /** Its namespace; default: `shop-dev`. */
  readonly in?: string;
  /** Writes that the API server refuses from now on: `apply ConfigMap shop-dev/b` → why; {}: none. */
  readonly refuse?: Readonly<Record<string, string>>;
  /** What a person says: `sync`, `sync --confirm-prune`, `confirm`, `delete --prune`. */
  readonly person?: string;
  /** Milliseconds that go by. */
  readonly wait?: number;
  readonly expect?: Expected;
}

interface Expected {
  readonly environment?: string;
  /** Every step of the plan of now that is not `unchanged`: `prune ConfigMap shop-dev/a`, with `: reason` where that matters. */
  readonly plan?: readonly string[];
  /** Members of the objects that are there; `absent`: it is not. `ConfigMap/a` → what it holds. */
  readonly live?: Readonly<Record<string, JsonObject | 'absent' | 'deleting'>>;
  /** Members of the status; the message as a regular expression. */
  readonly status?: Readonly<Record<string, unknown>> & { readonly message?: string };
  /** The inventory, as `ConfigMap/a`. */
  readonly inventory?: readonly string[];
  /** Everything that was written to the environment's namespace since the last expectation, in order. */
  readonly writes?: readonly string[];
  /** Every warning of the plan of now. */
  readonly warnings?: readonly string[];
  /** Of what the last person was told. */
  readonly told?: string;
}

export async function readScenario(folder: URL): Promise<Scenario> {
  const text = await readFile(new URL('steps.yaml', folder), 'utf8');
  const read = parseYaml(text, `${folder.pathname.split('/').at(-2)}/steps.yaml`);
  if (!read.ok) throw new Error(read.problems.map(({ message }) => message).join('\n'));
  return read.value as unknown as Scenario;
}

/** Plays a story; a failed expectation says which step it was. */
export async function play({ steps }: Scenario, world: World, isReal = false): Promise<void> {
  const state: State = { files: {}, told: '', seen: world.home.writes.length };
  for (const [i, step] of steps.entries()) {
    try {
      await take(step, world, state);
      if (step.expect) await check(step.expect, world, state, isReal);
    } catch (error) {
      if (error instanceof Error) error.message = `step ${i + 1}: ${error.message}`;
      throw error;
    }
  }
}

interface State {
  files: Readonly<Record<string, string>>;
  told: string;
  /** Number of writes that an expectation has spoken of. */
  seen: number;
}

async function take(step: Step, world: World, state: State): Promise<void> {
  const { push, change, branch = 'main', cluster, report, refuse, person, wait } = step;
  if (push || change) {
    const changed = Object.entries({ ...state.files, ...change }).filter(([, text]) => text !== null);
    state.files = push ?? (Object.fromEntries(changed) as Record<string, string>);
    await world.push(state.files, branch);
  }
  if (cluster) await interfere(cluster, world);
  for (const [name, status] of Object.entries(report ?? {})) await world.report(name, status, step.in);
  if (refuse)
    world.home.refuse = (write) => (refuse[write] ? statusError('Forbidden', refuse[write]) : undefined);
  if (person) await speak(person, world, state);
  if (wait) await world.settle(wait);
}

async function interfere(cluster: NonNullable<Step['cluster']>, world: World): Promise<void> {
  const { by: fieldManager = 'kubectl-edit' } = cluster;
  const object = cluster.create ?? cluster.merge ?? cluster.apply ?? cluster.delete;
  if (object === undefined) throw new Error('cluster: create, merge, apply or delete');
  const key = { namespace: 'shop-dev', name: object.metadata.name ?? '' };
  const placed = { ...object, metadata: { ...object.metadata, ...key } };
  const { client } = world;
  const resource = await client.resourceFor(object);
  if (resource === undefined) throw new Error(`no ${object.kind}`);
  if (cluster.create) await client.create(resource, placed, { fieldManager });
  else if (cluster.apply) await client.apply(resource, placed, { fieldManager, force: true });
  else if (cluster.delete) await client.delete(resource, key);
  else await client.patch(resource, key, { type: 'merge', body: placed as never }, { fieldManager });
  await world.settle();
}

/** As the command line would, by the same actions. */
async function speak(person: string, world: World, state: State): Promise<void> {
  const [verb = '', ...words] = person.split(' ');
  const environment = await world.environment();
  const told = async (answer: Promise<{ message: string }>) => {
    state.told = await answer.then(
      ({ message }) => message,
      (error: unknown) => {
        const { message, details = [], remedy } = problemOf(error);
        return [message, ...details, remedy].join('\n');
      },
    );
  };
  if (verb === 'sync') {
    const confirmed = {
      confirmPrune: words.includes('--confirm-prune'),
      confirmRecreate: words.includes('--confirm-recreate'),
    };
    await world.sync.requestSync('shop', 'dev', confirmed);
  } else if (verb === 'confirm') {
    // The digest is the one that the person was shown.
    const [plan = /pilotage confirm \S+ (\w+)/.exec(state.told)?.[1]] = words;
    await told(world.sync.confirm(environment, { by: 'ada', ...(plan ? { plan } : {}) }));
  } else if (verb === 'delete') {
    await told(world.sync.delete(environment, words.includes('--orphan') ? 'orphan' : 'prune'));
  } else throw new Error(`nobody says ${person}`);
  await world.settle();
}

async function check(expected: Expected, world: World, state: State, isReal: boolean): Promise<void> {
  if (!isReal) return compare(expected, world, state);
  let last: unknown;
  const agrees = () =>
    compare(expected, world, state).then(
      () => true,
      (error: unknown) => {
        last = error;
        return false;
      },
    );
  await world.until(agrees).catch(() => {
    throw last;
  });
}

async function compare(expected: Expected, world: World, state: State): Promise<void> {
  const { plan, live, status, inventory, writes, told, environment = 'dev' } = expected;
  if (told !== undefined) expect(state.told).to.match(new RegExp(told));
  if (expected.warnings) {
    const now = await world.sync.plan('shop', environment);
    expect(now.ok && now.value.warnings.map(({ message }) => message), 'warnings').to.deep.equal(
      expected.warnings,
    );
  }
  if (plan) expect(await planned(world, environment, plan), 'plan').to.deep.equal(plan);
  for (const [name, wanted] of Object.entries(live ?? {})) await compareLive(name, wanted, world);
  const object = status || inventory ? await world.environment(environment) : undefined;
  const { message, ...members } = status ?? {};
  if (object) expect(object.status, 'status').to.deep.include(members);
  if (message !== undefined) expect(object?.status?.message, 'message').to.match(new RegExp(message));
  if (inventory) {
    const names = object?.status?.inventory?.map(({ kind, name }) => `${kind}/${name}`) ?? [];
    expect(names.sort(), 'inventory').to.deep.equal([...inventory].sort());
  }
  if (writes) {
    const made = world.home.writes
      .slice(state.seen)
      .filter((write) => write.includes(`shop-${environment}/`));
    expect(made, 'writes').to.deep.equal(writes);
  }
  state.seen = world.home.writes.length;
}

/** Steps as lines, each with its reason where the expectation of it has one. */
async function planned(
  world: World,
  environment: string,
  wanted: readonly string[],
): Promise<readonly string[]> {
  const plan = await world.sync.plan('shop', environment);
  if (!plan.ok) return plan.problems.map(({ message }) => message);
  const steps = plan.value.steps.filter(({ action, ignored }) => action !== 'unchanged' || ignored);
  return steps.map(({ action, object, reason, ignored, diff }, i) => {
    const name = `${action} ${object.kind} ${object.namespace ? `${object.namespace}/` : ''}${object.name}`;
    const parts = [
      name,
      reason ? `: ${reason}` : '',
      ignored ? ` (ignored: ${ignored.join(', ')})` : '',
      ...diff.map((line) => `\n${line}`),
    ];
    return wanted[i] === name ? name : parts.join('');
  });
}

async function compareLive(
  name: string,
  wanted: JsonObject | 'absent' | 'deleting',
  world: World,
): Promise<void> {
  const [kind = '', object = ''] = name.split('/');
  const found = await world.live(kind as 'ConfigMap', object);
  if (wanted === 'absent') return void expect(found, name).to.equal(undefined);
  if (wanted === 'deleting')
    return void expect(
      found?.metadata.deletionTimestamp,
      `${name}${found ? finalizersOf(found) : ''}`,
    ).to.be.a('string');
  expect(found, name).to.not.equal(undefined);
  contains(found, wanted, name);
}

/** Members that are named, however deep; null: there is none. */
function contains(found: unknown, wanted: unknown, at: string): void {
  if (typeof wanted !== 'object' || wanted === null || Array.isArray(wanted))
    return void expect(found, at).to.deep.equal(wanted === null ? undefined : wanted);
  for (const [key, value] of Object.entries(wanted))
    contains((found as Readonly<Record<string, unknown>> | undefined)?.[key], value, `${at}.${key}`);
}
