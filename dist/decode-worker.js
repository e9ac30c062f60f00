import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  ChunkReader,
  DECODERS,
  required
} from "./chunk-CEM7CWHX.js";
import {
  require_src
} from "./chunk-HKDC4PGP.js";
import {
  PayloadError
} from "./chunk-YZVT7DPJ.js";
import {
  KIB
} from "./chunk-4IDUXMNJ.js";
import {
  __toESM
} from "./chunk-KIZH3NRS.js";

// src/compression/decode-worker.ts
var import_workerpool = __toESM(require_src(), 1);

// src/compression/stepped.ts
var STEP_BYTES = 512 * KIB;
var CHUNK_BYTES = 256 * KIB;
var SteppedDecoder = class {
  #feed = new Feed();
  #input = new ChunkReader(this.#feed);
  #output;
  /** A chunk that was asked for, for which there was no input yet. */
  #asked;
  /** `what` names the stream in messages. */
  constructor(kind, what) {
    this.#output = DECODERS[kind](this.#input, what, true);
  }
  /** Takes more input, and gives the next output. `isLast`: no more input comes. @throws what is no PayloadError, which the step tells */
  async step(input, isLast) {
    this.#feed.push(input, isLast);
    const bytes = new Uint8Array(STEP_BYTES + CHUNK_BYTES);
    const chunks = [];
    let end = 0;
    let state = "more";
    let failure;
    try {
      while (end < STEP_BYTES && state === "more") {
        const next = await this.#next();
        if (next === "starved") state = "starved";
        else if (next.done === true) state = "ended";
        else {
          bytes.set(next.value, end);
          end += next.value.length;
          release(next.value);
          chunks.push({ end, consumed: this.#input.consumed });
        }
      }
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      state = "ended";
      failure = { code: error.code, message: error.message };
    }
    return {
      bytes: bytes.subarray(0, end),
      chunks,
      waiting: state === "starved" ? 0 : this.#feed.pushed - this.#input.consumed,
      state,
      ...failure === void 0 ? {} : { failure }
    };
  }
  async #next() {
    const asked = this.#asked ??= this.#output.next();
    const next = await Promise.race([asked, this.#feed.starved()]);
    if (next !== "starved") this.#asked = void 0;
    return next;
  }
};
var Feed = class {
  #chunks = [];
  #isLast = false;
  #wake;
  #starve;
  pushed = 0;
  push(chunk, isLast) {
    if (chunk.length > 0) this.#chunks.push(chunk);
    this.pushed += chunk.length;
    this.#isLast = isLast;
    if (chunk.length === 0 && !isLast) return;
    this.#wake?.();
    this.#wake = void 0;
  }
  /** Resolves once the decoder waits for input. */
  starved() {
    return new Promise((resolve) => {
      this.#starve = () => {
        resolve("starved");
      };
      if (this.#wake !== void 0) this.#starve();
    });
  }
  async *[Symbol.asyncIterator]() {
    for (; ; ) {
      const chunk = this.#chunks.shift();
      if (chunk !== void 0) yield chunk;
      else if (this.#isLast) return;
      else {
        const woken = new Promise((resolve) => {
          this.#wake = resolve;
        });
        this.#starve?.();
        await woken;
      }
    }
  }
};
function release({ buffer, length }) {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === length) buffer.transfer(0);
}

// src/compression/decode-worker.ts
var streams = /* @__PURE__ */ new Map();
import_workerpool.default.worker({
  decode: async ({ stream, opens, input, isLast }) => {
    if (opens !== void 0) streams.set(stream, new SteppedDecoder(opens.kind, opens.what));
    const decoder = required(streams.get(stream), "an open stream");
    const step = await decoder.step(input, isLast);
    return new import_workerpool.default.Transfer(step, [step.bytes.buffer]);
  },
  drop: (stream) => {
    streams.delete(stream);
  }
});
