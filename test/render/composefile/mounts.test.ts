import { expect } from 'chai';
import { refusal } from '../request.ts';
import { objectsOf, warningsOf, web } from './objects.ts';

const volume = (options: string) =>
  web('volumes: ["data:/data"]', `volumes:\n  data:\n    driver_opts: ${options}\n`);

describe('a volume of a compose project with options of its driver', () => {
  it('is a path of the machine where it binds one', () => {
    const files = volume('{type: none, o: bind, device: /srv/pg}');
    const objects = objectsOf(files);
    expect([...objects.keys()]).to.deep.equal(['Deployment/web']);
    expect(JSON.stringify(objects.get('Deployment/web'))).to.contain('"hostPath":{"path":"/srv/pg"}');
    expect(warningsOf(files)).to.deep.equal(['/srv/pg is a path of whichever node the pod runs on']);
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
