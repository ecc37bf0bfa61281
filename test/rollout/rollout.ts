/** What requests see while something happens: a table with a row for each, and a test that says which of them must not fail. */
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import type { Runtime } from './app.ts';
import { type Ground, type Kill, layGround } from './ground.ts';
import { type Failure, type Load, startLoad } from './load.ts';
import { SCENARIOS } from './scenarios.ts';

interface Row {
  readonly name: string;
  readonly seconds: number;
  readonly requests: number;
  readonly slowestMs: number;
  readonly inFlight: number;
  readonly failed: readonly Failure[];
}

/** How long requests go on after all is as it was. */
const AFTERWARDS_MS = 1_000;

export function describeRollout(runtime: Runtime, engine?: string): void {
  describe(`requests to pods of ${runtime}, none of which fails but what is in flight on what is killed`, function () {
    this.timeout(180_000);
    const rows: Row[] = [];
    let ground: Ground;
    let load: Load;

    before(async () => {
      ground = await layGround(runtime, engine);
      load = startLoad(ground.doors);
      await pause(AFTERWARDS_MS);
    });
    after(async () => {
      await load?.stop();
      await ground?.pilotage.stop();
      console.log(`\n${table(rows)}`);
    });

    it('before anything happens', async () => {
      expect(load.take().failures).to.deep.equal([]);
    });
    for (const { name, on = runtime, run } of SCENARIOS) {
      if (on !== runtime) continue;
      it(name, async () => {
        load.take();
        ground.kills.length = 0;
        const begun = performance.now();
        await run(ground);
        await pause(AFTERWARDS_MS);
        const { requests, slowest, failures } = load.take();
        const failed = failures.filter((one) => !wasInFlight(one, ground.kills));
        rows.push({
          name,
          seconds: Math.round((performance.now() - begun) / 1000),
          requests,
          slowestMs: slowest,
          inFlight: failures.length - failed.length,
          failed,
        });
        expect(summary(failed, begun), killed(ground.kills, begun)).to.deep.equal([]);
        expect(requests).to.be.greaterThan(0);
      });
    }
  });
}

/** By then every client has learnt that its connection has ended with what was killed. */
const LEARNT_MS = 250;

/** It was on a connection that what was killed had, before anybody could know that it ended: at most one of each client. */
const wasInFlight = ({ connected, begun, failed }: Failure, kills: readonly Kill[]): boolean =>
  kills.some(({ at, gone }) => connected <= gone && begun <= gone + LEARNT_MS && failed >= at);

/** What failed, by cause, with when the first and the last of each were begun. */
function summary(failures: readonly Failure[], zero: number): readonly string[] {
  const groups = new Map<string, Failure[]>();
  for (const one of failures) {
    const key = `${one.door}, ${one.kept ? 'kept connection' : 'one of its own'}, ${one.method}: ${one.cause}`;
    groups.set(key, [...(groups.get(key) ?? []), one]);
  }
  return [...groups].map(([key, ones]) => {
    const times = ones.map(({ begun }) => Math.round(begun - zero));
    return `${ones.length} × ${key}, from ${Math.min(...times)} to ${Math.max(...times)} ms`;
  });
}

const killed = (kills: readonly Kill[], zero: number): string =>
  kills
    .map(({ at, gone }) => `killed at ${Math.round(at - zero)} ms, gone at ${Math.round(gone - zero)} ms`)
    .join();

const table = (rows: readonly Row[]): string =>
  [
    '| what happens | seconds | requests | slowest ms | in flight on what was killed | failed |',
    '|---|---|---|---|---|---|',
    ...rows.map(
      ({ name, seconds, requests, slowestMs, inFlight, failed }) =>
        `| ${name} | ${seconds} | ${requests} | ${slowestMs} | ${inFlight} | ${failed.length} |`,
    ),
  ].join('\n');
