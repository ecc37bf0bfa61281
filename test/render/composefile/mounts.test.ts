import { expect } from 'chai';
import { refusal } from '../request.ts';
import { objectsOf, warningsOf, web } from './objects.ts';

const volume = (options: string) =>
  web('volumes: ["data:/data"]', `volumes:\n  data:\n    driver_opts: ${options}\n`);

const SOCKETS = [
  '/var/run/docker.sock',
  '/var/run',
  '/var//run/',
  '/srv/../../run',
  '/run',
  '/run/podman/podman.sock',
  '/run/user/1000/podman/podman.sock',
  '/run/containerd/containerd.sock',
  '/run/containerd',
];

describe('the socket of a container engine', () => {
  for (const path of SOCKETS)
    it(`is not mounted as ${path}`, () => {
      expect(refusal(web(`volumes: ["${path}:/run/engine"]`))).to.contain(
        'web wants the socket of the container engine',
      );
    });
});

describe('environment files of a folder', () => {
  const LEFT_OUT = ' without its .env files: a ConfigMap shows what they hold';

  it('are left out of its ConfigMap, with a warning', () => {
    const files = {
      ...web('volumes: ["./conf:/conf"]'),
      'conf/a': '1',
      'conf/.env': 'PW=1',
      'conf/b/.env.prod': 'PW=1',
    };
    expect(objectsOf(files).get('ConfigMap/web-conf')?.data).to.deep.equal({ a: '1' });
    expect(warningsOf(files)).to.deep.equal([`web mounts ./conf${LEFT_OUT}`]);
  });

  it('are not mounted alone', () => {
    const files = {
      ...web('volumes: ["./.env:/app/.env", "./c:/c"]'),
      '.env': 'PW=1',
      'c/.env.local': 'PW=1',
    };
    expect([...objectsOf(files).keys()]).to.deep.equal(['Deployment/web']);
    expect(warningsOf(files)).to.deep.equal([`web mounts ./.env${LEFT_OUT}`, `web mounts ./c${LEFT_OUT}`]);
  });
});

describe('a volume of a compose project with options of its driver', () => {
  it('is a path of the machine where it binds one', () => {
    const files = volume('{type: none, o: bind, device: /srv/pg}');
    const objects = objectsOf(files);
    expect([...objects.keys()]).to.deep.equal(['Deployment/web']);
    expect(JSON.stringify(objects.get('Deployment/web'))).to.contain('"hostPath":{"path":"/srv/pg"}');
    expect(warningsOf(files)).to.deep.equal(['/srv/pg is a path of whichever node the pod runs on']);
  });

  it('is refused where it names a device and no type', () => {
    expect(refusal(volume('{device: /srv/pg}'))).to.contain('volumes.data is of a device without a type');
  });

  for (const [says, options] of [
    ['cifs', '{type: cifs, device: //host/share, o: "username=a"}'],
    ['ext4', '{type: ext4, device: /dev/sdb1}'],
    ['nfs without addr and device', '{type: nfs, o: rw}'],
  ] as const)
    it(`is refused, not an empty claim: ${says}`, () => {
      expect(refusal(volume(options)))
        .to.contain(`volumes.data is of the type ${says}, which is not mounted`)
        .and.match(/^compose.yaml:7:/);
    });
});
