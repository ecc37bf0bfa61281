import type { FunctionTable } from '../values.ts';
import { CASE } from './case.ts';
import { charged } from './charged.ts';
import { CUTTING } from './cutting.ts';
import { DECIMALS } from './decimals.ts';
import { DEFAULTS } from './defaults.ts';
import { DICTS } from './dicts.ts';
import { ENCODING } from './encoding.ts';
import { LISTS } from './lists.ts';
import { NETWORK } from './network.ts';
import { NUMBERS } from './numbers.ts';
import { PATHS } from './paths.ts';
import { QUOTING } from './quoting.ts';
import { REFLECTION } from './reflection.ts';
import { REGEXES } from './regexes.ts';
import { SEMVER } from './semver.ts';
import { SEQUENCES } from './sequences.ts';
import { SPLITTING } from './splitting.ts';
import { STRINGS } from './strings.ts';
import { URLS } from './urls.ts';

/** Every family of sprig v3's functions, a file each; a new function is a row of its family. */
const FAMILIES: readonly FunctionTable[] = [
  STRINGS,
  CASE,
  CUTTING,
  SPLITTING,
  QUOTING,
  REGEXES,
  LISTS,
  SEQUENCES,
  DICTS,
  DEFAULTS,
  REFLECTION,
  NUMBERS,
  DECIMALS,
  PATHS,
  URLS,
  NETWORK,
  ENCODING,
  SEMVER,
].map(charged);

export const SPRIG: FunctionTable = Object.assign({}, ...FAMILIES);
