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

describe('the table of rules in architecture.md', () => {
  const page = readFileSync(join(docs, 'architecture.md'), 'utf8');
  const [, section = ''] = /\n## Where a rule stands\n([\s\S]*?)\n## /.exec(page) ?? [];
  const rows = section.split('\n').filter((line) => /^\| (?!rule |-)/.test(line));

  it('names files that are there, and in them what it says to look for', () => {
    expect(rows).to.have.length.greaterThan(10);
    for (const row of rows) {
      const [, , where = '', what = ''] = row.split('|');
      const spans = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, span = '']) => span);
      const files = spans(where).filter((path) => path.endsWith('.ts') && !path.includes('<'));
      const texts = files.map((path) => readFileSync(join(docs, '..', 'src', path), 'utf8'));
      for (const name of files.length > 0 ? spans(what) : [])
        expect(
          texts.some((text) => new RegExp(`\\b${name}\\b`).test(text)),
          `${name}, of: ${row}`,
        ).to.equal(true);
    }
  });
});
