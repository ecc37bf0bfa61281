/** What becomes of a key: it is read, it says nothing to a cluster, it is left out with a warning, or nothing runs with it. */
export type Fate =
  | 'read'
  | 'quiet'
  | { readonly warn: string; readonly remedy?: string }
  | { readonly refuse: string; readonly remedy?: string };

/** The keys of a map; the map below a key, or below each key or item that users choose (`*`). */
export interface Grammar {
  readonly keys: Readonly<Record<string, Fate>>;
  readonly below?: Readonly<Record<string, Grammar>>;
}

const read = (...keys: readonly string[]): Readonly<Record<string, Fate>> =>
  Object.fromEntries(keys.map((key) => [key, 'read']));
const quiet = (...keys: readonly string[]): Readonly<Record<string, Fate>> =>
  Object.fromEntries(keys.map((key) => [key, 'quiet']));
const left = (warn: string, ...keys: readonly string[]): Readonly<Record<string, Fate>> =>
  Object.fromEntries(keys.map((key) => [key, { warn }]));

/** A map with keys that users choose, each of which is a map of this kind. */
const each = (grammar: Grammar): Grammar => ({ keys: { '*': 'read' }, below: { '*': grammar } });

const NO_FIELD = 'a pod has no field for it';
const BY_NODE = 'the node decides it for all its pods';

const build: Grammar = {
  keys: {
    ...read('context', 'dockerfile', 'args', 'target', 'secrets'),
    ...quiet('cache_from', 'cache_to', 'tags', 'pull', 'no_cache', 'labels', 'network', 'sbom', 'provenance'),
    ...left(
      'the engine that builds decides it',
      'shm_size',
      'extra_hosts',
      'isolation',
      'ulimits',
      'platforms',
    ),
    ...left('builds have no more rights than any other', 'privileged', 'entitlements'),
    dockerfile_inline: {
      refuse: 'is not built: an image is built from files of the repository',
      remedy: 'Put it into a Dockerfile, and name that: dockerfile: Dockerfile.',
    },
    additional_contexts: {
      refuse: 'is not built: an image has one context',
      remedy: 'Make a folder the context that holds all of it, or copy --from an image in the Dockerfile.',
    },
    ssh: { refuse: 'is not built: builds have no SSH agent', remedy: 'Use a secret: secrets: [ID].' },
  },
};

const resources: Grammar = {
  keys: {
    ...read('cpus', 'memory', 'devices'),
    ...left(BY_NODE, 'pids'),
    ...left(NO_FIELD, 'generic_resources'),
  },
};

const deploy: Grammar = {
  keys: {
    ...read('mode', 'replicas', 'labels', 'update_config', 'resources', 'restart_policy', 'placement'),
    endpoint_mode: {
      warn: 'a Service has an address of its own, as with vip',
      remedy: 'Write x-pilotage: {service: headless} for those of the pods (dnsrr).',
    },
    rollback_config: { warn: 'Pilotage rolls back by the release (pilotage rollback)' },
  },
  below: {
    update_config: {
      keys: {
        ...read('parallelism', 'order', 'monitor'),
        ...left('a rolling update goes on as soon as pods are ready', 'delay'),
        ...left('a rollout that fails stops, and is reported', 'failure_action', 'max_failure_ratio'),
      },
    },
    resources: {
      keys: read('limits', 'reservations'),
      below: { limits: resources, reservations: resources },
    },
    restart_policy: {
      keys: {
        ...read('condition', 'max_attempts'),
        ...left('a node waits longer after each failure', 'delay', 'window'),
      },
    },
    placement: {
      keys: {
        ...read('constraints', 'preferences'),
        ...left('the scheduler spreads pods by itself', 'max_replicas_per_node'),
      },
    },
  },
};

const healthcheck: Grammar = {
  keys: read('test', 'interval', 'timeout', 'retries', 'start_period', 'start_interval', 'disable'),
};

const networkOfService: Grammar = {
  keys: {
    ...read('aliases'),
    ...left('pods get their addresses from the cluster', 'ipv4_address', 'ipv6_address', 'link_local_ips'),
    ...left('pods get their addresses from the cluster', 'mac_address', 'interface_name'),
    ...quiet('priority', 'gw_priority', 'driver_opts'),
  },
};

const service: Grammar = {
  keys: {
    ...read('image', 'build', 'command', 'entrypoint', 'environment', 'env_file', 'ports', 'expose'),
    ...read('volumes', 'tmpfs', 'volumes_from', 'configs', 'secrets', 'healthcheck', 'depends_on', 'deploy'),
    ...read('profiles', 'networks', 'network_mode', 'links', 'hostname', 'container_name', 'user'),
    ...read('working_dir', 'stop_grace_period', 'cap_add', 'cap_drop', 'privileged', 'read_only', 'shm_size'),
    ...read('sysctls', 'labels', 'annotations', 'extra_hosts', 'dns', 'dns_search', 'dns_opt', 'pull_policy'),
    ...read('scale', 'restart', 'tty', 'stdin_open', 'group_add', 'security_opt', 'ipc', 'pid', 'platform'),
    ...read(
      'cpus',
      'mem_limit',
      'mem_reservation',
      'gpus',
      'post_start',
      'pre_stop',
      'stop_signal',
      'runtime',
    ),
    ...quiet('extends', 'develop', 'attach', 'pull_refresh_after'),
    ...left('its labels are not read, so write them as labels', 'label_file'),
    ...left('pods have the domain of the cluster', 'domainname'),
    ...left('the log of a pod is kept by its node (pilotage logs)', 'logging'),
    ...left('the first process of the container is the program itself', 'init'),
    ...left(
      BY_NODE,
      'ulimits',
      'pids_limit',
      'oom_score_adj',
      'oom_kill_disable',
      'mem_swappiness',
      'memswap_limit',
    ),
    ...left(
      BY_NODE,
      'cgroup',
      'cgroup_parent',
      'cpuset',
      'cpu_rt_period',
      'cpu_rt_runtime',
      'userns_mode',
      'uts',
    ),
    ...left('deploy.resources says it', 'cpu_count', 'cpu_percent', 'cpu_shares', 'cpu_quota', 'cpu_period'),
    ...left(NO_FIELD, 'blkio_config', 'storage_opt', 'mac_address', 'isolation'),
    external_links: {
      warn: 'what is outside of the project is reached by its own name',
      remedy: 'Use the name of its Service, as in NAME.NAMESPACE.',
    },
    devices: {
      refuse: 'a pod gets devices from a plug-in of its node',
      remedy: 'Ask for them: deploy.resources.',
    },
    device_cgroup_rules: { refuse: 'a pod gets devices from a plug-in of its node' },
    credential_spec: { refuse: 'is of Windows containers, which are not run' },
    provider: { refuse: 'a provider is a program of Docker Compose', remedy: 'Run it beside Pilotage.' },
    models: {
      refuse: 'models are run by Docker',
      remedy: 'Run the model as a service, and name its address.',
    },
    use_api_socket: { refuse: 'pods do not get the socket of an engine' },
  },
  below: {
    build,
    deploy,
    healthcheck,
    networks: each(networkOfService),
    depends_on: each({ keys: { ...read('condition', 'required'), ...quiet('restart') } }),
    ports: {
      keys: { ...read('target', 'published', 'host_ip', 'protocol', 'mode', 'name', 'app_protocol') },
    },
    volumes: {
      keys: {
        ...read('type', 'source', 'target', 'read_only', 'bind', 'volume', 'tmpfs', 'image'),
        ...quiet('consistency'),
      },
      below: {
        bind: { keys: { ...read('propagation'), ...quiet('create_host_path', 'selinux', 'recursive') } },
        volume: { keys: { ...read('subpath'), ...quiet('nocopy', 'labels') } },
        tmpfs: { keys: { ...read('size'), ...left(NO_FIELD, 'mode') } },
        image: { keys: read('subpath') },
      },
    },
    configs: { keys: { ...read('source', 'target', 'mode'), ...left(NO_FIELD, 'uid', 'gid') } },
    secrets: { keys: { ...read('source', 'target', 'mode'), ...left(NO_FIELD, 'uid', 'gid') } },
    env_file: { keys: read('path', 'required', 'format') },
    'x-pilotage': {
      keys: read('kind', 'service', 'ingress', 'process', 'ports'),
      below: { ingress: { keys: read('host', 'hosts', 'path', 'port', 'class', 'tlsSecret') } },
    },
  },
};

const network: Grammar = {
  keys: {
    ...read('name', 'external', 'internal'),
    ...quiet('driver', 'driver_opts', 'attachable', 'labels', 'enable_ipv4', 'enable_ipv6'),
    ...left('pods get their addresses from the cluster', 'ipam'),
  },
};

const volume: Grammar = {
  keys: read('name', 'external', 'driver', 'driver_opts', 'labels'),
  below: { 'x-pilotage': { keys: read('size', 'storageClass', 'accessMode') } },
};

const fileLike: Grammar = {
  keys: {
    ...read('name', 'file', 'content', 'environment', 'external'),
    ...quiet('labels', 'template_driver', 'driver', 'driver_opts'),
  },
};

/** Every key of the Compose specification (schema/compose-spec.json), and what becomes of it. `x-pilotage` is ours. */
export const PROJECT: Grammar = {
  keys: {
    ...read('services', 'networks', 'volumes', 'configs', 'secrets'),
    ...quiet('version', 'name', 'include'),
    models: {
      refuse: 'models are run by Docker',
      remedy: 'Run the model as a service, and name its address.',
    },
  },
  below: {
    services: each(service),
    networks: each(network),
    volumes: each(volume),
    configs: each(fileLike),
    secrets: each(fileLike),
  },
};
