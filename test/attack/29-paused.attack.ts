import type { Attack } from './attack.ts';
import { deployed, endsWith } from './pushends.ts';

const PAUSED = `apiVersion: apps/v1
kind: Deployment
metadata: {name: still}
spec:
  paused: true
  selector: {matchLabels: {app: still}}
  template:
    metadata: {labels: {app: still}}
    spec: {containers: [{name: main, image: host, command: [sleep, "1000"]}]}
`;

export const attacks: readonly Attack[] = [
  {
    input: 'a Deployment with paused: true, pushed and waited for',
    async run(target) {
      const work = await deployed(target, 'paused');
      await work.write('chart/templates/paused.yaml', PAUSED);
      await work.commit('paused');
      const end = await endsWith(work, ['main'], 'dev', /paused: Deployment paused-dev\/still/);
      const { code, stderr } = await target.cli('wait', 'paused/dev');
      if (code !== 1 || !stderr.includes('Deployment paused-dev/still')) throw new Error(stderr);
      return `${end}; wait says the same`;
    },
  },
];
