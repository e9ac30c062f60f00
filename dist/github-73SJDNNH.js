import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  context,
  getOctokit
} from "./chunk-GII6DESX.js";
import "./chunk-MZLC4PBK.js";
import "./chunk-K66OA3AE.js";
import "./chunk-KIZH3NRS.js";
export {
  context,
  getOctokit
};
