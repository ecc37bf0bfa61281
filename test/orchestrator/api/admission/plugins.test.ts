import { expect } from 'chai';
import { systemClock } from '../../../../src/base/clock.ts';
import { NOTHING_CONFIGURED } from '../../../../src/orchestrator/api/admission/configurationfile.ts';
import { type AdmissionWorld, admissionPlugins } from '../../../../src/orchestrator/api/admission/plugins.ts';
import { testAuthorization } from '../authorization.ts';

describe('the plug-ins of admission', () => {
  it("stand in Kubernetes' order, with our own between them", () => {
    const { authorize, assertMayGrant } = testAuthorization();
    const nothing = () => undefined;
    // Nothing is looked up before a request is judged.
    const world = {
      clock: systemClock,
      authorize,
      assertMayGrant,
      lacksRoom: nothing,
      onIgnored: nothing,
      uuid: () => '',
      callWebhook: async () => null,
      configuration: NOTHING_CONFIGURED,
    } as Omit<AdmissionWorld, 'store' | 'kinds'> as AdmissionWorld;
    const names = admissionPlugins(world, [{ name: 'ServiceAccount' }]).map(({ name }) => name);
    const ours = ['NodeRanges', 'RoleGrants', 'DiskRoom'];
    expect(names.filter((name) => !ours.includes(name))).to.deep.equal([
      'NamespaceLifecycle',
      'LimitRanger',
      'ServiceAccount',
      'NodeRestriction',
      'TaintNodesByCondition',
      'PodSecurity',
      'Priority',
      'DefaultTolerationSeconds',
      'DefaultStorageClass',
      'StorageObjectInUseProtection',
      'PersistentVolumeClaimResize',
      'RuntimeClass',
      'CertificateApproval',
      'CertificateSigning',
      'CertificateSubjectRestriction',
      'DefaultIngressClass',
      'MutatingAdmissionWebhook',
      'ValidatingAdmissionPolicy',
      'ValidatingAdmissionWebhook',
      'ResourceQuota',
    ]);
  });
});
