import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  context,
  getOctokit
} from "./chunk-QOMNK2XR.js";
import "./chunk-MZLC4PBK.js";
import "./chunk-MYV6L6RQ.js";
import "./chunk-KIZH3NRS.js";
export {
  context,
  getOctokit
};
