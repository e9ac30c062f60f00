import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  exec,
  getExecOutput
} from "./chunk-SQY5BRLK.js";
import "./chunk-4JN6GR4P.js";
export {
  exec,
  getExecOutput
};
