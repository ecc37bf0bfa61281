import { type MakeDialect, nothing } from './dialect.ts';
import type { Fields } from './fields.ts';
import type { CommitStatus, Deployment, PullRequest, StatusState } from './forge.ts';
import { githubStyle, statusReader } from './githubstyle.ts';

/** GitHub and GitHub Enterprise Server: REST API of 2022-11-28, https://docs.github.com/en/rest. */
export const github: MakeDialect = ({ origin, path }) => {
  const repo = `/repos/${path.split('/').map(encodeURIComponent).join('/')}`;
  const [owner = ''] = path.split('/');
  const pull = (number: number): string => `${repo}/pulls/${number}`;
  return {
    ...githubStyle(repo, readPull),
    kind: 'github',
    name: 'GitHub',
    api: () => (origin === 'https://github.com' ? 'https://api.github.com' : `${origin}/api/v3`),
    headers: (token) => ({
      authorization: `Bearer ${token}`,
      accept: 'application/vnd.github+json',
      'x-github-api-version': '2022-11-28',
    }),
    commitPage: (revision) => `${origin}/${path}/commit/${revision}`,
    branch: (branch) => ({
      method: 'GET',
      path: `${repo}/branches/${encodeURIComponent(branch)}`,
      read: (answer) => ({ isProtected: answer.flag('protected') === true }),
    }),
    open: {
      method: 'GET',
      path: `${repo}/pulls?state=open&sort=created&direction=desc&per_page=100`,
      read: readPull,
    },
    between: (from, into) => ({
      method: 'GET',
      path: `${repo}/pulls?state=all&head=${encodeURIComponent(`${owner}:${from}`)}&base=${encodeURIComponent(into)}&sort=created&direction=desc&per_page=100`,
      read: readPull,
    }),
    merge: (number, revision) => ({
      method: 'PUT',
      path: `${pull(number)}/merge`,
      body: { sha: revision, merge_method: 'merge' },
      // Of a push to the branch that it leads to, which is not taken into account yet.
      passes: (status, said) => status === 405 && /^base branch was modified/i.test(said),
      read: nothing,
    }),
    comments: (number) => ({
      method: 'GET',
      path: `${repo}/issues/${number}/comments?per_page=100`,
      read: (comment) => ({ id: comment.number('id'), body: comment.textIfAny('body') ?? '' }),
    }),
    statuses: (revision) => [
      {
        method: 'GET',
        path: `${repo}/commits/${revision}/check-runs?filter=latest&per_page=100`,
        within: 'check_runs',
        read: readCheckRun,
      },
      {
        method: 'GET',
        path: `${repo}/commits/${revision}/status?per_page=100`,
        within: 'statuses',
        read: statusReader('state'),
      },
    ],
    deployments: {
      list: ({ revision, environment }) => ({
        method: 'GET',
        path: `${repo}/deployments?sha=${revision}&environment=${encodeURIComponent(environment)}&per_page=1`,
        read: (deployment) => ({ id: deployment.number('id'), revision: deployment.text('sha') }),
      }),
      create: ({ revision, environment, description }) => ({
        method: 'POST',
        path: `${repo}/deployments`,
        // What it waits for has been decided here: GitHub must neither merge anything nor ask for checks of its own.
        body: { ref: revision, environment, description, auto_merge: false, required_contexts: [] },
        read: (deployment) => ({ id: deployment.number('id'), revision: deployment.text('sha') }),
      }),
      change: (id, { state, description, url }) => ({
        method: 'POST',
        path: `${repo}/deployments/${id}/statuses`,
        body: {
          state: DEPLOYMENT_STATES[state],
          description,
          ...(url ? { log_url: url } : {}),
        },
        read: nothing,
      }),
      createSaysState: false,
    },
  };
};

const DEPLOYMENT_STATES: Readonly<Record<Deployment['state'], string>> = {
  pending: 'pending',
  running: 'in_progress',
  success: 'success',
  failure: 'failure',
};

function readPull(pull: Fields): PullRequest {
  // Lists have no `merged`, and both have the time.
  const merged = pull.has('merged_at');
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
      revision: pull.text('head', 'sha'),
      // The repository of a fork that was deleted is null: never the own one.
      isFork:
        !pull.has('head', 'repo') || pull.number('head', 'repo', 'id') !== pull.number('base', 'repo', 'id'),
    },
    into: pull.text('base', 'ref'),
    mergeable: open ? mergeable(pull.flag('mergeable'), pull.textIfAny('mergeable_state')) : 'no',
    isDraft: pull.flag('draft') === true,
    ...(mergeCommit ? { mergeCommit } : {}),
  };
}

/** `mergeable` speaks of conflicts alone, and is null while GitHub works it out; what is required of a branch is in the other. */
function mergeable(without: boolean | undefined, state: string | undefined): PullRequest['mergeable'] {
  if (without === false) return 'no';
  if (without === undefined || state === undefined || state === 'unknown') return 'unknown';
  return ['clean', 'unstable', 'has_hooks'].includes(state) ? 'yes' : 'no';
}

/** GitHub lets a change pass whose check is neutral or skipped, and none of the others. */
const CONCLUSIONS: Readonly<Record<string, StatusState>> = {
  success: 'success',
  neutral: 'success',
  skipped: 'success',
  failure: 'failure',
  cancelled: 'error',
  timed_out: 'error',
  startup_failure: 'error',
  action_required: 'pending',
  stale: 'error',
};

const readCheckRun = (run: Fields): CommitStatus => {
  const url = run.textIfAny('html_url');
  const conclusion = run.textIfAny('conclusion');
  const isOver = run.text('status') === 'completed';
  return {
    name: run.text('name'),
    state: isOver ? (CONCLUSIONS[conclusion ?? ''] ?? 'error') : 'pending',
    description: run.textIfAny('output', 'title') ?? conclusion ?? run.text('status'),
    ...(url ? { url } : {}),
  };
};
