/** The release of Kubernetes whose published documents the generators read; Go fetches and verifies its modules. */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

const RELEASE = '35.0';

/** Where a module of the release lies: `k8s.io/kubernetes`, or a library such as `k8s.io/api`. */
export function moduleDirectory(module = 'k8s.io/kubernetes') {
  const version = module === 'k8s.io/kubernetes' ? `v1.${RELEASE}` : `v0.${RELEASE}`;
  const answer = execFileSync('go', ['mod', 'download', '-json', `${module}@${version}`], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  return JSON.parse(answer).Dir;
}
