import { type Clock, sleep } from '../base/clock.ts';
import type { Ask } from '../charts/web/ask.ts';
import { createForgeClient, type ForgeClient } from './client.ts';
import { keepComment } from './comment.ts';
import type { Dialect, ForgeRepository, MakeDialect } from './dialect.ts';
import type {
  CommitStatus,
  Deployment,
  Forge,
  ForgeAnswer,
  ForgeKind,
  Listing,
  PullRequest,
} from './forge.ts';
import { gitea } from './gitea.ts';
import { github } from './github.ts';
import { gitlab } from './gitlab.ts';

/** A new forge is a file beside this one and a row here. */
export const DIALECTS: Readonly<Record<ForgeKind, MakeDialect>> = { github, gitlab, gitea };

export interface OpenForgeOptions {
  /** Asks the network: bounded in time, never redirected. */
  readonly ask: Ask;
  readonly clock: Clock;
  readonly kind: ForgeKind;
  readonly repository: ForgeRepository;
  /** Asked before each request. @throws ProblemError */
  readonly token: () => Promise<string>;
}

/** Connects to nothing yet. */
export function openForge({ ask, clock, kind, repository, token }: OpenForgeOptions): Forge {
  const dialect = DIALECTS[kind](repository);
  const at = `${new URL(repository.origin).host}/${repository.path}`;
  const api = dialect.api(repository.origin);
  const client = createForgeClient({ ask, clock, token, at, api, dialect });
  const { send, list } = client;
  const { deployments } = dialect;
  return {
    kind,
    at,
    commitUrl: dialect.commitPage,
    rights: () => send(dialect.rights),
    branchRules: (branch) => send(dialect.branch(branch)),
    pullRequests: {
      open: () => list(dialect.open),
      get: (number) => send(dialect.pullRequest(number)),
      between: async (from, into) => {
        const found = await list(dialect.between(from, into));
        return found.ok ? { ok: true, value: own(found.value.items, from, into) } : found;
      },
      create: (asked) => send(dialect.create(asked)),
      update: (number, change) => send(dialect.update(number, change)),
      merge: (number, revision) => patiently(clock, () => send(dialect.merge(number, revision))),
      close: (number) => send(dialect.close(number)),
      comment: (number, comment) => keepComment(client, dialect, number, comment),
    },
    setStatus: (revision, status) =>
      send(dialect.setStatus(revision, { ...status, description: cut(status.description) })),
    statuses: (revision) => statusesOf(client, dialect, revision),
    ...(deployments ? { deploy: (deployment) => deploy(client, deployments, deployment) } : {}),
  };
}

/** Whoever asks is kept for so long at most; what is not ready by then is a matter of the next look. */
const PATIENCE_MS = [500, 1_000, 2_000, 4_000];

/** Asks again what is not ready yet. To merge twice is harmless: it names the commit, and the second is refused. */
async function patiently<T>(clock: Clock, ask: () => Promise<ForgeAnswer<T>>): Promise<ForgeAnswer<T>> {
  for (const ms of PATIENCE_MS) {
    const answer = await ask();
    if (answer.ok || answer.problem.reason !== 'NotYet') return answer;
    await sleep(clock, ms);
  }
  return ask();
}

/** Those of forks may have the same branch names: whoever may open them is anybody. */
const own = (all: readonly PullRequest[], from: string, into: string): readonly PullRequest[] =>
  all
    .filter((pull) => !pull.head.isFork && pull.head.branch === from && pull.into === into)
    .sort((a, b) => Number(b.state === 'open') - Number(a.state === 'open') || b.number - a.number);

const MOST_CHARACTERS = 140;
const cut = (text: string): string =>
  text.length <= MOST_CHARACTERS ? text : `${text.slice(0, MOST_CHARACTERS - 1)}…`;

async function statusesOf(
  { list }: ForgeClient,
  dialect: Dialect,
  revision: string,
): Promise<ForgeAnswer<Listing<CommitStatus>>> {
  const latest = new Map<string, CommitStatus>();
  let isWhole = true;
  for (const request of dialect.statuses(revision)) {
    const found = await list(request);
    if (!found.ok) return found;
    // Newest first, as each of them answers.
    for (const status of found.value.items) if (!latest.has(status.name)) latest.set(status.name, status);
    isWhole &&= found.value.isWhole;
  }
  return { ok: true, value: { items: [...latest.values()], isWhole } };
}

async function deploy(
  { list, send }: ForgeClient,
  deployments: NonNullable<Dialect['deployments']>,
  deployment: Deployment,
): Promise<ForgeAnswer<undefined>> {
  const found = await list(deployments.list(deployment));
  if (!found.ok) return found;
  const known = found.value.items.find(({ revision }) => revision === deployment.revision);
  if (known) return send(deployments.change(known.id, deployment));
  const made = await send(deployments.create(deployment));
  if (!made.ok) return made;
  return deployments.createSaysState
    ? { ok: true, value: undefined }
    : send(deployments.change(made.value.id, deployment));
}
