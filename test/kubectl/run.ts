/**
 * Kubernetes' own `test/cmd` scripts with the kubectl of the same release, each function against a control plane of its own, as there without
 * scheduler and nodes: `npm run test:kubectl -- [--only run_pod_tests,core]`.
 */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createControllers } from '../../src/orchestrator/controllers/controllers.ts';
import { startHttpsServer } from '../orchestrator/api/httpserver.ts';
import { EXPECTED_FAILURES } from './expected.data.ts';
import { type Checked, functionsOf, runFunction } from './functions.ts';
import { scriptTable, surprises } from './verdict.ts';

const { values } = parseArgs({
  options: {
    programs: { type: 'string', default: '' },
    sources: { type: 'string', default: '' },
    only: { type: 'string' },
    report: { type: 'string' },
    counts: { type: 'string' },
    beside: { type: 'string', default: '3' },
  },
});

const TIMEOUT_MS = 240_000;
const TOKENS = 'admin-token,admin,,"system:masters"\n';

const folder = values.report ?? mkdtempSync(join(tmpdir(), 'pilotage-test-cmd-'));

/** The certificate of the cluster's authority that a kubeconfig carries, PEM. */
function authorityOf(kubeconfig: string): string {
  const data = /certificate-authority-data: '?([\w+/=]+)/.exec(readFileSync(kubeconfig, 'utf8'))?.[1] ?? '';
  return Buffer.from(data, 'base64').toString('utf8');
}

async function check({ name, script }: { name: string; script: string }): Promise<Checked> {
  const server = await startHttpsServer({
    tokens: TOKENS,
    serviceCidr: '10.0.0.0/24',
    workers: [['system:kube-controller-manager', createControllers]],
  });
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  const { sources, programs } = values;
  try {
    return await runFunction(name, script, {
      sources,
      programs,
      port: server.port,
      ca: authorityOf(server.kubeconfig),
      folder: own,
      timeoutMs: TIMEOUT_MS,
    });
  } finally {
    await server.close();
  }
}

/** The command at a place. */
function commandAt(place: string): string {
  const [script = '', line] = place.split(':');
  const path = join(values.sources, 'test', 'cmd', script);
  return existsSync(path) ? (readFileSync(path, 'utf8').split('\n')[Number(line) - 1]?.trim() ?? '') : '';
}

const words = values.only?.split(',');
const waiting = functionsOf(values.sources).filter(
  ({ name, script }) => !words || words.some((word) => name === word || script === `${word}.sh`),
);
const checked: Checked[] = [];
const total = waiting.length;

async function work(): Promise<void> {
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    const done = await check(next);
    checked.push(done);
    console.log(
      `${String(checked.length).padStart(3)}/${total} ${done.script} ${done.name}: ${done.passed} passed, ${done.failed.length} failed`,
    );
  }
}

await Promise.all(Array.from({ length: Number(values.beside) }, work));
const { failed, passedUnexpectedly } = surprises(checked, EXPECTED_FAILURES);
console.log(`\n${scriptTable(checked, EXPECTED_FAILURES)}\n`);
for (const place of failed) console.log(`✘ failed: ${place} ${commandAt(place)}`);
for (const place of passedUnexpectedly) console.log(`✘ expected to fail, and did not: ${place}`);
console.log(`\nOutput of every function: ${folder}\n`);
const passed = checked.reduce((sum, one) => sum + one.passed, 0);
const wrong = failed.length + passedUnexpectedly.length;
if (values.counts) writeFileSync(values.counts, JSON.stringify({ passed, failed: wrong, skipped: [] }));
process.exit(wrong === 0 ? 0 : 1);
