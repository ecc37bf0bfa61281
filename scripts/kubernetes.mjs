/** The release of Kubernetes whose published documents the generators read; Go fetches and verifies its module. */
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

const VERSION = 'v1.35.0';

export function kubernetesDirectory() {
  const answer = execFileSync('go', ['mod', 'download', '-json', `k8s.io/kubernetes@${VERSION}`], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  return JSON.parse(answer).Dir;
}
