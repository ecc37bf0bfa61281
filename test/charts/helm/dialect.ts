import type { Dialect } from '../../../src/charts/helm/dialect.ts';
import type { HelmFile } from '../../../src/charts/helm/files.ts';
import type { HelmValue } from '../../../src/charts/helm/values.ts';
import { goDialect } from '../../../src/render/helm/dialect.ts';

export const dialect: Dialect = goDialect;

/** A table of YAML as a chart would have it. */
export function table(yaml: string): Map<string, HelmValue> {
  const value = dialect.yaml(yaml);
  if (value === null) return new Map();
  if (!(value instanceof Map)) throw new Error(`no table: ${yaml}`);
  return value;
}

export const file = (name: string, text: string): HelmFile => ({
  name,
  bytes: new TextEncoder().encode(text),
  file: `c/${name}`,
});
