import { type Problem, ProblemError, unwrap } from '../../base/errors.ts';
import { trailerValues, withTrailers } from '../../git/objects/trailers.ts';
import type { Oid, Repository } from '../../git/types.ts';
import type { SetImageReport } from '../../model/faces.ts';
import { type ImageChange, imageText } from '../../model/imagereference.ts';
import { fullName } from '../../model/names.ts';
import type { Environment } from '../../model/types.ts';
import type { User } from '../../model/user.ts';
import type { ImageEdits, PromoteOptions } from '../options.ts';
import { isPushRefused } from './pullrequest.ts';

export interface SetImageRequest {
  readonly changes: readonly ImageChange[];
  readonly reason: string;
  /** Of the build that made the image: http or https. */
  readonly url?: string;
  /** Also where promotions lead to the environment. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** A branch that moves more often than that within seconds is somebody else's for now. */
const MOST_TRIES = 5;
const SETS_IMAGE = 'Pilotage-Sets-Image';
/** Commits of one pull request whose messages it has. */
const MOST_TOLD = 20;

/**
 * Commits other images to the branch of an environment, where they are written. Only to one that no promotion leads to, unless it is forced:
 * what a promotion brings is what was tried before, and a commit of the target's own would have to be brought back. The commit is one as
 * any other to what follows: gates, windows and signatures hold. @throws ProblemError
 */
export async function setImage(
  options: PromoteOptions,
  target: Environment,
  request: SetImageRequest,
  user: User,
): Promise<SetImageReport> {
  const { delivery, environment, branch } = target.spec;
  const from = target.status?.promotionPolicy?.from;
  if (from !== undefined && !request.force) throw new ProblemError(isPromotedTo(target, from));
  const changes = await Promise.all(
    request.changes.map(async (change) => ({
      ...change,
      reference: await options.pinImage(delivery, change.reference),
    })),
  );
  const unpinned = changes.filter(({ reference }) => reference.digest === undefined);
  const named = [...new Set(unpinned.map(({ reference }) => imageText(reference)))].join(', ');
  const notes = unpinned.length === 0 ? [] : [notPinned(named, delivery)];
  const report = { delivery, environment, branch, notes };
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const repository = await options.repository(delivery);
    const tip = (await repository?.branches())?.[branch];
    if (repository === undefined || tip === undefined) throw new ProblemError(branchMissing(target));
    const found = unwrap(await options.imageEdits(target, { revision: tip, changes }));
    const { edits } = found;
    if (edits.length === 0) return { ...report, outcome: 'Unchanged', edits, commit: tip };
    if (request.dryRun) return { ...report, outcome: 'WouldCommit', edits };
    const asked = { tip, found, changes, request, user, environment };
    const commit = await committed(options, repository, asked);
    // Pilotage vouches for no content of its own: a commit that would wait for a signature for ever is not made.
    const unsigned = (await options.rehearse(target, commit)).find(({ reason }) => reason === 'Unsigned');
    if (unsigned) throw new ProblemError(needsSignature(target, found, unsigned));
    const move = { delivery, branch, oid: commit, expected: tip, by: user.name };
    try {
      if ((await options.publish(move)) === 'pushed') {
        options.logger.info({ delivery, environment, commit, by: user.name }, 'image set');
        return { ...report, outcome: 'Committed', edits, commit };
      }
    } catch (error) {
      if (!isPushRefused(error)) throw error;
      const proposal = await proposed(options, target, { ...asked, commit, error });
      if (proposal) return { ...report, edits, ...proposal };
    }
    await options.look(delivery);
  }
  throw new ProblemError({
    reason: 'SourceMoved',
    message: `Somebody else pushed to ${branch}, or to what is proposed for it, each of ${MOST_TRIES} times; nothing was changed.`,
    remedy: 'Try again.',
  });
}

interface Committing {
  readonly tip: Oid;
  readonly found: ImageEdits;
  readonly changes: readonly ImageChange[];
  readonly request: SetImageRequest;
  readonly user: User;
  readonly environment: string;
}

async function committed(
  { author, clock }: PromoteOptions,
  repository: Repository,
  { tip, found, changes, request, user, environment }: Committing,
): Promise<Oid> {
  const at = clock.now();
  // Of a program's token: the person whose it is, as for a push, so that nobody approves what their own program set.
  const name = (user.owner ?? user.name).replaceAll(/[<>\p{Cc}]/gu, '') || author.name;
  return repository.commitTree({
    tree: await repository.withFiles(tip, found.contents),
    parents: [tip],
    message: messageOf(environment, changes, request, user),
    author: { name, email: `${name.replaceAll(/[^\w.@+-]/g, '-')}@pilotage.localhost`, at },
    committer: { ...author, at },
  });
}

/** What was told to us is indented, so that no line of it is taken for a trailer. */
function messageOf(
  environment: string,
  changes: readonly ImageChange[],
  { reason, url }: SetImageRequest,
  { name: by }: User,
): string {
  const set = changes.map(settingOf).map(nameAndImage);
  const lines = set.map(([name, image]) => `    ${name} to ${image}`);
  return withTrailers(
    [
      subjectOf(environment, set),
      ...(lines.length === 1 ? [] : ['', ...lines]),
      ...(reason === '' ? [] : ['', ...reason.split(/\r?\n/).map((line) => `    ${line}`)]),
    ].join('\n'),
    [
      ...changes.map((change) => ({ token: SETS_IMAGE, value: settingOf(change) })),
      ...(url === undefined ? [] : [{ token: 'Build-Url', value: url }]),
      { token: 'Requested-by', value: by },
    ],
  );
}

const settingOf = ({ name, reference }: ImageChange): string => `${name}=${imageText(reference)}`;

function nameAndImage(value: string): readonly [string, string] {
  const [name = '', ...image] = value.split('=');
  return [name, image.join('=')];
}

function subjectOf(environment: string, set: readonly (readonly [string, string])[]): string {
  const [[name, image] = [], ...others] = set;
  const what = others.length === 0 ? `${name} to ${image}` : set.map(([name]) => name).join(', ');
  return `Set ${what} in ${environment}`;
}

/**
 * A branch that takes no push gets a pull request where there is a forge, and one that is open gets a further commit; else a person gets the
 * change to make. Undefined where somebody moved the branch of the pull request meanwhile. @throws ProblemError
 */
async function proposed(
  options: PromoteOptions,
  target: Environment,
  asked: Committing & { readonly commit: Oid; readonly error: unknown },
): Promise<Pick<SetImageReport, 'outcome' | 'commit' | 'pullRequest'> | undefined> {
  const { found, user, error } = asked;
  const { delivery, environment, branch } = target.spec;
  const forge = await options.forge(delivery);
  const own = `pilotage/images/${environment}`;
  const repository = await options.repository(delivery);
  if (!forge || !repository) throw new ProblemError(readOnly(target, found, error));
  const open = await forge.pullRequests.between(own, branch);
  if (!open.ok) throw new ProblemError(open.problem);
  const there = open.value.find(({ state }) => state === 'open');
  const head = (await repository.branches())[own] ?? null;
  const isAdded = there !== undefined && head !== null;
  const commit = isAdded ? await onTopOf(options, repository, target, { ...asked, head }) : asked.commit;
  if (commit !== head) {
    try {
      const move = { delivery, branch: own, oid: commit, expected: head, by: user.name };
      if ((await options.publish(move)) !== 'pushed') return undefined;
    } catch (refused) {
      if (isPushRefused(refused)) throw new ProblemError(readOnly(target, found, error));
      throw refused;
    }
  }
  const text = await textOf(repository, asked, commit);
  const made = await (there
    ? forge.pullRequests.update(there.number, text)
    : forge.pullRequests.create({ from: own, into: branch, ...text }));
  if (!made.ok) throw new ProblemError(made.problem);
  return { outcome: 'Proposed', commit, pullRequest: made.value.url };
}

/** The same images where others are proposed already; what is proposed as it is where it has them. */
async function onTopOf(
  options: PromoteOptions,
  repository: Repository,
  target: Environment,
  { head, ...asked }: Committing & { readonly head: Oid },
): Promise<Oid> {
  const { changes } = asked;
  const found = unwrap(await options.imageEdits(target, { revision: head, changes }));
  return found.edits.length === 0 ? head : committed(options, repository, { ...asked, tip: head, found });
}

/** Title and text of a pull request: the last image that its commits set for each name, and what they say, oldest first. */
async function textOf(
  repository: Repository,
  { tip, changes, environment }: Committing,
  commit: Oid,
): Promise<{ readonly title: string; readonly body: string }> {
  const log = await repository.log(commit, { exclude: [tip], limit: MOST_TOLD });
  const messages = log.map(({ message }) => message.trim()).reverse();
  const told = messages.flatMap((message) => trailerValues(message, SETS_IMAGE));
  const set = new Map([...told, ...changes.map(settingOf)].map(nameAndImage));
  const [first = '', ...others] = messages;
  const body = others.length === 0 ? first.split('\n').slice(1).join('\n') : messages.join('\n\n---\n\n');
  return { title: subjectOf(environment, [...set]), body: body.trim() };
}

const notPinned = (images: string, delivery: string): string =>
  `${images}: written by tag, which may come to mean another image. Where ${delivery} may ask the registry, the digest is written too: pilotage connect ${delivery} --allow-registry HOST.`;

const isPromotedTo = (target: Environment, from: string): Problem => ({
  reason: 'PromotedEnvironment',
  message: `${fullName(target)} gets what ${from} has tried, by promotion; an image that is set there was tried nowhere.`,
  remedy: `pilotage set image ${target.spec.delivery}/${from} …, and promote; or --force, which needs the right to skip.`,
});

const branchMissing = (target: Environment): Problem => ({
  reason: 'BranchMissing',
  message: `The branch ${target.spec.branch} of ${fullName(target)} does not exist.`,
  remedy: 'Push it again.',
});

const needsSignature = (
  target: Environment,
  { contents, before }: ImageEdits,
  unsigned: Problem,
): Problem => ({
  reason: unsigned.reason,
  message: `${fullName(target)} takes commits of known signers only, and Pilotage is none for what it writes itself; nothing was changed.`,
  details: patchOf(before, contents),
  remedy: 'Apply this with git apply --unidiff-zero, sign the commit, and push.',
});

const readOnly = (target: Environment, { contents, before }: ImageEdits, error: unknown): Problem => ({
  reason: 'PushRefused',
  message: `${target.spec.branch} of ${target.spec.delivery} takes no push of Pilotage: ${error instanceof Error ? error.message : String(error)}`,
  details: patchOf(before, contents),
  remedy: `Apply this with git apply --unidiff-zero, and push; or give Pilotage a token that may write, or a forge for pull requests: pilotage connect ${target.spec.delivery} --forge KIND=URL --forge-token-file FILE.`,
});

/** A patch of files whose lines stay as many as they were. */
export function patchOf(
  before: ReadonlyMap<string, Buffer>,
  after: ReadonlyMap<string, Buffer>,
): readonly string[] {
  return [...after].flatMap(([file, content]) => {
    const [old, now] = [before.get(file) ?? Buffer.alloc(0), content].map((one) =>
      one.toString('utf8').split('\n'),
    );
    const hunks = (now ?? []).flatMap((line, i) =>
      line === old?.[i] ? [] : [`@@ -${i + 1} +${i + 1} @@`, `-${old?.[i] ?? ''}`, `+${line}`],
    );
    return [`--- a/${file}`, `+++ b/${file}`, ...hunks];
  });
}
