import * as resources from '../../src/kube/kinds/resources.data.ts';
import type { Resource } from '../../src/kube/values/types.ts';

export const template = (labels: object = { app: 'a' }, spec: object = {}) => ({
  metadata: { labels },
  spec: { containers: [{ name: 'main', image: 'host' }], ...spec },
});
export const selector = { matchLabels: { app: 'a' } };
export const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
export const jobTemplate = template({}, { restartPolicy: 'Never' });
export const target = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' };

/** What is refused, and the causes that the server gives: `field: message`. */
type Flaw = readonly [title: string, resource: Resource, content: object, ...causes: string[]];

export const FLAWS: readonly Flaw[] = [
  [
    'a ReplicationController that selects other pods than its own',
    resources.REPLICATION_CONTROLLERS,
    { spec: { selector: { app: 'b' }, template: template() } },
    'spec.template.metadata.labels: Invalid value: {"app":"a"}: `selector` does not match template `labels`',
  ],
  [
    'a StatefulSet with an unknown way of management and an empty claim',
    resources.STATEFUL_SETS,
    {
      spec: {
        selector,
        template: template(),
        podManagementPolicy: 'Random',
        volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: {} }],
      },
    },
    "spec.podManagementPolicy: Invalid value: \"Random\": must be 'OrderedReady' or 'Parallel'",
    'spec.volumeClaimTemplates[0].spec.accessModes: Required value: at least 1 access mode is required',
    'spec.volumeClaimTemplates[0].spec.resources[storage]: Required value',
  ],
  [
    'a DaemonSet that would take pods away and add some at once',
    resources.DAEMON_SETS,
    {
      spec: {
        selector,
        template: template(),
        updateStrategy: { rollingUpdate: { maxUnavailable: 1, maxSurge: 1 } },
      },
    },
    'spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero',
  ],
  [
    'a Job whose pods are restarted for ever',
    resources.JOBS,
    { spec: { template: template({}), backoffLimit: -1 } },
    'spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0',
    'spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"',
  ],
  [
    'an indexed Job without a number of completions',
    resources.JOBS,
    { spec: { template: jobTemplate, completionMode: 'Indexed', parallelism: 2 } },
    'spec.completions: Required value: when completion mode is Indexed',
  ],
  [
    'a CronJob without a readable schedule',
    resources.CRON_JOBS,
    {
      spec: {
        schedule: '61 * * * *',
        timeZone: 'Middle/Earth',
        jobTemplate: { spec: { template: jobTemplate } },
      },
    },
    'spec.schedule: Invalid value: "61 * * * *": end of range (61) above maximum (59): 61',
    'spec.timeZone: Invalid value: "Middle/Earth": unknown time zone Middle/Earth',
  ],
  [
    'an autoscaler between impossible bounds',
    resources.V2_HORIZONTAL_POD_AUTOSCALERS,
    { spec: { scaleTargetRef: target, minReplicas: 3, maxReplicas: 2 } },
    'spec.maxReplicas: Invalid value: 2: must be greater than or equal to `minReplicas`',
  ],
  [
    'a metric that says nothing, in the words of the newest version',
    resources.HORIZONTAL_POD_AUTOSCALERS,
    { spec: { scaleTargetRef: target, maxReplicas: 2, targetCPUUtilizationPercentage: 0 } },
    'spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0',
  ],
  [
    'a disruption budget of more than everything',
    resources.POD_DISRUPTION_BUDGETS,
    { spec: { maxUnavailable: '101%', selector } },
    'spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%',
  ],
  [
    'a claim without an amount',
    resources.PERSISTENT_VOLUME_CLAIMS,
    { spec: { accessModes: ['Sometimes'] } },
    'spec.accessModes: Unsupported value: "Sometimes": supported values: "ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"',
    'spec.resources[storage]: Required value',
  ],
  [
    'limits that contradict each other',
    resources.LIMIT_RANGES,
    {
      spec: { limits: [{ type: 'Container', min: { cpu: '2' }, max: { cpu: '1' }, default: { cpu: '1' } }] },
    },
    'spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1',
    'spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1',
    'spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1',
  ],
  [
    'a quota of half a pod, and of what nobody counts',
    resources.RESOURCE_QUOTAS,
    { spec: { hard: { pods: '500m', wishes: '3' } } },
    'spec.hard[pods]: Invalid value: "500m": must be an integer',
    'spec.hard[wishes]: Invalid value: "wishes": must be a standard resource type or fully qualified',
    'spec.hard[wishes]: Invalid value: "wishes": must be a standard resource for quota',
  ],
  [
    'endpoints without an address',
    resources.ENDPOINTS,
    { subsets: [{ addresses: [{ ip: 'here' }], ports: [{ port: 0 }] }, {}] },
    'subsets[0].addresses[0].ip: Invalid value: "here": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'subsets[0].addresses[0].ip: Invalid value: "here": must be a valid IP address',
    'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive',
    'subsets[1]: Required value: must specify `addresses` or `notReadyAddresses`',
  ],
  [
    'a revision without data',
    resources.CONTROLLER_REVISIONS,
    { revision: 1 },
    'data: Required value: data is mandatory',
  ],
  [
    'a template of pods with a name that is none',
    resources.POD_TEMPLATES,
    { template: template({ app: 'a' }, { containers: [{ name: 'A', image: 'host' }] }) },
    `template.spec.containers[0].name: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`,
  ],
  [
    'a sysctl that is not one',
    resources.PODS,
    { spec: { ...template().spec, securityContext: { sysctls: [{ name: 'foo-', value: '1' }] } } },
    'spec.securityContext.sysctls[0].name: Invalid value: "foo-": must have at most 253 characters and match regex ^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$',
  ],
];
