import { join } from 'node:path';
import { expect } from 'chai';
import { CASE } from '../../../../src/render/gotemplate/functions/case.ts';
import { CUTTING } from '../../../../src/render/gotemplate/functions/cutting.ts';
import { DECIMALS } from '../../../../src/render/gotemplate/functions/decimals.ts';
import { DEFAULTS } from '../../../../src/render/gotemplate/functions/defaults.ts';
import { DICTS } from '../../../../src/render/gotemplate/functions/dicts.ts';
import { LISTS } from '../../../../src/render/gotemplate/functions/lists.ts';
import { NETWORK } from '../../../../src/render/gotemplate/functions/network.ts';
import { NUMBERS } from '../../../../src/render/gotemplate/functions/numbers.ts';
import { PATHS } from '../../../../src/render/gotemplate/functions/paths.ts';
import { QUOTING } from '../../../../src/render/gotemplate/functions/quoting.ts';
import { REFLECTION } from '../../../../src/render/gotemplate/functions/reflection.ts';
import { REGEXES } from '../../../../src/render/gotemplate/functions/regexes.ts';
import { SEQUENCES } from '../../../../src/render/gotemplate/functions/sequences.ts';
import { SPLITTING } from '../../../../src/render/gotemplate/functions/splitting.ts';
import { SPRIG } from '../../../../src/render/gotemplate/functions/sprig.ts';
import { STRINGS } from '../../../../src/render/gotemplate/functions/strings.ts';
import { URLS } from '../../../../src/render/gotemplate/functions/urls.ts';
import type { FunctionTable } from '../../../../src/render/gotemplate/values.ts';
import { readCases, wrongCases } from '../casefiles.ts';

const folder = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'gotemplate', 'functions');

const FAMILIES: Readonly<Record<string, FunctionTable>> = {
  case: CASE,
  cutting: CUTTING,
  decimals: DECIMALS,
  defaults: DEFAULTS,
  dicts: DICTS,
  lists: LISTS,
  network: NETWORK,
  numbers: NUMBERS,
  paths: PATHS,
  quoting: QUOTING,
  reflection: REFLECTION,
  regexes: REGEXES,
  sequences: SEQUENCES,
  splitting: SPLITTING,
  strings: STRINGS,
  urls: URLS,
};

/** The names that templates call, wherever in a pipeline. */
const called = (text: string): string[] =>
  [...text.matchAll(/(?:\{\{-?|[(|]|:=)\s*(\w+)/g)].map(([, name = '']) => name);

describe('sprig functions', () => {
  for (const [family, table] of Object.entries(FAMILIES)) {
    const file = readCases(join(folder, `${family}.json`));

    it(`of ${family} do what Go's do`, () => {
      expect(wrongCases(file, SPRIG)).to.deep.equal([]);
    });

    it(`of ${family} have a case each`, () => {
      const names = new Set(file.cases.flatMap(({ template = '' }) => called(template)));
      expect(Object.keys(table).filter((name) => !names.has(name))).to.deep.equal([]);
    });
  }
});
