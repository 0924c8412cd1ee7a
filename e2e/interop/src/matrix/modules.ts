// The modules of ipyparallel 9.2's own test-suite, and how they are dealt out to jobs.

interface Module {
  readonly name: string;
  /** How long it takes on a quiet machine, of two cores; only the order of jobs depends on it. */
  readonly seconds: number;
  /** Its tests start a controller. */
  readonly controller: boolean;
  /** Some of its tests need a MongoDB, which they look for at its usual port. */
  readonly mongo?: true;
}

const modules: readonly Module[] = [
  { name: 'test_view_broadcast', seconds: 64, controller: true },
  { name: 'test_cluster', seconds: 43, controller: true },
  { name: 'test_client', seconds: 37, controller: true },
  { name: 'test_magics', seconds: 37, controller: true },
  { name: 'test_lbview', seconds: 27, controller: true },
  { name: 'test_asyncresult', seconds: 21, controller: true },
  { name: 'test_apps', seconds: 21, controller: true },
  { name: 'test_view', seconds: 18, controller: true },
  { name: 'test_label', seconds: 19, controller: true, mongo: true },
  { name: 'test_joblib', seconds: 9, controller: true },
  { name: 'test_executor', seconds: 7, controller: true },
  { name: 'test_remotefunction', seconds: 6, controller: true },
  { name: 'test_dependency', seconds: 5, controller: true },
  { name: 'test_mongodb', seconds: 2, controller: false, mongo: true },
  { name: 'test_launcher', seconds: 2, controller: false },
  { name: 'test_db', seconds: 1, controller: false },
  { name: 'test_async', seconds: 0, controller: false },
  { name: 'test_canning', seconds: 0, controller: false },
  { name: 'test_serialize', seconds: 0, controller: false },
  { name: 'test_shellcmd', seconds: 0, controller: false },
  { name: 'test_util', seconds: 0, controller: false },
];

export const moduleNames: readonly string[] = modules.map(({ name }) => name);
export const controllerModules: readonly string[] = modules.flatMap(({ name, controller }) =>
  controller ? [name] : [],
);
/** The exams of the hub, the task scheduler and the relay. */
export const examModules: readonly string[] = ['test_client', 'test_lbview', 'test_view'];

export const secondsOf = (names: readonly string[]): number =>
  modules.reduce((sum, { name, seconds }) => sum + (names.includes(name) ? seconds : 0), 0);

export const needsMongo = (names: readonly string[]): boolean =>
  modules.some(({ name, mongo }) => mongo === true && names.includes(name));

/** Shorter modules share a job: each job costs some seconds of its own. */
const shortSeconds = 15;

/** Parts of a run that can go side by side, each a list of modules. Modules with a MongoDB stay with each other. */
export function groupModules(names: readonly string[]): string[][] {
  const groups: string[][] = [];
  const short = { mongo: [] as string[], plain: [] as string[] };
  for (const { name, seconds, mongo } of modules)
    if (names.includes(name)) {
      if (mongo) short.mongo.push(name);
      else if (seconds < shortSeconds) short.plain.push(name);
      else groups.push([name]);
    }
  return [...groups, ...Object.values(short).filter((group) => group.length > 0)];
}
