import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  PayloadError
} from "./chunk-YZVT7DPJ.js";
import {
  LIMITS,
  MIB
} from "./chunk-4IDUXMNJ.js";

// src/defect.ts
function required(value, what) {
  if (value === void 0) throw new Error(`expected ${what}, found nothing`);
  return value;
}

// src/compression/huffman.ts
var MAX_LENGTH = 20;
var FAST_BITS = 10;
var BitReader = class {
  /** @param bit - bits of the first byte that are already read (0 to 7). */
  constructor(bytes, bit, what) {
    this.bytes = bytes;
    this.what = what;
    if (bit > 0) this.read(bit);
  }
  bytes;
  what;
  /** Index of the next byte to load. */
  at = 0;
  /** Loaded bits that were not read yet are the low `have` bits. */
  held = 0;
  have = 0;
  /** The next `count` bits (1 to 24). @throws PayloadError PAYLOAD_INVALID at the end of the bytes. */
  read(count) {
    const value = this.peek(count);
    this.drop(count);
    return value;
  }
  /** The next 32 bits as a signed number. */
  read32() {
    return this.read(16) << 16 | this.read(16);
  }
  /** Shows `count` bits (1 to 24) without consuming them; zeros beyond the end. */
  peek(count) {
    while (this.have < count) {
      this.held = (this.held & 16777215) << 8 | (this.bytes[this.at++] ?? 0);
      this.have += 8;
    }
    return this.held >>> this.have - count & (1 << count) - 1;
  }
  /** Consumes bits that {@link peek} showed. */
  drop(count) {
    this.have -= count;
    if (this.at > this.bytes.length && this.bytesTouched > this.bytes.length) {
      throw new PayloadError("PAYLOAD_INVALID", `${this.what}: the bzip2 stream is cut off`);
    }
  }
  /** Bytes of which at least one bit was read. */
  get bytesTouched() {
    return this.at - (this.have >> 3);
  }
  /** Bytes of which all bits were read. */
  get bytesDone() {
    return this.at - (this.have + 7 >> 3);
  }
  /** Bits read of the byte after {@link bytesDone}. */
  get bitInByte() {
    return 8 - (this.have & 7) & 7;
  }
};
function readTable(bits, count, what) {
  const lengths = new Uint8Array(count);
  let length = bits.read(5);
  for (let symbol = 0; symbol < count; symbol++) {
    for (; ; ) {
      if (length < 1 || length > MAX_LENGTH)
        throw new PayloadError("PAYLOAD_INVALID", `${what}: a bzip2 code length of ${length}`);
      if (bits.read(1) === 0) break;
      length += bits.read(1) === 0 ? 1 : -1;
    }
    lengths[symbol] = length;
  }
  return buildTable(lengths, what);
}
function buildTable(lengths, what) {
  const fast = new Uint16Array(1 << FAST_BITS);
  const limits = new Int32Array(MAX_LENGTH + 1).fill(-1);
  const bases = new Int32Array(MAX_LENGTH + 1);
  const symbols = new Uint16Array(lengths.length);
  let code = 0;
  let index = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    bases[length] = index - code;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      const shift = FAST_BITS - length;
      if (shift >= 0) fast.fill(symbol << 5 | length, code << shift, code + 1 << shift);
      symbols[index++] = symbol;
      limits[length] = ++code;
    }
    code *= 2;
  }
  return { fast, limits, bases, symbols, what };
}
function readSymbol(bits, table) {
  const hit = table.fast[bits.peek(FAST_BITS)] ?? 0;
  if (hit !== 0) {
    bits.drop(hit & 31);
    return hit >> 5;
  }
  const next = bits.peek(MAX_LENGTH);
  for (let length = FAST_BITS + 1; length <= MAX_LENGTH; length++) {
    const code = next >>> MAX_LENGTH - length;
    if (code < (table.limits[length] ?? -1)) {
      bits.drop(length);
      return table.symbols[code + (table.bases[length] ?? 0)] ?? invalid(table);
    }
  }
  return invalid(table);
}
function invalid(table) {
  throw new PayloadError(
    "PAYLOAD_INVALID",
    `${table.what}: bits that are no code of the bzip2 block`
  );
}

// src/compression/bzip2.ts
var BLOCK_UNIT = 1e5;
var MAX_LEVEL = 9;
var BLOCK_MAGIC = 54156738319193;
var END_MAGIC = 25779555029136;
var GROUP = 50;
var MAX_SELECTORS = 18002;
var OUTPUT_BYTES = 64 * 1024;
var encodedBlock = (level) => level * BLOCK_UNIT * 2.5 + 64 * 1024;
var CRC = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = crc << 1 ^ (crc < 0 ? 79764919 : 0);
  return crc;
});
async function* decodeBzip2(input, what) {
  const block = new Uint32Array(MAX_LEVEL * BLOCK_UNIT);
  do
    yield* decodeStream(input, block, what);
  while (await input.more());
}
async function* decodeStream(input, memory, what) {
  const magic = await input.take(4);
  const level = (magic[3] ?? 0) - 48;
  if (magic[0] !== 66 || magic[1] !== 90 || magic[2] !== 104 || level < 1 || level > MAX_LEVEL)
    throw bad(what, "expected the begin of a bzip2 stream");
  const work = {
    block: memory.subarray(0, level * BLOCK_UNIT),
    counts: new Uint32Array(256),
    what
  };
  let streamCrc = 0;
  for (let bit = 0; ; ) {
    const bits = new BitReader(await input.fill(encodedBlock(level)), bit, what);
    const kind = bits.read(24) * 2 ** 24 + bits.read(24);
    if (kind === END_MAGIC) {
      if (bits.read32() !== streamCrc) throw bad(what, "wrong CRC of the bzip2 stream");
      input.skip(bits.bytesTouched);
      return;
    }
    if (kind !== BLOCK_MAGIC) throw bad(what, "expected a bzip2 block");
    const block = readBlock(bits, work);
    input.skip(bits.bytesDone);
    bit = bits.bitInByte;
    yield* writeBlock(block, work);
    streamCrc = (streamCrc << 1 | streamCrc >>> 31) ^ block.crc;
  }
}
function readBlock(bits, work) {
  const { what } = work;
  const crc = bits.read32();
  if (bits.read(1) === 1)
    throw bad(what, "randomised blocks (bzip2 before 0.9.5) are not supported");
  const origin = bits.read(24);
  const used = readUsedBytes(bits);
  const tableCount = bits.read(3);
  if (used.length === 0 || tableCount < 2 || tableCount > 6) throw bad(what, "wrong bzip2 tables");
  const selectors = readSelectors(bits, tableCount, what);
  const tables = Array.from({ length: tableCount }, () => readTable(bits, used.length + 2, what));
  const length = readSymbols({ bits, used, selectors, tables }, work);
  if (origin >= length) throw bad(what, "wrong origin of a bzip2 block");
  return { crc, origin, length };
}
function readUsedBytes(bits) {
  const ranges = bits.read(16);
  const used = [];
  for (let range = 0; range < 16; range++) {
    if ((ranges >> 15 - range & 1) === 0) continue;
    const members = bits.read(16);
    for (let member = 0; member < 16; member++)
      if (members >> 15 - member & 1) used.push(range * 16 + member);
  }
  return used;
}
function readSelectors(bits, tableCount, what) {
  const count = bits.read(15);
  if (count === 0) throw bad(what, "a bzip2 block without selectors");
  const ranks = [0, 1, 2, 3, 4, 5];
  const selectors = new Uint8Array(Math.min(count, MAX_SELECTORS));
  for (let at = 0; at < count; at++) {
    let rank = 0;
    while (bits.read(1) === 1) if (++rank >= tableCount) throw bad(what, "wrong bzip2 selector");
    const [table = 0] = ranks.splice(rank, 1);
    ranks.unshift(table);
    if (at < MAX_SELECTORS) selectors[at] = table;
  }
  return selectors;
}
function readSymbols(coded, { block, counts, what }) {
  const { bits, selectors, tables } = coded;
  const ranks = Uint8Array.from(coded.used);
  const end = ranks.length + 1;
  counts.fill(0);
  let length = 0;
  let run2 = 0;
  let weight = 1;
  for (let group = 0; ; group++) {
    const table = tables[selectors[group] ?? -1];
    if (table === void 0) throw bad(what, "a bzip2 block with too few selectors");
    for (let left = GROUP; left > 0; left--) {
      const symbol = readSymbol(bits, table);
      if (symbol <= 1) {
        run2 += weight << symbol;
        weight <<= 1;
        if (run2 > block.length) throw bad(what, "a bzip2 block longer than announced");
        continue;
      }
      if (run2 > 0) {
        length = append({ block, counts, what }, ranks[0] ?? 0, length, run2);
        run2 = 0;
        weight = 1;
      }
      if (symbol === end) return length;
      const byte = moveToFront(ranks, symbol - 1);
      if (length >= block.length) throw bad(what, "a bzip2 block longer than announced");
      block[length++] = byte;
      counts[byte] = (counts[byte] ?? 0) + 1;
    }
  }
}
function moveToFront(ranks, rank) {
  const byte = ranks[rank] ?? 0;
  ranks.copyWithin(1, 0, rank);
  ranks[0] = byte;
  return byte;
}
function append({ block, counts, what }, byte, length, run2) {
  if (length + run2 > block.length) throw bad(what, "a bzip2 block longer than announced");
  block.fill(byte, length, length + run2);
  counts[byte] = (counts[byte] ?? 0) + run2;
  return length + run2;
}
function* writeBlock({ crc, origin, length }, { block, counts, what }) {
  link(block, counts, length);
  let output = new Uint8Array(OUTPUT_BYTES);
  let filled = 0;
  let actual = -1;
  let next = (block[origin] ?? 0) >>> 8;
  let previous = -1;
  let equal = 0;
  for (let left = length; left > 0; left--) {
    const entry = block[next] ?? 0;
    const byte = entry & 255;
    next = entry >>> 8;
    let repeat = 1;
    let value = byte;
    if (equal === 4) {
      repeat = byte;
      value = previous;
      equal = 0;
      previous = -1;
    } else {
      equal = byte === previous ? equal + 1 : 1;
      previous = byte;
    }
    if (filled + repeat > OUTPUT_BYTES) {
      yield output.subarray(0, filled);
      output = new Uint8Array(OUTPUT_BYTES);
      filled = 0;
    }
    for (; repeat > 0; repeat--) {
      output[filled++] = value;
      actual = actual << 8 ^ (CRC[(actual >>> 24 ^ value) & 255] ?? 0);
    }
  }
  if (~actual !== crc) throw bad(what, "wrong CRC of a bzip2 block");
  if (filled > 0) yield output.subarray(0, filled);
}
function link(block, counts, length) {
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count = counts[byte] ?? 0;
    counts[byte] = sum;
    sum += count;
  }
  for (let at = 0; at < length; at++) {
    const byte = (block[at] ?? 0) & 255;
    const place = counts[byte] ?? 0;
    counts[byte] = place + 1;
    block[place] = (block[place] ?? 0) | at << 8;
  }
}
function bad(what, reason) {
  return new PayloadError("PAYLOAD_INVALID", `${what}: ${reason}`);
}

// src/compression/liblzma.ts
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

// node_modules/node-liblzma/lib/wasm/liblzma.js
var createLZMA = (() => {
  var _scriptDir = import.meta.url;
  return (function(moduleArg = {}) {
    var b = moduleArg, h, u;
    b.ready = new Promise((a, c) => {
      h = a;
      u = c;
    });
    var w = Object.assign({}, b), x = "object" == typeof window, y = "function" == typeof importScripts, z = "", A;
    if (x || y) y ? z = self.location.href : "undefined" != typeof document && document.currentScript && (z = document.currentScript.src), _scriptDir && (z = _scriptDir), 0 !== z.indexOf("blob:") ? z = z.substr(0, z.replace(/[?#].*/, "").lastIndexOf("/") + 1) : z = "", y && (A = (a) => {
      var c = new XMLHttpRequest();
      c.open("GET", a, false);
      c.responseType = "arraybuffer";
      c.send(null);
      return new Uint8Array(c.response);
    });
    var B = b.printErr || console.error.bind(console);
    Object.assign(b, w);
    w = null;
    var C;
    b.wasmBinary && (C = b.wasmBinary);
    "object" != typeof WebAssembly && D("no native wasm support detected");
    var E, F = false, G, I, J, K, L, M, N, O;
    function P() {
      var a = E.buffer;
      b.HEAP8 = G = new Int8Array(a);
      b.HEAP16 = J = new Int16Array(a);
      b.HEAPU8 = I = new Uint8Array(a);
      b.HEAPU16 = new Uint16Array(a);
      b.HEAP32 = K = new Int32Array(a);
      b.HEAPU32 = L = new Uint32Array(a);
      b.HEAPF32 = M = new Float32Array(a);
      b.HEAPF64 = O = new Float64Array(a);
      b.HEAP64 = N = new BigInt64Array(a);
      b.HEAPU64 = new BigUint64Array(a);
    }
    var Q = [], R = [], aa = [];
    function ba() {
      var a = b.preRun.shift();
      Q.unshift(a);
    }
    var S = 0, T = null, U = null;
    function D(a) {
      b.onAbort?.(a);
      a = "Aborted(" + a + ")";
      B(a);
      F = true;
      a = new WebAssembly.RuntimeError(a + ". Build with -sASSERTIONS for more info.");
      u(a);
      throw a;
    }
    var ca = (a) => a.startsWith("data:application/octet-stream;base64,"), V;
    if (b.locateFile) {
      if (V = "liblzma.wasm", !ca(V)) {
        var da = V;
        V = b.locateFile ? b.locateFile(da, z) : z + da;
      }
    } else V = new URL("liblzma.wasm", import.meta.url).href;
    function ea(a) {
      if (a == V && C) return new Uint8Array(C);
      if (A) return A(a);
      throw "both async and sync fetching of the wasm failed";
    }
    function fa(a) {
      return C || !x && !y || "function" != typeof fetch ? Promise.resolve().then(() => ea(a)) : fetch(a, { credentials: "same-origin" }).then((c) => {
        if (!c.ok) throw "failed to load wasm binary file at '" + a + "'";
        return c.arrayBuffer();
      }).catch(() => ea(a));
    }
    function ha(a, c, d) {
      return fa(a).then((e) => WebAssembly.instantiate(e, c)).then((e) => e).then(d, (e) => {
        B(`failed to asynchronously prepare wasm: ${e}`);
        D(e);
      });
    }
    function ia(a, c) {
      var d = V;
      return C || "function" != typeof WebAssembly.instantiateStreaming || ca(d) || "function" != typeof fetch ? ha(d, a, c) : fetch(d, { credentials: "same-origin" }).then((e) => WebAssembly.instantiateStreaming(e, a).then(c, function(p) {
        B(`wasm streaming compile failed: ${p}`);
        B("falling back to ArrayBuffer instantiation");
        return ha(d, a, c);
      }));
    }
    var W = (a) => {
      for (; 0 < a.length; ) a.shift()(b);
    }, ja = "undefined" != typeof TextDecoder ? new TextDecoder("utf8") : void 0, ma = (a, c, d, e) => {
      var p = { string: (f) => {
        var m = 0;
        if (null !== f && void 0 !== f && 0 !== f) {
          for (var g = m = 0; g < f.length; ++g) {
            var l = f.charCodeAt(g);
            127 >= l ? m++ : 2047 >= l ? m += 2 : 55296 <= l && 57343 >= l ? (m += 4, ++g) : m += 3;
          }
          var k = m + 1;
          g = m = X(k);
          l = I;
          if (0 < k) {
            k = g + k - 1;
            for (var v = 0; v < f.length; ++v) {
              var n = f.charCodeAt(v);
              if (55296 <= n && 57343 >= n) {
                var oa = f.charCodeAt(++v);
                n = 65536 + ((n & 1023) << 10) | oa & 1023;
              }
              if (127 >= n) {
                if (g >= k) break;
                l[g++] = n;
              } else {
                if (2047 >= n) {
                  if (g + 1 >= k) break;
                  l[g++] = 192 | n >> 6;
                } else {
                  if (65535 >= n) {
                    if (g + 2 >= k) break;
                    l[g++] = 224 | n >> 12;
                  } else {
                    if (g + 3 >= k) break;
                    l[g++] = 240 | n >> 18;
                    l[g++] = 128 | n >> 12 & 63;
                  }
                  l[g++] = 128 | n >> 6 & 63;
                }
                l[g++] = 128 | n & 63;
              }
            }
            l[g] = 0;
          }
        }
        return m;
      }, array: (f) => {
        var m = X(f.length);
        G.set(f, m);
        return m;
      } };
      a = b["_" + a];
      var q = [], t = 0;
      if (e) for (var r = 0; r < e.length; r++) {
        var H = p[d[r]];
        H ? (0 === t && (t = ka()), q[r] = H(e[r])) : q[r] = e[r];
      }
      d = a.apply(null, q);
      return d = (function(f) {
        0 !== t && la(t);
        if ("string" === c) if (f) {
          for (var m = I, g = f + NaN, l = f; m[l] && !(l >= g); ) ++l;
          if (16 < l - f && m.buffer && ja) f = ja.decode(m.subarray(f, l));
          else {
            for (g = ""; f < l; ) {
              var k = m[f++];
              if (k & 128) {
                var v = m[f++] & 63;
                if (192 == (k & 224)) g += String.fromCharCode((k & 31) << 6 | v);
                else {
                  var n = m[f++] & 63;
                  k = 224 == (k & 240) ? (k & 15) << 12 | v << 6 | n : (k & 7) << 18 | v << 12 | n << 6 | m[f++] & 63;
                  65536 > k ? g += String.fromCharCode(k) : (k -= 65536, g += String.fromCharCode(55296 | k >> 10, 56320 | k & 1023));
                }
              } else g += String.fromCharCode(k);
            }
            f = g;
          }
        } else f = "";
        else f = "boolean" === c ? !!f : f;
        return f;
      })(d);
    }, na = { a: (a) => {
      var c = I.length;
      a >>>= 0;
      if (268435456 < a) return false;
      for (var d = 1; 4 >= d; d *= 2) {
        var e = c * (1 + 0.2 / d);
        e = Math.min(e, a + 100663296);
        var p = Math;
        e = Math.max(a, e);
        a: {
          p = (p.min.call(p, 268435456, e + (65536 - e % 65536) % 65536) - E.buffer.byteLength + 65535) / 65536;
          try {
            E.grow(p);
            P();
            var q = 1;
            break a;
          } catch (t) {
          }
          q = void 0;
        }
        if (q) return true;
      }
      return false;
    } }, Y = (function() {
      function a(d) {
        Y = d.exports;
        E = Y.b;
        P();
        R.unshift(Y.c);
        S--;
        b.monitorRunDependencies?.(S);
        0 == S && (null !== T && (clearInterval(T), T = null), U && (d = U, U = null, d()));
        return Y;
      }
      var c = { a: na };
      S++;
      b.monitorRunDependencies?.(S);
      if (b.instantiateWasm) try {
        return b.instantiateWasm(c, a);
      } catch (d) {
        B(`Module.instantiateWasm callback failed with error: ${d}`), u(d);
      }
      ia(c, function(d) {
        a(d.instance);
      }).catch(u);
      return {};
    })();
    b._lzma_check_is_supported = (a) => (b._lzma_check_is_supported = Y.d)(a);
    b._lzma_version_string = () => (b._lzma_version_string = Y.e)();
    b._lzma_code = (a, c) => (b._lzma_code = Y.f)(a, c);
    b._lzma_end = (a) => (b._lzma_end = Y.g)(a);
    b._lzma_memusage = (a) => (b._lzma_memusage = Y.h)(a);
    b._lzma_memlimit_set = (a, c) => (b._lzma_memlimit_set = Y.i)(a, c);
    b._lzma_index_end = (a, c) => (b._lzma_index_end = Y.j)(a, c);
    b._lzma_index_uncompressed_size = (a) => (b._lzma_index_uncompressed_size = Y.k)(a);
    b._lzma_easy_buffer_encode = (a, c, d, e, p, q, t, r) => (b._lzma_easy_buffer_encode = Y.l)(a, c, d, e, p, q, t, r);
    b._lzma_easy_encoder = (a, c, d) => (b._lzma_easy_encoder = Y.m)(a, c, d);
    b._lzma_stream_buffer_encode = (a, c, d, e, p, q, t, r) => (b._lzma_stream_buffer_encode = Y.n)(a, c, d, e, p, q, t, r);
    b._lzma_auto_decoder = (a, c, d) => (b._lzma_auto_decoder = Y.o)(a, c, d);
    b._lzma_index_decoder = (a, c, d) => (b._lzma_index_decoder = Y.p)(a, c, d);
    b._lzma_stream_buffer_decode = (a, c, d, e, p, q, t, r, H) => (b._lzma_stream_buffer_decode = Y.q)(a, c, d, e, p, q, t, r, H);
    b._lzma_stream_decoder = (a, c, d) => (b._lzma_stream_decoder = Y.r)(a, c, d);
    b._malloc = (a) => (b._malloc = Y.s)(a);
    b._free = (a) => (b._free = Y.t)(a);
    var ka = () => (ka = Y.u)(), la = (a) => (la = Y.v)(a), X = (a) => (X = Y.w)(a);
    b.ccall = ma;
    b.cwrap = (a, c, d, e) => {
      var p = !d || d.every((q) => "number" === q || "boolean" === q);
      return "string" !== c && p && !e ? b["_" + a] : function() {
        return ma(a, c, d, arguments, e);
      };
    };
    b.setValue = function(a, c, d = "i8") {
      d.endsWith("*") && (d = "*");
      switch (d) {
        case "i1":
          G[a >> 0] = c;
          break;
        case "i8":
          G[a >> 0] = c;
          break;
        case "i16":
          J[a >> 1] = c;
          break;
        case "i32":
          K[a >> 2] = c;
          break;
        case "i64":
          N[a >> 3] = BigInt(c);
          break;
        case "float":
          M[a >> 2] = c;
          break;
        case "double":
          O[a >> 3] = c;
          break;
        case "*":
          L[a >> 2] = c;
          break;
        default:
          D(`invalid type for setValue: ${d}`);
      }
    };
    b.getValue = function(a, c = "i8") {
      c.endsWith("*") && (c = "*");
      switch (c) {
        case "i1":
          return G[a >> 0];
        case "i8":
          return G[a >> 0];
        case "i16":
          return J[a >> 1];
        case "i32":
          return K[a >> 2];
        case "i64":
          return N[a >> 3];
        case "float":
          return M[a >> 2];
        case "double":
          return O[a >> 3];
        case "*":
          return L[a >> 2];
        default:
          D(`invalid type for getValue: ${c}`);
      }
    };
    var Z;
    U = function pa() {
      Z || qa();
      Z || (U = pa);
    };
    function qa() {
      function a() {
        if (!Z && (Z = true, b.calledRun = true, !F)) {
          W(R);
          h(b);
          if (b.onRuntimeInitialized) b.onRuntimeInitialized();
          if (b.postRun) for ("function" == typeof b.postRun && (b.postRun = [b.postRun]); b.postRun.length; ) {
            var c = b.postRun.shift();
            aa.unshift(c);
          }
          W(aa);
        }
      }
      if (!(0 < S)) {
        if (b.preRun) for ("function" == typeof b.preRun && (b.preRun = [b.preRun]); b.preRun.length; ) ba();
        W(Q);
        0 < S || (b.setStatus ? (b.setStatus("Running..."), setTimeout(function() {
          setTimeout(function() {
            b.setStatus("");
          }, 1);
          a();
        }, 1)) : a());
      }
    }
    if (b.preInit) for ("function" == typeof b.preInit && (b.preInit = [b.preInit]); 0 < b.preInit.length; ) b.preInit.pop()();
    qa();
    return moduleArg.ready;
  });
})();
var liblzma_default = createLZMA;

// src/compression/liblzma.ts
var instantiate = liblzma_default;
var KEPT_HEAP = 32 * MIB;
var KEPT_INSTANCES = 4;
var idle = [];
var binary;
async function acquireLiblzma() {
  const kept = idle.pop();
  if (kept !== void 0) return kept;
  binary ??= readBinary();
  return instantiate({ wasmBinary: await binary });
}
function releaseLiblzma(instance) {
  if (instance.HEAPU8.length <= KEPT_HEAP && idle.length < KEPT_INSTANCES) idle.push(instance);
}
async function readBinary() {
  try {
    return await readFile(new URL("./liblzma.wasm", import.meta.url));
  } catch {
    return readFile(createRequire(import.meta.url).resolve("node-liblzma/wasm/liblzma.wasm"));
  }
}

// src/compression/lzma.ts
var STREAM_BYTES = 96;
var NEXT_IN = 0;
var AVAIL_IN = 1;
var NEXT_OUT = 4;
var AVAIL_OUT = 5;
var CONCATENATED = 8;
var RUN = 0;
var FINISH = 3;
var OK = 0;
var STREAM_END = 1;
var MEMORY_ERROR = 5;
var MEMORY_LIMIT = 6;
var REASONS = {
  7: "not in xz or lzma format",
  8: "unsupported xz options",
  9: "corrupt data, a wrong check, or bytes after the end",
  10: "the stream is cut off"
};
var INPUT_BYTES = 64 * 1024;
var OUTPUT_BYTES2 = 256 * 1024;
var MEMORY = BigInt(LIMITS.lzmaDictionaryBytes + MIB);
async function* decodeLzma(input, what, lends = false) {
  const lzma = await acquireLiblzma();
  const stream = lzma._malloc(STREAM_BYTES + INPUT_BYTES + OUTPUT_BYTES2);
  try {
    lzma.HEAPU8.fill(0, stream, stream + STREAM_BYTES);
    check(lzma._lzma_auto_decoder(stream, MEMORY, CONCATENATED), what);
    yield* run({ lzma, stream, input, what, lends });
  } finally {
    lzma._lzma_end(stream);
    lzma._free(stream);
    releaseLiblzma(lzma);
  }
}
async function* run(job) {
  const { lzma, stream, input, what, lends } = job;
  const word = stream >> 2;
  const from = stream + STREAM_BYTES;
  const to = from + INPUT_BYTES;
  let action = RUN;
  for (let ended = false; !ended; ) {
    if (action === RUN && lzma.HEAPU32[word + AVAIL_IN] === 0) {
      const chunk2 = await input.take(INPUT_BYTES);
      if (chunk2.length === 0) action = FINISH;
      else lzma.HEAPU8.set(chunk2, from);
      lzma.HEAPU32[word + NEXT_IN] = from;
      lzma.HEAPU32[word + AVAIL_IN] = chunk2.length;
    }
    lzma.HEAPU32[word + NEXT_OUT] = to;
    lzma.HEAPU32[word + AVAIL_OUT] = OUTPUT_BYTES2;
    ended = check(lzma._lzma_code(stream, action), what) === STREAM_END;
    const produced = OUTPUT_BYTES2 - (lzma.HEAPU32[word + AVAIL_OUT] ?? 0);
    const chunk = lzma.HEAPU8.subarray(to, to + produced);
    if (produced > 0) yield lends ? chunk : chunk.slice();
  }
}
function check(result, what) {
  if (result === OK || result === STREAM_END) return result;
  if (result === MEMORY_LIMIT || result === MEMORY_ERROR) {
    throw new PayloadError(
      "LIMIT_EXCEEDED",
      `${what}: the dictionary of the lzma stream is larger than ${LIMITS.lzmaDictionaryBytes} bytes`
    );
  }
  throw new PayloadError(
    "PAYLOAD_INVALID",
    `${what}: ${REASONS[result] ?? `liblzma failed with code ${result}`}`
  );
}

// src/compression/zlib.ts
import { constants, createGunzip, createInflateRaw, createZstdDecompress } from "node:zlib";
var GZIP_CHUNK = 128 * 1024;
var ZSTD_CHUNK = 32 * 1024;
var INPUT_BYTES2 = 64 * 1024;
var MAX_FRAMES = 1e5;
async function* decodeGzip(input, what) {
  yield* decodeOne(createGunzip({ chunkSize: GZIP_CHUNK }), input, what);
  for (let rest = await input.some(); rest !== void 0; rest = await input.some()) {
    if (rest.some((byte) => byte !== 0))
      throw new PayloadError("PAYLOAD_INVALID", `${what}: bytes after the end of the gzip stream`);
  }
}
async function* decodeZstd(input, what) {
  const params = { [constants.ZSTD_d_windowLogMax]: Math.log2(LIMITS.dictionaryBytes) };
  let frames = 0;
  do {
    if (++frames > MAX_FRAMES)
      throw new PayloadError("LIMIT_EXCEEDED", `${what}: more than ${MAX_FRAMES} zstd frames`);
    yield* decodeOne(createZstdDecompress({ chunkSize: ZSTD_CHUNK, params }), input, what);
  } while (await input.more());
}
function decodeDeflate(input, what) {
  return decodeOne(createInflateRaw({ chunkSize: GZIP_CHUNK }), input, what);
}
async function* decodeOne(engine, input, what) {
  const feeding = feed(engine, input);
  feeding.catch((error) => engine.destroy(error));
  try {
    for await (const chunk of engine) yield chunk;
    await feeding;
  } catch (error) {
    throw translate(error, what);
  } finally {
    engine.destroy();
  }
}
async function feed(engine, input) {
  const closed = new Promise((resolve) => engine.once("close", resolve));
  for (; ; ) {
    const chunk = await input.some(INPUT_BYTES2);
    if (chunk === void 0) {
      engine.end();
      return;
    }
    const before = engine.bytesWritten;
    const written = new Promise((resolve) => engine.write(chunk, resolve));
    await Promise.race([written, closed]);
    const used = engine.bytesWritten - before;
    if (engine.readableEnded || engine.destroyed || used < chunk.length) {
      input.unread(chunk.subarray(used));
      return;
    }
  }
}
function translate(error, what) {
  const { code, message } = error;
  if (typeof code !== "string" || !/^(Z_|ZSTD_)/.test(code)) return error;
  if (/windowTooLarge|memory_allocation|Z_MEM_ERROR/.test(code)) {
    return new PayloadError(
      "LIMIT_EXCEEDED",
      `${what}: the window of the stream is larger than ${LIMITS.dictionaryBytes} bytes`,
      { cause: error }
    );
  }
  return new PayloadError("PAYLOAD_INVALID", `${what}: ${String(message)}`, { cause: error });
}

// src/compression/decoders.ts
var DECODERS = {
  gzip: decodeGzip,
  xz: decodeLzma,
  lzma: decodeLzma,
  bzip2: decodeBzip2,
  zstd: decodeZstd
};

// src/compression/input.ts
var EMPTY = new Uint8Array(0);
var ChunkReader = class {
  iterator;
  buffer = EMPTY;
  ended = false;
  failure;
  pulled = 0;
  constructor(source) {
    this.iterator = source[Symbol.asyncIterator]();
  }
  /** Bytes consumed so far. */
  get consumed() {
    return this.pulled - this.buffer.length;
  }
  /** True when there is a byte left; pulls until there is one or the source ends. */
  async more() {
    while (this.buffer.length === 0 && !this.ended) this.buffer = await this.pull();
    return this.buffer.length > 0;
  }
  /** The next bytes, at most `limit`, as they come; undefined at the end. */
  async some(limit = Number.MAX_SAFE_INTEGER) {
    if (!await this.more()) return void 0;
    const chunk = this.buffer.subarray(0, limit);
    this.buffer = this.buffer.subarray(chunk.length);
    return chunk;
  }
  /** Exactly `count` bytes, or fewer when the source ends before. */
  async take(count) {
    const bytes = await this.fill(count);
    const taken = bytes.subarray(0, count);
    this.buffer = this.buffer.subarray(taken.length);
    return taken;
  }
  /** Looks at what follows without consuming it: at least `count` bytes unless the source ends before. */
  async fill(count) {
    if (this.buffer.length >= count || this.ended) return this.buffer;
    const parts = [this.buffer];
    let length = this.buffer.length;
    try {
      while (length < count && !this.ended) {
        const chunk = await this.pull();
        parts.push(chunk);
        length += chunk.length;
      }
    } finally {
      this.buffer = Buffer.concat(parts, length);
    }
    return this.buffer;
  }
  /** Drops `count` bytes of what {@link fill} showed. */
  skip(count) {
    this.buffer = this.buffer.subarray(count);
  }
  /** Gives bytes back that were consumed last. */
  unread(bytes) {
    this.buffer = this.buffer.length === 0 ? bytes : Buffer.concat([bytes, this.buffer]);
  }
  /** All that is left, in chunks. */
  async *rest() {
    for (let chunk = await this.some(); chunk !== void 0; chunk = await this.some()) yield chunk;
  }
  /** Lets go of the source; a source that still has data is told to stop. */
  async close() {
    if (this.ended) return;
    this.ended = true;
    await this.iterator.return?.();
  }
  async pull() {
    if (this.failure !== void 0) throw this.failure.reason;
    try {
      const next = await this.iterator.next();
      if (next.done === true) {
        this.ended = true;
        return EMPTY;
      }
      this.pulled += next.value.length;
      return next.value;
    } catch (reason) {
      this.failure = { reason };
      throw reason;
    }
  }
};

export {
  required,
  decodeDeflate,
  DECODERS,
  ChunkReader
};
