import { appendFileSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ReadTail, readTail } from '../../../src/git/store/logtail.ts';
import { foldRecords, PUSH_LOG, PushLog } from '../../../src/git/store/pushlog.ts';
import type { PushRecord } from '../../../src/git/types.ts';
import { drop, scratch } from '../support/git.ts';

const record = (by: string, ...commits: string[]): PushRecord => ({
  at: '2026-01-01T00:00:00Z',
  by,
  verified: true,
  move: { ref: 'refs/heads/main', from: null, to: commits.at(-1) ?? null },
  commits,
});

const ofCommits = (log: PushLog, ...commits: string[]) => log.of(new Set(commits));

describe('the record of pushes', () => {
  let dir: string;
  let path: string;
  beforeEach(() => {
    dir = scratch();
    path = join(dir, PUSH_LOG);
  });
  afterEach(() => drop(dir));

  it('is empty where nobody has pushed, and gives what was appended newest first', async () => {
    const log = new PushLog(dir);
    expect(await ofCommits(log, 'a')).to.deep.equal([]);
    log.append([record('eve', 'a'), record('eve', 'b')]);
    log.append([record('bob', 'c')]);
    expect(await ofCommits(new PushLog(dir), 'a', 'b', 'c')).to.deep.equal([
      record('bob', 'c'),
      record('eve', 'b'),
      record('eve', 'a'),
    ]);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('is read once for all that ask of commits, and after a push no more than what that appended', async () => {
    const read: number[] = [];
    const counting: ReadTail = async (...asked) => {
      const tail = await readTail(...asked);
      read.push(tail?.bytes.length ?? 0);
      return tail;
    };
    const log = new PushLog(dir, { bytes: 2 ** 20, whole: 1000 }, counting);
    for (let i = 0; i < 50; i++) log.append([record('eve', `${i}`)]);
    const size = statSync(path).size;
    const pushers = async (...commits: string[]) => (await ofCommits(log, ...commits)).map(({ by }) => by);
    for (let evaluation = 0; evaluation < 20; evaluation++) expect(await pushers('7')).to.deep.equal(['eve']);
    expect(read).to.deep.equal([size, ...Array(19).fill(0)]);
    log.append([record('bob', '7', 'x')]);
    expect(await Promise.all([pushers('7'), pushers('x'), pushers('other')])).to.deep.equal([
      ['bob', 'eve'],
      ['bob'],
      [],
    ]);
    expect(read.slice(20)).to.deep.equal([statSync(path).size - size, 0, 0]);
  });

  it('is read anew once it was folded', async () => {
    const log = new PushLog(dir, { bytes: 4_000, whole: 5 });
    for (let i = 0; i < 200; i++) {
      log.append([record(i === 0 ? 'eve' : 'bob', `${i}`)]);
      expect((await ofCommits(log, `${i}`)).map(({ by }) => by)).to.have.length(1);
    }
    expect((await ofCommits(log, '0', '199')).map(({ by }) => by)).to.deep.equal(['bob', 'eve']);
  });

  it('goes on after a line that a crash has torn', async () => {
    new PushLog(dir).append([record('eve', 'a'), record('eve', 'b')]);
    truncateSync(path, readFileSync(path).length - 10);
    new PushLog(dir).append([record('bob', 'c')]);
    const found = await ofCommits(new PushLog(dir), 'a', 'b', 'c');
    expect(found).to.deep.equal([record('bob', 'c'), record('eve', 'a')]);
  });

  it('passes over what is no record', async () => {
    appendFileSync(path, 'not JSON\n\n');
    new PushLog(dir).append([record('eve', 'a')]);
    expect(await ofCommits(new PushLog(dir), 'a')).to.deep.equal([record('eve', 'a')]);
  });

  it('folds old pushes when it is long, and forgets of no commit who pushed it', async () => {
    const log = new PushLog(dir, { bytes: 4_000, whole: 5 });
    log.append([record('eve', 'evil')]);
    for (let i = 0; i < 500; i++) log.append([record('eve', `${i % 7}`)]);
    log.append([record('bob', 'good')]);
    expect(readFileSync(path).length).to.be.lessThan(10_000);
    expect((await ofCommits(log, 'evil')).map(({ by }) => by)).to.deep.equal(['eve']);
    expect(await ofCommits(log, 'good')).to.deep.equal([record('bob', 'good')]);
  });

  it('keeps every name of a person when it folds', () => {
    const folded = foldRecords(
      [
        { ...record('eve', 'a'), aliases: ['Eve', 'eve@x.org'] },
        { ...record('eve', 'b'), aliases: ['Eve', 'e@y.org'] },
      ],
      0,
    );
    expect(folded.map(({ aliases }) => aliases)).to.deep.equal([['Eve', 'eve@x.org', 'e@y.org']]);
  });

  it('keeps people apart when it folds, and a name that was only claimed from one that was proven', () => {
    const claimed = { ...record('eve', 'c'), verified: false };
    const folded = foldRecords([record('eve', 'a'), record('bob', 'b'), claimed, record('eve', 'a', 'd')], 0);
    expect(folded.map(({ by, verified, commits }) => [by, verified, commits])).to.deep.equal([
      ['eve', true, ['a', 'd']],
      ['bob', true, ['b']],
      ['eve', false, ['c']],
    ]);
    expect(foldRecords([record('eve', 'a')], 1)).to.deep.equal([record('eve', 'a')]);
  });
});
