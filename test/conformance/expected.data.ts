const REPLICATION = 'nothing acts yet on a ReplicationController';
const CRON = 'nothing acts yet on a CronJob';
const DEVICES = 'resource.k8s.io (dynamic resource allocation) is not served';

/** Why a test of the conformance suite fails for now, by its name (without tags). One that passes all the same fails the run. */
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = {
  'Conformance Tests should have at least two untainted nodes': 'there is one node: this machine',
  'Garbage collector should delete pods created by rc when not orphaning': REPLICATION,
  'Garbage collector should keep the rc around until all its pods are deleted if the deleteOptions says so':
    REPLICATION,
  "Garbage collector should not delete dependents that have both valid owner and owner that's waiting for dependents to be deleted":
    REPLICATION,
  'Garbage collector should orphan pods created by rc if delete options say so': REPLICATION,
  'ReplicationController should get and update a ReplicationController scale': REPLICATION,
  'ReplicationController should release no longer matching pods': REPLICATION,
  'ReplicationController should surface a failure condition on a common issue like exceeded quota':
    REPLICATION,
  'CronJob should not schedule new jobs when ForbidConcurrent': CRON,
  'CronJob should replace jobs when ReplaceConcurrent': CRON,
  'CronJob should schedule multiple jobs concurrently': CRON,
  'CRUD Tests resource.k8s.io/v1 DeviceClass': DEVICES,
  'CRUD Tests resource.k8s.io/v1 ResourceClaim': DEVICES,
  'CRUD Tests resource.k8s.io/v1 ResourceClaimTemplate': DEVICES,
  'CRUD Tests resource.k8s.io/v1 ResourceSlice': DEVICES,
};
