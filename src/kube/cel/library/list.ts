import type { Overload } from '../overload.ts';
import { ADDRESSES } from './addresses.ts';
import { AUTHORIZATION } from './authorization.ts';
import { CONVERSIONS } from './conversions.ts';
import { FORMAT_FUNCTIONS } from './formats.ts';
import { LISTS } from './lists.ts';
import { OPERATORS } from './operators.ts';
import { OPTIONALS } from './optionals.ts';
import { QUANTITIES } from './quantities.ts';
import { REGEXES } from './regexes.ts';
import { SEMVERS } from './semvers.ts';
import { STRINGS } from './strings.ts';
import { TIMES } from './times.ts';
import { URLS } from './urls.ts';

/** What every expression may call: Kubernetes' base environment (`apiserver/pkg/cel/environment/base.go`). */
export const LIBRARY: readonly Overload[] = [
  ...OPERATORS,
  ...CONVERSIONS,
  ...TIMES,
  ...STRINGS,
  ...LISTS,
  ...REGEXES,
  ...URLS,
  ...QUANTITIES,
  ...ADDRESSES,
  ...FORMAT_FUNCTIONS,
  ...SEMVERS,
  ...AUTHORIZATION,
  ...OPTIONALS,
];
