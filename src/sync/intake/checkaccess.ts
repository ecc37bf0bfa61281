import { formatProblem, type Problem, problemOf } from '../../base/errors.ts';
import type { Remote } from '../../git/transport/transport.ts';

/** What these credentials can do at a repository, found by asking, without changing anything there. */
export interface AccessReport {
  readonly read: { readonly ok: true; readonly branches: number; readonly head?: string } | Denied;
  /** `untried` where nothing could be read. */
  readonly push: { readonly ok: true } | Denied | 'untried';
}

interface Denied {
  readonly ok: false;
  readonly problem: Problem;
}

/** Nobody waits at a terminal for longer. */
const DEADLINE_MS = 30_000;

export async function checkAccess(open: () => Promise<Remote>): Promise<AccessReport> {
  const attempt = async <T>(work: () => Promise<T>): Promise<T | Denied> =>
    work().catch((error: unknown) => ({ ok: false, problem: problemOf(error) }));
  const signal = AbortSignal.timeout(DEADLINE_MS);
  const read = await attempt(async () => {
    const { head, branches } = await (await open()).listBranches(signal);
    return {
      ok: true as const,
      branches: Object.keys(branches).length,
      ...(head === undefined ? {} : { head }),
    };
  });
  if (!read.ok) return { read, push: 'untried' };
  const push = await attempt(async () => {
    await (await open()).mayWrite(signal);
    return { ok: true as const };
  });
  return { read, push };
}

/** Lines for a person, `name` is the delivery. */
export function describeAccess(name: string, { read, push }: AccessReport): readonly string[] {
  if (!read.ok)
    return [
      `  read: no. ${formatProblem(read.problem)}`,
      '  push: not tried',
      `  next: pilotage connect ${name} --check`,
    ];
  const found = `${read.branches} ${read.branches === 1 ? 'branch' : 'branches'}`;
  const readLine = `  read: yes, ${read.branches === 0 ? 'and it is empty' : `${found}, HEAD is ${read.head ?? 'none of them'}`}`;
  if (push === 'untried') return [readLine, '  push: not tried'];
  if (push.ok)
    return [
      readLine,
      '  push: yes, the server lets these credentials begin one; branch protection and',
      '        hooks are asked only by a push itself',
    ];
  return [
    readLine,
    `  push: no. ${formatProblem(push.problem)}`,
    '        Promotions need it, or a token of the forge (--forge-token-file) that opens',
    '        pull requests; without either, people merge by hand.',
  ];
}
