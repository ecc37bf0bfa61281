import { serviceAccountUser } from '../../../../src/kube/client/serviceaccount.ts';

const controller = (name: string) => serviceAccountUser('kube-system', name).name;

/** Each worker: what it may, and what it may not, as `workers.test.ts` reads it. */
export const CASES: Readonly<Record<string, readonly [may: readonly string[], mayNot: readonly string[]]>> = {
  [controller('deployment-controller')]: [
    ['create apps/replicasets shop/web-1', 'update apps/deployments/status shop/web'],
    ['update apps/deployments shop/web', 'create pods shop/web-1-x', 'get secrets shop/password'],
  ],
  [controller('replicaset-controller')]: [
    ['create pods shop/web-1-x', 'delete pods shop/web-1-x', 'update apps/replicasets/status shop/web-1'],
    ['update apps/replicasets shop/web-1', 'patch pods/status shop/web-1-x', 'create pods/binding shop/web'],
  ],
  [controller('replication-controller')]: [
    ['create pods shop/web-x', 'patch pods shop/web-x', 'update replicationcontrollers/status shop/web'],
    [
      'update replicationcontrollers shop/web',
      'get apps/replicasets shop/web-1',
      'get secrets shop/password',
    ],
  ],
  [controller('job-controller')]: [
    ['create pods shop/sum-x', 'patch pods shop/sum-x', 'update batch/jobs/status shop/sum'],
    ['update batch/jobs shop/sum', 'delete batch/jobs shop/sum', 'patch pods/status shop/sum-x'],
  ],
  [controller('ttl-after-finished-controller')]: [
    ['delete batch/jobs shop/sum', 'get batch/jobs shop/sum'],
    ['update batch/jobs/status shop/sum', 'delete pods shop/sum-x', 'delete batch/cronjobs shop/nightly'],
  ],
  [controller('daemon-set-controller')]: [
    [
      'create pods shop/log-x',
      'update apps/daemonsets/status shop/log',
      'update apps/controllerrevisions shop/log-1',
    ],
    [
      'update apps/daemonsets shop/log',
      'update pods shop/log-x',
      'create pods/binding shop/log-x',
      'patch nodes n1',
    ],
  ],
  [controller('statefulset-controller')]: [
    [
      'create pods shop/db-0',
      'update apps/statefulsets/status shop/db',
      'update apps/controllerrevisions shop/db-1',
      'create persistentvolumeclaims shop/data-db-0',
    ],
    [
      'update apps/statefulsets shop/db',
      'delete persistentvolumeclaims shop/data-db-0',
      'get secrets shop/password',
    ],
  ],
  [controller('cronjob-controller')]: [
    [
      'create batch/jobs shop/nightly-1',
      'delete batch/jobs shop/nightly-1',
      'update batch/cronjobs/status shop/nightly',
    ],
    [
      'update batch/cronjobs shop/nightly',
      'update batch/jobs/status shop/nightly-1',
      'create pods shop/nightly-1-x',
    ],
  ],
  [controller('horizontal-pod-autoscaler')]: [
    [
      'patch apps/deployments/scale shop/web',
      'get sea.example.com/ships/scale shop/web',
      'list metrics.k8s.io/pods shop/',
      'get custom.metrics.k8s.io/pods shop/web',
    ],
    [
      'patch apps/deployments shop/web',
      'patch pods shop/web',
      'get pods/status shop/web',
      'list metrics.k8s.io/nodes',
    ],
  ],
  [controller('endpointslice-controller')]: [
    ['create discovery.k8s.io/endpointslices shop/web-1'],
    ['update services shop/web', 'create discovery.k8s.io/endpointslices/status shop/web-1'],
  ],
  [controller('endpoint-controller')]: [
    ['create endpoints shop/web', 'delete endpoints shop/web'],
    ['create discovery.k8s.io/endpointslices shop/web-1', 'update services shop/web'],
  ],
  [controller('endpointslicemirroring-controller')]: [
    ['create discovery.k8s.io/endpointslices shop/web-1'],
    ['create endpoints shop/web', 'update services shop/web'],
  ],
  [controller('namespace-controller')]: [
    ['deletecollection secrets shop/', 'update namespaces/finalize shop'],
    ['create serviceaccounts shop/default', 'update namespaces shop', 'create pods shop/web'],
  ],
  [controller('node-controller')]: [
    ['update nodes/status n1', 'patch nodes n1', 'delete pods shop/web'],
    ['delete nodes n1', 'create pods shop/web', 'get secrets shop/password'],
  ],
  [controller('pod-garbage-collector')]: [
    ['delete pods shop/web', 'get nodes n1'],
    ['patch pods shop/web', 'delete apps/deployments shop/web'],
  ],
  [controller('disruption-controller')]: [
    ['get apps/statefulsets shop/db', 'update policy/poddisruptionbudgets/status shop/db'],
    ['update policy/poddisruptionbudgets shop/db', 'delete pods shop/db-0', 'get secrets shop/password'],
  ],
  [controller('certificate-controller')]: [
    [
      'sign certificates.k8s.io/signers kubernetes.io/kubelet-serving',
      'approve certificates.k8s.io/signers kubernetes.io/kube-apiserver-client-kubelet',
    ],
    [
      'approve certificates.k8s.io/signers kubernetes.io/kube-apiserver-client',
      'sign certificates.k8s.io/signers example.com/tester',
      'update certificates.k8s.io/certificatesigningrequests jane',
    ],
  ],
  [controller('clusterrole-aggregation-controller')]: [
    [
      'escalate rbac.authorization.k8s.io/clusterroles view',
      'patch rbac.authorization.k8s.io/clusterroles view',
    ],
    [
      'create rbac.authorization.k8s.io/clusterroles mine',
      'bind rbac.authorization.k8s.io/clusterroles cluster-admin',
      'patch rbac.authorization.k8s.io/clusterrolebindings cluster-admin',
    ],
  ],
  [controller('resourcequota-controller')]: [
    ['update resourcequotas/status shop/most', 'watch secrets', 'list shops.example.com/shops'],
    ['get secrets shop/password', 'update resourcequotas shop/most', 'delete pods shop/web'],
  ],
  [controller('persistent-volume-binder')]: [
    ['update persistentvolumes disk', 'update persistentvolumeclaims/status shop/data'],
    [
      'delete persistentvolumes disk',
      'create persistentvolumes disk',
      'delete persistentvolumeclaims shop/data',
    ],
  ],
  [controller('local-path-provisioner')]: [
    [
      'create persistentvolumes pvc-1',
      'delete persistentvolumes pvc-1',
      'update persistentvolumeclaims shop/data',
    ],
    [
      'update persistentvolumeclaims/status shop/data',
      'delete persistentvolumeclaims shop/data',
      'update nodes n1',
    ],
  ],
  [controller('pvc-protection-controller')]: [
    ['update persistentvolumeclaims shop/data', 'list pods shop/'],
    ['delete persistentvolumeclaims shop/data', 'update persistentvolumes disk', 'delete pods shop/web'],
  ],
  [controller('pv-protection-controller')]: [
    ['update persistentvolumes disk'],
    ['delete persistentvolumes disk', 'update persistentvolumeclaims shop/data'],
  ],
  [controller('volumeattributesclass-protection-controller')]: [
    ['update storage.k8s.io/volumeattributesclasses gold'],
    ['delete storage.k8s.io/volumeattributesclasses gold', 'update persistentvolumes disk'],
  ],
  [controller('generic-garbage-collector')]: [
    ['delete shops.example.com/shops shop/web', 'patch configmaps shop/a', 'watch secrets shop/'],
    ['create configmaps shop/a', 'deletecollection configmaps shop/', 'impersonate users ann'],
  ],
  [controller('service-account-controller')]: [
    ['create serviceaccounts shop/default'],
    ['create serviceaccounts shop/robot', 'create serviceaccounts/token shop/default'],
  ],
  [controller('tokens-controller')]: [
    ['create serviceaccounts/token shop/robot', 'update secrets shop/robot-token', 'watch secrets'],
    ['create secrets shop/mine', 'create serviceaccounts shop/robot', 'deletecollection secrets shop/'],
  ],
  [controller('root-ca-cert-publisher')]: [
    ['create configmaps shop/kube-root-ca.crt', 'update configmaps shop/kube-root-ca.crt'],
    ['update configmaps shop/settings', 'delete configmaps shop/kube-root-ca.crt'],
  ],
  'system:kube-controller-manager': [
    ['watch pods', 'create events shop/', 'impersonate serviceaccounts kube-system/node-controller'],
    [
      'delete pods shop/web',
      'list secrets',
      'impersonate serviceaccounts kube-system/default',
      'impersonate groups system:masters',
      'impersonate users system:admin',
    ],
  ],
  'system:kube-scheduler': [
    ['create pods/binding shop/web', 'watch nodes', 'patch pods/status shop/web', 'delete pods shop/web'],
    ['create pods shop/web', 'deletecollection pods shop/', 'update nodes n1', 'list secrets'],
  ],
  'system:apiserver': [
    ['create namespaces kube-system', 'delete shops.example.com/shops shop/web', 'deletecollection events'],
    [
      'create pods shop/web',
      'deletecollection pods shop/',
      'get secrets shop/password',
      'update services default/web',
      'update services shop/kubernetes',
    ],
  ],
  'system:pilotage:sync': [
    [
      'get secrets shop/password',
      'update pilotage.dev/environments/status pilotage/shop-prod',
      'patch apiextensions.k8s.io/customresourcedefinitions environments.pilotage.dev',
      'patch secrets pilotage/git',
      'delete secrets pilotage/webhook-shop',
      'delete secrets pilotage/notify-chat',
      'impersonate users system:pilotage:environment:shop:prod',
      'impersonate groups system:pilotage:environments',
      'impersonate authentication.k8s.io/userextras/pilotage.dev/namespaces shop',
    ],
    [
      'patch secrets shop/password',
      'delete secrets pilotage/git',
      'delete secrets shop/notify-chat',
      'patch apps/deployments shop/web',
      'delete namespaces shop',
      'patch apiextensions.k8s.io/customresourcedefinitions shops.example.com',
      'update pilotage.dev/promotions pilotage/p1',
      'update pilotage.dev/environments shop/mine',
      'impersonate users system:admin',
      'impersonate groups system:masters',
    ],
  ],
  'system:pilotage:identity': [
    [
      'create pilotage.dev/users pilotage/ada',
      'get secrets pilotage/pilotage-password-ada',
      'create rbac.authorization.k8s.io/rolebindings shop-prod/pilotage:grant:x',
      'bind rbac.authorization.k8s.io/clusterroles edit',
    ],
    [
      'get secrets pilotage/git',
      'get secrets shop/pilotage-password-ada',
      'list secrets pilotage/',
      'update pilotage.dev/environments pilotage/shop-prod',
      'create rbac.authorization.k8s.io/clusterrolebindings root',
      'impersonate users ada',
    ],
  ],
  'system:pilotage:promotion': [
    ['create pilotage.dev/promotions pilotage/p1', 'watch pilotage.dev/environments pilotage/'],
    [
      'update pilotage.dev/environments pilotage/shop-prod',
      'get secrets pilotage/git',
      'create pods shop/web',
    ],
  ],
};
