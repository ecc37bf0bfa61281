import { type MakeDialect, nothing } from './dialect.ts';
import type { Fields } from './fields.ts';
import type { CommitStatus, Deployment, PullRequest, StatusState } from './forge.ts';

/** Access level that may push to a branch which is not protected: https://docs.gitlab.com/api/access_requests/ */
const DEVELOPER = 30;

/** GitLab: REST API v4, https://docs.gitlab.com/api/rest/. A pull request is a merge request there. */
export const gitlab: MakeDialect = ({ origin, path }) => {
  const project = `/projects/${encodeURIComponent(path)}`;
  const merge = (number: number): string => `${project}/merge_requests/${number}`;
  return {
    kind: 'gitlab',
    name: 'GitLab',
    api: () => `${origin}/api/v4`,
    headers: (token) => ({ 'private-token': token, accept: 'application/json' }),
    commitPage: (revision) => `${origin}/${path}/-/commit/${revision}`,
    rights: { method: 'GET', path: project, read: (answer) => ({ push: mayPush(answer) }) },
    branch: (branch) => ({
      method: 'GET',
      path: `${project}/repository/branches/${encodeURIComponent(branch)}`,
      read: (answer) => ({ isProtected: answer.flag('can_push') === false }),
    }),
    open: {
      method: 'GET',
      path: `${project}/merge_requests?state=opened&order_by=created_at&sort=desc&per_page=100`,
      read: readMerge,
    },
    pullRequest: (number) => ({ method: 'GET', path: merge(number), read: readMerge }),
    between: (from, into) => ({
      method: 'GET',
      path: `${project}/merge_requests?state=all&source_branch=${encodeURIComponent(from)}&target_branch=${encodeURIComponent(into)}&order_by=created_at&sort=desc&per_page=100`,
      read: readMerge,
    }),
    create: ({ from, into, title, body }) => ({
      method: 'POST',
      path: `${project}/merge_requests`,
      body: { source_branch: from, target_branch: into, title, description: body },
      read: readMerge,
    }),
    update: (number, { title, body }) => ({
      method: 'PUT',
      path: merge(number),
      body: { title, description: body },
      read: readMerge,
    }),
    merge: (number, revision) => ({
      method: 'PUT',
      path: `${merge(number)}/merge`,
      body: { sha: revision },
      read: nothing,
    }),
    close: (number) => ({
      method: 'PUT',
      path: merge(number),
      body: { state_event: 'close' },
      read: nothing,
    }),
    comments: (number) => ({
      method: 'GET',
      path: `${merge(number)}/notes?order_by=created_at&sort=asc&per_page=100`,
      read: (note) => ({ id: note.number('id'), body: note.textIfAny('body') ?? '' }),
    }),
    addComment: (number, body) => ({
      method: 'POST',
      path: `${merge(number)}/notes`,
      body: { body },
      read: nothing,
    }),
    changeComment: (number, id, body) => ({
      method: 'PUT',
      path: `${merge(number)}/notes/${id}`,
      body: { body },
      read: nothing,
    }),
    setStatus: (revision, { name, state, description, url }) => ({
      method: 'POST',
      path: `${project}/statuses/${revision}`,
      body: { name, state: SENT_STATES[state], description, ...(url ? { target_url: url } : {}) },
      // It takes no pending one for a pending one, whatever else has changed in it.
      isSo: (status, said) => status === 400 && said.startsWith('Cannot transition status'),
      read: nothing,
    }),
    statuses: (revision) => [
      {
        method: 'GET',
        path: `${project}/repository/commits/${revision}/statuses?order_by=id&sort=desc&per_page=100`,
        read: readStatus,
      },
    ],
    deployments: {
      // There is no filter by commit: that of the last ones is looked at.
      list: ({ environment }) => ({
        method: 'GET',
        path: `${project}/deployments?environment=${encodeURIComponent(environment)}&order_by=id&sort=desc&per_page=20`,
        read: (deployment) => ({ id: deployment.number('id'), revision: deployment.text('sha') }),
      }),
      create: ({ revision, environment, state, branch }) => ({
        method: 'POST',
        path: `${project}/deployments`,
        body: { sha: revision, ref: branch, tag: false, environment, status: DEPLOYMENT_STATES[state] },
        read: (deployment) => ({ id: deployment.number('id'), revision: deployment.text('sha') }),
      }),
      change: (id, { state }) => ({
        method: 'PUT',
        path: `${project}/deployments/${id}`,
        body: { status: DEPLOYMENT_STATES[state] },
        read: nothing,
      }),
      createSaysState: true,
    },
  };
};

const DEPLOYMENT_STATES: Readonly<Record<Deployment['state'], string>> = {
  // `created` is one to filter by, not one to send.
  pending: 'running',
  running: 'running',
  success: 'success',
  failure: 'failed',
};

const SENT_STATES: Readonly<Record<StatusState, string>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failed',
  error: 'canceled',
};

function mayPush(project: Fields): boolean | 'unknown' {
  if (!project.has('permissions')) return 'unknown';
  const levels = ['project_access', 'group_access'].filter((access) => project.has('permissions', access));
  return levels.some((access) => project.number('permissions', access, 'access_level') >= DEVELOPER);
}

function readMerge(merge: Fields): PullRequest {
  const state = merge.text('state');
  const mergeCommit = merge.textIfAny('merge_commit_sha') ?? merge.textIfAny('squash_commit_sha');
  return {
    number: merge.number('iid'),
    title: merge.textIfAny('title') ?? '',
    // Locked: it is being merged.
    state: state === 'merged' ? 'merged' : state === 'closed' ? 'closed' : 'open',
    url: merge.textIfAny('web_url') ?? '',
    author: merge.textIfAny('author', 'username') ?? '',
    labels: merge.texts('labels'),
    head: {
      branch: merge.text('source_branch'),
      revision: merge.textIfAny('sha') ?? '',
      isFork:
        !merge.has('source_project_id') ||
        merge.number('source_project_id') !== merge.number('target_project_id'),
    },
    into: merge.text('target_branch'),
    mergeable: mergeable(state, merge.textIfAny('detailed_merge_status')),
    isDraft: merge.flag('draft') === true,
    ...(state === 'merged' && mergeCommit ? { mergeCommit } : {}),
  };
}

/** https://docs.gitlab.com/api/merge_requests/#merge-status */
function mergeable(state: string, status: string | undefined): PullRequest['mergeable'] {
  if (state !== 'opened') return 'no';
  if (status === 'mergeable') return 'yes';
  return status === undefined || ['unchecked', 'checking', 'preparing', 'approvals_syncing'].includes(status)
    ? 'unknown'
    : 'no';
}

const STATES: Readonly<Record<string, StatusState>> = {
  success: 'success',
  skipped: 'success',
  failed: 'failure',
  canceled: 'error',
  canceling: 'error',
};

const readStatus = (status: Fields): CommitStatus => {
  const url = status.textIfAny('target_url');
  const said = status.text('status');
  const state = STATES[said] ?? 'pending';
  // A job that may fail fails nothing, and one that a person may start is waited for by nobody.
  const isOptional = status.flag('allow_failure') === true && (state === 'failure' || said === 'manual');
  return {
    name: status.text('name'),
    state: isOptional ? 'success' : state,
    description: status.textIfAny('description') ?? '',
    ...(url ? { url } : {}),
  };
};
