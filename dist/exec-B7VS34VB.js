import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  exec,
  getExecOutput
} from "./chunk-SQY5BRLK.js";
import "./chunk-KIZH3NRS.js";
export {
  exec,
  getExecOutput
};
