import { expect } from 'chai';
import { complaints } from './notation.ts';

const of =
  (apiVersion: string, kind: string) =>
  (rest: string, name = 'a') =>
    `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: ${name}}, ${rest}}`;

const cidr = of('networking.k8s.io/v1', 'ServiceCIDR');
const address = of('networking.k8s.io/v1', 'IPAddress');
const ingressClass = of('networking.k8s.io/v1', 'IngressClass');
const driver = of('storage.k8s.io/v1', 'CSIDriver');
const node = of('storage.k8s.io/v1', 'CSINode');
const capacity = of('storage.k8s.io/v1', 'CSIStorageCapacity');
const attachment = of('storage.k8s.io/v1', 'VolumeAttachment');
const attributes = of('storage.k8s.io/v1', 'VolumeAttributesClass');
const storageClass = of('storage.k8s.io/v1', 'StorageClass');
const runtime = of('node.k8s.io/v1', 'RuntimeClass');
const priority = of('scheduling.k8s.io/v1', 'PriorityClass');
const apiService = of('apiregistration.k8s.io/v1', 'APIService');

const PARENT = 'spec: {parentRef: {resource: services, namespace: default, name: web}}';
const SOURCE = 'attacher: example.com, nodeName: n1, source: {persistentVolumeName: pv}';
const PRIORITIES = 'groupPriorityMinimum: 100, versionPriority: 10';

const FLAWS: readonly [title: string, object: string, complaint: string, old?: string][] = [
  [
    'a ServiceCIDR without ranges',
    cidr('spec: {cidrs: []}'),
    'spec.cidrs: Required value: at least one CIDR required',
  ],
  [
    'two ranges of one family',
    cidr('spec: {cidrs: [10.0.0.0/8, 11.0.0.0/8]}'),
    'spec.cidrs: Invalid value: ["10.0.0.0/8","11.0.0.0/8"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
  ],
  [
    'a range that is changed',
    cidr('spec: {cidrs: [11.0.0.0/8]}'),
    'spec.cidrs[0]: Invalid value: "11.0.0.0/8": field is immutable',
    cidr('spec: {cidrs: [10.0.0.0/8]}'),
  ],
  ['an address of nobody', address('spec: {}', '10.0.0.1'), 'spec.parentRef: Required value'],
  [
    'an address that changes hands',
    address(PARENT.replace('web', 'api'), '10.0.0.1'),
    'spec.parentRef: Invalid value: {"resource":"services","namespace":"default","name":"api"}: field is immutable',
    address(PARENT, '10.0.0.1'),
  ],
  [
    'a controller without a domain',
    ingressClass('spec: {controller: nginx}'),
    'spec.controller: Invalid value: "nginx": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    'parameters of a namespace that is not named',
    ingressClass('spec: {controller: a.b/c, parameters: {kind: K, name: p, scope: Namespace}}'),
    "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'",
  ],
  [
    'tokens that are too short-lived',
    driver('spec: {tokenRequests: [{audience: a, expirationSeconds: 60}]}'),
    'spec.tokenRequests[0].expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes',
  ],
  [
    'a driver that changes how it attaches',
    driver('spec: {attachRequired: false}'),
    'spec.attachedRequired: Invalid value: false: field is immutable',
    driver('spec: {}'),
  ],
  [
    'a driver twice on a node',
    node('spec: {drivers: [{name: a.b, nodeID: x}, {name: a.b, nodeID: z}]}'),
    'spec.drivers[1].name: Duplicate value: "a.b"',
  ],
  [
    'a driver that is another node of a sudden',
    node('spec: {drivers: [{name: a.b, nodeID: z, topologyKeys: null}]}'),
    'spec.drivers: Invalid value: {"name":"a.b","nodeID":"z"}: field is immutable',
    node('spec: {drivers: [{name: a.b, nodeID: x, topologyKeys: null}]}'),
  ],
  [
    'less than no capacity',
    capacity('storageClassName: fast, capacity: -1Gi'),
    'capacity: Invalid value: "-1Gi": must be greater than or equal to 0',
  ],
  [
    'an attachment of nothing',
    attachment('spec: {attacher: a.b, nodeName: n1, source: {}}'),
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ],
  [
    'an attachment that moves',
    attachment(`spec: {${SOURCE.replace('n1', 'n2')}}`),
    'spec: Invalid value: {"attacher":"example.com","nodeName":"n2","source":{"persistentVolumeName":"pv"}}: field is immutable',
    attachment(`spec: {${SOURCE}}`),
  ],
  [
    'attributes without any',
    attributes('driverName: a.b'),
    'parameters: Required value: must contain at least one key/value pair',
  ],
  [
    'attributes that change',
    attributes('driverName: a.b, parameters: {k: w}'),
    'parameters: Forbidden: updates to parameters are forbidden.',
    attributes('driverName: a.b, parameters: {k: v}'),
  ],
  [
    'a way to bind that does not exist',
    storageClass('provisioner: a.b/c, volumeBindingMode: Later'),
    'volumeBindingMode: Unsupported value: "Later": supported values: "Immediate", "WaitForFirstConsumer"',
  ],
  [
    'a handler that is changed',
    runtime('handler: runsc'),
    'handler: Invalid value: "runsc": field is immutable',
    runtime('handler: runc'),
  ],
  [
    'the same toleration twice',
    runtime(
      'handler: runc, scheduling: {tolerations: [{key: k, operator: Exists}, {key: k, operator: Exists}]}',
    ),
    'scheduling.tolerations[1]: Duplicate value: {"key":"k","operator":"Exists"}',
  ],
  [
    'a system class of another value',
    priority('value: 1', 'system-node-critical'),
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000",
  ],
  [
    'an APIService of another name',
    apiService(`spec: {group: x.dev, version: v1, ${PRIORITIES}}`, 'v1.y.dev'),
    'metadata.name: Invalid value: "v1.y.dev": must be `spec.version+"."+spec.group`: "v1.x.dev"',
  ],
  [
    'a local APIService with a certificate',
    apiService(`spec: {group: x.dev, version: v1, ${PRIORITIES}, caBundle: YWJj}`, 'v1.x.dev'),
    'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
  ],
  [
    'an APIService that both has an authority and ignores it',
    apiService(
      `spec: {group: x.dev, version: v1, ${PRIORITIES}, service: {name: a, namespace: b}, caBundle: YWJj, insecureSkipTLSVerify: true}`,
      'v1.x.dev',
    ),
    'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
  ],
];

describe('the kinds of networking, storage, node, scheduling and apiregistration', () => {
  for (const [title, object, complaint, old] of FLAWS) {
    it(`refuse ${title}`, () => expect(complaints(object, old)).to.deep.equal([complaint]));
  }

  it('accept what is well, and the changes that are allowed', () => {
    const second = cidr('spec: {cidrs: [10.0.0.0/8, "2001:db8::/64"]}');
    expect(complaints(second, cidr('spec: {cidrs: [10.0.0.0/8]}'))).to.deep.equal([]);
    expect(complaints(address(PARENT, '10.0.0.1'))).to.deep.equal([]);
    expect(complaints(priority('value: 2000001000', 'system-node-critical'))).to.deep.equal([]);
    const allocatable = node('spec: {drivers: [{name: a.b, nodeID: x, allocatable: {count: 3}}]}');
    expect(complaints(allocatable, node('spec: {drivers: [{name: a.b, nodeID: x}]}'))).to.deep.equal([]);
    expect(complaints(apiService(`spec: {version: v1, ${PRIORITIES}}`, 'v1.'))).to.deep.equal([]);
  });
});
