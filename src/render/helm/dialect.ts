import { remembering } from '../../base/textmemo.ts';
import type { Dialect } from '../../charts/helm/dialect.ts';
import type { HelmValue } from '../../charts/helm/values.ts';
import { marshalJson } from '../gotemplate/encoding/json.ts';
import { marshalYaml } from '../gotemplate/encoding/yaml/marshal.ts';
import { unmarshalYaml } from '../gotemplate/encoding/yaml/unmarshal.ts';
import { compareVersions, isVersion, satisfies } from './ranges.ts';

/** What JSON can hold is all that it gives: no bytes, no structs, no int. */
const read = (text: string): HelmValue => unmarshalYaml(text) as HelmValue;

/** Characters of YAML whose values are kept: what one chart writes must not use up the memory of another's render. */
const CAPACITY = 2 ** 20;

/** How Go reads what a chart holds, by the codecs and functions of its templates. The values are shared: nobody may change them. */
export const goDialect: Dialect = {
  yaml: remembering(CAPACITY, read),
  toYaml: (value) => marshalYaml(value),
  toJson: (value) => marshalJson(value),
  ...{ satisfies, isVersion, compareVersions },
};
