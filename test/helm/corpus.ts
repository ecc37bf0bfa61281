// Renders every root chart below a folder by both sides and says where they differ: `npm run test:helm -- --charts FOLDER [--helm 3|4]`.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { load } from 'js-yaml';
import type { HelmVersion } from '../../src/charts/helm/dialect.ts';
import { expectedOf, firstDifference, linesOf, withoutPem } from './blot.ts';
import { renderChart } from './ours.ts';
import { type HelmAnswer, HelmPeer } from './peer.ts';
import { helmProgram } from './programs.ts';

/** Runs of Helm where two differ: words that are equal by chance would otherwise be taken for fixed. */
const RUNS = 4;
const RELEASE = 'r';

const { values: options } = parseArgs({
  options: {
    charts: { type: 'string' },
    helm: { type: 'string', default: '4' },
    /** A folder that keeps Helm's answers for the next time. */
    recorded: { type: 'string' },
    /** Only charts whose name holds this. */
    only: { type: 'string', default: '' },
    verbose: { type: 'boolean', default: false },
  },
});
const folder = options.charts ?? '';
const helm: HelmVersion = options.helm === '3' ? 3 : 4;
const program = helmProgram(helm);
if (!program || !existsSync(folder)) throw new Error(`there is no folder ${folder}, or no program of Helm`);

/** Charts that lie in no other chart and are no library. */
function rootCharts(path: string): string[] {
  if (existsSync(join(path, 'Chart.yaml'))) return isLibrary(path) ? [] : [path];
  const entries = readdirSync(path, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const child = join(path, entry.name);
    if (entry.isFile()) return entry.name.endsWith('.tgz') ? [child] : [];
    return entry.isDirectory() && !entry.name.startsWith('.') && entry.name !== 'node_modules'
      ? rootCharts(child)
      : [];
  });
}

function isLibrary(path: string): boolean {
  try {
    return (
      (load(readFileSync(join(path, 'Chart.yaml'), 'utf8')) as { type?: string } | null)?.type === 'library'
    );
  } catch {
    return false;
  }
}

const nameOf = (path: string): string =>
  path.slice(folder.length).replace(/^\/+/, '').replaceAll('/', '--') || basename(path);

/** One run of Helm, from the record where there is one. */
async function helmRun(peer: HelmPeer, path: string, run: number): Promise<HelmAnswer> {
  const file = options.recorded && join(options.recorded, `${nameOf(path)}.${run}.json`);
  if (file && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as HelmAnswer;
  const answer = await peer.ask({ chart: path, release: RELEASE });
  if (file) {
    mkdirSync(options.recorded ?? '', { recursive: true });
    writeFileSync(file, JSON.stringify(answer));
  }
  return answer;
}

/** As many runs as it takes to know what is left to chance. */
async function helmRuns(peer: HelmPeer, path: string): Promise<HelmAnswer[]> {
  const runs = [await helmRun(peer, path, 1)];
  if (runs[0]?.output === undefined) return runs;
  runs.push(await helmRun(peer, path, 2));
  if (runs[0].output === runs[1]?.output) return runs;
  while (runs.length < RUNS) runs.push(await helmRun(peer, path, runs.length + 1));
  return runs;
}

type Verdict =
  | { readonly kind: 'equal' | 'both fail' | 'not comparable' }
  | { readonly kind: 'differs'; readonly why: string };

function compare(runs: readonly HelmAnswer[], ours: HelmAnswer): Verdict {
  const [first] = runs;
  if (first?.error !== undefined)
    return ours.error === undefined
      ? { kind: 'differs', why: `Helm fails, ours does not: ${short(first.error)}` }
      : { kind: 'both fail' };
  if (ours.output === undefined) return { kind: 'differs', why: `ours fails: ${short(ours.error ?? '')}` };
  const expected = expectedOf(runs.map(({ output = '' }) => output));
  if (!expected) return { kind: 'not comparable' };
  const line = firstDifference(ours.output, expected);
  if (line === undefined) return { kind: 'equal' };
  const [wanted, found] = [first?.output ?? '', ours.output].map(
    (text) => linesOf(expected.blotted === 0 ? text : withoutPem(text))[line],
  );
  return {
    kind: 'differs',
    why: `line ${line + 1}:\n    helm ${JSON.stringify(wanted)}\n    ours ${JSON.stringify(found)}`,
  };
}

const short = (text: string): string =>
  text
    .trim()
    .replace(/\s*\n\s*/g, ' ⏎ ')
    .slice(0, 400);

const peer = new HelmPeer(program);
const counts = new Map<string, number>();
let [helmMillis, ourMillis] = [0, 0];
const paths = rootCharts(folder)
  .filter((path) => path.includes(options.only))
  .sort();
for (const path of paths) {
  const asked = helmRuns(peer, path);
  const ours = renderChart({ path, release: RELEASE, helm });
  const runs = await asked;
  const verdict = compare(runs, ours);
  counts.set(verdict.kind, (counts.get(verdict.kind) ?? 0) + 1);
  helmMillis += runs[0]?.millis ?? 0;
  ourMillis += ours.millis;
  if (verdict.kind === 'differs') console.log(`✘ ${nameOf(path)}: ${verdict.why}`);
  else if (verdict.kind === 'not comparable')
    console.log(`? ${nameOf(path)}: runs of Helm have different numbers of lines`);
  else if (options.verbose) console.log(`✔ ${nameOf(path)}: ${verdict.kind}`);
}
await peer.stop();
const good = (counts.get('equal') ?? 0) + (counts.get('both fail') ?? 0);
console.log(`\n${[...counts].map(([kind, count]) => `${kind}: ${count}`).join(', ')}`);
console.log(`in process: Helm ${Math.round(helmMillis)} ms, ours ${Math.round(ourMillis)} ms`);
console.log(`${good} of ${paths.length} equal`);
process.exitCode = good === paths.length ? 0 : 1;
