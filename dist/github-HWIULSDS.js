import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  context,
  getOctokit
} from "./chunk-WRUBVZIR.js";
import "./chunk-MZLC4PBK.js";
import "./chunk-XNWJST6B.js";
import "./chunk-KIZH3NRS.js";
export {
  context,
  getOctokit
};
