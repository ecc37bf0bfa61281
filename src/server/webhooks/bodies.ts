import type { Hint, Hook } from './webhook.ts';

/** The members of a JSON body, each of which may be anything. */
export type Members = Readonly<Record<string, unknown>>;

const MOST_BRANCHES = 20;
const LONGEST = 250;

export const membersOf = (value: unknown): Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : {};

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** JSON, or the form field `payload` that GitHub and Gitea send where they are set so. */
export function bodyOf({ headers, body }: Hook): Members {
  const text = body.toString('utf8');
  // curl calls everything a form.
  const isForm =
    headers['content-type']?.startsWith('application/x-www-form-urlencoded') && text.startsWith('payload=');
  return membersOf(JSON.parse((isForm ? new URLSearchParams(text).get('payload') : text) || '{}'));
}

/** Of full names of refs: the branches among them. Only to be shown, so that what is long or odd is left out. */
export const pushOf = (refs: readonly unknown[]): Hint => ({
  kind: 'push',
  branches: [
    ...new Set(
      refs.flatMap((ref) => {
        const branch = typeof ref === 'string' ? /^refs\/heads\/([!-~]+)$/.exec(ref)?.[1] : undefined;
        return branch !== undefined && branch.length <= LONGEST ? [branch] : [];
      }),
    ),
  ].slice(0, MOST_BRANCHES),
});

export const other = (event: unknown): Hint => ({
  kind: 'other',
  event: typeof event === 'string' ? event.replace(/[^ -~]/g, '').slice(0, 60) : 'of no name',
});
