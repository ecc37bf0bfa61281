import { expect } from 'chai';
import {
  countOf,
  firstFree,
  formatIndexes,
  includes,
  indexesOf,
  overlapOf,
  parseIndexes,
  union,
} from '../../../../src/orchestrator/controllers/job/intervals.ts';

const of = (text: string) => parseIndexes(text, 1_000);

describe('completion indexes', () => {
  it('are read as the status of a Job writes them, without those beyond its completions', () => {
    expect(parseIndexes('1,3-5,7', 10)).to.deep.equal([
      [1, 1],
      [3, 5],
      [7, 7],
    ]);
    expect(parseIndexes('1,3-5,7', 5)).to.deep.equal([
      [1, 1],
      [3, 4],
    ]);
    expect(parseIndexes(undefined, 5)).to.deep.equal([]);
    expect(parseIndexes('', 5)).to.deep.equal([]);
    expect(parseIndexes('1,x-3,4', 9)).to.deep.equal([
      [1, 1],
      [4, 4],
    ]);
  });

  it('are written with what touches as one, and two neighbours apart', () => {
    const rows: readonly [readonly number[], string][] = [
      [[], ''],
      [[4], '4'],
      [[2, 1], '1,2'],
      [[5, 3, 4, 9], '3-5,9'],
      [[0, 1, 3, 4, 5, 7], '0,1,3-5,7'],
    ];
    for (const [indexes, text] of rows) expect(formatIndexes(indexesOf(indexes))).to.equal(text);
    expect(formatIndexes(union(of('0-3,8'), of('2-5'), of('6')))).to.equal('0-6,8');
  });

  it('are counted and looked up', () => {
    expect(countOf(of('0-3,8'))).to.equal(5);
    expect([0, 3, 4, 8, 9].map((index) => includes(of('0-3,8'), index))).to.deep.equal([
      true,
      true,
      false,
      true,
      false,
    ]);
    expect(overlapOf(of('0-3,8,10-12'), of('2-9,12'))).to.equal(4);
    expect(overlapOf(of('0-3'), of('4-9'))).to.equal(0);
  });

  it('are handed out from the lowest that is free', () => {
    expect(firstFree(of('0,2-3'), 3, 7)).to.deep.equal([1, 4, 5]);
    expect(firstFree([], 2, 7)).to.deep.equal([0, 1]);
    expect(firstFree(of('0-4'), 9, 7)).to.deep.equal([5, 6]);
    expect(firstFree(of('0-6'), 1, 7)).to.deep.equal([]);
  });
});
