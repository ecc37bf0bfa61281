import { expect } from 'chai';
import { refusal } from '../request.ts';
import { warningsOf, web } from './objects.ts';

describe('what makes a compose service as mighty as its node', () => {
  for (const [line, said] of [
    ['privileged: true', 'web may do everything on its node (privileged)'],
    ['pid: host', 'web sees and ends the processes of its node (pid)'],
    ['ipc: host', 'web shares the memory of the processes of its node (ipc)'],
    ['network_mode: host', 'web has the network of its node (network_mode)'],
    ['cap_add: [CAP_ALL]', 'web has every capability on its node (cap_add)'],
  ] as const)
    it(`is said: ${line}`, () => {
      expect(warningsOf(web(line))).to.deep.equal([said]);
    });

  it('is said however many other warnings there are, whose number is said', () => {
    const labels = Array.from({ length: 60 }, (_, i) => `"a/b/${i}": x`).join(', ');
    const files = {
      'compose.yaml': `services:\n  a: {image: a, labels: {${labels}}}\n  b: {image: b, privileged: true, volumes: ["/:/host"]}\n`,
    };
    expect(warningsOf(files).slice(50)).to.deep.equal([
      '/ is a path of whichever node the pod runs on',
      'b may do everything on its node (privileged)',
      'and 10 more',
    ]);
  });

  it('is not said of a service that a refused file has', () => {
    const keys = Array.from({ length: 60 }, (_, i) => `    a${i}: 1\n`).join('');
    expect(refusal(web('privileged: true', keys))).to.contain('and 10 more');
  });
});

describe('a sealed value of an environment file', () => {
  const SEALED = 'PW=ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]\n';
  for (const [says, files, place] of [
    ['.env', { ...web('command: $PW'), '.env': `A=1\n${SEALED}` }, '.env:2'],
    ['an env_file', { ...web('env_file: a.env'), 'a.env': SEALED }, 'a.env:1'],
    [
      'a raw env_file',
      { ...web('env_file: [{path: a.env, format: raw}]'), 'a.env': `\n${SEALED}` },
      'a.env:2',
    ],
  ] as const)
    it(`is refused with its line and what to do, in ${says}`, () => {
      expect(refusal(files))
        .to.contain(`${place}: this line of the environment file has a sealed value for PW`)
        .and.contain('Put it into the values of the app');
    });
});
