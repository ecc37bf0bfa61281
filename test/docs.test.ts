import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const docs = join(import.meta.dirname, '..', 'docs');

/** The rows of the tables of a page that say what holds them, without their heads. */
const rowsOf = (page: string): readonly string[] =>
  readFileSync(join(docs, page), 'utf8')
    .split('\n')
    .filter((line, i, lines) => /^\| [^-]/.test(line) && !/^\|-/.test(lines[i + 1] ?? ''));

describe('pages that say what holds', () => {
  for (const page of ['deviations.md', 'security.md']) {
    it(`${page} names, in each row, a test that exists`, () => {
      const rows = rowsOf(page);
      expect(rows).to.have.length.greaterThan(0);
      for (const row of rows) {
        const links = [...row.matchAll(/\[([^\]]+)\]\((\.\.\/test\/[^)]+)\)/g)];
        expect(links, `no test holds: ${row}`).to.have.length.greaterThan(0);
        for (const [, title = '', path = ''] of links) {
          const file = join(docs, path);
          expect(existsSync(file), `${path} is not there`).to.equal(true);
          expect(readFileSync(file, 'utf8'), `${path} has no test of this title`).to.contain(title);
        }
      }
    });
  }
});
