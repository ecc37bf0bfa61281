import type { Sandbox } from '../spec.ts';

export interface EnvironmentInput {
  readonly sandbox: Sandbox;
  /** In the order in which the container declares them. */
  readonly ports: readonly number[];
  /** The container's root directory. */
  readonly root: string;
  /** PATH, HOME and the like of the machine. */
  readonly hostEnvironment: Readonly<Record<string, string>>;
  /** The program runs as another user than the agent, or does not see the agent's home. */
  readonly isConfined: boolean;
}

/** Variables by which a program of this machine learns what a container would find by itself: its address, its port, its files. */
export function programEnvironment(input: EnvironmentInput): Readonly<Record<string, string>> {
  const { sandbox, ports, root } = input;
  const [port] = ports;
  return {
    ...hostEnvironmentOf(input),
    HOSTNAME: sandbox.hostname,
    HOST: sandbox.address,
    POD_IP: sandbox.address,
    ...(port === undefined ? {} : { PORT: String(port) }),
    PILOTAGE_ROOT: root,
  };
}

function hostEnvironmentOf({
  hostEnvironment,
  isConfined,
  root,
}: EnvironmentInput): Readonly<Record<string, string>> {
  if (!isConfined) return hostEnvironment;
  const { USER: _user, TMPDIR: _tmp, ...rest } = hostEnvironment;
  return { ...rest, HOME: root };
}
