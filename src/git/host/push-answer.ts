import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { formatProblem, type Problem, problemOf } from '../../base/errors.ts';
import type { Logger } from '../../base/log.ts';
import { branchOf } from '../objects/refname.ts';
import type { Principal, PushedRef } from '../types.ts';
import { FLUSH, packet, sideBand } from '../wire/pkt-line.ts';
import { write } from './host-http.ts';
import type { PushOutcome, PushRequest } from './receive-pack.ts';

/** A push whose refs are durable. */
export interface Push<P extends Principal = Principal> {
  readonly repository: string;
  readonly refs: readonly PushedRef[];
  /** What `authorize` resolved with: the same object that the policy was asked about. */
  readonly principal: P;
}

export type OnPush<P extends Principal = Principal> = (
  push: Push<P>,
  report: (line: string) => void,
  signal: AbortSignal,
) => Promise<void>;

/** Proxies close idle connections; git ignores an empty packet. */
const KEEPALIVE_MS = 5_000;

/**
 * Reports the outcome of each ref to the client, then the progress of the delivery. The report comes first, as in git's
 * receive-pack: a client that disconnects afterwards knows the outcome of the push.
 */
export async function answerPush<P extends Principal>(
  res: ServerResponse,
  push: {
    readonly repository: string;
    readonly principal: P;
    readonly request: PushRequest;
    readonly outcome: PushOutcome;
  },
  context: { readonly clock: Clock; readonly logger: Logger; readonly onPush: OnPush<P> },
): Promise<void> {
  const { repository, principal, request, outcome } = push;
  const banded = request.capabilities.has('side-band-64k');
  const say = (line: string) => {
    if (banded && !res.destroyed) res.write(sideBand(2, `${line}\n`));
  };
  for (const result of outcome.refs) if (result.kind === 'refused') explain(result.problem, say);
  const report = request.capabilities.has('report-status') ? reportStatus(outcome) : Buffer.alloc(0);
  if (report.length > 0) await write(res, banded ? sideBand(1, report) : report);

  const refs = pushedBranches(outcome);
  if (refs.length > 0) {
    const deliver = (signal: AbortSignal) => context.onPush({ repository, refs, principal }, say, signal);
    const failed = (error: unknown) => {
      context.logger.error({ repository, problem: problemOf(error) }, 'delivery after a push failed');
      explain(problemOf(error), say);
    };
    const watching = watched(res, context.clock, banded, deliver).catch(failed);
    // Without a side band nothing can be shown: the pusher need not wait.
    if (banded) await watching;
  }
  if (!res.destroyed) res.end(banded ? FLUSH : undefined);
}

/** Runs `deliver` with a signal that aborts when the client goes away, and keeps the line warm meanwhile. */
async function watched(
  res: ServerResponse,
  clock: Clock,
  banded: boolean,
  deliver: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const watching = new AbortController();
  const onClose = () => watching.abort();
  res.on('close', onClose);
  if (res.destroyed) watching.abort();
  let cancel = () => {};
  const keepWarm = () => {
    cancel = clock.after(KEEPALIVE_MS, () => {
      if (!res.destroyed) res.write(sideBand(2, ''));
      keepWarm();
    });
  };
  if (banded) keepWarm();
  try {
    await deliver(watching.signal);
  } finally {
    cancel();
    res.off('close', onClose);
  }
}

function explain(problem: Problem, say: (line: string) => void): void {
  for (const line of formatProblem(problem).split('\n')) say(line);
}

/** gitprotocol-pack, "Report Status". A reason stands on one line. */
function reportStatus(outcome: PushOutcome): Buffer {
  const oneLine = (text: string) => text.replaceAll(/\s*\n\s*/g, ' ');
  const lines = outcome.refs.map((result) =>
    result.kind === 'moved'
      ? `ok ${result.command.ref}`
      : `ng ${result.command.ref} ${oneLine(result.problem.message)}`,
  );
  const unpack = outcome.unpack ? oneLine(outcome.unpack.message) : 'ok';
  return Buffer.concat([...[`unpack ${unpack}`, ...lines].map((line) => packet(`${line}\n`)), FLUSH]);
}

function pushedBranches(outcome: PushOutcome): readonly PushedRef[] {
  return outcome.refs.flatMap(({ kind, command }) => {
    const branch = branchOf(command.ref);
    return kind === 'moved' && branch !== undefined ? [{ branch, from: command.from, to: command.to }] : [];
  });
}
