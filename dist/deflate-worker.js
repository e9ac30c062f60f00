import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  deflateBatch
} from "./chunk-OSOGOBDG.js";
import {
  require_src
} from "./chunk-HKDC4PGP.js";
import "./chunk-4IDUXMNJ.js";
import {
  __toESM
} from "./chunk-KIZH3NRS.js";

// src/git/objects/deflate-worker.ts
var import_workerpool = __toESM(require_src(), 1);
import_workerpool.default.worker({
  deflate: (batch) => {
    const packed = deflateBatch(batch);
    return new import_workerpool.default.Transfer({ packed, content: batch.content }, [
      packed.buffer,
      batch.content.buffer
    ]);
  }
});
