import type { Dialect } from '../../charts/helm/dialect.ts';
import type { HelmValue } from '../../charts/helm/values.ts';
import { unmarshalYaml } from '../gotemplate/encoding/yaml/unmarshal.ts';
import { isVersion, satisfies } from './ranges.ts';

/** How Go reads what a chart holds, by the codecs and functions of its templates. */
export const goDialect: Dialect = {
  // What JSON can hold is all that it gives: no bytes, no structs, no int.
  yaml: (text) => unmarshalYaml(text) as HelmValue,
  satisfies,
  isVersion,
};
