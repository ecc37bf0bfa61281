import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OpenRepository, openRepository } from '../../../src/git/repository.ts';
import { drop, hermetic } from '../../git/support/git.ts';
import { seeded } from '../../git/support/history.ts';
import { type Advance, liveThrough, type Question, type Told, wordsIn } from './generate.ts';

export interface Verdict {
  readonly counts: ReadonlyMap<string, number>;
  /** Each a sentence with the operations that led there. */
  readonly broken: readonly string[];
}

/** Thousands of objects, each synced as git's are: in memory, where there is such a folder, that costs nothing. */
const MEMORY = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Histories of one seed, lived through here, and then judged by git: one process for all of them. */
export async function checkHistories(seed: number, histories: number): Promise<Verdict> {
  const dir = mkdtempSync(join(MEMORY, 'pilotage-histories-'));
  const repo = await openRepository(`${dir}/histories.git`, { create: true });
  const told: Told = { questions: [], advances: [], counts: new Map(), broken: [] };
  try {
    const random = seeded(seed);
    for (let n = 0; n < histories; n++) await liveThrough(repo, random, `${seed}.${n}`, told);
    const count = (what: string) => told.counts.set(what, (told.counts.get(what) ?? 0) + 1);
    const answers = askGit(repo, told.questions, dir);
    for (const [at, question] of told.questions.entries()) {
      const found = compare(question, answers[at]);
      count(`${question.what} ${found.agreement}`);
      if (found.broken) told.broken.push(`${question.story}: ${found.broken}`);
    }
    for (const advance of told.advances) told.broken.push(...(await lossesOf(repo, advance)));
    return told;
  } finally {
    repo.close();
    drop(dir);
  }
}

interface Merged {
  readonly isClean: boolean;
  readonly tree: string;
}

/**
 * `git merge-tree --stdin`: for each pair its status, its tree and the paths in conflict, ended by an empty one. Directories are not guessed to
 * have moved: that would put files where neither side has them.
 */
function askGit({ dir }: OpenRepository, questions: readonly Question[], home: string): readonly Merged[] {
  const args = ['merge-tree', '--write-tree', '--stdin', '--no-messages', '--name-only'];
  const output = execFileSync('git', ['-c', 'merge.directoryRenames=false', '-C', dir, ...args], {
    input: questions.map(({ ours, theirs }) => `${ours} ${theirs}\n`).join(''),
    env: hermetic(home),
    maxBuffer: 2 ** 28,
  }).toString();
  const parts = output.split('\0');
  const answers: Merged[] = [];
  for (let at = 0; at + 1 < parts.length; ) {
    const [status, tree = ''] = [parts[at], parts[at + 1]];
    answers.push({ isClean: status === '1', tree });
    at += 2;
    while (at < parts.length && parts[at] !== '') at++;
    at++;
  }
  return answers;
}

function compare(
  { what, tree, isPlain }: Question,
  answer: Merged | undefined,
): { readonly agreement: string; readonly broken?: string } {
  if (answer === undefined) return { agreement: 'unanswered', broken: 'git gave no answer' };
  if (tree === undefined) return { agreement: answer.isClean ? 'refused, clean for git' : 'refused as git' };
  if (!answer.isClean) return { agreement: 'clean, conflict for git' };
  if (answer.tree === tree) return { agreement: 'as git' };
  // A replay is git's own; a promotion takes the tree that was tested, which differs where work was taken back on either side.
  if (what === 'replay' || isPlain)
    return { agreement: 'other than git', broken: `${what} made ${tree}, git ${answer.tree}` };
  return { agreement: 'the tested tree, git another' };
}

/** Work that the target had and lost, although no state of the source ever had it. */
async function lossesOf(
  repo: OpenRepository,
  { story, before, after, source }: Advance,
): Promise<readonly string[]> {
  const [had, has] = [await wordsIn(repo, before), await wordsIn(repo, after)];
  const missing = [...had].filter((word) => !has.has(word));
  if (missing.length === 0) return [];
  const known = new Set<string>();
  for (const { oid } of await repo.log(source, { allParents: true }))
    for (const word of await wordsIn(repo, oid)) known.add(word);
  return missing.filter((word) => !known.has(word)).map((word) => `${story}: ${word} was lost in silence`);
}
