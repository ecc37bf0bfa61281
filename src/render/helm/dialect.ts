import type { Dialect } from '../../charts/helm/dialect.ts';
import type { HelmValue } from '../../charts/helm/values.ts';
import { unmarshalYaml } from '../gotemplate/encoding/yaml/unmarshal.ts';
import { remembering } from './memo.ts';
import { isVersion, satisfies } from './ranges.ts';

/** What JSON can hold is all that it gives: no bytes, no structs, no int. */
const read = (text: string): HelmValue => unmarshalYaml(text) as HelmValue;

/** How Go reads what a chart holds, by the codecs and functions of its templates. The values are shared: nobody may change them. */
export const goDialect: Dialect = { yaml: remembering(read), satisfies, isVersion };
