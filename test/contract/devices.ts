import { expect } from 'chai';
import type { ResourceClaim, ResourceSlice } from '../../src/kube/kinds/objects.data.ts';
import {
  DEVICE_CLASSES,
  NAMESPACES,
  PODS,
  RESOURCE_CLAIM_TEMPLATES,
  RESOURCE_CLAIMS,
  RESOURCE_SLICES,
} from '../../src/kube/kinds/resources.data.ts';
import type { KubeObject, Resource } from '../../src/kube/values/types.ts';
import type { Bench } from './kubeclient.ts';
import { refusal } from './notation.ts';

const label = (name: string): string =>
  `Invalid value: "${name}": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`;

/** resource.k8s.io: what holds of its kinds beyond their schemas, whether or not anything allocates devices. */
export function devices(bench: Bench): void {
  const create = <T extends KubeObject>(resource: Resource<T>, spec: object): Promise<T> =>
    bench.client.create(resource, {
      apiVersion: 'resource.k8s.io/v1',
      kind: resource.kind,
      metadata: {
        name: bench.name('device'),
        ...(resource.namespaced ? { namespace: bench.namespace } : {}),
      },
      spec,
    });
  const claim = (spec: object) => create<ResourceClaim>(RESOURCE_CLAIMS, spec);
  const exactly = (more: object = {}) => ({ deviceClassName: 'gpu', ...more });
  const causesOf = async (written: Promise<unknown>): Promise<readonly string[]> => {
    const { status } = await refusal(written);
    expect(status.reason).to.equal('Invalid');
    return (status.details?.causes ?? []).map(({ field, message }) => `${field}: ${message}`);
  };

  it('a ResourceClaim asks for one device unless it says how many, and never changes', async () => {
    const requests = [
      { name: 'gpu', exactly: exactly({ tolerations: [{ operator: 'Exists' }] }) },
      { name: 'all', exactly: exactly({ allocationMode: 'All' }) },
      { name: 'any', firstAvailable: [{ name: 'big', ...exactly({ count: 2 }) }] },
    ];
    const created = await claim({ devices: { requests } });
    expect(created.metadata.generation).to.equal(undefined);
    expect(created.spec.devices?.requests).to.deep.equal([
      { name: 'gpu', exactly: exactly({ allocationMode: 'ExactCount', count: 1 }) },
      { name: 'all', exactly: exactly({ allocationMode: 'All' }) },
      {
        name: 'any',
        firstAvailable: [{ name: 'big', ...exactly({ allocationMode: 'ExactCount', count: 2 }) }],
      },
    ]);
    const changed = { ...created, spec: { devices: { requests: requests.slice(1) } } };
    expect(await causesOf(bench.client.update(RESOURCE_CLAIMS, changed))).to.have.length(1);
  });

  it('a ResourceClaim says what is wrong with each of its requests', async () => {
    const many = await causesOf(
      claim({
        devices: {
          requests: [
            { name: 'GPU', exactly: exactly() },
            { name: 'none' },
            { name: 'few', exactly: exactly({ count: -1 }) },
            { name: 'all', exactly: exactly({ allocationMode: 'All', count: 2 }) },
          ],
        },
      }),
    );
    expect(many).to.have.members([
      `spec.devices.requests[0].name: ${label('GPU')}`,
      'spec.devices.requests[1]: Required value: exactly one of `exactly` or `firstAvailable` is required',
      'spec.devices.requests[2].exactly.count: Invalid value: -1: must be greater than zero',
      "spec.devices.requests[3].exactly.count: Invalid value: 2: must not be specified when allocationMode is 'All'",
    ]);
  });

  it('a ResourceClaim names its own requests, attributes with their domain, and parameters for the driver', async () => {
    const requests = [{ name: 'gpu', exactly: exactly() }];
    const opaque = (more: object = {}) => ({ opaque: { driver: 'gpu.example.com', ...more } });
    const causes = await causesOf(
      claim({
        devices: {
          requests,
          constraints: [{ requests: ['cpu'], matchAttribute: 'model' }, {}],
          config: [opaque(), {}, { requests: ['gpu'], ...opaque({ parameters: { size: 1 } }) }],
        },
      }),
    );
    expect(causes).to.have.members([
      'spec.devices.constraints[0].requests[0]: Invalid value: "cpu": must be the name of a request in the claim or the name of a request and a subrequest separated by \'/\'',
      'spec.devices.constraints[0].matchAttribute: Invalid value: "model": a fully qualified name must be a domain and a name separated by a slash',
      'spec.devices.constraints[1].matchAttribute: Required value',
      'spec.devices.config[0].opaque.parameters: Required value',
      'spec.devices.config[1].opaque: Required value',
    ]);
  });

  it('a DeviceClass selects by expressions that know a device', async () => {
    const selecting = (...expressions: string[]) =>
      create(DEVICE_CLASSES, {
        selectors: expressions.map((expression) => ({ cel: { expression } })),
        extendedResourceName: 'example.com/gpu',
      });
    const made = await selecting(
      'device.driver == "gpu.example.com" && device.capacity["gpu.example.com"].memory.isGreaterThan(quantity("1Gi"))',
      'cel.bind(gpu, device.attributes["gpu.example.com"], gpu.fast && gpu.model == "a")',
    );
    expect(made.metadata.generation).to.equal(1);
    expect(made.spec).to.not.have.property('extendedResourceName');
    const causes = await causesOf(selecting('device.driver', 'device.color == "red"'));
    expect(causes[0]).to.equal(
      'spec.selectors[0].cel.expression: Invalid value: "device.driver": must evaluate to bool or the unknown type, not string',
    );
    expect(causes[1]).to.contain("undefined field 'color'");
  });

  it('a ResourceSlice says from where its devices are reached, and what each of them is', async () => {
    const pool = { name: 'n1', generation: 1, resourceSliceCount: 1 };
    const slice = (spec: object) =>
      create<ResourceSlice>(RESOURCE_SLICES, { driver: 'gpu.example.com', pool, ...spec });
    const attributes = { model: { string: 'a' }, 'example.com/version': { version: '1.2.3' } };
    const made = await slice({
      nodeName: 'n1',
      devices: [{ name: 'gpu-0', attributes, capacity: { memory: { value: '1024Mi' } } }],
    });
    expect(made.spec.devices?.[0]).to.deep.equal({
      name: 'gpu-0',
      attributes,
      capacity: { memory: { value: '1Gi' } },
    });
    const { items } = await bench.client.list(RESOURCE_SLICES, {
      fieldSelector: `spec.nodeName=n1,spec.driver=gpu.example.com,metadata.name=${made.metadata.name}`,
    });
    expect(items).to.have.length(1);
    const causes = await causesOf(
      slice({
        allNodes: true,
        nodeName: 'n1',
        pool: { ...pool, resourceSliceCount: 0 },
        devices: [{ name: 'a', attributes: { '1st': { string: 'a', int: 1 }, v: { version: '1' } } }],
      }),
    );
    expect(causes.map((cause) => cause.split(': ')[0])).to.have.members([
      'spec.pool.resourceSliceCount',
      'spec',
      'spec.devices[0].attributes[1st]',
      'spec.devices[0].attributes[1st]',
      'spec.devices[0].attributes[v].version',
    ]);
  });

  it('the status of a ResourceClaim holds what is allocated and reserved, and nothing else', async () => {
    const created = await claim({ devices: { requests: [{ name: 'gpu', exactly: exactly() }] } });
    const write = (live: ResourceClaim, status: ResourceClaim['status']) =>
      bench.client.update(RESOURCE_CLAIMS, { ...live, status }, { subresource: 'status' });
    const consumer = { resource: 'pods', name: 'a', uid: '1' };
    expect(await causesOf(write(created, { reservedFor: [consumer] }))).to.deep.equal([
      'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
    ]);
    const device = { driver: 'gpu.example.com', pool: 'n1', device: 'gpu-0' };
    const allocation = { devices: { results: [{ request: 'gpu', ...device }] } };
    const lastTransitionTime = '2026-01-01T00:00:00Z';
    const ready = { type: 'Ready', status: 'True', reason: 'Up', message: '', lastTransitionTime } as const;
    const report = { ...device, conditions: [ready], networkData: { ips: ['10.0.0.1/8'] } };
    const allocated = await write(created, { allocation, reservedFor: [consumer], devices: [report] });
    expect(allocated.status?.devices).to.deep.equal([report]);
    const other = { devices: { results: [{ request: 'gpu', ...device, device: 'gpu-1' }] } };
    expect((await causesOf(write(allocated, { allocation: other })))[0]).to.match(
      /^status.allocation: Invalid/,
    );
    expect((await write(allocated, { devices: [report] })).status ?? {}).to.deep.equal({});
  });

  it('who administers devices works in a namespace that says so', async () => {
    const devices = { requests: [{ name: 'gpu', exactly: exactly({ adminAccess: true }) }] };
    for (const made of [claim({ devices }), create(RESOURCE_CLAIM_TEMPLATES, { spec: { devices } })]) {
      expect(await causesOf(made)).to.deep.equal([
        'spec.devices.requests[0].adminAccess: Forbidden: admin access to devices requires the `resource.kubernetes.io/admin-access: true` label on the containing namespace',
      ]);
    }
    const labels = (value: string | null) =>
      bench.client.patch(
        NAMESPACES,
        { name: bench.namespace },
        { type: 'merge', body: { metadata: { labels: { 'resource.kubernetes.io/admin-access': value } } } },
      );
    await labels('true');
    await claim({ devices });
    await labels(null);
  });

  it('a pod claims by name or by template, and its containers use what it claims', async () => {
    const containers = [
      {
        name: 'main',
        image: 'host',
        resources: { claims: [{ name: 'gpu' }, { name: 'disk' }, { name: 'gpu' }] },
      },
    ];
    const resourceClaims = [{ name: 'gpu' }];
    const causes = await causesOf(
      bench.client.create(PODS, {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: bench.name('pod'), namespace: bench.namespace },
        spec: { containers, resourceClaims },
      }),
    );
    // The value is shown as Go has it there, and as the API has it here.
    expect(causes.map((cause) => cause.replace(/ value: \{.*\}/, ''))).to.have.members([
      'spec.resourceClaims[0]: Invalid: must specify one of: `resourceClaimName`, `resourceClaimTemplateName`',
      'spec.containers[0].resources.claims[1]: Not found: "disk": must be one of the names in pod.spec.resourceClaims: gpu',
      'spec.containers[0].resources.claims[2]: Duplicate value: "gpu"',
    ]);
  });
}
