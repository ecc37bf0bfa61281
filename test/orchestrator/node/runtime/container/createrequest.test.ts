import { expect } from 'chai';
import {
  containerRequest,
  type EngineTraits,
  sandboxRequest,
} from '../../../../../src/orchestrator/node/runtime/container/createrequest.ts';
import type { ContainerSpec } from '../../../../../src/orchestrator/node/runtime/spec.ts';
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

const asked = (more: Partial<ContainerSpec> = {}, traits = docker, command: readonly string[] = []) => {
  const image = { reference: 'app', digest: 'sha256:1' };
  const spec = containerSpec(ref, command, { image, ...more });
  return containerRequest({
    agent: 'me',
    spec,
    sandbox,
    sandboxId: 'box',
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
