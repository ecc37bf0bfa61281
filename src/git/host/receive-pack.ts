import { type Problem, ProblemError, problemOf } from '../../base/errors.ts';
import { isAncestor } from '../history/walk.ts';
import { isOid } from '../objects/object.ts';
import { branchOf, branchRef, isRefName } from '../objects/refname.ts';
import { defaultBranchOf, type OpenRepository } from '../repository.ts';
import type { ObjectStore } from '../store/object-store.ts';
import type { Quarantine } from '../store/quarantine.ts';
import { storageProblem } from '../store/storage-errors.ts';
import type { Oid, Principal, PushedRef, Repository } from '../types.ts';
import { lineOf, type PacketReader } from '../wire/pkt-line.ts';
import { recordsOf } from './pushrecords.ts';

/** What the host knows about a pushed ref, for its policy. */
export interface PushFacts<P extends Principal> {
  /** Whether the old tip is an ancestor of the new one; true for a new branch, false for a deletion. */
  readonly descends: boolean;
  /** Whether the repository has no branch before this push. */
  readonly isFirst: boolean;
  /** The repository as it reads with the objects of the push; its refs are where they were. */
  readonly pushed: Repository;
  /** The user, as returned by `authorize`. */
  readonly principal: P;
}

export type PushPolicy<P extends Principal = Principal> = (
  repository: string,
  ref: PushedRef,
  facts: PushFacts<P>,
) => Problem | undefined | Promise<Problem | undefined>;

export interface RefCommand {
  readonly ref: string;
  readonly from: Oid | null;
  readonly to: Oid | null;
}

export interface PushRequest {
  readonly commands: readonly RefCommand[];
  readonly capabilities: ReadonlySet<string>;
  readonly options: readonly string[];
}

export type RefOutcome =
  | { readonly kind: 'moved'; readonly command: RefCommand }
  | { readonly kind: 'refused'; readonly command: RefCommand; readonly problem: Problem };

export interface PushOutcome {
  /** Why nothing was accepted: the pack was damaged or incomplete. */
  readonly unpack: Problem | undefined;
  readonly refs: readonly RefOutcome[];
}

const MAX_COMMANDS = 10_000;
const MAX_OPTIONS = 100;

const tooMany = (what: string, most: number): ProblemError =>
  new ProblemError({
    reason: 'PackTooLarge',
    message: `the push has more than ${most.toLocaleString('en')} ${what}`,
    remedy: 'push in parts',
  });

const ZERO = '0'.repeat(40);
const orNull = (oid: string): Oid | null => (oid === ZERO ? null : oid);

/** Commands and push options (gitprotocol-pack, "Reference Update Request"); the pack is what the reader holds next. */
export async function readPushRequest(reader: PacketReader): Promise<PushRequest> {
  const commands: RefCommand[] = [];
  let capabilities: ReadonlySet<string> = new Set();
  for (let next = await reader.next(); next.kind === 'data'; next = await reader.next()) {
    const [line = '', list] = lineOf(next.data).split('\0');
    if (list !== undefined) capabilities = new Set(list.trim().split(' '));
    // Where a shallow clone is cut: its commits are refused further on unless their parents are here.
    if (line.startsWith('shallow ')) continue;
    commands.push(parseCommand(line));
    if (commands.length > MAX_COMMANDS) throw tooMany('refs', MAX_COMMANDS);
  }
  const options: string[] = [];
  if (capabilities.has('push-options') && commands.length > 0) {
    for (let next = await reader.next(); next.kind === 'data'; next = await reader.next()) {
      options.push(lineOf(next.data));
      if (options.length > MAX_OPTIONS) throw tooMany('options', MAX_OPTIONS);
    }
  }
  return { commands, capabilities, options };
}

function parseCommand(line: string): RefCommand {
  const [from = '', to = '', ...rest] = line.split(' ');
  const ref = rest.join(' ');
  if (!isOid(from) || !isOid(to) || ref === '') {
    throw new ProblemError({
      reason: 'BadRequest',
      message: `cannot read the push command ${JSON.stringify(line)}`,
    });
  }
  return { ref, from: orNull(from), to: orNull(to) };
}

export const needsPack = (request: PushRequest): boolean => request.commands.some(({ to }) => to !== null);

/**
 * Takes one push: checks the pack, asks the policy, records whose it is, stores objects, then moves refs, all durably and one push at a
 * time. Nothing of a push that is refused whole stays behind. `at`: when it was received, in milliseconds.
 */
export async function takePush<P extends Principal>(
  repository: OpenRepository,
  name: string,
  request: PushRequest,
  quarantine: Quarantine | undefined,
  { at, ...who }: { readonly principal: P; readonly policy: PushPolicy<P>; readonly at: number },
): Promise<PushOutcome> {
  return repository.writes.run(async () => {
    try {
      await quarantine?.check();
    } catch (error) {
      return refuseAll(request.commands, storageProblem(error) ?? problemOf(error));
    }
    const store = quarantine?.store ?? repository.store;
    const isFirst = repository.refs.list('refs/heads/').size === 0;
    const known = { ...who, isFirst, pushed: repository.seeing(store) };
    const judged: RefOutcome[] = [];
    for (const command of request.commands) {
      const problem = await judge(repository, store, name, command, known);
      judged.push(problem ? { kind: 'refused', command, problem } : { kind: 'moved', command });
    }
    const refusal = judged.find((outcome) => outcome.kind === 'refused');
    if (refusal && request.capabilities.has('atomic'))
      return { unpack: undefined, refs: judged.map(atomically) };
    const moves = judged.filter(({ kind }) => kind === 'moved').map(({ command }) => command);
    if (moves.length > 0)
      repository.pushes.append(await recordsOf(repository, store, moves, who.principal, at));
    if (moves.some(({ to }) => to !== null)) quarantine?.install();
    const refs = judged.map((outcome) =>
      outcome.kind === 'moved' ? move(repository, outcome.command) : outcome,
    );
    chooseHead(repository, refs);
    return { unpack: undefined, refs };
  });
}

/** The outcome of a push of which nothing could be unpacked. */
export function refuseAll(commands: readonly RefCommand[], problem: Problem): PushOutcome {
  return { unpack: problem, refs: commands.map((command) => ({ kind: 'refused', command, problem })) };
}

const atomically = (outcome: RefOutcome): RefOutcome =>
  outcome.kind === 'refused'
    ? outcome
    : {
        kind: 'refused',
        command: outcome.command,
        problem: { reason: 'AtomicPushFailed', message: 'atomic push failed: another ref was refused' },
      };

async function judge<P extends Principal>(
  repository: OpenRepository,
  store: ObjectStore,
  name: string,
  command: RefCommand,
  { policy, ...known }: { readonly policy: PushPolicy<P> } & Omit<PushFacts<P>, 'descends'>,
): Promise<Problem | undefined> {
  const branch = branchOf(command.ref);
  if (!isRefName(command.ref) || (branch === undefined && !command.ref.startsWith('refs/tags/'))) {
    return { reason: 'RefNotAllowed', message: 'only branches and tags can be pushed' };
  }
  const current = repository.refs.read(command.ref) ?? null;
  if (current !== command.from) return moved();
  const object = command.to === null ? undefined : store.find(command.to);
  if (command.to !== null && !object)
    return { reason: 'MissingObjects', message: `object ${command.to} was not sent` };
  if (branch === undefined) return undefined;
  if (object && object.type !== 'commit')
    return { reason: 'NotACommit', message: 'a branch must name a commit' };
  const descends =
    command.to !== null && (command.from === null || (await isAncestor(store, command.from, command.to)));
  return policy(name, { branch, from: command.from, to: command.to }, { ...known, descends });
}

const moved = (): Problem => ({
  reason: 'BranchMoved',
  message: 'fetch first: the ref has moved since you last fetched',
  remedy: 'run `git fetch`, then rebase or merge, then push again',
});

function move(repository: OpenRepository, command: RefCommand): RefOutcome {
  try {
    return repository.refs.update(command.ref, command.to, command.from)
      ? { kind: 'moved', command }
      : { kind: 'refused', command, problem: moved() };
  } catch (error) {
    return { kind: 'refused', command, problem: problemOf(error) };
  }
}

/** HEAD names main until a push leaves that name empty: then main, master or the first branch of the push. */
function chooseHead(repository: OpenRepository, outcomes: readonly RefOutcome[]): void {
  const head = repository.refs.head();
  if (head !== undefined && repository.refs.read(head) !== undefined) return;
  const pushed = outcomes
    .filter(({ kind, command }) => kind === 'moved' && command.to !== null)
    .map(({ command }) => branchOf(command.ref))
    .find((branch) => branch !== undefined);
  const fallback = defaultBranchOf(repository.refs);
  const chosen = fallback === 'main' || fallback === 'master' ? fallback : (pushed ?? fallback);
  if (chosen !== undefined) repository.refs.setHead(branchRef(chosen));
}
