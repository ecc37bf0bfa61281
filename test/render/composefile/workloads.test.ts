import { expect } from 'chai';
import { objectsOf, web } from './objects.ts';

const kindOf = (line: string): string | undefined =>
  [...objectsOf(web(line)).values()].find(({ kind }) => kind !== 'Service')?.kind;

describe('what a compose service runs as', () => {
  for (const [line, kind] of [
    ['restart: on-failure', 'Deployment'],
    ['deploy: {replicas: 3, restart_policy: {condition: on-failure}}', 'Deployment'],
    ['restart: "no"', 'Job'],
    ['deploy: {restart_policy: {condition: none}}', 'Job'],
    ['restart: on-failure\n    x-pilotage: {kind: Job}', 'Job'],
    ['restart: "no"\n    ports: ["80:80"]', 'Deployment'],
  ] as const)
    it(`is a ${kind} with ${line.replace(/\s+/g, ' ')}`, () => {
      expect(kindOf(line)).to.equal(kind);
    });

  for (const line of [
    'user: constructor',
    'pull_policy: constructor',
    'group_add: [toString]',
    'pull_policy: __proto__',
  ])
    it(`renders what is called as a member of every object: ${line}`, () => {
      expect(JSON.stringify([...objectsOf(web(line)).values()]))
        .to.not.contain('Native')
        .and.not.contain('native code');
    });

  it('renders a mount whose propagation is called as a member of every object', () => {
    const files = web('volumes: [{type: bind, source: /a, target: /a, bind: {propagation: constructor}}]');
    expect(JSON.stringify([...objectsOf(files).values()])).to.contain('"hostPath":{"path":"/a"}');
  });

  it('has the image that it names, though pilotage.yaml builds one of its name', () => {
    const image = (text: string) =>
      JSON.stringify(
        objectsOf({ 'compose.yaml': `services: {web: {${text}}}` }, { images: { web: 'built/web:1' } }).get(
          'Deployment/web',
        ),
      );
    expect(image('image: "nginx:1"')).to.contain('"image":"nginx:1"');
    expect(image('image: "nginx:1", build: .')).to.contain('"image":"built/web:1"');
  });
});
