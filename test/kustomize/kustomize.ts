import { spawn } from 'node:child_process';
import { expect } from 'chai';
import { formatProblem, ProblemError } from '../../src/base/errors.ts';
import type { FileTree } from '../../src/base/filetree.ts';
import { parseDocuments } from '../../src/kube/values/yaml.ts';
import { buildAlone } from '../render/kustomize/build.ts';

/** Objects, or why there are none. */
export type Outcome = { readonly objects: readonly unknown[] } | { readonly refused: string };

/** Nothing is fetched: what needs the network fails at once. */
const OFFLINE = {
  HTTP_PROXY: 'http://127.0.0.1:9',
  HTTPS_PROXY: 'http://127.0.0.1:9',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
};

/** What the program makes of a folder on disk. */
export async function byKustomize(folder: string): Promise<Outcome> {
  const { status, stdout, stderr } = await run(['build', ...helm(), folder]);
  if (status !== 0) return { refused: stderr.trim() };
  const parsed = parseDocuments(stdout, 'kustomize build');
  if (!parsed.ok) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  return { objects: parsed.value.map(({ value }) => value) };
}

/** Without Helm, kustomizations with charts are refused by kustomize. */
const helm = (): string[] => (process.env.HELM ? ['--enable-helm', '--helm-command', process.env.HELM] : []);

function run(args: readonly string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const program = process.env.KUSTOMIZE;
  if (!program) throw new Error('KUSTOMIZE must name the program: run npm run test:kustomize');
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env: { ...process.env, ...OFFLINE } });
    const texts = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr'] as const)
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        texts[stream] += text;
      });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status: status ?? -1, ...texts }));
  });
}

export function byPilotage(tree: FileTree, folder: string): Outcome {
  try {
    return { objects: buildAlone(tree, folder).map(({ object }) => object) };
  } catch (error) {
    if (error instanceof ProblemError) return { refused: formatProblem(error.problem) };
    throw error;
  }
}

/** The same objects in the same order, or both refuse. */
export function expectSame(ours: Outcome, theirs: Outcome, what: string): void {
  if ('refused' in ours && 'refused' in theirs) return;
  if ('refused' in ours) expect.fail(`${what}: refused by Pilotage alone:\n${ours.refused}`);
  if ('refused' in theirs) expect.fail(`${what}: refused by kustomize alone:\n${theirs.refused}`);
  expect(ours.objects, what).to.deep.equal(theirs.objects);
}
