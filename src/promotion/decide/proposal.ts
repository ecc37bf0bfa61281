import { createHash } from 'node:crypto';
import type { PullRequest } from '../../forge/forge.ts';
import { canonicalJson } from '../../kube/values/equal.ts';
import type { GateState } from '../../model/types.ts';

/** What a pull request says of the promotion that it brings. */
export interface ProposalFacts {
  /** `shop/dev` and `shop/prod`, and the branch of the latter. */
  readonly source: string;
  readonly target: string;
  readonly branch: string;
  readonly revision: string;
  /** Newest first: `1a2b3c4 subject`. */
  readonly commits: readonly string[];
  readonly gates: readonly GateState[];
  /** What is wrong, where a person has to do something first. */
  readonly problems: readonly string[];
  /** What deploying it would do. */
  readonly outline: readonly string[];
  /** Merged by Pilotage as soon as gates and forge allow it. */
  readonly auto: boolean;
  /** Set where the token may not push a branch of its own: the branch that the pull request comes from instead. */
  readonly insteadFrom?: string;
}

export interface Proposal {
  readonly title: string;
  readonly body: string;
  /** Of what matters in it: reasons that count seconds do not. */
  readonly says: string;
}

/** Lines of each list. */
const MOST = 30;

/** Title and text of a pull request. What committers wrote stands in code, where nobody is called by it and nothing is linked. */
export function proposalText(facts: ProposalFacts): Proposal {
  const { source, target, revision, commits, gates, problems, outline, auto, insteadFrom } = facts;
  const short = revision.slice(0, 7);
  const to = target.split('/').at(-1);
  const title = `Promote ${source} to ${to}: ${short}`;
  const body = [
    `Brings what runs in **${source}** (\`${short}\`) to **${target}**, as it was tested there: the result has the same tree.`,
    ...section('Commits', commits.map(code)),
    ...section(
      'Gates',
      gates.map(({ gate, state, reason }) => `${MARKS[state]} **${gate}**: ${code(reason)}`),
    ),
    ...section('In the way', problems.map(code)),
    ...section('What is deployed', outline.map(code)),
    '',
    auto
      ? 'Pilotage merges it when every gate has passed and the branch lets it.'
      : `Merge it to deploy; what is merged before its gates have passed waits for them on \`${facts.branch}\`.`,
    'Closing it rejects this revision, until somebody says otherwise: ' +
      code(`pilotage reject ${target} --off`),
    ...(insteadFrom === undefined ? [] : ['', ...byHand(facts, insteadFrom)]),
  ].join('\n');
  const essence = {
    title,
    gates: gates.map(({ gate, state }) => [gate, state]),
    ...{ commits, problems, outline, auto, insteadFrom: insteadFrom ?? null },
  };
  const says = createHash('sha256').update(canonicalJson(essence)).digest('hex').slice(0, 16);
  return { title, body, says };
}

const MARKS = { Passed: '✅', Waiting: '⏳', Blocked: '⛔' } as const;

const section = (title: string, lines: readonly string[]): readonly string[] => {
  if (lines.length === 0) return [];
  const more = lines.length > MOST ? [`- and ${lines.length - MOST} more`] : [];
  return ['', `### ${title}`, ...lines.slice(0, MOST).map((line) => `- ${line}`), ...more];
};

/** As a code span on one line. */
const code = (text: string): string =>
  `\`${text
    .replace(/[\p{C}\s`]+/gu, ' ')
    .trim()
    .slice(0, 300)}\``;

const byHand = ({ revision, branch, target }: ProposalFacts, from: string): readonly string[] => [
  `The token of Pilotage may not push branches, so this comes from \`${from}\` itself, and whatever is pushed there until the merge comes with it. To merge exactly what was tested:`,
  '```sh',
  `git fetch origin ${revision} ${branch}`,
  `git checkout -B ${proposalBranch(target.split('/').at(-1) ?? '')} origin/${branch}`,
  `git merge --no-commit -s ours ${revision}; git read-tree -u --reset ${revision}; git commit -m "Promote ${revision.slice(0, 7)}"`,
  `git push origin HEAD`,
  '```',
];

/** Where a promotion waits to be merged: one branch for each target. */
export const proposalBranch = (environment: string): string => `pilotage/promote-${environment}`;

/** What is to be done about the pull request of a promotion. */
export type Step =
  | { readonly type: 'open' }
  | { readonly type: 'update'; readonly number: number }
  | { readonly type: 'merge'; readonly number: number }
  /** A person closed it. */
  | { readonly type: 'reject'; readonly number: number }
  /** It is merged; the branch has not been observed yet. */
  | { readonly type: 'arriving'; readonly number: number }
  | { readonly type: 'leave'; readonly number: number };

export function nextStep(asked: {
  readonly found: PullRequest | undefined;
  /** What the record says of the one that was opened or updated for this revision. */
  readonly recorded: { readonly number: number; readonly head: string; readonly says: string } | undefined;
  /** The commit that it has to bring, and what it has to say. */
  readonly head: string;
  readonly says: string;
  readonly mayMerge: boolean;
}): Step {
  const { found, recorded, head, says, mayMerge } = asked;
  if (!found) return { type: 'open' };
  const { number } = found;
  if (found.state !== 'open') {
    // One that ended before this revision was proposed says nothing of it.
    if (recorded?.number !== number) return { type: 'open' };
    return { type: found.state === 'merged' ? 'arriving' : 'reject', number };
  }
  if (recorded?.number !== number || recorded.head !== head || recorded.says !== says)
    return { type: 'update', number };
  const isReady = mayMerge && found.mergeable === 'yes' && !found.isDraft && found.head.revision === head;
  return { type: isReady ? 'merge' : 'leave', number };
}
