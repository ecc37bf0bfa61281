import { type MakeDialect, nothing } from './dialect.ts';
import type { Fields } from './fields.ts';
import type { PullRequest } from './forge.ts';
import { githubStyle, statusReader } from './githubstyle.ts';

const PAGE = 50;

/** Gitea and Forgejo: API v1, as /swagger.v1.json of each server describes it. */
export const gitea: MakeDialect = ({ origin, path }) => {
  const repo = `/repos/${path.split('/').map(encodeURIComponent).join('/')}`;
  const pull = (number: number): string => `${repo}/pulls/${number}`;
  return {
    ...githubStyle(repo, readPull),
    kind: 'gitea',
    name: 'Gitea',
    api: () => `${origin}/api/v1`,
    headers: (token) => ({ authorization: `token ${token}`, accept: 'application/json' }),
    commitPage: (revision) => `${origin}/${path}/commit/${revision}`,
    branch: (branch) => ({
      method: 'GET',
      path: `${repo}/branches/${encodeURIComponent(branch)}`,
      read: (answer) => ({ isProtected: answer.flag('user_can_push') === false }),
    }),
    open: { method: 'GET', path: `${repo}/pulls?state=open&sort=newest&limit=${PAGE}`, read: readPull },
    // There is no filter by the branch that one comes from.
    between: (_from, into) => ({
      method: 'GET',
      path: `${repo}/pulls?state=all&sort=recentupdate&base_branch=${encodeURIComponent(into)}&limit=${PAGE}`,
      read: readPull,
    }),
    merge: (number, revision) => ({
      method: 'POST',
      path: `${pull(number)}/merge`,
      body: { Do: 'merge', head_commit_id: revision },
      // Conflicts are looked for in the background after each push to either branch. It says the same of conflicts that it has found.
      passes: (status, said) => status === 405 && /^please try again later/i.test(said),
      read: nothing,
    }),
    comments: (number) => ({
      method: 'GET',
      path: `${repo}/issues/${number}/comments?limit=${PAGE}`,
      read: (comment) => ({ id: comment.number('id'), body: comment.textIfAny('body') ?? '' }),
    }),
    statuses: (revision) => [
      {
        method: 'GET',
        path: `${repo}/commits/${revision}/status?limit=${PAGE}`,
        within: 'statuses',
        read: statusReader('status'),
      },
    ],
  };
};

function readPull(pull: Fields): PullRequest {
  const merged = pull.flag('merged') === true;
  const mergeCommit = merged ? pull.textIfAny('merge_commit_sha') : undefined;
  const open = pull.text('state') === 'open';
  return {
    number: pull.number('number'),
    title: pull.textIfAny('title') ?? '',
    state: merged ? 'merged' : open ? 'open' : 'closed',
    url: pull.textIfAny('html_url') ?? '',
    author: pull.textIfAny('user', 'login') ?? '',
    labels: pull.list('labels').flatMap((label) => label.textIfAny('name') ?? []),
    head: {
      branch: pull.text('head', 'ref'),
      revision: pull.textIfAny('head', 'sha') ?? '',
      // The repository of a branch that was deleted with its fork is 0 or gone: never the own one.
      isFork:
        !pull.has('head', 'repo_id') || pull.number('head', 'repo_id') !== pull.number('base', 'repo_id'),
    },
    into: pull.text('base', 'ref'),
    mergeable: !open ? 'no' : pull.flag('mergeable') === true ? 'yes' : 'no',
    isDraft: pull.flag('draft') === true,
    ...(mergeCommit ? { mergeCommit } : {}),
  };
}
