import { expect } from 'chai';
import type { Pod } from '../../../../../src/kube/kinds/objects.data.ts';
import {
  hostsFile,
  resolvConfFile,
} from '../../../../../src/orchestrator/node/runtime/container/namefiles.ts';
import { sandboxSpecOf } from '../../../../../src/orchestrator/node/spec/sandbox.ts';

const network = {
  pods: '10.4.0.0/16',
  relay: '10.5.0.2',
  processes: '10.6.0.0/16',
  services: '10.7.0.0/16',
};
const node = { servers: ['192.0.2.1'], searches: ['corp.example'], options: ['edns0', 'ndots:1'] };

const pod = (spec: object): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'db-0', namespace: 'shop', uid: 'uid' },
  spec: { containers: [], ...spec },
});
const sandbox = (spec: object, joined: object = { network }) => ({
  ...sandboxSpecOf(pod(spec), '/v'),
  address: '10.4.0.7',
  ...joined,
});
const resolv = (spec: object, joined?: object, of = node) =>
  resolvConfFile(sandbox(spec, joined), of).split('\n');

const CLUSTER_SEARCH = 'search shop.svc.cluster.local svc.cluster.local cluster.local corp.example';

describe('resolv.conf of a container', () => {
  it('names the cluster, and its domains before those of the node', () =>
    expect(resolv({})).to.deep.equal(['nameserver 10.5.0.2', CLUSTER_SEARCH, 'options edns0 ndots:5', '']));

  it('is as the node has it where the policy is Default, or the pod is in the network of the node', () => {
    const expected = ['nameserver 192.0.2.1', 'search corp.example', 'options edns0 ndots:1', ''];
    expect(resolv({ dnsPolicy: 'Default' })).to.deep.equal(expected);
    expect(resolv({ hostNetwork: true }, {})).to.deep.equal(expected);
    expect(resolv({ hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' })[0]).to.equal(
      'nameserver 10.5.0.2',
    );
  });

  it('asks by way of the cluster where the resolvers of the node are out of reach', () =>
    expect(resolv({ dnsPolicy: 'Default' }, undefined, { ...node, servers: [] })[0]).to.equal(
      'nameserver 10.5.0.2',
    ));

  it('is as the node has it where containers reach no Services', () =>
    expect(resolv({}, {})[0]).to.equal('nameserver 192.0.2.1'));

  it('says what the pod says, and nothing else where the policy is None', () => {
    const dnsConfig = {
      nameservers: ['192.0.2.53', '192.0.2.54', '192.0.2.55', '192.0.2.56'],
      searches: ['a.example'],
      options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }],
    };
    expect(resolv({ dnsPolicy: 'None', dnsConfig })).to.deep.equal([
      ...['nameserver 192.0.2.53', 'nameserver 192.0.2.54', 'nameserver 192.0.2.55'],
      ...['search a.example', 'options ndots:2 rotate', ''],
    ]);
    expect(resolv({ dnsConfig })).to.deep.equal([
      ...['nameserver 10.5.0.2', 'nameserver 192.0.2.53', 'nameserver 192.0.2.54'],
      'search shop.svc.cluster.local svc.cluster.local cluster.local a.example corp.example',
      ...['options edns0 ndots:2 rotate', ''],
    ]);
  });
});

describe('the hosts file of a container', () => {
  it('has the pod, by its full name where that is in a subdomain, the API, and the aliases of the pod', () => {
    const hostAliases = [{ ip: '192.0.2.7', hostnames: ['mail', 'mail.example'] }];
    const lines = hostsFile(sandbox({ subdomain: 'db', hostAliases }), '').split('\n');
    expect(lines[0]).to.equal('# Kubernetes-managed hosts file.');
    expect(lines).to.include('127.0.0.1\tlocalhost');
    expect(lines).to.include('10.4.0.7\tdb-0.db.shop.svc.cluster.local\tdb-0');
    expect(lines.slice(-4)).to.deep.equal([
      ...['', '# Entries added by HostAliases.', '192.0.2.7\tmail\tmail.example', ''],
    ]);
    expect(lines).to.include('10.7.0.1\tkubernetes.default.svc');
    expect(
      hostsFile(sandbox({ hostname: 'own' }, {}), '')
        .split('\n')
        .slice(-2),
    ).to.deep.equal(['10.4.0.7\town', '']);
  });

  it("is the node's, with the aliases, where the pod is in its network", () => {
    const hostAliases = [{ ip: '192.0.2.7', hostnames: ['mail'] }];
    expect(hostsFile(sandbox({ hostNetwork: true, hostAliases }, {}), '127.0.0.1 localhost\n')).to.equal(
      '# Kubernetes-managed hosts file (host network).\n127.0.0.1 localhost\n\n# Entries added by HostAliases.\n192.0.2.7\tmail\n',
    );
  });
});
