import { expiryOf } from '../../model/previews.ts';
import type { Delivery, Environment, PreviewRecord } from '../../model/types.ts';
import type { Comment, PullRequest } from '../forge.ts';

export interface OwedComment extends Comment {
  readonly number: number;
}

const ENDS: Readonly<Record<string, string>> = {
  Expired: 'Its time is over; the next push makes another.',
  Deleted: 'It was deleted; the next push makes another.',
};

/**
 * What stands in the one comment of each open pull request whose branch has a preview, waits for one, or had one. It follows from records alone,
 * so that a restart owes the same. A branch of a fork has the name of anybody's choice: nothing is said there. Pure.
 */
export function previewComments(
  delivery: Delivery,
  environments: readonly Environment[],
  pulls: readonly PullRequest[],
): readonly OwedComment[] {
  const { name = '' } = delivery.metadata;
  // What a comment of HTML may not hold.
  const marker = `preview:${name.replace(/-(?=-)/g, '-.')}`;
  return pulls
    .filter(({ state, head }) => state === 'open' && !head.isFork)
    .flatMap(({ number, head: { branch } }) => {
      const preview = environments.find((one) => one.spec.branch === branch && one.spec.preview);
      const body = preview ? bodyOf(preview) : absentBody(delivery.status?.previews, branch);
      return body === undefined ? [] : [{ number, marker, body }];
    });
}

function bodyOf({ metadata, spec, status }: Environment): string | undefined {
  const { preview } = spec;
  if (preview === undefined) return undefined;
  const name = `\`${spec.delivery}/${spec.environment}\``;
  if (metadata.deletionTimestamp) return `**Preview** ${name} is being removed.`;
  const revision = status?.wantedRevision?.slice(0, 12) ?? '';
  const isThere = status?.deployedRevision !== undefined && status.deployedRevision === status.wantedRevision;
  const state = stateOf(status, isThere, preview.asleep !== undefined);
  const urls = status?.urls ?? [];
  const where = urls.length > 0 ? urls.map((url) => `- ${url}`).join('\n') : undefined;
  const until = new Date(expiryOf(preview)).toISOString().slice(0, 16).replace('T', ' ');
  return [
    `**Preview** ${name} of \`${revision}\`: ${state}`,
    ...(where ? [where] : []),
    `It ends with the pull request or the branch, ${until} UTC at the latest unless there is another push.`,
  ].join('\n\n');
}

function stateOf(status: Environment['status'], isThere: boolean, sleeps: boolean): string {
  if (sleeps) return 'asleep.';
  // What went wrong may quote logs: it is for those who may see the environment.
  if (status?.phase === 'Failed') return 'failed; `pilotage why` says what is wrong.';
  return isThere && status?.health === 'Healthy' ? 'healthy.' : 'on its way.';
}

function absentBody(record: PreviewRecord | undefined, branch: string): string | undefined {
  const at = record?.queue.findIndex((one) => one.branch === branch) ?? -1;
  if (record && at >= 0)
    return `**Preview**: waits for a place, position ${at + 1} of ${record.queue.length}; there may be ${record.max ?? 0}.`;
  const ended = record?.ended.find((one) => one.branch === branch);
  return ended && `**Preview** has ended. ${ENDS[ended.reason] ?? ''}`.trim();
}
