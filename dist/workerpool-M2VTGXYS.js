import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  require_src
} from "./chunk-HKDC4PGP.js";
import {
  __toESM
} from "./chunk-KIZH3NRS.js";

// named:workerpool
var import_workerpool = __toESM(require_src());
var export_Promise = import_workerpool.Promise;
var export_TerminateError = import_workerpool.TerminateError;
var export_Transfer = import_workerpool.Transfer;
var export_cpus = import_workerpool.cpus;
var export_default = import_workerpool.default;
var export_isMainThread = import_workerpool.isMainThread;
var export_platform = import_workerpool.platform;
var export_pool = import_workerpool.pool;
var export_worker = import_workerpool.worker;
var export_workerEmit = import_workerpool.workerEmit;
export {
  export_Promise as Promise,
  export_TerminateError as TerminateError,
  export_Transfer as Transfer,
  export_cpus as cpus,
  export_default as default,
  export_isMainThread as isMainThread,
  export_platform as platform,
  export_pool as pool,
  export_worker as worker,
  export_workerEmit as workerEmit
};
