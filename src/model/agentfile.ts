import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../base/errors.ts';

/** `D/agent/agent.json`: the agent that serves this data directory. Written by itself at its start, before anything else. */
export interface AgentFile {
  readonly pid: number;
  readonly pidStartTime: string;
}

export const agentFilePath = (dataDir: string): string => join(dataDir, 'agent', 'agent.json');

export async function readAgentFile(dataDir: string): Promise<AgentFile | undefined> {
  try {
    return JSON.parse(await readFile(agentFilePath(dataDir), 'utf8')) as AgentFile;
  } catch (error) {
    // A file cut short by a crash names nobody: the agent that wrote it did not get further.
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR' || error instanceof SyntaxError)
      return undefined;
    throw error;
  }
}
