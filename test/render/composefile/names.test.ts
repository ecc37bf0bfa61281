import { expect } from 'chai';
import { type Files, refusal } from '../request.ts';
import { objectsOf, podOf, web } from './objects.ts';

const LONG = 'a'.repeat(63);

const SHARED: readonly (readonly [says: string, files: Files, message: string])[] = [
  [
    'volumes that differ in _ and . alone',
    web('volumes: [my_data:/a, my.data:/b]', 'volumes: {my_data: , my.data: }\n'),
    'volumes.my.data and volumes.my_data would both be the PersistentVolumeClaim my-data',
  ],
  [
    'volumes that differ after 63 characters',
    web(`volumes: [${LONG}b:/a, ${LONG}c:/b]`, `volumes: {${LONG}b: , ${LONG}c: }\n`),
    'would both be the PersistentVolumeClaim aaa',
  ],
  [
    'folders that differ in / and - alone',
    web('volumes: ["./data/db:/a", "./data-db:/b"]'),
    'the folder data-db and the folder data/db would both be the PersistentVolumeClaim folder-data-db',
  ],
  [
    'a folder and a volume',
    web('volumes: ["./data:/a", "folder-data:/b"]', 'volumes: {folder-data: }\n'),
    'would both be the PersistentVolumeClaim folder-data',
  ],
  [
    'networks that differ in _ and - alone',
    web('networks: [back_end, back-end]', 'networks: {back_end: , back-end: }\n'),
    'networks.back-end and networks.back_end would both be the network back-end',
  ],
  [
    'a config and a file that is mounted',
    { ...web('volumes: ["./x:/a"]\n    configs: [web-x]', 'configs: {web-x: {content: a}}\n'), x: 'b' },
    'would both be the ConfigMap web-x',
  ],
  [
    'an alias of two services',
    {
      'compose.yaml':
        'services: {a: {image: a, expose: [80], container_name: x}, b: {image: b, expose: [80], container_name: x}}',
    },
    'services.b and services.a would both be the Service x',
  ],
  [
    'a service that is called as the published ports of another',
    {
      'compose.yaml':
        'services: {a: {image: a, ports: ["80:80", "127.0.0.1:81:81"]}, a-published: {image: b, expose: [80]}}',
    },
    'would both be the Service a-published',
  ],
  [
    'a volume of the project and one that is external',
    web('volumes: [one:/a, two:/b]', 'volumes: {one: {external: true, name: two}, two: }\n'),
    'volumes.two and the external two would both be the PersistentVolumeClaim two',
  ],
  [
    'a secret without a letter',
    web('secrets: [ÄÖ]', 'secrets: {ÄÖ: {environment: COMPOSE_PROJECT_NAME}}\n'),
    'secrets.ÄÖ cannot be the name of a Secret',
  ],
  [
    'a folder without a letter',
    web('volumes: ["./ä:/a"]'),
    'the folder ä cannot be the name of a PersistentVolumeClaim',
  ],
];

describe('names of the objects of a compose project', () => {
  for (const [says, files, message] of SHARED)
    it(`are not those of two sources, or none: ${says}`, () => {
      expect(refusal(files)).to.contain(message);
    });

  it('are the same for a folder that several services mount', () => {
    const one = '{image: a, volumes: ["./data:/data"]}';
    const objects = objectsOf({ 'compose.yaml': `services: {a: ${one}, b: ${one}}` });
    expect([...objects.keys()].filter((key) => key.startsWith('Persistent'))).to.deep.equal([
      'PersistentVolumeClaim/folder-data',
    ]);
  });

  it('keep what is above the folder of the app', () => {
    const objects = objectsOf(
      { 'shop/compose.yaml': 'services: {a: {image: a, volumes: ["../data:/a", "./db:/b"]}}' },
      { path: 'shop' },
    );
    expect([...objects.keys()]).to.include.members([
      'PersistentVolumeClaim/folder-data',
      'PersistentVolumeClaim/folder-db',
    ]);
  });

  it('of volumes of a pod differ where their sources do', () => {
    const rest = 'volumes: {config-app: , shm: }\nconfigs: {app: {content: a}}\n';
    const line = 'volumes: [config-app:/a, shm:/b]\n    configs: [app]\n    shm_size: 64m';
    const { volumes, containers } = podOf(web(line, rest));
    const names = ['config-app', 'shm', 'config-app-2', 'shm-2'];
    expect(volumes.map(({ name }) => name)).to.deep.equal(names);
    expect(containers[0]?.volumeMounts.map(({ name }) => name)).to.deep.equal(names);
  });

  it('of keys of a ConfigMap differ where the files do', () => {
    const files = { ...web('volumes: ["./c:/c"]'), 'c/a/b': '1', 'c/a__b': '2', 'c/ä': '3', 'c/ö': '4' };
    const data = objectsOf(files).get('ConfigMap/web-c')?.data ?? {};
    expect(Object.values(data).sort()).to.deep.equal(['1', '2', '3', '4']);
  });
});
