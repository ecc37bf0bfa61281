/** Runs Kubernetes' e2e.test against a cluster, several processes beside each other, and reads its reports. */
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { ConformanceTest } from './tests.ts';
import type { Result } from './verdict.ts';

export interface SuiteRun {
  /** The folder of e2e.test and kubectl. */
  readonly programs: string;
  readonly kubeconfig: string;
  /** Where logs and reports are written. */
  readonly folder: string;
  /** How many processes run tests that may run beside others, at most: each takes seconds before its first test. */
  readonly processes: number;
}

interface Spec {
  readonly ContainerHierarchyTexts: readonly string[] | null;
  readonly LeafNodeText: string;
  readonly LeafNodeType: string;
  readonly State: string;
  readonly Failure?: { readonly Message?: string };
}

const OPTIONS = [
  '--provider=skeleton',
  '--num-nodes=1',
  '--allowed-not-ready-nodes=-1',
  '--minStartupPods=0',
  '--system-pods-startup-timeout=1s',
  '--system-daemonsets-startup-timeout=1s',
  '--node-schedulable-timeout=30s',
  '--dump-logs-on-failure=false',
  '--ginkgo.no-color',
  '--ginkgo.timeout=3h',
  '--ginkgo.seed=1',
];

const WORTH_A_PROCESS = 6;

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a JSON report of Ginkgo says of each test that ran; a suite that did not start says it of none. */
export function resultsOf(report: string): ReadonlyMap<string, Result> {
  const suites = JSON.parse(report) as readonly { readonly SpecReports: readonly Spec[] | null }[];
  const results = new Map<string, Result>();
  for (const spec of suites.flatMap(({ SpecReports }) => SpecReports ?? [])) {
    if (spec.LeafNodeType !== 'It' || spec.State === 'skipped' || spec.State === 'pending') continue;
    const name = [...(spec.ContainerHierarchyTexts ?? []), spec.LeafNodeText].join(' ');
    const passed = spec.State === 'passed';
    results.set(name, passed ? { passed } : { passed, message: spec.Failure?.Message ?? spec.State });
  }
  return results;
}

/** One process with these tests. A test that the report does not mention (the process ended before) has failed. */
async function runProcess(
  run: SuiteRun,
  name: string,
  tests: readonly ConformanceTest[],
): Promise<ReadonlyMap<string, Result>> {
  if (tests.length === 0) return new Map();
  const report = join(run.folder, `${name}.json`);
  const log = createWriteStream(join(run.folder, `${name}.log`));
  const focus = tests.map(({ fullName }) => `--ginkgo.focus=${literally(fullName)}$`);
  const child = spawn(
    join(run.programs, 'e2e.test'),
    [
      ...OPTIONS,
      ...focus,
      `--kubeconfig=${run.kubeconfig}`,
      `--kubectl-path=${join(run.programs, 'kubectl')}`,
      `--ginkgo.json-report=${report}`,
    ],
    { cwd: run.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  log.end();
  await finished(log);
  const results = existsSync(report) ? resultsOf(readFileSync(report, 'utf8')) : new Map<string, Result>();
  const lost: Result = {
    passed: false,
    message: `the suite ended with ${code} before this test: ${name}.log`,
  };
  return new Map(tests.map(({ fullName }) => [fullName, results.get(fullName) ?? lost]));
}

/** Tests that may run beside others first, dealt out to the processes, then the serial ones. */
export async function runSuite(
  run: SuiteRun,
  tests: readonly ConformanceTest[],
): Promise<ReadonlyMap<string, Result>> {
  const beside = tests.filter(({ serial }) => !serial);
  const processes = Math.min(run.processes, Math.ceil(beside.length / WORTH_A_PROCESS));
  const hands = Array.from({ length: processes }, (_, hand) =>
    beside.filter((_, index) => index % processes === hand),
  );
  const parts = await Promise.all(hands.map((hand, index) => runProcess(run, `beside-${index + 1}`, hand)));
  parts.push(
    await runProcess(
      run,
      'serial',
      tests.filter(({ serial }) => serial),
    ),
  );
  return new Map(parts.flatMap((part) => [...part]));
}
