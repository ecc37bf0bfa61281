import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { ProblemError, unwrap } from '../../base/errors.ts';
import { type FileTree, readText } from '../../base/filetree.ts';
import { SCHEMA_VERSION } from '../../kube/schema/version.ts';
import { systemChance } from '../../render/chance.ts';
import { answersOf } from '../../render/charttest/lookups.ts';
import { readSuites } from '../../render/charttest/read.ts';
import type { RenderTest, TestRequest } from '../../render/charttest/rendered.ts';
import { runSuite, type SuiteResult, type TestedChart } from '../../render/charttest/run.ts';
import { readSnapshots, SnapshotRun, snapshotText } from '../../render/charttest/snapshot.ts';
import { createLookups } from '../../render/gotemplate/lookups.ts';
import { createMade } from '../../render/gotemplate/made.ts';
import { handlebars } from '../../render/handlebars/engine.ts';
import { templatesOfSource } from '../../render/sources/list.ts';
import { readChartFolder } from '../init/chartfolder.ts';
import { suiteFiles } from './suitefiles.ts';

export interface RunOptions {
  /** Patterns of suites, from the folder of the chart. */
  readonly files: readonly string[];
  /** Snapshots become what is rendered now. */
  readonly update: boolean;
}

/** Runs the suites of a chart on disk, and keeps their snapshots. @throws ProblemError where there is no chart or no suite */
export async function runFolder(folder: string, { files, update }: RunOptions): Promise<TestedChart> {
  const root = resolve(folder);
  if (!existsSync(join(root, 'Chart.yaml')))
    throw new ProblemError({
      reason: 'NotFound',
      message: `There is no chart in ${folder}: no Chart.yaml.`,
      remedy: 'Name the folder of a chart, or make one: pilotage chart create.',
    });
  const tree = readChartFolder(root);
  const found = suiteFiles(tree, files);
  if (found.length === 0)
    throw new ProblemError({
      reason: 'NotFound',
      message: `No suite of ${folder} is called ${files.join(' or ')}.`,
      remedy: 'Name them: -f PATTERN, from the folder of the chart.',
    });
  const shown = (file: string): string => join(relative('.', root), file);
  const suites: SuiteResult[] = [];
  const sum = { compared: 0, added: 0, changed: 0, obsolete: 0 };
  for (const { file, route } of found) {
    const run = runFile(tree, { file, route, shown, update });
    suites.push(...run.suites);
    for (const [path, snapshots] of run.snapshots) {
      const changed = snapshots.changed();
      if (changed) await writeSnapshots(join(root, path), snapshotText(changed));
      for (const key of ['compared', 'added', 'changed'] as const) sum[key] += snapshots.counts[key];
      sum.obsolete += snapshots.obsolete;
    }
  }
  return { folder, suites, snapshots: sum };
}

async function writeSnapshots(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

interface File {
  readonly file: string;
  readonly route: string;
  readonly shown: (file: string) => string;
  readonly update: boolean;
}

function runFile(
  tree: FileTree,
  { file, route, shown, update }: File,
): { readonly suites: readonly SuiteResult[]; readonly snapshots: ReadonlyMap<string, SnapshotRun> } {
  const snapshots = new Map<string, SnapshotRun>();
  const read = readSuites(readText(tree, file) ?? '', shown(file));
  if (!read.ok) {
    const [error] = read.problems;
    const place = error.place ?? { file: shown(file) };
    return { suites: [{ name: basename(file), place, error, tests: [] }], snapshots };
  }
  const render = renderTest(tree, dirname(file));
  /** What templates and values say of themselves names files of the chart; what the suite says is named already. */
  const named = (result: SuiteResult): SuiteResult => ({
    ...result,
    tests: result.tests.map((test) => {
      const place = test.error?.place;
      if (!test.error || !place || !tree.read(place.file)) return test;
      return { ...test, error: { ...test.error, place: { ...place, file: shown(place.file) } } };
    }),
  });
  const suites = read.value.map((suite): SuiteResult => {
    const suffix = suite.snapshotId === undefined ? '' : `_${suite.snapshotId}`;
    const path = join(dirname(file), '__snapshot__', `${basename(file)}${suffix}.snap`);
    const kept = unwrap(readSnapshots(readText(tree, path) ?? '', shown(path)));
    const run = snapshots.get(path) ?? new SnapshotRun(kept, update);
    snapshots.set(path, run);
    return named(runSuite(suite, { route, render, snapshots: run }));
  });
  return { suites, snapshots };
}

/** The values of a test travel as a file that no chart has. */
const VALUES = 'values of the test';

function renderTest(tree: FileTree, folder: string): RenderTest {
  const [, major = '', minor = ''] = /^v?(\d+)\.(\d+)/.exec(SCHEMA_VERSION) ?? [];
  return {
    kubeVersion: { major, minor },
    readValues(file) {
      const path = join(folder, file);
      const text = path.startsWith('..') ? undefined : readText(tree, path);
      if (text !== undefined) return text;
      throw new ProblemError({
        reason: 'ValuesFileMissing',
        message: `There is no values file ${path} in the chart`,
      });
    },
    templates: (request) => templatesOf(tree, request),
  };
}

function templatesOf(tree: FileTree, test: TestRequest) {
  const values = Buffer.from(test.values);
  const { name: app, namespace } = test.release;
  return templatesOfSource(
    {
      tree: { ...tree, read: (path) => (path === VALUES ? values : tree.read(path)) },
      ...{ path: '', app, namespace, delivery: app, environment: 'test', revision: '0'.repeat(40) },
      ...{ valuesFiles: [VALUES], images: {}, anyImage: true },
      capabilities: { kubeVersion: test.kubeVersion ?? SCHEMA_VERSION, apiVersions: test.apiVersions },
      ...{ made: createMade({}, systemChance), chance: systemChance, blot: (text) => text },
      lookedUp: createLookups(answersOf(test.objects)),
      ...{ release: test.release, chart: test.chart, includeCrds: test.includeCrds },
      isChosen: test.selects,
    },
    handlebars,
  );
}
