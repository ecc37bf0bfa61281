// The steps that structured-merge-diff's own tests of apply and update take, written to a file as they are run.
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerSources } from './peers.mjs';
import { root, run } from './setup.mjs';

/** The file that test/peers/mergesteps/record.go writes into `folder`. Ends the process where the tests do not pass. */
export function recordMergeSteps(folder) {
  const copy = mkdtempSync(join(tmpdir(), 'pilotage-merge-steps-'));
  const sources = peerSources('sigs.k8s.io/structured-merge-diff/v6');
  for (const part of ['go.mod', 'go.sum', 'fieldpath', 'internal', 'merge', 'schema', 'typed', 'value'])
    cpSync(join(sources, part), join(copy, part), { recursive: true });
  // The sources are read-only, and a folder that is cannot be emptied.
  run('chmod', ['-R', 'u+w', copy]);
  const fixture = join(copy, 'internal', 'fixture');
  const state = join(fixture, 'state.go');
  // Their methods make way for those that record, and are called by them.
  const renamed = readFileSync(state, 'utf8')
    .replace('(s *State) ApplyObject(', '(s *State) applyObject(')
    .replace('(s *State) UpdateObject(', '(s *State) updateObject(');
  writeFileSync(state, renamed);
  copyFileSync(join(root, 'test', 'peers', 'mergesteps', 'record.go'), join(fixture, 'record.go'));
  const steps = join(folder, 'steps');
  const env = { ...process.env, MERGE_STEPS: steps };
  run('go', ['test', '-vet=off', '-count=1', './merge'], { cwd: copy, env });
  rmSync(copy, { recursive: true, force: true });
  return steps;
}
