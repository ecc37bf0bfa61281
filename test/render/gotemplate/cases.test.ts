import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { readCases, wrongCases } from './casefiles.ts';
import { FUNCTIONS } from './functions.ts';

const folder = join(import.meta.dirname, '..', '..', 'fixtures', 'gotemplate');

describe('Go templates', () => {
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.json'))) {
    it(`make of ${name} what Go makes of it`, () => {
      expect(wrongCases(readCases(join(folder, name)), FUNCTIONS)).to.deep.equal([]);
    });
  }
});
