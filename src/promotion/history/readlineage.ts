import { promotedFrom } from '../../git/objects/trailers.ts';
import type { Commit, Repository } from '../../git/types.ts';
import { backportedIn } from './backported.ts';
import { HISTORY_LIMIT } from './commits.ts';
import { type Lineage, type LineageInput, lineageOf } from './lineage.ts';

/** How a target relates to its source: `target` along first parents, `source` with all its ancestry, newest first each. */
export async function readLineage(
  repository: Repository,
  target: readonly Commit[],
  source: readonly [Commit, ...Commit[]],
): Promise<Lineage> {
  const lineage = await withContent(repository, { target, source, promotedBy: promotedRevision });
  return withAncestry(repository, source[0].oid, lineage);
}

const promotedRevision = ({ message }: Commit): string | undefined => promotedFrom(message)?.revision;

/** Direct commits are compared by their content only where trees do not decide. */
async function withContent(repository: Repository, input: LineageInput): Promise<Lineage> {
  const lineage = lineageOf(input);
  if (lineage.type !== 'diverged' || !lineage.landed) return lineage;
  const { landed, foreign } = lineage;
  const [{ oid }] = input.source;
  const known = input.source.find(({ tree }) => tree === landed.tree)?.oid ?? input.promotedBy(landed);
  const exclude = known !== undefined && (await repository.resolve(known)) !== undefined ? [known] : [];
  const source = await repository.log(oid, { limit: HISTORY_LIMIT, exclude });
  return lineageOf({ ...input, backported: await backportedIn(repository, { foreign, landed, source }) });
}

/** A source that went back (a rollback, a pin) no longer has what it left: promoting it would take the target back too. */
async function withAncestry(repository: Repository, source: string, lineage: Lineage): Promise<Lineage> {
  if (lineage.type !== 'behind' || lineage.promoted === undefined) return lineage;
  const { promoted } = lineage;
  const known = (await repository.resolve(promoted)) !== undefined;
  if (!known) return lineage;
  // Where an environment was left out, the two are commits of different branches: what each of them promoted tells which is later.
  const [from, to] = await Promise.all([source, promoted].map((oid) => originOf(repository, oid)));
  const isBehind =
    (await repository.isAncestor(source, promoted)) ||
    (await repository.isAncestor(from ?? source, to ?? promoted));
  return isBehind ? { type: 'ahead', promoted } : lineage;
}

/** Longer than any chain of environments. */
const MOST_STEPS = 20;

/** The commit that a promotion of a promotion of … began with: all of them have its tree. */
async function originOf(repository: Repository, oid: string): Promise<string> {
  let origin = oid;
  for (let step = 0; step < MOST_STEPS; step++) {
    const from = promotedRevision(await repository.commit(origin));
    if (from === undefined || (await repository.resolve(from)) === undefined) return origin;
    origin = from;
  }
  return origin;
}
