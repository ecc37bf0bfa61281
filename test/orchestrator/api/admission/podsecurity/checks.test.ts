import { expect } from 'chai';
import type { Container, PodSpec } from '../../../../../src/kube/kinds/objects.data.ts';
import type { CheckedPod } from '../../../../../src/orchestrator/api/admission/podsecurity/check.ts';
import { detailsOf, violationsOf } from '../../../../../src/orchestrator/api/admission/podsecurity/checks.ts';
import type { LevelVersion } from '../../../../../src/orchestrator/api/admission/podsecurity/policy.ts';

const container = (name: string, more: Partial<Container> = {}): Container => ({
  name,
  image: 'host',
  ...more,
});
const pod = (
  more: Partial<PodSpec> = {},
  annotations: Readonly<Record<string, string>> = {},
): CheckedPod => ({
  metadata: { annotations },
  spec: { containers: [container('a')], ...more },
});

/** What the level `restricted` asks for. */
const CONFINED = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const WELL: Partial<PodSpec> = {
  securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
  containers: [container('a', { securityContext: CONFINED })],
};

const at = (level: LevelVersion['level'], version: LevelVersion['version'], checked: CheckedPod): string =>
  detailsOf(violationsOf({ level, version }, checked));

describe('the level baseline', () => {
  const rows: readonly (readonly [what: string, checked: CheckedPod, says: string])[] = [
    [
      'namespaces of the node',
      pod({ hostNetwork: true, hostIPC: true }),
      'host namespaces (hostNetwork=true, hostIPC=true)',
    ],
    [
      'files of the node',
      pod({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
      'hostPath volumes (volume "v")',
    ],
    [
      'ports of the node',
      pod({
        initContainers: [container('i', { ports: [{ containerPort: 1, hostPort: 80 }] })],
        containers: [container('a', { ports: [{ containerPort: 1, hostPort: 9 }] })],
      }),
      'hostPort (containers "i", "a" use hostPorts 80, 9)',
    ],
    [
      'probes of other hosts',
      pod({ containers: [container('a', { livenessProbe: { httpGet: { host: '10.0.0.1', port: 80 } } })] }),
      'probe or lifecycle host (container "a" uses probe or lifecycle host "10.0.0.1")',
    ],
    [
      'privileged containers',
      pod({ containers: [container('a', { securityContext: { privileged: true } })] }),
      'privileged (container "a" must not set securityContext.privileged=true)',
    ],
    [
      'more capabilities than the usual ones',
      pod({
        containers: [container('a', { securityContext: { capabilities: { add: ['NET_RAW', 'KILL'] } } })],
      }),
      'non-default capabilities (container "a" must not include "NET_RAW" in securityContext.capabilities.add)',
    ],
    [
      'an unmasked /proc',
      pod({ containers: [container('a', { securityContext: { procMount: 'Unmasked' } })] }),
      'procMount (container "a" must not set securityContext.procMount to "Unmasked")',
    ],
    [
      'no seccomp profile, in the pod and in ephemeral containers',
      pod({
        securityContext: { seccompProfile: { type: 'Unconfined' } },
        ephemeralContainers: [{ name: 'e', securityContext: { seccompProfile: { type: 'Unconfined' } } }],
      }),
      'seccompProfile (pod and container "e" must not set securityContext.seccompProfile.type to "Unconfined")',
    ],
    [
      'AppArmor profiles of other names',
      pod(
        { securityContext: { appArmorProfile: { type: 'Unconfined' } } },
        { 'container.apparmor.security.beta.kubernetes.io/a': 'unconfined' },
      ),
      'forbidden AppArmor profiles (pod and annotation must not set AppArmor profile type to "Unconfined", "container.apparmor.security.beta.kubernetes.io/a="unconfined"")',
    ],
    [
      'SELinux types, users and roles of its own',
      pod({ securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u', role: 'r' } } }),
      'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "spc_t"; user may not be set; role may not be set)',
    ],
    [
      'sysctls that concern the node',
      pod({ securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }),
      'forbidden sysctls (kernel.msgmax)',
    ],
    [
      'processes of a Windows host',
      pod({ securityContext: { windowsOptions: { hostProcess: true } } }),
      'hostProcess (pod must not set securityContext.windowsOptions.hostProcess=true)',
    ],
  ];
  for (const [what, checked, says] of rows) {
    it(`forbids ${what}, which privileged allows`, () => {
      expect(at('baseline', 'latest', checked)).to.equal(says);
      expect(at('privileged', 'latest', checked)).to.equal('');
    });
  }

  it('allows an ordinary pod', () => {
    expect(at('baseline', 'latest', pod())).to.equal('');
  });
});

describe('the level restricted', () => {
  it('asks for all that confines a container, each container that lacks it named', () => {
    expect(at('restricted', 'latest', pod({ containers: [container('a'), container('b')] }))).to.equal(
      'allowPrivilegeEscalation != false (containers "a", "b" must set securityContext.allowPrivilegeEscalation=false), unrestricted capabilities (containers "a", "b" must set securityContext.capabilities.drop=["ALL"]), runAsNonRoot != true (pod or containers "a", "b" must set securityContext.runAsNonRoot=true), seccompProfile (pod or containers "a", "b" must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost")',
    );
    expect(at('restricted', 'latest', pod(WELL))).to.equal('');
  });

  it('forbids root by number, and says whether pod or container wants it', () => {
    const root = pod({ ...WELL, securityContext: { ...WELL.securityContext, runAsUser: 0 } });
    expect(at('restricted', 'latest', root)).to.equal('runAsUser=0 (pod must not set runAsUser=0)');
    const refusing = pod({
      ...WELL,
      containers: [container('a', { securityContext: { ...CONFINED, runAsNonRoot: false } })],
    });
    expect(at('restricted', 'latest', refusing)).to.equal(
      'runAsNonRoot != true (container "a" must not set securityContext.runAsNonRoot=false)',
    );
  });

  it('forbids other types of volumes, the files of the node under this name alone', () => {
    const volumes = [
      { name: 'v', hostPath: { path: '/' } },
      { name: 'n', nfs: { server: 's', path: '/' } },
    ];
    expect(at('restricted', 'latest', pod({ ...WELL, volumes }))).to.equal(
      'restricted volume types (volumes "v", "n" use restricted volume types "hostPath", "nfs")',
    );
  });

  it('names capabilities once, under its own rule', () => {
    const adding = { ...CONFINED, capabilities: { drop: ['ALL'], add: ['NET_RAW', 'NET_BIND_SERVICE'] } };
    const checked = pod({ ...WELL, containers: [container('a', { securityContext: adding })] });
    expect(at('restricted', 'latest', checked)).to.equal(
      'unrestricted capabilities (container "a" must not include "NET_RAW" in securityContext.capabilities.add)',
    );
  });

  it('asks nothing of Windows pods that they cannot have', () => {
    const windows = pod({ os: { name: 'windows' }, securityContext: { runAsNonRoot: true } });
    expect(at('restricted', 'latest', windows)).to.equal('');
  });
});

describe('a version of the standards', () => {
  it('has no check that is younger', () => {
    expect(at('restricted', 18, pod())).to.not.contain('seccompProfile');
    expect(at('restricted', 19, pod())).to.contain('seccompProfile');
    expect(at('restricted', 7, pod())).to.equal(
      'runAsNonRoot != true (pod or container "a" must set securityContext.runAsNonRoot=true)',
    );
    const sysctl = pod({ securityContext: { sysctls: [{ name: 'net.ipv4.tcp_rmem', value: '1' }] } });
    expect(at('baseline', 31, sysctl)).to.equal('forbidden sysctls (net.ipv4.tcp_rmem)');
    expect(at('baseline', 32, sysctl)).to.equal('');
  });

  it('reads annotations where there were no fields yet', () => {
    const annotated = pod({}, { 'seccomp.security.alpha.kubernetes.io/pod': 'unconfined' });
    expect(at('baseline', 18, annotated)).to.equal(
      'seccompProfile (forbidden annotation seccomp.security.alpha.kubernetes.io/pod="unconfined")',
    );
    expect(at('baseline', 19, annotated)).to.equal('');
  });

  it('lets pods of a user namespace be root in it from 1.35 on', () => {
    const root = pod({
      hostUsers: false,
      securityContext: { runAsUser: 0, seccompProfile: { type: 'RuntimeDefault' } },
      containers: [container('a', { securityContext: CONFINED })],
    });
    expect(at('restricted', 34, root)).to.contain('runAsUser=0');
    expect(at('restricted', 35, root)).to.equal('');
  });
});
