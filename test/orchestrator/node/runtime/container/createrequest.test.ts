import { expect } from 'chai';
import {
  containerRequest,
  type EngineTraits,
  sandboxRequest,
} from '../../../../../src/orchestrator/node/runtime/container/createrequest.ts';
import type { ContainerSpec, SandboxSpec } from '../../../../../src/orchestrator/node/runtime/spec.ts';
import { containerSpec } from '../notation.ts';

const docker: EngineTraits = { name: 'docker', ulimits: [] };
const podman: EngineTraits = { name: 'podman', ulimits: [{ Name: 'nproc', Soft: 9, Hard: 9 }] };
const sandbox = {
  pod: 'uid',
  namespace: 'shop',
  name: 'web-0',
  hostname: 'web-0',
  hostNetwork: false,
  containers: ['main'],
  images: ['app'],
  volumesDir: '/v',
};
const ref = { pod: 'uid', container: 'main', attempt: 2 };

const asked = (
  more: Partial<ContainerSpec> = {},
  traits = docker,
  command: readonly string[] = [],
  place: SandboxSpec = sandbox,
  target?: string,
) => {
  const image = { reference: 'app', digest: 'sha256:1' };
  const spec = containerSpec(ref, command, { image, ...more });
  return containerRequest({
    agent: 'me',
    spec,
    sandbox: place,
    sandboxId: 'box',
    ...(target === undefined ? {} : { target }),
    mounts: spec.mounts,
    traits,
    imageUser: 'app',
  });
};

describe('what an engine is asked to create', () => {
  it('is, for a pod, a container that holds its network and its name', () => {
    const request = sandboxRequest('me', sandbox, 'pause', podman);
    expect(request).to.deep.include({ Image: 'pause', Hostname: 'web-0', Entrypoint: ['/pause'] });
    expect(request.HostConfig).to.deep.equal({
      NetworkMode: 'bridge',
      IpcMode: 'shareable',
      Ulimits: podman.ulimits,
    });
  });

  it('is the network of the node where the pod shares that', () => {
    const request = sandboxRequest('me', { ...sandbox, hostNetwork: true }, 'pause', docker);
    expect(request.HostConfig.NetworkMode).to.equal('host');
    expect(request).to.not.have.property('Hostname');
  });

  it('binds ports of the node for the pod, several to one of its ports, on the addresses that it names', () => {
    const port = (hostPort: number, hostIP = '') => ({
      hostIP,
      hostPort,
      containerPort: 80,
      protocol: 'tcp' as const,
    });
    const request = sandboxRequest(
      'me',
      { ...sandbox, hostPorts: [port(8080), port(80, '10.0.0.1')] },
      'pause',
      docker,
    );
    expect(request.ExposedPorts).to.deep.equal({ '80/tcp': {} });
    expect(request.HostConfig.PortBindings).to.deep.equal({
      '80/tcp': [
        { HostIp: '', HostPort: '8080' },
        { HostIp: '10.0.0.1', HostPort: '80' },
      ],
    });
  });

  it('has settings of the kernel, memory and processes of the node where the pod wants them', () => {
    const spec = { ...sandbox, sysctls: { 'net.a': '1' }, hostIpc: true, processes: 'node' as const };
    expect(sandboxRequest('me', spec, 'pause', docker).HostConfig).to.deep.include({
      Sysctls: { 'net.a': '1' },
      IpcMode: 'host',
      PidMode: 'host',
    });
    expect(asked({}, docker, [], spec).HostConfig).to.deep.include({ IpcMode: 'host', PidMode: 'host' });
  });

  it('shows the processes of the pod, or of one container of it, where that is wanted', () => {
    expect(asked().HostConfig).to.not.have.property('PidMode');
    const shared = { ...sandbox, processes: 'pod' as const };
    expect(asked({}, docker, [], shared).HostConfig.PidMode).to.equal('container:box');
    expect(asked({}, docker, [], sandbox, 'other').HostConfig.PidMode).to.equal('container:other');
  });

  it('shows what is mounted later, on the sides that the pod names', () => {
    const mount = { source: '/a', target: '/b', readOnly: false };
    const propagation = (how?: 'from node' | 'both ways') =>
      asked({ mounts: [{ ...mount, ...(how ? { propagation: how } : {}) }] }).HostConfig.Mounts?.[0]
        ?.BindOptions;
    expect(propagation()).to.equal(undefined);
    expect(propagation('from node')).to.deep.equal({ Propagation: 'rslave' });
    expect(propagation('both ways')).to.deep.equal({ Propagation: 'rshared' });
  });

  it('joins the network and the shared memory of its pod', () => {
    const { HostConfig, Image } = asked();
    expect(Image).to.equal('sha256:1');
    expect(HostConfig).to.deep.include({ NetworkMode: 'container:box', IpcMode: 'container:box' });
  });

  it('names the host to Podman, which takes it from nowhere else, and not to Docker, which refuses it', () => {
    expect(asked({}, podman).Hostname).to.equal('web-0');
    expect(asked({}, docker)).to.not.have.property('Hostname');
  });

  it('leaves to the image what the pod does not say', () => {
    const request = asked();
    for (const name of ['Entrypoint', 'Cmd', 'WorkingDir']) expect(request).to.not.have.property(name);
  });

  it('replaces the entry point and its arguments by the command, and the arguments alone by args', () => {
    expect(asked({}, docker, ['run'])).to.deep.include({ Entrypoint: ['run'], Cmd: [] });
    const request = asked({ args: ['-v'] });
    expect(request.Cmd).to.deep.equal(['-v']);
    expect(request).to.not.have.property('Entrypoint');
  });

  it('shows outer mounts first, and keeps what is read-only so', () => {
    const mounts = [
      { source: '/v/b', target: '/data/inner', readOnly: true },
      { source: '/v/a', target: '/data', readOnly: false },
    ];
    expect(asked({ mounts }).HostConfig.Mounts).to.deep.equal([
      { Type: 'bind', Source: '/v/a', Target: '/data', ReadOnly: false },
      { Type: 'bind', Source: '/v/b', Target: '/data/inner', ReadOnly: true },
    ]);
  });

  it('has limits and shares of the processor by the rules of the kubelet, and no swap beyond its memory', () => {
    const resources = { requests: { cpuMillis: 500 }, limits: { cpuMillis: 1500, memoryBytes: 1024 } };
    expect(asked({ resources }).HostConfig).to.deep.include({
      CpuShares: 512,
      CpuPeriod: 100_000,
      CpuQuota: 150_000,
      Memory: 1024,
      MemorySwap: 1024,
    });
    expect(asked().HostConfig).to.deep.include({ CpuShares: 2 });
    expect(asked().HostConfig).to.not.have.property('Memory');
  });

  it('is named by its pod, its container and its attempt', () => {
    expect(asked().Labels).to.deep.equal({
      'dev.pilotage.agent': 'me',
      'dev.pilotage.pod': 'uid',
      'dev.pilotage.container': 'main',
      'dev.pilotage.attempt': '2',
    });
  });

  it('reads what clients write where the pod says so', () => {
    expect(asked({ input: 'once', tty: true })).to.deep.include({
      OpenStdin: true,
      StdinOnce: true,
      Tty: true,
    });
    expect(asked()).to.deep.include({ OpenStdin: false, StdinOnce: false, Tty: false });
  });
});
