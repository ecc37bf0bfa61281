import { open } from 'node:fs/promises';
import { type Clock, sleep } from '../../../../base/clock.ts';
import { problemOf } from '../../../../base/errors.ts';
import type { Logger } from '../../../../base/log.ts';
import { limited } from '../limited.ts';
import type { LogOptions } from '../runtime.ts';
import type { ContainerRef } from '../spec.ts';
import type { Attempts } from './attempts.ts';
import { type LogIndex, openLogIndex } from './logindex.ts';
import { beginOf, limitsFor, rotate } from './logrotation.ts';
import { offsetOfTail } from './logtail.ts';

export interface Logs {
  /** The log of one attempt in pieces; with `follow`, until it ends. */
  read(ref: ContainerRef, request: LogOptions, signal: AbortSignal): AsyncGenerator<Buffer>;
  /** The logs of a pod are about to be removed. */
  forgetPod(pod: string): void;
  stop(): void;
}

export interface PodLogs {
  readonly uid: string;
  readonly containers: number;
  /** The attempts whose logs grow. */
  readonly running: readonly ContainerRef[];
}

export interface LogsOptions {
  readonly attempts: Pick<Attempts, 'list' | 'isRunning' | 'logFile'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The pods of this node, with the number of their containers. */
  readonly pods: () => readonly PodLogs[];
}

/** How fine the times of log lines are, and how late a follower is. */
const LOOK_MS = 250;
const FOLLOW_MS = 100;
const CHUNK = 64 * 1024;

export function createLogs({ attempts, clock, logger, pods }: LogsOptions): Logs {
  const indexes = new Map<string, LogIndex>();
  /** Pods that are being removed: their files may go at any moment. */
  const leaving = new Set<string>();
  const cutting = new Set<string>();
  /** Pods of the last look. Of a new one, what ended while no agent looked is cut back too. */
  let known: ReadonlySet<string> = new Set();
  let cancel = clock.after(LOOK_MS, look);

  function look(): void {
    const wanted = new Map<string, number>();
    const all = pods();
    for (const uid of leaving) if (!all.some((pod) => pod.uid === uid)) leaving.delete(uid);
    const now = all.filter(({ uid }) => !leaving.has(uid));
    for (const { uid, containers, running } of now) {
      for (const ref of running) wanted.set(attempts.logFile(ref), containers);
      if (!known.has(uid))
        for (const { ref } of attempts.list(uid)) wanted.set(attempts.logFile(ref), containers);
    }
    known = new Set(now.map(({ uid }) => uid));
    for (const log of wanted.keys()) if (!indexes.has(log)) indexes.set(log, openLogIndex(log));
    for (const [log, index] of indexes) {
      index.look(clock.now());
      const containers = wanted.get(log);
      if (containers === undefined) indexes.delete(log);
      else cutBack(log, index, containers);
    }
    cancel = clock.after(LOOK_MS, look);
  }

  function cutBack(log: string, index: LogIndex, containers: number): void {
    if (cutting.has(log)) return;
    cutting.add(log);
    rotate(log, logger, limitsFor(containers))
      .then((isCut) => isCut && index.forget(beginOf(log)))
      .catch((error: unknown) =>
        logger.warn({ log, error: problemOf(error).message }, 'the log cannot be cut back'),
      )
      .finally(() => cutting.delete(log));
  }

  async function* read(ref: ContainerRef, request: LogOptions, signal: AbortSignal): AsyncGenerator<Buffer> {
    const log = attempts.logFile(ref);
    const index = indexes.get(log) ?? openLogIndex(log);
    index.look(clock.now());
    const pieces = readFrom(log, start(log, index, request), ref, request.follow, signal);
    const shown = request.timestamps ? stamped(pieces, index) : plain(pieces);
    yield* request.limitBytes === undefined ? shown : limited(shown, request.limitBytes);
  }

  function start(log: string, index: LogIndex, { sinceTime, tailLines }: LogOptions): number {
    const begin = beginOf(log);
    const since = sinceTime === undefined ? begin : index.offsetSince(Date.parse(sinceTime));
    return Math.max(begin, since, tailLines === undefined ? begin : offsetOfTail(log, tailLines, begin));
  }

  /** Pieces with their place in the file. A follower reads once more after the end, for what was written last. */
  async function* readFrom(
    log: string,
    from: number,
    ref: ContainerRef,
    follow: boolean,
    signal: AbortSignal,
  ) {
    const file = await open(log, 'r');
    try {
      for (let offset = from; !signal.aborted; ) {
        const isOver = !follow || !attempts.isRunning(ref);
        offset = resumed(log, offset, (await file.stat()).size);
        const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, offset);
        if (bytesRead > 0) yield { offset, bytes: buffer.subarray(0, bytesRead) };
        offset += bytesRead;
        if (bytesRead > 0) continue;
        if (isOver) return;
        await sleep(clock, FOLLOW_MS, signal).catch(() => undefined);
      }
    } finally {
      await file.close();
    }
  }

  async function* stamped(pieces: AsyncIterable<Piece>, index: LogIndex): AsyncGenerator<Buffer> {
    let atLineStart = true;
    for await (const { offset, bytes } of pieces) {
      const out: Buffer[] = [];
      for (let from = 0; from < bytes.length; ) {
        if (atLineStart) out.push(Buffer.from(`${stamp(index.timeOf(offset + from, clock.now()))} `));
        const end = bytes.indexOf(10, from);
        const to = end < 0 ? bytes.length : end + 1;
        out.push(bytes.subarray(from, to));
        atLineStart = end >= 0;
        from = to;
      }
      yield Buffer.concat(out);
    }
  }

  return {
    read,
    forgetPod(pod) {
      leaving.add(pod);
      const logs = attempts.list(pod).map(({ ref }) => attempts.logFile(ref));
      for (const log of logs) indexes.delete(log);
    },
    stop: () => cancel(),
  };
}

/** Where a reader goes on: one that is so slow that its place has been given back misses lines, and reads no zeros in their place. */
function resumed(log: string, offset: number, size: number): number {
  const begin = beginOf(log);
  return offset > size ? begin : Math.max(offset, begin);
}

interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
}

async function* plain(pieces: AsyncIterable<Piece>): AsyncGenerator<Buffer> {
  for await (const { bytes } of pieces) yield bytes;
}

/** RFC 3339 with nanoseconds, as the kubelet prefixes lines: kubectl parses them so. */
const stamp = (ms: number): string => `${new Date(ms).toISOString().slice(0, 23)}000000Z`;
