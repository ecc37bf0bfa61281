/** The functions of Kubernetes' `test/cmd`, each run against an API server of its own. */
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Checked {
  readonly name: string;
  /** The script that holds it: `core.sh`. */
  readonly script: string;
  /** How many checks said that they were successful. */
  readonly passed: number;
  /** Where a command failed that had to succeed, as `core.sh:123`; `NAME: ended early` where it did not come to its end. */
  readonly failed: readonly string[];
}

/** What stands in `runTests` between the functions. */
const BETWEEN = 'runTests';

/** Every function that `legacy-script.sh` records, in its order, with the script that defines it. */
export function functionsOf(sources: string): readonly { readonly name: string; readonly script: string }[] {
  const folder = join(sources, 'test', 'cmd');
  const text = (script: string) => readFileSync(join(folder, script), 'utf8');
  const recorded = [...text('legacy-script.sh').matchAll(/^\s*record_command (run_\w+)/gm)];
  const names = [...new Set(recorded.map(([, name = '']) => name))];
  const scripts = readdirSync(folder).filter((name) => name.endsWith('.sh'));
  const defines = (script: string, name: string) =>
    new RegExp(`^(function )?${name} ?\\(\\)`, 'm').test(text(script));
  const named = names.map((name) => ({
    name,
    script: scripts.find((script) => defines(script, name)) ?? '?',
  }));
  return [{ name: BETWEEN, script: 'legacy-script.sh' }, ...named];
}

/** What the output of `driver.sh` says. */
export function checkedFrom(name: string, script: string, output: string): Checked {
  const lines = output.split('\n');
  const passed = lines.filter((line) => /^(\S+\.sh:\d+: )?Successful/.test(line)).length;
  const places = lines.flatMap((line) => /^.*@failed (\S+)/.exec(line)?.[1] ?? []);
  const ended = lines.some((line) => line.endsWith('@ended'));
  return { name, script, passed, failed: [...new Set(places), ...(ended ? [] : [`${name}: ended early`])] };
}

/** A folder that looks like the root of the sources (which are read-only), to run scripts in. */
export function rootFolder(folder: string, sources: string): string {
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(sources)) symlinkSync(join(sources, entry), join(folder, entry));
  return folder;
}

export interface FunctionRun {
  readonly sources: string;
  /** The folder of kubectl and kubectl-convert. */
  readonly programs: string;
  readonly port: number;
  /** Certificate of the server's authority, PEM: a file that the scripts find where a kube-apiserver would write it. */
  readonly ca: string;
  /** Of its own: home, temporary files, log. */
  readonly folder: string;
  readonly timeoutMs: number;
}

export async function runFunction(name: string, script: string, run: FunctionRun): Promise<Checked> {
  const root = rootFolder(join(run.folder, 'root'), run.sources);
  writeFileSync(join(run.folder, 'apiserver.crt'), run.ca);
  const driver = join(import.meta.dirname, 'driver.sh');
  const env = {
    PATH: process.env.PATH,
    HOME: run.folder,
    TMPDIR: run.folder,
    SECURE_API_PORT: String(run.port),
    THIS_PLATFORM_BIN: run.programs,
  };
  const child = spawn('bash', [driver, run.sources, name], { cwd: root, env, detached: true });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => output.push(chunk));
  child.stdin.end();
  const end = () => child.pid && process.kill(-child.pid, 'SIGKILL');
  const timer = setTimeout(end, run.timeoutMs);
  await new Promise((resolve) => child.once('exit', resolve));
  clearTimeout(timer);
  const text = Buffer.concat(output).toString();
  writeFileSync(join(run.folder, 'log'), text);
  return checkedFrom(name, script, text);
}
