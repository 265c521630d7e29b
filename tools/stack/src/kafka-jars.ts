/** The broker's jars, copied once by Maven from deploy/kafka/pom.xml, and the Java to run them. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { StackError } from './stack-error.js';

const run = promisify(execFile);
const MIN_JAVA = 17;
const OTHERWISE = 'or set MDMR_KAFKA_BROKERS to an existing Kafka.';

/** The repository's root: this file lies in tools/stack/dist. */
export const repoRoot = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

export const kafkaDeployDir = join(repoRoot, 'deploy', 'kafka');

/** Path of a java >= 17, from JAVA_HOME or PATH; else one sentence with what to install. */
export async function findJava(env: NodeJS.ProcessEnv = process.env): Promise<string> {
  const home = env.JAVA_HOME ? join(env.JAVA_HOME, 'bin', 'java') : null;
  const java = home !== null && existsSync(home) ? home : 'java';
  let text: string;
  try {
    const { stdout, stderr } = await run(java, ['-version'], { env });
    text = stderr + stdout;
  } catch {
    throw new StackError(
      'NO_JAVA',
      `Kafka needs Java ${MIN_JAVA} or newer and no java was found: ${installJava()}`,
    );
  }
  const version = javaMajor(text);
  if (version >= MIN_JAVA) return java;
  throw new StackError(
    'OLD_JAVA',
    `Kafka needs Java ${MIN_JAVA} or newer and ${java} is Java ${version}: ${installJava()}`,
  );
}

/** Major version from the text of `java -version`; 0 when it cannot be read. */
export function javaMajor(text: string): number {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(text);
  if (match === null) return 0;
  return match[1] === '1' ? Number(match[2]) : Number(match[1]);
}

function installJava(): string {
  return (
    'install one (Debian, Ubuntu: apt-get install openjdk-17-jre-headless; ' +
    `macOS: brew install openjdk@17), ${OTHERWISE}`
  );
}

/**
 * Folder with all jars. Copied again only when pom.xml changes; every data directory and every test
 * run of one clone shares it. Nothing is asked of the network when it is there.
 */
export async function kafkaJars(dataDir: string, log: (line: string) => void): Promise<string> {
  const pom = join(kafkaDeployDir, 'pom.xml');
  const version = createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 12);
  const folders = cacheFolders(dataDir).map((folder) => join(folder, version));
  const there = folders.find((folder) => existsSync(folder));
  if (there !== undefined) return there;
  const target = folders.find((folder) => canMake(dirname(folder)));
  if (target === undefined) {
    throw new StackError('NO_CACHE', `No folder for Kafka's jars can be written: ${folders[0]}.`);
  }
  log('Kafka: copying its jars with Maven (first start only)');
  const draft = `${target}.${process.pid}.new`;
  await copyDependencies(pom, draft);
  try {
    renameSync(draft, target);
  } catch (error) {
    // another start was faster; its copy is as good
    if (!existsSync(target)) throw error;
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}

/** Beside the npm modules, or, where those are not ours to write, in the data directory. */
function cacheFolders(dataDir: string): string[] {
  return [join(repoRoot, 'node_modules', '.cache', 'mdmr-kafka'), join(dataDir, 'kafka-jars')];
}

function canMake(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function copyDependencies(pom: string, outputDirectory: string): Promise<void> {
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime'];
  const args = ['-B', '-q', '-f', pom, ...goal, `-DoutputDirectory=${outputDirectory}`];
  try {
    await run('mvn', args, { maxBuffer: 16 * 1024 * 1024, timeout: 600_000 });
  } catch (error) {
    rmSync(outputDirectory, { recursive: true, force: true });
    const { code, stdout, stderr } = error as { code?: string; stdout?: string; stderr?: string };
    if (code === 'ENOENT') {
      throw new StackError(
        'NO_MAVEN',
        'Maven fetches Kafka once and no mvn was found: install it (Debian, Ubuntu: ' +
          `apt-get install maven; macOS: brew install maven), ${OTHERWISE}`,
      );
    }
    const text = `${stdout ?? ''}${stderr ?? ''}`.trim().split('\n').slice(0, 5).join('\n');
    throw new StackError('MAVEN_FAILED', `Maven could not copy Kafka's jars: ${text}`);
  }
}
