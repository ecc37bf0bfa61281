/** The tests of Kubernetes' conformance suite, as `test/conformance/testdata/conformance.yaml` of its release lists them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { WITHOUT_CONTAINER } from './withoutcontainer.data.ts';

export interface ConformanceTest {
  /** As the suite reports it: `[sig-node] Pods should be updated [NodeConformance] [Conformance]`. */
  readonly fullName: string;
  /** Without its tags: what the tables here use. */
  readonly name: string;
  /** The interest group that owns it: `api-machinery`, `apps`, … */
  readonly area: string;
  /** Below `test/e2e`. */
  readonly file: string;
  /** Must not run beside others. */
  readonly serial: boolean;
  readonly needsContainer: boolean;
}

interface Listed {
  readonly codename: string;
  readonly file: string;
}

export const nameOf = (fullName: string): string =>
  fullName
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();

const areaOf = (fullName: string): string => /\[sig-([^\]]+)\]/.exec(fullName)?.[1] ?? 'other';

export function conformanceTest({ codename, file: path }: Listed): ConformanceTest {
  const [name, file] = [nameOf(codename), path.replace(/^test\/e2e\//, '')];
  const needsContainer = !WITHOUT_CONTAINER[file]?.includes(name);
  const serial = /\[(Serial|Disruptive)\]/.test(codename);
  return { fullName: codename, name, area: areaOf(codename), file, serial, needsContainer };
}

/** `sources`: where Kubernetes' own module lies. */
export function conformanceTests(sources: string): readonly ConformanceTest[] {
  const text = readFileSync(join(sources, 'test/conformance/testdata/conformance.yaml'), 'utf8');
  return (load(text) as readonly Listed[]).map(conformanceTest);
}
