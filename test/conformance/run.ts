/**
 * Kubernetes' own conformance suite against a daemon of this checkout: `npm run test:conformance -- [--area auth,cli] [--focus TEXT,TEXT] [--skip TEXT,TEXT] [--all]`.
 * Without `--all`, only the tests that need no running container. With `--kubeconfig FILE`, against that cluster in place of the daemon.
 */
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Pilotage } from '../e2e/harness.ts';
import { EXPECTED_FAILURES } from './expected.data.ts';
import { runSuite } from './suite.ts';
import { type ConformanceTest, conformanceTests } from './tests.ts';
import { areaTable, judge, surprises, unknownNames, type Verdict } from './verdict.ts';
import { WITHOUT_CONTAINER } from './withoutcontainer.data.ts';

const { values } = parseArgs({
  options: {
    programs: { type: 'string' },
    sources: { type: 'string' },
    area: { type: 'string' },
    focus: { type: 'string' },
    skip: { type: 'string' },
    all: { type: 'boolean', default: false },
    processes: { type: 'string', default: '4' },
    report: { type: 'string' },
    kubeconfig: { type: 'string' },
  },
});

const plain = (area: string): string => area.trim().replaceAll('-', '').toLowerCase();

const holdsAny = (texts: string, whole: string): boolean =>
  texts.split(',').some((text) => whole.includes(text));

function chosen(tests: readonly ConformanceTest[]): readonly ConformanceTest[] {
  const areas = values.area?.split(',').map(plain);
  const { focus, all, skip } = values;
  return tests
    .filter(({ needsContainer }) => all || !needsContainer)
    .filter(({ area }) => !areas || areas.includes(plain(area)))
    .filter(({ name, file }) => !skip || !holdsAny(skip, `${name} ${file}`))
    .filter(({ name, file }) => !focus || holdsAny(focus, `${name} ${file}`));
}

async function withCluster<T>(act: (kubeconfig: string) => Promise<T>): Promise<T> {
  if (values.kubeconfig) return act(values.kubeconfig);
  const pilotage = await Pilotage.start();
  const interrupted = () => pilotage.stop().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, interrupted);
  try {
    return await act(pilotage.ready.kubeconfig);
  } finally {
    await pilotage.stop();
  }
}

const shown = ({ test, standing, message }: Verdict): string =>
  `✘ ${standing}: ${test.name} (${test.area}, ${test.file})${message ? `\n    ${message.split('\n').slice(0, 6).join('\n    ')}` : ''}`;

const tests = conformanceTests(values.sources ?? '');
const named = [...Object.keys(EXPECTED_FAILURES), ...Object.values(WITHOUT_CONTAINER).flat()];
const stale = unknownNames(named, tests);
if (stale.length > 0) throw new Error(`No test of this release has these names: ${stale.join('; ')}`);

const folder = values.report ?? mkdtempSync(join(tmpdir(), 'pilotage-conformance-'));
mkdirSync(folder, { recursive: true });
const run = { programs: values.programs ?? '', folder, processes: Number(values.processes) };
const results = await withCluster((kubeconfig) => runSuite({ ...run, kubeconfig }, chosen(tests)));
const verdicts = judge(tests, results, EXPECTED_FAILURES);
const unexpected = surprises(verdicts);
writeFileSync(join(folder, 'verdicts.json'), JSON.stringify(verdicts, null, 2));

console.log(`\n${areaTable(verdicts)}\n`);
for (const verdict of unexpected) console.log(shown(verdict));
const passed = verdicts.filter(({ standing }) => standing === 'passed').length;
console.log(`\nLogs and reports: ${folder}\n\n${passed} passed, ${unexpected.length} failed`);
process.exit(unexpected.length === 0 ? 0 : 1);
