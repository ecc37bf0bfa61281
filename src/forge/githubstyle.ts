import { type Dialect, nothing } from './dialect.ts';
import type { Fields } from './fields.ts';
import type { CommitStatus, PullRequest, StatusState } from './forge.ts';

/**
 * What Gitea's API has taken over of GitHub's, by the path of a repository: rights, what a pull request says, its comments, and
 * statuses of commits. How lists are asked for and what a merge is called, each has of its own.
 */
export const githubStyle = (repo: string, readPull: (pull: Fields) => PullRequest) =>
  ({
    rights: {
      method: 'GET',
      path: repo,
      read: (answer) => ({ push: answer.flag('permissions', 'push') ?? 'unknown' }),
    },
    pullRequest: (number) => ({ method: 'GET', path: `${repo}/pulls/${number}`, read: readPull }),
    create: ({ from, into, title, body }) => ({
      method: 'POST',
      path: `${repo}/pulls`,
      body: { head: from, base: into, title, body },
      read: readPull,
    }),
    update: (number, { title, body }) => ({
      method: 'PATCH',
      path: `${repo}/pulls/${number}`,
      body: { title, body },
      read: readPull,
    }),
    close: (number) => ({
      method: 'PATCH',
      path: `${repo}/pulls/${number}`,
      body: { state: 'closed' },
      read: nothing,
    }),
    addComment: (number, body) => ({
      method: 'POST',
      path: `${repo}/issues/${number}/comments`,
      body: { body },
      read: nothing,
    }),
    changeComment: (_number, id, body) => ({
      method: 'PATCH',
      path: `${repo}/issues/comments/${id}`,
      body: { body },
      read: nothing,
    }),
    setStatus: (revision, { name, state, description, url }) => ({
      method: 'POST',
      path: `${repo}/statuses/${revision}`,
      body: { context: name, state, description, ...(url ? { target_url: url } : {}) },
      read: nothing,
    }),
  }) satisfies Partial<Dialect>;

const STATES: Readonly<Record<string, StatusState>> = {
  pending: 'pending',
  success: 'success',
  failure: 'failure',
  error: 'error',
  // Of Gitea alone: passed with something to read, by its order of states.
  warning: 'success',
  skipped: 'success',
};

/** A status of a commit, whose state stands in `field`. What neither of them says today opens nothing. */
export const statusReader =
  (field: 'state' | 'status') =>
  (status: Fields): CommitStatus => {
    const url = status.textIfAny('target_url');
    return {
      name: status.text('context'),
      state: STATES[status.text(field)] ?? 'pending',
      description: status.textIfAny('description') ?? '',
      ...(url ? { url } : {}),
    };
  };
