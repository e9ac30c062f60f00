import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  CHECKED_OUT_REMEDY,
  DownloadError,
  GIB,
  GitError,
  InputError,
  IntegrityError,
  KIB,
  LIMITS,
  MIB,
  MirrorConflictError,
  MirrorError,
  PayloadError,
  RepodataError,
  RpmFormatError,
  VerificationError,
  describeError,
  isTransient,
  sentences
} from "./chunk-RNSKFFKT.js";
import {
  debug,
  endGroup,
  info,
  startGroup,
  warning
} from "./chunk-AHUJ6Z2U.js";
import {
  __commonJS,
  __toESM
} from "./chunk-KIZH3NRS.js";

// node_modules/picomatch/lib/constants.js
var require_constants = __commonJS({
  "node_modules/picomatch/lib/constants.js"(exports2, module) {
    "use strict";
    var WIN_SLASH = "\\\\/";
    var WIN_NO_SLASH = `[^${WIN_SLASH}]`;
    var DEFAULT_MAX_EXTGLOB_RECURSION = 0;
    var DOT_LITERAL = "\\.";
    var PLUS_LITERAL = "\\+";
    var QMARK_LITERAL = "\\?";
    var SLASH_LITERAL = "\\/";
    var ONE_CHAR = "(?=.)";
    var QMARK = "[^/]";
    var END_ANCHOR = `(?:${SLASH_LITERAL}|$)`;
    var START_ANCHOR = `(?:^|${SLASH_LITERAL})`;
    var DOTS_SLASH = `${DOT_LITERAL}{1,2}${END_ANCHOR}`;
    var NO_DOT = `(?!${DOT_LITERAL})`;
    var NO_DOTS = `(?!${START_ANCHOR}${DOTS_SLASH})`;
    var NO_DOT_SLASH = `(?!${DOT_LITERAL}{0,1}${END_ANCHOR})`;
    var NO_DOTS_SLASH = `(?!${DOTS_SLASH})`;
    var QMARK_NO_DOT = `[^.${SLASH_LITERAL}]`;
    var STAR = `${QMARK}*?`;
    var SEP = "/";
    var POSIX_CHARS = {
      DOT_LITERAL,
      PLUS_LITERAL,
      QMARK_LITERAL,
      SLASH_LITERAL,
      ONE_CHAR,
      QMARK,
      END_ANCHOR,
      DOTS_SLASH,
      NO_DOT,
      NO_DOTS,
      NO_DOT_SLASH,
      NO_DOTS_SLASH,
      QMARK_NO_DOT,
      STAR,
      START_ANCHOR,
      SEP
    };
    var WINDOWS_CHARS = {
      ...POSIX_CHARS,
      SLASH_LITERAL: `[${WIN_SLASH}]`,
      QMARK: WIN_NO_SLASH,
      STAR: `${WIN_NO_SLASH}*?`,
      DOTS_SLASH: `${DOT_LITERAL}{1,2}(?:[${WIN_SLASH}]|$)`,
      NO_DOT: `(?!${DOT_LITERAL})`,
      NO_DOTS: `(?!(?:^|[${WIN_SLASH}])${DOT_LITERAL}{1,2}(?:[${WIN_SLASH}]|$))`,
      NO_DOT_SLASH: `(?!${DOT_LITERAL}{0,1}(?:[${WIN_SLASH}]|$))`,
      NO_DOTS_SLASH: `(?!${DOT_LITERAL}{1,2}(?:[${WIN_SLASH}]|$))`,
      QMARK_NO_DOT: `[^.${WIN_SLASH}]`,
      START_ANCHOR: `(?:^|[${WIN_SLASH}])`,
      END_ANCHOR: `(?:[${WIN_SLASH}]|$)`,
      SEP: "\\"
    };
    var POSIX_REGEX_SOURCE = {
      __proto__: null,
      alnum: "a-zA-Z0-9",
      alpha: "a-zA-Z",
      ascii: "\\x00-\\x7F",
      blank: " \\t",
      cntrl: "\\x00-\\x1F\\x7F",
      digit: "0-9",
      graph: "\\x21-\\x7E",
      lower: "a-z",
      print: "\\x20-\\x7E ",
      punct: "\\-!\"#$%&'()\\*+,./:;<=>?@[\\]^_`{|}~",
      space: " \\t\\r\\n\\v\\f",
      upper: "A-Z",
      word: "A-Za-z0-9_",
      xdigit: "A-Fa-f0-9"
    };
    module.exports = {
      DEFAULT_MAX_EXTGLOB_RECURSION,
      MAX_LENGTH: 1024 * 64,
      POSIX_REGEX_SOURCE,
      // regular expressions
      REGEX_BACKSLASH: /\\(?![*+?^${}(|)[\]])/g,
      REGEX_NON_SPECIAL_CHARS: /^[^@![\].,$*+?^{}()|\\/]+/,
      REGEX_SPECIAL_CHARS: /[-*+?.^${}(|)[\]]/,
      REGEX_SPECIAL_CHARS_BACKREF: /(\\?)((\W)(\3*))/g,
      REGEX_SPECIAL_CHARS_GLOBAL: /([-*+?.^${}(|)[\]])/g,
      REGEX_REMOVE_BACKSLASH: /(?:\[.*?[^\\]\]|\\(?=.))/g,
      // Replace globs with equivalent patterns to reduce parsing time.
      REPLACEMENTS: {
        __proto__: null,
        "***": "*",
        "**/**": "**",
        "**/**/**": "**"
      },
      // Digits
      CHAR_0: 48,
      /* 0 */
      CHAR_9: 57,
      /* 9 */
      // Alphabet chars.
      CHAR_UPPERCASE_A: 65,
      /* A */
      CHAR_LOWERCASE_A: 97,
      /* a */
      CHAR_UPPERCASE_Z: 90,
      /* Z */
      CHAR_LOWERCASE_Z: 122,
      /* z */
      CHAR_LEFT_PARENTHESES: 40,
      /* ( */
      CHAR_RIGHT_PARENTHESES: 41,
      /* ) */
      CHAR_ASTERISK: 42,
      /* * */
      // Non-alphabetic chars.
      CHAR_AMPERSAND: 38,
      /* & */
      CHAR_AT: 64,
      /* @ */
      CHAR_BACKWARD_SLASH: 92,
      /* \ */
      CHAR_CARRIAGE_RETURN: 13,
      /* \r */
      CHAR_CIRCUMFLEX_ACCENT: 94,
      /* ^ */
      CHAR_COLON: 58,
      /* : */
      CHAR_COMMA: 44,
      /* , */
      CHAR_DOT: 46,
      /* . */
      CHAR_DOUBLE_QUOTE: 34,
      /* " */
      CHAR_EQUAL: 61,
      /* = */
      CHAR_EXCLAMATION_MARK: 33,
      /* ! */
      CHAR_FORM_FEED: 12,
      /* \f */
      CHAR_FORWARD_SLASH: 47,
      /* / */
      CHAR_GRAVE_ACCENT: 96,
      /* ` */
      CHAR_HASH: 35,
      /* # */
      CHAR_HYPHEN_MINUS: 45,
      /* - */
      CHAR_LEFT_ANGLE_BRACKET: 60,
      /* < */
      CHAR_LEFT_CURLY_BRACE: 123,
      /* { */
      CHAR_LEFT_SQUARE_BRACKET: 91,
      /* [ */
      CHAR_LINE_FEED: 10,
      /* \n */
      CHAR_NO_BREAK_SPACE: 160,
      /* \u00A0 */
      CHAR_PERCENT: 37,
      /* % */
      CHAR_PLUS: 43,
      /* + */
      CHAR_QUESTION_MARK: 63,
      /* ? */
      CHAR_RIGHT_ANGLE_BRACKET: 62,
      /* > */
      CHAR_RIGHT_CURLY_BRACE: 125,
      /* } */
      CHAR_RIGHT_SQUARE_BRACKET: 93,
      /* ] */
      CHAR_SEMICOLON: 59,
      /* ; */
      CHAR_SINGLE_QUOTE: 39,
      /* ' */
      CHAR_SPACE: 32,
      /*   */
      CHAR_TAB: 9,
      /* \t */
      CHAR_UNDERSCORE: 95,
      /* _ */
      CHAR_VERTICAL_LINE: 124,
      /* | */
      CHAR_ZERO_WIDTH_NOBREAK_SPACE: 65279,
      /* \uFEFF */
      /**
       * Create EXTGLOB_CHARS
       */
      extglobChars(chars) {
        return {
          "!": { type: "negate", open: "(?:(?!(?:", close: `))${chars.STAR})` },
          "?": { type: "qmark", open: "(?:", close: ")?" },
          "+": { type: "plus", open: "(?:", close: ")+" },
          "*": { type: "star", open: "(?:", close: ")*" },
          "@": { type: "at", open: "(?:", close: ")" }
        };
      },
      /**
       * Create GLOB_CHARS
       */
      globChars(win32) {
        return win32 === true ? WINDOWS_CHARS : POSIX_CHARS;
      }
    };
  }
});

// node_modules/picomatch/lib/utils.js
var require_utils = __commonJS({
  "node_modules/picomatch/lib/utils.js"(exports2) {
    "use strict";
    var {
      REGEX_BACKSLASH,
      REGEX_REMOVE_BACKSLASH,
      REGEX_SPECIAL_CHARS,
      REGEX_SPECIAL_CHARS_GLOBAL
    } = require_constants();
    exports2.isObject = (val) => val !== null && typeof val === "object" && !Array.isArray(val);
    exports2.hasRegexChars = (str) => REGEX_SPECIAL_CHARS.test(str);
    exports2.isRegexChar = (str) => str.length === 1 && exports2.hasRegexChars(str);
    exports2.escapeRegex = (str) => str.replace(REGEX_SPECIAL_CHARS_GLOBAL, "\\$1");
    exports2.toPosixSlashes = (str) => str.replace(REGEX_BACKSLASH, "/");
    exports2.isWindows = () => {
      if (typeof navigator !== "undefined" && navigator.platform) {
        const platform = navigator.platform.toLowerCase();
        return platform === "win32" || platform === "windows";
      }
      if (typeof process !== "undefined" && process.platform) {
        return process.platform === "win32";
      }
      return false;
    };
    exports2.removeBackslashes = (str) => {
      return str.replace(REGEX_REMOVE_BACKSLASH, (match) => {
        return match === "\\" ? "" : match;
      });
    };
    exports2.escapeLast = (input, char, lastIdx) => {
      const idx = input.lastIndexOf(char, lastIdx);
      if (idx === -1) return input;
      if (input[idx - 1] === "\\") return exports2.escapeLast(input, char, idx - 1);
      return `${input.slice(0, idx)}\\${input.slice(idx)}`;
    };
    exports2.removePrefix = (input, state = {}) => {
      let output = input;
      if (output.startsWith("./")) {
        output = output.slice(2);
        state.prefix = "./";
      }
      return output;
    };
    exports2.wrapOutput = (input, state = {}, options = {}) => {
      const prepend = options.contains ? "" : "^";
      const append2 = options.contains ? "" : "$";
      let output = `${prepend}(?:${input})${append2}`;
      if (state.negated === true) {
        output = `(?:^(?!${output}).*$)`;
      }
      return output;
    };
    exports2.basename = (path, { windows } = {}) => {
      const segs = path.split(windows ? /[\\/]/ : "/");
      const last2 = segs[segs.length - 1];
      if (last2 === "") {
        return segs[segs.length - 2];
      }
      return last2;
    };
  }
});

// node_modules/picomatch/lib/scan.js
var require_scan = __commonJS({
  "node_modules/picomatch/lib/scan.js"(exports2, module) {
    "use strict";
    var utils = require_utils();
    var {
      CHAR_ASTERISK,
      /* * */
      CHAR_AT,
      /* @ */
      CHAR_BACKWARD_SLASH,
      /* \ */
      CHAR_COMMA,
      /* , */
      CHAR_DOT,
      /* . */
      CHAR_EXCLAMATION_MARK,
      /* ! */
      CHAR_FORWARD_SLASH,
      /* / */
      CHAR_LEFT_CURLY_BRACE,
      /* { */
      CHAR_LEFT_PARENTHESES,
      /* ( */
      CHAR_LEFT_SQUARE_BRACKET,
      /* [ */
      CHAR_PLUS,
      /* + */
      CHAR_QUESTION_MARK,
      /* ? */
      CHAR_RIGHT_CURLY_BRACE,
      /* } */
      CHAR_RIGHT_PARENTHESES,
      /* ) */
      CHAR_RIGHT_SQUARE_BRACKET
      /* ] */
    } = require_constants();
    var isPathSeparator = (code2) => {
      return code2 === CHAR_FORWARD_SLASH || code2 === CHAR_BACKWARD_SLASH;
    };
    var depth = (token) => {
      if (token.isPrefix !== true) {
        token.depth = token.isGlobstar ? Infinity : 1;
      }
    };
    var scan = (input, options) => {
      const opts = options || {};
      const length = input.length - 1;
      const scanToEnd = opts.parts === true || opts.tokens === true || opts.scanToEnd === true;
      const slashes = [];
      const tokens = [];
      const parts = [];
      let str = input;
      let index = -1;
      let start = 0;
      let lastIndex = 0;
      let isBrace = false;
      let isBracket = false;
      let isGlob = false;
      let isExtglob = false;
      let isGlobstar = false;
      let braceEscaped = false;
      let backslashes = false;
      let negated = false;
      let negatedExtglob = false;
      let finished = false;
      let braces = 0;
      let prev;
      let code2;
      let token = { value: "", depth: 0, isGlob: false };
      const eos = () => index >= length;
      const peek = () => str.charCodeAt(index + 1);
      const advance = () => {
        prev = code2;
        return str.charCodeAt(++index);
      };
      while (index < length) {
        code2 = advance();
        let next;
        if (code2 === CHAR_BACKWARD_SLASH) {
          backslashes = token.backslashes = true;
          code2 = advance();
          if (code2 === CHAR_LEFT_CURLY_BRACE) {
            braceEscaped = true;
          }
          continue;
        }
        if (braceEscaped === true || code2 === CHAR_LEFT_CURLY_BRACE) {
          braces++;
          while (eos() !== true && (code2 = advance())) {
            if (code2 === CHAR_BACKWARD_SLASH) {
              backslashes = token.backslashes = true;
              advance();
              continue;
            }
            if (code2 === CHAR_LEFT_CURLY_BRACE) {
              braces++;
              continue;
            }
            if (braceEscaped !== true && code2 === CHAR_DOT && (code2 = advance()) === CHAR_DOT) {
              isBrace = token.isBrace = true;
              isGlob = token.isGlob = true;
              finished = true;
              if (scanToEnd === true) {
                continue;
              }
              break;
            }
            if (braceEscaped !== true && code2 === CHAR_COMMA) {
              isBrace = token.isBrace = true;
              isGlob = token.isGlob = true;
              finished = true;
              if (scanToEnd === true) {
                continue;
              }
              break;
            }
            if (code2 === CHAR_RIGHT_CURLY_BRACE) {
              braces--;
              if (braces === 0) {
                braceEscaped = false;
                isBrace = token.isBrace = true;
                finished = true;
                break;
              }
            }
          }
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (code2 === CHAR_FORWARD_SLASH) {
          slashes.push(index);
          tokens.push(token);
          token = { value: "", depth: 0, isGlob: false };
          if (finished === true) continue;
          if (prev === CHAR_DOT && index === start + 1) {
            start += 2;
            continue;
          }
          lastIndex = index + 1;
          continue;
        }
        if (opts.noext !== true) {
          const isExtglobChar = code2 === CHAR_PLUS || code2 === CHAR_AT || code2 === CHAR_ASTERISK || code2 === CHAR_QUESTION_MARK || code2 === CHAR_EXCLAMATION_MARK;
          if (isExtglobChar === true && peek() === CHAR_LEFT_PARENTHESES) {
            isGlob = token.isGlob = true;
            isExtglob = token.isExtglob = true;
            finished = true;
            if (code2 === CHAR_EXCLAMATION_MARK && index === start) {
              negatedExtglob = true;
            }
            if (scanToEnd === true) {
              let parens = 0;
              while (eos() !== true && (code2 = advance())) {
                if (code2 === CHAR_BACKWARD_SLASH) {
                  backslashes = token.backslashes = true;
                  advance();
                  continue;
                }
                if (code2 === CHAR_LEFT_PARENTHESES) {
                  parens++;
                  continue;
                }
                if (code2 === CHAR_RIGHT_PARENTHESES && --parens === 0) {
                  finished = true;
                  break;
                }
              }
              continue;
            }
            break;
          }
        }
        if (code2 === CHAR_ASTERISK) {
          if (prev === CHAR_ASTERISK) isGlobstar = token.isGlobstar = true;
          isGlob = token.isGlob = true;
          finished = true;
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (code2 === CHAR_QUESTION_MARK) {
          isGlob = token.isGlob = true;
          finished = true;
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (code2 === CHAR_LEFT_SQUARE_BRACKET) {
          while (eos() !== true && (next = advance())) {
            if (next === CHAR_BACKWARD_SLASH) {
              backslashes = token.backslashes = true;
              advance();
              continue;
            }
            if (next === CHAR_RIGHT_SQUARE_BRACKET) {
              isBracket = token.isBracket = true;
              isGlob = token.isGlob = true;
              finished = true;
              break;
            }
          }
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
        if (opts.nonegate !== true && code2 === CHAR_EXCLAMATION_MARK && index === start) {
          negated = token.negated = true;
          start++;
          continue;
        }
        if (opts.noparen !== true && code2 === CHAR_LEFT_PARENTHESES) {
          isGlob = token.isGlob = true;
          if (scanToEnd === true) {
            let parens = 1;
            while (eos() !== true && (code2 = advance())) {
              if (code2 === CHAR_BACKWARD_SLASH) {
                backslashes = token.backslashes = true;
                advance();
                continue;
              }
              if (code2 === CHAR_LEFT_PARENTHESES) {
                parens++;
                continue;
              }
              if (code2 === CHAR_RIGHT_PARENTHESES && --parens === 0) {
                finished = true;
                break;
              }
            }
            continue;
          }
          break;
        }
        if (isGlob === true) {
          finished = true;
          if (scanToEnd === true) {
            continue;
          }
          break;
        }
      }
      if (opts.noext === true) {
        isExtglob = false;
        isGlob = false;
      }
      let base = str;
      let prefix = "";
      let glob = "";
      if (start > 0) {
        prefix = str.slice(0, start);
        str = str.slice(start);
        lastIndex -= start;
      }
      if (base && isGlob === true && lastIndex > 0) {
        base = str.slice(0, lastIndex);
        glob = str.slice(lastIndex);
      } else if (isGlob === true) {
        base = "";
        glob = str;
      } else {
        base = str;
      }
      if (base && base !== "" && base !== "/" && base !== str) {
        if (isPathSeparator(base.charCodeAt(base.length - 1))) {
          base = base.slice(0, -1);
        }
      }
      if (opts.unescape === true) {
        if (glob) glob = utils.removeBackslashes(glob);
        if (base && backslashes === true) {
          base = utils.removeBackslashes(base);
        }
      }
      const state = {
        prefix,
        input,
        start,
        base,
        glob,
        isBrace,
        isBracket,
        isGlob,
        isExtglob,
        isGlobstar,
        negated,
        negatedExtglob
      };
      if (opts.tokens === true) {
        state.maxDepth = 0;
        if (!isPathSeparator(code2)) {
          tokens.push(token);
        }
        state.tokens = tokens;
      }
      if (opts.parts === true || opts.tokens === true) {
        let prevIndex;
        for (let idx = 0; idx < slashes.length; idx++) {
          const n2 = prevIndex !== void 0 ? prevIndex + 1 : start;
          const i = slashes[idx];
          const value3 = input.slice(n2, i);
          if (opts.tokens) {
            if (idx === 0 && start !== 0) {
              tokens[idx].isPrefix = true;
              tokens[idx].value = prefix;
            } else {
              tokens[idx].value = value3;
            }
            depth(tokens[idx]);
            state.maxDepth += tokens[idx].depth;
          }
          if (i >= start) {
            parts.push(value3);
            prevIndex = i;
          }
        }
        const n = prevIndex !== void 0 ? prevIndex + 1 : start;
        const value2 = input.slice(n);
        parts.push(value2);
        if (opts.tokens && prevIndex && prevIndex + 1 < input.length) {
          tokens[tokens.length - 1].value = value2;
          depth(tokens[tokens.length - 1]);
          state.maxDepth += tokens[tokens.length - 1].depth;
        }
        state.slashes = slashes;
        state.parts = parts;
      }
      return state;
    };
    module.exports = scan;
  }
});

// node_modules/picomatch/lib/parse.js
var require_parse = __commonJS({
  "node_modules/picomatch/lib/parse.js"(exports2, module) {
    "use strict";
    var constants4 = require_constants();
    var utils = require_utils();
    var {
      MAX_LENGTH: MAX_LENGTH2,
      POSIX_REGEX_SOURCE,
      REGEX_NON_SPECIAL_CHARS,
      REGEX_SPECIAL_CHARS_BACKREF,
      REPLACEMENTS
    } = constants4;
    var expandRange = (args, options) => {
      if (typeof options.expandRange === "function") {
        return options.expandRange(...args, options);
      }
      args.sort();
      const value2 = `[${args.join("-")}]`;
      try {
        new RegExp(value2);
      } catch (ex) {
        return args.map((v) => utils.escapeRegex(v)).join("..");
      }
      return value2;
    };
    var syntaxError = (type, char) => {
      return `Missing ${type}: "${char}" - use "\\\\${char}" to match literal characters`;
    };
    var splitTopLevel = (input) => {
      const parts = [];
      let bracket = 0;
      let paren = 0;
      let quote2 = 0;
      let value2 = "";
      let escaped = false;
      for (const ch of input) {
        if (escaped === true) {
          value2 += ch;
          escaped = false;
          continue;
        }
        if (ch === "\\") {
          value2 += ch;
          escaped = true;
          continue;
        }
        if (ch === '"') {
          quote2 = quote2 === 1 ? 0 : 1;
          value2 += ch;
          continue;
        }
        if (quote2 === 0) {
          if (ch === "[") {
            bracket++;
          } else if (ch === "]" && bracket > 0) {
            bracket--;
          } else if (bracket === 0) {
            if (ch === "(") {
              paren++;
            } else if (ch === ")" && paren > 0) {
              paren--;
            } else if (ch === "|" && paren === 0) {
              parts.push(value2);
              value2 = "";
              continue;
            }
          }
        }
        value2 += ch;
      }
      parts.push(value2);
      return parts;
    };
    var isPlainBranch = (branch) => {
      let escaped = false;
      for (const ch of branch) {
        if (escaped === true) {
          escaped = false;
          continue;
        }
        if (ch === "\\") {
          escaped = true;
          continue;
        }
        if (/[?*+@!()[\]{}]/.test(ch)) {
          return false;
        }
      }
      return true;
    };
    var normalizeSimpleBranch = (branch) => {
      let value2 = branch.trim();
      let changed = true;
      while (changed === true) {
        changed = false;
        if (/^@\([^\\()[\]{}|]+\)$/.test(value2)) {
          value2 = value2.slice(2, -1);
          changed = true;
        }
      }
      if (!isPlainBranch(value2)) {
        return;
      }
      return value2.replace(/\\(.)/g, "$1");
    };
    var hasRepeatedCharPrefixOverlap = (branches) => {
      const values = branches.map(normalizeSimpleBranch).filter(Boolean);
      for (let i = 0; i < values.length; i++) {
        for (let j = i + 1; j < values.length; j++) {
          const a = values[i];
          const b = values[j];
          const char = a[0];
          if (!char || a !== char.repeat(a.length) || b !== char.repeat(b.length)) {
            continue;
          }
          if (a === b || a.startsWith(b) || b.startsWith(a)) {
            return true;
          }
        }
      }
      return false;
    };
    var parseRepeatedExtglob = (pattern, requireEnd = true) => {
      if (pattern[0] !== "+" && pattern[0] !== "*" || pattern[1] !== "(") {
        return;
      }
      let bracket = 0;
      let paren = 0;
      let quote2 = 0;
      let escaped = false;
      for (let i = 1; i < pattern.length; i++) {
        const ch = pattern[i];
        if (escaped === true) {
          escaped = false;
          continue;
        }
        if (ch === "\\") {
          escaped = true;
          continue;
        }
        if (ch === '"') {
          quote2 = quote2 === 1 ? 0 : 1;
          continue;
        }
        if (quote2 === 1) {
          continue;
        }
        if (ch === "[") {
          bracket++;
          continue;
        }
        if (ch === "]" && bracket > 0) {
          bracket--;
          continue;
        }
        if (bracket > 0) {
          continue;
        }
        if (ch === "(") {
          paren++;
          continue;
        }
        if (ch === ")") {
          paren--;
          if (paren === 0) {
            if (requireEnd === true && i !== pattern.length - 1) {
              return;
            }
            return {
              type: pattern[0],
              body: pattern.slice(2, i),
              end: i
            };
          }
        }
      }
    };
    var buildCharClassStar = (chars) => {
      const source = chars.length === 1 ? utils.escapeRegex(chars[0]) : `[${chars.map((ch) => utils.escapeRegex(ch)).join("")}]`;
      return `${source}*`;
    };
    var getStarExtglobSequenceChars = (pattern) => {
      let index = 0;
      const chars = [];
      while (index < pattern.length) {
        const match = parseRepeatedExtglob(pattern.slice(index), false);
        if (!match || match.type !== "*") {
          return;
        }
        const branches = splitTopLevel(match.body).map((branch2) => branch2.trim());
        if (branches.length !== 1) {
          return;
        }
        const branch = normalizeSimpleBranch(branches[0]);
        if (!branch || branch.length !== 1) {
          return;
        }
        chars.push(branch);
        index += match.end + 1;
      }
      if (chars.length < 1) {
        return;
      }
      return chars;
    };
    var repeatedExtglobRecursion = (pattern) => {
      let depth = 0;
      let value2 = pattern.trim();
      let match = parseRepeatedExtglob(value2);
      while (match) {
        depth++;
        value2 = match.body.trim();
        match = parseRepeatedExtglob(value2);
      }
      return depth;
    };
    var analyzeRepeatedExtglob = (body, options) => {
      if (options.maxExtglobRecursion === false) {
        return { risky: false };
      }
      const max = typeof options.maxExtglobRecursion === "number" ? options.maxExtglobRecursion : constants4.DEFAULT_MAX_EXTGLOB_RECURSION;
      const branches = splitTopLevel(body).map((branch) => branch.trim());
      if (branches.length > 1) {
        if (branches.some((branch) => branch === "") || branches.some((branch) => /^[*?]+$/.test(branch)) || hasRepeatedCharPrefixOverlap(branches)) {
          return { risky: true };
        }
      }
      const safeChars = [];
      let sawStarSequence = false;
      let combinable = true;
      for (const branch of branches) {
        const chars = getStarExtglobSequenceChars(branch);
        if (chars) {
          sawStarSequence = true;
          safeChars.push(...chars);
          continue;
        }
        const literal = normalizeSimpleBranch(branch);
        if (literal && literal.length === 1) {
          safeChars.push(literal);
          continue;
        }
        combinable = false;
        if (repeatedExtglobRecursion(branch) > max) {
          return { risky: true };
        }
      }
      if (sawStarSequence) {
        return combinable ? { risky: true, safeOutput: buildCharClassStar([...new Set(safeChars)]) } : { risky: true };
      }
      return { risky: false };
    };
    var parse2 = (input, options) => {
      if (typeof input !== "string") {
        throw new TypeError("Expected a string");
      }
      input = REPLACEMENTS[input] || input;
      const opts = { ...options };
      const max = typeof opts.maxLength === "number" ? Math.min(MAX_LENGTH2, opts.maxLength) : MAX_LENGTH2;
      let len = input.length;
      if (len > max) {
        throw new SyntaxError(`Input length: ${len}, exceeds maximum allowed length: ${max}`);
      }
      const bos = { type: "bos", value: "", output: opts.prepend || "" };
      const tokens = [bos];
      const capture = opts.capture ? "" : "?:";
      const PLATFORM_CHARS = constants4.globChars(opts.windows);
      const EXTGLOB_CHARS = constants4.extglobChars(PLATFORM_CHARS);
      const {
        DOT_LITERAL,
        PLUS_LITERAL,
        SLASH_LITERAL,
        ONE_CHAR,
        DOTS_SLASH,
        NO_DOT,
        NO_DOT_SLASH,
        NO_DOTS_SLASH,
        QMARK,
        QMARK_NO_DOT,
        STAR,
        START_ANCHOR
      } = PLATFORM_CHARS;
      const globstar = (opts2) => {
        return `(${capture}(?:(?!${START_ANCHOR}${opts2.dot ? DOTS_SLASH : DOT_LITERAL}).)*?)`;
      };
      const nodot = opts.dot ? "" : NO_DOT;
      const qmarkNoDot = opts.dot ? QMARK : QMARK_NO_DOT;
      let star = opts.bash === true ? globstar(opts) : STAR;
      if (opts.capture) {
        star = `(${star})`;
      }
      if (typeof opts.noext === "boolean") {
        opts.noextglob = opts.noext;
      }
      const state = {
        input,
        index: -1,
        start: 0,
        dot: opts.dot === true,
        consumed: "",
        output: "",
        prefix: "",
        backtrack: false,
        negated: false,
        brackets: 0,
        braces: 0,
        parens: 0,
        quotes: 0,
        globstar: false,
        tokens
      };
      input = utils.removePrefix(input, state);
      len = input.length;
      const extglobs = [];
      const braces = [];
      const stack = [];
      let prev = bos;
      let value2;
      const eos = () => state.index === len - 1;
      const peek = state.peek = (n = 1) => input[state.index + n];
      const advance = state.advance = () => input[++state.index] || "";
      const remaining = () => input.slice(state.index + 1);
      const consume = (value3 = "", num = 0) => {
        state.consumed += value3;
        state.index += num;
      };
      const append2 = (token) => {
        state.output += token.output != null ? token.output : token.value;
        consume(token.value);
      };
      const negate = () => {
        let count2 = 1;
        while (peek() === "!" && (peek(2) !== "(" || peek(3) === "?")) {
          advance();
          state.start++;
          count2++;
        }
        if (count2 % 2 === 0) {
          return false;
        }
        state.negated = true;
        state.start++;
        return true;
      };
      const increment = (type) => {
        state[type]++;
        stack.push(type);
      };
      const decrement = (type) => {
        state[type]--;
        stack.pop();
      };
      const push = (tok) => {
        if (prev.type === "globstar") {
          const isBrace = state.braces > 0 && (tok.type === "comma" || tok.type === "brace");
          const isExtglob = tok.extglob === true || extglobs.length && (tok.type === "pipe" || tok.type === "paren");
          if (tok.type !== "slash" && tok.type !== "paren" && !isBrace && !isExtglob) {
            state.output = state.output.slice(0, -prev.output.length);
            prev.type = "star";
            prev.value = "*";
            prev.output = star;
            state.output += prev.output;
          }
        }
        if (extglobs.length && tok.type !== "paren") {
          extglobs[extglobs.length - 1].inner += tok.value;
        }
        if (tok.value || tok.output) append2(tok);
        if (prev && prev.type === "text" && tok.type === "text") {
          prev.output = (prev.output || prev.value) + tok.value;
          prev.value += tok.value;
          return;
        }
        tok.prev = prev;
        tokens.push(tok);
        prev = tok;
      };
      const extglobOpen = (type, value3) => {
        const token = { ...EXTGLOB_CHARS[value3], conditions: 1, inner: "" };
        token.prev = prev;
        token.parens = state.parens;
        token.output = state.output;
        token.startIndex = state.index;
        token.tokensIndex = tokens.length;
        const output = (opts.capture ? "(" : "") + token.open;
        increment("parens");
        push({ type, value: value3, output: state.output ? "" : ONE_CHAR });
        push({ type: "paren", extglob: true, value: advance(), output });
        extglobs.push(token);
      };
      const extglobClose = (token) => {
        const literal = input.slice(token.startIndex, state.index + 1);
        const body = input.slice(token.startIndex + 2, state.index);
        const analysis = analyzeRepeatedExtglob(body, opts);
        if ((token.type === "plus" || token.type === "star") && analysis.risky) {
          const safeOutput = analysis.safeOutput ? (token.output ? "" : ONE_CHAR) + (opts.capture ? `(${analysis.safeOutput})` : analysis.safeOutput) : void 0;
          const open4 = tokens[token.tokensIndex];
          open4.type = "text";
          open4.value = literal;
          open4.output = safeOutput || utils.escapeRegex(literal);
          for (let i = token.tokensIndex + 1; i < tokens.length; i++) {
            tokens[i].value = "";
            tokens[i].output = "";
            delete tokens[i].suffix;
          }
          state.output = token.output + open4.output;
          state.backtrack = true;
          push({ type: "paren", extglob: true, value: value2, output: "" });
          decrement("parens");
          return;
        }
        let output = token.close + (opts.capture ? ")" : "");
        let rest2;
        if (token.type === "negate") {
          let extglobStar = star;
          if (token.inner && token.inner.length > 1 && token.inner.includes("/")) {
            extglobStar = globstar(opts);
          }
          if (extglobStar !== star || eos() || /^\)+$/.test(remaining())) {
            output = token.close = `)$))${extglobStar}`;
          }
          if (token.inner.includes("*") && (rest2 = remaining()) && /^\.[^\\/.]+$/.test(rest2)) {
            const expression = parse2(rest2, { ...options, fastpaths: false }).output;
            output = token.close = `)${expression})${extglobStar})`;
          }
          if (token.prev.type === "bos") {
            state.negatedExtglob = true;
          }
        }
        push({ type: "paren", extglob: true, value: value2, output });
        decrement("parens");
      };
      if (opts.fastpaths !== false && !/(^[*!]|[/()[\]{}"])/.test(input)) {
        let backslashes = false;
        let output = input.replace(REGEX_SPECIAL_CHARS_BACKREF, (m, esc, chars, first2, rest2, index) => {
          if (first2 === "\\") {
            backslashes = true;
            return m;
          }
          if (first2 === "?") {
            if (esc) {
              return esc + first2 + (rest2 ? QMARK.repeat(rest2.length) : "");
            }
            if (index === 0) {
              return qmarkNoDot + (rest2 ? QMARK.repeat(rest2.length) : "");
            }
            return QMARK.repeat(chars.length);
          }
          if (first2 === ".") {
            return DOT_LITERAL.repeat(chars.length);
          }
          if (first2 === "*") {
            if (esc) {
              return esc + first2 + (rest2 ? star : "");
            }
            return star;
          }
          return esc ? m : `\\${m}`;
        });
        if (backslashes === true) {
          if (opts.unescape === true) {
            output = output.replace(/\\/g, "");
          } else {
            output = output.replace(/\\+/g, (m) => {
              return m.length % 2 === 0 ? "\\\\" : m ? "\\" : "";
            });
          }
        }
        if (output === input && opts.contains === true) {
          state.output = input;
          return state;
        }
        state.output = utils.wrapOutput(output, state, options);
        return state;
      }
      while (!eos()) {
        value2 = advance();
        if (value2 === "\0") {
          continue;
        }
        if (value2 === "\\") {
          const next = peek();
          if (next === "/" && opts.bash !== true) {
            continue;
          }
          if (next === "." || next === ";") {
            continue;
          }
          if (!next) {
            value2 += "\\";
            push({ type: "text", value: value2 });
            continue;
          }
          const match = /^\\+/.exec(remaining());
          let slashes = 0;
          if (match && match[0].length > 2) {
            slashes = match[0].length;
            state.index += slashes;
            if (slashes % 2 !== 0) {
              value2 += "\\";
            }
          }
          if (opts.unescape === true) {
            value2 = advance();
          } else {
            value2 += advance();
          }
          if (state.brackets === 0) {
            push({ type: "text", value: value2 });
            continue;
          }
        }
        if (state.brackets > 0 && (value2 !== "]" || prev.value === "[" || prev.value === "[^")) {
          if (opts.posix !== false && value2 === ":") {
            const inner = prev.value.slice(1);
            if (inner.includes("[")) {
              prev.posix = true;
              if (inner.includes(":")) {
                const idx = prev.value.lastIndexOf("[");
                const pre = prev.value.slice(0, idx);
                const rest3 = prev.value.slice(idx + 2);
                const posix = POSIX_REGEX_SOURCE[rest3];
                if (posix) {
                  prev.value = pre + posix;
                  state.backtrack = true;
                  advance();
                  if (!bos.output && tokens.indexOf(prev) === 1) {
                    bos.output = ONE_CHAR;
                  }
                  continue;
                }
              }
            }
          }
          if (value2 === "[" && peek() !== ":" || value2 === "-" && peek() === "]") {
            value2 = `\\${value2}`;
          }
          if (value2 === "]" && (prev.value === "[" || prev.value === "[^")) {
            value2 = `\\${value2}`;
          }
          if (opts.posix === true && value2 === "!" && prev.value === "[") {
            value2 = "^";
          }
          prev.value += value2;
          append2({ value: value2 });
          continue;
        }
        if (state.quotes === 1 && value2 !== '"') {
          value2 = utils.escapeRegex(value2);
          prev.value += value2;
          append2({ value: value2 });
          continue;
        }
        if (value2 === '"') {
          state.quotes = state.quotes === 1 ? 0 : 1;
          if (opts.keepQuotes === true) {
            push({ type: "text", value: value2 });
          }
          continue;
        }
        if (value2 === "(") {
          increment("parens");
          push({ type: "paren", value: value2 });
          continue;
        }
        if (value2 === ")") {
          if (state.parens === 0 && opts.strictBrackets === true) {
            throw new SyntaxError(syntaxError("opening", "("));
          }
          const extglob = extglobs[extglobs.length - 1];
          if (extglob && state.parens === extglob.parens + 1) {
            extglobClose(extglobs.pop());
            continue;
          }
          push({ type: "paren", value: value2, output: state.parens ? ")" : "\\)" });
          decrement("parens");
          continue;
        }
        if (value2 === "[") {
          if (opts.nobracket === true || !remaining().includes("]")) {
            if (opts.nobracket !== true && opts.strictBrackets === true) {
              throw new SyntaxError(syntaxError("closing", "]"));
            }
            value2 = `\\${value2}`;
          } else {
            increment("brackets");
          }
          push({ type: "bracket", value: value2 });
          continue;
        }
        if (value2 === "]") {
          if (opts.nobracket === true || prev && prev.type === "bracket" && prev.value.length === 1) {
            push({ type: "text", value: value2, output: `\\${value2}` });
            continue;
          }
          if (state.brackets === 0) {
            if (opts.strictBrackets === true) {
              throw new SyntaxError(syntaxError("opening", "["));
            }
            push({ type: "text", value: value2, output: `\\${value2}` });
            continue;
          }
          decrement("brackets");
          const prevValue = prev.value.slice(1);
          if (prev.posix !== true && prevValue[0] === "^" && !prevValue.includes("/")) {
            value2 = `/${value2}`;
          }
          prev.value += value2;
          append2({ value: value2 });
          if (opts.literalBrackets === false || utils.hasRegexChars(prevValue)) {
            continue;
          }
          const escaped = utils.escapeRegex(prev.value);
          state.output = state.output.slice(0, -prev.value.length);
          if (opts.literalBrackets === true) {
            state.output += escaped;
            prev.value = escaped;
            continue;
          }
          prev.value = `(${capture}${escaped}|${prev.value})`;
          state.output += prev.value;
          continue;
        }
        if (value2 === "{" && opts.nobrace !== true) {
          increment("braces");
          const open4 = {
            type: "brace",
            value: value2,
            output: "(",
            outputIndex: state.output.length,
            tokensIndex: state.tokens.length
          };
          braces.push(open4);
          push(open4);
          continue;
        }
        if (value2 === "}") {
          const brace = braces[braces.length - 1];
          if (opts.nobrace === true || !brace) {
            push({ type: "text", value: value2, output: value2 });
            continue;
          }
          let output = ")";
          if (brace.dots === true) {
            const arr = tokens.slice();
            const range = [];
            for (let i = arr.length - 1; i >= 0; i--) {
              tokens.pop();
              if (arr[i].type === "brace") {
                break;
              }
              if (arr[i].type !== "dots") {
                range.unshift(arr[i].value);
              }
            }
            output = expandRange(range, opts);
            state.backtrack = true;
          }
          if (brace.comma !== true && brace.dots !== true) {
            const out = state.output.slice(0, brace.outputIndex);
            const toks = state.tokens.slice(brace.tokensIndex);
            brace.value = brace.output = "\\{";
            value2 = output = "\\}";
            state.output = out;
            for (const t of toks) {
              state.output += t.output || t.value;
            }
          }
          push({ type: "brace", value: value2, output });
          decrement("braces");
          braces.pop();
          continue;
        }
        if (value2 === "|") {
          if (extglobs.length > 0) {
            extglobs[extglobs.length - 1].conditions++;
          }
          push({ type: "text", value: value2 });
          continue;
        }
        if (value2 === ",") {
          let output = value2;
          const brace = braces[braces.length - 1];
          if (brace && stack[stack.length - 1] === "braces") {
            brace.comma = true;
            output = "|";
          }
          push({ type: "comma", value: value2, output });
          continue;
        }
        if (value2 === "/") {
          if (prev.type === "dot" && state.index === state.start + 1) {
            state.start = state.index + 1;
            state.consumed = "";
            state.output = "";
            tokens.pop();
            prev = bos;
            continue;
          }
          push({ type: "slash", value: value2, output: SLASH_LITERAL });
          continue;
        }
        if (value2 === ".") {
          if (state.braces > 0 && prev.type === "dot") {
            if (prev.value === ".") prev.output = DOT_LITERAL;
            const brace = braces[braces.length - 1];
            prev.type = "dots";
            prev.output += value2;
            prev.value += value2;
            brace.dots = true;
            continue;
          }
          if (state.braces + state.parens === 0 && prev.type !== "bos" && prev.type !== "slash") {
            push({ type: "text", value: value2, output: DOT_LITERAL });
            continue;
          }
          push({ type: "dot", value: value2, output: DOT_LITERAL });
          continue;
        }
        if (value2 === "?") {
          const isGroup = prev && prev.value === "(";
          if (!isGroup && opts.noextglob !== true && peek() === "(" && peek(2) !== "?") {
            extglobOpen("qmark", value2);
            continue;
          }
          if (prev && prev.type === "paren") {
            const next = peek();
            let output = value2;
            if (prev.value === "(" && !/[!=<:]/.test(next) || next === "<" && !/<([!=]|\w+>)/.test(remaining())) {
              output = `\\${value2}`;
            }
            push({ type: "text", value: value2, output });
            continue;
          }
          if (opts.dot !== true && (prev.type === "slash" || prev.type === "bos")) {
            push({ type: "qmark", value: value2, output: QMARK_NO_DOT });
            continue;
          }
          push({ type: "qmark", value: value2, output: QMARK });
          continue;
        }
        if (value2 === "!") {
          if (opts.noextglob !== true && peek() === "(") {
            if (peek(2) !== "?" || !/[!=<:]/.test(peek(3))) {
              extglobOpen("negate", value2);
              continue;
            }
          }
          if (opts.nonegate !== true && state.index === 0) {
            negate();
            continue;
          }
        }
        if (value2 === "+") {
          if (opts.noextglob !== true && peek() === "(" && peek(2) !== "?") {
            extglobOpen("plus", value2);
            continue;
          }
          if (prev && prev.value === "(" || opts.regex === false) {
            push({ type: "plus", value: value2, output: PLUS_LITERAL });
            continue;
          }
          if (prev && (prev.type === "bracket" || prev.type === "paren" || prev.type === "brace") || state.parens > 0) {
            push({ type: "plus", value: value2 });
            continue;
          }
          push({ type: "plus", value: PLUS_LITERAL });
          continue;
        }
        if (value2 === "@") {
          if (opts.noextglob !== true && peek() === "(" && peek(2) !== "?") {
            push({ type: "at", extglob: true, value: value2, output: "" });
            continue;
          }
          push({ type: "text", value: value2 });
          continue;
        }
        if (value2 !== "*") {
          if (value2 === "$" || value2 === "^") {
            value2 = `\\${value2}`;
          }
          const match = REGEX_NON_SPECIAL_CHARS.exec(remaining());
          if (match) {
            value2 += match[0];
            state.index += match[0].length;
          }
          push({ type: "text", value: value2 });
          continue;
        }
        if (prev && (prev.type === "globstar" || prev.star === true)) {
          prev.type = "star";
          prev.star = true;
          prev.value += value2;
          prev.output = star;
          state.backtrack = true;
          state.globstar = true;
          consume(value2);
          continue;
        }
        let rest2 = remaining();
        if (opts.noextglob !== true && /^\([^?]/.test(rest2)) {
          extglobOpen("star", value2);
          continue;
        }
        if (prev.type === "star") {
          if (opts.noglobstar === true) {
            consume(value2);
            continue;
          }
          const prior = prev.prev;
          const before2 = prior.prev;
          const isStart = prior.type === "slash" || prior.type === "bos";
          const afterStar = before2 && (before2.type === "star" || before2.type === "globstar");
          if (opts.bash === true && (!isStart || rest2[0] && rest2[0] !== "/")) {
            push({ type: "star", value: value2, output: "" });
            continue;
          }
          const isBrace = state.braces > 0 && (prior.type === "comma" || prior.type === "brace");
          const isExtglob = extglobs.length && (prior.type === "pipe" || prior.type === "paren");
          if (!isStart && prior.type !== "paren" && !isBrace && !isExtglob) {
            push({ type: "star", value: value2, output: "" });
            continue;
          }
          while (rest2.slice(0, 3) === "/**") {
            const after2 = input[state.index + 4];
            if (after2 && after2 !== "/") {
              break;
            }
            rest2 = rest2.slice(3);
            consume("/**", 3);
          }
          const isEnd = eos() || state.parens > 0 && rest2 === ")".repeat(state.parens) && !extglobs.some((extglob) => extglob.type === "negate");
          if (prior.type === "bos" && eos()) {
            prev.type = "globstar";
            prev.value += value2;
            prev.output = globstar(opts);
            state.output = prev.output;
            state.globstar = true;
            consume(value2);
            continue;
          }
          if (prior.type === "slash" && prior.prev.type !== "bos" && !afterStar && isEnd) {
            state.output = state.output.slice(0, -(prior.output + prev.output).length);
            prior.output = `(?:${prior.output}`;
            prev.type = "globstar";
            prev.output = globstar(opts) + (opts.strictSlashes ? ")" : "|$)");
            prev.value += value2;
            state.globstar = true;
            state.output += prior.output + prev.output;
            consume(value2);
            continue;
          }
          if (prior.type === "slash" && prior.prev.type !== "bos" && rest2[0] === "/") {
            const end = rest2[1] !== void 0 ? "|$" : "";
            state.output = state.output.slice(0, -(prior.output + prev.output).length);
            prior.output = `(?:${prior.output}`;
            prev.type = "globstar";
            prev.output = `${globstar(opts)}${SLASH_LITERAL}|${SLASH_LITERAL}${end})`;
            prev.value += value2;
            state.output += prior.output + prev.output;
            state.globstar = true;
            consume(value2 + advance());
            push({ type: "slash", value: "/", output: "" });
            continue;
          }
          if (prior.type === "bos" && rest2[0] === "/") {
            prev.type = "globstar";
            prev.value += value2;
            prev.output = `(?:^|${SLASH_LITERAL}|${globstar(opts)}${SLASH_LITERAL})`;
            state.output = prev.output;
            state.globstar = true;
            consume(value2 + advance());
            push({ type: "slash", value: "/", output: "" });
            continue;
          }
          state.output = state.output.slice(0, -prev.output.length);
          prev.type = "globstar";
          prev.output = globstar(opts);
          prev.value += value2;
          state.output += prev.output;
          state.globstar = true;
          consume(value2);
          continue;
        }
        const token = { type: "star", value: value2, output: star };
        if (opts.bash === true) {
          token.output = ".*?";
          if (prev.type === "bos" || prev.type === "slash") {
            token.output = nodot + token.output;
          }
          push(token);
          continue;
        }
        if (prev && (prev.type === "bracket" || prev.type === "paren") && opts.regex === true) {
          token.output = value2;
          push(token);
          continue;
        }
        if (state.index === state.start || prev.type === "slash" || prev.type === "dot") {
          if (prev.type === "dot") {
            state.output += NO_DOT_SLASH;
            prev.output += NO_DOT_SLASH;
          } else if (opts.dot === true) {
            state.output += NO_DOTS_SLASH;
            prev.output += NO_DOTS_SLASH;
          } else {
            state.output += nodot;
            prev.output += nodot;
          }
          if (peek() !== "*") {
            state.output += ONE_CHAR;
            prev.output += ONE_CHAR;
          }
        }
        push(token);
      }
      while (state.brackets > 0) {
        if (opts.strictBrackets === true) throw new SyntaxError(syntaxError("closing", "]"));
        state.output = utils.escapeLast(state.output, "[");
        decrement("brackets");
      }
      while (state.parens > 0) {
        if (opts.strictBrackets === true) throw new SyntaxError(syntaxError("closing", ")"));
        state.output = utils.escapeLast(state.output, "(");
        decrement("parens");
      }
      while (state.braces > 0) {
        if (opts.strictBrackets === true) throw new SyntaxError(syntaxError("closing", "}"));
        state.output = utils.escapeLast(state.output, "{");
        decrement("braces");
      }
      if (opts.strictSlashes !== true && (prev.type === "star" || prev.type === "bracket")) {
        push({ type: "maybe_slash", value: "", output: `${SLASH_LITERAL}?` });
      }
      if (state.backtrack === true) {
        state.output = "";
        for (const token of state.tokens) {
          state.output += token.output != null ? token.output : token.value;
          if (token.suffix) {
            state.output += token.suffix;
          }
        }
      }
      return state;
    };
    parse2.fastpaths = (input, options) => {
      const opts = { ...options };
      const max = typeof opts.maxLength === "number" ? Math.min(MAX_LENGTH2, opts.maxLength) : MAX_LENGTH2;
      const len = input.length;
      if (len > max) {
        throw new SyntaxError(`Input length: ${len}, exceeds maximum allowed length: ${max}`);
      }
      input = REPLACEMENTS[input] || input;
      const {
        DOT_LITERAL,
        SLASH_LITERAL,
        ONE_CHAR,
        DOTS_SLASH,
        NO_DOT,
        NO_DOTS,
        NO_DOTS_SLASH,
        STAR,
        START_ANCHOR
      } = constants4.globChars(opts.windows);
      const nodot = opts.dot ? NO_DOTS : NO_DOT;
      const slashDot = opts.dot ? NO_DOTS_SLASH : NO_DOT;
      const capture = opts.capture ? "" : "?:";
      const state = { negated: false, prefix: "" };
      let star = opts.bash === true ? ".*?" : STAR;
      if (opts.capture) {
        star = `(${star})`;
      }
      const globstar = (opts2) => {
        if (opts2.noglobstar === true) return star;
        return `(${capture}(?:(?!${START_ANCHOR}${opts2.dot ? DOTS_SLASH : DOT_LITERAL}).)*?)`;
      };
      const create = (str) => {
        switch (str) {
          case "*":
            return `${nodot}${ONE_CHAR}${star}`;
          case ".*":
            return `${DOT_LITERAL}${ONE_CHAR}${star}`;
          case "*.*":
            return `${nodot}${star}${DOT_LITERAL}${ONE_CHAR}${star}`;
          case "*/*":
            return `${nodot}${star}${SLASH_LITERAL}${ONE_CHAR}${slashDot}${star}`;
          case "**":
            return nodot + globstar(opts);
          case "**/*":
            return `(?:${nodot}${globstar(opts)}${SLASH_LITERAL})?${slashDot}${ONE_CHAR}${star}`;
          case "**/*.*":
            return `(?:${nodot}${globstar(opts)}${SLASH_LITERAL})?${slashDot}${star}${DOT_LITERAL}${ONE_CHAR}${star}`;
          case "**/.*":
            return `(?:${nodot}${globstar(opts)}${SLASH_LITERAL})?${DOT_LITERAL}${ONE_CHAR}${star}`;
          default: {
            const match = /^(.*?)\.(\w+)$/.exec(str);
            if (!match) return;
            const source2 = create(match[1]);
            if (!source2) return;
            return source2 + DOT_LITERAL + match[2];
          }
        }
      };
      const output = utils.removePrefix(input, state);
      let source = create(output);
      if (source && opts.strictSlashes !== true) {
        source += `${SLASH_LITERAL}?`;
      }
      return source;
    };
    module.exports = parse2;
  }
});

// node_modules/picomatch/lib/picomatch.js
var require_picomatch = __commonJS({
  "node_modules/picomatch/lib/picomatch.js"(exports2, module) {
    "use strict";
    var scan = require_scan();
    var parse2 = require_parse();
    var utils = require_utils();
    var constants4 = require_constants();
    var isObject = (val) => val && typeof val === "object" && !Array.isArray(val);
    var picomatch4 = (glob, options, returnState = false) => {
      if (Array.isArray(glob)) {
        const fns = glob.map((input) => picomatch4(input, options, returnState));
        const arrayMatcher = (str) => {
          for (const isMatch of fns) {
            const state2 = isMatch(str);
            if (state2) return state2;
          }
          return false;
        };
        return arrayMatcher;
      }
      const isState = isObject(glob) && glob.tokens && glob.input;
      if (glob === "" || typeof glob !== "string" && !isState) {
        throw new TypeError("Expected pattern to be a non-empty string");
      }
      const opts = options || {};
      const posix = opts.windows;
      const regex = isState ? picomatch4.compileRe(glob, options) : picomatch4.makeRe(glob, options, false, true);
      const state = regex.state;
      delete regex.state;
      let isIgnored = () => false;
      if (opts.ignore) {
        const ignoreOpts = { ...options, ignore: null, onMatch: null, onResult: null };
        isIgnored = picomatch4(opts.ignore, ignoreOpts, returnState);
      }
      const matcher2 = (input, returnObject = false) => {
        const { isMatch, match, output } = picomatch4.test(input, regex, options, { glob, posix });
        const result = { glob, state, regex, posix, input, output, match, isMatch };
        if (typeof opts.onResult === "function") {
          opts.onResult(result);
        }
        if (isMatch === false) {
          result.isMatch = false;
          return returnObject ? result : false;
        }
        if (isIgnored(input)) {
          if (typeof opts.onIgnore === "function") {
            opts.onIgnore(result);
          }
          result.isMatch = false;
          return returnObject ? result : false;
        }
        if (typeof opts.onMatch === "function") {
          opts.onMatch(result);
        }
        return returnObject ? result : true;
      };
      if (returnState) {
        matcher2.state = state;
      }
      return matcher2;
    };
    picomatch4.test = (input, regex, options, { glob, posix } = {}) => {
      if (typeof input !== "string") {
        throw new TypeError("Expected input to be a string");
      }
      if (input === "") {
        return { isMatch: false, output: "" };
      }
      const opts = options || {};
      const format = opts.format || (posix ? utils.toPosixSlashes : null);
      let match = input === glob;
      let output = match && format ? format(input) : input;
      if (match === false) {
        output = format ? format(input) : input;
        match = output === glob;
      }
      if (match === false || opts.capture === true) {
        if (opts.matchBase === true || opts.basename === true) {
          match = picomatch4.matchBase(input, regex, options, posix);
        } else {
          match = regex.exec(output);
        }
      }
      return { isMatch: Boolean(match), match, output };
    };
    picomatch4.matchBase = (input, glob, options, posix = options && options.windows) => {
      const regex = glob instanceof RegExp ? glob : picomatch4.makeRe(glob, options);
      return regex.test(utils.basename(input, { windows: posix }));
    };
    picomatch4.isMatch = (str, patterns, options) => picomatch4(patterns, options)(str);
    picomatch4.parse = (pattern, options) => {
      if (Array.isArray(pattern)) return pattern.map((p) => picomatch4.parse(p, options));
      return parse2(pattern, { ...options, fastpaths: false });
    };
    picomatch4.scan = (input, options) => scan(input, options);
    picomatch4.compileRe = (state, options, returnOutput = false, returnState = false) => {
      if (returnOutput === true) {
        return state.output;
      }
      const opts = options || {};
      const prepend = opts.contains ? "" : "^";
      const append2 = opts.contains ? "" : "$";
      let source = `${prepend}(?:${state.output})${append2}`;
      if (state && state.negated === true) {
        source = `^(?!${source}).*$`;
      }
      const regex = picomatch4.toRegex(source, options);
      if (returnState === true) {
        regex.state = state;
      }
      return regex;
    };
    picomatch4.makeRe = (input, options = {}, returnOutput = false, returnState = false) => {
      if (!input || typeof input !== "string") {
        throw new TypeError("Expected a non-empty string");
      }
      let parsed = { negated: false, fastpaths: true };
      if (options.fastpaths !== false && (input[0] === "." || input[0] === "*")) {
        parsed.output = parse2.fastpaths(input, options);
      }
      if (!parsed.output) {
        parsed = parse2(input, options);
      }
      return picomatch4.compileRe(parsed, options, returnOutput, returnState);
    };
    picomatch4.toRegex = (source, options) => {
      try {
        const opts = options || {};
        return new RegExp(source, opts.flags || (opts.nocase ? "i" : ""));
      } catch (err) {
        if (options && options.debug === true) throw err;
        return /$^/;
      }
    };
    picomatch4.constants = constants4;
    module.exports = picomatch4;
  }
});

// node_modules/picomatch/index.js
var require_picomatch2 = __commonJS({
  "node_modules/picomatch/index.js"(exports2, module) {
    "use strict";
    var pico = require_picomatch();
    var utils = require_utils();
    function picomatch4(glob, options, returnState = false) {
      if (options && (options.windows === null || options.windows === void 0)) {
        options = { ...options, windows: utils.isWindows() };
      }
      return pico(glob, options, returnState);
    }
    Object.assign(picomatch4, pico);
    module.exports = picomatch4;
  }
});

// src/git/remote/credentials.ts
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

// src/text.ts
function trimEndWhile(text4, one) {
  let end = text4.length;
  while (end > 0 && one.test(text4[end - 1])) end -= 1;
  return text4.slice(0, end);
}
function before(text4, one) {
  const at = text4.search(one);
  return at < 0 ? text4 : text4.slice(0, at);
}

// src/git/remote/credentials.ts
function resolveRepository(text4, options) {
  const value2 = text4.trim();
  const refuse = (problem, remedy) => new InputError(
    "INPUT_INVALID",
    `The input "${options.input ?? "repository"}" ${problem}, found ${JSON.stringify(withoutUserinfo(value2))}.`,
    remedy === void 0 ? {} : { remedy }
  );
  if (value2 === "" || value2.startsWith("-") || /[\u0000-\u001f\u007f]/u.test(value2))
    throw refuse("must be a repository");
  if (/^[A-Za-z0-9+.-]*::/u.test(value2)) throw refuse("must not name a remote helper");
  if (/^[./]/u.test(value2) || process.platform === "win32" && /^[A-Za-z]:[\\/]/u.test(value2)) {
    return { transport: "file", url: pathToFileURL(resolve(options.cwd ?? ".", value2)).href };
  }
  if (/^[A-Za-z0-9][\w.-]*\/(?!\.{1,2}$)[\w.-]+$/u.test(value2)) {
    return resolveUrl(`${trimEndWhile(options.serverUrl, /\//)}/${value2}`, refuse);
  }
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//u.test(value2) || value2.startsWith("file:"))
    return resolveUrl(value2, refuse);
  if (/^(?:\w[\w.-]*@)?\w[\w.-]*:[^-].*$/u.test(value2)) return { transport: "ssh", url: value2 };
  throw refuse(
    'must be owner/name, a URL, or a path that begins with "/" or "."',
    /^[\w][\w./ \\-]*$/u.test(value2) ? `If it is a repository on this machine, write ./${value2}` : void 0
  );
}
function resolveUrl(text4, refuse) {
  const url = URL.parse(text4);
  if (url === null || url.hostname.startsWith("-")) throw refuse("must be a URL");
  switch (url.protocol) {
    case "https:":
    case "http:":
      return resolveHttp(url, refuse);
    case "ssh:":
      if (url.password !== "") throw refuse("must not hold a password");
      if (url.username.startsWith("-") || url.hostname === "") throw refuse("must name a host");
      return { transport: "ssh", url: url.href };
    case "file:":
      try {
        return { transport: "file", url: pathToFileURL(fileURLToPath(url)).href };
      } catch {
        throw refuse("must be a file on this machine");
      }
    default:
      throw refuse("must use https, http, ssh or file");
  }
}
function resolveHttp(url, refuse) {
  const { username, password } = url;
  url.username = url.password = url.hash = "";
  const remote = { transport: "http", url: url.href };
  if (username === "" && password === "") return remote;
  if (!mayHoldSecret(url)) throw refuse("must not send a password over http");
  return { ...remote, userinfo: `${decode(username)}:${decode(password)}` };
}
function mayHoldSecret(url) {
  return url.protocol === "https:" || url.protocol === "http:" && isThisMachine(url);
}
function isThisMachine({ hostname }) {
  return /^(?:127(?:\.\d+){3}|\[::1\]|localhost)$/u.test(hostname);
}
function isForeignToJobToken(remote, token, serverUrl) {
  if (remote.transport !== "http" || !token.startsWith("ghs_")) return false;
  const url = new URL(remote.url);
  return url.host !== URL.parse(serverUrl)?.host && !isThisMachine(url);
}
function credentialSettings(remote, token) {
  const basic = basicCredential(remote, token);
  if (basic === void 0) return [];
  const key = `http.${new URL(remote.url).origin}/.extraheader`;
  return [
    [key, ""],
    [key, `Authorization: Basic ${basic}`],
    ["http.followRedirects", "false"]
  ];
}
function remoteSecrets(remote, token) {
  const [user = "", password = ""] = remote.userinfo?.split(/:(.*)/su) ?? [];
  return [
    .../* @__PURE__ */ new Set([
      ...secretsToMask(token),
      ...secretsToMask(password === "" ? user : password),
      basicCredential(remote, token) ?? ""
    ])
  ].filter((text4) => text4 !== "");
}
function secretsToMask(token) {
  return token === void 0 || token === "" ? [] : [token, base64(token), base64(`x-access-token:${token}`)];
}
function secretsInUrl(text4) {
  const url = URL.parse(text4.trim());
  if (url === null || !/^https?:$/u.test(url.protocol) || url.username + url.password === "")
    return [];
  const [user, password] = [decode(url.username), decode(url.password)];
  const secret = password === "" ? user : password;
  return [
    secret,
    password === "" ? url.username : url.password,
    ...secretsToMask(secret),
    base64(`${user}:${password}`)
  ];
}
function basicCredential(remote, token) {
  if (remote.transport !== "http" || !mayHoldSecret(new URL(remote.url))) return void 0;
  if (remote.userinfo !== void 0) return base64(remote.userinfo);
  if (token === void 0 || token === "") return void 0;
  if (/[^\u0021-\u007e]/u.test(token))
    throw new InputError(
      "INPUT_INVALID",
      'The input "token" must not hold white space or control characters.'
    );
  return base64(`x-access-token:${token}`);
}
function decode(text4) {
  try {
    return decodeURIComponent(text4);
  } catch {
    return text4;
  }
}
function base64(text4) {
  return Buffer.from(text4).toString("base64");
}
function withoutUserinfo(text4) {
  return text4.replace(/\/\/[^/]*@/u, "//***@");
}

// src/inputs/model.ts
var READ_BY = {
  publish: ["publish"],
  runs: ["publish", "check"],
  modes: ["publish", "check", "verify"],
  server: ["publish", "check", "verify", "init"],
  verify: ["verify"]
};

// src/inputs/mirror-table.ts
var BOT = "github-actions[bot] <41898282+github-actions[bot]@users.noreply.github.com>";
var SOURCE = {
  "source-path": {
    default: "usr/src/*",
    meaning: "Glob of folders in the payload that become the source. One match: its content, its own name dropped. Several: each under its own name. None: an error that lists the payload's top folders.",
    help: "glob of the payload folders that become the source",
    commands: READ_BY.modes
  },
  symlinks: {
    default: "keep",
    meaning: "Links that point outside the source: `keep` (stored as links, warning) or `refuse`.",
    help: "links that point outside the source: keep or refuse",
    commands: READ_BY.runs,
    values: ["keep", "refuse"]
  },
  unpack: {
    default: "main",
    meaning: "Archives in a source package: `main` (Source0, by its number in the spec), `all`, `none`. In a binary package: where `source-path` matches no folder but an archive (tar, zip, src.rpm), that is unpacked unless `none`.",
    help: "archives in a package: main, all, none",
    commands: READ_BY.modes,
    values: ["main", "all", "none"]
  },
  "dot-git": {
    default: "refuse",
    meaning: "Names in the source that git takes for `.git`: `refuse`, or `drop` and record them.",
    help: "names in the source that git takes for .git: refuse, or drop and record them",
    commands: READ_BY.modes,
    values: ["refuse", "drop"]
  }
};
var MIRROR = {
  "source-directory": {
    default: "src",
    meaning: "Where the source goes in the mirror; a relative sub-folder, not `.`. The tool owns it.",
    help: "where the source goes in the mirror",
    commands: READ_BY.modes
  },
  "archive-directory": {
    default: "archive",
    meaning: "Where packages, index, keys and notes go in the mirror; a relative sub-folder, not `.`. The tool owns it.",
    help: "where packages and index go in the mirror",
    commands: READ_BY.modes
  },
  "packaging-directory": {
    default: "packaging",
    meaning: "Where spec, patches and further archives of source packages go in the mirror; a relative sub-folder, not `.`. Used for source packages, and for one that was unpacked from a binary package; the tool owns it then.",
    help: "where the spec and patches of source packages go",
    commands: READ_BY.modes
  },
  "archive-packages": {
    default: "full",
    meaning: "`full`: the RPM. `header`: lead, signature and header as `<file>.rpm.header`; refused for a package whose header signature or strong file digests are missing. `release`: the header in git, the RPM as an asset of the tag's release (needs `create-releases`). `none`.",
    help: "full: the RPM; header: its signed header; release: the header, and the RPM at the tag's release; none",
    commands: READ_BY.runs,
    values: ["full", "header", "release", "none"]
  },
  "max-file-size": {
    default: "100 MiB",
    meaning: "Largest file of the source and largest package in git, such as `100 MiB`, `2 GiB` or a number of bytes; other hosts than GitHub take more. An archive that is unpacked is no file of the mirror.",
    help: "largest file of the source and largest package in git: bytes, or 100 MiB, 2 GiB",
    commands: READ_BY.runs
  },
  "release-notes": {
    default: "",
    meaning: "URLs or paths of RST or Markdown notes, best first.",
    help: "URLs or paths of RST or Markdown notes, best first",
    commands: READ_BY.runs,
    list: true
  },
  title: {
    default: "",
    meaning: "Product name in commit subjects, such as `Neuron Driver`; the package name when empty.",
    help: "product name in commit subjects (the package name)",
    commands: READ_BY.runs
  },
  "tag-format": {
    default: "{version}",
    meaning: "Name of the tags; fields `{name} {epoch} {version} {release} {arch}`.",
    help: "fields {name} {epoch} {version} {release} {arch}",
    commands: READ_BY.modes
  },
  author: {
    default: BOT,
    meaning: "Author of the commits, as `Name <address>`.",
    help: "author of commits",
    commands: READ_BY.publish
  },
  committer: {
    default: BOT,
    meaning: "Committer of the commits and tagger of the tags, as `Name <address>`.",
    help: "committer of commits and tagger of tags",
    commands: READ_BY.publish
  },
  "signing-key": {
    default: "",
    meaning: "Secret: armored OpenPGP or OpenSSH private key; signs commits and tags.",
    help: "armored OpenPGP or OpenSSH private key that signs commits and tags",
    commands: READ_BY.runs,
    secret: true
  },
  "signing-key-passphrase": {
    default: "",
    meaning: "Secret: passphrase of `signing-key`.",
    help: "of the signing key",
    commands: READ_BY.runs,
    secret: true
  }
};

// src/inputs/run-table.ts
var REMOTE = {
  repository: {
    default: "",
    meaning: "`owner/name` (on `GITHUB_SERVER_URL`), a git URL, or a path that begins with `/`, `.` or `file:`; this repository when empty.",
    help: "owner/name, a git URL, or a path that begins with / . or file:",
    commands: READ_BY.modes
  },
  branch: {
    default: "",
    meaning: "Branch of the mirror; when empty the remote's HEAD, else `main`.",
    help: "branch of the mirror (the remote's HEAD, else main)",
    commands: READ_BY.modes
  },
  "line-branches": {
    default: "",
    meaning: "`pattern=branch` pairs: branches that follow a release line, such as `2.21.*=release/2.21`.",
    help: "pattern=branch pairs, such as 2.21.*=release/2.21",
    commands: READ_BY.modes,
    list: true
  },
  token: {
    default: "",
    meaning: "Token for https remotes.",
    help: "for https remotes",
    commands: READ_BY.modes,
    secret: true
  },
  mirrors: {
    default: "",
    meaning: "Further git remotes that receive the same branch and tags.",
    help: "further git remotes that receive the same branch and tags",
    commands: READ_BY.runs,
    list: true
  },
  "ssh-key": {
    default: "",
    meaning: "Secret: private key for ssh remotes.",
    help: "private key for ssh remotes",
    commands: READ_BY.modes,
    secret: true
  },
  "ssh-known-hosts": {
    default: "",
    several: true,
    meaning: "Host keys of ssh remotes, as lines of a known_hosts file or the path of one; required for them.",
    help: "host keys of ssh remotes: lines of a known_hosts file, or its path",
    commands: READ_BY.modes
  },
  "create-releases": {
    default: "false",
    meaning: "A GitHub Release per tag.",
    help: "a GitHub Release per tag",
    commands: READ_BY.publish,
    boolean: true
  },
  "alarm-issue": {
    default: "false",
    meaning: "One issue, opened, updated and closed by itself.",
    help: "one issue, opened, updated and closed by itself",
    commands: READ_BY.publish,
    boolean: true
  },
  attest: {
    default: "false",
    meaning: "An attestation per release of this run: its in-toto statement, signed through Sigstore with the job's identity and stored in the repository. Needs `id-token: write` and `attestations: write`. The statement is written beside the report in any case.",
    help: "sign a statement per release with the identity of the GitHub Actions job",
    commands: READ_BY.runs,
    boolean: true
  }
};
var RUN = {
  "dry-run": {
    default: "false",
    meaning: "Everything but the push.",
    help: "everything but the push",
    commands: READ_BY.publish,
    boolean: true
  },
  "max-releases": {
    default: "0",
    meaning: "At most so many releases in this run, oldest first; 0 is no limit.",
    help: "at most so many releases in this run; 0 is no limit",
    commands: READ_BY.runs
  },
  "push-batch": {
    default: "3",
    meaning: "Releases per atomic push.",
    help: "releases per atomic push",
    commands: READ_BY.publish
  },
  concurrency: {
    default: "4",
    meaning: "Downloads at a time.",
    help: "downloads at a time",
    commands: READ_BY.modes
  },
  "on-refused": {
    default: "stop",
    meaning: "After a refused release: `stop` leaves the later ones for a run in which it is mended or skipped; `continue` publishes them and exits 1.",
    help: "after a refused release: stop, or continue with the later ones (exit status 1)",
    commands: READ_BY.runs,
    values: ["stop", "continue"]
  },
  "on-content-change": {
    default: "fail",
    meaning: "`fail`: nothing is pushed in this run, exit 1. `warn`: acknowledged, recorded, the run goes on.",
    help: "a published package with other content: fail or warn",
    commands: READ_BY.runs,
    values: ["fail", "warn"]
  }
};
var PROOF = {
  tags: {
    default: "",
    meaning: "`verify`: names or globs of tags, or `HEAD` for the commit that is checked out in `repository` (a path); all when empty, no match is an error. Only these commits are read: no branch, no other ref, no history; so a shallow clone will do.",
    help: "names or globs of tags, or HEAD for the commit that is checked out (all)",
    commands: READ_BY.verify,
    list: true
  },
  "package-files": {
    default: "",
    meaning: "`verify`: a folder of RPMs to prove releases by whose packages are not in git.",
    help: "a folder of RPMs to prove releases by whose packages are not in git",
    commands: READ_BY.verify
  },
  against: {
    default: "",
    meaning: "`verify`: another mirror of the same packages to compare with.",
    help: "another mirror of the same packages to compare with",
    commands: READ_BY.verify
  },
  "allow-unproved": {
    default: "false",
    meaning: "`verify`: releases whose package is nowhere to be had do not fail the run.",
    help: "releases whose package is nowhere to be had do not fail the run",
    commands: READ_BY.verify,
    boolean: true
  },
  "accept-findings": {
    default: "",
    meaning: "`verify`: `kind[:tag glob[:path glob]]`; such findings are listed apart and fail neither tag nor run (a mirror whose old tags lost their executable bits: `mode`). The tag glob is of the short name of a tag or branch. `content`, `package`, `signature` and `object` need tag and path. `%20`, `%2C`, `%3A` stand for what separates.",
    help: "findings that fail nothing: kind, kind:TAG or kind:TAG:PATH, with globs",
    commands: READ_BY.verify,
    list: true
  }
};

// src/inputs/upstream-table.ts
var SERVER = {
  baseurl: {
    default: "",
    meaning: "URL of the yum repository (the folder that holds `repodata/`); several are fallbacks for one another. http is allowed with a warning, loopback without.",
    help: "URL of the yum repository (the folder that holds repodata/); several are fallbacks",
    commands: READ_BY.server,
    list: true
  },
  mirrorlist: {
    default: "",
    meaning: "URL of a mirror list, instead of `baseurl`.",
    help: "URL of a list of base URLs, instead of --baseurl",
    commands: READ_BY.server
  },
  metalink: {
    default: "",
    meaning: "URL of a metalink, instead of `baseurl`.",
    help: "URL of a metalink, instead of --baseurl",
    commands: READ_BY.server
  },
  "repo-file": {
    default: "",
    meaning: "A vendor's `.repo` file (URL or path), instead of `baseurl` and `gpgkey`.",
    help: "a vendor's .repo file (URL or path), instead of --baseurl and --gpgkey",
    commands: READ_BY.server
  },
  "repo-id": {
    default: "",
    meaning: "The section of `repo-file` to use.",
    help: "section of the .repo file",
    commands: READ_BY.server
  },
  basearch: {
    default: "x86_64",
    meaning: "Value of `$basearch` in `repo-file`.",
    help: "value of $basearch in a .repo file",
    commands: READ_BY.server
  },
  releasever: {
    default: "",
    meaning: "Value of `$releasever` in `repo-file`.",
    help: "value of $releasever in a .repo file",
    commands: READ_BY.server
  },
  "http-headers": {
    default: "",
    meaning: "Secret: extra `Name: value` lines for the yum server's origin only.",
    help: "further `Name: value` lines for the yum server only",
    commands: READ_BY.server,
    secret: true
  }
};
var SELECTION = {
  packages: {
    default: "",
    meaning: "Names or globs. All together are ONE history (so a renamed package stays one); several mirrors are several runs. For `verify`: the only names that releases of this mirror may have.",
    help: "names or globs; together they are one history. verify: the only names that releases may have",
    commands: READ_BY.server,
    list: true
  },
  arch: {
    default: "noarch",
    meaning: "Architectures to take; `src` takes source packages.",
    help: "architectures to take; src takes source packages",
    commands: READ_BY.server,
    list: true
  },
  versions: {
    default: "",
    several: true,
    meaning: "Constraints on EVR in RPM order, all must hold: `>= 2.20, < 3, != 2.20.74.0`.",
    help: 'constraints in RPM order: ">= 2.20, < 3, != 2.20.74.0"',
    commands: READ_BY.modes
  },
  skip: {
    default: "",
    meaning: "Versions or NEVRAs to hold back; they are listed as `skipped`.",
    help: "versions or NEVRAs to hold back",
    commands: READ_BY.runs,
    list: true
  }
};
var TRUST = {
  gpgkey: {
    default: "",
    several: true,
    meaning: "Public keys: URLs, paths or armored text. Optional when the mirror archives one.",
    help: "public keys: URLs or paths",
    commands: ["publish", "check", "verify", "inspect", "init"]
  },
  "gpg-fingerprints": {
    default: "",
    several: true,
    meaning: "The only primary-key fingerprints that are trusted (40 or 64 hex, several for rotation). Without: the primary fingerprints of the keys in the mirror's archive; with an empty archive, trust on first use with a warning that prints the fingerprint. A known key with new self-signatures or revocations is merged; another primary key is refused unless listed.",
    help: "the only primary-key fingerprints that are trusted (as gpg prints them, or without spaces)",
    commands: READ_BY.modes
  },
  "repo-gpgcheck": {
    default: "auto",
    meaning: "`required`, `off`, or `auto`: checked where there is a `repomd.xml.asc`, and a repository signed at the last run may not become unsigned.",
    help: "signature of repomd.xml: required, off, or auto (where there is one)",
    commands: ["publish", "check", "init"],
    values: ["auto", "required", "off"]
  },
  "allow-weak": {
    default: "",
    meaning: "Algorithms to tolerate, such as `sha1` or `rsa1024`; each use is recorded.",
    help: "algorithms to tolerate, such as sha1 or rsa1024",
    commands: ["publish", "check", "verify", "inspect", "init"],
    list: true
  },
  "allow-rollback": {
    default: "false",
    meaning: "Accept an index older than the recorded one.",
    help: "accept an index older than the recorded one",
    commands: READ_BY.runs,
    boolean: true
  },
  "max-index-age": {
    default: "0",
    meaning: "Days after which an unchanged index is a warning; 0 never.",
    help: "days after which an unchanged index is a warning; 0 never",
    commands: READ_BY.runs
  }
};

// src/inputs/table.ts
var FIRST = {
  mode: {
    default: "publish",
    meaning: "`publish`: mirror new releases. `check`: plan, classify and report; whole packages are not downloaded. `verify`: prove what is published. On the command line it is the subcommand.",
    help: "",
    commands: [],
    values: ["publish", "check", "verify"]
  }
};
var GROUPED = [
  ["", FIRST],
  ["Where the packages come from", SERVER],
  ["Which packages", SELECTION],
  ["Trust", TRUST],
  ["What becomes the source", SOURCE],
  ["The mirror", MIRROR],
  ["Where it is published", REMOTE],
  ["How it runs", RUN],
  ["What verify proves", PROOF]
];
var INPUTS = {
  ...FIRST,
  ...SERVER,
  ...SELECTION,
  ...TRUST,
  ...SOURCE,
  ...MIRROR,
  ...REMOTE,
  ...RUN,
  ...PROOF
};
var INPUT_GROUPS = GROUPED.map(([title, inputs]) => [title, Object.keys(inputs)]);
function inputSpec(name) {
  const [group] = INPUT_GROUPS.find(([, names]) => names.includes(name)) ?? [""];
  return { group, ...INPUTS[name] };
}
function isInputName(name) {
  return Object.hasOwn(INPUTS, name);
}

// src/mirror/accepted-findings.ts
var FINDING_KINDS = [
  "content",
  "mode",
  "missing",
  "extra",
  "package",
  "digest",
  "signature",
  "metadata",
  "tag",
  "branch",
  "object",
  "checkout",
  "unproved",
  "other-mirror"
];
var NAMED_ALONE = /* @__PURE__ */ new Set([
  "content",
  "package",
  "signature",
  "object"
]);
var FORM = "kind, kind:tag glob or kind:tag glob:path glob";
function parseAcceptedFindings(items) {
  return items.map(parseItem);
}
function parseItem(item) {
  const [word2 = "", tag, path, ...rest2] = item.split(":");
  const kind = FINDING_KINDS.find((known) => known === word2);
  if (kind === void 0)
    throw invalid(
      item,
      `${JSON.stringify(word2)} is no kind; there are ${FINDING_KINDS.join(", ")}`
    );
  if (rest2.length > 0) throw invalid(item, "it has a third colon; write %3A for one in a path");
  if (tag === "" || path === "")
    throw invalid(item, "a glob is empty; write * for any tag and ** for any path");
  if (NAMED_ALONE.has(kind) && path === void 0)
    throw invalid(item, `${kind} is accepted only for a named tag and path, as ${kind}:TAG:PATH`);
  return {
    kind,
    tagGlob: tag?.replaceAll(/%2C/gi, ","),
    pathGlob: path === void 0 ? void 0 : decode2(path)
  };
}
function decode2(glob) {
  return glob.replaceAll(
    /%(20|2C|3A)/gi,
    (_, hex3) => String.fromCharCode(Number.parseInt(hex3, 16))
  );
}
function invalid(item, reason) {
  return new InputError(
    "INPUT_INVALID",
    `accept-findings: expected ${FORM}, found ${JSON.stringify(item)}: ${reason}`,
    {
      expected: FORM,
      actual: item
    }
  );
}

// src/mirror/layout.ts
var ARCHIVE = {
  packages: "rpm",
  releases: "releases.json",
  notesState: "release-notes.json",
  mirrorFile: "mirror.json",
  repomd: "repomd.xml",
  repomdSignature: "repomd.xml.asc"
};
var RESERVED = /^(?:rpm|releases\.json|release-notes\.json|mirror\.json|repomd\.xml(?:\.asc)?|(?:primary|filelists|other)\.xml(?:\.[a-z0-9]+)?)(?:\.sha256)?$/i;
var INDEX_FILE = /^(?:repomd|primary|filelists|other)\.xml/i;
var UNSAFE = /^(?:\.{1,2}|\.git[. ]*|git~\d+)$|[\0-\x1f\x7f\\:]|[. ]$/i;
var INPUT_NAMES = {
  source: "source-directory",
  archive: "archive-directory",
  packaging: "packaging-directory"
};
function checkDirectories(directories) {
  const entries = ["source", "archive", "packaging"].map(
    (key) => [INPUT_NAMES[key], directories[key]]
  );
  for (const [name, directory] of entries) checkDirectory(name, directory);
  for (const [name, directory] of entries) {
    const other = entries.find(
      ([otherName, outer]) => otherName !== name && `${directory}/`.toLowerCase().startsWith(`${outer}/`.toLowerCase())
    );
    if (other !== void 0) {
      throw new InputError(
        "INPUT_CONFLICT",
        `${name} and ${other[0]}: expected separate folders, found ${JSON.stringify(directory)} within ${JSON.stringify(other[1])}`
      );
    }
  }
}
function checkDirectory(name, directory) {
  const parts = directory.split("/");
  const bad2 = parts.find((part) => part === "" || UNSAFE.test(part) || !part.isWellFormed());
  if (bad2 === void 0) return;
  const expected = "a relative folder such as src or drivers/src, without ., .. and .git, and without a slash at its ends";
  throw new InputError(
    "INPUT_INVALID",
    `${name}: expected ${expected}, found ${JSON.stringify(directory)}`,
    { expected, actual: directory }
  );
}
function isReservedArchiveName(name) {
  return RESERVED.test(name);
}
function keyFileName(location) {
  return archiveName("gpgkey", location);
}
function fingerprintFileName(fingerprint) {
  return `${fingerprint}.asc`;
}
function notesFileName(location) {
  return archiveName("release-notes", location);
}
function checkArchiveNames(names) {
  const seen = /* @__PURE__ */ new Map();
  for (const { name, origin } of names) {
    const other = seen.get(name.toLowerCase());
    if (other !== void 0 && other !== origin) {
      throw new InputError(
        "INPUT_CONFLICT",
        `expected different names in the archive, found ${JSON.stringify(name)} for both ${other} and ${origin}`,
        {
          remedy: "Give one of the files another name, or a key as armored text."
        }
      );
    }
    seen.set(name.toLowerCase(), origin);
  }
}
function packagePaths(file) {
  const rpm = `${ARCHIVE.packages}/${file}`;
  return { rpm, header: `${rpm}.header`, checksum: `${rpm}.sha256` };
}
function archiveName(input, location) {
  const name = lastSegment(location);
  const shown = JSON.stringify(location.replace(/\/\/[^/@]*@/, "//"));
  if (name === "" || name.length > 200 || UNSAFE.test(name) || name.includes("/") || !name.isWellFormed()) {
    throw new InputError(
      "INPUT_INVALID",
      `${input}: expected a URL or path that ends in a file name, found ${shown}`,
      { expected: "a file name", actual: name }
    );
  }
  if (input === "gpgkey" && isReservedArchiveName(name) && INDEX_FILE.test(name)) {
    throw new InputError(
      "INPUT_CONFLICT",
      `gpgkey: ${shown} is a file of the index and no public key`,
      { remedy: "Set gpgkey to the URL of the publisher's public key." }
    );
  }
  if (isReservedArchiveName(name)) {
    throw new InputError(
      "INPUT_CONFLICT",
      `${input}: ${shown} would be archived as ${name}, which is a name of the archive's own`,
      {
        expected: "another name",
        actual: name,
        remedy: `Give the file under another name (a local copy, or for a key its armored text).`
      }
    );
  }
  return name;
}
function lastSegment(location) {
  if (!/^[a-z][a-z0-9+.-]+:\/\//i.test(location) || !URL.canParse(location))
    return location.split(/[/\\]/).at(-1);
  const segment = new URL(location).pathname.split("/").at(-1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
function isKeyCandidate(name) {
  return !name.includes("/") && !isReservedArchiveName(name) && !/\.(sha256|license|rst|md|json|xml|gz|xz|zst|bz2)$/.test(name);
}

// src/mirror/lines.ts
var import_picomatch = __toESM(require_picomatch2(), 1);

// src/rpm/evr.ts
var SEGMENT = /^(?:[0-9]+|[A-Za-z]+)/;
var SEPARATORS = /^[^A-Za-z0-9~^]+/;
function rpmvercmp(left, right) {
  if (left === right) return 0;
  let [a, b] = [left, right];
  while (a !== "" || b !== "") {
    a = a.replace(SEPARATORS, "");
    b = b.replace(SEPARATORS, "");
    if (a.startsWith("~") || b.startsWith("~")) {
      if (!a.startsWith("~")) return 1;
      if (!b.startsWith("~")) return -1;
    } else if (a.startsWith("^") || b.startsWith("^")) {
      if (a === "") return -1;
      if (b === "") return 1;
      if (!a.startsWith("^")) return 1;
      if (!b.startsWith("^")) return -1;
    } else {
      if (a === "" || b === "") break;
      const [first2, second] = takeSegments(a, b);
      const order = compareSegments(first2, second);
      if (order !== 0) return order;
      a = a.slice(first2.length);
      b = b.slice(second.length);
      continue;
    }
    a = a.slice(1);
    b = b.slice(1);
  }
  return Number(a !== "") - Number(b !== "");
}
function takeSegments(a, b) {
  const first2 = SEGMENT.exec(a)?.[0] ?? "";
  const second = SEGMENT.exec(b)?.[0] ?? "";
  return [first2, isDigit(first2) === isDigit(second) ? second : ""];
}
function compareSegments(a, b) {
  if (b === "") return isDigit(a) ? 1 : -1;
  if (!isDigit(a)) return compareText(a, b);
  const [x, y] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return x.length - y.length || compareText(x, y);
}
function isDigit(text4) {
  return text4 >= "0" && text4 < ":";
}
function compareText(a, b) {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
function compareEvr(left, right) {
  const epochs = (left.epoch ?? 0) - (right.epoch ?? 0);
  if (epochs !== 0) return epochs;
  const versions = rpmvercmp(left.version, right.version);
  if (versions !== 0) return versions;
  if (left.release === void 0 || right.release === void 0) return 0;
  return rpmvercmp(left.release, right.release);
}
function formatNevra(nevra) {
  const epoch = nevra.epoch === null ? "" : `${nevra.epoch}:`;
  return `${nevra.name}-${epoch}${nevra.version}-${nevra.release}.${nevra.arch}`;
}
function tryParseEvr(text4) {
  const match = /^(?:(\d{1,10}):)?([^\s:-]+)(?:-([^\s:-]+))?$/.exec(text4);
  if (match === null) return void 0;
  const [, epoch, version2 = "", release] = match;
  return { epoch: epoch === void 0 ? null : Number(epoch), version: version2, release };
}

// src/mirror/lines.ts
function parseLineBranches(pairs) {
  const lines = pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at > 0 && at < pair.length - 1)
      return { pattern: pair.slice(0, at), branch: pair.slice(at + 1) };
    const expected = "pattern=branch, such as 2.21.*=release/2.21";
    throw new InputError(
      "INPUT_INVALID",
      `line-branches: expected ${expected}, found ${JSON.stringify(pair)}`,
      { expected, actual: pair }
    );
  });
  const branches = lines.map(({ branch }) => branch);
  const repeated = branches.find((branch, at) => branches.indexOf(branch) !== at);
  if (repeated === void 0) return lines;
  throw new InputError(
    "INPUT_CONFLICT",
    `line-branches: expected one pattern for ${repeated}, found two`,
    { remedy: "Join the patterns with braces, such as {2.20,2.21}.*=release/2.2x." }
  );
}
function placeRelease(nevra, tagged) {
  const newest2 = findNewest(tagged);
  if (newest2 === void 0 || compareEvr(nevra, newest2.nevra) >= 0) return { on: "tip" };
  const older = findNewest(tagged.filter((release) => compareEvr(release.nevra, nevra) < 0));
  return older === void 0 ? { on: "root" } : { on: "tag", tag: older.tag };
}
function followLines(lines, tagged) {
  return lines.flatMap(({ pattern, branch }) => {
    const matches = (0, import_picomatch.default)(pattern, {
      dot: true,
      nonegate: true,
      noextglob: true,
      windows: false
    });
    const release = findNewest(
      tagged.filter(({ nevra: { version: version2 } }) => version2 === pattern || matches(version2))
    );
    return release === void 0 ? [] : [{ branch, release }];
  });
}
function findNewest(releases) {
  return releases.reduce(
    (best, next) => best === void 0 || compareEvr(next.nevra, best.nevra) >= 0 ? next : best,
    void 0
  );
}

// src/mirror/source-path.ts
var import_picomatch2 = __toESM(require_picomatch2(), 1);

// src/archives/names.ts
var TAR = /\.(?:tar(?:\.(?:gz|bz2|xz|zst|zstd|lzma))?|tgz|tbz2?|txz|tzst|tlz)$/i;
var ZIP = /\.zip$/i;
var SOURCE_RPM = /\.(?:no)?src\.rpm$/i;
var OTHER = /\.(?:7z|rar|tar\.(?:lz|lzo|lz4|br|z)|taz)$/i;
var ZIP_INSIDE = /\.(?:[jwe]ar|aar|apk|xpi|crx|whl|egg|nupkg|vsix|docx|xlsx|pptx|od[tspgfb]|ot[tspg]|oxt|epub|kmz|3mf|cbz)$/i;
function namedArchive(fileName) {
  if (TAR.test(fileName)) return "tar";
  if (ZIP.test(fileName)) return "zip";
  return SOURCE_RPM.test(fileName) ? "rpm" : void 0;
}
function isOtherArchive(fileName) {
  return OTHER.test(fileName) || ZIP_INSIDE.test(fileName);
}
function isZipInside(fileName) {
  return ZIP_INSIDE.test(fileName);
}
function archiveStem(fileName) {
  return fileName.replace(TAR, "").replace(ZIP, "").replace(SOURCE_RPM, "");
}

// src/mirror/text.ts
var JOINER = "⁠";
var MARKERS = [
  /(?<![A-Za-z0-9_])@(?=[A-Za-z0-9_])/g,
  /#(?=\d)/g,
  /(?<![A-Za-z0-9_])!(?=\d)/g,
  /(?<![A-Za-z0-9_])G(?=H-\d)/gi,
  /h(?=ttps?:\/\/[^\s/]{1,255}\/[^\s]{1,255}\/(?:issues|pulls?|discussions|merge_requests|work_items)\/\d)/gi,
  /\[(?=[^[\]\n]{0,60}(?:skip|no[ _-]?ci))/gi,
  /\*(?=\*\*NO_CI\*\*\*)/gi,
  /(?<![A-Za-z0-9_-])[sr](?=(?:kip|equest)-checks[ \t]*:)/gi,
  /(?<=^[ \t]{0,80})[A-Za-z](?=[A-Za-z-]{1,40}-by[ \t]*:)/gm
];
var BLOCK_LINES = /^(?:-(?=-+[ \t]*$|--[ \t])|R(?=elease Notes$)|M(?=etadata$)|F(?=iles$))/gm;
var ESCAPES = /* @__PURE__ */ new Map([
  [7, "a"],
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [11, "v"],
  [12, "f"],
  [13, "r"],
  [34, '"'],
  [92, "\\"]
]);
function showString(value2) {
  if (typeof value2 === "string") return value2.toWellFormed();
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(Buffer.from(value2.b64, "base64"));
}
function cleanLines(text4) {
  const normal2 = text4.toWellFormed().replace(/\r\n?|[\v\f\x85\u2028\u2029]/g, "\n").replace(/[\0-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]/g, "");
  const lines = cap(normal2).split("\n").map((line) => line.trimEnd());
  while (lines[0] === "") lines.shift();
  while (lines.at(-1) === "") lines.pop();
  return lines.length === 0 ? [] : breakMarkers(lines.join("\n")).split("\n");
}
function cleanLine(text4) {
  return cleanLines(text4.replace(/[\r\n\v\f\x85\u2028\u2029]+/g, " ")).join(" ").trimStart();
}
function cleanBlock(text4) {
  const lines = cleanLines(text4);
  return lines.length === 0 ? [] : lines.join("\n").replace(BLOCK_LINES, (first2) => first2 + JOINER).split("\n");
}
function showPath(path) {
  const text4 = new TextDecoder("utf-8", { ignoreBOM: true }).decode(path);
  if (!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}"\\\ufffd]|^\s|\s$/u.test(text4)) return breakMarkers(text4);
  const quoted2 = Array.from(path, quoteByte).join("");
  return `"${breakMarkers(quoted2)}"`;
}
function breakMarkers(text4) {
  return MARKERS.reduce(
    (broken3, marker) => broken3.replace(marker, (first2) => first2 + JOINER),
    text4
  );
}
function quoteByte(byte) {
  const letter = ESCAPES.get(byte);
  if (letter !== void 0) return `\\${letter}`;
  return byte < 32 || byte > 126 ? `\\${byte.toString(8).padStart(3, "0")}` : String.fromCharCode(byte);
}
function cap(text4) {
  const bytes = Buffer.from(text4);
  if (bytes.length <= LIMITS.commitTextBytes) return text4;
  const kept = trimEndWhile(
    new TextDecoder().decode(bytes.subarray(0, LIMITS.commitTextBytes)),
    /\ufffd/
  );
  const end = kept.lastIndexOf("\n");
  const whole2 = end > 0 ? kept.slice(0, end) : kept;
  return `${whole2}
(shortened: ${bytes.length - Buffer.byteLength(whole2)} more bytes)`;
}

// src/mirror/source-path.ts
var MOST_LISTED = 20;
function validateSourcePath(glob) {
  const parts = relativeGlob(glob).split("/");
  if (!parts.some((part) => part === "" || part === "." || part === "..")) return;
  const expected = "a glob of folders, such as usr/src/* or opt/vendor/source";
  throw new InputError(
    "INPUT_INVALID",
    `source-path: expected ${expected}, found ${JSON.stringify(glob)}`,
    { expected, actual: glob }
  );
}
function selectSource(paths, glob) {
  const folders = collectFolders(paths);
  const matches = matcher(glob);
  const found = new Set([...folders].filter(matches));
  const isInside = prefixFinder(found);
  const roots = [...found].filter((folder) => isInside(folder) === void 0).sort(byteOrder);
  if (roots.length === 0) throw notFound(glob, folders, archivesOf(paths));
  const targets = nameTargets(roots);
  const rootOf = prefixFinder(new Set(roots));
  return {
    roots: roots.map((root) => Buffer.from(root, "latin1")),
    map: (path) => {
      const text4 = Buffer.from(path).toString("latin1");
      const root = rootOf(text4);
      return root === void 0 ? void 0 : Buffer.from(targets.get(root) + text4.slice(root.length + 1), "latin1");
    }
  };
}
function selectArchives(paths, glob) {
  const matches = matcher(glob);
  const found = paths.filter(
    (entry) => entry.isFile && isArchive(entry) && matches(textOf(entry.path))
  );
  if (found.length === 0 || [...collectFolders(paths)].some(matches)) return [];
  return found.map(({ path }) => path).sort((a, b) => Buffer.compare(a, b));
}
function matcher(glob) {
  const pattern = textOf(Buffer.from(relativeGlob(glob)));
  const matches = (0, import_picomatch2.default)(pattern, { dot: true, nonegate: true, windows: false });
  return (path) => path === pattern || matches(path);
}
function isArchive({ path, isDirectory }) {
  const text4 = textOf(path);
  return !isDirectory && namedArchive(text4.slice(text4.lastIndexOf("/") + 1)) !== void 0;
}
function archivesOf(paths) {
  return paths.filter(isArchive).map(({ path }) => textOf(path));
}
function textOf(path) {
  return Buffer.from(path).toString("latin1");
}
function nameTargets(roots) {
  if (roots.length === 1) return /* @__PURE__ */ new Map([[roots[0], ""]]);
  const byName3 = /* @__PURE__ */ new Map();
  for (const root of roots) {
    const name = root.slice(root.lastIndexOf("/") + 1);
    const other = byName3.get(name);
    if (other !== void 0) {
      const both = `${show(other)} and ${show(root)}`;
      throw new PayloadError(
        "PAYLOAD_INVALID",
        `source-path: expected folders of different names, found ${both}`,
        {
          expected: "different names",
          actual: both,
          remedy: "Set source-path to a folder above them, or to one of them."
        }
      );
    }
    byName3.set(name, root);
  }
  return new Map(Array.from(byName3, ([name, root]) => [root, `${name}/`]));
}
function collectFolders(paths) {
  const folders = /* @__PURE__ */ new Set();
  for (const { path, isDirectory } of paths) {
    const text4 = trimEndWhile(Buffer.from(path).toString("latin1"), /\//);
    if (isDirectory && text4 !== "") folders.add(text4);
    for (let end = text4.lastIndexOf("/"); end > 0 && !folders.has(text4.slice(0, end)); end = text4.lastIndexOf("/", end - 1))
      folders.add(text4.slice(0, end));
    if (folders.size > LIMITS.filesInPackage) {
      const expected = `at most ${LIMITS.filesInPackage}`;
      throw new PayloadError(
        "LIMIT_EXCEEDED",
        `folders in the payload: expected ${expected}, found more`,
        { expected, actual: "more" }
      );
    }
  }
  return folders;
}
function prefixFinder(folders) {
  const lengths = [...new Set(Array.from(folders, (folder) => folder.length))].sort(
    (a, b) => a - b
  );
  return (path) => {
    const length = lengths.find((end) => path[end] === "/" && folders.has(path.slice(0, end)));
    return length === void 0 ? void 0 : path.slice(0, length);
  };
}
function relativeGlob(glob) {
  return trimEndWhile(glob.replace(/^(?:\.?\/)+/, ""), /\//);
}
function notFound(glob, folders, archives) {
  const depth = (folder) => folder.split("/", 4).length;
  const tops = [...folders].filter((folder) => depth(folder) <= 3).sort((a, b) => depth(a) - depth(b) || byteOrder(a, b));
  const found = tops.length === 0 ? "no folder at all" : list(tops);
  const actual = archives.length === 0 ? found : `${found}; archives that it could name: ${list(archives)}`;
  return new PayloadError(
    "SOURCE_PATH_NOT_FOUND",
    `source-path: expected a folder that matches ${JSON.stringify(glob)}, found ${actual}`,
    { expected: glob, actual }
  );
}
function list(names) {
  const more = names.length > MOST_LISTED ? `, and ${names.length - MOST_LISTED} more` : "";
  return names.slice(0, MOST_LISTED).map(show).join(", ") + more;
}
function show(folder) {
  return showPath(Buffer.from(folder, "latin1"));
}
function byteOrder(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

// src/mirror/tag-names.ts
var TAG_FIELDS = ["name", "epoch", "version", "release", "arch"];
var FIELD = /\{([^{}]*)\}/g;
function validateTagFormat(format) {
  const known = new Set(TAG_FIELDS);
  const fields = [...format.matchAll(FIELD)].map((match) => match[1]);
  const expected = `text with the fields ${TAG_FIELDS.map((field) => `{${field}}`).join(" ")}`;
  const refuse = (reason) => {
    throw new InputError(
      "INPUT_INVALID",
      `tag-format: expected ${expected}, found ${JSON.stringify(format)}: ${reason}`,
      { expected, actual: format }
    );
  };
  if (format === "") refuse("it is empty");
  for (const field of fields) if (!known.has(field)) refuse(`there is no field {${field}}`);
  if (/[{}]/.test(format.replace(FIELD, ""))) refuse("a brace has no partner");
  if (!fields.includes("version") && !fields.includes("release"))
    refuse("without {version} or {release} all releases would share one tag");
}
function formatTagName(format, nevra) {
  const values = {
    name: nevra.name,
    epoch: String(nevra.epoch ?? 0),
    version: nevra.version,
    release: nevra.release,
    arch: nevra.arch
  };
  let name = "";
  let at = 0;
  for (const match of format.matchAll(FIELD)) {
    name += escapeCharacters(format.slice(at, match.index)) + escapeCharacters(values[match[1]]).replaceAll("/", "%2F");
    at = match.index + match[0].length;
  }
  name = escapePlaces(name + escapeCharacters(format.slice(at)));
  if (name !== "") return name;
  throw new InputError(
    "INPUT_INVALID",
    `tag-format: expected a name, found nothing for ${JSON.stringify(values)} in ${JSON.stringify(format)}`
  );
}
function parseTagName(name) {
  return name.replace(
    /%(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g,
    (_, unit, octet) => String.fromCharCode(Number.parseInt(unit ?? octet, 16))
  );
}
function escapeCharacters(text4) {
  return text4.replace(/[\0- %~^:?*[\\\x7f]/g, escape).replace(new RegExp("\\p{Surrogate}", "gu"), (unit) => `%u${hex(unit, 4)}`);
}
function escapePlaces(text4) {
  return text4.replace(/(?<=\.)\.|(?<=^|\/)\.|\.$/g, escape).replace(/\.(?=lock(?:\/|$))/g, escape).replace(/^\/|(?<=\/)\/|\/$/g, escape).replace(/@(?=\{)|^@$|^-/g, escape);
}
function escape(character2) {
  return `%${hex(character2, 2)}`;
}
function hex(character2, digits) {
  return character2.charCodeAt(0).toString(16).toUpperCase().padStart(digits, "0");
}

// src/net/urls.ts
import { BlockList, isIP } from "node:net";
import { fileURLToPath as fileURLToPath2 } from "node:url";
function parseTarget(text4) {
  if (!/^[a-z][a-z0-9+.-]+:/i.test(text4)) return { kind: "file", path: text4 };
  const url = URL.parse(text4);
  const path = url?.protocol === "file:" ? localPath(url) : void 0;
  if (path !== void 0) return { kind: "file", path };
  if (url === null || url.protocol !== "http:" && url.protocol !== "https:") {
    throw new DownloadError(
      "NOT_FOUND",
      `expected an http, https or file URL, found ${displayUrl(text4)}`
    );
  }
  const { username, password } = url;
  url.username = url.password = url.hash = "";
  const userInfo = `${decode3(username)}:${decode3(password)}`;
  return {
    kind: "http",
    url,
    authorization: userInfo === ":" ? void 0 : `Basic ${Buffer.from(userInfo).toString("base64")}`
  };
}
function localPath(url) {
  try {
    return url.host === "" ? fileURLToPath2(url) : void 0;
  } catch {
    return void 0;
  }
}
function decode3(text4) {
  return text4.replace(
    /(?:%[0-9a-f]{2})+/gi,
    (escapes) => Buffer.from(escapes.replaceAll("%", ""), "hex").toString()
  );
}
function displayUrl(text4) {
  const url = typeof text4 === "string" ? URL.parse(text4) : text4;
  if (url === null) return showQuery(String(text4).replace(/\/\/[^/@]*@/, "//"));
  return `${url.protocol}//${url.host}${url.pathname}${url.search === "" ? "" : "?…"}`;
}
function showQuery(text4) {
  const path = before(text4, /\?/);
  return path === text4 ? text4 : `${path}?…`;
}
var subnets = (...list3) => {
  const block2 = new BlockList();
  for (const entry of list3) {
    const [address, bits] = entry.split("/");
    block2.addSubnet(address, Number(bits), isIP(address) === 6 ? "ipv6" : "ipv4");
  }
  return block2;
};
var LINK_LOCAL = subnets(
  "169.254.0.0/16",
  "fe80::/10",
  "fd00:ec2::/32",
  "100.100.100.200/32",
  "64:ff9b::a9fe:0/112"
);
var LOOPBACK = subnets("127.0.0.0/8", "::1/128");
var PRIVATE = subnets(
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "0.0.0.0/8",
  "224.0.0.0/3",
  "fc00::/7",
  "ff00::/8",
  "::/128"
);
function addressKind(address) {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  const plain3 = before(address, /%/);
  if (LINK_LOCAL.check(plain3, family)) return "link-local";
  if (LOOPBACK.check(plain3, family)) return "loopback";
  return PRIVATE.check(plain3, family) ? "private" : "public";
}
function hostKind(url) {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) !== 0) return addressKind(host);
  return /^(?:.*\.)?localhost\.?$/.test(host) ? "loopback" : void 0;
}
function sameHost(a, b) {
  return a.hostname === b.hostname && a.port === b.port;
}
var RESERVED2 = /^(?:host|connection|content-length|transfer-encoding|te|trailer|upgrade|expect|keep-alive|proxy-.*|range|if-.*|accept-encoding)$/i;
function parseHeaderLines(text4) {
  return text4.split(/\r?\n/).flatMap((line, index) => {
    if (line.trim() === "") return [];
    const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):([\t\x20-\x7e]*)$/.exec(line.trim());
    if (match === null)
      throw new InputError(
        "INPUT_INVALID",
        `http-headers: line ${index + 1}: expected "Name: value" in ASCII`
      );
    if (RESERVED2.test(match[1]))
      throw new InputError(
        "INPUT_INVALID",
        `http-headers: line ${index + 1}: ${match[1]} cannot be set`
      );
    return [[match[1], match[2].trimStart()]];
  });
}

// src/rpm/constraints.ts
var HOLDS = {
  ">=": (order) => order >= 0,
  ">": (order) => order > 0,
  "<=": (order) => order <= 0,
  "<": (order) => order < 0,
  "=": (order) => order === 0,
  "!=": (order) => order !== 0
};
function parseConstraints(text4, input = "versions") {
  const constraints = [];
  const token = /[\s,]*(?:(>=|<=|!=|==|=|>|<)\s*)?([^\s,<>=!]+)/y;
  let end = 0;
  for (let match = token.exec(text4); match !== null; match = token.exec(text4)) {
    const [whole2, operator = "=", version2 = ""] = match;
    const evr = tryParseEvr(version2);
    if (evr === void 0) throw invalid2(input, whole2.trim());
    constraints.push({ operator: operator === "==" ? "=" : operator, evr });
    end = token.lastIndex;
  }
  const rest2 = text4.slice(end).replace(/^[\s,]+/, "");
  if (rest2 !== "") throw invalid2(input, rest2);
  return constraints;
}
function satisfies(nevra, constraints) {
  return constraints.every(({ operator, evr }) => HOLDS[operator](compareEvr(nevra, evr)));
}
function invalid2(input, found) {
  const expected = 'constraints such as ">= 2.20, < 3, != 2.20.74.0"';
  return new InputError("INPUT_INVALID", `${input}: expected ${expected}, found "${found}"`, {
    expected,
    actual: found
  });
}

// src/inputs/not-yet.ts
var UNBUILT = [
  ["archive-packages: release", ({ archivePackages }) => archivePackages === "release"],
  ["tags", ({ mode, tags }) => mode === "verify" && tags.length > 0],
  ["package-files", ({ mode, packageFiles }) => mode === "verify" && packageFiles !== void 0],
  ["against", ({ mode, against }) => mode === "verify" && against !== void 0],
  ["allow-unproved", ({ mode, allowUnproved }) => mode === "verify" && allowUnproved],
  ["accept-findings", ({ mode, acceptFindings }) => mode === "verify" && acceptFindings.length > 0]
];
function refuseUnbuilt(options) {
  const [what] = UNBUILT.find(([, isAsked]) => isAsked(options)) ?? [];
  if (what !== void 0)
    throw new InputError("INPUT_INVALID", `${what} is not yet supported by this version`, {
      remedy: "Leave it out, or use a later version."
    });
}

// src/inputs/values.ts
import { existsSync, statSync } from "node:fs";
import { fileURLToPath as fileURLToPath3 } from "node:url";
var ARMOR = /-----BEGIN PGP PUBLIC KEY BLOCK-----[\s\S]*?-----END PGP PUBLIC KEY BLOCK-----/g;
function splitList(text4) {
  return text4.split(/[\s,]+/).filter((item) => item !== "");
}
function oneOf(name, value2, allowed) {
  const found = allowed.find((item) => item === value2);
  if (found === void 0) throw invalid3(name, value2, allowed.join(", "));
  return found;
}
function boolean(name, value2) {
  return oneOf(name, value2.toLowerCase(), ["true", "false"]) === "true";
}
function count(name, value2, least) {
  if (!/^\d{1,9}$/.test(value2) || Number(value2) < least)
    throw invalid3(name, value2, `a whole number of at least ${least}`);
  return Number(value2);
}
var UNITS = { "": 1, b: 1, kib: KIB, mib: MIB, gib: GIB };
function parseSize(name, text4) {
  const [, digits, unit = ""] = /^(\d{1,12})[ \t]*([a-z]{0,3})$/i.exec(text4) ?? [];
  const bytes = Number(digits) * (UNITS[unit.toLowerCase()] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw invalid3(name, text4, "a size such as 100 MiB, 2 GiB or a number of bytes");
  return bytes;
}
function invalid3(name, value2, takes) {
  return new InputError("INPUT_INVALID", `${name} is ${JSON.stringify(value2)}; it takes ${takes}`, {
    expected: takes,
    actual: value2
  });
}
function checkUrl(name, value2) {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value2))
    throw invalid3(name, value2, "URLs that begin with https://, http:// or file:///");
  return checkLocation(name, value2);
}
function checkBase(value2, basearch) {
  const bare2 = withoutUserInfo(value2);
  if (/\$\{?\w|%24(?:%7B)?\w/i.test(value2)) {
    const filled = bare2.replace(/(?:\$|%24)(?:\{|%7B)?(?:base)?arch(?:\}|%7D)?/gi, basearch);
    throw new InputError(
      "INPUT_INVALID",
      `baseurl is ${JSON.stringify(bare2)}, which holds a variable; only a .repo file has those`,
      {
        remedy: /\$|%24/.test(filled) ? `Write the value in its place; the publisher's guide says which there are: ${filled}` : `Write ${filled}`
      }
    );
  }
  if (/\.repo(?:[?#].*)?$/i.test(value2))
    throw new InputError(
      "INPUT_INVALID",
      `baseurl is ${JSON.stringify(bare2)}, a .repo file and not the folder that holds repodata/`,
      { remedy: `Give it as repo-file: ${bare2}, and leave baseurl out.` }
    );
  return checkUrl("baseurl", value2);
}
function checkLocation(name, value2) {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value2)) {
    const url = URL.canParse(value2) ? new URL(value2) : void 0;
    if (url === void 0 || !["http:", "https:", "file:"].includes(url.protocol)) {
      throw invalid3(name, withoutUserInfo(value2), "http, https and file URLs");
    }
    if (url.protocol === "file:") checkExists(name, localPath2(name, url));
    return value2;
  }
  checkExists(name, value2);
  return value2;
}
function localPath2(name, url) {
  try {
    return fileURLToPath3(url);
  } catch {
    throw invalid3(name, url.href, "file URLs of this machine, such as file:///srv/key.asc");
  }
}
function withoutUserInfo(url) {
  return url.replace(/\/\/[^/@]*@/, "//");
}
function checkExists(name, path) {
  if (path.includes("\0") || !existsSync(path)) {
    throw new InputError(
      "INPUT_INVALID",
      `${name} names ${JSON.stringify(path)}, which does not exist`,
      {
        remedy: "Give a URL that begins with https://, or the path of an existing file."
      }
    );
  }
}
function checkFolder(name, path) {
  checkExists(name, path);
  if (!statSync(path).isDirectory())
    throw invalid3(name, path, "the path of a folder; this is none");
}
function parseKeys(text4) {
  const keys = [];
  const rest2 = text4.replace(ARMOR, (block2) => {
    keys.push({ kind: "armored", text: `${block2}
` });
    return " ";
  });
  if (rest2.includes("-----"))
    throw invalid3("gpgkey", "a broken armored block", "URLs, paths or whole armored public keys");
  const locations = splitList(rest2).map((location) => ({
    kind: "location",
    location: checkLocation("gpgkey", location)
  }));
  return [...locations, ...keys];
}
var FINGERPRINT = /^([0-9A-F]{40}|[0-9A-F]{64})$/;
var GROUPED2 = /(?<![^\s,])[0-9a-f]{4}(?:[ \t]+[0-9a-f]{4}){9}(?![^\s,])/gi;
function parseFingerprints(text4) {
  const pins = /* @__PURE__ */ new Set();
  const items = splitList(text4.replace(GROUPED2, (groups) => groups.replaceAll(/\s/g, "")));
  const whole2 = items.join("").toUpperCase();
  for (const item of items) {
    const hex3 = item.replace(/^0x/i, "").replaceAll(":", "").toUpperCase();
    if (!FINGERPRINT.test(hex3)) {
      if (FINGERPRINT.test(whole2))
        throw new InputError(
          "INPUT_INVALID",
          `gpg-fingerprints is ${JSON.stringify(text4)}; it looks like a fingerprint with spaces`,
          { remedy: `Write ${whole2}.` }
        );
      throw invalid3(
        "gpg-fingerprints",
        item,
        "whole fingerprints of primary keys, 40 or 64 hex digits without spaces (key ids can be forged)"
      );
    }
    pins.add(hex3);
  }
  return pins;
}
function parseIdentity(name, text4) {
  const match = /^([^<>\x00-\x1f\x7f]*[^<>\s\x00-\x1f\x7f])\s*<([^<>\s\x00-\x1f\x7f]*)>$/.exec(
    text4
  );
  if (match?.[1] === void 0 || match[2] === void 0)
    throw invalid3(name, text4, "`Name <mail@example.org>` on one line");
  return { name: match[1].trim(), email: match[2] };
}
function checkRefName(name, branch) {
  const bad2 = /[\x00-\x20\x7f~^:?*[\\]|\.\.|@\{|\/\/|\/\.|\.lock(\/|$)|^[-/.]|[/.]$/.test(branch) || branch === "@" || branch === "HEAD";
  if (bad2) throw invalid3(name, branch, "branch names (git-check-ref-format)");
}

// src/inputs/options.ts
function parseOptions(read, environment) {
  const text4 = (name) => read(name).trim() || INPUTS[name].default;
  const optional = (name) => text4(name) || void 0;
  const list3 = (name) => splitList(text4(name));
  const flag = (name) => boolean(name, text4(name));
  const choice = (name) => oneOf(name, text4(name), INPUTS[name].values);
  const options = {
    mode: choice("mode"),
    source: {
      baseUrls: list3("baseurl").map((url) => checkBase(url, text4("basearch"))),
      mirrorlist: optional("mirrorlist"),
      metalink: optional("metalink"),
      repoFile: optional("repo-file"),
      repoId: optional("repo-id"),
      basearch: text4("basearch"),
      releasever: optional("releasever")
    },
    httpHeaders: parseHeaderLines(read("http-headers")),
    packages: list3("packages"),
    arch: list3("arch"),
    versions: parseConstraints(text4("versions")),
    skip: list3("skip"),
    gpgkey: parseKeys(text4("gpgkey")),
    gpgFingerprints: parseFingerprints(text4("gpg-fingerprints")),
    repoGpgcheck: choice("repo-gpgcheck"),
    allowWeak: new Set(list3("allow-weak").map((name) => name.toLowerCase())),
    allowRollback: flag("allow-rollback"),
    maxIndexAge: count("max-index-age", text4("max-index-age"), 0),
    sourcePath: text4("source-path"),
    symlinks: choice("symlinks"),
    directories: {
      source: text4("source-directory"),
      archive: text4("archive-directory"),
      packaging: text4("packaging-directory")
    },
    unpack: choice("unpack"),
    dotGit: choice("dot-git"),
    archivePackages: choice("archive-packages"),
    maxFileSize: parseSize("max-file-size", text4("max-file-size")),
    releaseNotes: list3("release-notes").map((url) => checkLocation("release-notes", url)),
    title: optional("title"),
    tagFormat: text4("tag-format"),
    repository: text4("repository") || environment.GITHUB_REPOSITORY || "",
    branch: optional("branch"),
    lineBranches: parseLineBranches(list3("line-branches")),
    token: optional("token"),
    dryRun: flag("dry-run"),
    maxReleases: count("max-releases", text4("max-releases"), 0),
    pushBatch: count("push-batch", text4("push-batch"), 1),
    concurrency: count("concurrency", text4("concurrency"), 1),
    author: parseIdentity("author", text4("author")),
    committer: parseIdentity("committer", text4("committer")),
    signingKey: optional("signing-key"),
    signingKeyPassphrase: optional("signing-key-passphrase"),
    mirrors: list3("mirrors"),
    sshKey: optional("ssh-key"),
    sshKnownHosts: optional("ssh-known-hosts"),
    createReleases: flag("create-releases"),
    alarmIssue: flag("alarm-issue"),
    attest: flag("attest"),
    onRefused: choice("on-refused"),
    onContentChange: choice("on-content-change"),
    tags: list3("tags"),
    packageFiles: optional("package-files"),
    against: optional("against"),
    allowUnproved: flag("allow-unproved"),
    acceptFindings: parseAcceptedFindings(list3("accept-findings")),
    given: new Set(Object.keys(INPUTS).filter((name) => read(name).trim() !== ""))
  };
  checkTogether(options);
  return options;
}
function checkTogether(options) {
  validateTagFormat(options.tagFormat);
  validateSourcePath(options.sourcePath);
  checkArchiveNames([
    ...options.gpgkey.flatMap(
      (key) => key.kind === "armored" ? [] : [{ name: keyFileName(key.location), origin: `gpgkey ${withoutUserInfo(key.location)}` }]
    ),
    ...options.releaseNotes.map((location) => ({
      name: notesFileName(location),
      origin: `release-notes ${withoutUserInfo(location)}`
    }))
  ]);
  checkDirectories(options.directories);
  if (options.repository === "") {
    throw new InputError(
      "INPUT_MISSING",
      "repository is not given, and GITHUB_REPOSITORY is not set",
      {
        remedy: "Set repository to owner/name, a git URL, or a path such as ./mirror.git."
      }
    );
  }
  if (options.branch !== void 0) checkRefName("branch", options.branch);
  for (const line of options.lineBranches) {
    checkRefName("line-branches", line.branch);
    if (line.branch === options.branch)
      throw new InputError(
        "INPUT_CONFLICT",
        `line-branches names ${line.branch}, which is the branch of the mirror`
      );
  }
  if (options.packageFiles !== void 0) checkFolder("package-files", options.packageFiles);
  if (options.archivePackages === "release" && options.mode === "publish" && !options.createReleases)
    throw new InputError(
      "INPUT_CONFLICT",
      "archive-packages: release puts the packages into the tags' releases, and create-releases is false",
      { remedy: "Set create-releases: true, or archive-packages: full, header or none." }
    );
  if (options.mode !== "verify") checkSource(options);
  refuseUnbuilt(options);
}
function checkSource({ source, packages }) {
  const ways = [
    ["baseurl", source.baseUrls.length > 0],
    ["mirrorlist", source.mirrorlist !== void 0],
    ["metalink", source.metalink !== void 0],
    ["repo-file", source.repoFile !== void 0]
  ];
  const given = ways.filter(([, isGiven]) => isGiven).map(([name]) => name);
  if (given.length === 0) {
    throw new InputError(
      "INPUT_MISSING",
      "none of baseurl, mirrorlist, metalink and repo-file is given",
      {
        remedy: "Set baseurl to the URL of the folder that holds repodata/."
      }
    );
  }
  if (given.length > 1)
    throw new InputError("INPUT_CONFLICT", `${given.join(" and ")} exclude one another`);
  if (source.repoId !== void 0 && source.repoFile === void 0) {
    throw new InputError(
      "INPUT_CONFLICT",
      "repo-id names a section of repo-file, which is not given"
    );
  }
  for (const [name, url] of [
    ["mirrorlist", source.mirrorlist],
    ["metalink", source.metalink]
  ])
    if (url !== void 0) checkUrl(name, url);
  if (source.repoFile !== void 0) checkLocation("repo-file", source.repoFile);
  if (packages.length === 0) {
    throw new InputError("INPUT_MISSING", "packages is not given", {
      remedy: "Set packages to the name (or a glob) of the packages to mirror."
    });
  }
}

// src/report/escape.ts
var WORD_JOINER = "⁠";
function printable(text4) {
  return text4.replace(/\r\n|[\n\r\u2028\u2029\u0085]/g, " ⏎ ").replace(
    /[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, "0")}`
  ).replace(/^(\s*):(?=:)/, `$1:${WORD_JOINER}`).replaceAll("##[", `#${WORD_JOINER}#[`);
}
function printableLines(text4) {
  return text4.split("\n").map(printable).join("\n  ");
}
function unaddressed(text4) {
  return printable(text4).replace(/@(?=\w)/g, `@${WORD_JOINER}`);
}
function plain(text4) {
  return printable(text4).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replace(/[\\`*_{}[\]()#+!|~$]/g, (c) => `&#${c.charCodeAt(0)};`).replace(/@(?=\w)/g, `@${WORD_JOINER}`).replace(/\b(https?|ftp):\/\//gi, `$1:${WORD_JOINER}//`).replace(/\bwww\./gi, (www) => `${www.slice(0, 1)}${WORD_JOINER}${www.slice(1)}`);
}
function code(text4) {
  return `\`${printable(text4).replaceAll("`", "'")}\``;
}

// src/report/headline.ts
var MOST_NAMED = 3;
var PHRASES = {
  NO_SIGNATURE: "is not signed",
  NOT_COVERED: "has a signature that does not cover its payload",
  UNKNOWN_KEY: "is signed by a key that is not known here",
  BAD_SIGNATURE: "has a bad signature",
  WEAK_ALGORITHM: "is signed by weak means",
  KEY_EXPIRED: "is signed by an expired key",
  KEY_REVOKED: "is signed by a revoked key",
  PIN_MISMATCH: "is signed by a key that is not pinned",
  DIGEST_MISMATCH: "is not what its checksum says",
  SIZE_MISMATCH: "has not the size that the index says",
  INDEX_MISMATCH: "is another package than the index names",
  PRIMARY_INVALID: "is listed in a way that cannot be followed",
  UNSAFE_PATH: "holds an unsafe name",
  PAYLOAD_INVALID: "has a payload that its header does not describe",
  LIMIT_EXCEEDED: "is over a limit",
  SOURCE_PATH_NOT_FOUND: "has no source where it was looked for",
  SOURCE_EMPTY: "has no file where its source should be",
  FILE_TOO_LARGE: "is too large for git",
  HTTP_STATUS: "could not be downloaded",
  NOT_FOUND: "is not on the server",
  TIMEOUT: "could not be downloaded in time"
};
function headline(result) {
  const { report: report2, latestVersion } = result;
  const latest = latestVersion === "" ? "" : ` Latest version: ${latestVersion}.`;
  const named = isNamed(result);
  const shown = ["published", "planned", "failed", "skipped", "exists"].filter(
    (status) => !named || status !== "published" && status !== "failed"
  );
  const parts = shown.map((status) => [status, countOf(report2, status)]).filter(([, count2]) => count2 > 0).map(([status, count2]) => `${count2} ${wordFor(status, result)}`);
  const waiting = report2.releases.filter((row) => row.waiting === true).length;
  if (waiting > 0) parts.push(`${waiting} waiting for a decision (tag-format or skip)`);
  return `${outcomeOf(result)}${report2.mode === "verify" || parts.length === 0 ? "" : ` ${parts.join(", ")}.`}${latest}`;
}
function countOf({ releases }, status) {
  return releases.filter((row) => row.status === status && row.waiting === void 0).length;
}
function isNamed({ report: report2, failed }) {
  return failed && report2.mode === "publish" && countOf(report2, "failed") > 0;
}
function outcomeOf(result) {
  const { report: report2, failed, hasNew, isDryRun, isVerified } = result;
  if (report2.mode === "verify") {
    if (isVerified !== true) return "Not verified, see the error.";
    return `${counted(report2.releases.length, "tag")} verified: ${report2.findings.length === 0 ? "no findings" : counted(report2.findings.length, "finding")}.`;
  }
  if (failed && report2.mode === "check") return foreseen(report2);
  if (isNamed(result)) return refused(report2);
  if (failed) return failure(report2);
  if (!hasNew) return "Nothing new.";
  if (isWaiting(report2)) return "Nothing was published: a decision waits.";
  return isDryRun === true ? "Dry run, nothing was pushed." : report2.mode === "check" ? "Checked, nothing was changed." : "Done.";
}
function isWaiting({ releases }) {
  const isIdle = ({ status }) => status === "skipped" || status === "exists";
  return releases.some(({ waiting }) => waiting === true) && releases.every(isIdle);
}
function refused(report2) {
  const rows = report2.releases.filter(({ status }) => status === "failed");
  const names = rows.slice(0, MOST_NAMED).map((row) => `${withoutArch(row.nevra)} ${phraseOf(row)}`);
  const rest2 = rows.length > MOST_NAMED ? `; and ${rows.length - MOST_NAMED} more` : "";
  return `${countOf(report2, "published")} published, ${rows.length} refused: ${names.join("; ")}${rest2}.`;
}
function phraseOf({ error }) {
  return PHRASES[error?.code ?? ""] ?? `is refused (${error?.code ?? "see the report"})`;
}
function withoutArch(nevra) {
  return nevra.replace(/\.[^.-]{1,40}$/, "");
}
function failure({ errors: [first2] }) {
  if (first2 === void 0) return "Something was refused or failed.";
  const message = first2.message.length > 160 ? `${first2.message.slice(0, 160)}…` : first2.message;
  return `Failed: ${first2.code}: ${message.replace(/[.\s]{1,20}$/, "")}.`;
}
function foreseen({ releases, errors }) {
  const isNew = ({ status }) => status === "planned" || status === "failed";
  const count2 = releases.filter(({ status }) => status === "failed").length;
  return [
    ...count2 === 0 ? [] : [
      `publish would refuse ${count2} of ${counted(releases.filter(isNew).length, "new release")}.`
    ],
    ...errors.length === 0 ? [] : ["publish would fail, see the error."]
  ].join(" ");
}
function wordFor(status, { report: report2, isDryRun }) {
  if (status === "exists") return "published earlier";
  if (status === "failed") return report2.mode === "check" ? "would be refused" : "refused";
  return status === "planned" && (isDryRun === true || report2.mode === "check") ? "to be published" : status;
}
function counted(n, noun) {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

// src/report/paint.ts
import { styleText } from "node:util";
var same = (text4) => text4;
var PLAIN = {
  good: same,
  bad: same,
  warn: same,
  dim: same,
  bold: same,
  link: same
};
function paintFor(stream, environment = process.env) {
  if (stream.isTTY !== true) return PLAIN;
  const isColoured = !environment["NO_COLOR"] && environment["TERM"] !== "dumb";
  const style = (name) => (text4) => isColoured && text4 !== "" ? styleText(name, text4, { validateStream: false }) : text4;
  return {
    good: style("green"),
    bad: style("red"),
    warn: style("yellow"),
    dim: style("dim"),
    bold: style("bold"),
    link: hasLinks(environment) ? hyperlink : same
  };
}
var ADDRESS = /^https?:\/\/[\x21-\x7e]{1,2000}$/;
function hyperlink(text4, url) {
  return url === void 0 || !ADDRESS.test(url) ? text4 : `\x1B]8;;${url}\x07${text4}\x1B]8;;\x07`;
}
function hasLinks(environment) {
  const { TERM_PROGRAM = "", TERM = "", VTE_VERSION = "0", CI } = environment;
  if (CI !== void 0 || TERM === "dumb") return false;
  return /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper|rio)$/.test(TERM_PROGRAM) || /^(?:xterm-kitty|xterm-ghostty|foot|alacritty)/.test(TERM) || Number.parseInt(VTE_VERSION, 10) >= 5e3 || environment["WT_SESSION"] !== void 0 || environment["KONSOLE_VERSION"] !== void 0;
}

// src/report/loggers.ts
var MOST_ANNOTATIONS = 10;
function actionLogger() {
  let annotations = 0;
  return {
    debug: (message) => {
      debug(printable(message));
    },
    info: (message) => {
      info(printable(message));
    },
    warning: (message) => {
      annotations++;
      if (annotations <= MOST_ANNOTATIONS) warning(printable(message));
      else info(`warning: ${printable(message)}`);
    },
    startGroup: (title) => {
      startGroup(printable(title));
    },
    endGroup: () => {
      endGroup();
    },
    progress: () => void 0
  };
}
function terminalLogger({ stream, quiet, verbose }) {
  const paint = paintFor(stream);
  const progress = progressLine(stream);
  const line = (text4) => {
    progress.clear();
    stream.write(`${text4}
`);
  };
  return {
    debug: (message) => {
      if (verbose) line(paint.dim(`debug: ${printable(message)}`));
    },
    info: (message) => {
      if (!quiet) line(printable(message));
    },
    warning: (message) => {
      line(`${paint.warn("warning:")} ${printable(message)}`);
    },
    startGroup: (title) => {
      if (!quiet) line(paint.bold(printable(title)));
    },
    endGroup: () => {
      progress.clear();
    },
    progress: (message) => {
      if (!quiet && stream.isTTY) progress.show(message);
    }
  };
}
var SHORT_MS = 2e3;
function progressLine(stream) {
  let isShown = false;
  let step = { name: "", since: 0 };
  return {
    show: (message) => {
      const [name = ""] = message.split(/[\s:]/, 1);
      const now = performance.now();
      if (step.name !== name) step = { name, since: now };
      const ms = now - step.since;
      const time = ms < SHORT_MS ? "" : `, ${formatTime(ms)}`;
      const room = Math.max(20, stream.columns - 1) - time.length;
      stream.write(`\r\x1B[K${printable(message).slice(0, room)}${time}`);
      isShown = true;
    },
    clear: () => {
      if (isShown) stream.write("\r\x1B[K");
      isShown = false;
    }
  };
}
function formatTime(ms) {
  const seconds = Math.floor(ms / 1e3);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
function collectingLogger(inner, warnings) {
  const said = new Set(warnings);
  return {
    ...inner,
    warning: (message) => {
      if (said.has(message)) return;
      said.add(message);
      warnings.push(message);
      inner.warning(message);
    }
  };
}

// src/report/report.ts
function emptyReport(mode) {
  return {
    schema: 1,
    mode,
    repository: { url: "", revision: "", signed: false, ageDays: null },
    newest: null,
    releases: [],
    changes: [],
    findings: [],
    notChecked: [],
    warnings: [],
    errors: []
  };
}

// src/version.ts
var VERSION = "1.0.0";

// src/run/run.ts
import { existsSync as existsSync3, mkdtempSync } from "node:fs";
import { readFile as readFile7, rm as rm6, writeFile as writeFile7 } from "node:fs/promises";
import { tmpdir as tmpdir2 } from "node:os";
import { join as join13 } from "node:path";
import { fileURLToPath as fileURLToPath6 } from "node:url";

// src/mirror/fact-table.ts
var FACTS = {
  tag: { from: "the signed header", proves: "the tag, as tag-format makes it", record: "tag" },
  name: { from: "the signed header", proves: "the name of the package", block: "Package" },
  version: { from: "the signed header", proves: "its version", block: "Version" },
  license: { from: "the signed header", proves: "what the vendor says of it", block: "License" },
  summary: { from: "the signed header", proves: "what the vendor says of it", block: "Summary" },
  description: {
    from: "the signed header",
    proves: "what the vendor says of it",
    block: "Description"
  },
  nevra: {
    from: "the signed header",
    proves: "the identity: name, epoch, version, release, architecture",
    trailer: "Rpm-Nevra",
    record: "nevra"
  },
  file: {
    from: "the index",
    proves: "where the package lies under `archive/rpm/`: the last segment of its href",
    block: "Filename",
    record: "file"
  },
  sha256: {
    from: "the bytes of the file",
    proves: "which file this is, signature included",
    block: "Checksum",
    trailer: "Rpm-Sha256",
    record: "sha256",
    isOfSignature: true
  },
  contentSha256: {
    from: "the bytes of the file",
    proves: "the package from its main header to its end, without its signatures",
    trailer: "Content-Sha256",
    record: "contentSha256"
  },
  headerSha256: {
    from: "the bytes of the file",
    proves: "the main header, the same as rpm's SHA256HEADER",
    trailer: "Header-Sha256",
    record: "headerSha256"
  },
  buildHost: { from: "the signed header", proves: "where it was built", block: "Buildhost" },
  buildTime: {
    from: "the signed header",
    proves: "when it was built; also the author date",
    block: "Buildtime"
  },
  sourcePaths: {
    from: "the signed header and the payload",
    proves: "which folder became the source; one line per folder",
    trailer: "Source-Path",
    isList: true
  },
  sourceTree: {
    from: "git",
    proves: "the tree id of the source directory",
    trailer: "Source-Tree",
    record: "sourceTree"
  },
  keyUser: {
    from: "the certificate that verified the signature",
    proves: "what the key says of its owner",
    block: "GPG key primary uid",
    isOfSignature: true
  },
  keyCreated: {
    from: "the certificate that verified the signature",
    proves: "when the primary key was made",
    block: "GPG key creation time",
    isOfSignature: true
  },
  signingKey: {
    from: "the certificate that verified the signature",
    proves: "who signed; always the primary key's fingerprint",
    block: "GPG key fingerprint",
    trailer: "Signing-Key",
    record: "signingKey",
    isOfSignature: true
  },
  signatureCheck: {
    from: "the run",
    proves: "that the signature was checked; a release with another result is never written",
    block: "GPG check"
  },
  digestCheck: {
    from: "the run",
    proves: "that the digests were checked",
    block: "SHA256 check"
  },
  fileCheck: {
    from: "the run",
    proves: "that each file was held against its digest in the signed header",
    block: "File digests check",
    isNew: true
  },
  signedAt: {
    from: "the verified signature",
    proves: "when it was signed, as the signer says",
    trailer: "Signature-Date",
    record: "signedAt",
    isOfSignature: true
  },
  repomdRevision: {
    from: "the index",
    proves: "which index listed it",
    trailer: "Repomd-Revision",
    record: "repomdRevision"
  },
  indexSha256: {
    from: "the index",
    proves: "the checksum that the index gave when the release was last classified",
    record: "indexSha256",
    isMoving: true
  },
  changeClass: {
    from: "the run",
    proves: "what became of it upstream: `unchanged`, `re-signed`, `content-changed`, `withdrawn`",
    record: "class",
    isMoving: true
  },
  weakAlgorithms: {
    from: "the run",
    proves: "an algorithm that `allow-weak` tolerated",
    trailer: "Weak-Algorithm",
    isList: true,
    isOfSignature: true
  },
  droppedModes: {
    from: "the signed header",
    proves: "a file whose set-user-ID, set-group-ID or sticky bit git cannot hold",
    trailer: "Dropped-Mode",
    isList: true
  },
  droppedDotGit: {
    from: "the signed header and the payload",
    proves: "a path in the source that git takes for `.git`, and that `dot-git: drop` left out",
    trailer: "Dropped-Dot-Git",
    record: "droppedDotGit",
    isList: true
  },
  unpackedFrom: {
    from: "the signed header and the payload",
    proves: "the archive that became the source",
    trailer: "Unpacked-From",
    isList: true
  }
};

// src/mirror/facts.ts
var VALUES = {
  tag: ({ tag }) => tag,
  name: ({ facts }) => facts.nevra.name,
  version: ({ facts }) => facts.nevra.version,
  license: ({ facts }) => showString(facts.license),
  summary: ({ facts }) => showString(facts.summary),
  description: ({ facts }) => showString(facts.description),
  nevra: ({ facts }) => formatNevra(facts.nevra),
  file: ({ file }) => file,
  sha256: ({ evidence }) => evidence.sha256,
  contentSha256: ({ evidence }) => evidence.contentSha256,
  headerSha256: ({ evidence }) => evidence.headerSha256,
  buildHost: ({ facts }) => showString(facts.buildHost),
  buildTime: ({ facts }) => facts.buildTime === null ? "" : formatUtc(facts.buildTime),
  sourcePaths: ({ sourcePaths }) => sourcePaths.map(showPath),
  sourceTree: ({ sourceTree }) => sourceTree,
  keyUser: ({ key }) => key.userId,
  keyCreated: ({ key }) => formatUtc(key.created),
  signingKey: ({ key }) => key.fingerprint,
  signatureCheck: () => "OK",
  digestCheck: () => "OK",
  fileCheck: ({ checkedFiles }) => `OK (${checkedFiles} files)`,
  signedAt: ({ signedAt }) => formatTimestamp(signedAt),
  repomdRevision: ({ repomdRevision }) => repomdRevision,
  indexSha256: ({ indexSha256 }) => indexSha256,
  changeClass: () => "unchanged",
  weakAlgorithms: ({ weakAlgorithms }) => weakAlgorithms,
  droppedModes: ({ droppedModes: droppedModes2 }) => droppedModes2.map(showPath),
  droppedDotGit: ({ droppedDotGit = [] }) => droppedDotGit.map(showPath),
  unpackedFrom: ({ unpackedFrom }) => unpackedFrom.map(showPath)
};
var PATHS = /* @__PURE__ */ new Set([
  "sourcePaths",
  "droppedModes",
  "droppedDotGit",
  "unpackedFrom"
]);
function listFacts() {
  return Object.entries(FACTS);
}
function factValues(name, release) {
  const value2 = VALUES[name](release);
  return typeof value2 === "string" ? [value2] : value2;
}
function metadataFacts(release) {
  return listFacts().flatMap(
    ([name, { block: block2 }]) => block2 === void 0 ? [] : factValues(name, release).map((value2) => [block2, textValue(value2)])
  );
}
function trailerFacts(release) {
  return listFacts().flatMap(
    ([name, { trailer }]) => trailer === void 0 ? [] : factValues(name, release).map((value2) => [
      trailer,
      PATHS.has(name) ? value2 : cleanLine(value2)
    ])
  );
}
function recordFacts(release) {
  const recorded = listFacts().flatMap(
    ([name, { record, isList }]) => record === void 0 ? [] : [{ record, isList, values: factValues(name, release) }]
  );
  const lists = recorded.filter(({ isList, values }) => isList === true && values.length > 0);
  const further = Object.fromEntries(lists.map(({ record, values }) => [record, values]));
  return {
    ...Object.fromEntries(
      recorded.filter(({ isList }) => isList !== true).map(({ record, values }) => [record, values[0]])
    ),
    ...lists.length === 0 ? {} : { further }
  };
}
function formatTimestamp(seconds) {
  return new Date(seconds * 1e3).toISOString().replace(/\.\d+Z$/, "Z");
}
function formatUtc(seconds) {
  return formatTimestamp(seconds).replace("T", " ").replace("Z", " +0000 UTC");
}
function textValue(text4) {
  return cleanLines(text4).join("\n").trimStart();
}

// src/mirror/nevra.ts
function tryParseNevra(text4) {
  const match = /^([^]+)-(?:(\d{1,10}):)?([^-]+)-([^-]+)\.([^.-]+)$/.exec(text4);
  if (match === null) return void 0;
  const [, name, epoch, version2, release, arch] = match;
  return { name, epoch: epoch === void 0 ? null : Number(epoch), version: version2, release, arch };
}
function nevraKey(nevra) {
  return nevra.replace(/-0:(?=[^-]*-[^-]*$)/, "-");
}

// src/git/objects/objects.ts
import { createHash } from "node:crypto";

// src/dot-git.ts
var BACKSLASH = "\\";
var HFS_IGNORED = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/gu;
var SHORT_NAMES = {
  gitmodules: "gi7eba",
  gitignore: "gi250a",
  gitattributes: "gi7d29",
  mailmap: "maba30"
};
function isDotGit(name) {
  const text4 = Buffer.from(name).toString("utf8");
  return foldHfs(text4) === ".git" || text4.split(BACKSLASH).some((part) => /^(\.git|git~1)[ .]*(:|$)/i.test(part));
}
function isDotName(name, special) {
  const text4 = Buffer.from(name).toString("utf8");
  return foldHfs(text4) === `.${special}` || ntfsNames(text4).some((part) => isNtfsName(part.toLowerCase(), special));
}
function ntfsNames(name) {
  const parts = name.split(BACKSLASH);
  return parts.filter((part, at) => at === parts.length - 1 || part.includes(":"));
}
function foldHfs(name) {
  return name.replace(HFS_IGNORED, "").replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
function isNtfsName(name, special) {
  const base = trimEndWhile(before(name, /:/), /[ .]/);
  if (base === `.${special}`) return true;
  const [, head = "", number = ""] = /^([^~]{0,6})~([1-9]\d*)$/.exec(base) ?? [];
  if (number === "") return false;
  if (head === special.slice(0, 6) && /^[1-4]$/.test(number)) return true;
  return base.length === 8 && SHORT_NAMES[special].startsWith(head);
}

// src/git/objects/names.ts
var SLASH = 47;
var DELETE = 127;
function unsafeName(name) {
  if (name.length === 0) return "is empty";
  if (name.includes(0)) return "holds a NUL";
  if (name.includes(SLASH)) return "holds a slash";
  const text4 = Buffer.from(name).toString("utf8");
  if (text4 === "." || text4 === "..") return `is "${text4}"`;
  if (isDotGit(name)) return "is a spelling of .git";
  return void 0;
}
function unsafeNewName(name) {
  if (name.some((byte) => byte < 32 || byte === DELETE)) return "holds a control character";
  return unsafeName(name);
}
function badRefName(name) {
  if (/[\u0000-\u0020\u007f~^:?*[\\]/u.test(name)) return "holds a character that git forbids";
  if (name.includes("..") || name.includes("@{")) return 'holds ".." or "@{"';
  if (name.endsWith(".")) return "ends with a dot";
  const parts = name.split("/");
  if (parts.length < 2) return "has one level only";
  if (parts.some((part) => part === "" || part.startsWith(".") || part.endsWith(".lock"))) {
    return "has a part that is empty, begins with a dot or ends with .lock";
  }
  return void 0;
}

// src/git/objects/objects.ts
var EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
var OID = /^[0-9a-f]{40}$/u;
var IDENTITY = /^([^<>\n\0]+) <([^<>\n\0]*)> (0|[1-9][0-9]*) ([+-])([0-9]{2})([0-9]{2})$/u;
function isOid(text4) {
  return OID.test(text4);
}
function hashObject(type, content2) {
  return createHash("sha1").update(`${type} ${content2.length}\0`).update(content2).digest("hex");
}
function formatTree(entries) {
  const seen = /* @__PURE__ */ new Set();
  const sorted = entries.map((entry) => {
    const text4 = Buffer.from(entry.name).toString("latin1");
    checkEntry(entry, seen.has(text4) ? "comes twice" : unsafeName(entry.name));
    seen.add(text4);
    return { entry, key: entry.mode === "040000" ? `${text4}/` : text4 };
  });
  sorted.sort((a, b) => a.key < b.key ? -1 : 1);
  return Buffer.concat(
    sorted.flatMap(({ entry }) => [
      Buffer.from(`${entry.mode.replace(/^0/u, "")} `),
      entry.name,
      Buffer.of(0),
      Buffer.from(entry.oid, "hex")
    ])
  );
}
function checkEntry(entry, problem) {
  if (problem !== void 0)
    throw new PayloadError(
      "UNSAFE_PATH",
      `A git tree cannot hold the name ${quote(entry.name)}: it ${problem}.`
    );
  requireOid(entry.oid);
}
function formatIdentity({ name, email, seconds, offset = 0 }) {
  const minutes = Math.abs(offset);
  const zone = `${offset < 0 ? "-" : "+"}${pad(Math.trunc(minutes / 60))}${pad(minutes % 60)}`;
  const line = `${name.trim()} <${email.trim()}> ${seconds} ${zone}`;
  if (parseIdentity2(line) === void 0) {
    throw invalid4(
      "identity",
      `expected a name and an address without line ends and angle brackets, found ${quote(Buffer.from(line))}`
    );
  }
  return line;
}
function parseIdentity2(line) {
  const match = IDENTITY.exec(line);
  if (match === null) return void 0;
  const [, name = "", email = "", seconds = "", sign2, hours, minutes] = match;
  const time = Number(seconds);
  if (!Number.isSafeInteger(time)) return void 0;
  const offset = Number(hours) * 60 + Number(minutes);
  return { name, email, seconds: time, offset: sign2 === "-" && offset !== 0 ? -offset : offset };
}
function formatCommit(commit) {
  const head = [
    `tree ${requireOid(commit.tree)}`,
    ...commit.parents.map((parent) => `parent ${requireOid(parent)}`),
    `author ${requireIdentity(commit.author)}`,
    `committer ${requireIdentity(commit.committer)}`
  ];
  if (commit.signature !== void 0)
    head.push(`gpgsig ${commit.signature.trimEnd().replaceAll("\r", "").replaceAll("\n", "\n ")}`);
  return Buffer.from(`${head.join("\n")}

${requireMessage(commit.message)}`);
}
function formatTag(tag) {
  if (tag.name === "" || /[\n\0]/u.test(tag.name))
    throw invalid4("tag", "its name is empty or holds a line end or NUL");
  const head = [
    `object ${requireOid(tag.object)}`,
    `type ${tag.type ?? "commit"}`,
    `tag ${tag.name}`
  ];
  if (tag.tagger !== void 0) head.push(`tagger ${requireIdentity(tag.tagger)}`);
  const message = requireMessage(tag.message);
  if (tag.signature === void 0) return Buffer.from(`${head.join("\n")}

${message}`);
  if (!message.endsWith("\n"))
    throw invalid4("tag", "the message of a signed tag must end with a line end");
  return Buffer.from(`${head.join("\n")}

${message}${tag.signature.trimEnd()}
`);
}
function requireOid(text4) {
  if (!isOid(text4))
    throw invalid4("object", `expected an id of 40 hex digits, found ${quote(Buffer.from(text4))}`);
  return text4;
}
function requireIdentity(line) {
  if (parseIdentity2(line) === void 0)
    throw invalid4(
      "identity",
      `expected "Name <address> seconds zone", found ${quote(Buffer.from(line))}`
    );
  return line;
}
function requireMessage(message) {
  if (message.includes("\0")) throw invalid4("message", "it holds a NUL");
  return message;
}
function pad(value2) {
  return String(value2).padStart(2, "0");
}
function quote(bytes) {
  return JSON.stringify(Buffer.from(bytes.subarray(0, 200)).toString("utf8"));
}
function invalid4(kind, problem) {
  return new GitError("MIRROR_INVALID", `This is no git ${kind}: ${problem}.`);
}

// src/survey/newest.ts
var DAY = 86400;
var LAST_SECOND = 253402300799;
function dateRelease(release, { releases, refs, tip, tipCommit }) {
  const signedAt = releases.find(({ tag }) => tag === release.tag)?.signedAt ?? void 0;
  if (signedAt !== void 0 || tipCommit === void 0 || refs.tags.get(release.tag)?.commit !== tip)
    return { ...release, date: signedAt };
  const built = parseIdentity2(tipCommit.author)?.seconds;
  return {
    ...release,
    date: built === void 0 || built > LAST_SECOND ? void 0 : formatTimestamp(built)
  };
}
function describeNewest(tagged, now) {
  const newest2 = findNewest(tagged);
  if (newest2 === void 0) return null;
  const {
    tag,
    nevra: { version: version2 },
    date
  } = newest2;
  const time = date === void 0 ? Number.NaN : Date.parse(date) / 1e3;
  return {
    tag,
    version: version2,
    date: date ?? null,
    ageDays: Number.isNaN(time) ? null : Math.max(0, Math.floor((now - time) / DAY))
  };
}

// src/publish/rows.ts
var Rows = class {
  constructor(report2, clock) {
    this.report = report2;
    this.clock = clock;
  }
  report;
  clock;
  rows = /* @__PURE__ */ new Map();
  newAtStart;
  /** Takes a plan over; after a lost race, what this run has published stays so. */
  sync(plan) {
    const isNew = ({ status }) => status === "new" || status === "beyond-limit";
    this.newAtStart ??= plan.releases.filter((release) => isNew(release) || release.status === "waiting").map(({ nevra }) => nevra);
    for (const release of plan.releases) {
      const row = this.of(release);
      if (row.status === "published") continue;
      row.tag = release.tag;
      row.status = isNew(release) ? "planned" : release.status === "exists" ? "exists" : "skipped";
      delete row.error;
      delete row.reason;
      delete row.waiting;
      if (release.status === "waiting") row.waiting = true;
      if (release.reason !== void 0) row.reason = release.reason;
    }
    this.report.releases = plan.releases.map((release) => this.of(release));
  }
  prepared(release) {
    const { evidence, signature: signature2, certificate, planned, droppedDotGit } = release;
    if (droppedDotGit.length > 0)
      this.of(planned).droppedDotGit = droppedDotGit.map((path) => showPath(path));
    this.of(planned).package = {
      file: planned.indexPackage.fileName,
      sha256: evidence.sha256,
      contentSha256: evidence.contentSha256,
      signature: {
        fingerprint: certificate.fingerprint,
        created: formatTimestamp(signature2.created ?? 0),
        version: signature2.version ?? 0,
        hash: signature2.hash
      },
      checks: [
        ...evidence.digests.map(({ name, covers, status }) => ({ name, covers, status })),
        ...evidence.signatures.map(({ tag, covers, status }) => ({ name: tag, covers, status }))
      ]
    };
  }
  committed(release, notes) {
    Object.assign(this.of(release.planned), {
      commit: release.commit,
      sourceTree: release.sourceTree,
      files: release.files,
      notes
    });
  }
  /** What a reviewer looks at. */
  describe(release, facts) {
    Object.assign(this.of(release), facts);
  }
  /** Whether its commit is staged. */
  isBuilt(release) {
    return this.of(release).commit !== void 0;
  }
  published(release) {
    const row = this.of(release);
    row.status = "published";
    delete row.reason;
  }
  failed(release, error) {
    const row = this.of(release);
    row.status = "failed";
    delete row.reason;
    row.error = describeError(error);
  }
  /** What is to be said of a release that nothing else was said of. */
  remark(release, reason) {
    this.of(release).reason ??= reason;
  }
  /** Releases that this run wanted and did not reach, or could not push, and why. */
  skipRest(pending, why) {
    for (const release of pending) {
      const row = this.of(release);
      if (row.status !== "planned") continue;
      row.status = "skipped";
      row.reason = row.commit === void 0 ? `not reached: ${why}` : `verified, but not pushed: ${why}`;
    }
  }
  /** Outputs of the run; `commit` is the tip of the branch on the remote. */
  result({
    commit,
    failed,
    tagged: known
  }) {
    const rows = [...this.rows.values()].filter(
      ({ status }) => status === "published" || status === "exists"
    );
    const tagged = rows.flatMap(({ nevra: text4, tag, package: made }) => {
      const nevra = tryParseNevra(text4);
      return nevra === void 0 ? [] : [{ nevra, tag, date: made?.signature.created }];
    });
    const all = [...tagged, ...known];
    this.report.newest = describeNewest(all, this.clock.now());
    return {
      report: this.report,
      hasNew: (this.newAtStart ?? []).length > 0,
      newVersions: (this.newAtStart ?? []).map(({ version: version2 }) => version2),
      latestVersion: this.report.newest?.version ?? "",
      commit: commit ?? "",
      failed
    };
  }
  of({ nevra, tag }) {
    const key = formatNevra(nevra);
    const row = this.rows.get(key) ?? {
      nevra: key,
      version: nevra.version,
      tag,
      status: "planned"
    };
    this.rows.set(key, row);
    return row;
  }
};

// src/survey/classify.ts
import { createHash as createHash8 } from "node:crypto";

// src/bytes.ts
var CHUNK = 1 << 18;
function memorySource(bytes) {
  return {
    size: bytes.length,
    read: (start, end) => Promise.resolve(bytes.subarray(start, end)),
    async *stream(start = 0, end = bytes.length) {
      const stop = Math.min(end, bytes.length);
      for (let at = start; at < stop; at += CHUNK)
        yield bytes.subarray(at, Math.min(at + CHUNK, stop));
    }
  };
}
var WHOLE_BYTES = 1 << 22;
async function sinkContent(sink, size, chunks) {
  if (size > WHOLE_BYTES) return sink.stream(size, chunks);
  const content2 = new Uint8Array(size);
  let at = 0;
  for await (const chunk of chunks) {
    content2.set(chunk, at);
    at += chunk.length;
  }
  return sink.whole(content2);
}
function detach(text4) {
  return Buffer.from(text4).toString();
}

// src/mirror/changes.ts
function classifyByIndex(record, listed) {
  if (listed === void 0) return "withdrawn";
  if (listed.algorithm === "sha256" && listed.hex === record.sha256) return "unchanged";
  const classified = record.class !== null && record.class !== "withdrawn";
  return classified && listed.hex === record.indexSha256 ? record.class : "needs-header";
}
function classifyByHeader(published, served) {
  if (served.headerSha256 !== published.headerSha256) return "content-changed";
  const facts = ["payloadSize", "payloadDigest", "sigMd5"].map(
    (key) => compareFact(published[key], served[key])
  );
  if (facts.includes("other") || served.signature === "bad") return "content-changed";
  const [size, payloadDigest, sigMd5] = facts;
  const isComplete = size === "same" && (payloadDigest === "same" || sigMd5 === "same") && served.signature === "good";
  return isComplete ? "re-signed" : "needs-package";
}
function classifyByPackage(published, served) {
  return served.isTrusted && served.contentSha256 === published.contentSha256 ? "re-signed" : "content-changed";
}
function recordClass(record, change, listed) {
  const indexSha256 = listed?.hex ?? record.indexSha256;
  return record.class === change && record.indexSha256 === indexSha256 ? record : { ...record, indexSha256, class: change };
}
function compareFact(published, served) {
  if (published === null || served === null) return "missing";
  return published === served ? "same" : "other";
}

// src/repodata/checksum.ts
import { createHash as createHash2 } from "node:crypto";
var TYPES = /* @__PURE__ */ new Map([
  ["md5", ["md5", 32]],
  ["sha", ["sha1", 40]],
  ["sha1", ["sha1", 40]],
  ["sha224", ["sha224", 56]],
  ["sha256", ["sha256", 64]],
  ["sha384", ["sha384", 96]],
  ["sha512", ["sha512", 128]]
]);
var WEAK = /* @__PURE__ */ new Set(["md5", "sha1"]);
function parseChecksum(type, value2) {
  const algorithm = type.toLowerCase();
  const hex3 = value2.toLowerCase();
  return hex3.length === TYPES.get(algorithm)?.[1] && /^[0-9a-f]+$/.test(hex3) ? { algorithm, hex: hex3 } : void 0;
}
function requireStrong({ algorithm, hex: hex3 }, what, allowWeak) {
  const digest2 = TYPES.get(algorithm)?.[0];
  if (digest2 !== void 0 && (!WEAK.has(digest2) || allowWeak?.has(digest2) === true))
    return { algorithm: digest2, hex: hex3 };
  throw new RepodataError(
    "WEAK_ALGORITHM",
    `${what}: expected a checksum of type sha256, sha384 or sha512, found ${algorithm}`,
    {
      expected: "sha256, sha384 or sha512",
      actual: algorithm
    }
  );
}
function isWeak({ algorithm }) {
  const digest2 = TYPES.get(algorithm)?.[0];
  return digest2 === void 0 || WEAK.has(digest2);
}
function digestLike(bytes, checksum) {
  return newHash(checksum).update(bytes).digest("hex");
}
function newHash({ algorithm }) {
  return createHash2(TYPES.get(algorithm)?.[0] ?? algorithm);
}
function verifyChecksum(bytes, checksum, what, allowWeak) {
  requireStrong(checksum, what, allowWeak);
  const actual = digestLike(bytes, checksum);
  if (actual === checksum.hex) return;
  throw new IntegrityError(
    "DIGEST_MISMATCH",
    `${what}: expected ${checksum.algorithm} ${checksum.hex}, found ${actual} (${bytes.length} bytes)`,
    {
      expected: checksum.hex,
      actual
    }
  );
}

// src/repodata/hrefs.ts
var UNSAFE_CHARACTER = /[\u0000-\u001f\u007f-\u009f\\]/;
var ROUNDS = 4;
var NAME_BYTES = 255;
function resolveHref(base, href, xmlBase) {
  const segments = checkSegments(href);
  if (xmlBase === void 0 || xmlBase === "") return join(base, segments);
  if (UNSAFE_CHARACTER.test(xmlBase))
    throw unsafe("xml:base", xmlBase, "it holds a control character or a backslash");
  if (!isAbsolute(xmlBase)) return join(base, [...checkSegments(trimBase(xmlBase)), ...segments]);
  if (!isWithin(xmlBase, base))
    throw unsafe("xml:base", xmlBase, `expected the origin of ${printableUrl(base)}`);
  return join(withCredentialsOf(base, xmlBase), segments);
}
function resolveAll(bases, href, xmlBase) {
  const urls = /* @__PURE__ */ new Set();
  let refusal3;
  for (const base of bases) {
    try {
      urls.add(resolveHref(base, href, xmlBase));
    } catch (error) {
      refusal3 = error;
    }
  }
  if (urls.size === 0) throw refusal3;
  return [...urls];
}
function packageFileName(href) {
  const name = checkSegments(href).at(-1) ?? "";
  if (!/.\.rpm$/i.test(name)) throw unsafe("href", href, "expected a name that ends in .rpm");
  return name;
}
function trimBase(url) {
  return trimEndWhile(url, /\//);
}
function printableUrl(url) {
  if (!URL.canParse(url)) return trimBase(before(url, /[?#]/).replace(/\/\/[^/]*@/, "//"));
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  parsed.search = "";
  parsed.hash = "";
  return trimBase(parsed.href);
}
function isAbsolute(url) {
  return /^[a-z][a-z0-9+.-]*:\//i.test(url);
}
function checkSegments(href) {
  if (UNSAFE_CHARACTER.test(href))
    throw unsafe("href", href, "it holds a control character or a backslash");
  if (isAbsolute(href) || href.startsWith("/"))
    throw unsafe("href", href, "expected a path relative to the repository");
  if (Buffer.byteLength(href) > LIMITS.pathBytes)
    throw unsafe("href", href, `it is longer than ${LIMITS.pathBytes} bytes`);
  const raw = href.split("/");
  const last2 = raw.at(-1);
  if (last2 === "" || last2 === ".") throw unsafe("href", href, "expected the name of a file");
  return raw.filter((segment) => segment !== "" && segment !== ".").map((segment) => checkSegment(segment, href));
}
function checkSegment(raw, href) {
  const decoded = decode4(raw, href);
  let text4 = raw;
  for (let round = 0; round <= ROUNDS; round += 1) {
    if (text4 === "." || text4 === ".." || text4.includes("/") || UNSAFE_CHARACTER.test(text4)) {
      throw unsafe("href", href, "it leads out of its folder or hides a separator");
    }
    const next = decode4(text4, href);
    if (next === text4) break;
    text4 = next;
  }
  if (Buffer.byteLength(decoded) > NAME_BYTES)
    throw unsafe("href", href, `a name is longer than ${NAME_BYTES} bytes`);
  return decoded;
}
function decode4(segment, href) {
  try {
    return decodeURIComponent(segment.replace(/%(?![0-9a-f]{2})/gi, "%25"));
  } catch (error) {
    throw unsafe("href", href, "its percent-encoding is not UTF-8", error);
  }
}
function join(base, segments) {
  const url = new URL(base);
  url.pathname = [trimBase(url.pathname), ...segments.map(encode)].join("/");
  url.hash = "";
  return url.href;
}
function encode(segment) {
  return encodeURIComponent(segment).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`
  );
}
function isWithin(xmlBase, base) {
  if (!URL.canParse(xmlBase) || !URL.canParse(base)) return false;
  const inner = new URL(xmlBase);
  const outer = new URL(base);
  if (inner.username !== "" || inner.password !== "" || inner.protocol !== outer.protocol || inner.host !== outer.host)
    return false;
  return outer.protocol !== "file:" || `${trimBase(inner.pathname)}/`.startsWith(`${trimBase(outer.pathname)}/`);
}
function withCredentialsOf(base, xmlBase) {
  const from = new URL(base);
  const url = new URL(xmlBase);
  url.username = from.username;
  url.password = from.password;
  return url.href;
}
function unsafe(what, value2, why, cause) {
  return new RepodataError(
    "UNSAFE_PATH",
    `${what} ${JSON.stringify(value2.slice(0, 300))} of the index is refused: ${why}`,
    { actual: value2.slice(0, 300), cause }
  );
}

// node_modules/fast-xml-parser/src/util.js
var nameStartChar = ":A-Za-z_\\u00C0-\\u00D6\\u00D8-\\u00F6\\u00F8-\\u02FF\\u0370-\\u037D\\u037F-\\u1FFF\\u200C-\\u200D\\u2070-\\u218F\\u2C00-\\u2FEF\\u3001-\\uD7FF\\uF900-\\uFDCF\\uFDF0-\\uFFFD";
var nameChar = nameStartChar + "\\-.\\d\\u00B7\\u0300-\\u036F\\u203F-\\u2040";
var nameRegexp = "[" + nameStartChar + "][" + nameChar + "]*";
var regexName = new RegExp("^" + nameRegexp + "$");
function getAllMatches(string, regex) {
  const matches = [];
  let match = regex.exec(string);
  while (match) {
    const allmatches = [];
    allmatches.startIndex = regex.lastIndex - match[0].length;
    const len = match.length;
    for (let index = 0; index < len; index++) {
      allmatches.push(match[index]);
    }
    matches.push(allmatches);
    match = regex.exec(string);
  }
  return matches;
}
var isName = function(string) {
  const match = regexName.exec(string);
  return !(match === null || typeof match === "undefined");
};
function isExist(v) {
  return typeof v !== "undefined";
}
var DANGEROUS_PROPERTY_NAMES = [
  // '__proto__',
  // 'constructor',
  // 'prototype',
  "hasOwnProperty",
  "toString",
  "valueOf",
  "__defineGetter__",
  "__defineSetter__",
  "__lookupGetter__",
  "__lookupSetter__"
];
var criticalProperties = ["__proto__", "constructor", "prototype"];

// node_modules/fast-xml-parser/src/validator.js
var defaultOptions = {
  allowBooleanAttributes: false,
  //A tag can have attributes without any value
  unpairedTags: []
};
function validate(xmlData, options) {
  options = Object.assign({}, defaultOptions, options);
  const tags = [];
  let tagFound = false;
  let reachedRoot = false;
  if (xmlData[0] === "\uFEFF") {
    xmlData = xmlData.substr(1);
  }
  for (let i = 0; i < xmlData.length; i++) {
    if (xmlData[i] === "<" && xmlData[i + 1] === "?") {
      i += 2;
      i = readPI(xmlData, i);
      if (i.err) return i;
    } else if (xmlData[i] === "<") {
      let tagStartPos = i;
      i++;
      if (xmlData[i] === "!") {
        i = readCommentAndCDATA(xmlData, i);
        continue;
      } else {
        let closingTag = false;
        if (xmlData[i] === "/") {
          closingTag = true;
          i++;
        }
        let tagName2 = "";
        for (; i < xmlData.length && xmlData[i] !== ">" && xmlData[i] !== " " && xmlData[i] !== "	" && xmlData[i] !== "\n" && xmlData[i] !== "\r"; i++) {
          tagName2 += xmlData[i];
        }
        tagName2 = tagName2.trim();
        if (tagName2[tagName2.length - 1] === "/") {
          tagName2 = tagName2.substring(0, tagName2.length - 1);
          i--;
        }
        if (!validateTagName(tagName2)) {
          let msg;
          if (tagName2.trim().length === 0) {
            msg = "Invalid space after '<'.";
          } else {
            msg = "Tag '" + tagName2 + "' is an invalid name.";
          }
          return getErrorObject("InvalidTag", msg, getLineNumberForPosition(xmlData, i));
        }
        const result = readAttributeStr(xmlData, i);
        if (result === false) {
          return getErrorObject("InvalidAttr", "Attributes for '" + tagName2 + "' have open quote.", getLineNumberForPosition(xmlData, i));
        }
        let attrStr = result.value;
        i = result.index;
        if (attrStr[attrStr.length - 1] === "/") {
          const attrStrStart = i - attrStr.length;
          attrStr = attrStr.substring(0, attrStr.length - 1);
          const isValid = validateAttributeString(attrStr, options);
          if (isValid === true) {
            tagFound = true;
          } else {
            return getErrorObject(isValid.err.code, isValid.err.msg, getLineNumberForPosition(xmlData, attrStrStart + isValid.err.line));
          }
        } else if (closingTag) {
          if (!result.tagClosed) {
            return getErrorObject("InvalidTag", "Closing tag '" + tagName2 + "' doesn't have proper closing.", getLineNumberForPosition(xmlData, i));
          } else if (attrStr.trim().length > 0) {
            return getErrorObject("InvalidTag", "Closing tag '" + tagName2 + "' can't have attributes or invalid starting.", getLineNumberForPosition(xmlData, tagStartPos));
          } else if (tags.length === 0) {
            return getErrorObject("InvalidTag", "Closing tag '" + tagName2 + "' has not been opened.", getLineNumberForPosition(xmlData, tagStartPos));
          } else {
            const otg = tags.pop();
            if (tagName2 !== otg.tagName) {
              let openPos = getLineNumberForPosition(xmlData, otg.tagStartPos);
              return getErrorObject(
                "InvalidTag",
                "Expected closing tag '" + otg.tagName + "' (opened in line " + openPos.line + ", col " + openPos.col + ") instead of closing tag '" + tagName2 + "'.",
                getLineNumberForPosition(xmlData, tagStartPos)
              );
            }
            if (tags.length == 0) {
              reachedRoot = true;
            }
          }
        } else {
          const isValid = validateAttributeString(attrStr, options);
          if (isValid !== true) {
            return getErrorObject(isValid.err.code, isValid.err.msg, getLineNumberForPosition(xmlData, i - attrStr.length + isValid.err.line));
          }
          if (reachedRoot === true) {
            return getErrorObject("InvalidXml", "Multiple possible root nodes found.", getLineNumberForPosition(xmlData, i));
          } else if (options.unpairedTags.indexOf(tagName2) !== -1) {
          } else {
            tags.push({ tagName: tagName2, tagStartPos });
          }
          tagFound = true;
        }
        for (i++; i < xmlData.length; i++) {
          if (xmlData[i] === "<") {
            if (xmlData[i + 1] === "!") {
              i++;
              i = readCommentAndCDATA(xmlData, i);
              continue;
            } else if (xmlData[i + 1] === "?") {
              i = readPI(xmlData, ++i);
              if (i.err) return i;
            } else {
              break;
            }
          } else if (xmlData[i] === "&") {
            const afterAmp = validateAmpersand(xmlData, i);
            if (afterAmp == -1)
              return getErrorObject("InvalidChar", "char '&' is not expected.", getLineNumberForPosition(xmlData, i));
            i = afterAmp;
          } else {
            if (reachedRoot === true && !isWhiteSpace(xmlData[i])) {
              return getErrorObject("InvalidXml", "Extra text at the end", getLineNumberForPosition(xmlData, i));
            }
          }
        }
        if (xmlData[i] === "<") {
          i--;
        }
      }
    } else {
      if (isWhiteSpace(xmlData[i])) {
        continue;
      }
      return getErrorObject("InvalidChar", "char '" + xmlData[i] + "' is not expected.", getLineNumberForPosition(xmlData, i));
    }
  }
  if (!tagFound) {
    return getErrorObject("InvalidXml", "Start tag expected.", 1);
  } else if (tags.length == 1) {
    return getErrorObject("InvalidTag", "Unclosed tag '" + tags[0].tagName + "'.", getLineNumberForPosition(xmlData, tags[0].tagStartPos));
  } else if (tags.length > 0) {
    return getErrorObject("InvalidXml", "Invalid '" + JSON.stringify(tags.map((t) => t.tagName), null, 4).replace(/\r?\n/g, "") + "' found.", { line: 1, col: 1 });
  }
  return true;
}
function isWhiteSpace(char) {
  return char === " " || char === "	" || char === "\n" || char === "\r";
}
function readPI(xmlData, i) {
  const start = i;
  for (; i < xmlData.length; i++) {
    if (xmlData[i] == "?" || xmlData[i] == " ") {
      const tagname = xmlData.substr(start, i - start);
      if (i > 5 && tagname === "xml") {
        return getErrorObject("InvalidXml", "XML declaration allowed only at the start of the document.", getLineNumberForPosition(xmlData, i));
      } else if (xmlData[i] == "?" && xmlData[i + 1] == ">") {
        i++;
        break;
      } else {
        continue;
      }
    }
  }
  return i;
}
function readCommentAndCDATA(xmlData, i) {
  if (xmlData.length > i + 5 && xmlData[i + 1] === "-" && xmlData[i + 2] === "-") {
    for (i += 3; i < xmlData.length; i++) {
      if (xmlData[i] === "-" && xmlData[i + 1] === "-" && xmlData[i + 2] === ">") {
        i += 2;
        break;
      }
    }
  } else if (xmlData.length > i + 8 && xmlData[i + 1] === "D" && xmlData[i + 2] === "O" && xmlData[i + 3] === "C" && xmlData[i + 4] === "T" && xmlData[i + 5] === "Y" && xmlData[i + 6] === "P" && xmlData[i + 7] === "E") {
    let angleBracketsCount = 1;
    for (i += 8; i < xmlData.length; i++) {
      if (xmlData[i] === "<") {
        angleBracketsCount++;
      } else if (xmlData[i] === ">") {
        angleBracketsCount--;
        if (angleBracketsCount === 0) {
          break;
        }
      }
    }
  } else if (xmlData.length > i + 9 && xmlData[i + 1] === "[" && xmlData[i + 2] === "C" && xmlData[i + 3] === "D" && xmlData[i + 4] === "A" && xmlData[i + 5] === "T" && xmlData[i + 6] === "A" && xmlData[i + 7] === "[") {
    for (i += 8; i < xmlData.length; i++) {
      if (xmlData[i] === "]" && xmlData[i + 1] === "]" && xmlData[i + 2] === ">") {
        i += 2;
        break;
      }
    }
  }
  return i;
}
var doubleQuote = '"';
var singleQuote = "'";
function readAttributeStr(xmlData, i) {
  let attrStr = "";
  let startChar = "";
  let tagClosed = false;
  for (; i < xmlData.length; i++) {
    if (xmlData[i] === doubleQuote || xmlData[i] === singleQuote) {
      if (startChar === "") {
        startChar = xmlData[i];
      } else if (startChar !== xmlData[i]) {
      } else {
        startChar = "";
      }
    } else if (xmlData[i] === ">") {
      if (startChar === "") {
        tagClosed = true;
        break;
      }
    }
    attrStr += xmlData[i];
  }
  if (startChar !== "") {
    return false;
  }
  return {
    value: attrStr,
    index: i,
    tagClosed
  };
}
function scanAttributeTokens(attrStr) {
  const tokens = [];
  const len = attrStr.length;
  let i = 0;
  while (i < len) {
    const tokenStart = i;
    while (i < len && isWhiteSpace(attrStr[i])) i++;
    if (i >= len) break;
    if (attrStr[i] === "=") {
      i++;
      continue;
    }
    const leadingWs = attrStr.slice(tokenStart, i);
    const nameStart = i;
    while (i < len && !isWhiteSpace(attrStr[i]) && attrStr[i] !== "=") i++;
    const name = attrStr.slice(nameStart, i);
    let equalsGroup;
    let j = i;
    while (j < len && isWhiteSpace(attrStr[j])) j++;
    if (j < len && attrStr[j] === "=") {
      equalsGroup = attrStr.slice(i, j + 1);
      i = j + 1;
    }
    let quoteChar;
    let value2;
    let k = i;
    while (k < len && isWhiteSpace(attrStr[k])) k++;
    if (k < len && (attrStr[k] === '"' || attrStr[k] === "'")) {
      const valueStart = k + 1;
      const closeIdx = attrStr.indexOf(attrStr[k], valueStart);
      if (closeIdx !== -1) {
        quoteChar = attrStr[k];
        value2 = attrStr.slice(valueStart, closeIdx);
        i = closeIdx + 1;
      }
    }
    const token = { startIndex: tokenStart };
    token[1] = leadingWs;
    token[2] = name;
    token[3] = equalsGroup;
    token[4] = quoteChar !== void 0 ? true : void 0;
    token[5] = quoteChar;
    token[6] = value2;
    tokens.push(token);
  }
  return tokens;
}
function validateAttributeString(attrStr, options) {
  const matches = scanAttributeTokens(attrStr);
  const attrNames = {};
  for (let i = 0; i < matches.length; i++) {
    if (matches[i][1].length === 0) {
      return getErrorObject("InvalidAttr", "Attribute '" + matches[i][2] + "' has no space in starting.", getPositionFromMatch(matches[i]));
    } else if (matches[i][3] !== void 0 && matches[i][4] === void 0) {
      return getErrorObject("InvalidAttr", "Attribute '" + matches[i][2] + "' is without value.", getPositionFromMatch(matches[i]));
    } else if (matches[i][3] === void 0 && !options.allowBooleanAttributes) {
      return getErrorObject("InvalidAttr", "boolean attribute '" + matches[i][2] + "' is not allowed.", getPositionFromMatch(matches[i]));
    }
    const attrName = matches[i][2];
    if (!validateAttrName(attrName)) {
      return getErrorObject("InvalidAttr", "Attribute '" + attrName + "' is an invalid name.", getPositionFromMatch(matches[i]));
    }
    if (!Object.prototype.hasOwnProperty.call(attrNames, attrName)) {
      attrNames[attrName] = 1;
    } else {
      return getErrorObject("InvalidAttr", "Attribute '" + attrName + "' is repeated.", getPositionFromMatch(matches[i]));
    }
  }
  return true;
}
function validateNumberAmpersand(xmlData, i) {
  let re = /\d/;
  if (xmlData[i] === "x") {
    i++;
    re = /[\da-fA-F]/;
  }
  for (; i < xmlData.length; i++) {
    if (xmlData[i] === ";")
      return i;
    if (!xmlData[i].match(re))
      break;
  }
  return -1;
}
function validateAmpersand(xmlData, i) {
  i++;
  if (xmlData[i] === ";")
    return -1;
  if (xmlData[i] === "#") {
    i++;
    return validateNumberAmpersand(xmlData, i);
  }
  let count2 = 0;
  for (; i < xmlData.length; i++, count2++) {
    if (xmlData[i].match(/\w/) && count2 < 20)
      continue;
    if (xmlData[i] === ";")
      break;
    return -1;
  }
  return i;
}
function getErrorObject(code2, message, lineNumber) {
  return {
    err: {
      code: code2,
      msg: message,
      line: lineNumber.line || lineNumber,
      col: lineNumber.col
    }
  };
}
function validateAttrName(attrName) {
  return isName(attrName);
}
function validateTagName(tagname) {
  return isName(tagname);
}
function getLineNumberForPosition(xmlData, index) {
  const lines = xmlData.substring(0, index).split(/\r?\n/);
  return {
    line: lines.length,
    // column number is last line's length + 1, because column numbering starts at 1:
    col: lines[lines.length - 1].length + 1
  };
}
function getPositionFromMatch(match) {
  return match.startIndex + match[1].length;
}

// node_modules/@nodable/entities/src/entities.js
var CURRENCY = {
  cent: "¢",
  pound: "£",
  curren: "¤",
  yen: "¥",
  euro: "€",
  dollar: "$",
  fnof: "ƒ",
  inr: "₹",
  af: "؋",
  birr: "ብር",
  peso: "₱",
  rub: "₽",
  won: "₩",
  yuan: "¥",
  cedil: "¸"
};
var XML = {
  amp: "&",
  apos: "'",
  gt: ">",
  lt: "<",
  quot: '"'
};
var COMMON_HTML = {
  nbsp: " ",
  copy: "©",
  reg: "®",
  trade: "™",
  mdash: "—",
  ndash: "–",
  hellip: "…",
  laquo: "«",
  raquo: "»",
  lsquo: "‘",
  rsquo: "’",
  ldquo: "“",
  rdquo: "”",
  bull: "•",
  para: "¶",
  sect: "§",
  deg: "°",
  frac12: "½",
  frac14: "¼",
  frac34: "¾"
};

// node_modules/@nodable/entities/src/EntityDecoder.js
var ENTITY_ACTION = Object.freeze({
  /** Resolve and expand the entity normally. */
  ALLOW: "allow",
  /** Silently skip this entity — it will not be registered. */
  BLOCK: "block",
  /** Throw an error, aborting entity registration entirely. */
  THROW: "throw"
});
var SPECIAL_CHARS = new Set("!?\\\\/[]$%{}^&*()<>|+");
function validateEntityName(name) {
  if (name[0] === "#") {
    throw new Error(`[EntityReplacer] Invalid character '#' in entity name: "${name}"`);
  }
  for (const ch of name) {
    if (SPECIAL_CHARS.has(ch)) {
      throw new Error(`[EntityReplacer] Invalid character '${ch}' in entity name: "${name}"`);
    }
  }
  return name;
}
function mergeEntityMaps(...maps) {
  const out = /* @__PURE__ */ Object.create(null);
  for (const map of maps) {
    if (!map) continue;
    for (const key of Object.keys(map)) {
      const raw = map[key];
      if (typeof raw === "string") {
        out[key] = raw;
      } else if (raw && typeof raw === "object" && raw.val !== void 0) {
        const val = raw.val;
        if (typeof val === "string") {
          out[key] = val;
        }
      }
    }
  }
  return out;
}
var LIMIT_TIER_EXTERNAL = "external";
var LIMIT_TIER_BASE = "base";
var LIMIT_TIER_ALL = "all";
function parseLimitTiers(raw) {
  if (!raw || raw === LIMIT_TIER_EXTERNAL) return /* @__PURE__ */ new Set([LIMIT_TIER_EXTERNAL]);
  if (raw === LIMIT_TIER_ALL) return /* @__PURE__ */ new Set([LIMIT_TIER_ALL]);
  if (raw === LIMIT_TIER_BASE) return /* @__PURE__ */ new Set([LIMIT_TIER_BASE]);
  if (Array.isArray(raw)) return new Set(raw);
  return /* @__PURE__ */ new Set([LIMIT_TIER_EXTERNAL]);
}
var NCR_LEVEL = Object.freeze({ allow: 0, leave: 1, remove: 2, throw: 3 });
var XML10_ALLOWED_C0 = /* @__PURE__ */ new Set([9, 10, 13]);
function parseNCRConfig(ncr) {
  if (!ncr) {
    return { xmlVersion: 1, onLevel: NCR_LEVEL.allow, nullLevel: NCR_LEVEL.remove };
  }
  const xmlVersion = ncr.xmlVersion === 1.1 ? 1.1 : 1;
  const onLevel = NCR_LEVEL[ncr.onNCR] ?? NCR_LEVEL.allow;
  const nullLevel = NCR_LEVEL[ncr.nullNCR] ?? NCR_LEVEL.remove;
  const clampedNull = Math.max(nullLevel, NCR_LEVEL.remove);
  return { xmlVersion, onLevel, nullLevel: clampedNull };
}
var EntityDecoder = class {
  /**
   * @param {object} [options]
   * @param {object|null}  [options.namedEntities]        — extra named entities merged into base map
   * @param {object}  [options.limit]                 — security limits
   * @param {number}       [options.limit.maxTotalExpansions=0]  — 0 = unlimited
   * @param {number}       [options.limit.maxExpandedLength=0]   — 0 = unlimited
   * @param {'external'|'base'|'all'|string[]} [options.limit.applyLimitsTo='external']
   *   Which entity tiers count against the security limits:
   *   - 'external' (default) — only input/runtime + persistent external entities
   *   - 'base'               — only DEFAULT_XML_ENTITIES + namedEntities
   *   - 'all'                — every entity regardless of tier
   *   - string[]             — explicit combination, e.g. ['external', 'base']
   * @param {((resolved: string, original: string) => string)|null} [options.postCheck=null]
   * @param {string[]} [options.remove=[]] — entity names (e.g. ['nbsp', '#13']) to delete (replace with empty string)
   * @param {string[]} [options.leave=[]]  — entity names to keep as literal (unchanged in output)
   * @param {object}   [options.ncr]       — Numeric Character Reference controls
   * @param {1.0|1.1}  [options.ncr.xmlVersion=1.0]
   *   XML version governing which codepoint ranges are restricted:
   *   - 1.0 — C0 controls U+0001–U+001F (except U+0009/000A/000D) are prohibited
   *   - 1.1 — C0 controls are allowed when written as NCRs; C1 (U+007F–U+009F) decoded as-is
   * @param {'allow'|'leave'|'remove'|'throw'} [options.ncr.onNCR='allow']
   *   Base action for numeric references. Severity order: allow < leave < remove < throw.
   *   For codepoint ranges that carry a minimum level (surrogates → remove, XML 1.0 C0 → remove),
   *   the effective action is max(onNCR, rangeMinimum).
   * @param {'remove'|'throw'} [options.ncr.nullNCR='remove']
   *   Action for U+0000 (null). 'allow' and 'leave' are clamped to 'remove' since null is never safe.
   * @param {((name: string, value: string) => 'allow'|'block'|'throw')|null} [options.onExternalEntity=null]
   *   Hook called when an external entity is registered via `setExternalEntities()` or
   *   `addExternalEntity()`. Return `ENTITY_ACTION.ALLOW` to accept the entity,
   *   `ENTITY_ACTION.BLOCK` to silently skip it, or `ENTITY_ACTION.THROW` to abort with an error.
   * @param {((name: string, value: string) => 'allow'|'block'|'throw')|null} [options.onInputEntity=null]
   *   Hook called when an input entity is registered via `addInputEntities()`. Return
   *   `ENTITY_ACTION.ALLOW` to accept, `ENTITY_ACTION.BLOCK` to silently skip, or
   *   `ENTITY_ACTION.THROW` to abort with an error.
   */
  constructor(options = {}) {
    this._limit = options.limit || {};
    this._maxTotalExpansions = this._limit.maxTotalExpansions || 0;
    this._maxExpandedLength = this._limit.maxExpandedLength || 0;
    this._postCheck = typeof options.postCheck === "function" ? options.postCheck : (r) => r;
    this._limitTiers = parseLimitTiers(this._limit.applyLimitsTo ?? LIMIT_TIER_EXTERNAL);
    this._numericAllowed = options.numericAllowed ?? true;
    this._baseMap = mergeEntityMaps(XML, options.namedEntities || null);
    this._externalMap = /* @__PURE__ */ Object.create(null);
    this._inputMap = /* @__PURE__ */ Object.create(null);
    this._totalExpansions = 0;
    this._expandedLength = 0;
    this._removeSet = new Set(options.remove && Array.isArray(options.remove) ? options.remove : []);
    this._leaveSet = new Set(options.leave && Array.isArray(options.leave) ? options.leave : []);
    const ncrCfg = parseNCRConfig(options.ncr);
    this._ncrXmlVersion = ncrCfg.xmlVersion;
    this._ncrOnLevel = ncrCfg.onLevel;
    this._ncrNullLevel = ncrCfg.nullLevel;
    this._onExternalEntity = typeof options.onExternalEntity === "function" ? options.onExternalEntity : null;
    this._onInputEntity = typeof options.onInputEntity === "function" ? options.onInputEntity : null;
  }
  // -------------------------------------------------------------------------
  // Private: registration hook dispatch
  // -------------------------------------------------------------------------
  /**
   * Invoke a registration hook for a single entity name/value pair.
   * Returns true when the entity should be accepted, false when it should be
   * silently skipped (BLOCK), and throws when the hook returns THROW.
   *
   * @param {((name: string, value: string) => 'allow'|'block'|'throw')|null} hook
   * @param {string} name
   * @param {string} value
   * @param {string} context  — used in error messages ('external' | 'input')
   * @returns {boolean}  true = accept, false = skip
   */
  _applyRegistrationHook(hook, name, value2, context) {
    if (!hook) return true;
    const action = hook(name, value2);
    if (action === ENTITY_ACTION.BLOCK) return false;
    if (action === ENTITY_ACTION.THROW) {
      throw new Error(
        `[EntityDecoder] Registration of ${context} entity "&${name};" was rejected by hook`
      );
    }
    return true;
  }
  // -------------------------------------------------------------------------
  // Persistent external entity registration
  // -------------------------------------------------------------------------
  /**
   * Replace the full set of persistent external entities.
   * All keys are validated — throws on invalid characters.
   * If `onExternalEntity` is set, it is called once per entry; entries that
   * return `ENTITY_ACTION.BLOCK` are silently omitted, `ENTITY_ACTION.THROW`
   * aborts the whole call.
   * @param {Record<string, string | { regex?: RegExp, val: string }>} map
   */
  setExternalEntities(map) {
    if (map) {
      for (const key of Object.keys(map)) {
        validateEntityName(key);
      }
    }
    if (!this._onExternalEntity) {
      this._externalMap = mergeEntityMaps(map);
      return;
    }
    const flat = mergeEntityMaps(map);
    const filtered = /* @__PURE__ */ Object.create(null);
    for (const [name, value2] of Object.entries(flat)) {
      if (this._applyRegistrationHook(this._onExternalEntity, name, value2, "external")) {
        filtered[name] = value2;
      }
    }
    this._externalMap = filtered;
  }
  /**
   * Add a single persistent external entity.
   * If `onExternalEntity` is set it is called before the entity is stored;
   * `ENTITY_ACTION.BLOCK` silently skips storage, `ENTITY_ACTION.THROW` raises.
   * @param {string} key
   * @param {string} value
   */
  addExternalEntity(key, value2) {
    validateEntityName(key);
    if (typeof value2 === "string" && value2.indexOf("&") === -1) {
      if (this._applyRegistrationHook(this._onExternalEntity, key, value2, "external")) {
        this._externalMap[key] = value2;
      }
    }
  }
  // -------------------------------------------------------------------------
  // Input / runtime entity registration (per document)
  // -------------------------------------------------------------------------
  /**
   * Inject DOCTYPE entities for the current document.
   * Also resets per-document expansion counters.
   * If `onInputEntity` is set it is called once per entry; entries returning
   * `ENTITY_ACTION.BLOCK` are silently omitted, `ENTITY_ACTION.THROW` aborts.
   * @param {Record<string, string | { regx?: RegExp, regex?: RegExp, val: string }>} map
   */
  addInputEntities(map) {
    this._totalExpansions = 0;
    this._expandedLength = 0;
    if (!this._onInputEntity) {
      this._inputMap = mergeEntityMaps(map);
      return;
    }
    const flat = mergeEntityMaps(map);
    const filtered = /* @__PURE__ */ Object.create(null);
    for (const [name, value2] of Object.entries(flat)) {
      if (this._applyRegistrationHook(this._onInputEntity, name, value2, "input")) {
        filtered[name] = value2;
      }
    }
    this._inputMap = filtered;
  }
  // -------------------------------------------------------------------------
  // Per-document reset
  // -------------------------------------------------------------------------
  /**
   * Wipe input/runtime entities and reset counters.
   * Call this before processing each new document.
   * @returns {this}
   */
  reset() {
    this._inputMap = /* @__PURE__ */ Object.create(null);
    this._totalExpansions = 0;
    this._expandedLength = 0;
    return this;
  }
  // -------------------------------------------------------------------------
  // XML version (can be set after construction, e.g. once parser reads <?xml?>)
  // -------------------------------------------------------------------------
  /**
   * Update the XML version used for NCR classification.
   * Call this as soon as the document's `<?xml version="...">` declaration is parsed.
   * @param {1.0|1.1|number} version
   */
  setXmlVersion(version2) {
    this._ncrXmlVersion = version2 === 1.1 ? 1.1 : 1;
  }
  // -------------------------------------------------------------------------
  // Primary API
  // -------------------------------------------------------------------------
  /**
   * Replace all entity references in `str` in a single pass.
   *
   * @param {string} str
   * @returns {string}
   */
  decode(str) {
    if (typeof str !== "string" || str.length === 0) return str;
    if (str.indexOf("&") === -1) return str;
    const original = str;
    const chunks = [];
    const len = str.length;
    let last2 = 0;
    let i = 0;
    const limitExpansions = this._maxTotalExpansions > 0;
    const limitLength = this._maxExpandedLength > 0;
    const checkLimits2 = limitExpansions || limitLength;
    while (i < len) {
      if (str.charCodeAt(i) !== 38) {
        i++;
        continue;
      }
      let j = i + 1;
      while (j < len && str.charCodeAt(j) !== 59 && j - i <= 32) j++;
      if (j >= len || str.charCodeAt(j) !== 59) {
        i++;
        continue;
      }
      const token = str.slice(i + 1, j);
      if (token.length === 0) {
        i++;
        continue;
      }
      let replacement;
      let tier;
      if (this._removeSet.has(token)) {
        replacement = "";
        if (tier === void 0) {
          tier = LIMIT_TIER_EXTERNAL;
        }
      } else if (this._leaveSet.has(token)) {
        i++;
        continue;
      } else if (token.charCodeAt(0) === 35) {
        const ncrResult = this._resolveNCR(token);
        if (ncrResult === void 0) {
          i++;
          continue;
        }
        replacement = ncrResult;
        tier = LIMIT_TIER_BASE;
      } else {
        const resolved = this._resolveName(token);
        replacement = resolved?.value;
        tier = resolved?.tier;
      }
      if (replacement === void 0) {
        i++;
        continue;
      }
      if (i > last2) chunks.push(str.slice(last2, i));
      chunks.push(replacement);
      last2 = j + 1;
      i = last2;
      if (checkLimits2 && this._tierCounts(tier)) {
        if (limitExpansions) {
          this._totalExpansions++;
          if (this._totalExpansions > this._maxTotalExpansions) {
            throw new Error(
              `[EntityReplacer] Entity expansion count limit exceeded: ${this._totalExpansions} > ${this._maxTotalExpansions}`
            );
          }
        }
        if (limitLength) {
          const delta = replacement.length - (token.length + 2);
          if (delta > 0) {
            this._expandedLength += delta;
            if (this._expandedLength > this._maxExpandedLength) {
              throw new Error(
                `[EntityReplacer] Expanded content length limit exceeded: ${this._expandedLength} > ${this._maxExpandedLength}`
              );
            }
          }
        }
      }
    }
    if (last2 < len) chunks.push(str.slice(last2));
    const result = chunks.length === 0 ? str : chunks.join("");
    return this._postCheck(result, original);
  }
  // -------------------------------------------------------------------------
  // Private: limit tier check
  // -------------------------------------------------------------------------
  /**
   * Returns true if a resolved entity of the given tier should count
   * against the expansion/length limits.
   * @param {string} tier  — LIMIT_TIER_EXTERNAL | LIMIT_TIER_BASE
   * @returns {boolean}
   */
  _tierCounts(tier) {
    if (this._limitTiers.has(LIMIT_TIER_ALL)) return true;
    return this._limitTiers.has(tier);
  }
  // -------------------------------------------------------------------------
  // Private: entity resolution
  // -------------------------------------------------------------------------
  /**
   * Resolve a named entity token (without & and ;).
   * Priority: inputMap > externalMap > baseMap
   * Returns the resolved value tagged with its limit tier.
   *
   * @param {string} name
   * @returns {{ value: string, tier: string }|undefined}
   */
  _resolveName(name) {
    if (name in this._inputMap) return { value: this._inputMap[name], tier: LIMIT_TIER_EXTERNAL };
    if (name in this._externalMap) return { value: this._externalMap[name], tier: LIMIT_TIER_EXTERNAL };
    if (name in this._baseMap) return { value: this._baseMap[name], tier: LIMIT_TIER_BASE };
    return void 0;
  }
  /**
   * Classify a codepoint and return the minimum action level that must be applied.
   * Returns -1 when no minimum is imposed (normal allow path).
   *
   * Ranges checked (in priority order):
   *   1. U+0000            — null, governed by nullNCR (always ≥ remove)
   *   2. U+D800–U+DFFF     — surrogates, always prohibited (min: remove)
   *   3. U+0001–U+001F \ {0x09,0x0A,0x0D}  — XML 1.0 restricted C0 (min: remove)
   *      (skipped in XML 1.1 — C0 controls are allowed when written as NCRs)
   *
   * @param {number} cp  — codepoint
   * @returns {number}   — minimum NCR_LEVEL value, or -1 for no restriction
   */
  _classifyNCR(cp) {
    if (cp === 0) return this._ncrNullLevel;
    if (cp >= 55296 && cp <= 57343) return NCR_LEVEL.remove;
    if (this._ncrXmlVersion === 1) {
      if (cp >= 1 && cp <= 31 && !XML10_ALLOWED_C0.has(cp)) return NCR_LEVEL.remove;
    }
    return -1;
  }
  /**
   * Execute a resolved NCR action.
   *
   * @param {number} action   — NCR_LEVEL value
   * @param {string} token    — raw token (e.g. '#38') for error messages
   * @param {number} cp       — codepoint, used only for error messages
   * @returns {string|undefined}
   *   - decoded character string  → 'allow'
   *   - ''                        → 'remove'
   *   - undefined                 → 'leave' (caller must skip past '&' only)
   *   - throws Error              → 'throw'
   */
  _applyNCRAction(action, token, cp) {
    switch (action) {
      case NCR_LEVEL.allow:
        return String.fromCodePoint(cp);
      case NCR_LEVEL.remove:
        return "";
      case NCR_LEVEL.leave:
        return void 0;
      // signal: keep literal
      case NCR_LEVEL.throw:
        throw new Error(
          `[EntityDecoder] Prohibited numeric character reference &${token}; (U+${cp.toString(16).toUpperCase().padStart(4, "0")})`
        );
      default:
        return String.fromCodePoint(cp);
    }
  }
  /**
   * Full NCR resolution pipeline for a numeric token.
   *
   * Steps:
   *   1. Parse the codepoint (decimal or hex).
   *   2. Validate the raw codepoint range (NaN, <0, >0x10FFFF).
   *   3. If numericAllowed is false and no minimum restriction applies → leave as-is.
   *   4. Classify the codepoint to find the minimum required action level.
   *   5. Resolve effective action = max(onNCR, minimum).
   *   6. Apply and return.
   *
   * @param {string} token  — e.g. '#38', '#x26', '#X26'
   * @returns {string|undefined}
   *   - string (incl. '')  — replacement ('' = remove)
   *   - undefined          — leave original &token; as-is
   */
  _resolveNCR(token) {
    const second = token.charCodeAt(1);
    let cp;
    if (second === 120 || second === 88) {
      cp = parseInt(token.slice(2), 16);
    } else {
      cp = parseInt(token.slice(1), 10);
    }
    if (Number.isNaN(cp) || cp < 0 || cp > 1114111) return void 0;
    const minimum = this._classifyNCR(cp);
    if (!this._numericAllowed && minimum < NCR_LEVEL.remove) return void 0;
    const effective = minimum === -1 ? this._ncrOnLevel : Math.max(this._ncrOnLevel, minimum);
    return this._applyNCRAction(effective, token, cp);
  }
};

// node_modules/fast-xml-parser/src/xmlparser/OptionsBuilder.js
var defaultOnDangerousProperty = (name) => {
  if (DANGEROUS_PROPERTY_NAMES.includes(name)) {
    return "__" + name;
  }
  return name;
};
var defaultOptions2 = {
  preserveOrder: false,
  attributeNamePrefix: "@_",
  attributesGroupName: false,
  textNodeName: "#text",
  ignoreAttributes: true,
  removeNSPrefix: false,
  // remove NS from tag name or attribute name if true
  allowBooleanAttributes: false,
  //a tag can have attributes without any value
  //ignoreRootElement : false,
  parseTagValue: true,
  parseAttributeValue: false,
  trimValues: true,
  //Trim string values of tag and attributes
  cdataPropName: false,
  numberParseOptions: {
    hex: true,
    leadingZeros: true,
    eNotation: true,
    unicode: false
  },
  tagValueProcessor: function(tagName2, val) {
    return val;
  },
  attributeValueProcessor: function(attrName, val) {
    return val;
  },
  stopNodes: [],
  //nested tags will not be parsed even for errors
  alwaysCreateTextNode: false,
  isArray: () => false,
  commentPropName: false,
  unpairedTags: [],
  processEntities: true,
  htmlEntities: false,
  entityDecoder: null,
  ignoreDeclaration: false,
  ignorePiTags: false,
  transformTagName: false,
  transformAttributeName: false,
  updateTag: function(tagName2, jPath, attrs) {
    return tagName2;
  },
  // skipEmptyListItem: false
  captureMetaData: false,
  maxNestedTags: 100,
  strictReservedNames: true,
  jPath: true,
  // if true, pass jPath string to callbacks; if false, pass matcher instance
  onDangerousProperty: defaultOnDangerousProperty
};
function validatePropertyName(propertyName, optionName) {
  if (typeof propertyName !== "string") {
    return;
  }
  const normalized = propertyName.toLowerCase();
  if (DANGEROUS_PROPERTY_NAMES.some((dangerous) => normalized === dangerous.toLowerCase())) {
    throw new Error(
      `[SECURITY] Invalid ${optionName}: "${propertyName}" is a reserved JavaScript keyword that could cause prototype pollution`
    );
  }
  if (criticalProperties.some((dangerous) => normalized === dangerous.toLowerCase())) {
    throw new Error(
      `[SECURITY] Invalid ${optionName}: "${propertyName}" is a reserved JavaScript keyword that could cause prototype pollution`
    );
  }
}
function normalizeProcessEntities(value2, htmlEntities) {
  if (typeof value2 === "boolean") {
    return {
      enabled: value2,
      // true or false
      maxEntitySize: 1e4,
      maxExpansionDepth: 1e4,
      maxTotalExpansions: Infinity,
      maxExpandedLength: 1e5,
      maxEntityCount: 1e3,
      allowedTags: null,
      tagFilter: null,
      appliesTo: "all"
    };
  }
  if (typeof value2 === "object" && value2 !== null) {
    return {
      enabled: value2.enabled !== false,
      maxEntitySize: Math.max(1, value2.maxEntitySize ?? 1e4),
      maxExpansionDepth: Math.max(1, value2.maxExpansionDepth ?? 1e4),
      maxTotalExpansions: Math.max(1, value2.maxTotalExpansions ?? Infinity),
      maxExpandedLength: Math.max(1, value2.maxExpandedLength ?? 1e5),
      maxEntityCount: Math.max(1, value2.maxEntityCount ?? 1e3),
      allowedTags: value2.allowedTags ?? null,
      tagFilter: value2.tagFilter ?? null,
      appliesTo: value2.appliesTo ?? "all"
    };
  }
  return normalizeProcessEntities(true);
}
var buildOptions = function(options) {
  const built = Object.assign({}, defaultOptions2, options);
  const propertyNameOptions = [
    { value: built.attributeNamePrefix, name: "attributeNamePrefix" },
    { value: built.attributesGroupName, name: "attributesGroupName" },
    { value: built.textNodeName, name: "textNodeName" },
    { value: built.cdataPropName, name: "cdataPropName" },
    { value: built.commentPropName, name: "commentPropName" }
  ];
  for (const { value: value2, name } of propertyNameOptions) {
    if (value2) {
      validatePropertyName(value2, name);
    }
  }
  if (built.onDangerousProperty === null) {
    built.onDangerousProperty = defaultOnDangerousProperty;
  }
  built.processEntities = normalizeProcessEntities(built.processEntities, built.htmlEntities);
  built.unpairedTagsSet = new Set(built.unpairedTags);
  if (built.stopNodes && Array.isArray(built.stopNodes)) {
    built.stopNodes = built.stopNodes.map((node) => {
      if (typeof node === "string" && node.startsWith("*.")) {
        return ".." + node.substring(2);
      }
      return node;
    });
  }
  return built;
};

// node_modules/fast-xml-parser/src/xmlparser/xmlNode.js
var METADATA_SYMBOL;
if (typeof Symbol !== "function") {
  METADATA_SYMBOL = "@@xmlMetadata";
} else {
  METADATA_SYMBOL = /* @__PURE__ */ Symbol("XML Node Metadata");
}
var XmlNode = class {
  constructor(tagname) {
    this.tagname = tagname;
    this.child = [];
    this[":@"] = /* @__PURE__ */ Object.create(null);
  }
  add(key, val) {
    if (key === "__proto__") key = "#__proto__";
    this.child.push({ [key]: val });
  }
  addChild(node, startIndex) {
    if (node.tagname === "__proto__") node.tagname = "#__proto__";
    if (node[":@"] && Object.keys(node[":@"]).length > 0) {
      this.child.push({ [node.tagname]: node.child, [":@"]: node[":@"] });
    } else {
      this.child.push({ [node.tagname]: node.child });
    }
    this.addStartIndex(startIndex);
  }
  addStartIndex(startIndex) {
    if (startIndex !== void 0) {
      this.child[this.child.length - 1][METADATA_SYMBOL] = { startIndex };
    }
  }
  addEndIndex(endIndex) {
    const lastChild = this.child[this.child.length - 1];
    if (lastChild !== void 0 && lastChild[METADATA_SYMBOL] !== void 0 && lastChild[METADATA_SYMBOL].endIndex === void 0) {
      lastChild[METADATA_SYMBOL].endIndex = endIndex;
    }
  }
  /** symbol used for metadata */
  static getMetaDataSymbol() {
    return METADATA_SYMBOL;
  }
};

// node_modules/xml-naming/src/index.js
var nameStartChar10 = ":A-Za-z_À-ÖØ-öø-˿Ͱ-ͽͿ-҆҈-῿‌-‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�";
var nameChar10 = nameStartChar10 + "\\-\\.\\d·̀-ͯ‿-⁀";
var nameStartChar11 = ":A-Za-z_À-˿Ͱ-ͽͿ-҆҈-῿‌-‍⁰-↏Ⰰ-⿯、-퟿豈-﷏ﷰ-�𐀀-󯿿";
var nameChar11 = nameStartChar11 + "\\-\\.\\d·̀-ͯ҇‿-⁀";
var buildRegexes = (startChar, char, flags = "") => {
  const ncStart = startChar.replace(":", "");
  const ncChar = char.replace(":", "");
  const ncNamePat = `[${ncStart}][${ncChar}]*`;
  return {
    name: new RegExp(`^[${startChar}][${char}]*$`, flags),
    ncName: new RegExp(`^${ncNamePat}$`, flags),
    qName: new RegExp(`^${ncNamePat}(?::${ncNamePat})?$`, flags),
    nmToken: new RegExp(`^[${char}]+$`, flags),
    nmTokens: new RegExp(`^[${char}]+(?:\\s+[${char}]+)*$`, flags)
  };
};
var regexes10 = buildRegexes(nameStartChar10, nameChar10);
var regexes11 = buildRegexes(nameStartChar11, nameChar11, "u");
var nameStartCharAscii = ":A-Za-z_";
var nameCharAscii = nameStartCharAscii + "\\-\\.\\d";
var regexesAscii = buildRegexes(nameStartCharAscii, nameCharAscii);
var getRegexes = (xmlVersion = "1.0", asciiOnly = false) => {
  if (asciiOnly) return regexesAscii;
  return xmlVersion === "1.1" ? regexes11 : regexes10;
};
var qName = (str, { xmlVersion = "1.0", asciiOnly = false } = {}) => getRegexes(xmlVersion, asciiOnly).qName.test(str);

// node_modules/fast-xml-parser/src/xmlparser/DocTypeReader.js
var DocTypeReader = class {
  constructor(options, xmlVersion) {
    this.suppressValidationErr = !options;
    this.options = options;
    this.xmlVersion = xmlVersion || 1;
  }
  setXmlVersion(xmlVersion = 1) {
    this.xmlVersion = xmlVersion;
  }
  readDocType(xmlData, i) {
    const entities = /* @__PURE__ */ Object.create(null);
    let entityCount = 0;
    if (xmlData[i + 3] === "O" && xmlData[i + 4] === "C" && xmlData[i + 5] === "T" && xmlData[i + 6] === "Y" && xmlData[i + 7] === "P" && xmlData[i + 8] === "E") {
      i = i + 9;
      let angleBracketsCount = 1;
      let hasBody = false, comment = false;
      let quoteChar = null;
      let exp = "";
      for (; i < xmlData.length; i++) {
        if (quoteChar !== null) {
          if (xmlData[i] === quoteChar) quoteChar = null;
          exp += xmlData[i];
          continue;
        }
        if (!hasBody && !comment && (xmlData[i] === '"' || xmlData[i] === "'")) {
          quoteChar = xmlData[i];
          exp += xmlData[i];
          continue;
        }
        if (xmlData[i] === "<" && !comment) {
          if (hasBody && hasSeq(xmlData, "!ENTITY", i)) {
            i += 7;
            let entityName, val;
            [entityName, val, i] = this.readEntityExp(xmlData, i + 1, this.suppressValidationErr);
            if (val.indexOf("&") === -1) {
              if (this.options.enabled !== false && this.options.maxEntityCount != null && entityCount >= this.options.maxEntityCount) {
                throw new Error(
                  `Entity count (${entityCount + 1}) exceeds maximum allowed (${this.options.maxEntityCount})`
                );
              }
              entities[entityName] = val;
              entityCount++;
            }
          } else if (hasBody && hasSeq(xmlData, "!ELEMENT", i)) {
            i += 8;
            const { index } = this.readElementExp(xmlData, i + 1);
            i = index;
          } else if (hasBody && hasSeq(xmlData, "!ATTLIST", i)) {
            i += 8;
          } else if (hasBody && hasSeq(xmlData, "!NOTATION", i)) {
            i += 9;
            const { index } = this.readNotationExp(xmlData, i + 1, this.suppressValidationErr);
            i = index;
          } else if (hasSeq(xmlData, "!--", i)) comment = true;
          else throw new Error(`Invalid DOCTYPE`);
          angleBracketsCount++;
          exp = "";
        } else if (xmlData[i] === ">") {
          if (comment) {
            if (xmlData[i - 1] === "-" && xmlData[i - 2] === "-") {
              comment = false;
              angleBracketsCount--;
            }
          } else {
            angleBracketsCount--;
          }
          if (angleBracketsCount === 0) {
            break;
          }
        } else if (xmlData[i] === "[") {
          hasBody = true;
        } else {
          exp += xmlData[i];
        }
      }
      if (quoteChar !== null || angleBracketsCount !== 0) {
        throw new Error(`Unclosed DOCTYPE`);
      }
    } else {
      throw new Error(`Invalid Tag instead of DOCTYPE`);
    }
    return { entities, i };
  }
  readEntityExp(xmlData, i) {
    i = skipWhitespace(xmlData, i);
    const startIndex = i;
    while (i < xmlData.length && !/\s/.test(xmlData[i]) && xmlData[i] !== '"' && xmlData[i] !== "'") {
      i++;
    }
    let entityName = xmlData.substring(startIndex, i);
    validateEntityName2(entityName, { xmlVersion: this.xmlVersion });
    i = skipWhitespace(xmlData, i);
    if (!this.suppressValidationErr) {
      if (xmlData.substring(i, i + 6).toUpperCase() === "SYSTEM") {
        throw new Error("External entities are not supported");
      } else if (xmlData[i] === "%") {
        throw new Error("Parameter entities are not supported");
      }
    }
    let entityValue = "";
    [i, entityValue] = this.readIdentifierVal(xmlData, i, "entity");
    if (this.options.enabled !== false && this.options.maxEntitySize != null && entityValue.length > this.options.maxEntitySize) {
      throw new Error(
        `Entity "${entityName}" size (${entityValue.length}) exceeds maximum allowed size (${this.options.maxEntitySize})`
      );
    }
    i--;
    return [entityName, entityValue, i];
  }
  readNotationExp(xmlData, i) {
    i = skipWhitespace(xmlData, i);
    const startIndex = i;
    while (i < xmlData.length && !/\s/.test(xmlData[i])) {
      i++;
    }
    let notationName = xmlData.substring(startIndex, i);
    !this.suppressValidationErr && validateEntityName2(notationName, { xmlVersion: this.xmlVersion });
    i = skipWhitespace(xmlData, i);
    const identifierType = xmlData.substring(i, i + 6).toUpperCase();
    if (!this.suppressValidationErr && identifierType !== "SYSTEM" && identifierType !== "PUBLIC") {
      throw new Error(`Expected SYSTEM or PUBLIC, found "${identifierType}"`);
    }
    i += identifierType.length;
    i = skipWhitespace(xmlData, i);
    let publicIdentifier = null;
    let systemIdentifier = null;
    if (identifierType === "PUBLIC") {
      [i, publicIdentifier] = this.readIdentifierVal(xmlData, i, "publicIdentifier");
      i = skipWhitespace(xmlData, i);
      if (xmlData[i] === '"' || xmlData[i] === "'") {
        [i, systemIdentifier] = this.readIdentifierVal(xmlData, i, "systemIdentifier");
      }
    } else if (identifierType === "SYSTEM") {
      [i, systemIdentifier] = this.readIdentifierVal(xmlData, i, "systemIdentifier");
      if (!this.suppressValidationErr && !systemIdentifier) {
        throw new Error("Missing mandatory system identifier for SYSTEM notation");
      }
    }
    return { notationName, publicIdentifier, systemIdentifier, index: --i };
  }
  readIdentifierVal(xmlData, i, type) {
    let identifierVal = "";
    const startChar = xmlData[i];
    if (startChar !== '"' && startChar !== "'") {
      throw new Error(`Expected quoted string, found "${startChar}"`);
    }
    i++;
    const startIndex = i;
    while (i < xmlData.length && xmlData[i] !== startChar) {
      i++;
    }
    identifierVal = xmlData.substring(startIndex, i);
    if (xmlData[i] !== startChar) {
      throw new Error(`Unterminated ${type} value`);
    }
    i++;
    return [i, identifierVal];
  }
  readElementExp(xmlData, i) {
    i = skipWhitespace(xmlData, i);
    const startIndex = i;
    while (i < xmlData.length && !/\s/.test(xmlData[i])) {
      i++;
    }
    let elementName = xmlData.substring(startIndex, i);
    if (!this.suppressValidationErr && !qName(elementName, { xmlVersion: this.xmlVersion })) {
      throw new Error(`Invalid element name: "${elementName}"`);
    }
    i = skipWhitespace(xmlData, i);
    let contentModel = "";
    if (xmlData[i] === "E" && hasSeq(xmlData, "MPTY", i)) i += 4;
    else if (xmlData[i] === "A" && hasSeq(xmlData, "NY", i)) i += 2;
    else if (xmlData[i] === "(") {
      i++;
      const startIndex2 = i;
      while (i < xmlData.length && xmlData[i] !== ")") {
        i++;
      }
      contentModel = xmlData.substring(startIndex2, i);
      if (xmlData[i] !== ")") {
        throw new Error("Unterminated content model");
      }
    } else if (!this.suppressValidationErr) {
      throw new Error(`Invalid Element Expression, found "${xmlData[i]}"`);
    }
    return {
      elementName,
      contentModel: contentModel.trim(),
      index: i
    };
  }
  readAttlistExp(xmlData, i) {
    i = skipWhitespace(xmlData, i);
    let startIndex = i;
    while (i < xmlData.length && !/\s/.test(xmlData[i])) {
      i++;
    }
    let elementName = xmlData.substring(startIndex, i);
    validateEntityName2(elementName, { xmlVersion: this.xmlVersion });
    i = skipWhitespace(xmlData, i);
    startIndex = i;
    while (i < xmlData.length && !/\s/.test(xmlData[i])) {
      i++;
    }
    let attributeName = xmlData.substring(startIndex, i);
    if (!validateEntityName2(attributeName, { xmlVersion: this.xmlVersion })) {
      throw new Error(`Invalid attribute name: "${attributeName}"`);
    }
    i = skipWhitespace(xmlData, i);
    let attributeType = "";
    if (xmlData.substring(i, i + 8).toUpperCase() === "NOTATION") {
      attributeType = "NOTATION";
      i += 8;
      i = skipWhitespace(xmlData, i);
      if (xmlData[i] !== "(") {
        throw new Error(`Expected '(', found "${xmlData[i]}"`);
      }
      i++;
      let allowedNotations = [];
      while (i < xmlData.length && xmlData[i] !== ")") {
        const startIndex2 = i;
        while (i < xmlData.length && xmlData[i] !== "|" && xmlData[i] !== ")") {
          i++;
        }
        let notation = xmlData.substring(startIndex2, i);
        notation = notation.trim();
        if (!validateEntityName2(notation, { xmlVersion: this.xmlVersion })) {
          throw new Error(`Invalid notation name: "${notation}"`);
        }
        allowedNotations.push(notation);
        if (xmlData[i] === "|") {
          i++;
          i = skipWhitespace(xmlData, i);
        }
      }
      if (xmlData[i] !== ")") {
        throw new Error("Unterminated list of notations");
      }
      i++;
      attributeType += " (" + allowedNotations.join("|") + ")";
    } else {
      const startIndex2 = i;
      while (i < xmlData.length && !/\s/.test(xmlData[i])) {
        i++;
      }
      attributeType += xmlData.substring(startIndex2, i);
      const validTypes = ["CDATA", "ID", "IDREF", "IDREFS", "ENTITY", "ENTITIES", "NMTOKEN", "NMTOKENS"];
      if (!this.suppressValidationErr && !validTypes.includes(attributeType.toUpperCase())) {
        throw new Error(`Invalid attribute type: "${attributeType}"`);
      }
    }
    i = skipWhitespace(xmlData, i);
    let defaultValue = "";
    if (xmlData.substring(i, i + 8).toUpperCase() === "#REQUIRED") {
      defaultValue = "#REQUIRED";
      i += 8;
    } else if (xmlData.substring(i, i + 7).toUpperCase() === "#IMPLIED") {
      defaultValue = "#IMPLIED";
      i += 7;
    } else {
      [i, defaultValue] = this.readIdentifierVal(xmlData, i, "ATTLIST");
    }
    return {
      elementName,
      attributeName,
      attributeType,
      defaultValue,
      index: i
    };
  }
};
var skipWhitespace = (data, index) => {
  while (index < data.length && /\s/.test(data[index])) {
    index++;
  }
  return index;
};
function hasSeq(data, seq, i) {
  for (let j = 0; j < seq.length; j++) {
    if (seq[j] !== data[i + j + 1]) return false;
  }
  return true;
}
function validateEntityName2(name, xmlVersion) {
  if (qName(name, { xmlVersion }))
    return name;
  else
    throw new Error(`Invalid entity name ${name}`);
}

// node_modules/anynum/digitTable.js
var SCRIPT_ZEROS = [
  // Basic Latin (ASCII) — included for completeness / pass-through
  48,
  // 0-9
  // Arabic scripts
  1632,
  // Arabic-Indic ٠١٢٣٤٥٦٧٨٩
  1776,
  // Extended Arabic-Indic (Urdu/Persian/Sindhi) ۰۱۲۳
  // Indic scripts
  2406,
  // Devanagari ०१२३४५६७८९
  2534,
  // Bengali ০১২৩৪৫৬৭৮৯
  2662,
  // Gurmukhi ੦੧੨੩੪੫੬੭੮੯
  2790,
  // Gujarati ૦૧૨૩૪૫૬૭૮૯
  2918,
  // Odia ୦୧୨୩୪୫୬୭୮୯
  3046,
  // Tamil ௦௧௨௩௪௫௬௭௮௯
  3174,
  // Telugu ౦౧౨౩౪౫౬౭౮౯
  3302,
  // Kannada ೦೧೨೩೪೫೬೭೮೯
  3430,
  // Malayalam ൦൧൨൩൪൫൬൭൮൯
  3558,
  // Sinhala Archaic ෦෧෨෩෪෫෬෭෮෯
  // Southeast Asian scripts
  3664,
  // Thai ๐๑๒๓๔๕๖๗๘๙
  3792,
  // Lao ໐໑໒໓໔໕໖໗໘໙
  3872,
  // Tibetan ༠༡༢༣༤༥༦༧༨༩
  4160,
  // Myanmar ၀၁၂၃၄၅၆၇၈၉
  4240,
  // Myanmar Shan ႐႑႒႓႔႕႖႗႘႙
  6112,
  // Khmer ០១២៣៤៥៦៧៨៩
  6160,
  // Mongolian ᠐᠑᠒᠓᠔᠕᠖᠗᠘᠙
  6470,
  // Limbu ᥆᥇᥈᥉᥊᥋᥌᥍᥎᥏
  6608,
  // New Tai Lue ᧐᧑᧒᧓᧔᧕᧖᧗᧘᧙
  6784,
  // Tai Tham Hora ᪀᪁᪂᪃᪄᪅᪆᪇᪈᪉
  6800,
  // Tai Tham Tham ᪐᪑᪒᪓᪔᪕᪖᪗᪘᪙
  6992,
  // Balinese ᭐᭑᭒᭓᭔᭕᭖᭗᭘᭙
  7088,
  // Sundanese ᮰᮱᮲᮳᮴᮵᮶᮷᮸᮹
  7232,
  // Lepcha ᱀᱁᱂᱃᱄᱅᱆᱇᱈᱉
  7248,
  // Ol Chiki ᱐᱑᱒᱓᱔᱕᱖᱗᱘᱙
  // Fullwidth (CJK context)
  65296,
  // Fullwidth ０１２３４５６７８９
  // Mathematical digit variants (Unicode math block)
  120782,
  // Mathematical Bold
  120792,
  // Mathematical Double-Struck
  120802,
  // Mathematical Sans-Serif
  120812,
  // Mathematical Sans-Serif Bold
  120822,
  // Mathematical Monospace
  // Other scripts
  66720,
  // Osmanya 𐒠𐒡𐒢𐒣𐒤𐒥𐒦𐒧𐒨𐒩
  68912,
  // Hanifi Rohingya 𐴰𐴱𐴲𐴳𐴴𐴵𐴶𐴷𐴸𐴹
  69734,
  // Brahmi 𑁦𑁧𑁨𑁩𑁪𑁫𑁬𑁭𑁮𑁯
  69872,
  // Sora Sompeng 𑃰𑃱𑃲𑃳𑃴𑃵𑃶𑃷𑃸𑃹
  69942,
  // Chakma 𑄶𑄷𑄸𑄹𑄺𑄻𑄼𑄽𑄾𑄿
  70096,
  // Sharada 𑇐𑇑𑇒𑇓𑇔𑇕𑇖𑇗𑇘𑇙
  70384,
  // Khudawadi 𑋰𑋱𑋲𑋳𑋴𑋵𑋶𑋷𑋸𑋹
  70736,
  // Newa 𑑐𑑑𑑒𑑓𑑔𑑕𑑖𑑗𑑘𑑙
  70864,
  // Tirhuta 𑓐𑓑𑓒𑓓𑓔𑓕𑓖𑓗𑓘𑓙
  71248,
  // Modi 𑙐𑙑𑙒𑙓𑙔𑙕𑙖𑙗𑙘𑙙
  71360,
  // Takri 𑛀𑛁𑛂𑛃𑛄𑛅𑛆𑛇𑛈𑛉
  71472,
  // Ahom 𑜰𑜱𑜲𑜳𑜴𑜵𑜶𑜷𑜸𑜹
  71904,
  // Warang Citi 𑣠𑣡𑣢𑣣𑣤𑣥𑣦𑣧𑣨𑣩
  72016,
  // Dives Akuru 𑥐𑥑𑥒𑥓𑥔𑥕𑥖𑥗𑥘𑥙
  72688,
  // Khitan Small Script 𑯰𑯱𑯲𑯳𑯴𑯵𑯶𑯷𑯸𑯹
  72784,
  // Bhaiksuki 𑱐𑱑𑱒𑱓𑱔𑱕𑱖𑱗𑱘𑱙
  73040,
  // Masaram Gondi 𑵐𑵑𑵒𑵓𑵔𑵕𑵖𑵗𑵘𑵙
  73120,
  // Gunjala Gondi 𑶠𑶡𑶢𑶣𑶤𑶥𑶦𑶧𑶨𑶩
  73552,
  // Kawi 𑽐𑽑𑽒𑽓𑽔𑽕𑽖𑽗𑽘𑽙
  92768,
  // Mro 𖩠𖩡𖩢𖩣𖩤𖩥𖩦𖩧𖩨𖩩
  92864,
  // Tangsa 𖫀𖫁𖫂𖫃𖫄𖫅𖫆𖫇𖫈𖫉
  93008,
  // Pahawh Hmong 𖭐𖭑𖭒𖭓𖭔𖭕𖭖𖭗𖭘𖭙
  123200,
  // Nyiakeng Puachue Hmong 𞅀𞅁𞅂𞅃𞅄𞅅𞅆𞅇𞅈𞅉
  123632,
  // Wancho 𞋰𞋱𞋲𞋳𞋴𞋵𞋶𞋷𞋸𞋹
  124144,
  // Nag Mundari 𞓰𞓱𞓲𞓳𞓴𞓵𞓶𞓷𞓸𞓹
  125264,
  // Adlam 𞥐𞥑𞥒𞥓𞥔𞥕𞥖𞥗𞥘𞥙
  130032
  // Segmented digit symbols 🯰🯱🯲🯳🯴🯵🯶🯷🯸🯹
];
var NOT_DIGIT = 255;
var HIGH_MAP = /* @__PURE__ */ new Map();
var LOW_MAX = 65535;
var LOW_MIN = 1632;
var TABLE_OFFSET = LOW_MIN;
var TABLE_SIZE = LOW_MAX - LOW_MIN + 1;
var TABLE = new Uint8Array(TABLE_SIZE).fill(NOT_DIGIT);
for (const zero of SCRIPT_ZEROS) {
  for (let d = 0; d < 10; d++) {
    const cp = zero + d;
    if (cp <= LOW_MAX) {
      TABLE[cp - TABLE_OFFSET] = d;
    } else {
      HIGH_MAP.set(cp, d);
    }
  }
}

// node_modules/anynum/anynum.js
var CHAR_0 = 48;
var CHAR_9 = 57;
var CHAR_MINUS = 45;
var MINUS_SET = /* @__PURE__ */ new Set([8722, 65293, 65123]);
function anynum(str) {
  if (typeof str !== "string") return str;
  const len = str.length;
  if (len === 0) return str;
  let firstHit = -1;
  for (let i = 0; i < len; i++) {
    const cc = str.charCodeAt(i);
    if (cc >= CHAR_0 && cc <= CHAR_9 || cc === CHAR_MINUS) continue;
    if (cc < TABLE_OFFSET) {
      if (MINUS_SET.has(cc)) {
        firstHit = i;
        break;
      }
      continue;
    }
    if (cc >= 55296 && cc <= 56319) {
      if (i + 1 < len) {
        const low = str.charCodeAt(i + 1);
        if (low >= 56320 && low <= 57343) {
          const cp = 65536 + (cc - 55296 << 10) + (low - 56320);
          if (HIGH_MAP.has(cp)) {
            firstHit = i;
            break;
          }
        }
      }
      continue;
    }
    if (TABLE[cc - TABLE_OFFSET] !== NOT_DIGIT || MINUS_SET.has(cc)) {
      firstHit = i;
      break;
    }
  }
  if (firstHit === -1) return str;
  const chars = [];
  if (firstHit > 0) chars.push(str.slice(0, firstHit));
  for (let i = firstHit; i < len; i++) {
    const cc = str.charCodeAt(i);
    if (cc >= CHAR_0 && cc <= CHAR_9 || cc === CHAR_MINUS) {
      chars.push(str[i]);
      continue;
    }
    if (cc < TABLE_OFFSET) {
      chars.push(MINUS_SET.has(cc) ? "-" : str[i]);
      continue;
    }
    if (cc >= 55296 && cc <= 56319) {
      if (i + 1 < len) {
        const low = str.charCodeAt(i + 1);
        if (low >= 56320 && low <= 57343) {
          const cp = 65536 + (cc - 55296 << 10) + (low - 56320);
          const d2 = HIGH_MAP.get(cp);
          if (d2 !== void 0) {
            chars.push(String.fromCharCode(d2 + 48));
            i++;
            continue;
          }
        }
      }
      chars.push(str[i]);
      continue;
    }
    if (MINUS_SET.has(cc)) {
      chars.push("-");
      continue;
    }
    const d = TABLE[cc - TABLE_OFFSET];
    chars.push(d !== NOT_DIGIT ? String.fromCharCode(d + 48) : str[i]);
  }
  return chars.join("");
}
var anynum_default = anynum;

// node_modules/strnum/strnum.js
var hexRegex = /^[-+]?0x[a-fA-F0-9]+$/;
var binRegex = /^0b[01]+$/;
var octRegex = /^0o[0-7]+$/;
var numRegex = /^([\-\+])?(0*)([0-9]*(\.[0-9]*)?)$/;
var consider = {
  hex: true,
  binary: false,
  octal: false,
  leadingZeros: true,
  decimalPoint: ".",
  eNotation: true,
  //skipLike: /regex/,
  infinity: "original",
  // "null", "infinity" (Infinity type), "string" ("Infinity" (the string literal))
  unicode: false
};
function toNumber(str, options = {}) {
  options = Object.assign({}, consider, options);
  if (!str || typeof str !== "string") return str;
  let trimmedStr = str.trim();
  if (trimmedStr.length === 0) return str;
  else if (options.skipLike !== void 0 && options.skipLike.test(trimmedStr)) return str;
  else if (trimmedStr === "0") return 0;
  if (options.unicode) {
    trimmedStr = anynum_default(trimmedStr);
    if (trimmedStr === "0") return 0;
  }
  if (options.hex && hexRegex.test(trimmedStr)) {
    return parse_int(trimmedStr, 16);
  } else if (options.binary && binRegex.test(trimmedStr)) {
    return parse_int(trimmedStr, 2);
  } else if (options.octal && octRegex.test(trimmedStr)) {
    return parse_int(trimmedStr, 8);
  } else if (!isFinite(trimmedStr)) {
    const num = Number(trimmedStr);
    if (Number.isNaN(num)) return str;
    return handleInfinity(str, num, options);
  } else if (trimmedStr.includes("e") || trimmedStr.includes("E")) {
    return resolveEnotation(str, trimmedStr, options);
  } else {
    const match = numRegex.exec(trimmedStr);
    if (match) {
      const sign2 = match[1] || "";
      const leadingZeros = match[2];
      let numTrimmedByZeros = trimZeros(match[3]);
      const decimalAdjacentToLeadingZeros = sign2 ? (
        // 0., -00., 000.
        trimmedStr[leadingZeros.length + 1] === "."
      ) : trimmedStr[leadingZeros.length] === ".";
      if (!options.leadingZeros && (leadingZeros.length > 1 || leadingZeros.length === 1 && !decimalAdjacentToLeadingZeros)) {
        return str;
      } else {
        const num = Number(trimmedStr);
        const parsedStr = String(num);
        if (num === 0) return num;
        if (parsedStr.search(/[eE]/) !== -1) {
          if (options.eNotation) return num;
          else return str;
        } else if (trimmedStr.indexOf(".") !== -1) {
          if (parsedStr === "0") return num;
          else if (parsedStr === numTrimmedByZeros) return num;
          else if (parsedStr === `${sign2}${numTrimmedByZeros}`) return num;
          else return str;
        }
        let n = leadingZeros ? numTrimmedByZeros : trimmedStr;
        if (leadingZeros) {
          return n === parsedStr || sign2 + n === parsedStr ? num : str;
        } else {
          return n === parsedStr || n === sign2 + parsedStr ? num : str;
        }
      }
    } else {
      return str;
    }
  }
}
var eNotationRegx = /^([-+])?(0*)(\d*(\.\d*)?[eE][-\+]?\d+)$/;
function resolveEnotation(str, trimmedStr, options) {
  if (!options.eNotation) return str;
  const notation = trimmedStr.match(eNotationRegx);
  if (notation) {
    let sign2 = notation[1] || "";
    const eChar = notation[3].indexOf("e") === -1 ? "E" : "e";
    const leadingZeros = notation[2];
    const eAdjacentToLeadingZeros = sign2 ? (
      // 0E.
      trimmedStr[leadingZeros.length + 1] === eChar
    ) : trimmedStr[leadingZeros.length] === eChar;
    if (leadingZeros.length > 1 && eAdjacentToLeadingZeros) return str;
    else if (leadingZeros.length === 1 && (notation[3].startsWith(`.${eChar}`) || notation[3][0] === eChar)) {
      return Number(trimmedStr);
    } else if (leadingZeros.length > 0) {
      if (options.leadingZeros && !eAdjacentToLeadingZeros) {
        return Number(trimmedStr);
      } else return str;
    } else {
      return Number(trimmedStr);
    }
  } else {
    return str;
  }
}
function trimZeros(numStr) {
  if (numStr && numStr.indexOf(".") !== -1) {
    let end = numStr.length;
    while (end > 0 && numStr.charCodeAt(end - 1) === 48) end--;
    numStr = numStr.slice(0, end);
    if (numStr === ".") numStr = "0";
    else if (numStr[0] === ".") numStr = "0" + numStr;
    else if (numStr[numStr.length - 1] === ".") numStr = numStr.substring(0, numStr.length - 1);
    return numStr;
  }
  return numStr;
}
function parse_int(numStr, base) {
  const str = numStr.trim();
  if (base === 2 || base === 8) numStr = str.substring(2);
  if (parseInt) return parseInt(numStr, base);
  else if (Number.parseInt) return Number.parseInt(numStr, base);
  else if (window && window.parseInt) return window.parseInt(numStr, base);
  else throw new Error("parseInt, Number.parseInt, window.parseInt are not supported");
}
function handleInfinity(str, num, options) {
  const isPositive = num === Infinity;
  switch (options.infinity.toLowerCase()) {
    case "null":
      return null;
    case "infinity":
      return num;
    // Return Infinity or -Infinity
    case "string":
      return isPositive ? "Infinity" : "-Infinity";
    case "original":
    default:
      return str;
  }
}

// node_modules/fast-xml-parser/src/ignoreAttributes.js
function getIgnoreAttributesFn(ignoreAttributes) {
  if (typeof ignoreAttributes === "function") {
    return ignoreAttributes;
  }
  if (Array.isArray(ignoreAttributes)) {
    return (attrName) => {
      for (const pattern of ignoreAttributes) {
        if (typeof pattern === "string" && attrName === pattern) {
          return true;
        }
        if (pattern instanceof RegExp && pattern.test(attrName)) {
          return true;
        }
      }
    };
  }
  return () => false;
}

// node_modules/path-expression-matcher/src/Expression.js
var Expression = class {
  /**
   * Create a new Expression
   * @param {string} pattern - Pattern string (e.g., "root.users.user", "..user[id]")
   * @param {Object} options - Configuration options
   * @param {string} options.separator - Path separator (default: '.')
   */
  constructor(pattern, options = {}, data) {
    this.pattern = pattern;
    this.separator = options.separator || ".";
    this.segments = this._parse(pattern);
    this.data = data;
    this._hasDeepWildcard = this.segments.some((seg) => seg.type === "deep-wildcard");
    this._hasAttributeCondition = this.segments.some((seg) => seg.attrName !== void 0);
    this._hasPositionSelector = this.segments.some((seg) => seg.position !== void 0);
  }
  /**
   * Parse pattern string into segments
   * @private
   * @param {string} pattern - Pattern to parse
   * @returns {Array} Array of segment objects
   */
  _parse(pattern) {
    const segments = [];
    let i = 0;
    let currentPart = "";
    while (i < pattern.length) {
      if (pattern[i] === this.separator) {
        if (i + 1 < pattern.length && pattern[i + 1] === this.separator) {
          if (currentPart.trim()) {
            segments.push(this._parseSegment(currentPart.trim()));
            currentPart = "";
          }
          segments.push({ type: "deep-wildcard" });
          i += 2;
        } else {
          if (currentPart.trim()) {
            segments.push(this._parseSegment(currentPart.trim()));
          }
          currentPart = "";
          i++;
        }
      } else {
        currentPart += pattern[i];
        i++;
      }
    }
    if (currentPart.trim()) {
      segments.push(this._parseSegment(currentPart.trim()));
    }
    return segments;
  }
  /**
   * Parse a single segment
   * @private
   * @param {string} part - Segment string (e.g., "user", "ns::user", "user[id]", "ns::user:first")
   * @returns {Object} Segment object
   */
  _parseSegment(part) {
    const segment = { type: "tag" };
    let bracketContent = null;
    let withoutBrackets = part;
    const bracketMatch = part.match(/^([^\[]+)(\[[^\]]*\])(.*)$/);
    if (bracketMatch) {
      withoutBrackets = bracketMatch[1] + bracketMatch[3];
      if (bracketMatch[2]) {
        const content2 = bracketMatch[2].slice(1, -1);
        if (content2) {
          bracketContent = content2;
        }
      }
    }
    let namespace = void 0;
    let tagAndPosition = withoutBrackets;
    if (withoutBrackets.includes("::")) {
      const nsIndex = withoutBrackets.indexOf("::");
      namespace = withoutBrackets.substring(0, nsIndex).trim();
      tagAndPosition = withoutBrackets.substring(nsIndex + 2).trim();
      if (!namespace) {
        throw new Error(`Invalid namespace in pattern: ${part}`);
      }
    }
    let tag = void 0;
    let positionMatch = null;
    if (tagAndPosition.includes(":")) {
      const colonIndex = tagAndPosition.lastIndexOf(":");
      const tagPart = tagAndPosition.substring(0, colonIndex).trim();
      const posPart = tagAndPosition.substring(colonIndex + 1).trim();
      const isPositionKeyword = ["first", "last", "odd", "even"].includes(posPart) || /^nth\(\d+\)$/.test(posPart);
      if (isPositionKeyword) {
        tag = tagPart;
        positionMatch = posPart;
      } else {
        tag = tagAndPosition;
      }
    } else {
      tag = tagAndPosition;
    }
    if (!tag) {
      throw new Error(`Invalid segment pattern: ${part}`);
    }
    segment.tag = tag;
    if (namespace) {
      segment.namespace = namespace;
    }
    if (bracketContent) {
      if (bracketContent.includes("=")) {
        const eqIndex = bracketContent.indexOf("=");
        segment.attrName = bracketContent.substring(0, eqIndex).trim();
        segment.attrValue = bracketContent.substring(eqIndex + 1).trim();
      } else {
        segment.attrName = bracketContent.trim();
      }
    }
    if (positionMatch) {
      const nthMatch = positionMatch.match(/^nth\((\d+)\)$/);
      if (nthMatch) {
        segment.position = "nth";
        segment.positionValue = parseInt(nthMatch[1], 10);
      } else {
        segment.position = positionMatch;
      }
    }
    return segment;
  }
  /**
   * Get the number of segments
   * @returns {number}
   */
  get length() {
    return this.segments.length;
  }
  /**
   * Check if expression contains deep wildcard
   * @returns {boolean}
   */
  hasDeepWildcard() {
    return this._hasDeepWildcard;
  }
  /**
   * Check if expression has attribute conditions
   * @returns {boolean}
   */
  hasAttributeCondition() {
    return this._hasAttributeCondition;
  }
  /**
   * Check if expression has position selectors
   * @returns {boolean}
   */
  hasPositionSelector() {
    return this._hasPositionSelector;
  }
  /**
   * Get string representation
   * @returns {string}
   */
  toString() {
    return this.pattern;
  }
};

// node_modules/path-expression-matcher/src/ExpressionSet.js
var ExpressionSet = class {
  constructor() {
    this._byDepthAndTag = /* @__PURE__ */ new Map();
    this._wildcardByDepth = /* @__PURE__ */ new Map();
    this._deepWildcards = [];
    this._deepByTerminalTag = /* @__PURE__ */ new Map();
    this._patterns = /* @__PURE__ */ new Set();
    this._sealed = false;
  }
  /**
   * Add an Expression to the set.
   * Duplicate patterns (same pattern string) are silently ignored.
   *
   * @param {import('./Expression.js').default} expression - A pre-constructed Expression instance
   * @returns {this} for chaining
   * @throws {TypeError} if called after seal()
   *
   * @example
   * set.add(new Expression('root.users.user'));
   * set.add(new Expression('..script'));
   */
  add(expression) {
    if (this._sealed) {
      throw new TypeError(
        "ExpressionSet is sealed. Create a new ExpressionSet to add more expressions."
      );
    }
    if (this._patterns.has(expression.pattern)) return this;
    this._patterns.add(expression.pattern);
    if (expression.hasDeepWildcard()) {
      const lastSeg2 = expression.segments[expression.segments.length - 1];
      if (lastSeg2 && lastSeg2.type !== "deep-wildcard" && lastSeg2.tag !== "*") {
        const tag2 = lastSeg2.tag;
        if (!this._deepByTerminalTag.has(tag2)) this._deepByTerminalTag.set(tag2, []);
        this._deepByTerminalTag.get(tag2).push(expression);
      } else {
        this._deepWildcards.push(expression);
      }
      return this;
    }
    const depth = expression.length;
    const lastSeg = expression.segments[expression.segments.length - 1];
    const tag = lastSeg?.tag;
    if (!tag || tag === "*") {
      if (!this._wildcardByDepth.has(depth)) this._wildcardByDepth.set(depth, []);
      this._wildcardByDepth.get(depth).push(expression);
    } else {
      const key = `${depth}:${tag}`;
      if (!this._byDepthAndTag.has(key)) this._byDepthAndTag.set(key, []);
      this._byDepthAndTag.get(key).push(expression);
    }
    return this;
  }
  /**
   * Add multiple expressions at once.
   *
   * @param {import('./Expression.js').default[]} expressions - Array of Expression instances
   * @returns {this} for chaining
   *
   * @example
   * set.addAll([
   *   new Expression('root.users.user'),
   *   new Expression('root.config.setting'),
   * ]);
   */
  addAll(expressions) {
    for (const expr of expressions) this.add(expr);
    return this;
  }
  /**
   * Check whether a pattern string is already present in the set.
   *
   * @param {import('./Expression.js').default} expression
   * @returns {boolean}
   */
  has(expression) {
    return this._patterns.has(expression.pattern);
  }
  /**
   * Number of expressions in the set.
   * @type {number}
   */
  get size() {
    return this._patterns.size;
  }
  /**
   * Seal the set against further modifications.
   * Useful to prevent accidental mutations after config is built.
   * Calling add() or addAll() on a sealed set throws a TypeError.
   *
   * @returns {this}
   */
  seal() {
    this._sealed = true;
    return this;
  }
  /**
   * Whether the set has been sealed.
   * @type {boolean}
   */
  get isSealed() {
    return this._sealed;
  }
  /**
   * Test whether the matcher's current path matches any expression in the set.
   *
   * Evaluation order (cheapest → most expensive):
   *  1. Exact depth + tag bucket  — O(1) lookup, typically 0–2 expressions
   *  2. Depth-only wildcard bucket — O(1) lookup, rare
   *  3. Deep-wildcard list         — always checked, but usually small
   *
   * @param {import('./Matcher.js').default} matcher - Matcher instance (or readOnly view)
   * @returns {boolean} true if any expression matches the current path
   *
   * @example
   * if (stopNodes.matchesAny(matcher)) {
   *   // handle stop node
   * }
   */
  matchesAny(matcher2) {
    return this.findMatch(matcher2) !== null;
  }
  /**
  * Find and return the first Expression that matches the matcher's current path.
  *
  * Uses the same evaluation order as matchesAny (cheapest → most expensive):
  *  1. Exact depth + tag bucket
  *  2. Depth-only wildcard bucket
  *  3. Deep-wildcard list
  *
  * @param {import('./Matcher.js').default} matcher - Matcher instance (or readOnly view)
  * @returns {import('./Expression.js').default | null} the first matching Expression, or null
  *
  * @example
  * const expr = stopNodes.findMatch(matcher);
  * if (expr) {
  *   // access expr.config, expr.pattern, etc.
  * }
  */
  findMatch(matcher2) {
    const depth = matcher2.getDepth();
    const tag = matcher2.getCurrentTag();
    const exactKey = `${depth}:${tag}`;
    const exactBucket = this._byDepthAndTag.get(exactKey);
    if (exactBucket) {
      for (let i = 0; i < exactBucket.length; i++) {
        if (matcher2.matches(exactBucket[i])) return exactBucket[i];
      }
    }
    const wildcardBucket = this._wildcardByDepth.get(depth);
    if (wildcardBucket) {
      for (let i = 0; i < wildcardBucket.length; i++) {
        if (matcher2.matches(wildcardBucket[i])) return wildcardBucket[i];
      }
    }
    const deepBucket = this._deepByTerminalTag.get(tag);
    if (deepBucket) {
      for (let i = 0; i < deepBucket.length; i++) {
        if (matcher2.matches(deepBucket[i])) return deepBucket[i];
      }
    }
    for (let i = 0; i < this._deepWildcards.length; i++) {
      if (matcher2.matches(this._deepWildcards[i])) return this._deepWildcards[i];
    }
    return null;
  }
};

// node_modules/path-expression-matcher/src/Matcher.js
var MatcherView = class {
  /**
   * @param {Matcher} matcher - The parent Matcher instance to read from.
   */
  constructor(matcher2) {
    this._matcher = matcher2;
  }
  /**
   * Get the path separator used by the parent matcher.
   * @returns {string}
   */
  get separator() {
    return this._matcher.separator;
  }
  /**
   * Get current tag name.
   * @returns {string|undefined}
   */
  getCurrentTag() {
    const path = this._matcher.path;
    return path.length > 0 ? path[path.length - 1].tag : void 0;
  }
  /**
   * Get current namespace.
   * @returns {string|undefined}
   */
  getCurrentNamespace() {
    const path = this._matcher.path;
    return path.length > 0 ? path[path.length - 1].namespace : void 0;
  }
  /**
   * Get current node's attribute value.
   * @param {string} attrName
   * @returns {*}
   */
  getAttrValue(attrName) {
    const path = this._matcher.path;
    if (path.length === 0) return void 0;
    return path[path.length - 1].values?.[attrName];
  }
  /**
   * Check if current node has an attribute.
   * @param {string} attrName
   * @returns {boolean}
   */
  hasAttr(attrName) {
    const path = this._matcher.path;
    if (path.length === 0) return false;
    const current = path[path.length - 1];
    return current.values !== void 0 && attrName in current.values;
  }
  /**
   * Get the value of a "kept" attribute from the nearest ancestor (or
   * current node) that declared it via `push(tag, attrs, ns, { keep: [...] })`.
   * @param {string} attrName
   * @returns {*}
   */
  getAnyParentAttr(attrName) {
    return this._matcher.getAnyParentAttr(attrName);
  }
  /**
   * Check whether any ancestor (or the current node) kept the given
   * attribute via `push(tag, attrs, ns, { keep: [...] })`.
   * @param {string} attrName
   * @returns {boolean}
   */
  hasAnyParentAttr(attrName) {
    return this._matcher.hasAnyParentAttr(attrName);
  }
  /**
   * Get current node's sibling position (child index in parent).
   * @returns {number}
   */
  getPosition() {
    const path = this._matcher.path;
    if (path.length === 0) return -1;
    return path[path.length - 1].position ?? 0;
  }
  /**
   * Get current node's repeat counter (occurrence count of this tag name).
   * @returns {number}
   */
  getCounter() {
    const path = this._matcher.path;
    if (path.length === 0) return -1;
    return path[path.length - 1].counter ?? 0;
  }
  /**
   * Get current node's sibling index (alias for getPosition).
   * @returns {number}
   * @deprecated Use getPosition() or getCounter() instead
   */
  getIndex() {
    return this.getPosition();
  }
  /**
   * Get current path depth.
   * @returns {number}
   */
  getDepth() {
    return this._matcher.path.length;
  }
  /**
   * Get path as string.
   * @param {string} [separator] - Optional separator (uses default if not provided)
   * @param {boolean} [includeNamespace=true]
   * @returns {string}
   */
  toString(separator, includeNamespace = true) {
    return this._matcher.toString(separator, includeNamespace);
  }
  /**
   * Get path as array of tag names.
   * @returns {string[]}
   */
  toArray() {
    return this._matcher.path.map((n) => n.tag);
  }
  /**
   * Match current path against an Expression.
   * @param {Expression} expression
   * @returns {boolean}
   */
  matches(expression) {
    return this._matcher.matches(expression);
  }
  /**
   * Match any expression in the given set against the current path.
   * @param {ExpressionSet} exprSet
   * @returns {boolean}
   */
  matchesAny(exprSet) {
    return exprSet.matchesAny(this._matcher);
  }
};
var Matcher = class {
  /**
   * Create a new Matcher.
   * @param {Object} [options={}]
   * @param {string} [options.separator='.'] - Default path separator
   */
  constructor(options = {}) {
    this.separator = options.separator || ".";
    this.path = [];
    this.siblingStacks = [];
    this._pathStringCache = null;
    this._view = new MatcherView(this);
    this._keptAttrs = [];
  }
  /**
   * Push a new tag onto the path.
   * @param {string} tagName
   * @param {Object|null} [attrValues=null]
   * @param {string|null} [namespace=null]
   * @param {Object|null} [options=null]
   * @param {string[]} [options.keep] - Names of attributes (from attrValues)
   */
  push(tagName2, attrValues = null, namespace = null, options = null) {
    this._pathStringCache = null;
    if (this.path.length > 0) {
      this.path[this.path.length - 1].values = void 0;
    }
    const currentLevel = this.path.length;
    let level = this.siblingStacks[currentLevel];
    if (!level) {
      level = { counts: /* @__PURE__ */ new Map(), total: 0 };
      this.siblingStacks[currentLevel] = level;
    }
    const siblingKey = namespace ? `${namespace}:${tagName2}` : tagName2;
    const counter = level.counts.get(siblingKey) || 0;
    const position = level.total;
    level.counts.set(siblingKey, counter + 1);
    level.total++;
    const node = {
      tag: tagName2,
      position,
      counter
    };
    if (namespace !== null && namespace !== void 0) {
      node.namespace = namespace;
    }
    if (attrValues !== null && attrValues !== void 0) {
      node.values = attrValues;
    }
    this.path.push(node);
    const depth = this.path.length;
    const keep2 = options !== null ? options.keep : null;
    if (keep2 !== null && keep2 !== void 0 && keep2.length > 0 && attrValues) {
      for (let i = 0; i < keep2.length; i++) {
        const name = keep2[i];
        if (attrValues[name] !== void 0) {
          this._keptAttrs.push({ depth, name, value: attrValues[name] });
        }
      }
    }
  }
  /**
   * Pop the last tag from the path.
   * @returns {Object|undefined} The popped node
   */
  pop() {
    if (this.path.length === 0) return void 0;
    this._pathStringCache = null;
    const node = this.path.pop();
    if (this.siblingStacks.length > this.path.length + 1) {
      this.siblingStacks.length = this.path.length + 1;
    }
    const poppedDepth = this.path.length + 1;
    while (this._keptAttrs.length > 0 && this._keptAttrs[this._keptAttrs.length - 1].depth >= poppedDepth) {
      this._keptAttrs.pop();
    }
    return node;
  }
  /**
   * Update current node's attribute values.
   * Useful when attributes are parsed after push.
   * @param {Object} attrValues
   */
  updateCurrent(attrValues) {
    if (this.path.length > 0) {
      const current = this.path[this.path.length - 1];
      if (attrValues !== null && attrValues !== void 0) {
        current.values = attrValues;
      }
    }
  }
  /**
   * Get current tag name.
   * @returns {string|undefined}
   */
  getCurrentTag() {
    return this.path.length > 0 ? this.path[this.path.length - 1].tag : void 0;
  }
  /**
   * Get current namespace.
   * @returns {string|undefined}
   */
  getCurrentNamespace() {
    return this.path.length > 0 ? this.path[this.path.length - 1].namespace : void 0;
  }
  /**
   * Get current node's attribute value.
   * @param {string} attrName
   * @returns {*}
   */
  getAttrValue(attrName) {
    if (this.path.length === 0) return void 0;
    return this.path[this.path.length - 1].values?.[attrName];
  }
  /**
   * Check if current node has an attribute.
   * @param {string} attrName
   * @returns {boolean}
   */
  hasAttr(attrName) {
    if (this.path.length === 0) return false;
    const current = this.path[this.path.length - 1];
    return current.values !== void 0 && attrName in current.values;
  }
  /**
   * Get the value of a "kept" attribute from the nearest ancestor (or
   * current node) that declared it via `push(tag, attrs, ns, { keep: [...] })`.
   * Unlike getAttrValue(), this works regardless of how deep the path has
   * gone since the attribute was pushed — but only for attribute names that
   * were explicitly marked with `keep` at push time. Cost is proportional to
   * the number of currently-kept attributes (typically 0-3), not path depth.
   * @param {string} attrName
   * @returns {*} the value, or undefined if no ancestor kept this attribute
   */
  getAnyParentAttr(attrName) {
    const kept = this._keptAttrs;
    for (let i = kept.length - 1; i >= 0; i--) {
      if (kept[i].name === attrName) return kept[i].value;
    }
    return void 0;
  }
  /**
   * Check whether any ancestor (or the current node) kept the given
   * attribute via `push(tag, attrs, ns, { keep: [...] })`.
   * @param {string} attrName
   * @returns {boolean}
   */
  hasAnyParentAttr(attrName) {
    const kept = this._keptAttrs;
    for (let i = kept.length - 1; i >= 0; i--) {
      if (kept[i].name === attrName) return true;
    }
    return false;
  }
  /**
   * Get current node's sibling position (child index in parent).
   * @returns {number}
   */
  getPosition() {
    if (this.path.length === 0) return -1;
    return this.path[this.path.length - 1].position ?? 0;
  }
  /**
   * Get current node's repeat counter (occurrence count of this tag name).
   * @returns {number}
   */
  getCounter() {
    if (this.path.length === 0) return -1;
    return this.path[this.path.length - 1].counter ?? 0;
  }
  /**
   * Get current node's sibling index (alias for getPosition).
   * @returns {number}
   * @deprecated Use getPosition() or getCounter() instead
   */
  getIndex() {
    return this.getPosition();
  }
  /**
   * Get current path depth.
   * @returns {number}
   */
  getDepth() {
    return this.path.length;
  }
  /**
   * Get path as string.
   * @param {string} [separator] - Optional separator (uses default if not provided)
   * @param {boolean} [includeNamespace=true]
   * @returns {string}
   */
  toString(separator, includeNamespace = true) {
    const sep2 = separator || this.separator;
    const isDefault = sep2 === this.separator && includeNamespace === true;
    if (isDefault) {
      if (this._pathStringCache !== null) {
        return this._pathStringCache;
      }
      const result = this.path.map(
        (n) => n.namespace ? `${n.namespace}:${n.tag}` : n.tag
      ).join(sep2);
      this._pathStringCache = result;
      return result;
    }
    return this.path.map(
      (n) => includeNamespace && n.namespace ? `${n.namespace}:${n.tag}` : n.tag
    ).join(sep2);
  }
  /**
   * Get path as array of tag names.
   * @returns {string[]}
   */
  toArray() {
    return this.path.map((n) => n.tag);
  }
  /**
   * Reset the path to empty.
   */
  reset() {
    this._pathStringCache = null;
    this.path = [];
    this.siblingStacks = [];
    this._keptAttrs = [];
  }
  /**
   * Match current path against an Expression.
   * @param {Expression} expression
   * @returns {boolean}
   */
  matches(expression) {
    const segments = expression.segments;
    if (segments.length === 0) {
      return false;
    }
    if (expression.hasDeepWildcard()) {
      return this._matchWithDeepWildcard(segments);
    }
    return this._matchSimple(segments);
  }
  /**
   * @private
   */
  _matchSimple(segments) {
    if (this.path.length !== segments.length) {
      return false;
    }
    for (let i = 0; i < segments.length; i++) {
      if (!this._matchSegment(segments[i], this.path[i], i === this.path.length - 1)) {
        return false;
      }
    }
    return true;
  }
  /**
   * @private
   */
  _matchWithDeepWildcard(segments) {
    let pathIdx = this.path.length - 1;
    let segIdx = segments.length - 1;
    while (segIdx >= 0 && pathIdx >= 0) {
      const segment = segments[segIdx];
      if (segment.type === "deep-wildcard") {
        segIdx--;
        if (segIdx < 0) {
          return true;
        }
        const nextSeg = segments[segIdx];
        let found = false;
        for (let i = pathIdx; i >= 0; i--) {
          if (this._matchSegment(nextSeg, this.path[i], i === this.path.length - 1)) {
            pathIdx = i - 1;
            segIdx--;
            found = true;
            break;
          }
        }
        if (!found) {
          return false;
        }
      } else {
        if (!this._matchSegment(segment, this.path[pathIdx], pathIdx === this.path.length - 1)) {
          return false;
        }
        pathIdx--;
        segIdx--;
      }
    }
    return segIdx < 0;
  }
  /**
   * @private
   */
  _matchSegment(segment, node, isCurrentNode) {
    if (segment.tag !== "*" && segment.tag !== node.tag) {
      return false;
    }
    if (segment.namespace !== void 0) {
      if (segment.namespace !== "*" && segment.namespace !== node.namespace) {
        return false;
      }
    }
    if (segment.attrName !== void 0) {
      if (!isCurrentNode) {
        return false;
      }
      if (!node.values || !(segment.attrName in node.values)) {
        return false;
      }
      if (segment.attrValue !== void 0) {
        if (String(node.values[segment.attrName]) !== String(segment.attrValue)) {
          return false;
        }
      }
    }
    if (segment.position !== void 0) {
      if (!isCurrentNode) {
        return false;
      }
      const counter = node.counter ?? 0;
      if (segment.position === "first" && counter !== 0) {
        return false;
      } else if (segment.position === "odd" && counter % 2 !== 1) {
        return false;
      } else if (segment.position === "even" && counter % 2 !== 0) {
        return false;
      } else if (segment.position === "nth" && counter !== segment.positionValue) {
        return false;
      }
    }
    return true;
  }
  /**
   * Match any expression in the given set against the current path.
   * @param {ExpressionSet} exprSet
   * @returns {boolean}
   */
  matchesAny(exprSet) {
    return exprSet.matchesAny(this);
  }
  /**
   * Create a snapshot of current state.
   * @returns {Object}
   */
  snapshot() {
    return {
      path: this.path.map((node) => ({ ...node })),
      siblingStacks: this.siblingStacks.map((level) => level ? { counts: new Map(level.counts), total: level.total } : level),
      keptAttrs: this._keptAttrs.map((entry) => ({ ...entry }))
    };
  }
  /**
   * Restore state from snapshot.
   * @param {Object} snapshot
   */
  restore(snapshot) {
    this._pathStringCache = null;
    this.path = snapshot.path.map((node) => ({ ...node }));
    this.siblingStacks = snapshot.siblingStacks.map((level) => level ? { counts: new Map(level.counts), total: level.total } : level);
    this._keptAttrs = (snapshot.keptAttrs || []).map((entry) => ({ ...entry }));
  }
  /**
   * Return the read-only {@link MatcherView} for this matcher.
   *
   * The same instance is returned on every call — no allocation occurs.
   * It always reflects the current parser state and is safe to pass to
   * user callbacks without risk of accidental mutation.
   *
   * @returns {MatcherView}
   *
   * @example
   * const view = matcher.readOnly();
   * // pass view to callbacks — it stays in sync automatically
   * view.matches(expr);       // ✓
   * view.getCurrentTag();     // ✓
   * // view.push(...)         // ✗ method does not exist — caught by TypeScript
   */
  readOnly() {
    return this._view;
  }
};

// node_modules/is-unsafe/src/contexts/html.js
var HTML_PATTERNS = [
  {
    id: "html-script-open",
    description: "<script opening tag",
    pattern: /<script[\s>/]/i
  },
  {
    id: "html-script-close",
    description: "</script closing tag",
    pattern: /<\/script[\s>]/i
  },
  {
    id: "html-javascript-protocol",
    description: "javascript: URI scheme (with optional whitespace/encoding)",
    // Handles j&#x61;vascript:, j\u0061vascript:, and whitespace variants
    pattern: /j[\t\n\r ]*a[\t\n\r ]*v[\t\n\r ]*a[\t\n\r ]*s[\t\n\r ]*c[\t\n\r ]*r[\t\n\r ]*i[\t\n\r ]*p[\t\n\r ]*t[\t\n\r ]*:/i
  },
  {
    id: "html-vbscript-protocol",
    description: "vbscript: URI scheme",
    pattern: /vbscript[\t\n\r ]*:/i
  },
  {
    id: "html-data-html",
    description: "data:text/html URI — can execute scripts in browsers",
    pattern: /data[\t\n\r ]*:[\t\n\r ]*text\/html/i
  },
  {
    id: "html-data-xhtml",
    description: "data:application/xhtml+xml URI",
    pattern: /data[\t\n\r ]*:[\t\n\r ]*application\/xhtml/i
  },
  {
    id: "html-data-svg",
    description: "data:image/svg+xml URI — can execute scripts",
    pattern: /data[\t\n\r ]*:[\t\n\r ]*image\/svg\+xml/i
  },
  {
    id: "html-inline-event-handler",
    description: "Inline event handler attributes: onclick=, onerror=, onload=, etc.",
    // \bon ensures we match a word boundary so "phonetic=" is not caught
    pattern: /\bon\w{1,30}\s*=/i
  },
  {
    id: "html-entity-obfuscated-script",
    description: "HTML-entity-encoded <script (e.g. &#x3C;script or &lt;script)",
    // Entities include optional trailing semicolon: &#x3C; or &#x3C (both valid in HTML5)
    pattern: /(?:&#x0*3[Cc];?|&#0*60;?|&lt;)\s*script/i
  },
  {
    id: "html-entity-obfuscated-javascript",
    description: 'HTML-entity-encoded javascript: (partial — catches common &#106; or &#x6a; for "j")',
    pattern: /(?:&#x0*6[Aa];?|&#0*106;?)\s*(?:&#x0*61;?|a)[\s\S]{0,80}script\s*:/i
  },
  {
    id: "html-style-expression",
    description: "CSS expression() — IE-era code execution in style attributes",
    pattern: /style[\s\S]{0,20}expression\s*\(/i
  },
  {
    id: "html-object-embed",
    description: "<object or <embed tags that can load active content",
    pattern: /<(?:object|embed)[\s>/]/i
  },
  {
    id: "html-base-tag",
    description: "<base href= — can hijack all relative URLs on a page",
    pattern: /<base[\s>]/i
  },
  {
    id: "html-meta-refresh",
    description: '<meta http-equiv="refresh" — can redirect users',
    pattern: /<meta[\s\S]{0,40}http-equiv[\s\S]{0,20}refresh/i
  },
  {
    id: "html-srcdoc",
    description: "srcdoc= attribute on iframes — embeds HTML that can run scripts",
    pattern: /srcdoc\s*=/i
  },
  {
    id: "html-iframe",
    description: "<iframe tag",
    pattern: /<iframe[\s>/]/i
  },
  {
    id: "html-form",
    description: "<form tag — can be used for phishing / credential harvesting injection",
    pattern: /<form[\s>/]/i
  }
];
var html_default = HTML_PATTERNS;

// node_modules/is-unsafe/src/contexts/xml.js
var XML_PATTERNS = [
  {
    id: "xml-cdata-injection",
    description: "CDATA section injection: <![CDATA[ breaks out of text node context",
    pattern: /<!\[CDATA\[/i
  },
  {
    id: "xml-cdata-close",
    description: "CDATA close sequence: ]]> can terminate an enclosing CDATA section",
    pattern: /\]\]>/
  },
  {
    id: "xml-processing-instruction",
    description: "XML processing instruction: <?xml-stylesheet or <?php etc.",
    pattern: /<\?(?:xml[\- ]|php|asp)/i
  },
  {
    id: "xml-doctype-injection",
    description: "DOCTYPE declaration embedded in content — can define entities",
    // Match <!DOCTYPE followed by end-of-string, whitespace, or [ (internal subset)
    pattern: /<!DOCTYPE(?:[\s[]|$)/i
  },
  {
    id: "xml-entity-system",
    description: "SYSTEM keyword — used in external entity declarations (XXE)",
    pattern: /\bSYSTEM\s+["']/i
  },
  {
    id: "xml-entity-public",
    description: "PUBLIC keyword — used in external entity declarations (XXE)",
    pattern: /\bPUBLIC\s+["']/i
  },
  {
    id: "xml-entity-declaration",
    description: "<!ENTITY declaration — defines entities, potential XXE or entity expansion",
    pattern: /<!ENTITY[\s%]/i
  },
  {
    id: "xml-billion-laughs",
    description: "Entity reference chaining / billion laughs: repeated &eX; style references",
    // Heuristic: 3+ consecutive entity refs suggests expansion attack
    pattern: /(?:&\w{1,20};){3,}/
  },
  {
    id: "xml-namespace-confusion",
    description: "xmlns: attribute injection — can redefine namespaces to confuse parsers",
    // pattern: /\bxmlns\s*(?::\w{1,40})?\s*=/i,
    pattern: /\bxmlns(?::\w{1,40})?\s*=/i
  },
  {
    id: "xml-comment-injection",
    description: "<!-- comment injection — can hide content from some parsers",
    pattern: /<!--/
  },
  {
    id: "xml-comment-close",
    description: "--> closes an enclosing XML comment",
    pattern: /-->/
  },
  {
    id: "xml-pi-close",
    description: "?> closes an enclosing processing instruction",
    pattern: /\?>/
  }
];
var xml_default = XML_PATTERNS;

// node_modules/is-unsafe/src/contexts/svg.js
var SVG_PATTERNS = [
  {
    id: "svg-script-element",
    description: "<script element inside SVG executes JavaScript",
    pattern: /<script[\s>/]/i
  },
  {
    id: "svg-xlink-href-javascript",
    description: "xlink:href with javascript: — classic SVG XSS via <a> or <use>",
    pattern: /xlink\s*:\s*href\s*=\s*["']?\s*javascript\s*:/i
  },
  {
    id: "svg-href-javascript",
    description: "href= with javascript: in SVG context (<a>, <animate>, etc.)",
    pattern: /href\s*=\s*["']?\s*javascript\s*:/i
  },
  {
    id: "svg-foreignobject",
    description: "<foreignObject embeds HTML inside SVG — can execute scripts",
    pattern: /<foreignObject[\s>/]/i
  },
  {
    id: "svg-use-external",
    description: "<use xlink:href or href pointing to external resource (non-fragment URL)",
    // Match <use with href= where the value starts with a non-# character (external URL)
    // [\"'][^#] catches quoted values not starting with #; [^\"'#\s>] catches unquoted
    pattern: /<use[\s\S]{0,60}(?:xlink\s*:\s*)?href\s*=\s*(?:["'][^#]|[^"'#\s>])/i
  },
  {
    id: "svg-animate-href",
    description: '<animate attributeName="href" — can dynamically change href to javascript:',
    pattern: /<animate[\s\S]{0,80}attributeName\s*=\s*["'][\s]*href["']/i
  },
  {
    id: "svg-animate-xlinkhref",
    description: '<animate attributeName="xlink:href"',
    pattern: /<animate[\s\S]{0,80}attributeName\s*=\s*["'][\s]*xlink\s*:\s*href["']/i
  },
  {
    id: "svg-set-javascript",
    description: '<set to="javascript:..." — sets an attribute to a javascript: URI',
    pattern: /<set[\s\S]{0,80}to\s*=\s*["']?\s*javascript\s*:/i
  },
  {
    id: "svg-event-handler",
    description: "SVG-specific event handler attributes: onload=, onerror=, onactivate=, etc.",
    pattern: /\bon(?:load|error|activate|begin|end|repeat|focus|blur|click|mouse\w{1,20}|key\w{1,20})\s*=/i
  },
  {
    id: "svg-handler-generic",
    description: "Generic on* handler catch-all for SVG attributes",
    pattern: /\bon\w{1,30}\s*=/i
  },
  {
    id: "svg-filter-feimage",
    description: "<feImage href= — filter primitive that can load external resources",
    pattern: /<feImage[\s\S]{0,80}(?:xlink\s*:\s*)?href\s*=/i
  },
  {
    id: "svg-image-external",
    description: "<image xlink:href with http/https or javascript protocol",
    pattern: /<image[\s\S]{0,80}(?:xlink\s*:\s*)?href\s*=\s*["']?\s*(?:https?|javascript)\s*:/i
  },
  {
    id: "svg-style-javascript",
    description: "style= attribute containing javascript: (e.g. background:url(javascript:...))",
    pattern: /style\s*=[\s\S]{0,60}javascript\s*:/i
  }
];
var svg_default = SVG_PATTERNS;

// node_modules/is-unsafe/src/contexts/sql.js
var SQL_PATTERNS = [
  {
    id: "sql-block-comment-open",
    description: "SQL block comment open: /* ... */ — unusual in legitimate user text",
    pattern: /\/\*/
  },
  {
    id: "sql-union-select",
    description: "UNION SELECT — most common SQL injection aggregation attack",
    pattern: /\bUNION\s{1,20}(?:ALL\s{1,20})?SELECT\b/i
  },
  {
    id: "sql-drop-table",
    description: "DROP TABLE — destructive DDL injection",
    pattern: /\bDROP\s{1,20}TABLE\b/i
  },
  {
    id: "sql-drop-database",
    description: "DROP DATABASE — destructive DDL injection",
    pattern: /\bDROP\s{1,20}DATABASE\b/i
  },
  {
    id: "sql-insert-into",
    description: "INSERT INTO — data injection",
    pattern: /\bINSERT\s{1,20}INTO\b/i
  },
  {
    id: "sql-delete-from",
    description: "DELETE FROM — data deletion injection",
    pattern: /\bDELETE\s{1,20}FROM\b/i
  },
  {
    id: "sql-update-set",
    description: "UPDATE ... SET — data modification injection",
    // Allows arbitrary content between UPDATE and SET (table name, alias, etc.)
    pattern: /\bUPDATE\b[\s\S]{1,60}\bSET\b/i
  },
  {
    id: "sql-exec-xp",
    description: "EXEC xp_ — MSSQL extended stored procedure execution",
    pattern: /\bEXEC(?:UTE)?\s{1,20}xp_/i
  },
  {
    id: "sql-tautology-string",
    description: `Classic string tautology: ' OR '1'='1 or " OR "1"="1"`,
    // Last quote is optional — injection may truncate it: ' OR '1'='1--
    pattern: /'\s{0,10}OR\s{0,10}'[^']{0,20}'\s*=\s*'[^']{0,20}/i
  },
  {
    id: "sql-tautology-numeric",
    description: "Numeric tautology: OR 1=1",
    pattern: /\bOR\s{1,10}1\s*=\s*1\b/i
  },
  {
    id: "sql-always-true-zero",
    description: "Numeric tautology: OR 0=0",
    pattern: /\bOR\s{1,10}0\s*=\s*0\b/i
  },
  {
    id: "sql-sleep-benchmark",
    description: "Time-based blind injection: SLEEP() or BENCHMARK()",
    pattern: /\b(?:SLEEP|BENCHMARK)\s*\(/i
  },
  {
    id: "sql-waitfor-delay",
    description: "MSSQL time-based blind injection: WAITFOR DELAY",
    pattern: /\bWAITFOR\s{1,20}DELAY\b/i
  },
  {
    id: "sql-char-function",
    description: "CHAR() function — used to obfuscate injected strings",
    pattern: /\bCHAR\s*\(\s*\d{1,3}/i
  },
  {
    id: "sql-information-schema",
    description: "INFORMATION_SCHEMA — reconnaissance query for table/column enumeration",
    pattern: /\bINFORMATION_SCHEMA\b/i
  }
];
var sql_default = SQL_PATTERNS;

// node_modules/is-unsafe/src/contexts/shell.js
var SHELL_PATTERNS = [
  {
    id: "shell-path-traversal-unix",
    description: "Unix path traversal: ../  — climbing the directory tree",
    pattern: /\.\.\//
  },
  {
    id: "shell-path-traversal-windows",
    description: "Windows path traversal: ..\\ — climbing the directory tree",
    pattern: /\.\.\\/
  },
  {
    id: "shell-path-traversal-encoded",
    description: "URL-encoded path traversal: %2e%2e or %2f variants",
    pattern: /%2e%2e|%2f\.\.|\.\.%2f/i
  },
  {
    id: "shell-null-byte",
    description: "Null byte injection: \\x00 or %00 — truncates strings in C-backed functions",
    pattern: /\x00|%00/
  },
  {
    id: "shell-semicolon",
    description: "Semicolon command separator: cmd1; cmd2",
    pattern: /;/
  },
  {
    id: "shell-pipe",
    description: "Pipe operator: cmd1 | cmd2",
    pattern: /\|/
  },
  {
    id: "shell-and-operator",
    description: "AND operator: cmd1 && cmd2",
    pattern: /&&/
  },
  {
    id: "shell-or-operator",
    description: "OR operator: cmd1 || cmd2",
    pattern: /\|\|/
  },
  {
    id: "shell-backtick",
    description: "Backtick command substitution: `cmd`",
    pattern: /`/
  },
  {
    id: "shell-dollar-paren",
    description: "Dollar-paren command substitution: $(cmd)",
    pattern: /\$\(/
  },
  {
    id: "shell-dollar-brace",
    description: "Dollar-brace variable expansion: ${var} — can be abused for injection",
    pattern: /\$\{/
  },
  {
    id: "shell-redirect-out",
    description: "Output redirection: cmd > file or cmd >> file",
    pattern: />{1,2}/
  },
  {
    id: "shell-redirect-in",
    description: "Input redirection: cmd < file",
    pattern: /</
  },
  {
    id: "shell-newline-injection",
    description: "Newline injection: \\n or \\r — can inject new shell commands",
    pattern: /[\n\r]/
  },
  {
    id: "shell-glob-star",
    description: "Glob expansion: * or ? — can expand to unintended files",
    // Only flag when combined with path separators to reduce false positives
    pattern: /[/\\][*?]/
  },
  {
    id: "shell-absolute-root",
    description: "Absolute root path injection: string starting with / or \\ (Windows UNC)",
    pattern: /^(?:\/|\\\\)/
  },
  {
    id: "shell-windows-drive",
    description: "Windows drive letter path injection: C:\\ or D:/",
    pattern: /^[a-zA-Z]:[/\\]/
  },
  {
    id: "shell-curl-wget",
    description: "curl/wget with URL or flags — can exfiltrate data or download payloads",
    // Require a URL scheme (http/https/ftp) or a flag (-) to reduce false positives
    // "curl is a tool" won't match; "curl http://..." or "curl -s ..." will
    pattern: /\b(?:curl|wget)\s+(?:https?:\/\/|ftp:\/\/|-)/i
  }
];
var shell_default = SHELL_PATTERNS;

// node_modules/is-unsafe/src/contexts/redos.js
var REDOS_PATTERNS = [
  {
    id: "redos-nested-quantifier-plus",
    description: "Nested + quantifier inside a group with outer quantifier: (a+)+, (.+b)*, etc.",
    // Matches any group containing a + quantifier, with an outer * or + — catches (a+)+, (.+b)*, etc.
    pattern: /\([^)]*\+[^)]*\)[+*]/
  },
  {
    id: "redos-nested-quantifier-star",
    description: "Nested * quantifier: (a*)* or (a*)+ — catastrophic backtracking",
    pattern: /\([^)]*\*[^)]*\)[*+]/
  },
  {
    id: "redos-nested-groups",
    description: "Doubly nested quantified groups: ((a+)+) — guaranteed catastrophic",
    pattern: /\(\([^)]{0,40}\)[+*]\)[+*]/
  },
  {
    id: "redos-alternation-overlap",
    description: "Overlapping alternation under quantifier: (a|a)+ — ambiguous NFA paths",
    // Detect repeated identical alternatives under a quantifier
    pattern: /\(([^|()]{1,20})\|(?:\1)(?:\|[^|()]{1,20}){0,5}\)[+*?]{1,2}/
  },
  {
    id: "redos-star-plus-concat",
    description: "(x*x)+ pattern — triggers super-linear backtracking",
    pattern: /\([^)]{0,10}\*[^)]{0,10}\)[+*]/
  },
  {
    id: "redos-dot-star-greedy",
    description: "(.*){n,} or (.+){n,} — repeated greedy dot quantifiers",
    pattern: /\(\.[*+]\)\{?\d/
  },
  {
    id: "redos-large-repetition",
    description: "Very large fixed or range repetition count {1000,} or {1000,n} — denial of service via backtracking",
    // Matches { followed by 4+ digits (≥1000), then optional ,digits }
    pattern: /\{\d{4,}(?:,\d*)?\}/
  },
  {
    id: "redos-catastrophic-alternation",
    description: "Long alternation with many similar branches — polynomial backtracking risk",
    // Heuristic: 10+ pipe-separated alternatives in a single group
    pattern: /\([^)]{0,200}(?:\|[^|)]{0,50}){9,}\)/
  }
];
var redos_default = REDOS_PATTERNS;

// node_modules/is-unsafe/src/contexts/nosql.js
var sep = `["'\\s]*:`;
var NOSQL_PATTERNS = [
  // ─── MongoDB $ operator injection ────────────────────────────────────────
  {
    id: "nosql-where-operator",
    description: "$where — executes arbitrary JavaScript server-side in MongoDB",
    pattern: new RegExp(`\\$where${sep}`, "i")
  },
  {
    id: "nosql-ne-operator",
    description: '$ne — "not equal" operator used to bypass equality checks',
    pattern: new RegExp(`\\$ne${sep}`, "i")
  },
  {
    id: "nosql-gt-operator",
    description: '$gt — "greater than" used to bypass password/value checks',
    pattern: new RegExp(`\\$gte?${sep}`, "i")
  },
  {
    id: "nosql-lt-operator",
    description: '$lt / $lte — "less than" bypass variants',
    pattern: new RegExp(`\\$lte?${sep}`, "i")
  },
  {
    id: "nosql-regex-operator",
    description: "$regex — can be used to extract data character by character (blind injection)",
    pattern: new RegExp(`\\$regex${sep}`, "i")
  },
  {
    id: "nosql-or-operator",
    description: "$or — logical OR; used to create always-true conditions",
    pattern: new RegExp(`\\$or${sep}\\s*\\[`, "i")
  },
  {
    id: "nosql-and-operator",
    description: "$and — logical AND operator injection",
    pattern: new RegExp(`\\$and${sep}\\s*\\[`, "i")
  },
  {
    id: "nosql-nor-operator",
    description: "$nor — logical NOR operator injection",
    pattern: new RegExp(`\\$nor${sep}\\s*\\[`, "i")
  },
  {
    id: "nosql-exists-operator",
    description: "$exists — can enumerate fields to determine schema",
    pattern: new RegExp(`\\$exists${sep}`, "i")
  },
  {
    id: "nosql-in-operator",
    description: "$in — matches any value in a list; can enumerate values",
    pattern: new RegExp(`\\$in${sep}\\s*\\[`, "i")
  },
  {
    id: "nosql-expr-operator",
    description: "$expr — allows aggregation expressions in queries (MongoDB 3.6+)",
    pattern: new RegExp(`\\$expr${sep}`, "i")
  },
  {
    id: "nosql-function-operator",
    description: "$function — executes arbitrary JavaScript in MongoDB 4.4+",
    pattern: new RegExp(`\\$function${sep}`, "i")
  },
  {
    id: "nosql-accumulator-operator",
    description: "$accumulator — custom aggregation with arbitrary JS execution",
    pattern: new RegExp(`\\$accumulator${sep}`, "i")
  },
  // ─── Prototype pollution ─────────────────────────────────────────────────
  {
    id: "nosql-proto-pollution",
    description: "__proto__ — prototype pollution via object key injection",
    pattern: /__proto__/
  },
  {
    id: "nosql-constructor-prototype",
    description: "constructor.prototype — alternative prototype pollution vector (dot notation or JSON key)",
    // Matches dot-notation (obj.constructor.prototype) and JSON key adjacency
    // ("constructor": {"prototype": ...})
    pattern: /constructor[\s"':.,{\[]*prototype/i
  },
  {
    id: "nosql-proto-bracket",
    description: '["__proto__"] — bracket-notation prototype pollution',
    pattern: /\[["']__proto__["']\]/
  }
];
var nosql_default = NOSQL_PATTERNS;

// node_modules/is-unsafe/src/contexts/log.js
var LOG_PATTERNS = [
  // ─── CRLF / newline injection ─────────────────────────────────────────────
  {
    id: "log-crlf-injection",
    description: "CRLF injection: literal \\r or \\n embeds fake log lines",
    pattern: /[\r\n]/
  },
  {
    id: "log-url-encoded-crlf",
    description: "URL-encoded CRLF: %0d, %0a, %0D, %0A — decoded by some log parsers",
    pattern: /%0[dDaA]/
  },
  {
    id: "log-unicode-newline",
    description: "Unicode newline variants: U+2028 (line separator), U+2029 (paragraph separator)",
    pattern: /[\u2028\u2029]/
  },
  // ─── Log4Shell / JNDI injection (CVE-2021-44228) ─────────────────────────
  {
    id: "log-log4shell-jndi",
    description: "Log4Shell: ${jndi:...} triggers remote code execution in Apache Log4j",
    pattern: /\$\{jndi\s*:/i
  },
  {
    id: "log-log4shell-obfuscated",
    description: "Obfuscated Log4Shell: ${::-j}... lookup-bypass prefix used to evade WAF detection",
    // ${::- is the Log4j lookup-bypass escape sequence; presence alone is suspicious
    pattern: /\$\{::-/
  },
  {
    id: "log-log4j-lookup",
    description: "Log4j lookup syntax: ${env:...}, ${sys:...}, ${ctx:...} — data exfiltration",
    pattern: /\$\{(?:env|sys|ctx|main|map|sd|web|docker|k8s|spring)\s*:/i
  },
  // ─── Server-Side Template Injection (SSTI) in log messages ───────────────
  {
    id: "log-ssti-double-brace",
    description: "SSTI double-brace: {{expression}} — Jinja2, Twig, Handlebars, etc.",
    pattern: /\{\{[\s\S]{0,80}\}\}/
  },
  {
    id: "log-ssti-hash-brace",
    description: "SSTI hash-brace: #{expression} — Thymeleaf, Velocity, Ruby ERB",
    pattern: /#\{[\s\S]{0,80}\}/
  },
  {
    id: "log-ssti-dollar-brace",
    description: "SSTI/EL injection: ${expression with operators or method calls} — JSP EL, Freemarker, SpEL",
    // Require that the ${...} content looks like an expression, not a plain variable name.
    // Flags if the content contains: . ( * + operators, or known SSTI keywords.
    // This avoids flagging ${PATH}, ${HOME} etc. (plain shell variables).
    pattern: /\$\{[^}]*(?:\.|\(|\*|\+|\bclass\b|\bruntime\b|\bprocess\b|\bexec\b)[^}]{0,80}\}/i
  },
  {
    id: "log-ssti-percent-tag",
    description: "SSTI ERB/ASP tag: <%= expression %> — Ruby ERB, ASP",
    pattern: /<%=[\s\S]{0,80}%>/
  },
  // ─── Null byte ────────────────────────────────────────────────────────────
  {
    id: "log-null-byte",
    description: "Null byte: \\x00 or %00 — can truncate log entries in C-backed loggers",
    pattern: /\x00|%00/
  },
  // ─── ANSI escape injection ────────────────────────────────────────────────
  {
    id: "log-ansi-escape",
    description: "ANSI escape sequence: ESC[ — can manipulate terminal output when logs are tailed",
    pattern: /\x1b\[/
  }
];
var log_default = LOG_PATTERNS;

// node_modules/is-unsafe/src/contexts/sql-strict.js
var SQL_STRICT_EXTRA = [
  {
    id: "sql-line-comment",
    description: "SQL line comment: -- followed by whitespace or end of string",
    pattern: /--(?:\s|$)/
  },
  {
    id: "sql-stacked-query",
    description: "Stacked queries: semicolon immediately followed by a SQL keyword",
    pattern: /;\s{0,10}(?:SELECT|INSERT|UPDATE|DELETE|DROP|CREATE|ALTER|EXEC)\b/i
  },
  {
    id: "sql-hex-encoding",
    description: "Hex-encoded string injection: 0x41414141 style (MySQL)",
    pattern: /\b0x[0-9a-f]{4,}/i
  }
];
var SQL_STRICT_PATTERNS = [...sql_default, ...SQL_STRICT_EXTRA];
var sql_strict_default = SQL_STRICT_PATTERNS;

// node_modules/is-unsafe/src/util/decode-entities.js
var NAMED = Object.freeze({
  colon: ":",
  Tab: "	",
  NewLine: "\n"
});
var ENTITY_RE = /&(?:#[xX]0*([0-9a-fA-F]{1,6});?|#0*([0-9]{1,7});?|([a-zA-Z][a-zA-Z0-9]{1,15});)/g;
function decodeEntities(input) {
  if (input.indexOf("&") === -1) return input;
  return input.replace(ENTITY_RE, (match, hex3, dec, name) => {
    if (name !== void 0) {
      return Object.prototype.hasOwnProperty.call(NAMED, name) ? NAMED[name] : match;
    }
    const cp = hex3 !== void 0 ? parseInt(hex3, 16) : parseInt(dec, 10);
    if (!Number.isFinite(cp) || cp > 1114111) return match;
    return String.fromCodePoint(cp);
  });
}

// node_modules/is-unsafe/src/index.js
html_default.label = "HTML";
xml_default.label = "XML";
svg_default.label = "SVG";
html_default.decodeEntities = true;
xml_default.decodeEntities = true;
svg_default.decodeEntities = true;
sql_default.label = "SQL";
sql_strict_default.label = "SQL-STRICT";
shell_default.label = "SHELL";
redos_default.label = "REDOS";
nosql_default.label = "NOSQL";
log_default.label = "LOG";
var VALID_CONTEXTS = Object.freeze({
  HTML: html_default,
  XML: xml_default,
  SVG: svg_default,
  SQL: sql_default,
  "SQL-STRICT": sql_strict_default,
  SHELL: shell_default,
  REDOS: redos_default,
  NOSQL: nosql_default,
  LOG: log_default
});
function assertString(value2) {
  if (typeof value2 !== "string") {
    throw new TypeError(
      `is-unsafe: first argument must be a string, got ${typeof value2}`
    );
  }
}
function assertContext(context) {
  if (context instanceof RegExp) return;
  if (Array.isArray(context)) {
    if (context.length === 0) {
      throw new TypeError("is-unsafe: context must not be an empty array");
    }
    if (Array.isArray(context[0])) {
      for (const list3 of context) {
        if (!Array.isArray(list3) || list3.length === 0) {
          throw new TypeError(
            "is-unsafe: each context in the array must be a non-empty pattern array (PatternList)"
          );
        }
      }
    }
    return;
  }
  throw new TypeError(
    `is-unsafe: second argument must be a PatternList (e.g. HTML), an array of PatternLists (e.g. [HTML, XML]), or a RegExp. Got: ${typeof context}`
  );
}
function normalise(context) {
  if (context instanceof RegExp) return { lists: null, regex: context };
  if (Array.isArray(context[0])) return { lists: context, regex: null };
  return { lists: [context], regex: null };
}
function decodedCopy(value2, list3) {
  if (!list3.decodeEntities) return null;
  const decoded = decodeEntities(value2);
  return decoded === value2 ? null : decoded;
}
function matchList(value2, list3) {
  const label = list3.label ?? "CUSTOM";
  const decoded = decodedCopy(value2, list3);
  for (const rule of list3) {
    if (rule.pattern.test(value2) || decoded !== null && rule.pattern.test(decoded)) {
      return { context: label, id: rule.id, description: rule.description, pattern: rule.pattern };
    }
  }
  return null;
}
function isUnsafe(value2, context) {
  assertString(value2);
  assertContext(context);
  const { lists, regex } = normalise(context);
  if (regex) return regex.test(value2);
  for (const list3 of lists) {
    if (matchList(value2, list3) !== null) return true;
  }
  return false;
}

// node_modules/fast-xml-parser/src/xmlparser/OrderedObjParser.js
function extractRawAttributes(prefixedAttrs, options) {
  if (!prefixedAttrs) return {};
  const attrs = options.attributesGroupName ? prefixedAttrs[options.attributesGroupName] : prefixedAttrs;
  if (!attrs) return {};
  const rawAttrs = {};
  for (const key in attrs) {
    if (key.startsWith(options.attributeNamePrefix)) {
      const rawName = key.substring(options.attributeNamePrefix.length);
      rawAttrs[rawName] = attrs[key];
    } else {
      rawAttrs[key] = attrs[key];
    }
  }
  return rawAttrs;
}
function extractNamespace(rawTagName) {
  if (!rawTagName || typeof rawTagName !== "string") return void 0;
  const colonIndex = rawTagName.indexOf(":");
  if (colonIndex !== -1 && colonIndex > 0) {
    const ns = rawTagName.substring(0, colonIndex);
    if (ns !== "xmlns") {
      return ns;
    }
  }
  return void 0;
}
var OrderedObjParser = class {
  constructor(options, externalEntities) {
    this.options = options;
    this.currentNode = null;
    this.tagsNodeStack = [];
    this.parseXml = parseXml;
    this.parseTextData = parseTextData;
    this.resolveNameSpace = resolveNameSpace;
    this.buildAttributesMap = buildAttributesMap;
    this.isItStopNode = isItStopNode;
    this.replaceEntitiesValue = replaceEntitiesValue;
    this.readStopNodeData = readStopNodeData;
    this.saveTextToParentTag = saveTextToParentTag;
    this.addChild = addChild;
    this.ignoreAttributesFn = getIgnoreAttributesFn(this.options.ignoreAttributes);
    this.entityExpansionCount = 0;
    this.currentExpandedLength = 0;
    this.doctypefound = false;
    let namedEntities = { ...XML };
    if (this.options.entityDecoder) {
      this.entityDecoder = this.options.entityDecoder;
    } else {
      if (typeof this.options.htmlEntities === "object") namedEntities = this.options.htmlEntities;
      else if (this.options.htmlEntities === true) namedEntities = { ...COMMON_HTML, ...CURRENCY };
      this.entityDecoder = new EntityDecoder({
        namedEntities: { ...namedEntities, ...externalEntities },
        numericAllowed: this.options.htmlEntities,
        limit: {
          maxTotalExpansions: this.options.processEntities.maxTotalExpansions,
          maxExpandedLength: this.options.processEntities.maxExpandedLength,
          applyLimitsTo: this.options.processEntities.appliesTo
        },
        // onExternalEntity: (name, value) => isUnsafe(value) ? 'block' : 'allow',
        onInputEntity: (name, value2) => (
          //TODO: VALID_CONTEXTS.HTML should be set only if this.options.htmlEntities
          isUnsafe(value2, [html_default, xml_default]) ? ENTITY_ACTION.BLOCK : ENTITY_ACTION.ALLOW
        )
        //postCheck: resolved => resolved
      });
    }
    this.matcher = new Matcher();
    this.readonlyMatcher = this.matcher.readOnly();
    this.isCurrentNodeStopNode = false;
    this.stopNodeExpressionsSet = new ExpressionSet();
    const stopNodesOpts = this.options.stopNodes;
    if (stopNodesOpts && stopNodesOpts.length > 0) {
      for (let i = 0; i < stopNodesOpts.length; i++) {
        const stopNodeExp = stopNodesOpts[i];
        if (typeof stopNodeExp === "string") {
          this.stopNodeExpressionsSet.add(new Expression(stopNodeExp));
        } else if (stopNodeExp instanceof Expression) {
          this.stopNodeExpressionsSet.add(stopNodeExp);
        }
      }
      this.stopNodeExpressionsSet.seal();
    }
  }
};
function parseTextData(val, tagName2, jPath, dontTrim, hasAttributes, isLeafNode, escapeEntities) {
  const options = this.options;
  if (val !== void 0) {
    if (options.trimValues && !dontTrim) {
      val = val.trim();
    }
    if (val.length > 0) {
      if (!escapeEntities) val = this.replaceEntitiesValue(val, tagName2, jPath);
      const jPathOrMatcher = options.jPath ? jPath.toString() : jPath;
      const newval = options.tagValueProcessor(tagName2, val, jPathOrMatcher, hasAttributes, isLeafNode);
      if (newval === null || newval === void 0) {
        return val;
      } else if (typeof newval !== typeof val || newval !== val) {
        return newval;
      } else if (options.trimValues) {
        return parseValue(val, options.parseTagValue, options.numberParseOptions);
      } else {
        const trimmedVal = val.trim();
        if (trimmedVal === val) {
          return parseValue(val, options.parseTagValue, options.numberParseOptions);
        } else {
          return val;
        }
      }
    }
  }
}
function resolveNameSpace(tagname) {
  if (this.options.removeNSPrefix) {
    const tags = tagname.split(":");
    const prefix = tagname.charAt(0) === "/" ? "/" : "";
    if (tags[0] === "xmlns") {
      return "";
    }
    if (tags.length === 2) {
      tagname = prefix + tags[1];
    }
  }
  return tagname;
}
var attrsRegx = /([^\s=]+)\s*(=\s*(?:"([^"]*)"|'([^']*)'))?/gm;
function attrValue(match) {
  return match[3] !== void 0 ? match[3] : match[4];
}
function buildAttributesMap(attrStr, jPath, tagName2, force = false) {
  const options = this.options;
  if (force === true || options.ignoreAttributes !== true && typeof attrStr === "string") {
    const matches = getAllMatches(attrStr, attrsRegx);
    const len = matches.length;
    const attrs = {};
    const processedVals = new Array(len);
    let hasRawAttrs = false;
    const rawAttrsForMatcher = {};
    for (let i = 0; i < len; i++) {
      const attrName = this.resolveNameSpace(matches[i][1]);
      const oldVal = attrValue(matches[i]);
      if (attrName.length && oldVal !== void 0) {
        let val = oldVal;
        if (options.trimValues) val = val.trim();
        val = this.replaceEntitiesValue(val, tagName2, this.readonlyMatcher);
        processedVals[i] = val;
        rawAttrsForMatcher[attrName] = val;
        hasRawAttrs = true;
      }
    }
    if (hasRawAttrs && typeof jPath === "object" && jPath.updateCurrent) {
      jPath.updateCurrent(rawAttrsForMatcher);
    }
    const jPathStr = options.jPath ? jPath.toString() : this.readonlyMatcher;
    let hasAttrs = false;
    for (let i = 0; i < len; i++) {
      const attrName = this.resolveNameSpace(matches[i][1]);
      if (this.ignoreAttributesFn(attrName, jPathStr)) continue;
      let aName = options.attributeNamePrefix + attrName;
      if (attrName.length) {
        if (options.transformAttributeName) {
          aName = options.transformAttributeName(aName);
        }
        aName = sanitizeName(aName, options);
        if (attrValue(matches[i]) !== void 0) {
          const oldVal = processedVals[i];
          const newVal = options.attributeValueProcessor(attrName, oldVal, jPathStr);
          if (newVal === null || newVal === void 0) {
            attrs[aName] = oldVal;
          } else if (typeof newVal !== typeof oldVal || newVal !== oldVal) {
            attrs[aName] = newVal;
          } else {
            attrs[aName] = parseValue(oldVal, options.parseAttributeValue, options.numberParseOptions);
          }
          hasAttrs = true;
        } else if (options.allowBooleanAttributes) {
          attrs[aName] = true;
          hasAttrs = true;
        }
      }
    }
    if (!hasAttrs) return;
    if (options.attributesGroupName && !options.preserveOrder) {
      const attrCollection = {};
      attrCollection[options.attributesGroupName] = attrs;
      return attrCollection;
    }
    return attrs;
  }
}
var parseXml = function(xmlData) {
  const options = this.options;
  const crlfPositions = options.captureMetaData ? [] : void 0;
  xmlData = xmlData.replace(/\r\n?/g, options.captureMetaData ? (newline, index) => {
    if (newline.length === 2) {
      crlfPositions.push(index - crlfPositions.length);
    }
    return "\n";
  } : "\n");
  const xmlObj = new XmlNode("!xml");
  let currentNode = xmlObj;
  let textData = "";
  this.matcher.reset();
  this.entityDecoder.reset();
  this.entityExpansionCount = 0;
  this.currentExpandedLength = 0;
  this.doctypefound = false;
  const docTypeReader = new DocTypeReader(options.processEntities);
  const xmlLen = xmlData.length;
  for (let i = 0; i < xmlLen; i++) {
    const ch = xmlData[i];
    if (ch === "<") {
      const c1 = xmlData.charCodeAt(i + 1);
      if (c1 === 47) {
        const closeIndex = findClosingIndex(xmlData, ">", i, "Closing Tag is not closed.");
        let tagName2 = xmlData.substring(i + 2, closeIndex).trim();
        if (options.removeNSPrefix) {
          const colonIndex = tagName2.indexOf(":");
          if (colonIndex !== -1) {
            tagName2 = tagName2.substr(colonIndex + 1);
          }
        }
        tagName2 = transformTagName(options.transformTagName, tagName2, "", options).tagName;
        if (currentNode) {
          textData = this.saveTextToParentTag(textData, currentNode, this.readonlyMatcher);
        }
        const lastTagName = this.matcher.getCurrentTag();
        if (tagName2 && options.unpairedTagsSet.has(tagName2)) {
          throw new Error(`Unpaired tag can not be used as closing tag: </${tagName2}>`);
        }
        if (lastTagName && options.unpairedTagsSet.has(lastTagName)) {
          this.matcher.pop();
          this.tagsNodeStack.pop();
        }
        this.matcher.pop();
        this.isCurrentNodeStopNode = false;
        currentNode = this.tagsNodeStack.pop() || xmlObj;
        if (options.captureMetaData && currentNode) {
          currentNode.addEndIndex(getOriginalIndex(closeIndex + 1, crlfPositions));
        }
        textData = "";
        i = closeIndex;
      } else if (c1 === 63) {
        let tagData = readTagExp(xmlData, i, false, "?>");
        if (!tagData) throw new Error("Pi Tag is not closed.");
        textData = this.saveTextToParentTag(textData, currentNode, this.readonlyMatcher);
        const attsMap = this.buildAttributesMap(tagData.tagExp, this.matcher, tagData.tagName, true);
        if (attsMap) {
          const ver = attsMap[this.options.attributeNamePrefix + "version"];
          this.entityDecoder.setXmlVersion(Number(ver) || 1);
          docTypeReader.setXmlVersion(Number(ver) || 1);
        }
        if (options.ignoreDeclaration && tagData.tagName === "?xml" || options.ignorePiTags) {
        } else {
          const childNode = new XmlNode(tagData.tagName);
          childNode.add(options.textNodeName, "");
          if (tagData.tagName !== tagData.tagExp && tagData.attrExpPresent && options.ignoreAttributes !== true) {
            childNode[":@"] = attsMap;
          }
          const startIndex = options.captureMetaData ? getOriginalIndex(i, crlfPositions) : i;
          this.addChild(currentNode, childNode, this.readonlyMatcher, startIndex);
          if (options.captureMetaData) {
            currentNode.addEndIndex(getOriginalIndex(tagData.closeIndex + 2, crlfPositions));
          }
        }
        i = tagData.closeIndex + 1;
      } else if (c1 === 33 && xmlData.charCodeAt(i + 2) === 45 && xmlData.charCodeAt(i + 3) === 45) {
        const endIndex = findClosingIndex(xmlData, "-->", i + 4, "Comment is not closed.");
        if (options.commentPropName) {
          const comment = xmlData.substring(i + 4, endIndex - 2);
          textData = this.saveTextToParentTag(textData, currentNode, this.readonlyMatcher);
          currentNode.add(options.commentPropName, [{ [options.textNodeName]: comment }]);
        }
        i = endIndex;
      } else if (c1 === 33 && xmlData.charCodeAt(i + 2) === 68) {
        if (this.doctypefound) throw new Error("Multiple DOCTYPE declarations found.");
        this.doctypefound = true;
        const result = docTypeReader.readDocType(xmlData, i);
        this.entityDecoder.addInputEntities(result.entities);
        i = result.i;
      } else if (c1 === 33 && xmlData.charCodeAt(i + 2) === 91) {
        const closeIndex = findClosingIndex(xmlData, "]]>", i, "CDATA is not closed.") - 2;
        const tagExp = xmlData.substring(i + 9, closeIndex);
        textData = this.saveTextToParentTag(textData, currentNode, this.readonlyMatcher);
        let val = this.parseTextData(tagExp, currentNode.tagname, this.readonlyMatcher, true, false, true, true);
        if (val == void 0) val = "";
        if (options.cdataPropName) {
          currentNode.add(options.cdataPropName, [{ [options.textNodeName]: tagExp }]);
        } else {
          currentNode.add(options.textNodeName, val);
        }
        i = closeIndex + 2;
      } else {
        let result = readTagExp(xmlData, i, options.removeNSPrefix);
        if (!result) {
          const context = xmlData.substring(Math.max(0, i - 50), Math.min(xmlLen, i + 50));
          throw new Error(`readTagExp returned undefined at position ${i}. Context: "${context}"`);
        }
        let tagName2 = result.tagName;
        const rawTagName = result.rawTagName;
        let tagExp = result.tagExp;
        let attrExpPresent = result.attrExpPresent;
        let closeIndex = result.closeIndex;
        ({ tagName: tagName2, tagExp } = transformTagName(options.transformTagName, tagName2, tagExp, options));
        if (options.strictReservedNames && (tagName2 === options.commentPropName || tagName2 === options.cdataPropName || tagName2 === options.textNodeName || tagName2 === options.attributesGroupName)) {
          throw new Error(`Invalid tag name: ${tagName2}`);
        }
        if (currentNode && textData) {
          if (currentNode.tagname !== "!xml") {
            textData = this.saveTextToParentTag(textData, currentNode, this.readonlyMatcher, false);
          }
        }
        const lastTag = currentNode;
        if (lastTag && options.unpairedTagsSet.has(lastTag.tagname)) {
          currentNode = this.tagsNodeStack.pop();
          this.matcher.pop();
        }
        let isSelfClosing = false;
        if (tagExp.length > 0 && tagExp.lastIndexOf("/") === tagExp.length - 1) {
          isSelfClosing = true;
          if (tagName2[tagName2.length - 1] === "/") {
            tagName2 = tagName2.substr(0, tagName2.length - 1);
            tagExp = tagName2;
          } else {
            tagExp = tagExp.substr(0, tagExp.length - 1);
          }
          attrExpPresent = tagName2 !== tagExp;
        }
        let prefixedAttrs = null;
        let rawAttrs = {};
        let namespace = void 0;
        namespace = extractNamespace(rawTagName);
        if (tagName2 !== xmlObj.tagname) {
          this.matcher.push(tagName2, {}, namespace);
        }
        if (tagName2 !== tagExp && attrExpPresent) {
          prefixedAttrs = this.buildAttributesMap(tagExp, this.matcher, tagName2);
          if (prefixedAttrs) {
            rawAttrs = extractRawAttributes(prefixedAttrs, options);
          }
        }
        if (tagName2 !== xmlObj.tagname) {
          this.isCurrentNodeStopNode = this.isItStopNode();
        }
        const startIndex = options.captureMetaData ? getOriginalIndex(i, crlfPositions) : i;
        if (this.isCurrentNodeStopNode) {
          let tagContent = "";
          if (isSelfClosing) {
            i = result.closeIndex;
          } else if (options.unpairedTagsSet.has(tagName2)) {
            i = result.closeIndex;
          } else {
            const result2 = this.readStopNodeData(xmlData, rawTagName, closeIndex + 1);
            if (!result2) throw new Error(`Unexpected end of ${rawTagName}`);
            i = result2.i;
            tagContent = result2.tagContent;
          }
          const childNode = new XmlNode(tagName2);
          if (prefixedAttrs) {
            childNode[":@"] = prefixedAttrs;
          }
          childNode.add(options.textNodeName, tagContent);
          this.matcher.pop();
          this.isCurrentNodeStopNode = false;
          this.addChild(currentNode, childNode, this.readonlyMatcher, startIndex);
          if (options.captureMetaData) {
            currentNode.addEndIndex(getOriginalIndex(i + 1, crlfPositions));
          }
        } else {
          if (isSelfClosing) {
            ({ tagName: tagName2, tagExp } = transformTagName(options.transformTagName, tagName2, tagExp, options));
            const childNode = new XmlNode(tagName2);
            if (prefixedAttrs) {
              childNode[":@"] = prefixedAttrs;
            }
            this.addChild(currentNode, childNode, this.readonlyMatcher, startIndex);
            if (options.captureMetaData) {
              currentNode.addEndIndex(getOriginalIndex(closeIndex + 1, crlfPositions));
            }
            this.matcher.pop();
            this.isCurrentNodeStopNode = false;
          } else if (options.unpairedTagsSet.has(tagName2)) {
            const childNode = new XmlNode(tagName2);
            if (prefixedAttrs) {
              childNode[":@"] = prefixedAttrs;
            }
            this.addChild(currentNode, childNode, this.readonlyMatcher, startIndex);
            if (options.captureMetaData) {
              currentNode.addEndIndex(getOriginalIndex(result.closeIndex + 1, crlfPositions));
            }
            this.matcher.pop();
            this.isCurrentNodeStopNode = false;
            i = result.closeIndex;
            continue;
          } else {
            const childNode = new XmlNode(tagName2);
            if (this.tagsNodeStack.length > options.maxNestedTags) {
              throw new Error("Maximum nested tags exceeded");
            }
            this.tagsNodeStack.push(currentNode);
            if (prefixedAttrs) {
              childNode[":@"] = prefixedAttrs;
            }
            this.addChild(currentNode, childNode, this.readonlyMatcher, startIndex);
            currentNode = childNode;
          }
          textData = "";
          i = closeIndex;
        }
      }
    } else {
      textData += xmlData[i];
    }
  }
  return xmlObj.child;
};
function getOriginalIndex(index, crlfPositions) {
  let low = 0;
  let high = crlfPositions.length;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (crlfPositions[middle] < index) low = middle + 1;
    else high = middle;
  }
  return index + low;
}
function addChild(currentNode, childNode, matcher2, startIndex) {
  if (!this.options.captureMetaData) startIndex = void 0;
  const jPathOrMatcher = this.options.jPath ? matcher2.toString() : matcher2;
  const result = this.options.updateTag(childNode.tagname, jPathOrMatcher, childNode[":@"]);
  if (result === false) {
  } else if (typeof result === "string") {
    childNode.tagname = result;
    currentNode.addChild(childNode, startIndex);
  } else {
    currentNode.addChild(childNode, startIndex);
  }
}
function replaceEntitiesValue(val, tagName2, jPath) {
  const entityConfig = this.options.processEntities;
  if (!entityConfig || !entityConfig.enabled) {
    return val;
  }
  if (entityConfig.allowedTags) {
    const jPathOrMatcher = this.options.jPath ? jPath.toString() : jPath;
    const allowed = Array.isArray(entityConfig.allowedTags) ? entityConfig.allowedTags.includes(tagName2) : entityConfig.allowedTags(tagName2, jPathOrMatcher);
    if (!allowed) {
      return val;
    }
  }
  if (entityConfig.tagFilter) {
    const jPathOrMatcher = this.options.jPath ? jPath.toString() : jPath;
    if (!entityConfig.tagFilter(tagName2, jPathOrMatcher)) {
      return val;
    }
  }
  return this.entityDecoder.decode(val);
}
function saveTextToParentTag(textData, parentNode, matcher2, isLeafNode) {
  if (textData) {
    if (isLeafNode === void 0) isLeafNode = parentNode.child.length === 0;
    textData = this.parseTextData(
      textData,
      parentNode.tagname,
      matcher2,
      false,
      parentNode[":@"] ? Object.keys(parentNode[":@"]).length !== 0 : false,
      isLeafNode
    );
    if (textData !== void 0 && textData !== "")
      parentNode.add(this.options.textNodeName, textData);
    textData = "";
  }
  return textData;
}
function isItStopNode() {
  if (this.stopNodeExpressionsSet.size === 0) return false;
  return this.matcher.matchesAny(this.stopNodeExpressionsSet);
}
function tagExpWithClosingIndex(xmlData, i, closingChar = ">") {
  const len = xmlData.length;
  const closeCode0 = closingChar.charCodeAt(0);
  const closeCode1 = closingChar.length > 1 ? closingChar.charCodeAt(1) : -1;
  let result = "";
  let segmentStart = i;
  for (let index = i; index < len; index++) {
    const code2 = xmlData.charCodeAt(index);
    if (code2 === 34 || code2 === 39) {
      index = xmlData.indexOf(xmlData[index], index + 1);
      if (index === -1) return;
    } else if (code2 === closeCode0) {
      if (closeCode1 !== -1) {
        if (xmlData.charCodeAt(index + 1) === closeCode1) {
          result += xmlData.substring(segmentStart, index);
          return { data: result, index };
        }
      } else {
        result += xmlData.substring(segmentStart, index);
        return { data: result, index };
      }
    } else if (code2 === 9) {
      result += xmlData.substring(segmentStart, index) + " ";
      segmentStart = index + 1;
    }
  }
}
function findClosingIndex(xmlData, str, i, errMsg) {
  const closingIndex = xmlData.indexOf(str, i);
  if (closingIndex === -1) {
    throw new Error(errMsg);
  } else {
    return closingIndex + str.length - 1;
  }
}
function findClosingChar(xmlData, char, i, errMsg) {
  const closingIndex = xmlData.indexOf(char, i);
  if (closingIndex === -1) throw new Error(errMsg);
  return closingIndex;
}
function readTagExp(xmlData, i, removeNSPrefix, closingChar = ">") {
  const result = tagExpWithClosingIndex(xmlData, i + 1, closingChar);
  if (!result) return;
  let tagExp = result.data;
  const closeIndex = result.index;
  const separatorIndex = tagExp.search(/\s/);
  let tagName2 = tagExp;
  let attrExpPresent = true;
  if (separatorIndex !== -1) {
    tagName2 = tagExp.substring(0, separatorIndex);
    tagExp = tagExp.substring(separatorIndex + 1).trimStart();
  }
  const rawTagName = tagName2;
  if (removeNSPrefix) {
    const colonIndex = tagName2.indexOf(":");
    if (colonIndex !== -1) {
      tagName2 = tagName2.substr(colonIndex + 1);
      attrExpPresent = tagName2 !== result.data.substr(colonIndex + 1);
    }
  }
  return {
    tagName: tagName2,
    tagExp,
    closeIndex,
    attrExpPresent,
    rawTagName
  };
}
function readStopNodeData(xmlData, tagName2, i) {
  const startIndex = i;
  let openTagCount = 1;
  let lenient = false;
  let nextGt = -1;
  const xmllen = xmlData.length;
  for (; i < xmllen; i++) {
    if (xmlData[i] === "<") {
      const c1 = xmlData.charCodeAt(i + 1);
      if (c1 === 47) {
        const closeIndex = findClosingChar(xmlData, ">", i, `${tagName2} is not closed`);
        let closeTagName = xmlData.substring(i + 2, closeIndex).trim();
        if (closeTagName === tagName2) {
          openTagCount--;
          if (openTagCount === 0) {
            return {
              tagContent: xmlData.substring(startIndex, i),
              i: closeIndex
            };
          }
        }
        i = closeIndex;
      } else if (c1 === 63) {
        const closeIndex = findClosingIndex(xmlData, "?>", i + 1, "StopNode is not closed.");
        i = closeIndex;
      } else if (c1 === 33 && xmlData.charCodeAt(i + 2) === 45 && xmlData.charCodeAt(i + 3) === 45) {
        const closeIndex = findClosingIndex(xmlData, "-->", i + 3, "StopNode is not closed.");
        i = closeIndex;
      } else if (c1 === 33 && xmlData.charCodeAt(i + 2) === 91) {
        const closeIndex = findClosingIndex(xmlData, "]]>", i, "StopNode is not closed.") - 2;
        i = closeIndex;
      } else {
        const tagData = lenient ? void 0 : readTagExp(xmlData, i, false);
        if (tagData) {
          const openTagName = tagData.tagName;
          if (openTagName === tagName2 && tagData.tagExp[tagData.tagExp.length - 1] !== "/") {
            openTagCount++;
          }
          i = tagData.closeIndex;
        } else {
          lenient = true;
          if (nextGt < i) {
            nextGt = xmlData.indexOf(">", i);
            if (nextGt === -1) return;
          }
          const nextLt = xmlData.indexOf("<", i + 1);
          if (nextLt === -1 || nextLt > nextGt) {
            const exp = xmlData.substring(i + 1, nextGt);
            const sep2 = exp.search(/\s/);
            const name = sep2 === -1 ? exp : exp.substring(0, sep2);
            if (name === tagName2 && exp[exp.length - 1] !== "/") openTagCount++;
            i = nextGt;
          }
        }
      }
    }
  }
}
function parseValue(val, shouldParse, options) {
  if (shouldParse && typeof val === "string") {
    const newval = val.trim();
    if (newval === "true") return true;
    else if (newval === "false") return false;
    else return toNumber(val, options);
  } else {
    if (isExist(val)) {
      return val;
    } else {
      return "";
    }
  }
}
function transformTagName(fn, tagName2, tagExp, options) {
  if (fn) {
    const newTagName = fn(tagName2);
    if (tagExp === tagName2) {
      tagExp = newTagName;
    }
    tagName2 = newTagName;
  }
  tagName2 = sanitizeName(tagName2, options);
  return { tagName: tagName2, tagExp };
}
function sanitizeName(name, options) {
  if (criticalProperties.includes(name)) {
    throw new Error(`[SECURITY] Invalid name: "${name}" is a reserved JavaScript keyword that could cause prototype pollution`);
  } else if (DANGEROUS_PROPERTY_NAMES.includes(name)) {
    return options.onDangerousProperty(name);
  }
  return name;
}

// node_modules/fast-xml-parser/src/xmlparser/node2json.js
var METADATA_SYMBOL2 = XmlNode.getMetaDataSymbol();
function stripAttributePrefix(attrs, prefix) {
  if (!attrs || typeof attrs !== "object") return {};
  if (!prefix) return attrs;
  const rawAttrs = {};
  for (const key in attrs) {
    if (key.startsWith(prefix)) {
      const rawName = key.substring(prefix.length);
      rawAttrs[rawName] = attrs[key];
    } else {
      rawAttrs[key] = attrs[key];
    }
  }
  return rawAttrs;
}
function prettify(node, options, matcher2, readonlyMatcher) {
  return compress(node, options, matcher2, readonlyMatcher);
}
function compress(arr, options, matcher2, readonlyMatcher) {
  let text4;
  const compressedObj = {};
  for (let i = 0; i < arr.length; i++) {
    const tagObj = arr[i];
    const property = propName(tagObj);
    if (property !== void 0 && property !== options.textNodeName) {
      const rawAttrs = stripAttributePrefix(
        tagObj[":@"] || {},
        options.attributeNamePrefix
      );
      matcher2.push(property, rawAttrs);
    }
    if (property === options.textNodeName) {
      if (text4 === void 0) text4 = tagObj[property];
      else text4 += "" + tagObj[property];
    } else if (property === void 0) {
      continue;
    } else if (tagObj[property]) {
      let val = compress(tagObj[property], options, matcher2, readonlyMatcher);
      const isLeaf = isLeafTag(val, options);
      if (Object.keys(val).length === 0 && options.alwaysCreateTextNode) {
        val[options.textNodeName] = "";
      }
      if (tagObj[":@"]) {
        assignAttributes(val, tagObj[":@"], readonlyMatcher, options);
      } else if (Object.keys(val).length === 1 && val[options.textNodeName] !== void 0 && !options.alwaysCreateTextNode) {
        val = val[options.textNodeName];
      } else if (Object.keys(val).length === 0) {
        if (options.alwaysCreateTextNode) val[options.textNodeName] = "";
        else val = "";
      }
      if (tagObj[METADATA_SYMBOL2] !== void 0 && typeof val === "object" && val !== null) {
        val[METADATA_SYMBOL2] = tagObj[METADATA_SYMBOL2];
      }
      if (compressedObj[property] !== void 0 && Object.prototype.hasOwnProperty.call(compressedObj, property)) {
        if (!Array.isArray(compressedObj[property])) {
          compressedObj[property] = [compressedObj[property]];
        }
        compressedObj[property].push(val);
      } else {
        const jPathOrMatcher = options.jPath ? readonlyMatcher.toString() : readonlyMatcher;
        if (options.isArray(property, jPathOrMatcher, isLeaf)) {
          compressedObj[property] = [val];
        } else {
          compressedObj[property] = val;
        }
      }
      if (property !== void 0 && property !== options.textNodeName) {
        matcher2.pop();
      }
    }
  }
  if (typeof text4 === "string") {
    if (text4.length > 0) compressedObj[options.textNodeName] = text4;
  } else if (text4 !== void 0) compressedObj[options.textNodeName] = text4;
  return compressedObj;
}
function propName(obj) {
  const keys = Object.keys(obj);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    if (key !== ":@") return key;
  }
}
function assignAttributes(obj, attrMap, readonlyMatcher, options) {
  if (attrMap) {
    const keys = Object.keys(attrMap);
    const len = keys.length;
    for (let i = 0; i < len; i++) {
      const atrrName = keys[i];
      const rawAttrName = atrrName.startsWith(options.attributeNamePrefix) ? atrrName.substring(options.attributeNamePrefix.length) : atrrName;
      const jPathOrMatcher = options.jPath ? readonlyMatcher.toString() + "." + rawAttrName : readonlyMatcher;
      if (options.isArray(atrrName, jPathOrMatcher, true, true)) {
        obj[atrrName] = [attrMap[atrrName]];
      } else {
        obj[atrrName] = attrMap[atrrName];
      }
    }
  }
}
function isLeafTag(obj, options) {
  const { textNodeName } = options;
  const propCount = Object.keys(obj).length;
  if (propCount === 0) {
    return true;
  }
  if (propCount === 1 && (obj[textNodeName] || typeof obj[textNodeName] === "boolean" || obj[textNodeName] === 0)) {
    return true;
  }
  return false;
}

// node_modules/fast-xml-parser/src/xmlparser/XMLParser.js
var XMLParser = class {
  constructor(options) {
    this.externalEntities = {};
    this.options = buildOptions(options);
  }
  /**
   * Parse XML dats to JS object 
   * @param {string|Uint8Array} xmlData 
   * @param {boolean|Object} validationOption 
   */
  parse(xmlData, validationOption) {
    if (typeof xmlData !== "string" && xmlData.toString) {
      if (xmlData instanceof Uint8Array && !(typeof Buffer !== "undefined" && Buffer.isBuffer(xmlData))) {
        xmlData = new TextDecoder("utf-8", { ignoreBOM: true }).decode(xmlData);
      } else {
        xmlData = xmlData.toString();
      }
    } else if (typeof xmlData !== "string") {
      throw new Error("XML data is accepted in String or Bytes[] form.");
    }
    if (validationOption) {
      if (validationOption === true) validationOption = {};
      const result = validate(xmlData, validationOption);
      if (result !== true) {
        throw Error(`${result.err.msg}:${result.err.line}:${result.err.col}`);
      }
    }
    const orderedObjParser = new OrderedObjParser(this.options, this.externalEntities);
    const orderedResult = orderedObjParser.parseXml(xmlData);
    if (this.options.preserveOrder || orderedResult === void 0) return orderedResult;
    else return prettify(orderedResult, this.options, orderedObjParser.matcher, orderedObjParser.readonlyMatcher);
  }
  /**
   * Add Entity which is not by default supported by this library
   * @param {string} key 
   * @param {string} value 
   */
  addEntity(key, value2) {
    if (value2.indexOf("&") !== -1) {
      throw new Error("Entity value can't have '&'");
    } else if (key.indexOf("&") !== -1 || key.indexOf(";") !== -1) {
      throw new Error("An entity must be set without '&' and ';'. Eg. use '#xD' for '&#xD;'");
    } else if (value2 === "&") {
      throw new Error("An entity with value '&' is not permitted");
    } else {
      this.externalEntities[key] = value2;
    }
  }
  /**
   * Returns a Symbol that can be used to access the metadata
   * property on a node.
   * 
   * If Symbol is not available in the environment, an ordinary property is used
   * and the name of the property is here returned.
   * 
   * The XMLMetaData property is only present when `captureMetaData`
   * is true in the options.
   */
  static getMetaDataSymbol() {
    return XmlNode.getMetaDataSymbol();
  }
};

// node_modules/fast-xml-parser/src/fxp.js
var XMLValidator = {
  validate
};

// src/repodata/xml-markup.ts
var NAME = /^[A-Za-z_:\u0080-\uffff][\w:.\-\u0080-\uffff]*$/;
var ATTRIBUTES = /^(?:\s+[^\s"'<>&=/]+\s*=\s*(?:"[^"]*"|'[^']*'))*\s*\/?>$/;
var DECLARATION = /^<\?xml\s+version\s*=\s*["'][\w.:-]*["'](?:\s+encoding\s*=\s*["']([A-Za-z][\w.-]*)["'])?(?:\s+standalone\s*=\s*(?:"(?:yes|no)"|'(?:yes|no)'))?\s*\?>$/;
var OPENERS = ["<!--", "<![CDATA["];
function localName(name) {
  return name.slice(name.indexOf(":") + 1);
}
function markupEnd(buffer, start, context) {
  const second = buffer[start + 1];
  if (second === "?") return after(buffer, "?>", start + 2);
  if (second !== "!") return tagEnd(buffer, start, context);
  if (buffer.startsWith("<!--", start)) return after(buffer, "-->", start + 4);
  if (buffer.startsWith("<![CDATA[", start)) return after(buffer, "]]>", start + 9);
  const seen = buffer.slice(start, start + 64);
  if (OPENERS.some((opener) => opener.startsWith(seen))) return -1;
  if (/^<!d[a-z]*$/i.test(seen) && seen.length < 10) return -1;
  throw context.forbidden(seen);
}
function tagName(buffer, from, to, context) {
  let end = from;
  while (end < to && buffer.charCodeAt(end) > 32) end += 1;
  const name = buffer.slice(from, end);
  if (!NAME.test(name)) throw context.invalid(`"<${name.slice(0, 40)}" is no tag`);
  return name;
}
function checkAttributes(tag, name, context) {
  if (!ATTRIBUTES.test(tag.slice(1 + name.length)))
    throw context.invalid(`${tag.slice(0, 100)} is no tag`);
}
function checkInstruction(text4, isFirst, context) {
  const target = /^<\?([^\s?]*)(\s|\?>$)/.exec(text4)?.[1] ?? "";
  if (!NAME.test(target))
    throw context.invalid(`"${text4.slice(0, 40)}" is no processing instruction`);
  if (target.toLowerCase() !== "xml") return;
  if (!isFirst) throw context.invalid("the XML declaration is not at its beginning");
  const declaration = DECLARATION.exec(text4);
  if (declaration === null) throw context.invalid(`"${text4.slice(0, 100)}" is no XML declaration`);
  const encoding = declaration[1] ?? "UTF-8";
  if (!/^(utf-?8|us-ascii|ascii)$/i.test(encoding))
    throw context.invalid(`expected encoding UTF-8, found ${encoding}`);
}
function tagEnd(buffer, start, context) {
  let quote2 = 0;
  for (let at = start + 1; at < buffer.length; at += 1) {
    const code2 = buffer.charCodeAt(at);
    if (code2 === 60)
      throw context.invalid(`there is a "<" inside a tag: ${buffer.slice(start, start + 40)}`);
    if (quote2 !== 0) {
      if (code2 === quote2) quote2 = 0;
    } else if (code2 === 34 || code2 === 39) quote2 = code2;
    else if (code2 === 62) return at + 1;
  }
  return -1;
}
function after(buffer, mark, from) {
  const at = buffer.indexOf(mark, from);
  return at < 0 ? -1 : at + mark.length;
}

// src/repodata/xml-cutter.ts
var NOT_A_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;
var XmlCutter = class {
  #context;
  #handler;
  #open = [];
  #carry = "";
  #elements = 0;
  #atStart = true;
  #rootSeen = false;
  /** Size and kept text of the child of the root that is open. */
  #size = 0;
  #parts;
  #keepFrom = 0;
  /** Depth of the descendant that is being left out; 0 when there is none. */
  #leaving = 0;
  #decided = false;
  #probes = /* @__PURE__ */ new Map();
  /** Name and text of the probe that is open. */
  #probe;
  #probeText = "";
  constructor(context, handler) {
    this.#context = context;
    this.#handler = handler;
  }
  /**
   * Takes the next piece of text.
   * @throws RepodataError XML_FORBIDDEN, LIMIT_EXCEEDED, or the context's code for what is not well-formed
   */
  push(text4) {
    if (NOT_A_CHARACTER.test(text4))
      throw this.#context.invalid("it holds characters that XML forbids");
    const buffer = this.#carry + text4;
    let at = 0;
    this.#keepFrom = 0;
    for (; ; ) {
      const start = buffer.indexOf("<", at);
      this.#text(buffer, at, start < 0 ? buffer.length : start);
      at = start < 0 ? buffer.length : start;
      const end = start < 0 ? -1 : markupEnd(buffer, start, this.#context);
      if (end < 0) break;
      this.#token(buffer, start, end);
      at = end;
    }
    this.#carry = buffer.slice(at);
    if (this.#carry.length > LIMITS.xmlTokenBytes)
      throw this.#context.tooMuch(
        `a tag, comment or CDATA section of more than ${LIMITS.xmlTokenBytes} characters`
      );
    this.#keep(buffer, at);
  }
  /** @throws RepodataError with the context's code when the document is not complete */
  end() {
    if (this.#carry !== "") throw this.#context.invalid("it ends inside a tag");
    const open4 = this.#open.at(-1);
    if (open4 !== void 0) throw this.#context.invalid(`it ends inside <${open4}>`);
    if (!this.#rootSeen) throw this.#context.invalid("it has no root element");
  }
  #text(buffer, from, to) {
    if (from === to) return;
    this.#atStart = false;
    if (this.#open.length === 0 && buffer.slice(from, to).trim() !== "")
      throw this.#context.invalid("there is text outside the root element");
    if (this.#probe !== void 0) this.#probeText += buffer.slice(from, to);
    this.#grow(to - from);
  }
  #token(buffer, start, end) {
    const second = buffer.charCodeAt(start + 1);
    if (second === 63) checkInstruction(buffer.slice(start, end), this.#atStart, this.#context);
    else if (second === 33) this.#section(buffer.slice(start, end));
    else if (second === 47) this.#endTag(buffer, start, end);
    else this.#startTag(buffer, start, end);
    this.#atStart = false;
    if (this.#open.length > 1) this.#grow(end - start);
  }
  /** XML 1.0, 2.5 and 2.7. */
  #section(text4) {
    if (text4.startsWith("<!--")) {
      if (text4.indexOf("--", 4) !== text4.length - 3)
        throw this.#context.invalid('there is a "--" inside a comment');
      return;
    }
    if (this.#open.length === 0)
      throw this.#context.invalid("there is text outside the root element");
    this.#spoilProbe();
  }
  #startTag(buffer, start, end) {
    const empty = buffer.charCodeAt(end - 2) === 47;
    const name = tagName(buffer, start + 1, empty ? end - 2 : end - 1, this.#context);
    const isRead = this.#leaving === 0 && (this.#parts !== void 0 || this.#open.length < 2);
    if (isRead) checkAttributes(buffer.slice(start, end), name, this.#context);
    const depth = this.#open.push(name);
    this.#elements += 1;
    if (this.#elements > (this.#handler.maxElements ?? Infinity))
      throw this.#context.tooMuch(`more than ${this.#handler.maxElements ?? 0} elements`);
    if (depth > LIMITS.xmlDepth)
      throw this.#context.tooMuch(`elements nested deeper than ${LIMITS.xmlDepth}`);
    if (depth === 1) this.#startRoot(buffer.slice(start, end));
    else if (depth === 2) this.#startChild(start);
    else {
      this.#spoilProbe();
      if (depth === 3 && !this.#decided) this.#startProbe(localName(name));
      if (this.#parts !== void 0 && this.#leaving === 0)
        this.#considerLeaving(buffer, start, depth);
    }
    if (empty) this.#close(buffer, end);
  }
  #endTag(buffer, start, end) {
    const name = buffer.slice(start + 2, end - 1).trimEnd();
    const open4 = this.#open.at(-1);
    if (name !== open4)
      throw this.#context.invalid(
        open4 === void 0 ? `</${name}> closes nothing` : `expected </${open4}>, found </${name}>`
      );
    this.#close(buffer, end);
  }
  #startRoot(tag) {
    if (this.#rootSeen) throw this.#context.invalid("it has a second root element");
    this.#rootSeen = true;
    this.#handler.root?.(tag);
  }
  #startChild(start) {
    this.#size = 0;
    this.#parts = [];
    this.#leaving = 0;
    this.#keepFrom = start;
    this.#decided = false;
    this.#probes = /* @__PURE__ */ new Map();
    if (this.#handler.wants === void 0) this.#decided = true;
  }
  #startProbe(name) {
    if (this.#handler.probes?.includes(name) !== true || this.#probes.has(name)) return;
    this.#probe = name;
    this.#probeText = "";
  }
  /** A probe with child elements or CDATA is left to the parser. */
  #spoilProbe() {
    this.#probe = void 0;
  }
  #close(buffer, end) {
    if (this.#leaving === this.#open.length) {
      this.#leaving = 0;
      this.#keepFrom = end;
    }
    const name = this.#open.pop();
    const depth = this.#open.length;
    if (depth === 2) this.#closeProbe(name);
    if (depth !== 1 || name === void 0) return;
    if (!this.#decided) this.#decide(name);
    this.#keep(buffer, end);
    this.#handler.element?.(localName(name), this.#parts?.join(""));
    this.#parts = void 0;
  }
  #considerLeaving(buffer, start, depth) {
    const [parent = "", name = ""] = this.#open.slice(-2).map(localName);
    if (this.#handler.keeps?.(parent, name) !== false) return;
    this.#keep(buffer, start);
    this.#leaving = depth;
  }
  #keep(buffer, to) {
    if (this.#leaving === 0) this.#parts?.push(buffer.slice(this.#keepFrom, to));
  }
  #closeProbe(name) {
    if (this.#probe === void 0 || name === void 0) return;
    this.#probes.set(this.#probe, this.#probeText);
    this.#probe = void 0;
    const child = this.#open[1];
    if (child !== void 0 && this.#probes.size === this.#handler.probes?.length)
      this.#decide(child);
  }
  #decide(child) {
    this.#decided = true;
    if (this.#handler.wants?.(localName(child), this.#probes) === false) this.#parts = void 0;
  }
  #grow(characters) {
    if (this.#open.length < 2) return;
    this.#size += characters;
    if (this.#size > LIMITS.packageElementBytes)
      throw this.#context.tooMuch(
        `an element of more than ${LIMITS.packageElementBytes} characters`
      );
  }
};

// src/repodata/xml.ts
var PARSER = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: "",
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  cdataPropName: "#cdata",
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: LIMITS.xmlDepth
});
function parseElement(xml, context) {
  const fault = XMLValidator.validate(xml);
  if (fault !== true) throw context.invalid(`line ${fault.err.line}: ${fault.err.msg}`);
  let nodes;
  try {
    nodes = PARSER.parse(xml);
  } catch (error) {
    throw context.invalid(error instanceof Error ? error.message : String(error), error);
  }
  const [root] = readContent(nodes, context).children;
  if (root === void 0) throw context.invalid("it has no root element");
  return root;
}
function parseDocument(bytes, context) {
  const text4 = newDecoder(context)(bytes, true);
  const cutter = new XmlCutter(context, { maxElements: LIMITS.xmlElements });
  cutter.push(text4);
  cutter.end();
  return parseElement(text4, context);
}
async function cutDocument(source, context, handler) {
  const cutter = new XmlCutter(context, handler);
  const decode7 = newDecoder(context);
  for await (const piece of coalesce(source)) cutter.push(decode7(piece, false));
  cutter.push(decode7(new Uint8Array(), true));
  cutter.end();
}
function onlyChild(element, name, context) {
  const found = element.children.filter((child) => child.name === name);
  if (found.length > 1)
    throw context.invalid(`expected one <${name}> in <${element.name}>, found ${found.length}`);
  return found[0];
}
function newDecoder(context) {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  return (bytes, last2) => {
    try {
      return decoder.decode(bytes, { stream: !last2 });
    } catch (error) {
      throw context.invalid("expected UTF-8, found other bytes", error);
    }
  };
}
var PIECE = 64 * 1024;
async function* coalesce(source) {
  let waiting = [];
  let size = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.length; at += 4 * PIECE) {
      const part = chunk.subarray(at, at + 4 * PIECE);
      waiting.push(part);
      size += part.length;
      if (size < PIECE) continue;
      yield Buffer.concat(waiting);
      waiting = [];
      size = 0;
    }
  }
  if (size > 0) yield Buffer.concat(waiting);
}
function readContent(nodes, context) {
  const children = [];
  let text4 = "";
  for (const node of Array.isArray(nodes) ? nodes : []) {
    if (!isRecord(node)) continue;
    for (const [name, value2] of Object.entries(node)) {
      if (name === ":@") continue;
      if (name === "#text") text4 += decodeText(String(value2), context);
      else if (name === "#cdata") text4 += cdataText(value2);
      else
        children.push({
          name: localName(name),
          attributes: readAttributes(node[":@"], context),
          ...readContent(value2, context)
        });
    }
  }
  return { children, text: text4.trim() };
}
function cdataText(nodes) {
  return (Array.isArray(nodes) ? nodes : []).map((node) => isRecord(node) ? String(node["#text"]) : "").join("");
}
function readAttributes(raw, context) {
  const attributes = isRecord(raw) ? Object.entries(raw) : [];
  return new Map(attributes.map(([name, value2]) => [name, decodeEntities2(String(value2), context)]));
}
function isRecord(value2) {
  return typeof value2 === "object" && value2 !== null && !Array.isArray(value2);
}
var PREDEFINED = {
  lt: "<",
  gt: ">",
  amp: "&",
  quot: '"',
  apos: "'"
};
function decodeText(text4, context) {
  if (text4.includes("]]>")) throw context.invalid('there is a "]]>" that ends no CDATA section');
  return decodeEntities2(text4, context);
}
function decodeEntities2(text4, context) {
  if (!text4.includes("&")) return text4;
  return text4.replace(
    /&(?:#x([0-9a-fA-F]{1,6});|#([0-9]{1,7});|([^\s&;]{1,64});)?/g,
    (all, hex3, decimal, name) => {
      if (hex3 !== void 0) return character(parseInt(hex3, 16), context);
      if (decimal !== void 0) return character(parseInt(decimal, 10), context);
      if (name === void 0) throw context.invalid('there is an "&" that begins no reference');
      const value2 = Object.hasOwn(PREDEFINED, name) ? PREDEFINED[name] : void 0;
      if (value2 === void 0) throw context.forbidden(all);
      return value2;
    }
  );
}
function character(code2, context) {
  const allowed = code2 === 9 || code2 === 10 || code2 === 13 || code2 >= 32 && code2 <= 55295 || code2 >= 57344 && code2 <= 65533 || code2 >= 65536 && code2 <= 1114111;
  if (!allowed)
    throw context.invalid(`character reference to U+${code2.toString(16).toUpperCase()}`);
  return String.fromCodePoint(code2);
}

// src/repodata/xml-context.ts
function xmlContext(what, code2) {
  const invalid14 = (found, cause) => new RepodataError(code2, `${what} is not valid: ${found}`, { cause });
  return {
    invalid: invalid14,
    forbidden: (markup) => /^<!doctype\s+html\b[^[]*$/i.test(markup) ? invalid14("it is an HTML page") : new RepodataError(
      "XML_FORBIDDEN",
      `${what} holds a forbidden declaration: ${markup.split("\n", 1)[0] ?? ""}`
    ),
    tooMuch: (found) => new RepodataError("LIMIT_EXCEEDED", `${what} holds ${found}`)
  };
}

// src/repodata/package-entry.ts
var CONTEXT = xmlContext("primary.xml", "PRIMARY_INVALID");
var NO_CHECKSUM = { algorithm: "none", hex: "" };
function readEntry(element, { name, arch }, allowWeak) {
  const faults = new Faults();
  const child = (of) => faults.try(() => onlyChild(element, of, CONTEXT), void 0);
  const nevra = readNevra(child("version"), { name, arch }, faults);
  if (nevra === void 0) return void 0;
  const [location, time, size] = [child("location"), child("time"), child("size")];
  const href = location?.attributes.get("href") ?? "";
  const base = location?.attributes.get("xml:base");
  const checksum = faults.try(
    () => readChecksum(onlyChild(element, "checksum", CONTEXT), name),
    NO_CHECKSUM
  );
  return {
    nevra,
    checksum,
    size: faults.try(() => requireSize(size, name), 0),
    archiveSize: readInteger(size, "archive"),
    href: detach(href),
    base: base === void 0 ? void 0 : detach(base),
    fileName: faults.try(() => {
      if (href === "") throw CONTEXT.invalid(`${name} has no location`);
      return detach(packageFileName(href));
    }, ""),
    headerRange: faults.try(() => readHeaderRange(element), void 0),
    buildTime: readInteger(time, "build"),
    fileTime: readInteger(time, "file"),
    refused: faults.first ?? refusalOf(() => requireStrong(checksum, formatNevra(nevra), allowWeak))
  };
}
function mergeEntries(known, found) {
  const { checksum } = known;
  const isSame2 = checksum.algorithm === found.checksum.algorithm && checksum.hex === found.checksum.hex;
  if (isSame2) return known.refused === void 0 ? known : found;
  const [expected, actual] = [describe(known), describe(found)];
  return {
    ...known,
    // No further row may be taken for this one.
    checksum: NO_CHECKSUM,
    refused: new RepodataError(
      "PRIMARY_INVALID",
      `${formatNevra(known.nevra)} is listed twice in primary.xml, with checksums ${expected} and ${actual}`,
      {
        expected,
        actual,
        remedy: "The index does not say which of the two is the package; tell the publisher, or hold the release back with skip."
      }
    )
  };
}
function describe({ checksum: { algorithm, hex: hex3 } }) {
  return hex3 === "" ? "none" : `${algorithm} ${hex3}`;
}
var Faults = class {
  first;
  try(read, otherwise) {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RepodataError)) throw error;
      this.first ??= error;
      return otherwise;
    }
  }
};
function readNevra(version2, { name, arch }, faults) {
  const [epoch = "", ver = "", rel = ""] = ["epoch", "ver", "rel"].map(
    (key) => version2?.attributes.get(key)
  );
  if (ver === "") return void 0;
  faults.try(() => {
    if (rel === "") throw CONTEXT.invalid(`${name}-${ver}: expected a release, found none`);
  }, void 0);
  return {
    name: detach(name),
    epoch: faults.try(() => readEpoch(epoch, name), null),
    version: detach(ver),
    release: detach(rel),
    arch: detach(arch)
  };
}
function readEpoch(text4, name) {
  if (!/^[0-9]{0,10}$/.test(text4) || Number(text4) > 4294967295)
    throw CONTEXT.invalid(`${name}: expected an epoch of 32 bits, found "${text4.slice(0, 40)}"`);
  return text4 === "" ? null : Number(text4);
}
function readChecksum(child, name) {
  const type = child?.attributes.get("type") ?? "";
  const checksum = parseChecksum(type, child?.text ?? "");
  if (checksum === void 0)
    throw CONTEXT.invalid(
      `${name}: expected a checksum of a known type, found type "${type}", value "${child?.text.slice(0, 140) ?? ""}"`
    );
  return { algorithm: detach(checksum.algorithm), hex: detach(checksum.hex) };
}
function requireSize(size, name) {
  const bytes = readInteger(size, "package");
  if (bytes === void 0) throw CONTEXT.invalid(`${name} has no size`);
  if (bytes > LIMITS.packageBytes)
    throw CONTEXT.tooMuch(
      `${name} with ${bytes} bytes; at most ${LIMITS.packageBytes} are allowed`
    );
  return bytes;
}
function readHeaderRange(element) {
  const format = onlyChild(element, "format", CONTEXT);
  const range = format === void 0 ? void 0 : onlyChild(format, "header-range", CONTEXT);
  const start = readInteger(range, "start");
  const end = readInteger(range, "end");
  return start === void 0 || end === void 0 || start >= end ? void 0 : { start, end };
}
function refusalOf(check4) {
  try {
    check4();
    return void 0;
  } catch (error) {
    if (error instanceof RepodataError) return error;
    throw error;
  }
}
function readInteger(element, name) {
  const digits = /^([0-9]{1,15})(\.[0-9]+)?$/.exec(element?.attributes.get(name) ?? "")?.[1];
  return digits === void 0 ? void 0 : Number(digits);
}

// src/mirror/plan.ts
function planReleases({ candidates, remoteTags, recorded, options }) {
  const byNevra = new Map(recorded.map((record) => [nevraKey(record.nevra), record]));
  const tagOwners = new Map(recorded.map((record) => [record.tag, record.nevra]));
  const wanted = sortPackages(dropRepeated(candidates)).filter(
    ({ nevra }) => satisfies(nevra, options.versions)
  );
  const rows = wanted.map((indexPackage) => {
    const { nevra } = indexPackage;
    const record = byNevra.get(nevraKey(formatNevra(nevra)));
    const row = {
      nevra,
      tag: record?.tag ?? formatTagName(options.tagFormat, nevra),
      indexPackage
    };
    if (record !== void 0) return { ...row, status: "exists" };
    const entry = options.skip.find((item) => namesRelease(item, nevra));
    return entry === void 0 ? { ...row, status: "new" } : { ...row, status: "skipped", reason: `held back by skip: ${entry}` };
  });
  const shared = Map.groupBy(
    rows.filter((row) => row.status !== "exists" && !isRefused(row)),
    ({ tag }) => tag
  );
  const decided = /* @__PURE__ */ new Map();
  for (const [tag, group] of shared) {
    for (const [row, decision] of shareTag(group, {
      owner: tagOwners.get(tag),
      exists: remoteTags.has(tag),
      tagFormat: options.tagFormat
    }))
      decided.set(row, decision);
  }
  const releases = limitNew(
    rows.map((row) => decided.get(row) ?? row),
    options.maxReleases
  );
  const refused2 = skippedWarnings(
    [...decided.values()].filter(({ status }) => status === "skipped" || status === "waiting")
  );
  const lost = releases.filter(({ status, tag }) => status === "exists" && !remoteTags.has(tag));
  return {
    releases,
    warnings: [
      ...refused2,
      ...lost.map(
        ({ nevra, tag }) => `${formatNevra(nevra)} is recorded as published, but the remote has no tag ${tag}`
      )
    ]
  };
}
var MOST_NAMES = 5;
function skippedWarnings(rows) {
  const remedyOf = ({ reason }) => /;[^;]*$/.exec(reason)?.[0] ?? "";
  return [...Map.groupBy(rows, remedyOf)].flatMap(([remedy, group]) => {
    if (group.length < 3 || remedy === "")
      return group.map(
        ({ nevra, status, reason }) => `${formatNevra(nevra)} ${status === "waiting" ? "waits for a decision" : "is skipped"}: ${reason}`
      );
    const names = group.slice(0, MOST_NAMES).map(({ nevra }) => formatNevra(nevra));
    const rest2 = group.length > MOST_NAMES ? ` and ${group.length - MOST_NAMES} more` : "";
    return [
      `${group.length} releases ${group.some(({ status }) => status === "waiting") ? "wait for a decision or are skipped" : "are skipped"}, since others have their tags: ${names.join(", ")}${rest2}${remedy}`
    ];
  });
}
function shareTag(group, { owner, exists, tagFormat }) {
  const wanted = group.filter(({ status }) => status === "new");
  const refuse = (row, holder, rival, status = "skipped") => {
    const remedy = rival === void 0 ? "" : `; tag-format ${separatingFormat(tagFormat, row.nevra, rival)} would separate them`;
    return [row, { ...row, status, reason: `tag ${row.tag} ${holder}${remedy}` }];
  };
  if (owner !== void 0)
    return wanted.map((row) => {
      const published = tryParseNevra(owner);
      const isNewer = published !== void 0 && compareEvr(row.nevra, published) > 0;
      return refuse(row, `is that of ${owner}`, published, isNewer ? "waiting" : "skipped");
    });
  if (exists) {
    const first2 = wanted[0] ?? group[0];
    const { nevra, tag, indexPackage } = first2;
    const others = wanted.slice(1).map(
      (row) => refuse(
        row,
        `stands for ${formatNevra(nevra)}`,
        nevra,
        compareEvr(row.nevra, nevra) > 0 ? "waiting" : "skipped"
      )
    );
    return [[first2, { nevra, tag, indexPackage, status: "exists" }], ...others];
  }
  refuseOtherNames(wanted, tagFormat);
  const last2 = wanted.at(-1);
  return last2 === void 0 ? [] : wanted.slice(0, -1).map((row) => refuse(row, `goes to ${formatNevra(last2.nevra)}`, last2.nevra));
}
function refuseOtherNames(group, tagFormat) {
  const [first2] = group;
  const other = group.find(({ nevra }) => nevra.name !== first2?.nevra.name);
  if (first2 === void 0 || other === void 0) return;
  throw new RepodataError(
    "TAG_COLLISION",
    `expected one package name for tag ${first2.tag}, found ${formatNevra(first2.nevra)} and ${formatNevra(other.nevra)}`,
    {
      expected: first2.nevra.name,
      actual: other.nevra.name,
      remedy: `Set tag-format to ${separatingFormat(tagFormat, first2.nevra, other.nevra)}, or narrow packages, or hold one of them back with skip.`
    }
  );
}
function separatingFormat(format, a, b) {
  const value2 = (nevra, field2) => String(field2 === "epoch" ? nevra.epoch ?? 0 : nevra[field2]);
  const field = TAG_FIELDS.find((name) => value2(a, name) !== value2(b, name)) ?? "release";
  if (field === "name" || field === "epoch") return `{${field}}-${format}`;
  return `${format}${field === "arch" ? "." : "-"}{${field}}`;
}
function limitNew(rows, most) {
  let left = most === 0 ? Number.POSITIVE_INFINITY : most;
  return rows.map((row) => {
    if (row.status !== "new" || isRefused(row)) return row;
    left -= 1;
    return left >= 0 ? row : { ...row, status: "beyond-limit", reason: `max-releases is ${most}` };
  });
}
function dropRepeated(packages) {
  const seen = /* @__PURE__ */ new Map();
  for (const candidate of packages) {
    const key = nevraKey(formatNevra(candidate.nevra));
    const other = seen.get(key);
    seen.set(key, other === void 0 ? candidate : mergeEntries(other, candidate));
  }
  return [...seen.values()];
}
function isRefused({ indexPackage }) {
  return indexPackage.refused !== void 0;
}
function sortPackages(packages) {
  const text4 = ({ nevra }) => Buffer.from(formatNevra(nevra));
  return packages.toSorted(
    (a, b) => compareEvr(a.nevra, b.nevra) || Buffer.compare(text4(a), text4(b))
  );
}
function namesRelease(entry, { name, epoch, version: version2, release, arch }) {
  const evr = `${version2}-${release}`;
  const evrs = [evr, `${epoch ?? 0}:${evr}`];
  return entry === version2 || evrs.some(
    (text4) => entry === text4 || entry === `${name}-${text4}` || entry === `${name}-${text4}.${arch}`
  );
}

// src/openpgp/verify.ts
import { createHash as createHash5 } from "node:crypto";

// src/openpgp/algorithms.ts
function digestInfo(oid, length) {
  const id = Buffer.from(oid, "hex");
  const algorithm = Buffer.concat([Buffer.from([6, id.length]), id, Buffer.from([5, 0])]);
  return Buffer.concat([
    Buffer.from([48, algorithm.length + length + 4, 48, algorithm.length]),
    algorithm,
    Buffer.from([4, length])
  ]);
}
var HASHES = {
  1: { name: "md5", label: "MD5", digestInfo: digestInfo("2a864886f70d0205", 16) },
  2: { name: "sha1", label: "SHA1", digestInfo: digestInfo("2b0e03021a", 20) },
  3: { name: "ripemd160", label: "RIPEMD160", digestInfo: digestInfo("2b24030201", 20) },
  8: {
    name: "sha256",
    label: "SHA256",
    digestInfo: digestInfo("608648016503040201", 32),
    saltLength: 16
  },
  9: {
    name: "sha384",
    label: "SHA384",
    digestInfo: digestInfo("608648016503040202", 48),
    saltLength: 24
  },
  10: {
    name: "sha512",
    label: "SHA512",
    digestInfo: digestInfo("608648016503040203", 64),
    saltLength: 32
  },
  11: {
    name: "sha224",
    label: "SHA224",
    digestInfo: digestInfo("608648016503040204", 28),
    saltLength: 16
  },
  12: {
    name: "sha3-256",
    label: "SHA3-256",
    digestInfo: digestInfo("608648016503040208", 32),
    saltLength: 16
  },
  14: {
    name: "sha3-512",
    label: "SHA3-512",
    digestInfo: digestInfo("60864801650304020a", 64),
    saltLength: 32
  }
};
var ALGORITHM = {
  rsa: 1,
  rsaSignOnly: 3,
  dsa: 17,
  ecdsa: 19,
  eddsaLegacy: 22,
  ed25519: 27,
  ed448: 28,
  mlDsa65Ed25519: 30,
  mlDsa87Ed448: 31
};
var LABELS = {
  1: "RSA",
  2: "RSA",
  3: "RSA",
  16: "Elgamal",
  17: "DSA",
  18: "ECDH",
  19: "ECDSA",
  22: "EdDSA",
  25: "X25519",
  26: "X448",
  27: "Ed25519",
  28: "Ed448",
  30: "ML-DSA-65+Ed25519",
  31: "ML-DSA-87+Ed448"
};
function algorithmLabel(id) {
  return LABELS[id] ?? `algorithm ${id}`;
}
function hashLabel(id) {
  return HASHES[id]?.label ?? `hash ${id}`;
}

// src/openpgp/packets.ts
var PacketError = class extends Error {
};
var TAG = {
  signature: 2,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  userId: 13,
  publicSubkey: 14,
  userAttribute: 17
};
var PacketReader = class {
  constructor(bytes) {
    this.bytes = bytes;
  }
  bytes;
  #at = 0;
  get position() {
    return this.#at;
  }
  get done() {
    return this.#at === this.bytes.length;
  }
  /** The next `length` bytes. @throws PacketError when fewer are left. */
  take(length) {
    const left = this.bytes.length - this.#at;
    if (length > left) throw new PacketError(`expected ${length} more bytes, found ${left}`);
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
  /** An unsigned number of `size` (1, 2 or 4) bytes. */
  uint(size) {
    return this.take(size).reduce((value2, byte) => value2 * 256 + byte, 0);
  }
  /** A multiprecision integer (RFC 9580 3.2) with its stated number of bits. */
  mpi() {
    const bits = this.uint(2);
    return { bits, value: this.take(bits + 7 >> 3) };
  }
  rest() {
    return this.take(this.bytes.length - this.#at);
  }
};
function* readPackets(bytes) {
  const reader = new PacketReader(bytes);
  while (!reader.done) {
    const head = reader.uint(1);
    if ((head & 128) === 0)
      throw new PacketError(
        `expected a packet header, found byte 0x${head.toString(16).padStart(2, "0")}`
      );
    const modern = (head & 64) !== 0;
    const tag = modern ? head & 63 : head >> 2 & 15;
    if (tag === 0) throw new PacketError("packet type 0 is reserved");
    const length = modern ? readLength(reader, "packet") : readOldLength(reader, head & 3);
    yield { tag, body: reader.take(length) };
  }
}
function readLength(reader, of) {
  const first2 = reader.uint(1);
  if (first2 < 192) return first2;
  if (first2 === 255) return reader.uint(4);
  if (of === "packet" && first2 >= 224)
    throw new PacketError("a partial body length is not allowed here");
  return (first2 - 192 << 8) + reader.uint(1) + 192;
}
function encodePacket({ tag, body }) {
  const length = body.length;
  const size = length < 192 ? [length] : length < 8384 ? [(length - 192 >> 8) + 192, length - 192 & 255] : [255, length >>> 24, length >> 16 & 255, length >> 8 & 255, length & 255];
  return Buffer.concat([Buffer.from([192 | tag, ...size]), body]);
}
function hex2(bytes) {
  return Buffer.from(bytes).toString("hex").toUpperCase();
}
function readOldLength(reader, kind) {
  if (kind === 3) throw new PacketError("an indeterminate length is not allowed here");
  return reader.uint(kind === 0 ? 1 : kind === 1 ? 2 : 4);
}

// src/openpgp/armor.ts
var BEGIN = /^-----BEGIN PGP ([A-Z0-9 ,/]+)-----$/;
var HEADER = /^[A-Za-z][A-Za-z0-9-]*:( |$)/;
var BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;
var CHECKSUM = /^=[A-Za-z0-9+/]{4}$/;
function dearmor(bytes) {
  if (((bytes[0] ?? 0) & 128) !== 0 && !isByteOrderMark(bytes)) return bytes;
  const blocks = [];
  let open4;
  for (const [raw] of Buffer.from(bytes).toString("latin1").matchAll(/[^\r\n]+/g)) {
    const line = cleanLine2(raw);
    if (!line.startsWith("-----")) open4?.lines.push(line);
    else if (open4 === void 0) {
      const label = BEGIN.exec(line)?.[1];
      if (label !== void 0 && label !== "SIGNED MESSAGE") open4 = { label, lines: [] };
    } else {
      if (line !== `-----END PGP ${open4.label}-----`)
        throw new PacketError(`the armored ${open4.label} has no end`);
      blocks.push(decodeBody(open4.lines));
      open4 = void 0;
    }
  }
  if (open4 !== void 0) throw new PacketError(`the armored ${open4.label} has no end`);
  if (blocks.length === 0)
    throw new PacketError("expected OpenPGP packets or an armored block, found neither");
  return Buffer.concat(blocks);
}
function armor(label, packets) {
  const body = Buffer.from(packets).toString("base64").match(/.{1,64}/g) ?? [];
  return [
    `-----BEGIN PGP ${label}-----`,
    "",
    ...body,
    `=${crc24(packets)}`,
    `-----END PGP ${label}-----`,
    ""
  ].join("\n");
}
function decodeBody(lines) {
  const start = lines.findIndex((line) => line !== "" && !HEADER.test(line));
  const body = start === -1 ? [] : lines.slice(start).filter((line) => !CHECKSUM.test(line));
  const text4 = body.join("");
  if (!BASE64.test(text4))
    throw new PacketError("the armored block holds characters that are not base64");
  return Buffer.from(text4, "base64");
}
function cleanLine2(line) {
  return line.replace(/^\u00ef\u00bb\u00bf/, "").trim();
}
function isByteOrderMark(bytes) {
  return bytes[0] === 239 && bytes[1] === 187 && bytes[2] === 191;
}
function crc24(bytes) {
  let crc = 11994318;
  for (const byte of bytes) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit++)
      crc = (crc & 8388608) === 0 ? crc << 1 : crc << 1 ^ 25578747;
  }
  return Buffer.from([crc >> 16 & 255, crc >> 8 & 255, crc & 255]).toString("base64");
}

// src/openpgp/certificate.ts
import { createHash as createHash4 } from "node:crypto";

// src/openpgp/public-key.ts
import {
  constants,
  createHash as createHash3,
  createPublicKey,
  publicDecrypt,
  timingSafeEqual,
  verify
} from "node:crypto";

// src/openpgp/curves.ts
var CURVES = {
  "2a8648ce3d030107": {
    name: "P-256",
    p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
    a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
    g: point(
      "6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5"
    )
  },
  "2b81040022": {
    name: "P-384",
    p: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffffn,
    a: 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffcn,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    n: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
    g: point(
      "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab73617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f"
    )
  },
  "2b81040023": {
    name: "P-521",
    p: 0x1ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffn,
    a: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffcn,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    n: 0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
    g: point(
      "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650"
    )
  },
  "2b2403030208010107": {
    name: "brainpoolP256r1",
    p: 0xa9fb57dba1eea9bc3e660a909d838d726e3bf623d52620282013481d1f6e5377n,
    a: 0x7d5a0975fc2c3057eef67530417affe7fb8055c126dc5c6ce94a4b44f330b5d9n,
    b: 0x26dc5c6ce94a4b44f330b5d9bbd77cbf958416295cf7e1ce6bccdc18ff8c07b6n,
    n: 0xa9fb57dba1eea9bc3e660a909d838d718c397aa3b561a6f7901e0e82974856a7n,
    g: point(
      "8bd2aeb9cb7e57cb2c4b482ffc81b7afb9de27e1e3bd23c23a4453bd9ace3262547ef835c3dac4fd97f8461a14611dc9c27745132ded8e545c1d54c72f046997"
    )
  },
  "2b240303020801010b": {
    name: "brainpoolP384r1",
    p: 0x8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b412b1da197fb71123acd3a729901d1a71874700133107ec53n,
    a: 0x7bc382c63d8c150c3c72080ace05afa0c2bea28e4fb22787139165efba91f90f8aa5814a503ad4eb04a8c7dd22ce2826n,
    b: 0x4a8c7dd22ce28268b39b55416f0447c2fb77de107dcd2a62e880ea53eeb62d57cb4390295dbc9943ab78696fa504c11n,
    n: 0x8cb91e82a3386d280f5d6f7e50e641df152f7109ed5456b31f166e6cac0425a7cf3ab6af6b7fc3103b883202e9046565n,
    g: point(
      "1d1c64f068cf45ffa2a63a81b7c13f6b8847a3e77ef14fe3db7fcafe0cbd10e8e826e03436d646aaef87b2e247d4af1e8abe1d7520f9c2a45cb1eb8e95cfd55262b70b29feec5864e19c054ff99129280e4646217791811142820341263c5315"
    )
  },
  "2b240303020801010d": {
    name: "brainpoolP512r1",
    p: 0xaadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca703308717d4d9b009bc66842aecda12ae6a380e62881ff2f2d82c68528aa6056583a48f3n,
    a: 0x7830a3318b603b89e2327145ac234cc594cbdd8d3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94can,
    b: 0x3df91610a83441caea9863bc2ded5d5aa8253aa10a2ef1c98b9ac8b57f1117a72bf2c7b9e7c1ac4d77fc94cadc083e67984050b75ebae5dd2809bd638016f723n,
    n: 0xaadd9db8dbe9c48b3fd4e6ae33c9fc07cb308db3b3c9d20ed6639cca70330870553e5c414ca92619418661197fac10471db1d381085ddaddb58796829ca90069n,
    g: point(
      "81aee4bdd82ed9645a21322e9c4c6a9385ed9f70b5d916c1b43b62eef4d0098eff3b1f78e2d0d48d50d1687b93b97d5f7c6d5047406a5e688b352209bcb9f8227dde385d566332ecc0eabfa9cf7822fdf209f70024a57b1aa000c55b881f8111b2dcde494a5f485e5bca4bd88a2763aed1ca2b2fa8f0540678cd1e0f3ad80892"
    )
  }
};
function point(hex3) {
  const half = hex3.length / 2;
  return { x: BigInt(`0x${hex3.slice(0, half)}`), y: BigInt(`0x${hex3.slice(half)}`) };
}

// src/openpgp/discrete-log.ts
var MAX_DSA_BITS = { p: 4096, q: 512 };
function verifyDsa({ p, q, g, y }, digest2, { r, s }) {
  if (bitLength(p) > MAX_DSA_BITS.p || bitLength(q) > MAX_DSA_BITS.q) return false;
  if (q < 3n || g < 2n || g >= p || y < 2n || y >= p) return false;
  if (r <= 0n || r >= q || s <= 0n || s >= q) return false;
  const w = inverse(s, q);
  if (w === void 0) return false;
  const v = modulo(
    power(g, modulo(leftmost(digest2, q) * w, q), p) * power(y, modulo(r * w, q), p),
    p
  );
  return v % q === r;
}
function verifyEcdsa(curve, key, digest2, { r, s }) {
  const { n } = curve;
  if (!isOnCurve(curve, key) || r <= 0n || r >= n || s <= 0n || s >= n) return false;
  const w = inverse(s, n);
  if (w === void 0) return false;
  const sum = multiplyBoth(
    curve,
    { u: modulo(leftmost(digest2, n) * w, n), of: curve.g },
    { u: modulo(r * w, n), of: key }
  );
  return sum !== void 0 && sum.x % n === r;
}
function isOnCurve({ p, a, b }, point2) {
  if (point2 === void 0) return false;
  const { x, y } = point2;
  return x >= 0n && x < p && y >= 0n && y < p && modulo(y * y - x * x * x - a * x - b, p) === 0n;
}
function toBigInt(bytes) {
  return bytes.length === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
}
function bitLength(value2) {
  return value2 === 0n ? 0 : value2.toString(2).length;
}
function leftmost(digest2, order) {
  return toBigInt(digest2) >> BigInt(Math.max(0, digest2.length * 8 - bitLength(order)));
}
function modulo(value2, modulus) {
  const rest2 = value2 % modulus;
  return rest2 < 0n ? rest2 + modulus : rest2;
}
function power(base, exponent, modulus) {
  let result = 1n;
  for (const bit of exponent.toString(2)) {
    result = result * result % modulus;
    if (bit === "1") result = result * base % modulus;
  }
  return result;
}
function inverse(value2, modulus) {
  let [low, high] = [modulo(value2, modulus), modulus];
  let [x, y] = [1n, 0n];
  while (low > 1n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [x, y] = [y - quotient * x, x];
  }
  return low === 1n ? modulo(x, modulus) : void 0;
}
var INFINITY = { x: 1n, y: 1n, z: 0n };
function multiplyBoth(curve, first2, second) {
  const one = lift(first2.of);
  const two = lift(second.of);
  const both = add(curve, one, two);
  let sum = INFINITY;
  for (let bit = BigInt(Math.max(bitLength(first2.u), bitLength(second.u)) - 1); bit >= 0n; bit--) {
    sum = double(curve, sum);
    const inFirst = (first2.u >> bit & 1n) === 1n;
    const inSecond = (second.u >> bit & 1n) === 1n;
    if (inFirst || inSecond)
      sum = add(curve, sum, inFirst && inSecond ? both : inFirst ? one : two);
  }
  return lower(curve, sum);
}
function lift(point2) {
  return point2 === void 0 ? INFINITY : { ...point2, z: 1n };
}
function lower({ p }, { x, y, z }) {
  const i = z === 0n ? void 0 : inverse(z, p);
  return i === void 0 ? void 0 : { x: modulo(x * i * i, p), y: modulo(y * i * i * i, p) };
}
function double({ a, p }, { x, y, z }) {
  if (z === 0n || y === 0n) return INFINITY;
  const yy = y * y % p;
  const s = 4n * x * yy % p;
  const zz = z * z % p;
  const m = (3n * x * x + a * zz * zz) % p;
  const x3 = modulo(m * m - 2n * s, p);
  return { x: x3, y: modulo(m * (s - x3) - 8n * yy * yy, p), z: 2n * y * z % p };
}
function add(curve, one, two) {
  if (one.z === 0n) return two;
  if (two.z === 0n) return one;
  const { p } = curve;
  const [z1, z2] = [one.z * one.z % p, two.z * two.z % p];
  const [u1, u2] = [one.x * z2 % p, two.x * z1 % p];
  const [s1, s2] = [one.y * z2 % p * two.z % p, two.y * z1 % p * one.z % p];
  const [h, r] = [modulo(u2 - u1, p), modulo(s2 - s1, p)];
  if (h === 0n) return r === 0n ? double(curve, one) : INFINITY;
  const hh = h * h % p;
  const hhh = h * hh % p;
  const v = u1 * hh % p;
  const x = modulo(r * r - hhh - 2n * v, p);
  return { x, y: modulo(r * (v - x) - s1 * hhh, p), z: one.z * two.z % p * h % p };
}

// src/openpgp/public-key.ts
function parsePublicKey(body) {
  const reader = new PacketReader(body);
  const version2 = reader.uint(1);
  if (version2 !== 4 && version2 !== 6)
    throw new PacketError(`expected a key of version 4 or 6, found ${version2}`);
  const [created, algorithm] = [reader.uint(4), reader.uint(1)];
  if (version2 === 6 && reader.uint(4) !== body.length - reader.position)
    throw new PacketError("the key material has another length than it states");
  const hashed = Buffer.concat([hashHeader(version2, body.length), body]);
  const fingerprint = hex2(
    createHash3(version2 === 4 ? "sha1" : "sha256").update(hashed).digest()
  );
  const keyId = (version2 === 4 ? fingerprint.slice(-16) : fingerprint.slice(0, 16)).toLowerCase();
  return {
    version: version2,
    created,
    algorithm,
    fingerprint,
    keyId,
    body,
    hashed,
    ...parseMaterial(algorithm, reader)
  };
}
function withDigestOf(bits, inner) {
  return (signature2, digest2) => digest2.length * 8 >= bits && inner(signature2, digest2);
}
function hashHeader(version2, length) {
  if (version2 === 4 && length > 65535)
    throw new PacketError(`expected a key of at most 65535 bytes, found ${length}`);
  const header = Buffer.alloc(version2 === 4 ? 3 : 5);
  header[0] = version2 === 4 ? 153 : 155;
  header.writeUIntBE(length, 1, version2 === 4 ? 2 : 4);
  return header;
}
function parseMaterial(algorithm, reader) {
  switch (algorithm) {
    case ALGORITHM.rsa:
    case ALGORITHM.rsaSignOnly:
      return rsa(reader);
    case ALGORITHM.dsa:
      return dsa(reader);
    case ALGORITHM.ecdsa:
      return ecdsa(reader);
    case ALGORITHM.eddsaLegacy:
      return legacyEdwards(reader);
    case ALGORITHM.ed25519:
      return edwards("Ed25519", reader.take(32));
    case ALGORITHM.ed448:
      return edwards("Ed448", reader.take(57));
    case ALGORITHM.mlDsa65Ed25519:
    case ALGORITHM.mlDsa87Ed448:
      return composite(algorithm, reader);
    default:
      return { label: algorithmLabel(algorithm), strength: null, verify: void 0 };
  }
}
function rsa(reader) {
  const n = stripZeros(reader.mpi().value);
  const e = stripZeros(reader.mpi().value);
  const bits = roundedBits(n);
  const key = publicKey({ kty: "RSA", n: base64url(n), e: base64url(e) });
  return { label: `RSA ${bits}`, strength: { family: "rsa", bits }, verify: key && verifyWith };
  function verifyWith({ hash, values: [value2] }, digest2) {
    const info2 = HASHES[hash]?.digestInfo;
    const number = stripZeros(value2);
    if (info2 === void 0 || number.length > n.length) return false;
    const padded2 = Buffer.alloc(n.length);
    padded2.set(number, n.length - number.length);
    try {
      const opened = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, padded2);
      return equal(opened, Buffer.concat([info2, digest2]));
    } catch {
      return false;
    }
  }
}
function dsa(reader) {
  const [p, q, g, y] = [0, 1, 2, 3].map(() => toBigInt(reader.mpi().value));
  const bits = bitLength(q) < 224 ? Math.min(1024, bitLength(p)) : bitLength(p);
  return {
    label: `DSA ${bitLength(p)}`,
    strength: { family: "dsa", bits },
    verify: withDigestOf(
      bitLength(q),
      ({ values: [r, s] }, digest2) => verifyDsa({ p, q, g, y }, digest2, { r: toBigInt(r), s: toBigInt(s) })
    )
  };
}
function ecdsa(reader) {
  const curve = CURVES[readCurveId(reader)];
  const encoded = reader.mpi().value;
  if (curve === void 0) return { label: "ECDSA", strength: null, verify: void 0 };
  const half = (encoded.length - 1) / 2;
  const key = {
    x: toBigInt(encoded.subarray(1, 1 + half)),
    y: toBigInt(encoded.subarray(1 + half))
  };
  const usable = encoded[0] === 4 && Number.isInteger(half) && isOnCurve(curve, key);
  const verifyWith = ({ values: [r, s] }, digest2) => verifyEcdsa(curve, key, digest2, { r: toBigInt(r), s: toBigInt(s) });
  return {
    label: `ECDSA ${curve.name}`,
    strength: null,
    verify: usable ? withDigestOf(Math.min(bitLength(curve.n), 512), verifyWith) : void 0
  };
}
function legacyEdwards(reader) {
  const id = readCurveId(reader);
  const encoded = reader.mpi().value;
  if (id !== "2b06010401da470f01" || encoded.length !== 33 || encoded[0] !== 64)
    return { label: "EdDSA", strength: null, verify: void 0 };
  return edwards("Ed25519", encoded.subarray(1));
}
function edwards(name, point2) {
  const key = publicKey({ kty: "OKP", crv: name, x: base64url(point2) });
  const half = name === "Ed25519" ? 32 : 57;
  return {
    label: name,
    strength: null,
    verify: key && withDigestOf(name === "Ed25519" ? 256 : 512, verifyWith)
  };
  function verifyWith({ values }, digest2) {
    const parts = values.length === 2 ? values.map((value2) => leftPad(stripZeros(value2), half)) : values;
    return parts.every((part) => part !== void 0) && verify(null, digest2, key, Buffer.concat(parts));
  }
}
function composite(algorithm, reader) {
  const { crv, point: point2, encoding, size, split: split2 } = COMPOSITES[algorithm];
  const curve = publicKey({ kty: "OKP", crv, x: base64url(reader.take(point2)) });
  const lattice = publicKey(Buffer.concat([Buffer.from(encoding, "hex"), reader.take(size)]));
  const verifyWith = ({ values: [value2] }, digest2) => verify(null, digest2, curve, value2.subarray(0, split2)) && verify(null, digest2, lattice, value2.subarray(split2));
  return {
    label: algorithmLabel(algorithm),
    strength: null,
    verify: curve && lattice && verifyWith
  };
}
var COMPOSITES = {
  [ALGORITHM.mlDsa65Ed25519]: {
    crv: "Ed25519",
    point: 32,
    encoding: "308207b2300b0609608648016503040312038207a100",
    size: 1952,
    split: 64
  },
  [ALGORITHM.mlDsa87Ed448]: {
    crv: "Ed448",
    point: 57,
    encoding: "30820a32300b060960864801650304031303820a2100",
    size: 2592,
    split: 114
  }
};
function readCurveId(reader) {
  const length = reader.uint(1);
  if (length === 0 || length === 255) throw new PacketError("the curve has no identifier");
  return hex2(reader.take(length)).toLowerCase();
}
function publicKey(key) {
  try {
    return Buffer.isBuffer(key) ? createPublicKey({ key, format: "der", type: "spki" }) : createPublicKey({ key, format: "jwk" });
  } catch {
    return void 0;
  }
}
function equal(one, two) {
  return one.length === two.length && timingSafeEqual(one, two);
}
function leftPad(value2, length) {
  return value2.length > length ? void 0 : Buffer.concat([Buffer.alloc(length - value2.length), value2]);
}
function stripZeros(value2) {
  const first2 = value2.findIndex((byte) => byte !== 0);
  return first2 === -1 ? new Uint8Array() : value2.subarray(first2);
}
function roundedBits(n) {
  return n.length * 8;
}
function base64url(bytes) {
  return Buffer.from(bytes).toString("base64url");
}

// src/openpgp/signature-packet.ts
var TYPE = {
  binary: 0,
  genericCertification: 16,
  positiveCertification: 19,
  subkeyBinding: 24,
  primaryKeyBinding: 25,
  directKey: 31,
  keyRevocation: 32,
  subkeyRevocation: 40,
  certificationRevocation: 48
};
var SUB = {
  created: 2,
  expires: 3,
  keyExpires: 9,
  issuer: 16,
  primaryUserId: 25,
  keyFlags: 27,
  reason: 29,
  embedded: 32,
  issuerFingerprint: 33
};
var UNDERSTOOD = /* @__PURE__ */ new Set([
  ...Object.values(SUB),
  4,
  5,
  7,
  11,
  21,
  22,
  23,
  24,
  26,
  28,
  30,
  34,
  35,
  39
]);
function parseSignature(body) {
  const reader = new PacketReader(body);
  const version2 = reader.uint(1);
  if (version2 === 3) return parseV3(reader);
  if (version2 === 4 || version2 === 6) return parseV4(version2, body, reader);
  throw new PacketError(`expected a signature of version 3, 4 or 6, found ${version2}`);
}
function parseV3(reader) {
  const hashedLength = reader.uint(1);
  if (hashedLength !== 5) throw new PacketError(`expected 5 hashed bytes, found ${hashedLength}`);
  const trailer = reader.take(5);
  const keyId = hex2(reader.take(8)).toLowerCase();
  const [algorithm, hash] = [reader.uint(1), reader.uint(1)];
  return {
    ...readSubpackets([], []),
    version: 3,
    type: trailer[0],
    algorithm,
    hash,
    created: new PacketReader(trailer.subarray(1)).uint(4),
    keyId,
    prefix: new Uint8Array(),
    trailer,
    check: reader.take(2),
    values: readValues(algorithm, reader)
  };
}
function parseV4(version2, body, reader) {
  const size = version2 === 4 ? 2 : 4;
  const [type, algorithm, hash] = [reader.uint(1), reader.uint(1), reader.uint(1)];
  const hashed = parseSubpackets(reader.take(reader.uint(size)));
  const covered = body.subarray(0, reader.position);
  const unhashed = parseSubpackets(reader.take(reader.uint(size)));
  const created = lastNumber(hashed, SUB.created);
  if (created === null) throw new PacketError("the signature has no creation time");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(covered.length);
  return {
    ...readSubpackets(hashed, unhashed),
    version: version2,
    type,
    algorithm,
    hash,
    created,
    trailer: Buffer.concat([covered, Buffer.from([version2, 255]), length]),
    check: reader.take(2),
    prefix: version2 === 6 ? readSalt(hash, reader) : new Uint8Array(),
    values: readValues(algorithm, reader)
  };
}
function readSalt(hash, reader) {
  const expected = HASHES[hash]?.saltLength;
  const length = reader.uint(1);
  if (expected === void 0)
    throw new PacketError(`hash ${hash} is not allowed in a version 6 signature`);
  if (length !== expected)
    throw new PacketError(`expected a salt of ${expected} bytes, found ${length}`);
  return reader.take(length);
}
function readValues(algorithm, reader) {
  const values = [];
  switch (algorithm) {
    case ALGORITHM.rsa:
    case ALGORITHM.rsaSignOnly:
      values.push(readValue(reader));
      break;
    case ALGORITHM.dsa:
    case ALGORITHM.ecdsa:
    case ALGORITHM.eddsaLegacy:
      values.push(readValue(reader), readValue(reader));
      break;
    case ALGORITHM.ed25519:
      values.push(reader.take(64));
      break;
    case ALGORITHM.ed448:
      values.push(reader.take(114));
      break;
    case ALGORITHM.mlDsa65Ed25519:
      values.push(reader.take(64 + 3309));
      break;
    case ALGORITHM.mlDsa87Ed448:
      values.push(reader.take(114 + 4627));
      break;
    default:
      reader.rest();
  }
  if (!reader.done) throw new PacketError("bytes follow the signature value");
  return values;
}
function readValue(reader) {
  const { bits, value: value2 } = reader.mpi();
  const zeros = value2.findIndex((byte) => byte !== 0);
  const exact = zeros === -1 ? 0 : (value2.length - zeros) * 8 - Math.clz32(value2[zeros]) + 24;
  if (bits !== exact && bits !== value2.length * 8)
    throw new PacketError(`expected a number of ${bits} bits, found ${exact}`);
  return value2;
}
function parseSubpackets(area) {
  const reader = new PacketReader(area);
  const found = [];
  while (!reader.done) {
    const body = reader.take(readLength(reader, "subpacket"));
    const head = body[0];
    if (head === void 0) throw new PacketError("a subpacket is empty");
    const type = head & 127;
    if (head !== type && !UNDERSTOOD.has(type))
      throw new PacketError(`the critical subpacket ${type} is not understood`);
    found.push({ type, data: body.subarray(1) });
  }
  return found;
}
function readSubpackets(hashed, unhashed) {
  const both = [...unhashed, ...hashed];
  const issuer = last(both, SUB.issuerFingerprint)?.subarray(1);
  const keyId = last(both, SUB.issuer);
  const reason = last(hashed, SUB.reason);
  return {
    expires: lastNumber(hashed, SUB.expires) || null,
    keyExpires: lastNumber(hashed, SUB.keyExpires) || null,
    keyFlags: last(hashed, SUB.keyFlags)?.at(0) ?? null,
    primaryUserId: (last(hashed, SUB.primaryUserId)?.at(0) ?? 0) !== 0,
    revocationReason: reason === void 0 ? "" : Buffer.from(reason.subarray(1)).toString("utf8"),
    embedded: both.filter(({ type }) => type === SUB.embedded).map(({ data }) => data),
    issuer: issuer === void 0 ? null : hex2(issuer),
    keyId: keyId === void 0 ? hintFrom(issuer) : hex2(keyId).toLowerCase()
  };
}
function hintFrom(fingerprint) {
  if (fingerprint === void 0) return null;
  return hex2(
    fingerprint.length === 32 ? fingerprint.subarray(0, 8) : fingerprint.subarray(-8)
  ).toLowerCase();
}
function last(subpackets, type) {
  return subpackets.findLast((subpacket) => subpacket.type === type)?.data;
}
function lastNumber(subpackets, type) {
  const data = last(subpackets, type);
  return data === void 0 ? null : new PacketReader(data).uint(4);
}

// src/openpgp/certificate-packets.ts
function groupCertificates(packets) {
  const certificates = [];
  const revocations = [];
  const skipped = [];
  let current;
  for (const { tag, body } of packets) {
    if (tag === TAG.secretKey || tag === TAG.secretSubkey)
      throw new PacketError("it holds a private key");
    if (tag === TAG.publicKey) {
      current = tryBuilder(body, skipped);
      if (current !== void 0) certificates.push(current);
    } else if (tag === TAG.signature && isKeyRevocation(body)) {
      (current?.direct ?? revocations).push(body);
    } else {
      current?.add(tag, body);
    }
  }
  return { certificates: certificates.map((builder) => builder.build()), revocations, skipped };
}
function mergeCertificates(parts) {
  const components = /* @__PURE__ */ new Map();
  for (const { tag, body, signatures } of parts.flatMap((part) => part.components)) {
    const id = `${tag}:${Buffer.from(body).toString("base64")}`;
    const component = components.get(id) ?? { tag, body, signatures: [] };
    components.set(id, component);
    for (const signature2 of signatures) component.signatures.push(signature2);
  }
  return {
    primary: parts[0].primary,
    direct: unique(parts.flatMap(({ direct }) => direct)),
    components: [...components.values()].map((component) => ({
      ...component,
      signatures: unique(component.signatures)
    }))
  };
}
function encodeCertificate({ primary, direct, components }) {
  const signatures = (bodies) => bodies.map((body) => encodePacket({ tag: TAG.signature, body }));
  const inOrder2 = [...components].sort(
    (one, two) => Number(one.tag === TAG.publicSubkey) - Number(two.tag === TAG.publicSubkey)
  );
  return Buffer.concat([
    encodePacket({ tag: TAG.publicKey, body: primary.body }),
    ...signatures(direct),
    ...inOrder2.flatMap((component) => [
      encodePacket(component),
      ...signatures(component.signatures)
    ])
  ]);
}
function tryParseSignature(body) {
  try {
    return parseSignature(body);
  } catch (error) {
    if (error instanceof PacketError) return void 0;
    throw error;
  }
}
var Builder = class {
  constructor(primary) {
    this.primary = primary;
  }
  primary;
  direct = [];
  #components = [];
  /** Where signatures go: undefined after a packet that is not known here. */
  #target = this.direct;
  add(tag, body) {
    if (tag === TAG.signature) {
      this.#target?.push(body);
    } else if (tag === TAG.userId || tag === TAG.userAttribute || tag === TAG.publicSubkey) {
      const component = { tag, body, signatures: [] };
      this.#components.push(component);
      this.#target = component.signatures;
    } else if (!PASSED_OVER.has(tag)) {
      this.#target = void 0;
    }
  }
  build() {
    return { primary: this.primary, direct: this.direct, components: this.#components };
  }
};
var PASSED_OVER = /* @__PURE__ */ new Set([10, 12, 21]);
function tryBuilder(body, skipped) {
  try {
    return new Builder(parsePublicKey(body));
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    skipped.push(error.message);
    return void 0;
  }
}
function isKeyRevocation(body) {
  return tryParseSignature(body)?.type === TYPE.keyRevocation;
}
function unique(bodies) {
  return [...new Map(bodies.map((body) => [Buffer.from(body).toString("base64"), body])).values()];
}

// src/openpgp/certificate.ts
function buildCertificate(packets) {
  const { primary } = packets;
  const direct = proved(
    primary,
    packets.direct,
    [TYPE.directKey, TYPE.keyRevocation],
    [primary.hashed]
  );
  const identities = packets.components.filter(({ tag }) => tag !== TAG.publicSubkey).map((component) => buildIdentity(primary, component));
  const subkeys = packets.components.filter(({ tag }) => tag === TAG.publicSubkey).flatMap((component) => buildSubkey(primary, component));
  return {
    facts: {
      fingerprint: primary.fingerprint,
      keyIds: [primary, ...subkeys.map(({ key }) => key)].map(({ keyId }) => keyId),
      userId: primaryUserId(identities.filter(({ userId }) => userId !== null)),
      created: primary.created,
      algorithm: primary.label
    },
    primary,
    direct: direct.filter(({ type }) => type === TYPE.directKey),
    revocations: direct.filter(({ type }) => type === TYPE.keyRevocation),
    identities,
    subkeys,
    packets,
    encode: () => encodeCertificate(packets)
  };
}
function countSelfSignatures({ primary, direct, components }) {
  const bodies = [direct, ...components.map(({ signatures }) => signatures)].flat();
  return bodies.map(tryParseSignature).filter((signature2) => signature2 !== void 0 && isIssuedBy(signature2, primary)).length;
}
function isIssuedBy(signature2, key) {
  const { keyId, issuer } = signature2;
  return (keyId !== null || issuer !== null) && (keyId ?? key.keyId) === key.keyId && (issuer ?? key.fingerprint) === key.fingerprint;
}
function fits(signature2, key) {
  return key.algorithm === signature2.algorithm && signature2.version === 6 === (key.version === 6);
}
function isRightValue(signature2, key, context) {
  const digest2 = context.update(signature2.trailer).digest();
  return isRightDigest(signature2, digest2) && fits(signature2, key) && key.verify?.(signature2, digest2) === true;
}
function isRightDigest({ check: check4 }, digest2) {
  return digest2[0] === check4[0] && digest2[1] === check4[1];
}
function isRightOver(signature2, key, parts) {
  const algorithm = HASHES[signature2.hash];
  if (algorithm === void 0) return false;
  const context = createHash4(algorithm.name).update(signature2.prefix);
  for (const part of parts) context.update(part);
  return isRightValue(signature2, key, context);
}
function proved(primary, bodies, types, parts) {
  return bodies.map(tryParseSignature).filter((signature2) => signature2 !== void 0).filter(
    (signature2) => types.includes(signature2.type) && isIssuedBy(signature2, primary) && isRightOver(signature2, primary, parts)
  ).sort((one, two) => two.created - one.created);
}
var CERTIFICATIONS = [TYPE.genericCertification, 17, 18, TYPE.positiveCertification];
function buildIdentity(primary, { tag, body, signatures }) {
  const head = Buffer.alloc(5);
  head[0] = tag === TAG.userId ? 180 : 209;
  head.writeUInt32BE(body.length, 1);
  const types = [...CERTIFICATIONS, TYPE.certificationRevocation];
  const isOld = (signature2) => signature2[0] === 3;
  const good = [
    ...proved(
      primary,
      signatures.filter((one) => !isOld(one)),
      types,
      [primary.hashed, head, body]
    ),
    ...proved(primary, signatures.filter(isOld), types, [primary.hashed, body])
  ].sort((one, two) => two.created - one.created);
  const certifications = good.filter(({ type }) => type !== TYPE.certificationRevocation);
  const revocation = good.find(({ type }) => type === TYPE.certificationRevocation);
  const newest2 = certifications[0]?.created ?? 0;
  return {
    userId: tag === TAG.userId ? Buffer.from(body).toString("utf8") : null,
    certifications,
    revoked: revocation !== void 0 && revocation.created >= newest2
  };
}
function buildSubkey(primary, { body, signatures }) {
  const key = tryPublicKey(body);
  if (key === void 0 || key.version !== primary.version) return [];
  const parts = [primary.hashed, key.hashed];
  const good = proved(primary, signatures, [TYPE.subkeyBinding, TYPE.subkeyRevocation], parts);
  const bindings = good.filter(
    ({ type, hash }) => type === TYPE.subkeyBinding && HASHES[hash]?.name !== "md5"
  );
  return [
    {
      key,
      bindings: bindings.map((signature2) => ({
        signature: signature2,
        agreed: hasAgreed(signature2, key, parts)
      })),
      revocations: good.filter(({ type }) => type === TYPE.subkeyRevocation)
    }
  ];
}
function hasAgreed({ embedded }, key, parts) {
  return embedded.slice(0, MAX_EMBEDDED).map(tryParseSignature).some(
    (signature2) => signature2?.type === TYPE.primaryKeyBinding && isRightOver(signature2, key, parts)
  );
}
var MAX_EMBEDDED = 4;
function tryPublicKey(body) {
  try {
    return parsePublicKey(body);
  } catch (error) {
    if (error instanceof PacketError) return void 0;
    throw error;
  }
}
function primaryUserId(identities) {
  const certified = identities.filter(({ certifications }) => certifications.length > 0);
  const live = certified.filter(({ revoked }) => !revoked);
  const ranked = (live.length > 0 ? live : certified).toSorted((one, two) => {
    const [a, b] = [one.certifications[0], two.certifications[0]];
    return Number(b.primaryUserId) - Number(a.primaryUserId) || b.created - a.created;
  });
  return (ranked[0] ?? identities[0])?.userId ?? "";
}

// src/web-page.ts
var LOOKED_AT = 1024;
var BEGINNING = /^\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^]*?-->\s*)?<(?:!doctype\s+html|html|head|body|title|meta|script|h1|center)\b/i;
function isWebPage(bytes) {
  const start = bytes.subarray(0, LOOKED_AT);
  const text4 = Buffer.from(start[0] === 239 ? start.subarray(3) : start).toString("latin1");
  return BEGINNING.test(text4);
}
var WEB_PAGE = {
  actual: "an HTML page",
  remedy: "A login, a proxy or an error page answers in the place of the file, with status 200. Open the URL in a browser; give what opens the server with http-headers, or the address of the file itself."
};

// src/openpgp/keyring.ts
async function loadKeyring(sources) {
  const contents = sources.map((source) => ({ source, content: readSource(source) }));
  const certificates = contents.flatMap(({ content: content2 }) => content2.certificates);
  const parts = Map.groupBy(certificates, ({ primary }) => primary.fingerprint);
  limit("certificates", parts.size, MAX_CERTIFICATES);
  for (const { source, content: content2 } of contents) attachRevocations(source, content2, parts);
  const merged2 = [...parts.values()].map(
    (group) => mergeCertificates(group)
  );
  limit(
    "self-signatures",
    merged2.reduce((sum, packets) => sum + countSelfSignatures(packets), 0),
    MAX_SELF_SIGNATURES
  );
  return new CertificateKeyring(merged2.map(buildCertificate));
}
var MAX_CERTIFICATES = 2e3;
var MAX_SELF_SIGNATURES = 5e3;
var MAX_REVOCATIONS = 100;
var CertificateKeyring = class _CertificateKeyring {
  certificates;
  #members;
  constructor(members) {
    this.#members = members;
    this.certificates = members.map(({ facts }) => facts);
  }
  restrictedTo(fingerprints) {
    return new _CertificateKeyring(
      this.#members.filter(({ facts }) => fingerprints.has(facts.fingerprint))
    );
  }
  /** @throws VerificationError UNKNOWN_KEY */
  armored(fingerprint) {
    const member = this.#members.find(({ facts }) => facts.fingerprint === fingerprint);
    if (member === void 0)
      throw new VerificationError(
        "UNKNOWN_KEY",
        `no certificate has the fingerprint ${fingerprint}`
      );
    return armor("PUBLIC KEY BLOCK", member.encode());
  }
  /** All primary keys and subkeys that the signature's hints name; key ids are no proof and may name several. */
  issuersOf(signature2) {
    return this.#members.flatMap(
      (certificate) => [certificate.primary, ...certificate.subkeys.map(({ key }) => key)].filter((key) => isIssuedBy(signature2, key)).map((key) => ({ certificate, key }))
    );
  }
};
function readSource({ name, bytes }) {
  if (bytes.length > LIMITS.keyBytes)
    throw invalid5(name, `expected at most ${LIMITS.keyBytes} bytes, found ${bytes.length}`);
  let content2;
  try {
    content2 = groupCertificates(readPackets(dearmor(bytes)));
  } catch (error) {
    if (error instanceof PacketError)
      throw isWebPage(bytes) ? invalid5(name, WEB_PAGE.actual, error, WEB_PAGE.remedy) : invalid5(name, error.message, error);
    throw error;
  }
  if (content2.certificates.length === 0 && content2.revocations.length === 0) {
    throw invalid5(name, content2.skipped[0] ?? "it holds no certificate");
  }
  return content2;
}
function attachRevocations({ name }, { certificates, revocations }, parts) {
  limit(`revocations in ${name}`, revocations.length, MAX_REVOCATIONS);
  let attached = 0;
  for (const body of revocations) {
    const signature2 = tryParseSignature(body);
    for (const group of parts.values()) {
      const { primary } = group[0];
      if (signature2 === void 0 || !isIssuedBy(signature2, primary)) continue;
      group.push({ primary, direct: [body], components: [] });
      attached++;
    }
  }
  if (certificates.length === 0 && attached === 0)
    throw invalid5(name, "it holds a revocation of a key that no source gives");
}
function limit(what, found, most) {
  if (found > most)
    throw new VerificationError("KEY_INVALID", `expected at most ${most} ${what}, found ${found}`, {
      expected: `${most}`,
      actual: `${found}`
    });
}
function invalid5(name, found, cause, remedy) {
  return new VerificationError("KEY_INVALID", `${name} is no OpenPGP public key: ${found}`, {
    expected: "OpenPGP public key",
    actual: found,
    cause,
    ...remedy === void 0 ? {} : { remedy }
  });
}
function looksLikeKey(bytes) {
  const first2 = bytes[0] ?? 0;
  return Buffer.from(bytes).includes("-----BEGIN PGP PUBLIC KEY BLOCK-----") || first2 === 153 || first2 === 152 || first2 === 198;
}

// src/openpgp/validity.ts
var CLOCK_TOLERANCE = 86400;
var MAY_SIGN = 2;
function findObjection(certificate, key, signature2, policy) {
  const { created: signed, expires } = signature2;
  const { now } = policy;
  const moment = {
    signed,
    now,
    judged: policy.currentKey === true ? Math.max(now, signed) : signed
  };
  const subkey = certificate.subkeys.find((candidate) => candidate.key === key);
  return objectionToPrimary(certificate, moment, { signs: subkey === void 0 }) ?? (subkey && objectionToSubkey(subkey, moment)) ?? when(
    signed > now + CLOCK_TOLERANCE,
    "BAD_SIGNATURE",
    () => `the signature claims to be made on ${day(signed)}, after today (${day(now)})`
  ) ?? when(
    signed < key.created,
    "BAD_SIGNATURE",
    () => `the signature claims to be made on ${day(signed)}, before its key (${day(key.created)})`
  ) ?? when(
    expires !== null && signed + expires <= now,
    "KEY_EXPIRED",
    () => `the signature itself expired on ${day(signed + expires)}`
  );
}
function objectionToPrimary(certificate, moment, { signs }) {
  const { primary, revocations } = certificate;
  const direct = newest(certificate.direct, moment);
  const certification = newestCertification(certificate, moment);
  const lifetime = direct?.keyExpires ?? certification?.keyExpires ?? null;
  const flags = direct?.keyFlags ?? certification?.keyFlags ?? null;
  return objectionToRevoked(primary, revocations) ?? when(
    primary.created > moment.now + CLOCK_TOLERANCE,
    "KEY_INVALID",
    () => `key ${primary.fingerprint} was made on ${day(primary.created)}, after today (${day(moment.now)}); is this machine's clock right?`
  ) ?? when(
    direct === void 0 && certification === void 0,
    "KEY_INVALID",
    () => `key ${primary.fingerprint} has no self-signature that is valid on ${day(moment.now)}`
  ) ?? when(
    signs && !maySign(flags),
    "KEY_INVALID",
    () => `key ${primary.fingerprint} is not meant for signing`
  ) ?? objectionToLifetime(primary, lifetime, moment);
}
function objectionToSubkey({ key, bindings, revocations }, moment) {
  const signature2 = newest(
    bindings.map((binding2) => binding2.signature),
    moment
  );
  const binding = bindings.find((candidate) => candidate.signature === signature2);
  return objectionToRevoked(key, revocations) ?? when(
    binding === void 0,
    "KEY_INVALID",
    () => `subkey ${key.fingerprint} is not bound to its primary key`
  ) ?? when(
    !maySign(binding.signature.keyFlags),
    "KEY_INVALID",
    () => `subkey ${key.fingerprint} is not meant for signing`
  ) ?? when(
    !binding.agreed,
    "KEY_INVALID",
    () => `subkey ${key.fingerprint} did not sign its binding to the primary key`
  ) ?? objectionToLifetime(key, binding.signature.keyExpires, moment);
}
function newestCertification({ identities }, moment) {
  const live = identities.filter(({ revoked }) => !revoked);
  const all = (of) => of.flatMap(({ certifications }) => certifications).toSorted((one, two) => two.created - one.created);
  return newest(all(live), moment) ?? newest(all(identities), moment);
}
function newest(signatures, { signed, now }) {
  return signatures.find(
    ({ created, expires }) => created <= now + CLOCK_TOLERANCE && (expires === null || created + expires > signed)
  );
}
function objectionToRevoked(key, [revocation]) {
  if (revocation === void 0) return void 0;
  const why = revocation.revocationReason === "" ? "" : `: ${revocation.revocationReason}`;
  return {
    code: "KEY_REVOKED",
    reason: `key ${key.fingerprint} was revoked on ${day(revocation.created)}${why}`
  };
}
function objectionToLifetime(key, lifetime, { judged }) {
  if (lifetime === null || judged < key.created + lifetime) return void 0;
  return {
    code: "KEY_EXPIRED",
    reason: `key ${key.fingerprint} expired on ${day(key.created + lifetime)}, expected one valid on ${day(judged)}`
  };
}
function maySign(flags) {
  return flags === null || (flags & MAY_SIGN) !== 0;
}
function when(applies, code2, reason) {
  return applies ? { code: code2, reason: reason() } : void 0;
}
function day(seconds) {
  return new Date(seconds * 1e3).toISOString().slice(0, 10);
}

// src/openpgp/weakness.ts
var WEAK_HASHES = /* @__PURE__ */ new Set(["md5", "sha1", "ripemd160"]);
var MIN_BITS = 2048;
function findWeaknesses(hash, keys, policy) {
  const hashes = WEAK_HASHES.has(hash) ? [{ name: hash, tolerated: policy.allowWeak.has(hash) }] : [];
  const strengths = keys.map(({ strength }) => strength).filter((strength) => strength !== null && strength.bits < MIN_BITS);
  const named = new Map(
    strengths.map((strength) => [`${strength.family}${strength.bits}`, strength])
  );
  return [
    ...hashes,
    ...[...named].map(([label, { family, bits }]) => ({
      name: label,
      tolerated: isAllowed(policy, family, bits)
    }))
  ];
}
function isAllowed({ allowWeak }, family, bits) {
  return [...allowWeak].some(
    (name) => name.startsWith(family) && /^\d+$/.test(name.slice(family.length)) && Number(name.slice(family.length)) <= bits
  );
}

// src/openpgp/verify.ts
var MAX_PACKETS = 32;
function peekSignature(packets) {
  return split(packets).flatMap((item) => {
    const hash = item instanceof Error ? void 0 : HASHES[item.hash];
    return item instanceof Error || hash === void 0 || objectionToKind(item) !== void 0 ? [] : [{ hash: hash.name, prefix: item.prefix }];
  });
}
async function checkSignature(packets, data, keyring, policy) {
  if (!(keyring instanceof CertificateKeyring))
    throw new TypeError("expected a keyring from loadKeyring");
  return split(packets).map(
    (item) => item instanceof Error ? unreadable(packets, item) : check(item, data, keyring, policy)
  );
}
function foreseeSignature(packets, keyring, policy) {
  if (!(keyring instanceof CertificateKeyring))
    throw new TypeError("expected a keyring from loadKeyring");
  return split(packets).map(
    (item) => item instanceof Error ? unreadable(packets, item) : foresee(item, keyring, policy)
  );
}
async function checkDetached(signature2, data, keyring, policy) {
  const signed = {
    hash: (algorithm, prefix = new Uint8Array()) => createHash5(algorithm).update(prefix).update(data)
  };
  let packets;
  try {
    packets = dearmor(signature2);
  } catch (error) {
    if (error instanceof PacketError) return [unreadable(signature2, error)];
    throw error;
  }
  return checkSignature(packets, signed, keyring, {
    ...policy,
    currentKey: policy.currentKey ?? true
  });
}
function split(packets) {
  const found = [];
  try {
    for (const { tag, body } of readPackets(packets)) {
      if (found.length === MAX_PACKETS)
        throw new PacketError(`expected at most ${MAX_PACKETS} packets`);
      found.push(
        tag === TAG.signature ? parse(body) : new PacketError(`expected a signature packet, found packet type ${tag}`)
      );
    }
  } catch (error) {
    if (!(error instanceof PacketError)) throw error;
    found.push(error);
  }
  return found.length > 0 ? found : [new PacketError("the signature is empty")];
}
function parse(body) {
  try {
    return parseSignature(body);
  } catch (error) {
    if (error instanceof PacketError) return error;
    throw error;
  }
}
function check(signature2, data, keyring, policy) {
  const hash = HASHES[signature2.hash];
  const unsupported = objectionToKind(signature2);
  if (hash === void 0 || unsupported !== void 0)
    return report(
      signature2,
      "unsupported",
      "NO_SIGNATURE",
      unsupported ?? "its hash algorithm is unknown"
    );
  const issuers = keyring.issuersOf(signature2);
  const context = () => data.hash(hash.name, signature2.prefix);
  const maker = issuers.find(({ key: key2 }) => isRightValue(signature2, key2, context()));
  if (maker !== void 0) return judge(signature2, maker, policy);
  const key = issuers[0]?.key;
  if (!isRightDigest(signature2, context().update(signature2.trailer).digest()))
    return report(signature2, "bad", "BAD_SIGNATURE", "the signature is over other data");
  if (key === void 0) return withoutKey(signature2);
  if (issuers.every((issuer) => issuer.key.verify === void 0)) return unusable(signature2, key);
  return report(
    signature2,
    "bad",
    "BAD_SIGNATURE",
    `the signature was not made by the key ${key.fingerprint}`
  );
}
function foresee(signature2, keyring, policy) {
  const unsupported = objectionToKind(signature2);
  if (unsupported !== void 0)
    return report(signature2, "unsupported", "NO_SIGNATURE", unsupported);
  const issuers = keyring.issuersOf(signature2);
  const [first2] = issuers;
  if (first2 === void 0) return withoutKey(signature2);
  const verdicts = issuers.filter(({ key }) => key.verify !== void 0).map((issuer) => judge(signature2, issuer, policy));
  return verdicts.find(({ status }) => status === "good") ?? verdicts[0] ?? unusable(signature2, first2.key);
}
function withoutKey(signature2) {
  const key = signature2.issuer ?? signature2.keyId ?? "(none named)";
  return report(signature2, "no-key", "UNKNOWN_KEY", `no trusted certificate has the key ${key}`);
}
function unusable(signature2, { label }) {
  return report(
    signature2,
    "unsupported",
    "NO_SIGNATURE",
    `${label} keys of this form cannot be used here`
  );
}
function judge(signature2, { certificate, key }, policy) {
  const weak = findWeaknesses(HASHES[signature2.hash].name, [key, certificate.primary], policy);
  const refused2 = weak.filter(({ tolerated }) => !tolerated).map(({ name }) => name);
  const objection = findObjection(certificate, key, signature2, policy);
  const facts = {
    fingerprint: certificate.facts.fingerprint,
    tolerated: weak.filter(({ tolerated }) => tolerated).map(({ name }) => name)
  };
  if (objection !== void 0)
    return { ...report(signature2, "rejected", objection.code, objection.reason), ...facts };
  if (refused2.length > 0)
    return {
      ...report(
        signature2,
        "rejected",
        "WEAK_ALGORITHM",
        `it rests on ${refused2.join(" and ")}, which is weak`
      ),
      ...facts
    };
  return { ...describe2(signature2), ...facts, status: "good" };
}
var SIGNING = new Set(Object.values(ALGORITHM));
function objectionToKind({ type, algorithm, hash }) {
  if (type !== TYPE.binary)
    return `expected a signature over a binary document (type 0x00), found type 0x${type.toString(16).padStart(2, "0")}`;
  if (!SIGNING.has(algorithm))
    return `the public-key algorithm ${algorithmLabel(algorithm)} is not supported`;
  return HASHES[hash] === void 0 ? `the hash algorithm ${hash} is not supported` : void 0;
}
function describe2(signature2) {
  const { version: version2, keyId, created } = signature2;
  return {
    version: version2,
    algorithm: algorithmLabel(signature2.algorithm),
    hash: hashLabel(signature2.hash),
    keyId,
    created
  };
}
function report(signature2, status, code2, reason) {
  return { ...describe2(signature2), fingerprint: null, status, code: code2, reason, tolerated: [] };
}
function unreadable(bytes, { message }) {
  const facts = {
    version: null,
    algorithm: "unknown",
    hash: "unknown",
    keyId: null,
    created: null,
    fingerprint: null
  };
  const reason = bytes.length === 0 ? "the signature is empty" : `the signature cannot be read: ${message}`;
  return { ...facts, status: "unsupported", code: "NO_SIGNATURE", reason, tolerated: [] };
}

// src/rpm/tags.ts
var TAG2 = {
  I18N_TABLE: 100,
  NAME: 1e3,
  VERSION: 1001,
  RELEASE: 1002,
  EPOCH: 1003,
  SUMMARY: 1004,
  DESCRIPTION: 1005,
  BUILD_TIME: 1006,
  BUILD_HOST: 1007,
  LICENSE: 1014,
  SOURCE: 1018,
  PATCH: 1019,
  URL: 1020,
  ARCH: 1022,
  OLD_FILENAMES: 1027,
  FILE_SIZES: 1028,
  FILE_MODES: 1030,
  FILE_DIGESTS: 1035,
  FILE_LINK_TOS: 1036,
  FILE_FLAGS: 1037,
  SOURCE_RPM: 1044,
  ARCHIVE_SIZE: 1046,
  RPM_VERSION: 1064,
  CHANGELOG_TIME: 1080,
  CHANGELOG_NAME: 1081,
  CHANGELOG_TEXT: 1082,
  FILE_DEVICES: 1095,
  FILE_INODES: 1096,
  SOURCE_PACKAGE: 1106,
  DIR_INDEXES: 1116,
  BASE_NAMES: 1117,
  DIR_NAMES: 1118,
  PAYLOAD_FORMAT: 1124,
  PAYLOAD_COMPRESSOR: 1125,
  LONG_FILE_SIZES: 5008,
  FILE_DIGEST_ALGO: 5011,
  PAYLOAD_SHA256: 5092,
  PAYLOAD_SHA256_ALT: 5097,
  PAYLOAD_SIZE_ALT: 5113,
  PAYLOAD_SHA512: 5121,
  PAYLOAD_SHA512_ALT: 5122,
  PAYLOAD_SHA3_256: 5123,
  PAYLOAD_SHA3_256_ALT: 5124
};
var SIGTAG = {
  DSA_HEADER: 267,
  RSA_HEADER: 268,
  SHA1_HEADER: 269,
  LONG_ARCHIVE_SIZE: 271,
  SHA256_HEADER: 273,
  OPENPGP: 278,
  SHA3_256_HEADER: 279,
  RESERVED: 999,
  PGP: 1002,
  MD5: 1004,
  GPG: 1005,
  PGP5: 1006,
  PAYLOAD_SIZE: 1007
};
var REGION = { IMAGE: 61, SIGNATURES: 62, IMMUTABLE: 63 };
var TYPE2 = {
  CHAR: 1,
  INT8: 2,
  INT16: 3,
  INT32: 4,
  INT64: 5,
  STRING: 6,
  BIN: 7,
  STRING_ARRAY: 8,
  I18N_STRING: 9
};
var STRINGS = [
  100,
  266,
  269,
  273,
  276,
  278,
  279,
  [1e3, 1002],
  [1004, 1005],
  1007,
  [1010, 1011],
  [1014, 1016],
  [1018, 1027],
  [1035, 1036],
  [1039, 1040],
  1044,
  1047,
  [1049, 1050],
  [1054, 1055],
  [1059, 1062],
  [1064, 1067],
  1079,
  [1081, 1082],
  [1085, 1092],
  1094,
  [1097, 1099],
  1113,
  1115,
  [1117, 1118],
  [1120, 1126],
  [1132, 1133],
  1135,
  1142,
  [1147, 1157],
  [1159, 1160],
  1196,
  [5e3, 5002],
  [5005, 5007],
  5010,
  [5012, 5016],
  [5030, 5031],
  [5034, 5036],
  [5040, 5044],
  [5046, 5047],
  [5049, 5050],
  [5052, 5053],
  [5055, 5056],
  [5058, 5062],
  [5066, 5067],
  5069,
  5071,
  [5076, 5077],
  5079,
  5081,
  [5086, 5090],
  5092,
  [5096, 5101],
  [5103, 5106],
  [5120, 5124]
];
var INT32S = [
  257,
  277,
  1003,
  1006,
  [1008, 1009],
  1028,
  1034,
  1037,
  [1045, 1046],
  1048,
  [1051, 1053],
  [1068, 1069],
  1080,
  [1095, 1096],
  1106,
  1112,
  1114,
  1116,
  1119,
  [1127, 1129],
  1134,
  [1140, 1141],
  [1143, 1145],
  1158,
  1161,
  1195,
  5011,
  [5017, 5027],
  [5032, 5033],
  5037,
  5045,
  5048,
  5051,
  5054,
  5057,
  5068,
  5070,
  5072,
  5078,
  5080,
  5082,
  [5084, 5085],
  5091,
  5093,
  [5107, 5108],
  5114
];
var INT64S = [
  [270, 271],
  [5008, 5009],
  [5112, 5113]
];
var BINARIES = [259, [261, 262], [267, 268], [1012, 1013], 1043, 1146];
var EXPECTED = new Map([
  ...expand(STRINGS, TYPE2.STRING),
  ...expand(INT32S, TYPE2.INT32),
  ...expand(INT64S, TYPE2.INT64),
  ...expand(BINARIES, TYPE2.BIN),
  ...expand([1029], TYPE2.CHAR),
  ...expand([1030, 1033], TYPE2.INT16)
]);
function typeFits(tag, type) {
  const expected = EXPECTED.get(tag);
  return expected === void 0 || expected === type || expected === TYPE2.STRING && isStringType(type);
}
function isStringType(type) {
  return type === TYPE2.STRING || type === TYPE2.STRING_ARRAY || type === TYPE2.I18N_STRING;
}
function expand(ranges, type) {
  return ranges.flatMap((range) => {
    const [first2, last2] = typeof range === "number" ? [range, range] : range;
    return Array.from({ length: last2 - first2 + 1 }, (_, index) => [
      first2 + index,
      type
    ]);
  });
}

// src/rpm/text.ts
var strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
var lossy = new TextDecoder("utf-8", { ignoreBOM: true });
function tryDecode(bytes) {
  try {
    return strict.decode(bytes);
  } catch {
    return void 0;
  }
}
function toRpmString(bytes) {
  return tryDecode(bytes) ?? { b64: Buffer.from(bytes).toString("base64") };
}
function decodeLossy(bytes) {
  return lossy.decode(bytes);
}
function showText(text4) {
  return typeof text4 === "string" ? text4 : `base64:${text4.b64}`;
}

// src/rpm/signatures.ts
var BINARY = [
  { tag: SIGTAG.RSA_HEADER, name: "RSAHEADER", covers: "header" },
  { tag: SIGTAG.DSA_HEADER, name: "DSAHEADER", covers: "header" },
  { tag: SIGTAG.PGP, name: "SIGPGP", covers: "header+payload" },
  { tag: SIGTAG.GPG, name: "SIGGPG", covers: "header+payload" },
  { tag: SIGTAG.PGP5, name: "SIGPGP5", covers: "header+payload" }
];
function listSignatures(signatureHeader) {
  const legacy = hasLegacyTags(signatureHeader);
  const binary2 = BINARY.filter(
    ({ tag }) => signatureHeader.get(tag) !== void 0 && (legacy || tag < FIRST_LEGACY_TAG)
  );
  return [
    ...binary2.map((known) => fromBinary(signatureHeader, known)),
    ...openPgpSignatures(signatureHeader)
  ];
}
var FIRST_LEGACY_TAG = 1e3;
function hasLegacyTags(signatureHeader) {
  return signatureHeader.get(SIGTAG.RESERVED) === void 0 || signatureHeader.get(SIGTAG.SHA3_256_HEADER) === void 0;
}
function fromBinary(header, known) {
  const packets = header.binary(known.tag);
  const fault = packets === void 0 ? `expected binary data in ${known.name}, found type ${header.get(known.tag)?.type ?? 0}` : void 0;
  return { tag: known.name, covers: known.covers, packets: packets ?? new Uint8Array(), fault };
}
function openPgpSignatures(header) {
  const entry = header.get(SIGTAG.OPENPGP);
  if (entry === void 0) return [];
  const make = (packets, fault) => ({
    tag: "OPENPGP",
    covers: "header",
    packets,
    fault
  });
  if (entry.type !== TYPE2.STRING_ARRAY)
    return [make(new Uint8Array(), `expected strings in OPENPGP, found type ${entry.type}`)];
  return (header.strings(SIGTAG.OPENPGP) ?? []).map((string) => {
    const text4 = decodeLossy(string).replace(/\s+/g, "");
    const valid = text4 !== "" && /^[A-Za-z0-9+/]*={0,2}$/.test(text4) && text4.length % 4 === 0;
    return valid ? make(Buffer.from(text4, "base64")) : make(new Uint8Array(), "expected base64 in OPENPGP, found other text");
  });
}

// src/rpm/digests.ts
var HEX = /^(?:[0-9a-f]{2})+$/;
var HEADER_DIGESTS = [
  { tag: SIGTAG.SHA1_HEADER, name: "SHA1HEADER", algorithm: "sha1" },
  { tag: SIGTAG.SHA256_HEADER, name: "SHA256HEADER", algorithm: "sha256" },
  { tag: SIGTAG.SHA3_256_HEADER, name: "SHA3_256HEADER", algorithm: "sha3-256" }
];
var PAYLOAD_DIGESTS = [
  {
    tag: TAG2.PAYLOAD_SHA256,
    alternative: TAG2.PAYLOAD_SHA256_ALT,
    name: "PAYLOADDIGEST",
    algorithm: "sha256",
    type: TYPE2.STRING_ARRAY
  },
  {
    tag: TAG2.PAYLOAD_SHA512,
    alternative: TAG2.PAYLOAD_SHA512_ALT,
    name: "PAYLOADSHA512",
    algorithm: "sha512",
    type: TYPE2.STRING
  },
  {
    tag: TAG2.PAYLOAD_SHA3_256,
    alternative: TAG2.PAYLOAD_SHA3_256_ALT,
    name: "PAYLOADSHA3_256",
    algorithm: "sha3-256",
    type: TYPE2.STRING
  }
];
var LENGTHS = {
  md5: 16,
  sha1: 20,
  sha256: 32,
  sha512: 64,
  "sha3-256": 32
};
function headerDigests(signatureHeader) {
  return HEADER_DIGESTS.flatMap(
    ({ tag, name, algorithm }) => hexOf(signatureHeader, tag, TYPE2.STRING).map(
      (expected) => stated({ name, covers: "header", algorithm }, expected)
    )
  );
}
function packageDigest(signatureHeader) {
  const entry = signatureHeader.get(SIGTAG.MD5);
  if (entry === void 0 || !hasLegacyTags(signatureHeader)) return void 0;
  const bytes = signatureHeader.binary(SIGTAG.MD5);
  const expected = bytes === void 0 ? `type ${entry.type}` : Buffer.from(bytes).toString("hex");
  return stated({ name: "SIGMD5", covers: "header+payload", algorithm: "md5" }, expected);
}
function payloadDigests(header) {
  return PAYLOAD_DIGESTS.flatMap(({ tag, alternative, name, algorithm, type }) => {
    const read = (from, as) => hexOf(header, from, type).map(
      (expected) => stated({ name: as, covers: "payload", algorithm }, expected)
    );
    const group = {
      algorithm,
      compressed: read(tag, name),
      uncompressed: read(alternative, `${name}ALT`)
    };
    return group.compressed.length + group.uncompressed.length === 0 ? [] : [group];
  });
}
function uncompressedAlgorithms(header) {
  return payloadDigests(header).filter(({ uncompressed }) => uncompressed.length > 0).map(({ algorithm }) => algorithm);
}
function checkDigest(digest2, actual) {
  const { name, covers, algorithm, expected, wellFormed } = digest2;
  return {
    name,
    covers,
    algorithm,
    status: wellFormed && expected === actual ? "good" : "bad",
    expected,
    actual
  };
}
function checkCompressed({ compressed, uncompressed }, actual) {
  const check4 = (digests) => digests.map((digest2) => checkDigest(digest2, actual));
  const isGood = ({ status }) => status === "good";
  const [reports, alternatives] = [check4(compressed), check4(uncompressed)];
  if (reports.some(isGood)) return reports.filter(isGood);
  if (alternatives.some(isGood)) return alternatives.filter(isGood);
  return reports.length > 0 ? reports : alternatives;
}
function checkUncompressed(groups, actual) {
  return groups.flatMap(({ algorithm, uncompressed }) => {
    const hex3 = actual[algorithm];
    return hex3 === void 0 ? [] : uncompressed.map((digest2) => checkDigest(digest2, hex3));
  });
}
function checkBothForms(groups, {
  compressed,
  uncompressed
}) {
  return [
    ...groups.flatMap((group) => {
      const hex3 = compressed[group.algorithm];
      return hex3 === void 0 ? [] : group.compressed.map((digest2) => checkDigest(digest2, hex3));
    }),
    ...checkUncompressed(groups, uncompressed)
  ];
}
function stated(digest2, expected) {
  const wellFormed = HEX.test(expected) && expected.length === (LENGTHS[digest2.algorithm] ?? 0) * 2;
  return { ...digest2, expected, wellFormed };
}
function hexOf(header, tag, type) {
  const entry = header.get(tag);
  if (entry === void 0) return [];
  if (entry.type !== type) return [`type ${entry.type}`];
  return (header.strings(tag) ?? []).map((value2) => decodeLossy(value2).toLowerCase());
}

// src/rpm/examine.ts
import { createHash as createHash6 } from "node:crypto";
async function examinePackage(pkg, source, check4) {
  const signatures = listSignatures(pkg.signatureHeader);
  const md5 = packageDigest(pkg.signatureHeader);
  const groups = payloadDigests(pkg.header);
  const file = createHash6("sha256");
  const content2 = new ContentHashes(
    signatures.filter(({ covers }) => covers !== "header"),
    md5 === void 0 ? ["sha256"] : ["sha256", "md5"]
  );
  const payload = new Map(groups.map(({ algorithm }) => [algorithm, createHash6(algorithm)]));
  for await (const chunk of source.stream(0, pkg.headerStart)) file.update(chunk);
  file.update(pkg.headerBytes);
  content2.update(pkg.headerBytes);
  for await (const chunk of source.stream(pkg.payloadStart)) {
    file.update(chunk);
    content2.update(chunk);
    for (const hash of payload.values()) hash.update(chunk);
  }
  const reports = [];
  for (const signature2 of signatures) {
    reports.push(
      ...await checkOne(
        signature2,
        signature2.covers === "header" ? headerData(pkg) : content2,
        check4
      )
    );
  }
  return {
    sha256: file.digest("hex"),
    contentSha256: content2.hash("sha256").digest("hex"),
    headerSha256: digestHeader(pkg, "sha256"),
    size: source.size,
    digests: [
      ...checkHeaderDigests(pkg),
      ...md5 === void 0 ? [] : [checkDigest(md5, content2.hash("md5").digest("hex"))],
      ...groups.flatMap(
        (group) => checkCompressed(group, payload.get(group.algorithm)?.digest("hex") ?? "")
      )
    ],
    signatures: reports
  };
}
async function examineHeader(pkg, check4) {
  const signatures = [];
  for (const signature2 of listSignatures(pkg.signatureHeader)) {
    if (signature2.covers === "header")
      signatures.push(...await checkOne(signature2, headerData(pkg), check4));
  }
  return {
    headerSha256: digestHeader(pkg, "sha256"),
    digests: checkHeaderDigests(pkg),
    signatures
  };
}
async function foreseePackage(pkg, check4, foresee2) {
  const signatures = [];
  for (const signature2 of listSignatures(pkg.signatureHeader)) {
    const { covers } = signature2;
    const judge3 = covers === "header" ? check4 : async (packets) => foresee2(packets);
    signatures.push(...await checkOne(signature2, headerData(pkg), judge3));
  }
  const md5 = packageDigest(pkg.signatureHeader);
  const payload = payloadDigests(pkg.header).flatMap(
    ({ compressed, uncompressed }) => compressed.length > 0 ? compressed : uncompressed
  );
  return {
    digests: [
      ...checkHeaderDigests(pkg),
      ...[...md5 === void 0 ? [] : [md5], ...payload].map(
        (digest2) => checkDigest(digest2, digest2.expected)
      )
    ],
    signatures
  };
}
function withPayload(pkg, evidence, digests) {
  const known = new Set(evidence.digests.map(({ name }) => name));
  const added = checkUncompressed(payloadDigests(pkg.header), digests).filter(
    ({ name }) => !known.has(name)
  );
  return { ...evidence, digests: [...evidence.digests, ...added] };
}
function checkHeaderDigests(pkg) {
  return headerDigests(pkg.signatureHeader).map(
    (digest2) => checkDigest(digest2, digestHeader(pkg, digest2.algorithm))
  );
}
async function checkOne(signature2, data, check4) {
  const { tag, covers, packets, fault } = signature2;
  const reports = fault === void 0 ? await check4(packets, data) : [];
  if (reports.length === 0)
    return [{ ...unreadable2(fault ?? `${tag} holds no OpenPGP signature`), tag, covers }];
  return reports.map((report2) => ({ ...report2, tag, covers }));
}
function unreadable2(reason) {
  const unknown = {
    version: null,
    algorithm: "",
    hash: "",
    keyId: null,
    created: null,
    fingerprint: null,
    tolerated: []
  };
  return { ...unknown, status: "unsupported", code: "NO_SIGNATURE", reason };
}
function digestHeader(pkg, algorithm) {
  return createHash6(algorithm).update(pkg.headerBytes).digest("hex");
}
function headerData(pkg) {
  return {
    hash: (algorithm, prefix = new Uint8Array()) => createHash6(algorithm).update(prefix).update(pkg.headerBytes)
  };
}
var ContentHashes = class {
  #hashes = /* @__PURE__ */ new Map();
  constructor(signatures, reported) {
    for (const algorithm of reported) this.#prepare(algorithm, new Uint8Array());
    for (const { packets } of signatures)
      for (const { hash, prefix } of peekSignature(packets)) this.#prepare(hash, prefix);
  }
  update(chunk) {
    for (const hash of this.#hashes.values()) hash.update(chunk);
  }
  hash(algorithm, prefix = new Uint8Array()) {
    const hash = this.#hashes.get(nameOf(algorithm, prefix));
    if (hash === void 0)
      throw new Error(
        `the package was not hashed with ${algorithm}, which its signatures did not announce`
      );
    return hash.copy();
  }
  #prepare(algorithm, prefix) {
    const name = nameOf(algorithm, prefix);
    if (!this.#hashes.has(name)) this.#hashes.set(name, createHash6(algorithm).update(prefix));
  }
};
function nameOf(algorithm, prefix) {
  return `${algorithm} ${Buffer.from(prefix).toString("hex")}`;
}

// src/rpm/reader.ts
var ByteReader = class {
  #bytes;
  #view;
  #what;
  /** @param what - names the buffer in messages: `main header`. */
  constructor(bytes, what) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#what = what;
  }
  get length() {
    return this.#bytes.length;
  }
  /** @throws RpmFormatError HEADER_BOUNDS */
  u16(offset) {
    this.#check(offset, 2);
    return this.#view.getUint16(offset);
  }
  /** @throws RpmFormatError HEADER_BOUNDS */
  u32(offset) {
    this.#check(offset, 4);
    return this.#view.getUint32(offset);
  }
  /** @throws RpmFormatError HEADER_BOUNDS */
  i32(offset) {
    this.#check(offset, 4);
    return this.#view.getInt32(offset);
  }
  /** @throws RpmFormatError HEADER_BOUNDS */
  u64(offset) {
    this.#check(offset, 8);
    return this.#view.getBigUint64(offset);
  }
  /** A view, not a copy. @throws RpmFormatError HEADER_BOUNDS */
  bytes(offset, length) {
    this.#check(offset, length);
    return this.#bytes.subarray(offset, offset + length);
  }
  /** Position of the next NUL at or after `offset` and before `end`; -1 when there is none. */
  nul(offset, end) {
    const at = this.#bytes.indexOf(0, offset);
    return at >= 0 && at < end ? at : -1;
  }
  #check(offset, length) {
    if (offset >= 0 && length >= 0 && offset + length <= this.#bytes.length) return;
    throw new RpmFormatError(
      "HEADER_BOUNDS",
      `${this.#what}: ${length} bytes at offset ${offset} lie outside its ${this.#bytes.length} bytes`,
      { expected: `at most ${this.#bytes.length}`, actual: String(offset + length) }
    );
  }
};

// src/rpm/header.ts
var HEADER_INTRO_SIZE = 16;
var ENTRY_SIZE = 16;
var MAGIC = 2393761793;
var FIRST_TAG = 100;
var SIGNATURE_LIMITS = { entries: 32, dataBytes: 64 * MIB };
var ARRAY_MAX = 1048575;
var ALIGNMENT = {
  [TYPE2.INT16]: 2,
  [TYPE2.INT32]: 4,
  [TYPE2.INT64]: 8
};
function parseHeaderIntro(bytes, kind) {
  const reader = new ByteReader(bytes, `${kind} header`);
  if (reader.u32(0) !== MAGIC || reader.u32(4) !== 0) {
    const actual = Buffer.from(reader.bytes(0, 8)).toString("hex");
    throw new RpmFormatError(
      "BAD_MAGIC",
      `${kind} header: expected magic 8eade80100000000, found ${actual}`,
      { expected: "8eade80100000000", actual }
    );
  }
  const entryCount = reader.u32(8);
  const dataLength2 = reader.u32(12);
  const limits = kind === "signature" ? SIGNATURE_LIMITS : { entries: LIMITS.headerEntries, dataBytes: LIMITS.headerDataBytes };
  limit2(`${kind} header: entries`, entryCount, limits.entries);
  limit2(`${kind} header: bytes of data`, dataLength2, limits.dataBytes);
  return { entryCount, dataLength: dataLength2, size: HEADER_INTRO_SIZE + entryCount * ENTRY_SIZE + dataLength2 };
}
function parseHeader(bytes, kind) {
  const intro = parseHeaderIntro(bytes, kind);
  if (bytes.length !== intro.size) {
    throw bounds(
      `${kind} header: expected ${intro.size} bytes, found ${bytes.length}`,
      intro.size,
      bytes.length
    );
  }
  const index = new ByteReader(
    bytes.subarray(HEADER_INTRO_SIZE, bytes.length - intro.dataLength),
    `index of the ${kind} header`
  );
  const store = new ByteReader(
    bytes.subarray(bytes.length - intro.dataLength),
    `store of the ${kind} header`
  );
  if (intro.entryCount < 1) throw invalid6(`${kind} header: no entries`);
  const regionLength = checkRegion({ kind, index, store, entryCount: intro.entryCount });
  const sealed = regionLength !== void 0;
  const entries = [];
  let end = 0;
  for (let row = sealed ? 1 : 0; row < intro.entryCount; row++) {
    const { entry, offset } = readEntry2({ kind, index, store, sealed }, row);
    if (offset < end)
      throw bounds(
        `${kind} header: data of tag ${entry.tag} overlaps the entry before it`,
        end,
        offset
      );
    end = offset + entry.data.length;
    if (sealed && offset < regionLength && end > regionLength - ENTRY_SIZE) {
      throw bounds(
        `${kind} header: data of tag ${entry.tag} overlaps the region trailer`,
        regionLength - ENTRY_SIZE,
        end
      );
    }
    entries.push(entry);
  }
  return new ParsedHeader(kind, sealed, entries);
}
function checkRegion(blob) {
  const { kind, index, store, entryCount } = blob;
  const regionTag = kind === "signature" ? REGION.SIGNATURES : REGION.IMMUTABLE;
  if (index.u32(0) !== regionTag) return void 0;
  const offset = index.i32(8);
  if (index.u32(4) !== TYPE2.BIN || index.u32(12) !== ENTRY_SIZE)
    throw invalid6(`${kind} header: the region tag is malformed`);
  if (offset < 0 || offset + ENTRY_SIZE > store.length)
    throw bounds(
      `${kind} header: the region trailer lies outside`,
      store.length,
      offset + ENTRY_SIZE
    );
  const trailer = new ByteReader(
    store.bytes(offset, ENTRY_SIZE),
    `region trailer of the ${kind} header`
  );
  const trailerTag = trailer.u32(0);
  const named = trailerTag === regionTag || kind === "signature" && trailerTag === REGION.IMAGE;
  if (!named || trailer.u32(4) !== TYPE2.BIN || trailer.u32(12) !== ENTRY_SIZE)
    throw invalid6(`${kind} header: the region trailer is malformed`);
  const indexLength = -trailer.i32(8);
  const regionEntries = indexLength / ENTRY_SIZE;
  if (!Number.isInteger(regionEntries) || regionEntries < 0 || regionEntries > entryCount) {
    throw bounds(
      `${kind} header: the region has ${regionEntries} of ${entryCount} entries`,
      entryCount,
      regionEntries
    );
  }
  const regionLength = offset + ENTRY_SIZE;
  if (kind === "main" && (regionEntries !== entryCount || regionLength !== store.length)) {
    throw bounds(
      `main header: the immutable region covers ${regionEntries} of ${entryCount} entries and ${regionLength} of ${store.length} bytes`,
      entryCount,
      regionEntries
    );
  }
  return regionLength;
}
function readEntry2(blob, row) {
  const { kind, index, store } = blob;
  const at = row * ENTRY_SIZE;
  const [tag, type, offset, count2] = [
    index.u32(at),
    index.u32(at + 4),
    index.u32(at + 8),
    index.u32(at + 12)
  ];
  const bad2 = (why) => new RpmFormatError(
    "HEADER_BOUNDS",
    `${kind} header: entry ${row} (tag ${tag}, type ${type}, offset ${offset}, count ${count2}) ${why}`
  );
  if (tag < FIRST_TAG || tag > 2147483647) throw bad2("has a tag that only a region may have");
  if (type < TYPE2.CHAR || type > TYPE2.I18N_STRING) throw bad2("has an unknown type");
  if (count2 < 1 || count2 > store.length) throw bad2("has an impossible count");
  if (type !== TYPE2.BIN && count2 > ARRAY_MAX) throw bad2(`has more than ${ARRAY_MAX} elements`);
  if (offset % (ALIGNMENT[type] ?? 1) !== 0) throw bad2("is not aligned");
  if (offset > store.length) throw bad2("begins outside the store");
  if (kind === "main" && blob.sealed && !typeFits(tag, type))
    throw bad2("has a type that this tag never has");
  const length = dataLength(store, { type, offset, count: count2 });
  if (length === void 0) throw bad2("ends outside the store");
  return { entry: { tag, type, count: count2, data: store.bytes(offset, length) }, offset };
}
function dataLength(store, entry) {
  const { type, offset, count: count2 } = entry;
  if (!isStringType(type)) {
    const length = (ALIGNMENT[type] ?? 1) * count2;
    return offset + length <= store.length ? length : void 0;
  }
  if (type === TYPE2.STRING && count2 !== 1) return void 0;
  let end = offset;
  for (let string = 0; string < count2; string++) {
    const nul = store.nul(end, store.length);
    if (nul < 0) return void 0;
    end = nul + 1;
  }
  return end - offset;
}
var ParsedHeader = class {
  kind;
  sealed;
  entries;
  #byTag = /* @__PURE__ */ new Map();
  constructor(kind, sealed, entries) {
    this.kind = kind;
    this.sealed = sealed;
    this.entries = entries;
    for (const entry of entries) {
      if (this.#byTag.has(entry.tag))
        throw invalid6(`${kind} header: tag ${entry.tag} occurs twice`);
      this.#byTag.set(entry.tag, entry);
    }
  }
  get(tag) {
    return this.#byTag.get(tag);
  }
  strings(tag) {
    const entry = this.get(tag);
    if (entry === void 0 || !isStringType(entry.type)) return void 0;
    const strings = [];
    for (let start = 0; strings.length < entry.count; ) {
      const nul = entry.data.indexOf(0, start);
      strings.push(entry.data.subarray(start, nul));
      start = nul + 1;
    }
    return strings;
  }
  numbers(tag) {
    const entry = this.get(tag);
    if (entry === void 0 || entry.type < TYPE2.INT8 || entry.type > TYPE2.INT64) return void 0;
    const width = ALIGNMENT[entry.type] ?? 1;
    const reader = new ByteReader(entry.data, `tag ${tag}`);
    return Array.from({ length: entry.count }, (_, at) => {
      if (width === 8) return Number(reader.u64(at * 8));
      if (width === 4) return reader.u32(at * 4);
      return width === 2 ? reader.u16(at * 2) : entry.data[at] ?? 0;
    });
  }
  binary(tag) {
    const entry = this.get(tag);
    return entry?.type === TYPE2.BIN ? entry.data : void 0;
  }
};
function limit2(what, actual, most) {
  if (actual <= most) return;
  throw new RpmFormatError("LIMIT_EXCEEDED", `${what}: expected at most ${most}, found ${actual}`, {
    expected: `at most ${most}`,
    actual: String(actual)
  });
}
function bounds(message, expected, actual) {
  return new RpmFormatError("HEADER_BOUNDS", message, {
    expected: String(expected),
    actual: String(actual)
  });
}
function invalid6(message) {
  return new RpmFormatError("HEADER_INVALID", message);
}

// src/rpm/lead.ts
var LEAD_SIZE = 96;
var MAGIC2 = 3987467995;
var HEADER_SIGNATURE = 5;
function parseLead(bytes) {
  if (bytes.length < LEAD_SIZE) throw notRpm(`${LEAD_SIZE} bytes of lead`, `${bytes.length} bytes`);
  const reader = new ByteReader(bytes, "lead");
  if (reader.u32(0) !== MAGIC2)
    throw notRpm("magic edabeedb", `magic ${reader.u32(0).toString(16).padStart(8, "0")}`);
  const [major = 0, minor = 0] = reader.bytes(4, 2);
  if (major < 3 || major > 4) throw notRpm("lead version 3 or 4", `lead version ${major}`);
  const signatureType = reader.u16(78);
  if (signatureType !== HEADER_SIGNATURE)
    throw notRpm(`signature type ${HEADER_SIGNATURE}`, `signature type ${signatureType}`);
  return { major, minor };
}
function notRpm(expected, actual) {
  return new RpmFormatError(
    "BAD_MAGIC",
    `not an RPM package: expected ${expected}, found ${actual}`,
    { expected, actual }
  );
}

// src/rpm/files.ts
var SLASH2 = 47;
var GHOST = 1 << 6;
var FORMAT_MASK = 61440;
var TYPES2 = {
  49152: "socket",
  40960: "symlink",
  32768: "file",
  24576: "block",
  16384: "directory",
  8192: "char",
  4096: "fifo"
};
var EMPTY = new Uint8Array();
function parseFiles(header) {
  const paths = filePaths(header);
  const column = (what, values) => {
    if (values === void 0 || values.length === paths.length) return values;
    throw invalid7(`${what} has ${values.length} elements for ${paths.length} files`);
  };
  const modes = column("FILEMODES", header.numbers(TAG2.FILE_MODES));
  const sizes = column("LONGFILESIZES", header.numbers(TAG2.LONG_FILE_SIZES)) ?? column("FILESIZES", header.numbers(TAG2.FILE_SIZES));
  const digests = column("FILEDIGESTS", header.strings(TAG2.FILE_DIGESTS));
  const targets = column("FILELINKTOS", header.strings(TAG2.FILE_LINK_TOS));
  const flags = column("FILEFLAGS", header.numbers(TAG2.FILE_FLAGS));
  const inodes = column("FILEINODES", header.numbers(TAG2.FILE_INODES));
  const devices = column("FILEDEVICES", header.numbers(TAG2.FILE_DEVICES));
  return paths.map((path, at) => {
    const mode = modes?.[at] ?? 0;
    const type = fileType(mode);
    return {
      path: path[0] === SLASH2 ? path.subarray(1) : path,
      type,
      mode,
      size: sizes?.[at] ?? 0,
      digest: Buffer.from(digests?.[at] ?? EMPTY).toString("latin1").toLowerCase(),
      target: type === "symlink" ? targets?.[at] ?? EMPTY : EMPTY,
      ghost: ((flags?.[at] ?? 0) & GHOST) !== 0,
      flags: flags?.[at] ?? 0,
      inode: inodes?.[at] ?? 0,
      device: devices?.[at] ?? 0
    };
  });
}
function filePaths(header) {
  const baseNames = header.strings(TAG2.BASE_NAMES);
  const count2 = (baseNames ?? header.strings(TAG2.OLD_FILENAMES))?.length ?? 0;
  if (count2 > LIMITS.filesInPackage) {
    throw new RpmFormatError(
      "LIMIT_EXCEEDED",
      `package: expected at most ${LIMITS.filesInPackage} files, found ${count2}`
    );
  }
  if (baseNames === void 0) return header.strings(TAG2.OLD_FILENAMES) ?? [];
  const dirNames = header.strings(TAG2.DIR_NAMES) ?? [];
  const dirIndexes = header.numbers(TAG2.DIR_INDEXES) ?? [];
  if (dirIndexes.length !== count2)
    throw invalid7(`DIRINDEXES has ${dirIndexes.length} elements for ${count2} files`);
  return baseNames.map((name, at) => {
    const directory = dirNames[dirIndexes[at] ?? -1];
    if (directory === void 0)
      throw invalid7(`DIRINDEXES names directory ${dirIndexes[at] ?? -1} of ${dirNames.length}`);
    return Buffer.concat([directory, name]);
  });
}
function fileType(mode) {
  const format = mode & FORMAT_MASK;
  const type = format === 0 ? "file" : TYPES2[format];
  if (type === void 0)
    throw invalid7(`FILEMODES holds ${mode.toString(8)}, which is no file type`);
  return type;
}
function invalid7(message) {
  return new RpmFormatError("HEADER_INVALID", `file list of the main header: ${message}`);
}

// src/rpm/hashes.ts
var NAMES = {
  0: "md5",
  1: "md5",
  2: "sha1",
  3: "ripemd160",
  8: "sha256",
  9: "sha384",
  10: "sha512",
  11: "sha224",
  12: "sha3-256",
  14: "sha3-512"
};
function hashName(id) {
  return NAMES[id];
}

// src/rpm/package.ts
function parseFacts(headers) {
  const { main } = headers;
  const isSource = isSourcePackage(main);
  const digestAlgorithm = main.numbers(TAG2.FILE_DIGEST_ALGO)?.[0] ?? 0;
  return {
    nevra: parseNevra(main, isSource),
    license: text(main, TAG2.LICENSE),
    summary: text(main, TAG2.SUMMARY),
    description: text(main, TAG2.DESCRIPTION),
    url: text(main, TAG2.URL),
    buildHost: text(main, TAG2.BUILD_HOST),
    buildTime: main.numbers(TAG2.BUILD_TIME)?.[0] ?? null,
    isSource,
    payload: {
      format: word(main, TAG2.PAYLOAD_FORMAT) ?? "cpio",
      compressor: word(main, TAG2.PAYLOAD_COMPRESSOR) ?? "gzip",
      size: payloadSize(headers)
    },
    fileDigestAlgorithm: hashName(digestAlgorithm) ?? `algorithm ${digestAlgorithm}`,
    files: parseFiles(main),
    changelog: parseChangelog(main),
    sources: isSource ? inSpecOrder(main, TAG2.SOURCE) : [],
    patches: isSource ? inSpecOrder(main, TAG2.PATCH) : []
  };
}
function parseNevra(header, isSource) {
  const required = (tag, name) => {
    const value2 = word(header, tag);
    if (value2 === void 0 || value2 === "")
      throw new RpmFormatError(
        "HEADER_INVALID",
        `main header: expected a ${name} in UTF-8, found none`
      );
    return value2;
  };
  return {
    name: required(TAG2.NAME, "name"),
    epoch: header.numbers(TAG2.EPOCH)?.[0] ?? null,
    version: required(TAG2.VERSION, "version"),
    release: required(TAG2.RELEASE, "release"),
    arch: isSource ? "src" : word(header, TAG2.ARCH) ?? ""
  };
}
function isSourcePackage(header) {
  if (header.get(TAG2.SOURCE_RPM) !== void 0) return false;
  if (header.get(TAG2.SOURCE_PACKAGE) !== void 0) return true;
  const oldNames = header.strings(TAG2.OLD_FILENAMES);
  if (oldNames !== void 0) return oldNames.every((name) => !name.includes(47));
  const dirNames = header.strings(TAG2.DIR_NAMES);
  return dirNames?.length === 1 && dirNames[0]?.length === 0;
}
function payloadSize({ signature: signature2, main }) {
  const candidates = [
    main.numbers(TAG2.PAYLOAD_SIZE_ALT),
    main.numbers(TAG2.ARCHIVE_SIZE),
    signature2.numbers(SIGTAG.LONG_ARCHIVE_SIZE),
    signature2.numbers(SIGTAG.PAYLOAD_SIZE)
  ];
  return candidates.find((numbers) => numbers !== void 0)?.[0] ?? null;
}
function parseChangelog(header) {
  const times = header.numbers(TAG2.CHANGELOG_TIME) ?? [];
  const authors = header.strings(TAG2.CHANGELOG_NAME) ?? [];
  const texts2 = header.strings(TAG2.CHANGELOG_TEXT) ?? [];
  const count2 = Math.min(times.length, authors.length, texts2.length);
  return times.slice(0, count2).map((time, at) => ({
    time,
    author: decodeLossy(authors[at] ?? new Uint8Array()),
    text: decodeLossy(texts2[at] ?? new Uint8Array())
  }));
}
var FORWARD_SINCE = "5.99.92";
function inSpecOrder(header, tag) {
  const names = (header.strings(tag) ?? []).map(decodeLossy);
  const version2 = word(header, TAG2.RPM_VERSION);
  const isForward = version2 !== void 0 && rpmvercmp(version2, FORWARD_SINCE) >= 0;
  return isForward ? names : names.reverse();
}
function text(header, tag) {
  const strings = header.strings(tag);
  if (strings === void 0) return "";
  const locales = (header.strings(TAG2.I18N_TABLE) ?? []).map(decodeLossy);
  const bytes = strings[Math.max(0, locales.indexOf("C"))] ?? strings[0] ?? new Uint8Array();
  return toRpmString(bytes);
}
function word(header, tag) {
  const bytes = header.strings(tag)?.[0];
  return bytes === void 0 ? void 0 : tryDecode(bytes);
}

// src/rpm/read.ts
async function readPackage(source) {
  parseLead(await source.read(0, LEAD_SIZE));
  const signature2 = await readHeader(source, LEAD_SIZE, "signature");
  const headerStart = LEAD_SIZE + padded(signature2.bytes.length);
  const main = await readHeader(source, headerStart, "main");
  return {
    facts: parseFacts({ signature: signature2.header, main: main.header }),
    signatureHeader: signature2.header,
    header: main.header,
    headerStart,
    payloadStart: headerStart + main.bytes.length,
    headerBytes: main.bytes
  };
}
function frontSize(bytes) {
  let end = LEAD_SIZE;
  for (const kind of ["signature", "main"]) {
    if (bytes.length < end + HEADER_INTRO_SIZE) return end + HEADER_INTRO_SIZE;
    const { size } = parseHeaderIntro(bytes.subarray(end, end + HEADER_INTRO_SIZE), kind);
    end += kind === "signature" ? padded(size) : size;
  }
  return end;
}
function padded(size) {
  return size + (8 - size % 8) % 8;
}
async function readHeader(source, start, kind) {
  const intro = parseHeaderIntro(await source.read(start, start + HEADER_INTRO_SIZE), kind);
  const end = start + intro.size;
  if (end > source.size) {
    throw new RpmFormatError(
      "HEADER_BOUNDS",
      `${kind} header: expected it to end at ${end}, but the file ends at ${source.size}`,
      {
        expected: String(end),
        actual: String(source.size)
      }
    );
  }
  const bytes = await source.read(start, end);
  return { header: parseHeader(bytes, kind), bytes };
}

// src/trust/policy.ts
var STRONG = /* @__PURE__ */ new Set(["sha256", "sha384", "sha512", "sha3-256", "sha3-512"]);
function judge2({ digests, ...rest2 }, { keysGiven, filesGood = false }) {
  const odd = filesGood ? digests.filter((digest2) => isOddAlternative(digest2, digests)) : [];
  const evidence = { ...rest2, digests: digests.filter((digest2) => !odd.includes(digest2)) };
  const reasons2 = [
    ...odd.map((digest2) => ({ code: "WARNING", message: describeOdd(digest2) })),
    ...judgeDigests(evidence.digests, ["header", "payload"]),
    ...judgeBroken(evidence.signatures),
    ...keysGiven ? judgeCoverage(evidence) : [NOT_CHECKED]
  ];
  return conclude(evidence.signatures, reasons2);
}
function judgeHeader(evidence) {
  const { digests, signatures } = evidence;
  const good = signatures.some(({ status }) => status === "good");
  const reasons2 = [
    ...judgeDigests(digests, []),
    ...judgeBroken(signatures),
    ...good ? [] : refusals(signatures)
  ];
  return conclude(signatures, reasons2);
}
function verifyJudgement(judgement, what) {
  if (judgement.accepted) return;
  const [first2, ...others] = judgement.reasons.filter(isRefusal);
  const message = [first2, ...others].map((reason) => reason?.message).join("; ");
  if (first2 === void 0 || first2.code === "DIGEST_MISMATCH")
    throw new IntegrityError("DIGEST_MISMATCH", `${what}: ${message}`);
  throw new VerificationError(first2.code, `${what}: ${message}`);
}
var NOT_CHECKED = {
  code: "NOT_CHECKED",
  message: "no keys were given, so signatures were not judged"
};
function isOddAlternative({ name, status }, digests) {
  return status === "bad" && name.endsWith("ALT") && digests.some((other) => other.status === "good" && `${other.name}ALT` === name);
}
function describeOdd({ name, expected, actual }) {
  return `${name} of the uncompressed payload is wrong (expected ${expected}, found ${actual}); ${name.replace(/ALT$/, "")} and the digests of all files are good, which rpm accepts, too`;
}
function judgeDigests(digests, needed) {
  const bad2 = digests.filter(({ status }) => status === "bad");
  if (bad2.length > 0) return bad2.map(mismatch);
  const good = digests.filter(({ status }) => status === "good");
  return needed.filter((part) => !good.some(({ covers }) => covers.includes(part))).map((part) => ({ code: "NOT_COVERED", message: `no digest covers the ${part}` }));
}
function mismatch({ name, covers, expected, actual }) {
  return {
    code: "DIGEST_MISMATCH",
    message: `${name} of the ${covers}: expected ${expected}, found ${actual}`
  };
}
function judgeBroken(signatures) {
  return signatures.filter((report2) => report2.status === "bad" || isUnreadable(report2)).map(refusal);
}
function isUnreadable({ status, version: version2 }) {
  return status === "unsupported" && version2 === null;
}
function judgeCoverage({
  signatures,
  digests
}) {
  if (signatures.length === 0)
    return [{ code: "NO_SIGNATURE", message: "the package is not signed" }];
  const good = signatures.filter(({ status }) => status === "good");
  if (good.length === 0) return refusals(signatures);
  if (good.some(({ covers }) => covers === "header+payload") || digests.some(isStrongPayloadDigest))
    return [];
  const others = signatures.filter(
    ({ status, covers }) => status !== "good" && covers === "header+payload"
  );
  if (others.length > 0) return refusals(others);
  if (digests.some(({ covers, status }) => covers === "payload" && status === "bad")) return [];
  return [
    {
      code: "NOT_COVERED",
      message: "the signature covers the header only, and the header has no good strong digest of the payload"
    }
  ];
}
function isStrongPayloadDigest({ covers, status, algorithm }) {
  return covers === "payload" && status === "good" && STRONG.has(algorithm);
}
function refusals(signatures) {
  if (signatures.length === 0)
    return [{ code: "NO_SIGNATURE", message: "no signature covers the header" }];
  return signatures.filter((report2) => report2.status !== "bad" && !isUnreadable(report2)).map(refusal);
}
function refusal({ tag, code: code2, reason, status }) {
  return { code: code2 ?? "NO_SIGNATURE", message: `${tag}: ${reason ?? status}` };
}
function conclude(signatures, reasons2) {
  return {
    accepted: !reasons2.some(isRefusal),
    reasons: reasons2,
    signature: signatures.find(({ status }) => status === "good")
  };
}
function isRefusal({ code: code2 }) {
  return code2 !== "NOT_CHECKED" && code2 !== "WARNING";
}

// src/openpgp/signature-file.ts
var MESSAGE_TAGS = /* @__PURE__ */ new Set([1, 3, 4, 8, 9, 11, 18, 20]);
function signatureForm(bytes) {
  const text4 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (text4.includes("-----BEGIN PGP SIGNED MESSAGE-----")) return "clearsigned";
  if (text4.includes("-----BEGIN PGP MESSAGE")) return "attached";
  if (text4.includes("-----BEGIN PGP ")) return "detached";
  const head = bytes[0] ?? 0;
  if ((head & 128) === 0) return "none";
  const tag = (head & 64) !== 0 ? head & 63 : head >> 2 & 15;
  if (MESSAGE_TAGS.has(tag)) return "attached";
  return tag === TAG.signature && isWhole(bytes) ? "detached" : "none";
}
function isWhole(bytes) {
  try {
    return readPackets(bytes).next().done !== true;
  } catch (error) {
    if (error instanceof PacketError) return false;
    throw error;
  }
}

// src/repodata/mirrorlist.ts
import { createHash as createHash7 } from "node:crypto";
var REPOMD = /\/repodata\/repomd\.xml$/;
var CONTEXT2 = xmlContext("the metalink", "MIRRORLIST_INVALID");
function parseMirrorlist(bytes) {
  if (/^\s*</.test(
    Buffer.from(bytes.subarray(0, 1024)).toString("utf8").replace(/^\ufeff/, "")
  ))
    return parseMetalink(bytes);
  const lines = Buffer.from(bytes).toString("utf8").replace(/^\ufeff/, "").split(/\r\n|\n|\r/);
  const bases = usableBases(lines.map((line) => line.trim()));
  if (bases.length === 0)
    throw new RepodataError(
      "MIRRORLIST_INVALID",
      `the mirror list is not usable: expected http or https URLs, found ${JSON.stringify((lines[0] ?? "").slice(0, 100))}`
    );
  return { bases, repomd: void 0 };
}
function parseMetalink(bytes) {
  const root = parseDocument(bytes, CONTEXT2);
  if (root.name !== "metalink")
    throw CONTEXT2.invalid(`expected root element metalink, found ${root.name}`);
  const file = descendants(root, "file", 2).find(
    (candidate) => candidate.attributes.get("name") === "repomd.xml"
  );
  if (file === void 0) throw CONTEXT2.invalid("expected a file called repomd.xml, found none");
  const versions = [file, ...descendants(file, "alternate", 2)].map(strongChecksums);
  const urls = descendants(file, "url", 2).map((url) => ({
    url: url.text,
    preference: Number(url.attributes.get("preference") ?? "0") || 0
  })).filter(({ url }) => REPOMD.test(url)).sort((a, b) => b.preference - a.preference);
  const bases = usableBases(urls.map(({ url }) => url));
  if (bases.length === 0)
    throw CONTEXT2.invalid("expected http or https URLs of repomd.xml, found none");
  return { bases, repomd: versions };
}
function verifyListed(repomd, versions) {
  const agrees = (checksum) => digestLike(repomd, checksum) === checksum.hex;
  if (versions.some((checksums) => checksums.every(agrees))) return;
  const expected = versions.map(([first2]) => first2 === void 0 ? "" : `${first2.algorithm} ${first2.hex}`).join(" or ");
  const actual = createHash7("sha256").update(repomd).digest("hex");
  throw new IntegrityError(
    "DIGEST_MISMATCH",
    `repomd.xml is none of the versions that the metalink lists: expected ${expected}, found sha256 ${actual}`,
    { expected, actual }
  );
}
function usableBases(urls) {
  const bases = urls.filter((url) => /^https?:\/\//i.test(url) && URL.canParse(url)).map((url) => trimBase(url.replace(REPOMD, "")));
  return [...new Set(bases)].slice(0, LIMITS.mirrors);
}
function descendants(element, name, depth) {
  if (depth === 0) return [];
  return element.children.flatMap(
    (child) => child.name === name ? [child] : descendants(child, name, depth - 1)
  );
}
function strongChecksums(version2) {
  const verification = version2.children.find((child) => child.name === "verification");
  const hashes = (verification?.children ?? []).filter((child) => child.name === "hash");
  const checksums = hashes.flatMap(
    (hash) => parseChecksum((hash.attributes.get("type") ?? "").replace("-", ""), hash.text) ?? []
  );
  const strong = checksums.filter((checksum) => !isWeak(checksum));
  if (strong.length > 0) return strong;
  const names = checksums.map(({ algorithm }) => algorithm).join(", ");
  throw new RepodataError(
    "WEAK_ALGORITHM",
    `the metalink: expected a sha256 or stronger checksum of repomd.xml, found ${names === "" ? "none" : names}`
  );
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
  read(count2) {
    const value2 = this.peek(count2);
    this.drop(count2);
    return value2;
  }
  /** The next 32 bits as a signed number. */
  read32() {
    return this.read(16) << 16 | this.read(16);
  }
  /** Shows `count` bits (1 to 24) without consuming them; zeros beyond the end. */
  peek(count2) {
    while (this.have < count2) {
      this.held = (this.held & 16777215) << 8 | (this.bytes[this.at++] ?? 0);
      this.have += 8;
    }
    return this.held >>> this.have - count2 & (1 << count2) - 1;
  }
  /** Consumes bits that {@link peek} showed. */
  drop(count2) {
    this.have -= count2;
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
function readTable(bits, count2, what) {
  const lengths = new Uint8Array(count2);
  let length = bits.read(5);
  for (let symbol = 0; symbol < count2; symbol++) {
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
  let code2 = 0;
  let index = 0;
  for (let length = 1; length <= MAX_LENGTH; length++) {
    bases[length] = index - code2;
    for (let symbol = 0; symbol < lengths.length; symbol++) {
      if (lengths[symbol] !== length) continue;
      const shift = FAST_BITS - length;
      if (shift >= 0) fast.fill(symbol << 5 | length, code2 << shift, code2 + 1 << shift);
      symbols[index++] = symbol;
      limits[length] = ++code2;
    }
    code2 *= 2;
  }
  return { fast, limits, bases, symbols, what };
}
function readSymbol(bits, table) {
  const hit = table.fast[bits.peek(FAST_BITS)];
  if (hit !== 0) {
    bits.drop(hit & 31);
    return hit >> 5;
  }
  const next = bits.peek(MAX_LENGTH);
  for (let length = FAST_BITS + 1; length <= MAX_LENGTH; length++) {
    const code2 = next >>> MAX_LENGTH - length;
    if (code2 < table.limits[length]) {
      bits.drop(length);
      return table.symbols[code2 + table.bases[length]] ?? invalid8(table);
    }
  }
  return invalid8(table);
}
function invalid8(table) {
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
  const block2 = new Uint32Array(MAX_LEVEL * BLOCK_UNIT);
  do
    yield* decodeStream(input, block2, what);
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
    const block2 = readBlock(bits, work);
    input.skip(bits.bytesDone);
    bit = bits.bitInByte;
    yield* writeBlock(block2, work);
    streamCrc = (streamCrc << 1 | streamCrc >>> 31) ^ block2.crc;
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
  const count2 = bits.read(15);
  if (count2 === 0) throw bad(what, "a bzip2 block without selectors");
  const ranks2 = [0, 1, 2, 3, 4, 5];
  const selectors = new Uint8Array(Math.min(count2, MAX_SELECTORS));
  for (let at = 0; at < count2; at++) {
    let rank = 0;
    while (bits.read(1) === 1) if (++rank >= tableCount) throw bad(what, "wrong bzip2 selector");
    const [table = 0] = ranks2.splice(rank, 1);
    ranks2.unshift(table);
    if (at < MAX_SELECTORS) selectors[at] = table;
  }
  return selectors;
}
function readSymbols(coded, { block: block2, counts, what }) {
  const { bits, selectors, tables } = coded;
  const ranks2 = Uint8Array.from(coded.used);
  const end = ranks2.length + 1;
  counts.fill(0);
  let length = 0;
  let run3 = 0;
  let weight = 1;
  for (let group = 0; ; group++) {
    const table = tables[selectors[group] ?? -1];
    if (table === void 0) throw bad(what, "a bzip2 block with too few selectors");
    for (let left = GROUP; left > 0; left--) {
      const symbol = readSymbol(bits, table);
      if (symbol <= 1) {
        run3 += weight << symbol;
        weight <<= 1;
        if (run3 > block2.length) throw bad(what, "a bzip2 block longer than announced");
        continue;
      }
      if (run3 > 0) {
        length = append({ block: block2, counts, what }, ranks2[0], length, run3);
        run3 = 0;
        weight = 1;
      }
      if (symbol === end) return length;
      const byte = ranks2[symbol - 1];
      ranks2.copyWithin(1, 0, symbol - 1);
      ranks2[0] = byte;
      if (length >= block2.length) throw bad(what, "a bzip2 block longer than announced");
      block2[length++] = byte;
      counts[byte]++;
    }
  }
}
function append({ block: block2, counts, what }, byte, length, run3) {
  if (length + run3 > block2.length) throw bad(what, "a bzip2 block longer than announced");
  block2.fill(byte, length, length + run3);
  counts[byte] += run3;
  return length + run3;
}
function* writeBlock({ crc, origin, length }, { block: block2, counts, what }) {
  link(block2, counts, length);
  let output = new Uint8Array(OUTPUT_BYTES);
  let filled = 0;
  let actual = -1;
  let next = block2[origin] >>> 8;
  let previous = -1;
  let equal2 = 0;
  for (let left = length; left > 0; left--) {
    const entry = block2[next];
    const byte = entry & 255;
    next = entry >>> 8;
    let repeat = 1;
    let value2 = byte;
    if (equal2 === 4) {
      repeat = byte;
      value2 = previous;
      equal2 = 0;
      previous = -1;
    } else {
      equal2 = byte === previous ? equal2 + 1 : 1;
      previous = byte;
    }
    if (filled + repeat > OUTPUT_BYTES) {
      yield output.subarray(0, filled);
      output = new Uint8Array(OUTPUT_BYTES);
      filled = 0;
    }
    for (; repeat > 0; repeat--) {
      output[filled++] = value2;
      actual = actual << 8 ^ CRC[(actual >>> 24 ^ value2) & 255];
    }
  }
  if (~actual !== crc) throw bad(what, "wrong CRC of a bzip2 block");
  if (filled > 0) yield output.subarray(0, filled);
}
function link(block2, counts, length) {
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) {
    const count2 = counts[byte];
    counts[byte] = sum;
    sum += count2;
  }
  for (let at = 0; at < length; at++) {
    const byte = block2[at] & 255;
    const place2 = counts[byte]++;
    block2[place2] |= at << 8;
  }
}
function bad(what, reason) {
  return new PayloadError("PAYLOAD_INVALID", `${what}: ${reason}`);
}

// src/compression/input.ts
var EMPTY2 = new Uint8Array(0);
var ChunkReader = class {
  iterator;
  buffer = EMPTY2;
  ended = false;
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
  async some(limit3 = Number.MAX_SAFE_INTEGER) {
    if (!await this.more()) return void 0;
    const chunk = this.buffer.subarray(0, limit3);
    this.buffer = this.buffer.subarray(chunk.length);
    return chunk;
  }
  /** Exactly `count` bytes, or fewer when the source ends before. */
  async take(count2) {
    const bytes = await this.fill(count2);
    const taken = bytes.subarray(0, count2);
    this.buffer = this.buffer.subarray(taken.length);
    return taken;
  }
  /** Looks at what follows without consuming it: at least `count` bytes unless the source ends before. */
  async fill(count2) {
    if (this.buffer.length >= count2 || this.ended) return this.buffer;
    const parts = [this.buffer];
    let length = this.buffer.length;
    while (length < count2 && !this.ended) {
      const chunk = await this.pull();
      parts.push(chunk);
      length += chunk.length;
    }
    this.buffer = Buffer.concat(parts, length);
    return this.buffer;
  }
  /** Drops `count` bytes of what {@link fill} showed. */
  skip(count2) {
    this.buffer = this.buffer.subarray(count2);
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
    const next = await this.iterator.next();
    if (next.done === true) {
      this.ended = true;
      return EMPTY2;
    }
    this.pulled += next.value.length;
    return next.value;
  }
};

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
var RUN2 = 0;
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
async function* decodeLzma(input, what) {
  const lzma = await acquireLiblzma();
  const stream = lzma._malloc(STREAM_BYTES + INPUT_BYTES + OUTPUT_BYTES2);
  try {
    lzma.HEAPU8.fill(0, stream, stream + STREAM_BYTES);
    check2(lzma._lzma_auto_decoder(stream, MEMORY, CONCATENATED), what);
    yield* run({ lzma, stream, input, what });
  } finally {
    lzma._lzma_end(stream);
    lzma._free(stream);
    releaseLiblzma(lzma);
  }
}
async function* run(job) {
  const { lzma, stream, input, what } = job;
  const word2 = stream >> 2;
  const from = stream + STREAM_BYTES;
  const to = from + INPUT_BYTES;
  let action = RUN2;
  for (let ended = false; !ended; ) {
    if (action === RUN2 && lzma.HEAPU32[word2 + AVAIL_IN] === 0) {
      const chunk = await input.some(INPUT_BYTES);
      if (chunk === void 0) action = FINISH;
      else lzma.HEAPU8.set(chunk, from);
      lzma.HEAPU32[word2 + NEXT_IN] = from;
      lzma.HEAPU32[word2 + AVAIL_IN] = chunk?.length ?? 0;
    }
    lzma.HEAPU32[word2 + NEXT_OUT] = to;
    lzma.HEAPU32[word2 + AVAIL_OUT] = OUTPUT_BYTES2;
    ended = check2(lzma._lzma_code(stream, action), what) === STREAM_END;
    const produced = OUTPUT_BYTES2 - (lzma.HEAPU32[word2 + AVAIL_OUT] ?? 0);
    if (produced > 0) yield lzma.HEAPU8.slice(to, to + produced);
  }
}
function check2(result, what) {
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
import { constants as constants2, createGunzip, createInflateRaw, createZstdDecompress } from "node:zlib";
var GZIP_CHUNK = 128 * 1024;
var ZSTD_CHUNK = 32 * 1024;
var INPUT_BYTES2 = 64 * 1024;
var MAX_FRAMES = 1e5;
async function* decodeGzip(input, what) {
  yield* decodeOne(createGunzip({ chunkSize: GZIP_CHUNK }), input, what);
  for (let rest2 = await input.some(); rest2 !== void 0; rest2 = await input.some()) {
    if (rest2.some((byte) => byte !== 0))
      throw new PayloadError("PAYLOAD_INVALID", `${what}: bytes after the end of the gzip stream`);
  }
}
async function* decodeZstd(input, what) {
  const params = { [constants2.ZSTD_d_windowLogMax]: Math.log2(LIMITS.dictionaryBytes) };
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
  const closed = new Promise((resolve4) => engine.once("close", resolve4));
  for (; ; ) {
    const chunk = await input.some(INPUT_BYTES2);
    if (chunk === void 0) {
      engine.end();
      return;
    }
    const before2 = engine.bytesWritten;
    const written = new Promise((resolve4) => engine.write(chunk, resolve4));
    await Promise.race([written, closed]);
    const used = engine.bytesWritten - before2;
    if (engine.readableEnded || engine.destroyed || used < chunk.length) {
      input.unread(chunk.subarray(used));
      return;
    }
  }
}
function translate(error, what) {
  const { code: code2, message } = error;
  if (typeof code2 !== "string" || !/^(Z_|ZSTD_)/.test(code2)) return error;
  if (/windowTooLarge|memory_allocation|Z_MEM_ERROR/.test(code2)) {
    return new PayloadError(
      "LIMIT_EXCEEDED",
      `${what}: the window of the stream is larger than ${LIMITS.dictionaryBytes} bytes`,
      { cause: error }
    );
  }
  return new PayloadError("PAYLOAD_INVALID", `${what}: ${String(message)}`, { cause: error });
}

// src/compression/index.ts
var MAGIC_BYTES = 13;
var MAGICS = [
  ["gzip", [31, 139]],
  ["xz", [253, 55, 122, 88, 90, 0]],
  ["bzip2", [66, 90, 104]],
  ["zstd", [40, 181, 47, 253]]
];
function detectCompression(bytes) {
  for (const [kind, magic] of MAGICS)
    if (magic.every((byte, at) => bytes[at] === byte)) return kind;
  if (isSkippableFrame(bytes)) return "zstd";
  return looksLikeLzmaAlone(bytes) ? "lzma" : void 0;
}
function isSkippableFrame(bytes) {
  return ((bytes[0] ?? 0) & 240) === 80 && bytes[1] === 42 && bytes[2] === 77 && bytes[3] === 24;
}
function looksLikeLzmaAlone(bytes) {
  if (bytes.length < MAGIC_BYTES) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, MAGIC_BYTES);
  const dictionary = view.getUint32(1, true);
  const top = 2 ** (31 - Math.clz32(dictionary));
  const size = view.getBigUint64(5, true);
  return view.getUint8(0) < 225 && dictionary >= 4096 && (dictionary === 4294967295 || dictionary === top || dictionary === top * 1.5) && (size === 0xffffffffffffffffn || size < 1n << 38n);
}
var SUFFIXES = {
  gz: "gzip",
  tgz: "gzip",
  xz: "xz",
  txz: "xz",
  lzma: "lzma",
  tlz: "lzma",
  bz2: "bzip2",
  tbz2: "bzip2",
  tbz: "bzip2",
  zst: "zstd",
  tzst: "zstd"
};
function compressionOfName(fileName) {
  const suffix = /\.([^./]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? "";
  return Object.hasOwn(SUFFIXES, suffix) ? SUFFIXES[suffix] ?? "none" : "none";
}
var DECODERS = {
  gzip: decodeGzip,
  xz: decodeLzma,
  lzma: decodeLzma,
  bzip2: decodeBzip2,
  zstd: decodeZstd
};
async function* decompress(kind, source, limits) {
  const input = new ChunkReader(source);
  let total = 0;
  try {
    for await (const chunk of kind === "none" ? plain2(input) : DECODERS[kind](input, limits.what)) {
      total += chunk.length;
      checkLimits(total, input.consumed, limits);
      yield chunk;
    }
  } finally {
    await input.close();
  }
}
async function* plain2(input) {
  for (let chunk = await input.some(); chunk !== void 0; chunk = await input.some()) yield chunk;
}
function checkLimits(output, input, { maxBytes, announcedBytes = 0, what }) {
  if (output > maxBytes) {
    throw new PayloadError(
      "LIMIT_EXCEEDED",
      `${what}: more than the allowed ${maxBytes} bytes of output`,
      { expected: `at most ${maxBytes}` }
    );
  }
  if (output > Math.max(LIMITS.ratioFloor, announcedBytes, input * LIMITS.compressionRatio)) {
    throw new PayloadError(
      "LIMIT_EXCEEDED",
      `${what}: ${output} bytes of output from ${input} bytes of input look like a decompression bomb`
    );
  }
}

// src/repodata/primary.ts
var CHILDREN = /* @__PURE__ */ new Set([
  "name",
  "arch",
  "version",
  "checksum",
  "time",
  "size",
  "location",
  "format"
]);
var NAMES2 = 1e5;
var MOST_WARNINGS = 5;
async function parsePrimary(source, select, allowWeak) {
  const collector = new Collector(select, allowWeak);
  await cutDocument(source, CONTEXT, collector);
  return collector.finish();
}
var Collector = class {
  probes = ["name", "arch"];
  #select;
  #allowWeak;
  #packages = /* @__PURE__ */ new Map();
  #names = /* @__PURE__ */ new Set();
  #unreadable = [];
  #declared;
  #count = 0;
  constructor(select, allowWeak) {
    this.#select = select;
    this.#allowWeak = allowWeak;
  }
  root(startTag) {
    const root = parseElement(startTag.replace(/\/?>$/, "/>"), CONTEXT);
    if (root.name !== "metadata")
      throw CONTEXT.invalid(`expected root element metadata, found ${root.name}`);
    const declared = root.attributes.get("packages");
    if (declared === void 0) return;
    if (!/^[0-9]{1,9}$/.test(declared))
      throw CONTEXT.invalid(`expected a number of packages, found "${declared.slice(0, 40)}"`);
    this.#declared = Number(declared);
  }
  wants(element, probes) {
    if (element !== "package") return false;
    const name = probes.get("name");
    const arch = probes.get("arch");
    if (name === void 0 || arch === void 0 || name.includes("&") || arch.includes("&"))
      return true;
    this.#note(name.trim());
    return this.#select({ name: name.trim(), arch: arch.trim() });
  }
  keeps(parent, name) {
    return parent === "package" ? CHILDREN.has(name) : parent !== "format" || name === "header-range";
  }
  element(name, xml) {
    if (name !== "package") return;
    this.#count += 1;
    if (this.#count > LIMITS.packagesInIndex)
      throw CONTEXT.tooMuch(`more than ${LIMITS.packagesInIndex} packages`);
    if (xml === void 0) return;
    if (xml.length > LIMITS.xmlTokenBytes)
      throw CONTEXT.tooMuch(
        `a package with more than ${LIMITS.xmlTokenBytes} characters of basic facts`
      );
    const element = parseElement(xml, CONTEXT);
    if ((element.attributes.get("type") ?? "rpm") !== "rpm") return;
    const [names, archs] = [textsOf(element, "name"), textsOf(element, "arch")];
    for (const text4 of names) this.#note(text4);
    const isSelected = names.some(
      (text4) => archs.some((arch) => this.#select({ name: text4, arch }))
    );
    if (!isSelected) return;
    const found = names.length === 1 && archs.length === 1 ? readEntry(element, { name: names[0], arch: archs[0] }, this.#allowWeak) : void 0;
    if (found === void 0) this.#unreadable.push(detach(names[0]));
    else this.#add(found);
  }
  finish() {
    if (this.#declared !== void 0 && this.#declared !== this.#count) {
      throw CONTEXT.invalid(
        `expected ${this.#declared} packages as declared, found ${this.#count}`
      );
    }
    const packages = [...this.#packages.values()];
    return {
      packages,
      packageCount: this.#count,
      names: packages.length === 0 ? this.#names : /* @__PURE__ */ new Set(),
      warnings: this.#describeUnreadable()
    };
  }
  #note(name) {
    if (this.#packages.size === 0 && this.#names.size < NAMES2 && !this.#names.has(name))
      this.#names.add(detach(name));
  }
  #describeUnreadable() {
    const shown = this.#unreadable.slice(0, MOST_WARNINGS);
    const more = this.#unreadable.length - shown.length;
    return [
      ...shown.map(
        (name) => `the index has a row of ${name} without one name, architecture and version; it is passed by`
      ),
      ...more === 0 ? [] : [`and ${more} more such rows of the index`]
    ];
  }
  #add(found) {
    const nevra = formatNevra({ ...found.nevra, epoch: found.nevra.epoch || null });
    const known = this.#packages.get(nevra);
    this.#packages.set(nevra, known === void 0 ? found : mergeEntries(known, found));
  }
};
function textsOf(element, name) {
  return element.children.filter((child) => child.name === name && child.text !== "").map(({ text: text4 }) => text4);
}

// src/repodata/records.ts
var SUFFIXES2 = {
  none: "",
  gzip: ".gz",
  xz: ".xz",
  lzma: ".lzma",
  bzip2: ".bz2",
  zstd: ".zst"
};
async function readRecord(record, source) {
  const { type, size, checksum } = record;
  if (size !== void 0 && size > LIMITS.recordBytes) {
    throw new RepodataError(
      "LIMIT_EXCEEDED",
      `${type}: expected at most ${LIMITS.recordBytes} bytes, repomd.xml declares ${size}`
    );
  }
  requireStrong(checksum, type, source.allowWeak);
  const bytes = await fetchVerified(
    resolveAll(source.bases, record.href, record.base),
    record,
    source
  );
  if (isWeak(checksum))
    source.warn(`${type} is checked by ${checksum.algorithm} only, as allow-weak permits`);
  if (size !== void 0 && size !== bytes.length)
    source.warn(
      `${type}: expected ${size} bytes as declared, found ${bytes.length}; the checksum is right`
    );
  return { type, archiveName: archiveName2(record, bytes), bytes };
}
async function readPrimary(file, record, {
  select,
  allowWeak,
  warn
}) {
  const named = compressionOfName(record.href);
  const kind = detectCompression(file.bytes) ?? "none";
  if (named !== kind) warn(`${file.type}: its name says ${named}, its content is ${kind}`);
  const watched = watch(
    refuseTwice(openRecord(file, kind, record), file.archiveName, kind),
    record,
    warn
  );
  try {
    const primary = await parsePrimary(watched, select, allowWeak);
    for (const text4 of primary.warnings) warn(text4);
    return primary;
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
    throw new RepodataError(
      error.code === "LIMIT_EXCEEDED" ? "LIMIT_EXCEEDED" : "PRIMARY_INVALID",
      error.message,
      { cause: error }
    );
  }
}
function openRecord(file, kind, { openSize }) {
  const maxBytes = openSize === void 0 ? LIMITS.recordOpenBytes : Math.min(LIMITS.recordOpenBytes, openSize + LIMITS.ratioFloor);
  return decompress(kind, memorySource(file.bytes).stream(), { maxBytes, what: file.archiveName });
}
async function* refuseTwice(chunks, name, kind) {
  let isFirst = true;
  for await (const chunk of chunks) {
    const inner = isFirst ? detectCompression(chunk) : void 0;
    if (inner !== void 0 && inner !== "none")
      throw new RepodataError(
        "PRIMARY_INVALID",
        `${name} is compressed twice: expected XML within ${kind}, found ${inner}`,
        {
          expected: "XML",
          actual: inner,
          remedy: "No yum or dnf reads such an index. Tell the publisher to make it anew (createrepo_c), without compressing its files again."
        }
      );
    isFirst = false;
    yield chunk;
  }
}
async function* watch(chunks, { type, openSize, openChecksum }, warn) {
  const hash = openChecksum === void 0 ? void 0 : newHash(openChecksum);
  let total = 0;
  for await (const chunk of chunks) {
    hash?.update(chunk);
    total += chunk.length;
    yield chunk;
  }
  if (openSize !== void 0 && openSize !== total)
    warn(`${type}: expected ${openSize} bytes when open, found ${total}; the checksum is right`);
  const actual = hash?.digest("hex");
  if (actual !== openChecksum?.hex)
    warn(
      `${type}: expected open-checksum ${openChecksum?.hex ?? ""}, found ${actual ?? ""}; the checksum is right`
    );
}
async function fetchVerified(urls, { type, checksum }, { fetcher, attempts, allowWeak }) {
  let last2;
  for (const url of urls) {
    try {
      const { body } = await fetcher.fetch({
        url,
        maxBytes: LIMITS.recordBytes,
        what: type,
        pinned: true,
        ...attempts === void 0 ? {} : { attempts }
      });
      try {
        verifyChecksum(body, checksum, type, allowWeak);
      } catch (error) {
        throw withPage(error, body);
      }
      return body;
    } catch (error) {
      if (!isServersFault(error)) throw error;
      last2 = error;
    }
  }
  throw last2;
}
function withPage(error, body) {
  if (!(error instanceof IntegrityError) || !isWebPage(body)) return error;
  return new IntegrityError(error.code, `${error.message}: it is ${WEB_PAGE.actual}`, {
    ...error.expected === void 0 ? {} : { expected: error.expected },
    ...WEB_PAGE,
    cause: error
  });
}
function isServersFault(error) {
  return error instanceof IntegrityError || error instanceof DownloadError && error.code !== "ABORTED";
}
function archiveName2({ type, href }, bytes) {
  const named = compressionOfName(href);
  return `${type}.xml${SUFFIXES2[named === "none" ? detectCompression(bytes) ?? "none" : named]}`;
}

// src/repodata/repomd.ts
var NEEDED_RECORDS = ["primary", "filelists", "other"];
var CONTEXT3 = xmlContext("repomd.xml", "REPOMD_INVALID");
function parseRepomd(bytes) {
  const root = parseDocument(bytes, CONTEXT3);
  if (root.name !== "repomd")
    throw CONTEXT3.invalid(`expected root element repomd, found ${root.name}`);
  const records = root.children.filter((child) => child.name === "data").flatMap(parseRecord);
  for (const type of NEEDED_RECORDS) {
    const count2 = records.filter((record) => record.type === type).length;
    if (count2 > 1) throw CONTEXT3.invalid(`expected one record "${type}", found ${count2}`);
  }
  return { revision: onlyChild(root, "revision", CONTEXT3)?.text ?? "", records };
}
function findRecord(repomd, type) {
  return repomd.records.find((record) => record.type === type);
}
function parseRecord(data) {
  const type = data.attributes.get("type") ?? "";
  const needed = NEEDED_RECORDS.includes(type);
  try {
    return [readRecord2(data, type)];
  } catch (error) {
    if (needed) throw error;
    return [];
  }
}
function readRecord2(data, type) {
  const location = onlyChild(data, "location", CONTEXT3);
  const href = location?.attributes.get("href") ?? "";
  if (href === "") throw CONTEXT3.invalid(`record "${type}" has no location`);
  const checksum = readChecksum2(data, "checksum");
  if (checksum === void 0) throw incomplete(data, type);
  return {
    type,
    href,
    base: location?.attributes.get("xml:base"),
    checksum,
    openChecksum: readChecksum2(data, "open-checksum"),
    size: readNumber(data, "size"),
    openSize: readNumber(data, "open-size"),
    timestamp: readNumber(data, "timestamp")
  };
}
function readChecksum2(data, name) {
  const element = onlyChild(data, name, CONTEXT3);
  return element === void 0 ? void 0 : parseChecksum(element.attributes.get("type") ?? "", element.text);
}
function incomplete(data, type) {
  const element = onlyChild(data, "checksum", CONTEXT3);
  const found = element === void 0 ? "none" : `type "${element.attributes.get("type") ?? ""}", value "${element.text.slice(0, 140)}"`;
  return CONTEXT3.invalid(`record "${type}": expected a checksum of a known type, found ${found}`);
}
function readNumber(data, name) {
  const text4 = data.children.find((child) => child.name === name)?.text ?? "";
  return /^[0-9]{1,15}(\.[0-9]+)?$/.test(text4) ? Number(text4) : void 0;
}

// src/repodata/rollback.ts
var NUMBER = /^[0-9]{1,15}(\.[0-9]+)?$/;
var EARLIEST = 946684800;
var DAY2 = 86400;
function verifyNotOlder(found, recorded) {
  const pair = comparable(found, recorded);
  if (pair === void 0 || pair.found >= pair.recorded) return;
  throw new RepodataError(
    "ROLLBACK",
    `the index is older than the recorded one: expected ${pair.by} ${pair.recorded} or later, found ${pair.found}`,
    {
      expected: String(pair.recorded),
      actual: String(pair.found)
    }
  );
}
function ageDays(repomd, now) {
  const revision = numericRevision(repomd);
  const isTime = revision !== void 0 && revision >= EARLIEST && revision <= now + DAY2;
  const time = isTime ? revision : newestTimestamp(repomd);
  return time === void 0 ? void 0 : Math.max(0, Math.floor((now - time) / DAY2));
}
function comparable(found, recorded) {
  const revisions = [numericRevision(found), numericRevision(recorded)];
  if (revisions[0] !== void 0 && revisions[1] !== void 0)
    return { by: "revision", found: revisions[0], recorded: revisions[1] };
  const times = [newestTimestamp(found), newestTimestamp(recorded)];
  return times[0] === void 0 || times[1] === void 0 ? void 0 : { by: "timestamp", found: times[0], recorded: times[1] };
}
function numericRevision({ revision }) {
  return NUMBER.test(revision) ? Number(revision) : void 0;
}
function newestTimestamp({ records }) {
  const times = records.flatMap(({ timestamp }) => timestamp ?? []);
  return times.length === 0 ? void 0 : Math.max(...times);
}

// src/upstream/index-client.ts
async function loadIndex(request) {
  const list3 = await findBases(request);
  const failures2 = [];
  for (const base of list3.bases) {
    try {
      const reading = await readBase(base, list3, request);
      return assemble(base, list3, reading, failures2);
    } catch (error) {
      if (!(error instanceof MirrorError) || error.code === "ABORTED")
        throw error;
      failures2.push({ base, error });
    }
  }
  throw summarize(failures2);
}
async function loadRecords(index, types, { fetcher, allowWeak }) {
  const files = [];
  const warnings = [];
  for (const type of types) {
    const record = findRecord(index.repomd, type);
    if (record === void 0) continue;
    try {
      files.push(
        await readTwice(record, {
          bases: index.bases,
          fetcher,
          allowWeak,
          warn: (text4) => warnings.push(text4)
        })
      );
    } catch (error) {
      if (!isAbsent(error)) throw error;
      warnings.push(
        `${record.href} is listed in repomd.xml, but the server does not have it; it is not archived`
      );
    }
  }
  return { files, warnings };
}
function packageUrls(index, found) {
  if (found.refused !== void 0) throw found.refused;
  return resolveAll(index.bases, found.href, found.base);
}
async function findBases({
  bases,
  mirrorlist,
  metalink,
  fetcher
}) {
  if (bases !== void 0 && bases.length > 0)
    return { bases: bases.slice(0, LIMITS.mirrors).map(trimBase), repomd: void 0 };
  const url = metalink ?? mirrorlist;
  if (url === void 0)
    throw new RepodataError(
      "MIRRORLIST_INVALID",
      "expected base URLs, a mirror list or a metalink, found none"
    );
  const { body } = await fetcher.fetch({
    url,
    maxBytes: LIMITS.mirrorlistBytes,
    what: metalink === void 0 ? "mirrorlist" : "metalink"
  });
  refusePage(
    body,
    metalink === void 0 ? "a mirror list" : "a metalink",
    "MIRRORLIST_INVALID",
    url
  );
  return metalink === void 0 ? parseMirrorlist(body) : parseMetalink(body);
}
function refusePage(bytes, expected, code2, url) {
  if (isWebPage(bytes))
    throw new RepodataError(
      code2,
      `expected ${expected}, found ${WEB_PAGE.actual} at ${printableUrl(url)}`,
      { expected, ...WEB_PAGE }
    );
}
async function readBase(base, list3, request) {
  try {
    return await readOnce(base, list3, request);
  } catch (error) {
    if (!(error instanceof RaceError)) throw error;
  }
  try {
    return await readOnce(base, list3, request);
  } catch (error) {
    throw error instanceof RaceError ? error.cause : error;
  }
}
async function readOnce(base, list3, request) {
  const head = await readHead(base, list3, request);
  const record = findRecord(head.repomd, "primary");
  if (record === void 0) {
    const found = head.repomd.records.map(({ type }) => type).join(", ");
    throw new RepodataError(
      "RECORD_MISSING",
      `repomd.xml lists no record "primary"; found: ${found === "" ? "none" : found}`
    );
  }
  const warnings = [...head.warnings];
  const source = {
    bases: [base],
    fetcher: request.fetcher,
    allowWeak: request.allowWeak,
    warn: (text4) => warnings.push(text4),
    ...patience(list3)
  };
  let primary;
  try {
    primary = await readRecord(record, source);
  } catch (error) {
    if (error instanceof IntegrityError || isAbsent(error)) throw new RaceError(error);
    throw error;
  }
  const content2 = await readPrimary(primary, record, { ...source, select: request.select });
  return { ...head, primary, content: content2, warnings };
}
async function readHead(base, list3, request) {
  const url = resolveHref(base, "repodata/repomd.xml");
  const { body: bytes } = await request.fetcher.fetch({
    url,
    maxBytes: LIMITS.repomdBytes,
    what: "repomd.xml",
    ...patience(list3)
  });
  refusePage(bytes, "repomd.xml", "REPOMD_INVALID", url);
  if (list3.repomd !== void 0) verifyListed(bytes, list3.repomd);
  const { signature: signature2, instead } = request.verifyRepomd === void 0 ? NO_SIGNATURE : await readSignature(base, list3, request.fetcher);
  try {
    await request.verifyRepomd?.(bytes, signature2, instead);
  } catch (error) {
    if (error instanceof VerificationError && error.code === "BAD_SIGNATURE")
      throw new RaceError(error);
    throw error;
  }
  const repomd = parseRepomd(bytes);
  if (request.previous !== void 0) verifyNotOlder(repomd, request.previous);
  const warnings = instead === void 0 ? [] : [`repomd.xml.asc holds ${instead} and no OpenPGP data; the index counts as not signed`];
  return { repomd, bytes, signature: signature2, warnings };
}
var NO_SIGNATURE = { signature: void 0, instead: void 0 };
async function readSignature(base, list3, fetcher) {
  const url = resolveHref(base, "repodata/repomd.xml.asc");
  try {
    const { body } = await fetcher.fetch({
      url,
      maxBytes: LIMITS.keyBytes,
      what: "repomd.xml.asc",
      ...patience(list3)
    });
    if (signatureForm(body) !== "none") return { signature: body, instead: void 0 };
    const other = body.length === 0 ? "nothing" : `${body.length} bytes of something else`;
    return { signature: void 0, instead: isWebPage(body) ? WEB_PAGE.actual : other };
  } catch (error) {
    if (isAbsent(error)) return NO_SIGNATURE;
    throw error;
  }
}
async function readTwice(record, source) {
  try {
    return await readRecord(record, source);
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
  }
  return readRecord(record, source);
}
function patience({ bases }) {
  return bases.length > 1 ? { attempts: 2 } : {};
}
var RaceError = class extends Error {
  constructor(cause) {
    super("the index changed while it was read", { cause });
    this.cause = cause;
  }
  cause;
};
function isAbsent(error) {
  if (!(error instanceof DownloadError)) return false;
  return error.code === "NOT_FOUND" || error.code === "HTTP_STATUS" && [403, 404, 410].includes(error.status ?? 0);
}
function assemble(base, { bases }, reading, failures2) {
  const failed = new Set(failures2.map((failure2) => failure2.base));
  const others = bases.filter((other) => other !== base);
  return {
    baseUrl: printableUrl(base),
    bases: [
      base,
      ...others.filter((other) => !failed.has(other)),
      ...others.filter((other) => failed.has(other))
    ],
    repomd: reading.repomd,
    repomdBytes: reading.bytes,
    signatureBytes: reading.signature,
    primary: reading.primary,
    packages: reading.content.packages,
    packageCount: reading.content.packageCount,
    names: reading.content.names,
    warnings: [
      ...failures2.map(
        ({ base: skipped, error }) => `${printableUrl(skipped)} is passed over: ${error.code}: ${error.message}`
      ),
      ...reading.warnings
    ]
  };
}
var FAMILIES = [VerificationError, IntegrityError, RepodataError, DownloadError];
function summarize(failures2) {
  const first2 = failures2[0];
  if (first2 === void 0)
    throw new RepodataError("MIRRORLIST_INVALID", "expected base URLs, found none");
  if (failures2.length === 1) return first2.error;
  const gravest = FAMILIES.map((family) => failures2.find(({ error }) => error instanceof family)?.error).find(
    (error) => error !== void 0
  ) ?? first2.error;
  const all = failures2.map(({ base, error }) => `${printableUrl(base)}: ${error.code}: ${error.message}`).join("; ");
  const message = `none of ${failures2.length} bases serves a usable index: ${all}`;
  const details = {
    remedy: gravest.remedy,
    cause: gravest,
    ...gravest.expected === void 0 ? {} : { expected: gravest.expected },
    ...gravest.actual === void 0 ? {} : { actual: gravest.actual }
  };
  if (gravest instanceof VerificationError)
    return new VerificationError(gravest.code, message, details);
  if (gravest instanceof IntegrityError) return new IntegrityError(gravest.code, message, details);
  if (gravest instanceof RepodataError) return new RepodataError(gravest.code, message, details);
  if (gravest instanceof DownloadError)
    return new DownloadError(gravest.code, message, {
      ...details,
      ...gravest.status === void 0 ? {} : { status: gravest.status }
    });
  return gravest;
}

// src/upstream/gone.ts
function withMissing(error, { fileName, nevra }) {
  if (!isGone(error)) return error;
  return new DownloadError(
    error.code,
    `the index lists ${fileName}, and the server does not have it: ${error.message}`,
    {
      ...error.status === void 0 ? {} : { status: error.status },
      cause: error,
      remedy: `The publisher took the file away without making the index anew: hold the release back with skip: ${formatNevra(nevra)}, and tell the publisher.`
    }
  );
}
var PARALLEL = 8;
var MOST_ASKED = 2e3;
async function findGone(releases, index, { fetcher }) {
  const asked = releases.filter(({ indexPackage }) => indexPackage.refused === void 0).slice(0, MOST_ASKED);
  const gone = [];
  for (let at = 0; at < asked.length; at += PARALLEL) {
    const answers = await Promise.all(
      asked.slice(at, at + PARALLEL).map(async (release) => {
        const error = await askFor(release.indexPackage, index, fetcher);
        return error === void 0 ? [] : [{ release, error }];
      })
    );
    gone.push(...answers.flat());
  }
  return gone;
}
async function askFor(found, index, fetcher) {
  let answer2;
  for (const url of packageUrls(index, found)) {
    try {
      const range = { start: 0, end: 1 };
      const { fileName: what } = found;
      await fetcher.fetch({ url, what, maxBytes: 1, range, attempts: 1, pinned: true });
      return void 0;
    } catch (error) {
      if (!isGone(error)) return void 0;
      answer2 = withMissing(error, found);
    }
  }
  return answer2;
}
function isGone(error) {
  return error instanceof DownloadError && (error.code === "NOT_FOUND" || error.status === 404 || error.status === 410);
}

// src/upstream/downloads.ts
var DownloadQueue = class {
  constructor(releases, context) {
    this.releases = releases;
    this.context = context;
  }
  releases;
  context;
  started = /* @__PURE__ */ new Map();
  /**
   * The package of a release; at most `ahead` are begun, itself included.
   * @throws DownloadError, IntegrityError, GitError FILE_TOO_LARGE, RepodataError
   */
  async take(release, ahead) {
    const at = this.releases.indexOf(release);
    const count2 = at < 0 ? 0 : Math.min(this.context.options.concurrency, ahead);
    for (const next of this.releases.slice(at, at + count2)) void this.begin(next);
    const fetched = await this.begin(release);
    this.started.delete(release);
    return fetched;
  }
  /** Lets go of everything that nobody took. */
  async close() {
    const rest2 = [...this.started.values()];
    this.started.clear();
    await Promise.all(
      rest2.map(
        (promise) => promise.then(({ download }) => download.release()).catch(() => void 0)
      )
    );
  }
  begin(release) {
    let promise = this.started.get(release);
    if (promise === void 0) {
      promise = fetchPackage(release.indexPackage, this.context);
      void promise.catch(() => void 0);
      this.started.set(release, promise);
    }
    return promise;
  }
};
function verifyListed2(indexPackage, { options, index }) {
  const { size, fileName, checksum } = indexPackage;
  const urls = packageUrls(index, indexPackage);
  if (options.archivePackages === "full" && size > options.maxFileSize) {
    throw new GitError(
      "FILE_TOO_LARGE",
      `${fileName} has ${Math.ceil(size / MIB)} MiB; the largest file of the mirror is max-file-size, ${options.maxFileSize / MIB} MiB`
    );
  }
  requireStrong(checksum, fileName, options.allowWeak);
  return urls;
}
async function fetchPackage(indexPackage, { options, fetcher, index, logger }) {
  const { size, fileName } = indexPackage;
  const urls = verifyListed2(indexPackage, { options, index });
  const failures2 = [];
  for (const url of urls) {
    const request = {
      url,
      what: fileName,
      fileName,
      size,
      maxBytes: LIMITS.packageBytes,
      checksum: requireStrong(indexPackage.checksum, fileName, options.allowWeak),
      onProgress: (received) => {
        logger.progress(`${fileName}: ${received} of ${size} bytes`);
      }
    };
    try {
      return {
        download: await fetcher.download(request),
        request,
        servedBy: printableUrl(baseOf(url, index))
      };
    } catch (error) {
      if (!(error instanceof DownloadError) && !(error instanceof IntegrityError)) throw error;
      failures2.push(error);
    }
  }
  throw withMissing(failures2.find((error) => !isGone(error)) ?? failures2.at(-1), indexPackage);
}
function baseOf(url, { bases, baseUrl }) {
  return bases.find((base) => url.startsWith(`${trimBase(base)}/`)) ?? baseUrl;
}

// src/upstream/served-header.ts
var FIRST_GUESS = 64 * KIB;
var ROUNDS2 = 4;
async function readServedHeader(listed, { index, fetcher }) {
  let last2;
  for (const url of packageUrls(index, listed)) {
    try {
      return await readFront(url, listed, fetcher);
    } catch (error) {
      if (!(error instanceof MirrorError) || error.code === "ABORTED") throw error;
      last2 = error;
    }
  }
  throw withMissing(last2, listed);
}
async function readFront(url, { headerRange, fileName }, fetcher) {
  const announced = headerRange?.end;
  let end = announced !== void 0 && announced > 0 && announced <= LIMITS.headerDataBytes ? announced : FIRST_GUESS;
  for (let round = 1; ; round++) {
    const { body } = await fetcher.fetch({
      url,
      maxBytes: end,
      what: `header of ${fileName}`,
      range: { start: 0, end }
    });
    if (isWebPage(body)) throw pageInstead(fileName);
    const needed = frontSize(body);
    if (needed <= body.length || body.length < end || round === ROUNDS2)
      return await readPackage(memorySource(body));
    if (needed > LIMITS.headerDataBytes)
      throw new RpmFormatError(
        "LIMIT_EXCEEDED",
        `the header of ${fileName} would end at ${needed}; expected at most ${LIMITS.headerDataBytes}`
      );
    end = needed;
  }
}
function pageInstead(fileName) {
  const expected = "an RPM package";
  return new IntegrityError(
    "SIZE_MISMATCH",
    `${fileName}: expected ${expected}, found ${WEB_PAGE.actual}`,
    { expected, ...WEB_PAGE }
  );
}

// src/survey/classify.ts
var CHANGED_HEADER = "changedHeaderSha256";
var PARALLEL2 = 8;
var SIZE_TAGS = [1e3, 270];
async function classifyPublished(found, context) {
  const cases = await listCases(found, context);
  const classifier = new Classifier(found, context);
  const moved = cases.filter(
    ({ record, listed }) => classifyByIndex(record, listed?.checksum) === "needs-header"
  );
  await classifier.loadArchived(moved.map(({ record }) => record));
  const results = [];
  for (let at = 0; at < cases.length; at += PARALLEL2) {
    results.push(
      ...await Promise.all(
        cases.slice(at, at + PARALLEL2).map((item) => classifier.classify(item))
      )
    );
  }
  const unlisted = found.state.releases.filter(
    (record) => !cases.some((item) => item.record.tag === record.tag)
  );
  return {
    changes: results.flatMap(({ change }) => change ?? []),
    records: [...results.map(({ record }) => record), ...unlisted],
    acknowledged: new Set(
      results.filter(({ isAcknowledged }) => isAcknowledged).map(({ record }) => record.tag)
    )
  };
}
async function listCases({ state, index, plan, selects }, { options, ports }) {
  const isWanted2 = (nevra) => selects(nevra) && satisfies(nevra, options.versions) && !options.skip.some((entry) => namesRelease(entry, nevra));
  const listed = new Map(
    index.packages.map((found) => [nevraKey(formatNevra(found.nevra)), found])
  );
  const recorded = state.releases.flatMap((record) => {
    const found = listed.get(nevraKey(record.nevra));
    const nevra = tryParseNevra(record.nevra);
    return found === void 0 && (nevra === void 0 || !isWanted2(nevra)) ? [] : [{ record, listed: found }];
  });
  const known = new Set(state.releases.map(({ tag }) => tag));
  const bare2 = plan.releases.filter(({ status, tag }) => status === "exists" && !known.has(tag));
  const checksums = await readChecksums(bare2, state, ports.store);
  return [
    ...recorded,
    ...bare2.flatMap((release) => recordOf(release, checksums)).map((record) => ({ record, listed: listed.get(nevraKey(record.nevra)) }))
  ];
}
async function readChecksums(releases, state, store) {
  const files = releases.flatMap(({ indexPackage: { fileName } }) => {
    const file = state.archive.get(`rpm/${fileName}.sha256`);
    return file === void 0 ? [] : [{ fileName, oid: file.oid }];
  });
  await store.fetchBlobs(files.map(({ oid }) => oid));
  return new Map(
    await Promise.all(
      files.map(
        async ({ fileName, oid }) => [
          fileName,
          Buffer.from(await store.readBlob(oid)).toString("latin1").slice(0, 64)
        ]
      )
    )
  );
}
function recordOf({ nevra, tag, indexPackage: { fileName } }, checksums) {
  const sha2563 = checksums.get(fileName);
  if (sha2563 === void 0 || !/^[0-9a-f]{64}$/.test(sha2563)) return [];
  const unknown = {
    contentSha256: null,
    headerSha256: null,
    sourceTree: null,
    signingKey: null,
    signedAt: null,
    repomdRevision: null
  };
  return [
    {
      tag,
      nevra: formatNevra(nevra),
      file: fileName,
      sha256: sha2563,
      ...unknown,
      indexSha256: sha2563,
      class: null
    }
  ];
}
var Classifier = class {
  constructor(found, context) {
    this.found = found;
    this.context = context;
  }
  found;
  context;
  archived = /* @__PURE__ */ new Map();
  /** Fetches the archived packages (or headers) to compare with, in one request. */
  async loadArchived(records) {
    const { store } = this.context.ports;
    const files = records.flatMap(({ tag, file }) => {
      const { rpm, header } = packagePaths(file);
      const held = this.found.state.archive.get(rpm) ?? this.found.state.archive.get(header);
      return held === void 0 ? [] : [{ tag, oid: held.oid }];
    });
    await store.fetchBlobs(files.map(({ oid }) => oid));
    for (const { tag, oid } of files) this.archived.set(tag, oid);
  }
  async classify({ record, listed }) {
    try {
      const { result, files, changedHeader } = await this.decide(record, listed);
      const change = {
        nevra: record.nevra,
        tag: record.tag,
        class: result,
        ...files === void 0 ? {} : { files }
      };
      const isNews = result !== "unchanged" || record.class !== null;
      const next = isNews ? recordClass(record, result, listed?.checksum) : record;
      const isAcknowledged = result === "content-changed" && record.class === result && (next === record || changedHeader === record.further?.[CHANGED_HEADER]);
      return {
        change,
        record: changedHeader === void 0 ? next : { ...next, further: { ...next.further, [CHANGED_HEADER]: changedHeader } },
        isAcknowledged
      };
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      const { code: code2, message } = describeError(error);
      this.context.ports.logger.warning(
        `${record.nevra} could not be classified and is tried again in the next run: ${code2}: ${message}`
      );
      return {
        change: record.class === null ? void 0 : { nevra: record.nevra, tag: record.tag, class: record.class },
        record,
        isAcknowledged: true
      };
    }
  }
  async decide(record, listed) {
    const first2 = classifyByIndex(record, listed?.checksum);
    if (first2 !== "needs-header" && first2 !== "needs-package") return { result: first2 };
    const oid = this.archived.get(record.tag);
    const archived = oid === void 0 ? void 0 : await this.context.ports.store.readBlob(oid);
    const published = archived === void 0 ? void 0 : await readPackage(memorySource(archived));
    const served = await readServedHeader(listed, {
      index: this.found.index,
      fetcher: this.context.ports.fetcher
    });
    const second = published === void 0 ? "needs-package" : await this.compare(published, served);
    if (second === "content-changed")
      return {
        result: second,
        files: differingFiles(published, served),
        changedHeader: sha256(served.headerBytes)
      };
    if (second === "re-signed" || second === "unchanged" || second === "withdrawn")
      return { result: second };
    return this.compareWhole(record, listed, archived);
  }
  async compare(published, served) {
    const evidence = await examineHeader(
      served,
      (packets, data) => checkSignature(packets, data, this.found.trust.keyring, this.policy())
    );
    const { headerSha256 } = await examineHeader(published, async () => []);
    const before2 = { ...identityOf(published), headerSha256 };
    const after2 = { ...identityOf(served), headerSha256: evidence.headerSha256 };
    if (classifyByHeader(before2, { ...after2, signature: "good" }) === "content-changed")
      return "content-changed";
    const verdict = judgeHeader(evidence);
    const unknown = evidence.signatures.find(({ status }) => status !== "good" && status !== "bad");
    if (unknown !== void 0 && verdict.signature === void 0)
      throw new VerificationError(
        unknown.code ?? "UNKNOWN_KEY",
        `the package is signed anew: ${unknown.reason ?? unknown.status}`
      );
    const isBad = evidence.signatures.some(({ status }) => status === "bad");
    const signature2 = verdict.accepted && verdict.signature !== void 0 ? "good" : isBad ? "bad" : "absent";
    return classifyByHeader(before2, { ...after2, signature: signature2 });
  }
  async compareWhole(record, listed, archived) {
    if (!this.context.wholePackages)
      throw new GitError(
        "MIRROR_INVALID",
        "only the whole package can tell, and mode check downloads none"
      );
    const contentSha256 = record.contentSha256 ?? (archived === void 0 ? void 0 : await this.contentOf(archived));
    if (contentSha256 === void 0)
      throw new GitError(
        "MIRROR_INVALID",
        "neither releases.json nor the archive says what was published"
      );
    const { download } = await fetchPackage(listed, {
      ...this.context,
      ...this.context.ports,
      index: this.found.index
    });
    try {
      const pkg = await readPackage(download.bytes);
      const evidence = await examinePackage(
        pkg,
        download.bytes,
        (packets, data) => checkSignature(packets, data, this.found.trust.keyring, this.policy())
      );
      const result = classifyByPackage(
        { contentSha256 },
        {
          contentSha256: evidence.contentSha256,
          isTrusted: judge2(evidence, { keysGiven: true }).accepted
        }
      );
      return result === "content-changed" ? { result, changedHeader: evidence.contentSha256 } : { result };
    } finally {
      await download.release();
    }
  }
  async contentOf(archived) {
    const source = memorySource(archived);
    return (await examinePackage(await readPackage(source), source, async () => [])).contentSha256;
  }
  policy() {
    return { allowWeak: this.context.options.allowWeak, now: this.context.ports.clock.now() };
  }
};
function sha256(bytes) {
  return createHash8("sha256").update(bytes).digest("hex");
}
function identityOf(pkg) {
  const [digest2] = payloadDigests(pkg.header).filter(({ compressed }) => compressed.length > 0);
  return {
    payloadSize: SIZE_TAGS.map((tag) => pkg.signatureHeader.numbers(tag)?.[0]).find(
      (size) => size !== void 0
    ) ?? pkg.facts.payload.size,
    payloadDigest: digest2 === void 0 ? null : `${digest2.algorithm}:${digest2.compressed[0]?.expected ?? ""}`,
    sigMd5: packageDigest(pkg.signatureHeader)?.expected ?? null
  };
}
function differingFiles(published, served) {
  const list3 = (pkg) => new Map(
    pkg.facts.files.map(({ path, digest: digest2, mode }) => [
      Buffer.from(path).toString("utf8"),
      `${digest2} ${mode}`
    ])
  );
  const [before2, after2] = [list3(published), list3(served)];
  return [.../* @__PURE__ */ new Set([...before2.keys(), ...after2.keys()])].filter((path) => before2.get(path) !== after2.get(path)).sort();
}

// src/survey/report-changes.ts
function reportChanges({ changes, acknowledged }, {
  options,
  ports
}) {
  ports.report.changes = [...changes];
  for (const change of changes) {
    if (change.class === "withdrawn")
      ports.logger.warning(
        `${change.nevra} (tag ${change.tag}) is no longer in the index; its tag stays`
      );
    if (change.class === "content-changed") ports.logger.warning(describeChange(change));
  }
  const replaced = changes.filter(
    (change) => change.class === "content-changed" && !acknowledged.has(change.tag)
  );
  if (replaced.length > 0 && options.onContentChange === "fail")
    throw new GitError("CONTENT_CHANGED", replaced.map(describeChange).join("; "));
}
function describeChange({ nevra, tag, files }) {
  const which = files === void 0 || files.length === 0 ? "" : ` (${files.slice(0, 10).join(", ")}${files.length > 10 ? `, and ${files.length - 10} more` : ""})`;
  return `the publisher replaced the content of ${nevra}, published as tag ${tag}${which}; the tag stays`;
}

// src/mirror/selection.ts
var import_picomatch3 = __toESM(require_picomatch2(), 1);
var LONGEST_NAME = 128;
function createSelector({
  packages,
  arch
}) {
  const names = new Set(packages);
  const globs = packages.filter((item) => /[*?[{]/.test(item)).map((item) => (0, import_picomatch3.default)(item, { dot: true, nonegate: true, noextglob: true, windows: false }));
  const archs = new Set(arch);
  return (nevra) => archs.has(nevra.arch) && (names.has(nevra.name) || globs.some((matches) => matches(nevra.name)));
}
function nearestNames(wanted, names, most = 5) {
  const texts2 = wanted.map((item) => item.replace(/[*?[\]{}]/g, "").toLowerCase()).filter((item) => item !== "" && item.length <= LONGEST_NAME);
  const rated = [];
  for (const name of new Set(names)) {
    if (name.length > LONGEST_NAME) continue;
    const distance = Math.min(...texts2.map((text4) => nameDistance(text4, name.toLowerCase())));
    if (Number.isFinite(distance)) rated.push({ name, distance });
  }
  rated.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return rated.slice(0, most).map(({ name }) => name);
}
function packageNotFound({ packages, arch }, names, archs = []) {
  const expected = `${packages.join(", ")} (arch ${arch.join(", ")})`;
  const others = [...new Set(archs)].sort();
  const near = nearestNames(packages, names);
  const actual = others.length > 0 ? `only arch ${others.join(", ")} of it` : near.length > 0 ? `near names: ${near.join(", ")}` : "no such name, nor a near one";
  const remedy = others.length > 0 ? `Set arch to ${others.join(" or ")}.` : near.length > 0 ? `Set packages to what you meant, perhaps ${near[0]}.` : void 0;
  return new RepodataError(
    "PACKAGE_NOT_FOUND",
    `packages: expected ${expected} in the index, found ${actual}`,
    {
      expected,
      actual,
      ...remedy === void 0 ? {} : { remedy }
    }
  );
}
function nameDistance(wanted, name) {
  if (name.includes(wanted) || wanted.includes(name) && name.length * 2 >= wanted.length)
    return 0;
  const most = Math.max(1, Math.floor(wanted.length / 2));
  if (Math.abs(name.length - wanted.length) > most) return Number.POSITIVE_INFINITY;
  const distance = editDistance(wanted, name);
  return distance <= most ? distance : Number.POSITIVE_INFINITY;
}
function editDistance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(changed, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

// src/upstream/near-repository.ts
async function withNearRepository(error, { bases, fetcher, basearch }) {
  const [base] = bases;
  if (base === void 0 || bases.length > 1 || !isNoIndex(error)) return error;
  const found = await firstRepository(neighbours(base, basearch), fetcher);
  if (found === void 0) return error;
  const details = {
    remedy: `There is a repository at ${printableUrl(found)}: set baseurl to that.`,
    cause: error
  };
  if (error instanceof DownloadError)
    return new DownloadError(error.code, error.message, {
      ...details,
      ...error.status === void 0 ? {} : { status: error.status }
    });
  return new RepodataError("REPOMD_INVALID", error.message, details);
}
function isNoIndex(error) {
  if (error instanceof RepodataError)
    return error.code === "REPOMD_INVALID" || error.code === "XML_FORBIDDEN";
  return error instanceof DownloadError && (error.code === "NOT_FOUND" || [403, 404, 410].includes(error.status ?? 0));
}
function neighbours(base, basearch) {
  const url = trimBase(base);
  const owner = url.replace(/\/repodata(?:\/.*)?$/, "");
  const above = [parentOf(url), parentOf(parentOf(url))];
  const below = ["os", basearch, `${basearch}/os`, "noarch", "rpm", "yum", "repo"].map(
    (folder) => `${url}/${folder}`
  );
  return [.../* @__PURE__ */ new Set([owner, ...below, ...above])].filter((other) => other !== url && other !== "");
}
function parentOf(url) {
  return /^[a-z][a-z0-9+.-]*:\/\/[^/]*\/./i.test(url) ? url.replace(/\/[^/]*$/, "") : "";
}
async function firstRepository(candidates, fetcher) {
  const answers = await Promise.all(
    candidates.map(async (base) => await isRepository(base, fetcher) ? base : void 0)
  );
  return answers.find((base) => base !== void 0);
}
async function isRepository(base, fetcher) {
  try {
    const { body } = await fetcher.fetch({
      url: `${base}/repodata/repomd.xml`,
      maxBytes: LIMITS.repomdBytes,
      what: "repomd.xml",
      attempts: 1,
      timeout: 15e3
    });
    return parseRepomd(body).records.length > 0;
  } catch {
    return false;
  }
}

// src/repodata/sources.ts
function parseRepoFile(bytes, options) {
  const sections = parseSections(decodeText2(bytes, ".repo file", "REPO_FILE_INVALID"));
  const [id, section] = chooseSection(sections, options.repoId);
  const fill = (key) => {
    const value2 = section.get(key);
    return value2 === void 0 || value2 === "" ? void 0 : substitute(value2, key, options);
  };
  const urls = (key) => listItems(fill(key)).map((url) => checkUrl2(url, key, id));
  const first2 = (key) => urls(key)[0];
  const found = {
    id,
    name: section.has("name") ? section.get("name") : void 0,
    baseUrls: urls("baseurl").map(trimBase),
    mirrorlist: first2("mirrorlist"),
    metalink: first2("metalink"),
    gpgKeys: urls("gpgkey"),
    gpgCheck: readFlag(section.get("gpgcheck")),
    repoGpgCheck: readFlag(section.get("repo_gpgcheck")),
    sslVerify: readFlag(section.get("sslverify")),
    enabled: readFlag(section.get("enabled"))
  };
  if (found.baseUrls.length === 0 && found.mirrorlist === void 0 && found.metalink === void 0) {
    throw invalid9(`section [${id}]: expected baseurl, mirrorlist or metalink, found none`);
  }
  return found;
}
function parseSections(text4) {
  const sections = /* @__PURE__ */ new Map();
  let section;
  let key = "";
  for (const [index, line] of text4.split(/\r\n|\n|\r/).entries()) {
    if (/^\s*([#;].*)?$/.test(line)) continue;
    const header = /^\[([^\]]*)\]\s*([#;].*)?$/.exec(line);
    const separator = line.search(/[=:]/);
    if (header !== null) {
      const id = (header[1] ?? "").trim();
      section = sections.get(id) ?? /* @__PURE__ */ new Map();
      sections.set(id, section);
      key = "";
    } else if (section !== void 0 && key !== "" && /^\s/.test(line)) {
      section.set(key, `${section.get(key) ?? ""}
${line.trim()}`);
    } else if (section !== void 0 && separator > 0 && /^[^\s[]/.test(line)) {
      key = line.slice(0, separator).trimEnd().toLowerCase();
      section.set(key, line.slice(separator + 1).trim());
    } else {
      throw invalid9(
        `line ${index + 1}: expected a [section], key=value or comment, found ${JSON.stringify(line.slice(0, 80))}`
      );
    }
  }
  return sections;
}
function chooseSection(sections, repoId) {
  const candidates = [...sections].filter(([id]) => id !== "main");
  const known = candidates.map(([id]) => id).join(", ");
  if (repoId === void 0 || repoId === "") {
    const [only, ...others] = candidates;
    if (only === void 0) throw invalid9("expected a section, found none");
    if (others.length > 0) throw invalid9(`expected repo-id to name one of its sections: ${known}`);
    return only;
  }
  const found = candidates.find(([id]) => id === repoId);
  if (found === void 0)
    throw invalid9(`expected a section [${repoId}], found: ${known === "" ? "none" : known}`);
  return found;
}
function substitute(value2, key, { basearch, releasever }) {
  const [major, minor] = (releasever ?? "").split(".", 2);
  const variables = {
    basearch,
    arch: basearch,
    releasever,
    releasever_major: major === "" ? void 0 : major,
    releasever_minor: minor
  };
  return value2.replace(
    /\$(?:\{([A-Za-z0-9_]+)(?::([-+])([^{}]*))?\}|([A-Za-z0-9_]+))/g,
    (all, braced, operator, word2, bare2) => {
      const name = (braced ?? bare2 ?? "").toLowerCase();
      const known = Object.hasOwn(variables, name) ? variables[name] : void 0;
      const set = known !== void 0 && known !== "";
      if (operator === "+") return set ? word2 ?? "" : "";
      if (set) return known;
      if (operator === "-") return word2 ?? "";
      const remedy = name.startsWith("releasever") ? "Set releasever." : "Give baseurl and gpgkey instead of repo-file.";
      throw new RepodataError(
        "REPO_FILE_INVALID",
        `the .repo file is not usable: ${key} needs a value for ${all}`,
        { remedy }
      );
    }
  );
}
function checkUrl2(url, key, id) {
  if (/^(https?|file):\/\//i.test(url) && URL.canParse(url)) return url;
  throw invalid9(
    `section [${id}]: expected an http, https or file URL as ${key}, found ${JSON.stringify(url.slice(0, 200))}`
  );
}
function listItems(value2) {
  return (value2 ?? "").split(/[\s,]+/).filter((item) => item !== "");
}
function readFlag(value2) {
  if (value2 === void 0 || value2 === "") return void 0;
  if (/^(1|yes|true|on|enabled)$/i.test(value2)) return true;
  if (/^(0|no|false|off|disabled|never)$/i.test(value2)) return false;
  throw invalid9(`expected a boolean, found ${JSON.stringify(value2.slice(0, 80))}`);
}
function decodeText2(bytes, what, code2) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new RepodataError(
      code2,
      `the ${what} is not usable: expected UTF-8 text, found other bytes`,
      { cause: error }
    );
  }
}
function invalid9(found) {
  return new RepodataError("REPO_FILE_INVALID", `the .repo file is not usable: ${found}`);
}

// src/upstream/sources.ts
async function resolveSource({ source, gpgkey }, fetcher) {
  if (source.repoFile === void 0) {
    return {
      baseUrls: source.baseUrls,
      mirrorlist: source.mirrorlist,
      metalink: source.metalink,
      keys: gpgkey,
      isSigned: false
    };
  }
  const { body } = await fetcher.fetch({
    url: source.repoFile,
    maxBytes: LIMITS.repoFileBytes,
    what: ".repo file"
  });
  refusePage(body, "a .repo file", "REPO_FILE_INVALID", source.repoFile);
  const section = parseRepoFile(body, {
    repoId: source.repoId,
    basearch: source.basearch,
    releasever: source.releasever
  });
  const listed = section.gpgKeys.map((location) => ({ kind: "location", location }));
  return {
    ...section,
    keys: gpgkey.length > 0 ? gpgkey : listed,
    isSigned: section.repoGpgCheck === true
  };
}
async function fetchKeys(sources, fetcher) {
  return Promise.all(
    sources.map(async (source) => {
      if (source.kind === "armored")
        return {
          name: void 0,
          source: "gpgkey (armored text)",
          bytes: Buffer.from(source.text)
        };
      const { body } = await fetcher.fetch({ url: source.location, maxBytes: LIMITS.keyBytes, what: "public key" }).catch((error) => {
        throw withKeyRemedy(error);
      });
      return { name: keyFileName(source.location), source: source.location, bytes: body };
    })
  );
}
function withKeyRemedy(error) {
  if (!(error instanceof DownloadError) || ![403, 404, 410].includes(error.status ?? 0))
    return error;
  return new DownloadError(error.code, error.message, {
    status: error.status,
    cause: error,
    remedy: "Set gpgkey to the URL of the publisher's public key; there is none at this one."
  });
}

// src/mirror/ref-clashes.ts
function caseTwinKey(name) {
  return name.normalize("NFC").toLowerCase();
}
function findRefClash(made, existing) {
  const branches = /* @__PURE__ */ new Set([...existing.branches, ...made.branches]);
  const tags = /* @__PURE__ */ new Set([...existing.tags, ...made.tags]);
  for (const tag of made.tags)
    if (branches.has(tag)) return `the tag ${tag} would have the name of a branch`;
  for (const branch of made.branches)
    if (tags.has(branch)) return `the branch ${branch} would have the name of a tag`;
  return findTwin("tag", made.tags, tags) ?? findTwin("branch", made.branches, branches);
}
function findTwin(kind, made, all) {
  const byKey = Map.groupBy(all, caseTwinKey);
  for (const name of made) {
    const twin = byKey.get(caseTwinKey(name))?.find((other) => other !== name);
    if (twin !== void 0)
      return `the ${kind} ${name} would differ from the ${kind} ${twin} in case alone`;
  }
  return void 0;
}

// src/survey/conflicts.ts
function requireOwnNames({ mirrorFile, releases }, { packages }) {
  const recorded = releases.flatMap(({ nevra }) => tryParseNevra(nevra)?.name ?? []);
  const names = [.../* @__PURE__ */ new Set([...mirrorFile?.packages ?? [], ...recorded])];
  const selects = createSelector({ packages, arch: [""] });
  if (names.length === 0 || names.some((name) => selects({ name, arch: "" }))) return;
  const held = names.slice(0, 20).join(", ");
  throw new MirrorConflictError(
    "INPUT_CONFLICT",
    `packages is ${packages.join(", ")}, and the mirror in repository holds ${held}: expected one of these among packages`,
    {
      expected: held,
      actual: packages.join(", "),
      remedy: "Set repository to another mirror; or, if the package was renamed, give its old name as well."
    }
  );
}
function requireFreeRefs({ releases }, { refs, branch }, { lineBranches }) {
  const clash = findRefClash(
    {
      branches: [branch, ...lineBranches.map((line) => line.branch)].filter(
        (name) => !refs.branches.has(name)
      ),
      tags: releases.filter(
        ({ status, tag }) => (status === "new" || status === "beyond-limit") && !refs.tags.has(tag)
      ).map(({ tag }) => tag)
    },
    { branches: refs.branches.keys(), tags: refs.tags.keys() }
  );
  if (clash !== void 0)
    throw new MirrorConflictError("INPUT_CONFLICT", clash, {
      remedy: "Choose other names with tag-format, branch or line-branches, or hold the release back with skip."
    });
}

// src/survey/index-signature.ts
async function verifyRepomd(request) {
  const { repomd, signature: signature2, options, trust, now, logger } = request;
  if (signature2 === void 0) {
    refuseUnsigned(request);
    return;
  }
  const reports = await checkDetached(signature2, repomd, trust.keyring, {
    allowWeak: options.allowWeak,
    now
  });
  const form = signatureForm(signature2);
  if (reports.some(({ status }) => status === "bad"))
    throw new VerificationError(
      "BAD_SIGNATURE",
      "repomd.xml.asc is not a signature of this repomd.xml",
      { remedy: indexRemedy("BAD_SIGNATURE", form) }
    );
  const good = reports.find(({ status }) => status === "good");
  if (good === void 0) throw notGood(reports, form);
  for (const name of good.tolerated)
    logger.warning(`the signature of repomd.xml uses ${name}, which allow-weak tolerates`);
}
function refuseUnsigned({ isRequired, instead, state }) {
  const found = instead === void 0 ? "" : `: repomd.xml.asc holds ${instead}`;
  if (isRequired)
    throw new VerificationError(
      "NO_SIGNATURE",
      `the index must be signed (repo-gpgcheck, or repo_gpgcheck of the .repo file), and the repository has no signature of it${found || " (no repomd.xml.asc)"}`,
      {
        remedy: "Ask the publisher to sign the index. To rely on the packages' own signatures alone, set repo-gpgcheck: off."
      }
    );
  if (state.archive.has("repomd.xml.asc"))
    throw new VerificationError(
      "NO_SIGNATURE",
      `repomd.xml was signed at the last run and is not signed now${found}`,
      {
        remedy: "Ask the publisher; if signing was given up on purpose, run with repo-gpgcheck: off."
      }
    );
}
function notGood([first2], form) {
  const code2 = first2?.code ?? "NO_SIGNATURE";
  const kind = form === "attached" ? "it is a signed message with its own content, and no detached signature" : form === "clearsigned" ? "it is a clear-signed text, and no detached signature" : first2?.reason ?? "holds no signature";
  return new VerificationError(code2, `repomd.xml.asc: ${kind}`, {
    remedy: indexRemedy(code2, form)
  });
}
var OFF = "Until then repo-gpgcheck: off leaves the index's signature out and relies on the packages' own, which are checked in any case.";
function indexRemedy(code2, form) {
  if (form !== "detached")
    return `dnf and yum take a detached signature (gpg --detach-sign --armor repodata/repomd.xml); tell the publisher. ${OFF}`;
  switch (code2) {
    case "BAD_SIGNATURE":
      return `The signature is stale, or of another index: run again in a minute, since the repository may be in the middle of a publication; if it persists, tell the publisher to sign the index anew. ${OFF}`;
    case "UNKNOWN_KEY":
      return `Another key signs the index than the packages: add it to gpgkey, and its fingerprint to gpg-fingerprints, once you have checked it with the publisher. ${OFF}`;
    case "KEY_EXPIRED":
      return `An index is signed for today, so its key must be valid today: publishers mostly prolong the same key, so give the address of its newest version as gpgkey, or ask for it. ${OFF}`;
    case "WEAK_ALGORITHM":
      return `If you must, name the algorithm in allow-weak. Otherwise tell the publisher. ${OFF}`;
    case "KEY_REVOKED":
      return `Do not use what this key signed; get the new key and list its fingerprint. ${OFF}`;
    default:
      return `Tell the publisher to sign the index anew. ${OFF}`;
  }
}

// src/git/objects/walk.ts
var MOST_SIZES = 2e5;
var TreeWalk = class {
  #source;
  /** What each tree unfolds to, or why it is too much. */
  #sizes = /* @__PURE__ */ new Map();
  #listed = 0;
  constructor(source) {
    this.#source = source;
  }
  /**
   * What a tree unfolds to; each tree object below it is read once.
   * @throws GitError LIMIT_EXCEEDED for more than a mirror holds; MIRROR_INVALID for what cannot be read
   */
  async measure(tree) {
    try {
      return await this.#measure(tree, 0);
    } catch (error) {
      if (error instanceof GitError && error.code === "LIMIT_EXCEEDED") this.#remember(tree, error);
      throw error;
    }
  }
  /**
   * All files below a tree by path; names keep their bytes as latin1, so that nothing collides.
   * @throws GitError as {@link measure}
   */
  async list(tree) {
    const { entries } = await this.measure(tree);
    this.#listed += entries;
    if (this.#listed > LIMITS.treeEntriesInAll)
      throw tooMuch(`${LIMITS.treeEntriesInAll} files and folders in all trees together`, tree);
    const files = /* @__PURE__ */ new Map();
    await this.#list(tree, "", files);
    return files;
  }
  async #measure(tree, depth) {
    const known = this.#sizes.get(tree);
    if (known instanceof GitError) throw known;
    if (known !== void 0) return known;
    if (depth > LIMITS.pathDepth) throw tooMuch(`${LIMITS.pathDepth} folders above a file`, tree);
    const size = { entries: 0, pathBytes: 0 };
    for (const { mode, name, oid } of await this.#source.readTree(tree)) {
      const below = mode === "040000" ? await this.#measure(oid, depth + 1) : ONE_FILE;
      const entries = below.entries + (mode === "040000" ? 1 : 0);
      size.entries += entries;
      size.pathBytes += below.pathBytes + entries * (name.length + 1);
      const excess = excessOf(size);
      if (excess === void 0) continue;
      const error = tooMuch(excess, tree);
      this.#remember(tree, error);
      throw error;
    }
    this.#remember(tree, size);
    return size;
  }
  async #list(tree, prefix, files) {
    for (const { mode, name, oid } of await this.#source.readTree(tree)) {
      const path = prefix + Buffer.from(name).toString("latin1");
      if (mode === "040000") await this.#list(oid, `${path}/`, files);
      else files.set(path, { mode, oid });
    }
  }
  #remember(tree, size) {
    if (this.#sizes.size >= MOST_SIZES) this.#sizes.clear();
    this.#sizes.set(tree, size);
  }
};
var ONE_FILE = { entries: 1, pathBytes: 0 };
var walks = /* @__PURE__ */ new WeakMap();
function walkOf(source) {
  const walk = walks.get(source) ?? new TreeWalk(source);
  walks.set(source, walk);
  return walk;
}
function excessOf({ entries, pathBytes }) {
  if (entries > LIMITS.treeEntries) return `${LIMITS.treeEntries} files and folders in one tree`;
  if (pathBytes > LIMITS.treePathBytes) return `${LIMITS.treePathBytes} bytes of paths in one tree`;
  return void 0;
}
function tooMuch(most, tree) {
  return new GitError(
    "LIMIT_EXCEEDED",
    `Expected at most ${most}, found more in tree ${tree} of the mirror.`,
    { expected: `at most ${most}`, actual: `more in tree ${tree}` }
  );
}

// src/git/objects/folders.ts
async function findTree(store, root, path) {
  let tree = root;
  for (const segment of path.split("/")) {
    const entry = (await store.readTree(tree)).find(({ name }) => Buffer.from(name).equals(Buffer.from(segment)));
    if (entry === void 0) return void 0;
    if (entry.mode !== "040000")
      throw new GitError("MIRROR_INVALID", `${path} is not a folder in the mirror`, {
        remedy: "Choose another directory input."
      });
    tree = entry.oid;
  }
  return tree;
}
async function readFolder(store, root, path) {
  const tree = root === void 0 ? void 0 : await findTree(store, root, path);
  return tree === void 0 ? /* @__PURE__ */ new Map() : walkOf(store).list(tree);
}

// src/mirror/mirror-file.ts
var UNPACKS = ["main", "all", "none"];
var DOT_GITS = ["refuse", "drop"];
var ARCHIVE_PACKAGES = ["full", "header", "release", "none"];
function extendMirrorFile(before2, use) {
  const join14 = (old, now) => [
    .../* @__PURE__ */ new Set([...old ?? [], ...now])
  ];
  return {
    packages: join14(before2?.packages, use.packages.toSorted()),
    arch: join14(before2?.arch, use.arch),
    title: use.title,
    tagFormats: join14(before2?.tagFormats, [use.tagFormat]),
    sourcePaths: join14(before2?.sourcePaths, [use.sourcePath]),
    unpacks: join14(before2?.unpacks, [use.unpack]),
    dotGit: use.dotGit,
    directories: use.directories,
    archivePackages: use.archivePackages,
    lineBranches: use.lineBranches
  };
}
function formatMirrorFile(file) {
  const { source, archive, packaging } = file.directories;
  const value2 = {
    schema: 1,
    packages: file.packages,
    arch: file.arch,
    title: file.title ?? null,
    tagFormats: file.tagFormats,
    sourcePaths: file.sourcePaths,
    unpacks: file.unpacks,
    dotGit: file.dotGit,
    directories: { source, archive, packaging },
    archivePackages: file.archivePackages,
    lineBranches: file.lineBranches.map(({ pattern, branch }) => ({ pattern, branch }))
  };
  return `${JSON.stringify(value2, null, 2)}
`;
}
var KEYS = [
  "schema",
  "packages",
  "arch",
  "title",
  "tagFormats",
  "sourcePaths",
  "unpacks",
  "dotGit",
  "directories",
  "archivePackages",
  "lineBranches"
];
function parseMirrorFile(bytes) {
  if (bytes.length > LIMITS.mirrorFileBytes)
    throw broken(`at most ${LIMITS.mirrorFileBytes} bytes`, `${bytes.length}`);
  const value2 = objectOf("the file", parseJson(bytes), KEYS);
  if (value2.schema !== 1) throw broken("schema 1", show2(value2.schema));
  const file = {
    packages: texts("packages", value2.packages),
    arch: texts("arch", value2.arch),
    title: value2.title === null ? void 0 : text2("title", value2.title),
    tagFormats: texts("tagFormats", value2.tagFormats),
    sourcePaths: texts("sourcePaths", value2.sourcePaths),
    unpacks: list2("unpacks", value2.unpacks).map((item) => oneOf2("unpacks", item, UNPACKS)),
    dotGit: oneOf2("dotGit", value2.dotGit, DOT_GITS),
    directories: directoriesOf(value2.directories),
    archivePackages: oneOf2("archivePackages", value2.archivePackages, ARCHIVE_PACKAGES),
    lineBranches: list2("lineBranches", value2.lineBranches).map(lineBranchOf)
  };
  asInput(() => {
    checkDirectories(file.directories);
    for (const format of file.tagFormats) validateTagFormat(format);
    for (const glob of file.sourcePaths) validateSourcePath(glob);
  });
  return file;
}
function parseJson(bytes) {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw broken("JSON in UTF-8", "other text", cause);
  }
}
function objectOf(place2, value2, keys) {
  if (typeof value2 !== "object" || value2 === null || Array.isArray(value2))
    throw broken(`${place2} as an object`, show2(value2));
  const [missing] = keys.filter((key) => !Object.hasOwn(value2, key));
  if (missing !== void 0) throw broken(`${place2} with ${missing}`, "none");
  const known = keys;
  const [strange] = Object.keys(value2).filter((key) => !known.includes(key));
  if (strange !== void 0) throw broken(`${place2} with ${keys.join(", ")}`, show2(strange));
  return value2;
}
function directoriesOf(value2) {
  const given = objectOf("directories", value2, ["source", "archive", "packaging"]);
  return {
    source: text2("directories.source", given.source),
    archive: text2("directories.archive", given.archive),
    packaging: text2("directories.packaging", given.packaging)
  };
}
function lineBranchOf(value2) {
  const given = objectOf("lineBranches", value2, ["pattern", "branch"]);
  return {
    pattern: text2("lineBranches.pattern", given.pattern),
    branch: text2("lineBranches.branch", given.branch)
  };
}
function list2(key, value2) {
  if (!Array.isArray(value2)) throw broken(`${key} as a list`, show2(value2));
  if (value2.length > LIMITS.mirrorFileItems)
    throw broken(`${key} with at most ${LIMITS.mirrorFileItems} items`, `${value2.length}`);
  return value2;
}
function texts(key, value2) {
  return list2(key, value2).map((item) => text2(key, item));
}
function text2(key, value2) {
  if (typeof value2 !== "string" || value2 === "" || value2.length > LIMITS.pathBytes || !value2.isWellFormed() || /[\0-\x1f\x7f]/.test(value2))
    throw broken(`${key} as text without control characters`, show2(value2));
  return value2;
}
function oneOf2(key, value2, allowed) {
  const found = allowed.find((item) => item === value2);
  if (found === void 0) throw broken(`${key} as ${allowed.join(", ")}`, show2(value2));
  return found;
}
function asInput(check4) {
  try {
    check4();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw broken(error.expected ?? "what inputs take", error.message, error);
  }
}
function show2(value2) {
  return (JSON.stringify(value2) ?? "nothing").slice(0, 100);
}
function broken(expected, actual, cause) {
  return new GitError("MIRROR_INVALID", `mirror.json: expected ${expected}, found ${actual}`, {
    expected,
    actual,
    cause,
    remedy: "Restore archive/mirror.json from the branch's history, or delete it: a run that publishes writes it."
  });
}

// src/mirror/notes-state.ts
var VALIDATOR = /^[\t\x20-\x7e\x80-\xff]{1,1000}$/;
function parseNotesState(bytes) {
  let values;
  try {
    values = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw invalid10("other text", cause);
  }
  if (!Array.isArray(values)) throw invalid10(typeof values);
  return values.flatMap(parseEntry);
}
function notesUrl(url) {
  if (!URL.canParse(url)) return url;
  const parsed = new URL(url);
  parsed.username = "";
  parsed.password = "";
  return parsed.href;
}
function formatNotesState(states) {
  const lines = states.map(
    ({ url, file, etag, lastModified }) => `  ${JSON.stringify({ url: notesUrl(url), file, etag, lastModified })}`
  );
  return lines.length === 0 ? "[]\n" : `[
${lines.join(",\n")}
]
`;
}
function parseEntry(value2) {
  if (typeof value2 !== "object" || value2 === null) return [];
  const { url, file, etag, lastModified } = value2;
  if (typeof url !== "string" || typeof file !== "string") return [];
  return [{ url, file, etag: validator(etag), lastModified: validator(lastModified) }];
}
function validator(value2) {
  return typeof value2 === "string" && VALIDATOR.test(value2) ? value2 : null;
}
function invalid10(actual, cause) {
  return new GitError(
    "MIRROR_INVALID",
    `release-notes.json: expected a JSON array, found ${actual}`,
    {
      expected: "a JSON array",
      actual,
      cause,
      remedy: "Delete archive/release-notes.json from the mirror; it is written anew."
    }
  );
}

// src/mirror/releases.ts
var CHANGE_CLASSES = ["unchanged", "re-signed", "content-changed", "withdrawn"];
var NEVRA_FORM = "nevra as name-[epoch:]version-release.arch";
var HEX256 = /^[0-9a-f]{64}$/;
var KEYS2 = {
  tag: { required: true, form: /^[^\0-\x1f\x7f]+$/ },
  nevra: { required: true, form: /^[^\0]+$/ },
  file: { required: true, form: /^[^\0/]+$/ },
  sha256: { required: false, form: HEX256 },
  contentSha256: { required: false, form: HEX256 },
  headerSha256: { required: false, form: HEX256 },
  sourceTree: { required: false, form: /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/ },
  signingKey: { required: false, form: /^[0-9A-F]{32,64}$/ },
  signedAt: { required: false, form: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/ },
  repomdRevision: { required: false, form: /^/ },
  indexSha256: { required: false, form: /^(?:[0-9a-f]{2})+$/ },
  class: { required: false, form: new RegExp(`^(?:${CHANGE_CLASSES.join("|")})$`) }
};
function parseReleases(bytes) {
  const text4 = decode5(bytes);
  const values = text4.trimStart().startsWith("[") ? parseArray(text4) : parseLines(text4);
  const records = values.map(([place2, value2]) => parseRecord2(place2, value2));
  const places = /* @__PURE__ */ new Map();
  for (const [at, { tag }] of records.entries()) {
    const place2 = values[at][0];
    const other = places.get(tag);
    if (other !== void 0)
      throw broken2(
        place2,
        `one entry for tag ${JSON.stringify(tag)}`,
        `a second one (the first is ${other})`
      );
    places.set(tag, place2);
  }
  return records;
}
function formatReleases(records) {
  return records.map((record) => ({ record, nevra: requireNevra(record) })).sort(
    (a, b) => compareEvr(a.nevra, b.nevra) || Buffer.compare(Buffer.from(a.record.tag), Buffer.from(b.record.tag))
  ).map(({ record }) => `${formatRecord(record)}
`).join("");
}
function requireNevra({ tag, nevra }) {
  const parsed = tryParseNevra(nevra);
  if (parsed === void 0) throw broken2(`tag ${tag}`, NEVRA_FORM, JSON.stringify(nevra));
  return parsed;
}
function formatRecord(record) {
  const known = Object.keys(KEYS2).map((key) => [
    key,
    record[key]
  ]);
  const entries = [...known, ...Object.entries(record.further ?? {})];
  return `{${entries.map(([key, value2]) => `${JSON.stringify(key)}:${JSON.stringify(value2)}`).join(",")}}`;
}
function parseRecord2(place2, value2) {
  if (typeof value2 !== "object" || value2 === null || Array.isArray(value2))
    throw broken2(place2, "a JSON object", JSON.stringify(value2).slice(0, 80));
  const given = new Map(Object.entries(value2));
  const known = Object.entries(KEYS2).map(([key, { required, form }]) => {
    const item = given.get(key) ?? null;
    given.delete(key);
    if (typeof item === "string" ? !form.test(item) : item !== null || required) {
      throw broken2(
        place2,
        `${key} as ${required ? "" : "null or "}text like ${form.source}`,
        item === null ? "none" : JSON.stringify(item).slice(0, 80)
      );
    }
    return [key, item];
  });
  const record = Object.fromEntries(known);
  if (tryParseNevra(record.nevra) === void 0)
    throw broken2(place2, NEVRA_FORM, JSON.stringify(record.nevra));
  return given.size === 0 ? record : { ...record, further: Object.fromEntries(given) };
}
function parseLines(text4) {
  return text4.split("\n").flatMap(
    (line, at) => line.trim() === "" ? [] : [[`line ${at + 1}`, parseJson2(`line ${at + 1}`, line)]]
  );
}
function parseArray(text4) {
  const values = parseJson2("the array", text4);
  return values.map((value2, at) => [`entry ${at + 1}`, value2]);
}
function parseJson2(place2, text4) {
  try {
    return JSON.parse(text4);
  } catch (cause) {
    throw broken2(place2, "JSON", JSON.stringify(text4.slice(0, 80)), cause);
  }
}
function decode5(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw broken2("the file", "UTF-8", "other bytes", cause);
  }
}
function broken2(place2, expected, actual, cause) {
  return new GitError(
    "MIRROR_INVALID",
    `releases.json, ${place2}: expected ${expected}, found ${actual}`,
    {
      expected,
      actual,
      cause,
      remedy: "Restore archive/releases.json from the branch's history; nobody but this tool should edit it."
    }
  );
}

// src/survey/mirror-state.ts
var MOST_KEY_CANDIDATES = 64;
var READ_ALWAYS = /* @__PURE__ */ new Set(["releases.json", "release-notes.json", "mirror.json", "repomd.xml"]);
async function readMirror(store, {
  branch,
  archiveDirectory,
  notesFiles: notesFiles2
}) {
  const refs = await store.listRefs();
  const name = chooseBranch(refs, branch);
  if (!refs.branches.has(name)) {
    return {
      refs,
      branch: name,
      tip: void 0,
      tipCommit: void 0,
      root: void 0,
      archive: /* @__PURE__ */ new Map(),
      contents: /* @__PURE__ */ new Map(),
      releases: [],
      notesState: [],
      mirrorFile: void 0
    };
  }
  const tip = await store.fetchCommit(`refs/heads/${name}`);
  const tipCommit = await store.readCommit(tip);
  const { tree: root } = tipCommit;
  const archive = await readFolder(store, root, archiveDirectory);
  const contents = await readSmallFiles(store, archive, notesFiles2);
  const releases = contents.get("releases.json");
  const notes = contents.get("release-notes.json");
  const mirrorFile = contents.get("mirror.json");
  return {
    refs,
    branch: name,
    tip,
    tipCommit,
    root,
    archive,
    contents,
    releases: releases === void 0 ? [] : parseReleases(releases),
    notesState: notes === void 0 ? [] : parseNotesState(notes),
    mirrorFile: mirrorFile === void 0 ? void 0 : parseMirrorFile(mirrorFile)
  };
}
function chooseBranch(refs, wanted) {
  const name = wanted ?? refs.head ?? "main";
  if (wanted !== void 0 && refs.branches.size > 0 && !refs.branches.has(name)) {
    const known = [...refs.branches.keys()].sort().slice(0, 20).join(", ");
    const [near] = nearestNames([name], refs.branches.keys());
    throw new GitError(
      "BRANCH_NOT_FOUND",
      `the remote has no branch ${JSON.stringify(name)}; it has ${known}`,
      {
        expected: name,
        actual: known,
        ...near === void 0 ? {} : { remedy: `Set branch to ${near}, or leave it empty.` }
      }
    );
  }
  return name;
}
async function readSmallFiles(store, archive, notesFiles2) {
  const keys = [...archive.keys()].filter((name) => isKeyCandidate(name)).slice(0, MOST_KEY_CANDIDATES);
  const names = [...READ_ALWAYS, ...notesFiles2, ...keys].filter((name) => archive.has(name));
  const wanted = [...new Set(names)].map((name) => ({ name, file: archive.get(name) })).filter(({ file }) => file.mode.startsWith("100"));
  await store.fetchBlobs(wanted.map(({ file }) => file.oid));
  return new Map(
    await Promise.all(
      wanted.map(async ({ name, file }) => [name, await store.readBlob(file.oid)])
    )
  );
}

// src/openpgp/pins.ts
function selectTrusted({
  keyring,
  pins,
  archivedFingerprints,
  offered = keyring
}) {
  const known = fingerprintsOf(keyring);
  const expected = pins.size > 0 ? pins : archivedFingerprints;
  if (expected.size === 0) return { trusted: keyring, firstUse: known, refused: [] };
  const present = known.filter((fingerprint) => expected.has(fingerprint));
  const given = fingerprintsOf(offered);
  if (present.length === 0 || given.length > 0 && !given.some((fingerprint) => expected.has(fingerprint))) {
    throw mismatch2({
      expected: [...expected],
      actual: given.length > 0 ? given : known,
      pinned: pins.size > 0,
      subkeys: [...pins].flatMap((pin) => ownerOf(pin, keyring) ?? [])
    });
  }
  return {
    trusted: keyring.restrictedTo(expected),
    firstUse: [],
    refused: known.filter((fingerprint) => !expected.has(fingerprint))
  };
}
function mismatch2({
  expected,
  actual,
  pinned,
  subkeys
}) {
  const [wanted, found] = [expected.join(", "), actual.length > 0 ? actual.join(", ") : "no key"];
  const origin = pinned ? "gpg-fingerprints" : "the mirror's archive";
  const details = { expected: wanted, actual: found };
  const [first2] = subkeys;
  if (first2 === void 0)
    return new VerificationError(
      "PIN_MISMATCH",
      `expected key ${wanted} (${origin}), found ${found}`,
      details
    );
  const { pin, owner } = first2;
  return new VerificationError(
    "PIN_MISMATCH",
    `${pin} (${origin}) is a subkey, and only primary keys are pinned: it belongs to ${owner.fingerprint} ${owner.userId}`,
    {
      ...details,
      remedy: `If you checked that key with the publisher, list its primary fingerprint instead: gpg-fingerprints: ${owner.fingerprint}`
    }
  );
}
function ownerOf(pin, { certificates }) {
  const id = (pin.length === 64 ? pin.slice(0, 16) : pin.slice(-16)).toLowerCase();
  const owner = certificates.find(
    ({ fingerprint, keyIds }) => fingerprint !== pin && keyIds.includes(id)
  );
  return owner === void 0 ? void 0 : { pin, owner };
}
function fingerprintsOf({ certificates }) {
  return certificates.map(({ fingerprint }) => fingerprint);
}

// src/survey/trust.ts
async function establishTrust(given, state, { options, logger }) {
  const pages = /* @__PURE__ */ new Set([
    ...state.notesState.map(({ file }) => file),
    ...options.releaseNotes.map((url) => notesFileName(url))
  ]);
  const archivedFiles = [...state.contents].filter(([name, bytes]) => isKeyCandidate(name) && !pages.has(name) && looksLikeKey(bytes)).map(([name, bytes]) => ({ name: `archive/${name}`, bytes }));
  const archived = await loadKeyring(archivedFiles);
  const offered = await loadKeyring(given.map(({ source, bytes }) => ({ name: source, bytes })));
  const keyring = await loadKeyring([
    ...archivedFiles,
    ...given.map(({ source, bytes }) => ({ name: source, bytes }))
  ]);
  if (keyring.certificates.length === 0) {
    throw new VerificationError(
      "UNKNOWN_KEY",
      "no public key is given, and the mirror archives none",
      { remedy: "Set gpgkey to the URL of the publisher's public key." }
    );
  }
  const archivedFingerprints = new Set(archived.certificates.map(({ fingerprint }) => fingerprint));
  const { trusted, firstUse, refused: refused2 } = selectTrusted({
    keyring,
    pins: options.gpgFingerprints,
    archivedFingerprints,
    offered
  });
  for (const fingerprint of firstUse) {
    logger.warning(
      `trusting key ${fingerprint} on first use; check it with the publisher and set gpg-fingerprints: ${fingerprint}`
    );
  }
  for (const fingerprint of refused2)
    logger.info(
      `key ${fingerprint} is there, but not trusted: it is neither pinned nor the one that the mirror knows`
    );
  const keyFiles = await nameKeyFiles(given, { trusted, archived, state });
  const keyNames = /* @__PURE__ */ new Set([
    ...archivedFiles.map(({ name }) => name.slice("archive/".length)),
    ...keyFiles.map(({ name }) => name)
  ]);
  return { keyring: trusted, keyFiles, keyNames: [...keyNames] };
}
async function nameKeyFiles(given, known) {
  const files = /* @__PURE__ */ new Map();
  for (const { name, source, bytes } of given) {
    const own = await loadKeyring([{ name: source, bytes }]);
    const held = own.certificates.map(({ fingerprint }) => fingerprint).filter((fingerprint) => isIn(known.trusted, fingerprint));
    const fileName = name ?? (held[0] === void 0 ? void 0 : fingerprintFileName(held[0]));
    if (held.length === 0 || fileName === void 0) continue;
    const other = files.get(fileName);
    if (other !== void 0 && !Buffer.from(other).equals(bytes)) {
      throw new InputError(
        "INPUT_CONFLICT",
        `two keys of gpgkey would be archived as ${fileName}`,
        { remedy: "Give one of them as armored text." }
      );
    }
    files.set(
      fileName,
      keepKnowledge(held, { bytes, own, archivedBytes: known.state.contents.get(fileName) }, known)
    );
  }
  return [...files].map(([name, bytes]) => ({ name, bytes }));
}
function keepKnowledge(held, {
  bytes,
  own,
  archivedBytes
}, { trusted, archived }) {
  const same2 = (keyring) => held.every(
    (fingerprint) => isIn(keyring, fingerprint) && keyring.armored(fingerprint) === trusted.armored(fingerprint)
  );
  const isOurs = own.certificates.length === held.length;
  if (isOurs && (archivedBytes === void 0 || same2(own))) return bytes;
  const isArchived = archivedBytes !== void 0 && same2(archived) && archived.certificates.every(({ fingerprint }) => isIn(trusted, fingerprint));
  return isArchived ? archivedBytes : Buffer.from(held.map((fingerprint) => trusted.armored(fingerprint)).join(""));
}
function isIn({ certificates }, fingerprint) {
  return certificates.some((certificate) => certificate.fingerprint === fingerprint);
}

// src/survey/survey.ts
async function survey(options, ports) {
  const { fetcher, logger, store, report: report2, clock } = ports;
  const source = await resolveSource(options, fetcher);
  const reading = readMirror(store, {
    branch: options.branch,
    archiveDirectory: options.directories.archive,
    notesFiles: options.releaseNotes.map((url) => notesFileName(url))
  }).then((state2) => {
    requireOwnNames(state2, options);
    return state2;
  });
  const trusting2 = Promise.all([reading, fetchKeys(source.keys, fetcher)]).then(
    ([state2, keys]) => establishTrust(keys, state2, { options, logger })
  );
  void reading.then(
    (state2) => {
      noteSeen(ports, state2);
    },
    () => void 0
  );
  const [state, trust, index] = await settle([
    reading,
    trusting2,
    readIndex({ options, ports, source, reading, trusting: trusting2 })
  ]);
  for (const warning2 of index.warnings) logger.warning(warning2);
  describeIndex(index, { options, logger, report: report2, now: clock.now() });
  const clash = options.lineBranches.find(({ branch }) => branch === state.branch);
  if (clash !== void 0)
    throw new MirrorConflictError(
      "INPUT_CONFLICT",
      `line-branches names ${clash.branch}, which is the branch of the mirror`
    );
  const plan = planReleases({
    candidates: index.packages.map(withoutZeroEpoch),
    remoteTags: state.refs.tags,
    recorded: state.releases,
    options: {
      versions: options.versions,
      skip: options.skip,
      tagFormat: options.tagFormat,
      maxReleases: options.maxReleases
    }
  });
  requireFreeRefs(plan, state, options);
  for (const warning2 of plan.warnings) logger.warning(warning2);
  warnOfSize(plan, options, logger);
  return {
    state,
    index,
    trust,
    plan,
    tagged: listTagged(state, index, options),
    selects: createSelector(options)
  };
}
function noteSeen({ seen }, { tip, tipCommit }) {
  if (tip !== void 0) seen.tip = tip;
  const committed = tipCommit === void 0 ? void 0 : parseIdentity2(tipCommit.committer)?.seconds;
  if (committed !== void 0) seen.committed = committed;
}
function warnOfSize({ releases }, { archivePackages }, logger) {
  if (archivePackages !== "full" || !releases.some(({ status }) => status === "new")) return;
  const bytes = releases.filter(({ status }) => status !== "skipped").reduce((sum, { indexPackage }) => sum + indexPackage.size, 0);
  if (bytes <= LIMITS.archiveBytes) return;
  logger.warning(
    `the archive will hold packages of ${Math.round(bytes / GIB)} GiB; git hosts ask for less than ${LIMITS.archiveBytes / GIB} GiB a repository. Set archive-packages: header to archive the signed headers alone`
  );
}
async function readIndex({
  options,
  ports,
  source,
  reading,
  trusting: trusting2
}) {
  const previous = options.allowRollback ? void 0 : await reading.then(({ contents }) => contents.get("repomd.xml"));
  const { select, otherArchs, unmatched } = selectionOf(options);
  const index = await loadIndex({
    bases: source.baseUrls,
    mirrorlist: source.mirrorlist,
    metalink: source.metalink,
    fetcher: ports.fetcher,
    select,
    allowWeak: options.allowWeak,
    previous: previous === void 0 ? void 0 : parseRepomd(previous),
    verifyRepomd: options.repoGpgcheck === "off" ? void 0 : async (repomd, signature2, instead) => {
      await verifyRepomd({
        repomd,
        signature: signature2,
        instead,
        isRequired: options.repoGpgcheck === "required" || source.isSigned,
        options,
        state: await reading,
        trust: await trusting2,
        now: ports.clock.now(),
        logger: ports.logger
      });
    }
  }).catch(async (error) => {
    const {
      source: { basearch },
      mode
    } = options;
    throw mode === "check" ? await withNearRepository(error, {
      bases: source.baseUrls,
      fetcher: ports.fetcher,
      basearch
    }) : error;
  });
  if (index.packages.length === 0) throw packageNotFound(options, index.names, otherArchs);
  for (const [wanted, near] of unmatched())
    ports.logger.warning(
      `packages: nothing in the index is called ${wanted}${near === void 0 ? "" : `; perhaps you mean ${near}`}`
    );
  return index;
}
var MOST_NAMES2 = 1e5;
function selectionOf({ packages, arch, mode }) {
  const select = createSelector({ packages, arch });
  const isNamed2 = createSelector({ packages, arch: [""] });
  const otherArchs = /* @__PURE__ */ new Set();
  const names = /* @__PURE__ */ new Set();
  const isCurious = mode === "check" && packages.length > 1;
  return {
    select: (candidate) => {
      if (isCurious && names.size < MOST_NAMES2) names.add(detach(candidate.name));
      if (select(candidate)) return true;
      if (isNamed2({ name: candidate.name, arch: "" })) otherArchs.add(candidate.arch);
      return false;
    },
    otherArchs,
    unmatched: () => {
      if (!isCurious || names.size === MOST_NAMES2) return [];
      const missing = packages.filter((wanted) => {
        const matches = createSelector({ packages: [wanted], arch: [""] });
        return ![...names].some((name) => matches({ name, arch: "" }));
      });
      return missing.map((wanted) => [wanted, nearestNames([wanted], names, 1)[0]]);
    }
  };
}
function describeIndex(index, {
  options,
  logger,
  report: report2,
  now
}) {
  const age = ageDays(index.repomd, now);
  report2.repository = {
    url: index.baseUrl,
    revision: index.repomd.revision,
    signed: index.signatureBytes !== void 0,
    ageDays: age ?? null
  };
  logger.info(
    `index of ${index.baseUrl}: revision ${index.repomd.revision || "none"}, ${index.packageCount} packages, ${index.packages.length} of them selected`
  );
  if (options.maxIndexAge > 0 && age !== void 0 && age > options.maxIndexAge) {
    logger.warning(
      `the index is ${age} days old, more than max-index-age ${options.maxIndexAge}; the repository may be frozen`
    );
  }
}
function listTagged(state, { packages }, { tagFormat }) {
  const { refs, releases } = state;
  const tagged = /* @__PURE__ */ new Map();
  for (const { nevra } of packages) {
    const tag = formatTagName(tagFormat, nevra);
    if (refs.tags.has(tag)) tagged.set(tag, { nevra, tag });
  }
  for (const { nevra: text4, tag } of releases) {
    const nevra = tryParseNevra(text4);
    if (nevra !== void 0 && refs.tags.has(tag)) tagged.set(tag, { nevra, tag });
  }
  return [...tagged.values()].map((release) => dateRelease(release, state));
}
function withoutZeroEpoch(found) {
  return found.nevra.epoch === 0 ? { ...found, nevra: { ...found.nevra, epoch: null } } : found;
}
async function settle(promises) {
  const results = await Promise.allSettled(promises);
  const failed = results.find((result) => result.status === "rejected");
  if (failed !== void 0) throw failed.reason;
  return results.map((result) => result.value);
}

// src/rpm/payload/path-tree.ts
var PathTree = class {
  exact = /* @__PURE__ */ new Map();
  folded = /* @__PURE__ */ new Map();
  /** Files and folders. */
  get size() {
    return this.exact.size;
  }
  /** The place of a path (Latin-1 of its bytes), and of every folder on the way. */
  add(path) {
    for (let above, start = 0; ; ) {
      const slash = path.indexOf("/", start);
      const end = slash < 0 ? path.length : slash;
      const place2 = this.step(above, path.slice(start, end), path.slice(0, end));
      if (slash < 0) return place2;
      [above, start] = [place2, slash + 1];
    }
  }
  /** Finds for each place what it lies below, once all types are set. */
  settle() {
    for (const place2 of this.exact.values()) {
      const { above } = place2;
      place2.below = above?.type !== void 0 && above.type !== "directory" ? above.type : above?.below;
    }
  }
  /** Spellings that meet in one name, as pairs; folders count, too: `a/x` and `A/y` meet in one folder where case does not count. */
  collisions() {
    const pairs = /* @__PURE__ */ new Map();
    for (const { foldedId, twin, path } of this.exact.values())
      if (twin !== void 0) pairs.set(foldedId, [twin.path, path]);
    return [...pairs.values()];
  }
  step(above, name, path) {
    const key = `${above?.id ?? 0}/${name}`;
    const known = this.exact.get(key);
    if (known !== void 0) return known;
    const foldedKey = `${above?.foldedId ?? 0}/${fold(name)}`;
    const twin = this.folded.get(foldedKey);
    const id = this.exact.size + 1;
    const place2 = {
      id,
      above,
      path,
      type: void 0,
      below: void 0,
      foldedId: twin?.foldedId ?? id,
      twin
    };
    this.exact.set(key, place2);
    if (twin === void 0) this.folded.set(foldedKey, place2);
    return place2;
  }
};
function fold(name) {
  return Buffer.from(name, "latin1").toString("utf8").normalize("NFC").toLowerCase().normalize("NFC");
}

// src/rpm/payload/paths.ts
var SLASH3 = 47;
var DOT = 46;
var DELETE2 = 127;
function checkPath(path) {
  if (path.length === 0) return "is empty";
  if (path.length > LIMITS.pathBytes) return `is longer than ${LIMITS.pathBytes} bytes`;
  if (path[0] === SLASH3) return "is absolute";
  if (path.some((byte) => byte < 32 || byte === DELETE2)) return "holds a control character";
  if (isTooDeep(path)) return `lies more than ${LIMITS.pathDepth} folders deep`;
  for (const name of Buffer.from(path).toString("latin1").split("/")) {
    if (name === "") return "has an empty component";
    if (name === "." || name === "..") return `has a component "${name}"`;
    if (isDotGit(Buffer.from(name, "latin1")))
      return "has a component that some file system takes for .git";
  }
  return void 0;
}
function checkTree(entries) {
  const errors = [];
  const warnings = [];
  const tree = new PathTree();
  const listed = /* @__PURE__ */ new Map();
  for (const { path, type } of entries) {
    const fault = pathFault(path);
    if (fault?.code !== void 0) {
      errors.push({ path: printable2(path), ...fault });
      continue;
    }
    const place2 = tree.add(Buffer.from(path).toString("latin1"));
    const reason = fault?.reason ?? (place2.type !== void 0 ? "is there twice" : checkLink(path, type, warnings));
    if (reason !== void 0) errors.push({ path: printable2(path), reason });
    place2.type = type;
    listed.set(place2.path, place2);
    if (tree.size - listed.size <= LIMITS.filesInPackage) continue;
    errors.push({
      path: printable2(path),
      reason: `comes after ${LIMITS.filesInPackage} folders`,
      code: "LIMIT_EXCEEDED"
    });
    break;
  }
  tree.settle();
  for (const { path, below } of listed.values()) {
    if (below !== void 0)
      errors.push({
        path: printable2(Buffer.from(path, "latin1")),
        reason: `lies below a ${below}`
      });
  }
  warnings.push(...tree.collisions().map(describeCollision));
  return { errors, warnings };
}
function verifyTree(entries, what) {
  const { errors, warnings } = checkTree(entries);
  const [first2] = errors;
  if (first2 === void 0) return warnings;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
  throw pathError(what, first2, more);
}
function verifyPath(path, what) {
  const fault = pathFault(path);
  if (fault !== void 0) throw pathError(what, { path: printable2(path), ...fault });
}
function verifyInside(paths, what) {
  for (const path of paths) {
    const reason = path.includes(0) ? "holds a control character" : holdsDots(path) ? 'has a component ".."' : void 0;
    if (reason !== void 0) throw pathError(what, { path: printable2(path), reason });
  }
}
function holdsDots(path) {
  for (let at = path.indexOf(DOT); at >= 0; at = path.indexOf(DOT, at + 1)) {
    const isStart = at === 0 || path[at - 1] === SLASH3;
    const isEnd = at + 2 === path.length || path[at + 2] === SLASH3;
    if (isStart && isEnd && path[at + 1] === DOT) return true;
  }
  return false;
}
function pathFault(path) {
  const reason = checkPath(path);
  return reason === void 0 ? void 0 : { reason, ...isTooDeep(path) ? { code: "LIMIT_EXCEEDED" } : {} };
}
function pathError(what, { path, reason, code: code2 }, more = "") {
  return new PayloadError(code2 ?? "UNSAFE_PATH", `${what}: the path ${path} ${reason}${more}`, {
    actual: path
  });
}
function isTooDeep(path) {
  let slashes = 0;
  for (const byte of path) if (byte === SLASH3) slashes += 1;
  return slashes > LIMITS.pathDepth;
}
function printable2(path) {
  const text4 = Buffer.from(path).toString("utf8");
  return /^[!-~]+$/.test(text4) ? text4 : JSON.stringify(text4);
}
function checkLink(path, type, warnings) {
  if (type !== "symlink") return void 0;
  const name = path.subarray(path.lastIndexOf(SLASH3) + 1);
  if (isDotName(name, "gitmodules")) return "is a link in the place of .gitmodules";
  for (const special of ["gitattributes", "gitignore", "mailmap"]) {
    if (isDotName(name, special))
      warnings.push(`${printable2(path)} is a link; git does not follow a linked .${special}`);
  }
  return void 0;
}
function describeCollision([one, other]) {
  const show5 = (path) => JSON.stringify(Buffer.from(path, "latin1").toString("utf8"));
  return `${show5(one)} and ${show5(other)} are one name where case or normalisation does not count`;
}

// src/rpm/scripts.ts
var SCRIPTLETS = [
  ["%pretrans", 1151, 1153],
  ["%pre", 1023, 1085],
  ["%post", 1024, 1086],
  ["%preun", 1025, 1087],
  ["%postun", 1026, 1088],
  ["%posttrans", 1152, 1154],
  ["%preuntrans", 5103, 5105],
  ["%postuntrans", 5104, 5106],
  ["%verifyscript", 1079, 1091]
];
var TRIGGERS = [
  {
    prefix: "%trigger",
    scripts: 1065,
    names: 1066,
    versions: 1067,
    flags: 1068,
    indexes: 1069,
    programs: 1092
  },
  {
    prefix: "%filetrigger",
    scripts: 5066,
    programs: 5067,
    names: 5069,
    indexes: 5070,
    versions: 5071,
    flags: 5072
  },
  {
    prefix: "%transfiletrigger",
    scripts: 5076,
    programs: 5077,
    names: 5079,
    indexes: 5080,
    versions: 5081,
    flags: 5082
  }
];
var EVENTS = [
  [1 << 25, "prein"],
  [1 << 16, "in"],
  [1 << 17, "un"],
  [1 << 18, "postun"]
];
var [LESS, GREATER, EQUAL] = [2, 4, 8];
function parseScripts(header) {
  if (header.get(TAG2.SOURCE_RPM) === void 0 && header.get(TAG2.SOURCE_PACKAGE) !== void 0)
    return [];
  const scripts = SCRIPTLETS.flatMap(([name, script, program]) => {
    const text4 = header.strings(script)?.[0];
    const programs = header.strings(program);
    if (text4 === void 0 && programs === void 0) return [];
    return [
      {
        name,
        program: programs?.map(decodeLossy).join(" ") ?? "/bin/sh",
        text: text4 === void 0 ? "" : decodeLossy(text4)
      }
    ];
  });
  return distinct([...scripts, ...TRIGGERS.flatMap((tags) => parseTriggers(header, tags))]);
}
function parseTriggers(header, tags) {
  const texts2 = header.strings(tags.scripts) ?? [];
  const programs = header.strings(tags.programs) ?? [];
  const names = header.strings(tags.names) ?? [];
  const versions = header.strings(tags.versions) ?? [];
  const flags = header.numbers(tags.flags) ?? [];
  const indexes = header.numbers(tags.indexes) ?? [];
  const conditions = /* @__PURE__ */ new Map();
  for (const [at, name] of names.entries()) {
    const script = indexes[at] ?? 0;
    const found = conditions.get(script) ?? { events: /* @__PURE__ */ new Set(), what: [] };
    const bits = flags[at] ?? 0;
    for (const [bit, event] of EVENTS) if ((bits & bit) !== 0) found.events.add(event);
    found.what.push(condition(decodeLossy(name), bits, versions[at]));
    conditions.set(script, found);
  }
  return texts2.map((text4, at) => {
    const { events, what } = conditions.get(at) ?? { events: /* @__PURE__ */ new Set(), what: [] };
    return {
      name: `${tags.prefix}${[...events].join("/")} -- ${what.join(", ")}`,
      program: programs[at] === void 0 ? "/bin/sh" : decodeLossy(programs[at]),
      text: decodeLossy(text4)
    };
  });
}
function condition(name, bits, version2) {
  const sign2 = [
    ...(bits & LESS) !== 0 ? ["<"] : [],
    ...(bits & GREATER) !== 0 ? [">"] : [],
    ...(bits & EQUAL) !== 0 ? ["="] : []
  ].join("");
  const text4 = version2 === void 0 ? "" : decodeLossy(version2);
  return sign2 === "" || text4 === "" ? name : `${name} ${sign2} ${text4}`;
}
function distinct(scripts) {
  const seen = /* @__PURE__ */ new Map();
  return scripts.map((script) => {
    const count2 = (seen.get(script.name) ?? 0) + 1;
    seen.set(script.name, count2);
    return count2 === 1 ? script : { ...script, name: `${script.name} (${count2})` };
  });
}

// src/rpm/payload/payload.ts
import { createHash as createHash9 } from "node:crypto";

// src/rpm/payload/cpio.ts
var NEWC = "070701";
var CRC2 = "070702";
var STRIPPED = "07070X";
var MAGIC_BYTES2 = 6;
var FIELDS = 13;
var MODE = 1;
var FILE_SIZE = 6;
var NAME_SIZE = 11;
var CHECKSUM2 = 12;
var TRAILER = Buffer.from("TRAILER!!!");
var HEX2 = /^[0-9a-fA-F]+$/;
var CpioReader = class {
  /** @param strippedSize - size in the archive of the file with that index; throws for an index that does not exist. */
  constructor(input, strippedSize) {
    this.input = input;
    this.strippedSize = strippedSize;
  }
  input;
  strippedSize;
  offset = 0;
  left = 0;
  /** Expected and actual sum of the content's bytes; `expected` is undefined outside the crc format. */
  expectedSum;
  sum = 0;
  /**
   * The next member; content that was not read is skipped. Undefined after the trailer, behind which only zero bytes may follow.
   *
   * @throws PayloadError PAYLOAD_INVALID for anything else; UNSUPPORTED_FORMAT when the archive does not begin as one.
   */
  async next() {
    await this.skip();
    const atStart = this.offset === 0;
    await this.align();
    const magic = text3(await this.exactly(MAGIC_BYTES2, "a member"));
    if (magic === STRIPPED) return this.strippedMember();
    if (magic !== NEWC && magic !== CRC2) {
      const message = `payload: expected a cpio member (${NEWC}, ${CRC2} or ${STRIPPED}) at offset ${this.offset - MAGIC_BYTES2}, found ${JSON.stringify(magic)}`;
      throw new PayloadError(atStart ? "UNSUPPORTED_FORMAT" : "PAYLOAD_INVALID", message);
    }
    return this.namedMember(magic === CRC2);
  }
  /** True when all of the current member's content was read, and found to be whole. */
  get isRead() {
    return this.left === 0 && this.expectedSum === void 0;
  }
  /** Content of the current member, in chunks; nothing when it was read already. @throws PayloadError PAYLOAD_INVALID */
  async *content() {
    while (this.left > 0) {
      const chunk = await this.input.some(this.left);
      if (chunk === void 0) throw invalid11(`ends ${this.left} bytes before the end of a member`);
      this.left -= chunk.length;
      this.offset += chunk.length;
      if (this.expectedSum !== void 0) this.sum = addBytes(this.sum, chunk);
      yield chunk;
    }
    if (this.expectedSum !== void 0 && this.expectedSum !== this.sum)
      throw invalid11("holds a member with a wrong checksum");
    this.expectedSum = void 0;
  }
  async skip() {
    const content2 = this.content();
    while ((await content2.next()).done !== true) ;
  }
  async namedMember(hasSum) {
    const fields = await this.numbers(FIELDS);
    const name = await this.name(fields[NAME_SIZE]);
    await this.align();
    const size = fields[FILE_SIZE];
    if (TRAILER.equals(name)) {
      if (size !== 0) throw invalid11("has a trailer with content");
      await this.end();
      return void 0;
    }
    this.left = size;
    this.sum = 0;
    this.expectedSum = hasSum && isRegular(fields[MODE]) ? fields[CHECKSUM2] : void 0;
    return { name, index: void 0, mode: fields[MODE], size };
  }
  async strippedMember() {
    const [index = 0] = await this.numbers(1);
    await this.align();
    this.left = this.strippedSize(index);
    return { name: void 0, index, mode: void 0, size: this.left };
  }
  async name(size) {
    if (size < 2 || size > LIMITS.pathBytes)
      throw invalid11(`has a name of ${size} bytes; 2 to ${LIMITS.pathBytes} are expected`);
    const bytes = Uint8Array.from(await this.exactly(size, "a name"));
    if (bytes.indexOf(0) !== size - 1)
      throw invalid11("has a name that does not end with its only NUL");
    return bytes.subarray(0, size - 1);
  }
  async numbers(count2) {
    const digits = text3(await this.exactly(count2 * 8, "a header"));
    if (!HEX2.test(digits))
      throw invalid11(
        `has a header with other than hexadecimal digits at offset ${this.offset - count2 * 8}`
      );
    return Array.from(
      { length: count2 },
      (_, at) => Number.parseInt(digits.slice(at * 8, at * 8 + 8), 16)
    );
  }
  /** Members, names and contents begin at multiples of 4. */
  async align() {
    await this.exactly(-this.offset & 3, "padding");
  }
  async exactly(count2, what) {
    const bytes = await this.input.take(count2);
    if (bytes.length < count2)
      throw invalid11(
        `ends within ${what} at offset ${this.offset + bytes.length}, without a trailer`
      );
    this.offset += count2;
    return bytes;
  }
  async end() {
    for (let chunk = await this.input.some(); chunk !== void 0; chunk = await this.input.some()) {
      if (chunk.some((byte) => byte !== 0)) throw invalid11("has data after its trailer");
    }
  }
};
function isRegular(mode) {
  return (mode & 61440) === 32768;
}
function addBytes(sum, bytes) {
  let total = sum;
  for (const byte of bytes) total = total + byte >>> 0;
  return total;
}
function text3(bytes) {
  return Buffer.from(bytes).toString("latin1");
}
function invalid11(message) {
  return new PayloadError("PAYLOAD_INVALID", `payload: the cpio archive ${message}`);
}

// src/rpm/payload/payload-map.ts
var FORMAT_MASK2 = 61440;
var PayloadMap = class {
  /** @throws PayloadError PAYLOAD_INVALID for a path that the header lists twice. */
  constructor(files) {
    this.files = files;
    this.links = new HardLinks(files);
    this.seen = new Uint8Array(files.length);
    for (const [index, { path }] of files.entries()) {
      const key = pathKey(path);
      if (this.byPath.has(key)) throw invalid12(`the header lists ${printable2(path)} twice`);
      this.byPath.set(key, index);
    }
  }
  files;
  links;
  byPath = /* @__PURE__ */ new Map();
  seen;
  /** Index of the member's file; each may come once, and with the header's type. @throws PayloadError PAYLOAD_INVALID */
  take({ name, index: stripped, mode }) {
    const index = name === void 0 ? stripped : this.byPath.get(pathKey(name));
    const entry = this.files[index ?? -1];
    if (index === void 0 || entry === void 0)
      throw invalid12(
        `holds ${name === void 0 ? `file ${index}` : printable2(name)}, which the header does not list`
      );
    if (this.seen[index] === 1) throw invalid12(`holds ${printable2(entry.path)} twice`);
    this.seen[index] = 1;
    if (mode !== void 0 && (entry.mode & FORMAT_MASK2) !== 0 && (mode & FORMAT_MASK2) !== (entry.mode & FORMAT_MASK2)) {
      throw invalid12(
        `holds ${printable2(entry.path)} with mode ${mode.toString(8)}; the header says ${entry.mode.toString(8)}`
      );
    }
    return index;
  }
  /** Bytes of a member in the stripped format (lib/rpmfi.c, iterReadArchiveNext): the last of a set of hard links has the content. */
  strippedSize(index) {
    const entry = this.files[index];
    if (entry === void 0)
      throw invalid12(`holds file ${index}, but the header lists ${this.files.length}`);
    if (entry.ghost) return 0;
    if (entry.type === "symlink") return entry.size;
    return entry.type === "file" && this.links.last(index) === index ? entry.size : 0;
  }
  /** @throws PayloadError PAYLOAD_INVALID when a file that is no ghost, or the content of hard links, did not come. */
  verifyComplete() {
    const missing = this.files.findIndex((entry, index) => !entry.ghost && this.seen[index] === 0);
    if (missing >= 0)
      throw invalid12(`lacks ${printable2(this.files[missing].path)}, which the header lists`);
    this.links.verifyComplete();
  }
  /** The rows of ghosts. */
  *ghosts() {
    for (const [index, entry] of this.files.entries()) {
      if (entry.ghost)
        yield { index, entry, digest: "absent", sha256: void 0, content: void 0 };
    }
  }
};
var HardLinks = class {
  constructor(files) {
    this.files = files;
    const byInode = /* @__PURE__ */ new Map();
    for (const [index, { type, ghost, inode, device }] of files.entries()) {
      if (type !== "file" || ghost || inode === 0) continue;
      const key = `${device}:${inode}`;
      const set = byInode.get(key) ?? { members: [], waiting: [] };
      set.members.push(index);
      byInode.set(key, set);
      this.sets.set(index, set);
    }
  }
  files;
  sets = /* @__PURE__ */ new Map();
  /** The file of the set that has the content in rpm's own archives; the file itself when it has no links. */
  last(index) {
    return this.sets.get(index)?.members.at(-1) ?? index;
  }
  /**
   * Takes the next regular file of the archive, with its size there; returns the files that its content is for, itself
   * last: none for a link whose content is still to come. Files of foreign builders that share an inode but have each
   * their own content stand for themselves.
   *
   * @throws PayloadError PAYLOAD_INVALID when the size is neither the header's nor, for a link, 0.
   */
  take(index, size) {
    const entry = this.files[index];
    const set = this.sets.get(index);
    if (size === 0 && entry.size > 0 && set !== void 0 && set.members.length > 1) {
      set.waiting.push(index);
      return [];
    }
    if (size !== entry.size)
      throw invalid12(
        `holds ${size} bytes of ${printable2(entry.path)}; the header says ${entry.size}`
      );
    if (set === void 0 || size === 0) return [index];
    const links = [...set.waiting, index];
    set.waiting = [];
    const other = links.find((link2) => this.files[link2].size !== size);
    if (other !== void 0)
      throw invalid12(
        `has ${size} bytes for the hard link ${printable2(this.files[other].path)}; the header says ${this.files[other].size}`
      );
    return links;
  }
  /** @throws PayloadError PAYLOAD_INVALID for links whose content never came. */
  verifyComplete() {
    for (const { waiting } of this.sets.values()) {
      const [index] = waiting;
      if (index !== void 0)
        throw invalid12(`lacks the content of the hard link ${printable2(this.files[index].path)}`);
    }
  }
};
function pathKey(path) {
  const text4 = Buffer.from(path).toString("latin1");
  return text4 === "." ? "" : text4.replace(/^(\.\/|\/)/, "");
}
function invalid12(message) {
  return new PayloadError("PAYLOAD_INVALID", `payload: ${message}`);
}

// src/rpm/payload/payload.ts
var COMPRESSORS = {
  gzip: "gzip",
  bzip2: "bzip2",
  xz: "xz",
  lzma: "lzma",
  zstd: "zstd",
  none: "none"
};
var MEMBER_OVERHEAD = 128;
var ARCHIVE_OVERHEAD = 64 * KIB;
function readPayload(pkg, payload, options) {
  const limit3 = options.maxKeptBytes ?? LIMITS.blobBytes;
  return streamPayload(pkg, payload, {
    ...options,
    receive: (entry, chunks) => collect(entry, chunks, limit3)
  });
}
async function* streamPayload({ facts }, payload, options) {
  verifyInside(
    facts.files.map(({ path }) => path),
    "the package"
  );
  const map = new PayloadMap(facts.files);
  const hashes = (options.uncompressedDigests ?? []).map((name) => [name, hashOf(name)]);
  const archive = new ChunkReader(
    tee(
      await open(facts, payload),
      hashes.map(([, hash]) => hash)
    )
  );
  try {
    const cpio = new CpioReader(archive, (index) => map.strippedSize(index));
    for (let member = await cpio.next(); member !== void 0; member = await cpio.next()) {
      yield* readMember({ cpio, member, map, facts, options });
    }
    map.verifyComplete();
    yield* map.ghosts();
  } finally {
    await archive.close();
  }
  return {
    uncompressedSize: archive.consumed,
    digests: Object.fromEntries(hashes.map(([name, hash]) => [name, hash.digest("hex")]))
  };
}
function verifyFormat({ payload: { format, compressor } }) {
  if (format !== "cpio")
    throw new PayloadError(
      "UNSUPPORTED_FORMAT",
      `payload: expected the format cpio, found ${JSON.stringify(format)}`
    );
  const declared = Object.hasOwn(COMPRESSORS, compressor) ? COMPRESSORS[compressor] : void 0;
  if (declared === void 0)
    throw new PayloadError(
      "UNSUPPORTED_COMPRESSOR",
      `payload: unknown compressor ${JSON.stringify(compressor)}`
    );
  return declared;
}
async function open(facts, payload) {
  const declared = verifyFormat(facts);
  const input = new ChunkReader(payload);
  const start = Buffer.from((await input.fill(4)).subarray(0, 4)).toString("latin1");
  const kind = declared === "gzip" && start === "0707" ? "none" : declared;
  const announcedBytes = expectedSize(facts.files);
  return decompress(kind, rest(input), {
    maxBytes: announcedBytes,
    announcedBytes,
    what: "payload"
  });
}
async function* rest(input) {
  try {
    for (let chunk = await input.some(); chunk !== void 0; chunk = await input.some())
      yield chunk;
  } finally {
    await input.close();
  }
}
function expectedSize(files) {
  const size = files.reduce(
    (sum, file) => sum + file.size + file.path.length + MEMBER_OVERHEAD,
    ARCHIVE_OVERHEAD
  );
  return Math.min(size, LIMITS.payloadBytes);
}
async function* tee(chunks, hashes) {
  for await (const chunk of chunks) {
    for (const hash of hashes) hash.update(chunk);
    yield chunk;
  }
}
async function* readMember(job) {
  const { cpio, member, map, options } = job;
  const index = map.take(member);
  const entry = map.files[index];
  if (entry.ghost) return;
  if (entry.type === "symlink") await verifyTarget(cpio, member, entry);
  else if (entry.type !== "file" && member.size !== 0)
    throw mismatch3(entry, "no content", `${member.size} bytes`);
  if (entry.type !== "file") {
    yield { index, entry, digest: "absent", sha256: void 0, content: void 0 };
    return;
  }
  const links = map.links.take(index, member.size);
  if (links.length === 0) return;
  const kept = links.filter((link2) => options.keep(map.files[link2], link2));
  const content2 = await readContent2(job, kept.length === 0 ? void 0 : map.files[kept[0]]);
  const rows = links.map((link2) => {
    const file = map.files[link2];
    const digest2 = file.digest === "" ? "absent" : file.digest === content2.digest ? "good" : "bad";
    return {
      index: link2,
      entry: file,
      digest: digest2,
      sha256: content2.sha256,
      content: kept.includes(link2) ? content2.made : void 0
    };
  });
  if (content2.failure !== void 0 && rows.every(({ digest: digest2 }) => digest2 !== "bad"))
    throw content2.failure.reason;
  yield* rows;
}
async function verifyTarget(cpio, member, entry) {
  if (member.size > LIMITS.linkTargetBytes)
    throw mismatch3(entry, `a target of at most ${LIMITS.linkTargetBytes} bytes`, `${member.size}`);
  const chunks = [];
  for await (const chunk of cpio.content()) chunks.push(chunk);
  const target = Buffer.concat(chunks);
  if (!target.equals(entry.target))
    throw mismatch3(entry, `the target ${printable2(entry.target)}`, printable2(target));
}
async function readContent2({ cpio, facts, options }, wanted) {
  const sha2563 = hashOf("sha256");
  const declared = facts.fileDigestAlgorithm;
  const other = declared === "sha256" ? void 0 : hashOf(declared);
  const digested = tee(cpio.content(), other === void 0 ? [sha2563] : [sha2563, other]);
  let made;
  let failure2;
  if (wanted !== void 0) {
    try {
      made = await options.receive(wanted, withoutReturn(digested));
    } catch (reason) {
      failure2 = { reason };
    }
  }
  for (let step = await digested.next(); step.done !== true; step = await digested.next()) ;
  if (failure2 !== void 0 && !cpio.isRead) throw failure2.reason;
  const hex3 = sha2563.digest("hex");
  return { made, failure: failure2, sha256: hex3, digest: other?.digest("hex") ?? hex3 };
}
function withoutReturn(chunks) {
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) };
}
async function collect(entry, chunks, limit3) {
  verifySize(entry, limit3);
  const bytes = new Uint8Array(entry.size);
  let at = 0;
  for await (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
function verifySize({ path, size }, limit3, remedy = "Set source-path to a folder without this file, or hold the package back with skip.") {
  if (size <= limit3) return;
  throw new PayloadError(
    "LIMIT_EXCEEDED",
    `payload: ${printable2(path)} has ${size} bytes; a file of the mirror may have ${limit3}`,
    {
      expected: `at most ${limit3}`,
      actual: String(size),
      remedy
    }
  );
}
function hashOf(name) {
  try {
    return createHash9(name);
  } catch (cause) {
    throw new PayloadError(
      "UNSUPPORTED_FORMAT",
      `payload: digests by ${name} cannot be computed here`,
      { cause }
    );
  }
}
function mismatch3(entry, expected, actual) {
  return new PayloadError(
    "PAYLOAD_INVALID",
    `payload: ${printable2(entry.path)} (${entry.type}): expected ${expected}, found ${actual}`,
    { expected, actual }
  );
}

// src/source/judgement.ts
var SPECIAL = /* @__PURE__ */ new Set(["block", "char", "fifo", "socket"]);
function judgeFolders({ files }, { sourcePath, dotGit }) {
  verifyInside(
    files.map(({ path }) => path),
    "the package"
  );
  const live = files.filter(({ type, ghost }) => !ghost && type !== "directory");
  const found = selectFull(files, live, sourcePath);
  const { kept, dropped } = splitDotGit(live, found);
  if (dropped.length > 0 && dotGit === "refuse") throw refusedDotGit(dropped[0]);
  const selection = dropped.length === 0 ? found : selectFull(files, kept, sourcePath);
  const isKept = new Set(kept.map(({ path }) => keyOf(path)));
  const map = (path) => {
    const mapped = selection.map(path);
    return mapped === void 0 || dropped.length > 0 && !isKept.has(keyOf(path)) ? void 0 : mapped;
  };
  const inside2 = kept.flatMap((entry) => {
    const path = selection.map(entry.path);
    return path === void 0 ? [] : [{ entry, path }];
  });
  refuseSpecialFiles(inside2.map(({ entry }) => entry));
  refuseRootsBelowFiles(selection.roots, live);
  const warnings = verifyTree(
    inside2.map(({ entry: { type }, path }) => ({ path, type })),
    "the source"
  );
  return {
    roots: selection.roots,
    map,
    dropped: dropped.map((path) => selection.map(path) ?? path),
    warnings
  };
}
function refuseSpecialFiles(files) {
  const special = files.find(({ type, ghost }) => !ghost && SPECIAL.has(type));
  if (special === void 0) return;
  const kind = special.type === "block" || special.type === "char" ? `${special.type} device` : special.type;
  throw new PayloadError(
    "PAYLOAD_INVALID",
    `the source holds a ${kind}, ${printable2(special.path)}`,
    {
      remedy: "git cannot hold it. Set source-path to a folder without it, tell the publisher, or hold the release back with skip."
    }
  );
}
function selectFull(all, live, sourcePath) {
  try {
    return selectSource(
      live.map(({ path }) => ({ path, isDirectory: false })),
      sourcePath
    );
  } catch (error) {
    if (!(error instanceof MirrorError) || error.code !== "SOURCE_PATH_NOT_FOUND") throw error;
  }
  const { roots } = selectSource(
    all.map(({ path, type }) => ({ path, isDirectory: type === "directory" })),
    sourcePath
  );
  throw new PayloadError(
    "SOURCE_EMPTY",
    `source-path: expected files in ${roots.map(printable2).join(", ")}, found none that could be mirrored`,
    { expected: "files", actual: "none" }
  );
}
function splitDotGit(live, { roots, map }) {
  const ends = roots.map((root) => ({ text: keyOf(root), top: root.lastIndexOf(SLASH4) + 1 })).sort((a, b) => a.text.length - b.text.length);
  const rootOf = new Map(ends.map(({ text: text4, top }) => [text4, top]));
  const lengths = [...new Set(ends.map(({ text: text4 }) => text4.length))];
  const tops = /* @__PURE__ */ new Map();
  const kept = live.filter(({ path }) => {
    if (map(path) === void 0) return true;
    const text4 = keyOf(path);
    const length = lengths.find((end2) => text4[end2] === "/" && rootOf.has(text4.slice(0, end2)));
    const top = length === void 0 ? 0 : rootOf.get(text4.slice(0, length));
    const end = endOfDotGit(path, top);
    if (end === void 0) return true;
    tops.set(text4.slice(0, end), path.subarray(0, end));
    return false;
  });
  const dropped = [...tops.values()].sort((a, b) => Buffer.compare(a, b));
  return { kept, dropped };
}
var SLASH4 = 47;
function endOfDotGit(path, start) {
  for (let at = start; at <= path.length; ) {
    const slash = path.indexOf(SLASH4, at);
    const end = slash < 0 ? path.length : slash;
    if (isDotGit(path.subarray(at, end))) return end;
    at = end + 1;
  }
  return void 0;
}
function refusedDotGit(path) {
  return new PayloadError(
    "UNSAFE_PATH",
    `the source: the path ${printable2(path)} has a component that some file system takes for .git`,
    {
      actual: printable2(path),
      remedy: "git cannot hold such a name. Set dot-git: drop to publish without it, which is recorded, or hold the release back with skip."
    }
  );
}
function refuseRootsBelowFiles(roots, live) {
  const above = new Set(roots.flatMap((root) => prefixesOf(keyOf(root))));
  const file = live.find(({ path }) => above.has(keyOf(path)));
  if (file === void 0) return;
  throw new PayloadError(
    "UNSAFE_PATH",
    `the source lies below ${printable2(file.path)}, which is a ${file.type}`,
    { actual: printable2(file.path) }
  );
}
function prefixesOf(path) {
  const prefixes = [path];
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
    prefixes.push(path.slice(0, end));
  return prefixes;
}
function keyOf(path) {
  return Buffer.from(path).toString("latin1");
}

// src/source/files.ts
var WEAK2 = /* @__PURE__ */ new Set(["md5", "sha1", "ripemd160"]);
function gitMode({ type, mode }) {
  if (type === "symlink") return "120000";
  return (mode & 64) === 0 ? "100644" : "100755";
}
function contentFile(file, kept) {
  const mode = gitMode(file);
  return file.type === "symlink" ? { mode, kept, target: file.target } : { mode, kept };
}
function selectFiles(facts, glob) {
  return judgeFolders(facts, { sourcePath: glob, dotGit: "drop" });
}
async function expectedSource(pkg, whole2, glob) {
  const { facts } = pkg;
  const selection = selectFiles(facts, glob);
  const strong = WEAK2.has(facts.fileDigestAlgorithm) && whole2 !== void 0 ? await digestPayload(pkg, whole2) : void 0;
  const files = /* @__PURE__ */ new Map();
  for (const [index, entry] of facts.files.entries()) {
    const path = selection.map(entry.path);
    if (path === void 0 || entry.ghost || entry.type !== "file" && entry.type !== "symlink")
      continue;
    const sha2563 = strong?.get(index);
    const digest2 = entry.type === "symlink" ? { target: entry.target } : sha2563 === void 0 ? { algorithm: facts.fileDigestAlgorithm, hex: entry.digest } : { algorithm: "sha256", hex: sha2563 };
    files.set(Buffer.from(path).toString("latin1"), { mode: gitMode(entry), digest: digest2 });
  }
  return { roots: selection.roots, dropped: selection.dropped, files };
}
async function digestPayload(pkg, whole2) {
  const digests = /* @__PURE__ */ new Map();
  for await (const { index, sha256: sha2563 } of readPayload(pkg, whole2.stream(pkg.payloadStart), {
    keep: () => false
  })) {
    if (sha2563 !== void 0) digests.set(index, sha2563);
  }
  return digests;
}

// src/source/payload-files.ts
import { createHash as createHash10 } from "node:crypto";
var MODE_BITS = 3584;
var REGULAR = 32768;
function readVerifiedFiles(pkg, bytes, keep2) {
  const uncompressedDigests = uncompressedAlgorithms(pkg.header);
  const form = new CompressedForm(pkg, bytes.stream(pkg.payloadStart));
  return verified(readPayload(pkg, form.chunks(), { keep: keep2, uncompressedDigests }), { form });
}
function streamVerifiedFiles(pkg, payload, {
  keep: keep2,
  receive,
  warn
}) {
  const uncompressedDigests = uncompressedAlgorithms(pkg.header);
  const form = new CompressedForm(pkg, payload);
  const rows = streamPayload(pkg, form.chunks(), { keep: keep2, receive, uncompressedDigests });
  return verified(rows, { form, warn });
}
var CompressedForm = class {
  constructor(pkg, payload) {
    this.pkg = pkg;
    this.payload = payload;
    this.hashes = new Map(
      uncompressedAlgorithms(pkg.header).map((name) => [name, createHash10(name)])
    );
  }
  pkg;
  payload;
  hashes;
  async *chunks() {
    for await (const chunk of this.payload) {
      for (const hash of this.hashes.values()) hash.update(chunk);
      yield chunk;
    }
  }
  check(uncompressed) {
    const compressed = Object.fromEntries(
      Array.from(this.hashes, ([name, hash]) => [name, hash.digest("hex")])
    );
    return checkBothForms(payloadDigests(this.pkg.header), { compressed, uncompressed });
  }
};
async function* verified(payload, { form, warn }) {
  let filesGood = true;
  try {
    for (let step = await payload.next(); ; step = await payload.next()) {
      if (step.done === true) {
        const digests = form.check(step.value.digests);
        for (const digest3 of digests) verifyForm(digest3, { digests, filesGood, warn });
        return;
      }
      const { entry, digest: digest2 } = step.value;
      if (digest2 === "bad") {
        throw new IntegrityError(
          "DIGEST_MISMATCH",
          `${printable2(entry.path)} is not the file that the signed header describes`,
          { expected: entry.digest }
        );
      }
      filesGood &&= digest2 === "good" || entry.type !== "file" || entry.ghost;
      yield step.value;
    }
  } finally {
    await payload.return({ uncompressedSize: 0, digests: {} });
  }
}
function verifyForm(digest2, {
  digests,
  filesGood,
  warn
}) {
  if (digest2.status !== "bad" || !digest2.name.endsWith("ALT")) return;
  if (filesGood && isOddAlternative(digest2, digests)) {
    warn?.(describeOdd(digest2));
    return;
  }
  const { name, expected, actual } = digest2;
  throw new IntegrityError(
    "DIGEST_MISMATCH",
    `${name} of the uncompressed payload: expected ${expected}, found ${actual}`,
    { expected, actual }
  );
}
function droppedMode(path, mode) {
  return (mode & MODE_BITS) === 0 ? void 0 : { mode: (REGULAR | mode).toString(8), path };
}
function checkLink2(path, target, symlinks) {
  const text4 = Buffer.from(target).toString("latin1");
  let depth = Buffer.from(path).toString("latin1").split("/").length - 1;
  let leaves = text4.startsWith("/");
  for (const part of text4.split("/")) {
    if (part === "..") depth--;
    else if (part !== "" && part !== ".") depth++;
    if (depth < 0) leaves = true;
  }
  if (!leaves) return void 0;
  const message = `the link ${printable2(path)} points outside the source, to ${printable2(target)}`;
  if (symlinks === "refuse")
    throw new PayloadError("UNSAFE_PATH", message, {
      remedy: "Set symlinks: keep to store such links as links."
    });
  return message;
}

// src/source/folder-content.ts
async function readFolders({ pkg, payload }, { maxFileSize, ...rules }, sink) {
  const selection = judgeFolders(pkg.facts, rules);
  const warnings = [...selection.warnings];
  const source = /* @__PURE__ */ new Map();
  const droppedModes2 = [];
  let checkedFiles = 0;
  for await (const { entry, digest: digest2, content: content2 } of streamVerifiedFiles(pkg, payload(), {
    keep: ({ path }) => selection.map(path) !== void 0,
    receive: (file, chunks) => {
      verifySize(file, maxFileSize);
      return sinkContent(sink, file.size, chunks);
    },
    warn: (text4) => warnings.push(text4)
  })) {
    if (digest2 === "good") checkedFiles++;
    const path = selection.map(entry.path);
    if (path === void 0 || entry.ghost || entry.type !== "file" && entry.type !== "symlink")
      continue;
    const isLink = entry.type === "symlink";
    const dropped = isLink ? void 0 : droppedMode(path, entry.mode);
    if (dropped !== void 0) droppedModes2.push(dropped);
    const kept = isLink ? await sink.whole(entry.target) : content2;
    source.set(Buffer.from(path).toString("latin1"), contentFile(entry, kept));
  }
  return {
    sourcePaths: selection.roots,
    source,
    packaging: void 0,
    unpackedFrom: [],
    checkedFiles,
    droppedModes: droppedModes2,
    droppedDotGit: selection.dropped,
    warnings: [...warnings, ...packedSource(selection.roots, source)]
  };
}
function packedSource(roots, source) {
  const names = [...source.keys()];
  const [root] = roots;
  const isPacked = names.length > 0 && names.every((name) => namedArchive(name) !== void 0);
  if (!isPacked || roots.length !== 1 || root === void 0) return [];
  const glob = `${Buffer.from(root).toString("utf8")}/*`;
  return [
    `the source holds nothing but ${names.map((name) => printable2(Buffer.from(name, "latin1"))).join(", ")}; with source-path: ${JSON.stringify(glob)} it is unpacked`
  ];
}

// src/source/spec-sources.ts
var SOURCE_TAG = /^[ \t]*source(\d{0,9})[ \t]*:[ \t]*(\S.*)$/i;
var SECTION = /^[ \t]*%(package|sourcelist|patchlist|description|prep|generate_buildrequires|conf|build|install|check|clean|pre|post|preun|postun|pretrans|posttrans|preuntrans|postuntrans|trigger\w*|filetrigger\w*|transfiletrigger\w*|verify|verifyscript|files|changelog|sepolicy)(?![\w{])/;
var LINE_CHARACTERS = 1024;
var MOST_PARTS = 32;
var MOST_COMPARISONS = 2e5;
function parseSpecSources(text4, known) {
  const sources = [];
  let section = "package";
  let last2 = -1;
  for (const line of text4.split("\n")) {
    if (line.length > LINE_CHARACTERS) continue;
    const begins = SECTION.exec(line)?.[1];
    if (begins !== void 0) section = begins;
    const [, digits = "", value2] = begins === void 0 ? sourceLine(line, section) : [];
    if (value2 === void 0) continue;
    last2 = digits === "" ? last2 + 1 : Number(digits);
    sources.push({ number: last2, parts: baseName(value2.trimEnd(), known) });
  }
  return sources;
}
function sourceLine(line, section) {
  if (section === "package") return SOURCE_TAG.exec(line) ?? [];
  const value2 = section === "sourcelist" ? line.trim() : "";
  return value2 === "" || value2.startsWith("#") ? [] : [line, "", value2];
}
function baseName(value2, known) {
  let parts = [""];
  for (let at = 0; at < value2.length; ) {
    const percent = value2.indexOf("%", at);
    const literal = value2.slice(at, percent < 0 ? value2.length : percent);
    const slash = literal.lastIndexOf("/");
    if (slash >= 0) parts = [literal.slice(slash + 1)];
    else parts.push(parts.pop() + literal);
    if (percent < 0) break;
    const { end, text: text4 } = macro(value2, percent, known);
    if (text4 === void 0) parts.push("");
    else parts.push(parts.pop() + text4);
    at = end;
  }
  return parts;
}
function macro(value2, start, known) {
  const opener = value2[start + 1];
  if (opener === "%") return { end: start + 2, text: "%" };
  const name = /^%\{?\??(\w+)\}?/.exec(value2.slice(start))?.[1] ?? "";
  const text4 = /^(?:name|version)$/i.test(name) ? known[name.toLowerCase()] : void 0;
  if (opener === "{" || opener === "(") {
    const end = closing(value2, start + 1, opener === "{" ? "}" : ")");
    const isPlain = value2.slice(start, end) === `%{${name}}`;
    return { end, text: isPlain ? text4 : void 0 };
  }
  const plain3 = /^%[?!]*\w+/.exec(value2.slice(start))?.[0].length ?? 1;
  return { end: start + plain3, text: plain3 === name.length + 1 ? text4 : void 0 };
}
function closing(value2, start, close) {
  const open4 = value2[start];
  let depth = 0;
  for (let at = start; at < value2.length; at++) {
    if (value2[at] === open4) depth++;
    else if (value2[at] === close && --depth === 0) return at + 1;
  }
  return value2.length;
}
function numberSources(lines, names, isDeclared) {
  if (lines.length * names.length > MOST_COMPARISONS) return void 0;
  const byOrder = isDeclared ? inOrder(lines, names) : void 0;
  return byOrder ?? byName(lines, names);
}
function inOrder(lines, names) {
  const first2 = follow(lines, names);
  const last2 = follow(lines.toReversed(), names.toReversed())?.toReversed();
  if (first2 === void 0 || last2 === void 0) return void 0;
  return String(ranks(first2)) === String(ranks(last2)) ? first2 : void 0;
}
function follow(lines, names) {
  const numbers = [];
  let at = 0;
  for (const name of names) {
    while (at < lines.length && !fits2(lines[at], name)) at++;
    const line = lines[at++];
    if (line === void 0) return void 0;
    numbers.push(line.number);
  }
  return new Set(numbers).size === numbers.length ? numbers : void 0;
}
function ranks(numbers) {
  return numbers.map((_, at) => at).sort((a, b) => numbers[a] - numbers[b]);
}
function byName(lines, names) {
  const numbers = names.map((name) => {
    const fitting = new Set(lines.filter((line) => fits2(line, name)).map(({ number }) => number));
    return fitting.size === 1 ? [...fitting][0] : void 0;
  });
  const known = numbers.filter((number) => number !== void 0);
  return known.length === names.length && new Set(known).size === names.length ? known : void 0;
}
function fits2({ parts }, name) {
  const [first2 = "", ...others] = parts;
  if (others.length === 0) return name === first2;
  if (parts.length > MOST_PARTS || !name.startsWith(first2)) return false;
  const last2 = others.pop();
  let at = first2.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last2.length >= at && name.endsWith(last2);
}

// src/source/source-order.ts
var SPEC_FILE = 1 << 5;
var SPEC_BYTES = 8 * MIB;
async function orderSources({ pkg, payload }, unpack) {
  const { facts } = pkg;
  const names = sourceNames(facts);
  if (unpack === "none" || names.length < 2) return { names, warnings: [] };
  const spec = specFiles(facts)[0];
  const text4 = spec === void 0 ? void 0 : await readSpec({ pkg, payload }, spec);
  const numbers = text4 === void 0 ? void 0 : numberSources(parseSpecSources(text4, facts.nevra), names, facts.sources.length > 0);
  if (numbers === void 0) return { names, warnings: [unsure(spec, names)] };
  const sorted = names.map((name, at) => ({ name, number: numbers[at] })).sort((a, b) => a.number - b.number);
  return { names: sorted.map(({ name }) => name), warnings: [] };
}
function unsure(spec, names) {
  const first2 = printable2(Buffer.from(names[0] ?? "", "latin1"));
  const why = spec === void 0 ? "the package holds no spec that tells the numbers of its sources" : `the Source lines of ${printable2(spec.path)} cannot be matched to the package's sources`;
  return `${why}; the order of the header was taken, so that ${first2} counts as Source0`;
}
function sourceNames(facts) {
  const { files, sources, patches } = facts;
  const others = /* @__PURE__ */ new Set([
    ...specFiles(facts).map(({ path }) => nameOf2(path)),
    ...patches.map((name) => nameOf2(Buffer.from(name)))
  ]);
  const names = sources.length > 0 ? sources.map((name) => nameOf2(Buffer.from(name))) : files.map(({ path }) => nameOf2(path));
  return [...new Set(names)].filter((name) => !others.has(name));
}
function specFiles({ files }) {
  const flagged = files.filter(({ flags }) => (flags & SPEC_FILE) !== 0);
  return flagged.length > 0 ? flagged : files.filter(({ path }) => nameOf2(path).endsWith(".spec"));
}
async function readSpec({ pkg, payload }, spec) {
  if (spec.size > Math.min(SPEC_BYTES, LIMITS.blobBytes)) return void 0;
  const rows = streamVerifiedFiles(pkg, payload(), {
    keep: (entry) => entry === spec,
    receive: async (_, chunks) => {
      const parts = [];
      for await (const chunk of chunks) parts.push(chunk);
      return Buffer.concat(parts).toString("latin1");
    }
  });
  for await (const { entry, content: content2 } of rows) if (entry === spec) return content2;
  return void 0;
}
function nameOf2(path) {
  return Buffer.from(path).toString("latin1");
}

// src/archives/entries.ts
var EntryList = class {
  constructor(options) {
    this.options = options;
  }
  options;
  entries = /* @__PURE__ */ new Map();
  members = 0;
  names = 0;
  /** Counts a member of the archive. @throws PayloadError LIMIT_EXCEEDED */
  count(nameBytes) {
    const { what } = this.options;
    this.names += nameBytes;
    if (++this.members > LIMITS.filesInPackage)
      throw new PayloadError(
        "LIMIT_EXCEEDED",
        `${what}: more than ${LIMITS.filesInPackage} members`
      );
    if (this.names > LIMITS.tarNameBytes)
      throw new PayloadError(
        "LIMIT_EXCEEDED",
        `${what}: more than ${LIMITS.tarNameBytes} bytes of names`
      );
  }
  get(path) {
    return this.entries.get(keyOf2(path));
  }
  /** Hands the content of a file over. @throws PayloadError LIMIT_EXCEEDED */
  async keep(path, size, chunks) {
    const { sink, maxFileSize = LIMITS.blobBytes } = this.options;
    if (size > maxFileSize) throw this.tooLarge(path, `${size}`, maxFileSize);
    return sinkContent(sink, size, chunks);
  }
  /** As {@link keep}, for content whose size is known at its end: memory holds it until then. @throws PayloadError LIMIT_EXCEEDED */
  async keepOpen(path, chunks) {
    const { sink, maxFileSize = LIMITS.blobBytes } = this.options;
    const most = Math.min(maxFileSize, LIMITS.blobBytes);
    const held = [];
    let size = 0;
    for await (const chunk of chunks) {
      size += chunk.length;
      if (size > most) throw this.tooLarge(path, `more than ${most}`, most);
      held.push(Uint8Array.from(chunk));
    }
    return sinkContent(sink, size, drain(held));
  }
  /** Hands the target of a link over. @throws PayloadError PAYLOAD_INVALID */
  async keepTarget(path, target) {
    if (target.length === 0 || target.length > LIMITS.linkTargetBytes || target.includes(0)) {
      throw new PayloadError(
        "PAYLOAD_INVALID",
        `${this.options.what}: the link ${printable2(path)} has a target that is empty, too long or holds a NUL`
      );
    }
    return this.options.sink.whole(target);
  }
  /**
   * A later entry replaces an earlier one; whether a folder gives way to a file is told otherwise by every tool, and refused.
   * @throws PayloadError UNSAFE_PATH
   */
  place(entry) {
    const old = this.get(entry.path);
    if (old !== void 0 && old.type === "directory" !== (entry.type === "directory")) {
      throw new PayloadError(
        "UNSAFE_PATH",
        `${this.options.what}: ${printable2(entry.path)} is a folder and a ${old.type === "directory" ? entry.type : old.type}`
      );
    }
    this.entries.set(keyOf2(entry.path), { ...entry, path: Uint8Array.from(entry.path) });
  }
  tooLarge(path, actual, most) {
    return new PayloadError(
      "LIMIT_EXCEEDED",
      `${this.options.what}: ${printable2(path)} has ${actual} bytes; a file of the mirror may have ${most}`,
      { expected: `at most ${most}`, actual }
    );
  }
  /** Everything, once all names are known. @throws PayloadError UNSAFE_PATH */
  finish() {
    const warnings = verifyTree(this.entries.values(), this.options.what);
    const tops = new Set(Array.from(this.entries.keys(), (key) => key.split("/", 1)[0]));
    const files = [...this.entries.values()].filter((entry) => entry.type !== "directory");
    return { files, tops, warnings };
  }
};
async function* drain(chunks) {
  for (const [at, chunk] of chunks.entries()) {
    chunks[at] = new Uint8Array();
    yield chunk;
  }
}
function keyOf2(path) {
  return Buffer.from(path).toString("latin1");
}

// src/source/top-folder.ts
function dropTop({ files, tops }, archive) {
  const top = topFolder(tops, archive);
  if (top === void 0) return files;
  const inside2 = (path) => path.startsWith(`${top}/`);
  if (files.some(({ path }) => keyOf2(path) === top)) return files;
  const moved = files.map(
    (file) => inside2(keyOf2(file.path)) ? { ...file, path: file.path.subarray(top.length + 1) } : file
  );
  return tops.size === 1 || !meets(moved) ? moved : files;
}
function topFolder(tops, { name, version: version2 }) {
  const [first2, ...others] = tops;
  if (others.length === 0) return first2;
  const stem = archiveStem(name);
  if (tops.has(stem)) return stem;
  const versioned = [...tops].filter(
    (top) => version2 !== "" && /.[-_]v?$/s.test(top.slice(0, -version2.length)) && top.endsWith(version2)
  );
  return versioned.length === 1 ? versioned[0] : void 0;
}
function meets(files) {
  const names = new Set(files.map(({ path }) => keyOf2(path)));
  if (names.size < files.length) return true;
  const folders = /* @__PURE__ */ new Set();
  for (const name of names)
    for (let end = name.lastIndexOf("/"); end > 0 && !folders.has(name.slice(0, end)); end = name.lastIndexOf("/", end - 1))
      folders.add(name.slice(0, end));
  return [...names].some((name) => folders.has(name));
}

// src/archives/tar/header.ts
var BLOCK = 512;
var NAME2 = [0, 100];
var MODE2 = [100, 108];
var SIZE = [124, 136];
var CHECKSUM3 = [148, 156];
var TYPE3 = 156;
var TARGET = [157, 257];
var MAGIC3 = [257, 263];
var PREFIX = [345, 500];
var SPACE = 32;
var SLASH5 = 47;
function parseTarHeader(block2) {
  if (block2.length < BLOCK || !isChecksumGood(block2)) return void 0;
  const mode = parseNumber(block2.subarray(...MODE2));
  const size = parseNumber(block2.subarray(...SIZE));
  if (mode === void 0 || size === void 0) return void 0;
  const name = untilNul(block2.subarray(...NAME2));
  const isUstar = Buffer.from(block2.subarray(...MAGIC3)).toString("latin1") === "ustar\0";
  const prefix = isUstar ? untilNul(block2.subarray(...PREFIX)) : new Uint8Array();
  return {
    name: prefix.length === 0 ? Uint8Array.from(name) : Buffer.concat([prefix, Uint8Array.of(SLASH5), name]),
    target: Uint8Array.from(untilNul(block2.subarray(...TARGET))),
    type: String.fromCharCode(block2[TYPE3] ?? 0),
    mode,
    size
  };
}
function isChecksumGood(block2) {
  const expected = parseNumber(block2.subarray(...CHECKSUM3));
  if (expected === void 0) return false;
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= CHECKSUM3[0] && at < CHECKSUM3[1] ? SPACE : block2[at] ?? 0;
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return expected === unsigned || expected === signed;
}
function parseNumber(field) {
  const first2 = field[0] ?? 0;
  if ((first2 & 128) === 0) {
    const digits = /^[ \0]*([0-7]*)(?![^ \0])/.exec(Buffer.from(field).toString("latin1"))?.[1];
    return digits === void 0 ? void 0 : safe(BigInt(`0o0${digits}`));
  }
  return first2 === 128 ? safe(BigInt(`0x0${Buffer.from(field.subarray(1)).toString("hex")}`)) : void 0;
}
function safe(value2) {
  return value2 <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value2) : void 0;
}
function untilNul(field) {
  const end = field.indexOf(0);
  return end < 0 ? field : field.subarray(0, end);
}

// src/archives/open.ts
var MOST_LAYERS = 3;
var PROBE_BYTES = 2 * MIB;
var MAGICS2 = [
  // A first member, or the end of an archive without one.
  ["zip", "PK"],
  ["zip", "PK"],
  ["rpm", "í«îÛ"]
];
async function openArchive(fileName, input) {
  const isNamed2 = namedArchive(fileName) === "tar";
  const kind = await identify(input) ?? (isNamed2 ? await byName2(fileName, input) : void 0);
  if (kind === void 0 || kind.format === "zip" && isZipInside(fileName)) return void 0;
  const what = `archive ${JSON.stringify(fileName)}`;
  const decoded = kind.layers.reduce(
    (chunks, layer) => decompress(layer, chunks, { maxBytes: LIMITS.unpackedBytes, what }),
    input.rest()
  );
  return { format: kind.format, content: bounded(decoded, input, what) };
}
async function identify(input) {
  const head = (await input.fill(BLOCK)).subarray(0, BLOCK);
  const format = formatOf(head);
  if (format !== void 0) return { layers: [], format };
  if (detectCompression(head) === void 0) return void 0;
  return inside((await input.fill(PROBE_BYTES)).subarray(0, PROBE_BYTES), []);
}
async function inside(bytes, around) {
  const compression = detectCompression(bytes);
  if (compression === void 0 || around.length === MOST_LAYERS) return void 0;
  const layers = [...around, compression];
  const head = await begin(bytes, compression, BLOCK);
  const format = formatOf(head);
  if (format !== void 0) return { layers, format };
  if (detectCompression(head) === void 0) return void 0;
  return inside(await begin(bytes, compression, PROBE_BYTES), layers);
}
async function begin(bytes, compression, count2) {
  const chunks = [];
  let length = 0;
  try {
    const source = memorySource(bytes).stream();
    for await (const chunk of decompress(compression, source, {
      maxBytes: LIMITS.unpackedBytes,
      what: ""
    })) {
      chunks.push(chunk);
      length += chunk.length;
      if (length >= count2) break;
    }
  } catch (error) {
    if (!(error instanceof PayloadError)) throw error;
  }
  return Buffer.concat(chunks).subarray(0, count2);
}
function formatOf(bytes) {
  if (parseTarHeader(bytes.subarray(0, BLOCK)) !== void 0) return "tar";
  const start = Buffer.from(bytes.subarray(0, 4)).toString("latin1");
  return MAGICS2.find(([, magic]) => magic === start)?.[0];
}
async function byName2(fileName, input) {
  const head = (await input.fill(BLOCK)).subarray(0, BLOCK);
  const compression = detectCompression(head);
  if (compression !== void 0) return { layers: [compression], format: "tar" };
  if (head.length > 0 && head.every((byte) => byte === 0)) return { layers: [], format: "tar" };
  throw new PayloadError(
    "PAYLOAD_INVALID",
    `archive ${JSON.stringify(fileName)}: expected a tar archive by its name, found something else`
  );
}
async function* bounded(chunks, input, what) {
  let total = 0;
  for await (const chunk of chunks) {
    total += chunk.length;
    const most = Math.max(LIMITS.ratioFloor, input.consumed * LIMITS.compressionRatio);
    if (total > Math.min(most, LIMITS.unpackedBytes)) {
      throw new PayloadError(
        "LIMIT_EXCEEDED",
        `${what}: ${total} bytes of output from ${input.consumed} bytes of input look like a decompression bomb`
      );
    }
    yield chunk;
  }
}

// src/archives/tar/pax.ts
var EQUALS = 61;
var NEWLINE = 10;
var SPACE2 = 32;
var MOST_DIGITS = 8;
function parsePax(bytes) {
  const records = /* @__PURE__ */ new Map();
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.subarray(at, at + MOST_DIGITS + 1).indexOf(SPACE2);
    const digits = Buffer.from(bytes.subarray(at, at + Math.max(space, 0))).toString("latin1");
    if (!/^[1-9]\d*$/.test(digits)) return void 0;
    const end = at + Number(digits);
    const record = bytes.subarray(at + space + 1, end - 1);
    const equals = record.indexOf(EQUALS);
    if (end > bytes.length || end <= at + space + 1 || bytes[end - 1] !== NEWLINE || equals < 1)
      return void 0;
    records.set(
      Buffer.from(record.subarray(0, equals)).toString("latin1"),
      Uint8Array.from(record.subarray(equals + 1))
    );
    at = end;
  }
  return records;
}

// src/archives/tar/reader.ts
var TYPES3 = {
  "0": "file",
  "\0": "file",
  "7": "file",
  "1": "hardlink",
  "2": "symlink",
  "5": "directory"
};
var REFUSED = {
  "3": "a character device",
  "4": "a block device",
  "6": "a fifo",
  S: "a sparse file",
  M: "a file continued from another volume",
  D: "a folder's listing of an incremental backup"
};
var MEANINGFUL = /^(?:path|linkpath|size|GNU\.sparse\..*)$/;
var SLASH6 = 47;
var TarReader = class {
  /** @param what - names the archive in messages */
  constructor(input, what) {
    this.input = input;
    this.what = what;
  }
  input;
  what;
  offset = 0;
  left = 0;
  padding = 0;
  /**
   * The next member; content that was not read is skipped. Undefined at the end: a block of zeros with only zeros behind it, or
   * the end of the data, which GNU tar takes for it, too.
   * @throws PayloadError PAYLOAD_INVALID, UNSUPPORTED_FORMAT for sparse files and unknown types, LIMIT_EXCEEDED
   */
  async next() {
    await this.skip();
    const extension = { records: /* @__PURE__ */ new Map() };
    for (let isExtended = false; ; isExtended = true) {
      const block2 = await this.input.take(BLOCK);
      const isEnd = block2.every((byte) => byte === 0);
      if (isEnd && isExtended) throw this.invalid("ends behind an extended header");
      if (isEnd) {
        await this.end();
        return void 0;
      }
      this.offset += block2.length;
      const header = parseTarHeader(block2);
      if (header === void 0)
        throw this.invalid(
          `has no header with a right checksum at offset ${this.offset - block2.length}`
        );
      if (!await this.extend(header, extension)) return this.member(header, extension);
    }
  }
  /** Content of the current member, in chunks; nothing when it was read already. @throws PayloadError PAYLOAD_INVALID */
  async *content() {
    while (this.left > 0) {
      const chunk = await this.input.some(this.left);
      if (chunk === void 0)
        throw this.invalid(`ends ${this.left} bytes before the end of a member`);
      this.left -= chunk.length;
      this.offset += chunk.length;
      yield chunk;
    }
    const padding = await this.input.take(this.padding);
    if (padding.length < this.padding) throw this.invalid("ends within the padding of a member");
    this.offset += this.padding;
    this.padding = 0;
  }
  async skip() {
    const content2 = this.content();
    while ((await content2.next()).done !== true) ;
  }
  /** Takes in a header that says something of the next member; false when this is the member. */
  async extend(header, extension) {
    this.begin(header.size);
    switch (header.type) {
      case "x":
      case "X":
        extension.records = await this.records(header);
        return true;
      case "g": {
        const meaningful = [...(await this.records(header)).keys()].find(
          (keyword) => MEANINGFUL.test(keyword)
        );
        if (meaningful !== void 0)
          throw this.invalid(`sets ${meaningful} for all of its members`);
        return true;
      }
      case "L":
        extension.longName = untilNul(await this.extended(header, LIMITS.pathBytes + 1));
        return true;
      case "K":
        extension.longTarget = untilNul(await this.extended(header, LIMITS.pathBytes + 1));
        return true;
      case "V":
        await this.skip();
        return true;
      default:
        return false;
    }
  }
  async records(header) {
    const records = parsePax(await this.extended(header, LIMITS.tarHeaderBytes));
    if (records === void 0)
      throw this.invalid(`has a broken extended header before offset ${this.offset}`);
    return records;
  }
  async extended({ size }, limit3) {
    if (size > limit3) {
      throw new PayloadError(
        "LIMIT_EXCEEDED",
        `${this.what}: an extended header of ${size} bytes; at most ${limit3} are read`,
        { expected: `at most ${limit3}`, actual: String(size) }
      );
    }
    const chunks = [];
    for await (const chunk of this.content()) chunks.push(Uint8Array.from(chunk));
    return Buffer.concat(chunks);
  }
  member(header, { records, longName, longTarget }) {
    const stored = value(records, "path") ?? longName ?? header.name;
    const path = cleanPath(stored);
    const type = this.typeOf(header, stored);
    const sparse = [...records.keys()].some((keyword) => keyword.startsWith("GNU.sparse."));
    if (sparse)
      throw new PayloadError(
        "UNSUPPORTED_FORMAT",
        `${this.what}: ${show3(path)} is a sparse file, which is not unpacked`
      );
    const size = this.sizeOf(header, records);
    if (type !== "file" && size !== 0)
      throw this.invalid(`has ${size} bytes of content for the ${type} ${show3(path)}`);
    this.begin(size);
    const target = type === "symlink" || type === "hardlink" ? value(records, "linkpath") ?? longTarget ?? header.target : new Uint8Array();
    return {
      path,
      type,
      mode: header.mode & 4095,
      size,
      target: type === "hardlink" ? cleanPath(target) : target
    };
  }
  typeOf(header, stored) {
    const refused2 = Object.hasOwn(REFUSED, header.type) ? REFUSED[header.type] : void 0;
    if (refused2 !== void 0) {
      throw new PayloadError(
        header.type === "S" ? "UNSUPPORTED_FORMAT" : "PAYLOAD_INVALID",
        `${this.what}: ${show3(stored)} is ${refused2}, which is not unpacked`
      );
    }
    const type = Object.hasOwn(TYPES3, header.type) ? TYPES3[header.type] : void 0;
    if (type === void 0)
      throw new PayloadError(
        "UNSUPPORTED_FORMAT",
        `${this.what}: ${show3(stored)} is of the unknown type ${JSON.stringify(header.type)}`
      );
    return type === "file" && stored.at(-1) === SLASH6 ? "directory" : type;
  }
  sizeOf(header, records) {
    const text4 = value(records, "size");
    if (text4 === void 0) return header.size;
    const digits = Buffer.from(text4).toString("latin1");
    if (!/^\d{1,15}$/.test(digits))
      throw this.invalid(`has the size ${JSON.stringify(digits)} in an extended header`);
    return Number(digits);
  }
  begin(size) {
    this.left = size;
    this.padding = -size & BLOCK - 1;
  }
  async end() {
    for (let chunk = await this.input.some(); chunk !== void 0; chunk = await this.input.some()) {
      if (chunk.some((byte) => byte !== 0)) throw this.invalid("has data after its end");
    }
  }
  invalid(message) {
    return new PayloadError("PAYLOAD_INVALID", `${this.what}: the tar archive ${message}`);
  }
};
function value(records, keyword) {
  const bytes = records.get(keyword);
  return bytes === void 0 || bytes.length === 0 ? void 0 : bytes;
}
function cleanPath(path) {
  const text4 = Buffer.from(path).toString("latin1").replace(/^(?:\.\/)+/, "").replace(/(?<=[^/])\/+$/, "");
  return Buffer.from(text4 === "." ? "" : text4, "latin1");
}
function show3(path) {
  return JSON.stringify(Buffer.from(path).toString("utf8"));
}

// src/archives/tar/unpack.ts
async function unpackTar(archive, options) {
  const input = new ChunkReader(archive);
  const list3 = new EntryList(options);
  try {
    const tar = new TarReader(input, options.what);
    for (let member = await tar.next(); member !== void 0; member = await tar.next()) {
      list3.count(member.path.length + member.target.length);
      if (member.path.length === 0 && member.type === "directory") continue;
      list3.place(await readEntry3(tar, member, list3));
    }
  } finally {
    await input.close();
  }
  return list3.finish();
}
async function readEntry3(tar, { path, type, mode, target, size }, list3) {
  switch (type) {
    case "directory":
      return { path, type };
    case "hardlink": {
      const linked = list3.get(target);
      if (linked !== void 0 && linked.type !== "directory") return { ...linked, path };
      throw new PayloadError(
        "PAYLOAD_INVALID",
        `${list3.options.what}: the hard link ${printable2(path)} names ${printable2(target)}, which is no file before it in the archive`
      );
    }
    case "symlink":
      return { path, type, mode, target, kept: await list3.keepTarget(path, target) };
    case "file":
      return { path, type, mode, target, kept: await list3.keep(path, size, tar.content()) };
  }
}

// src/archives/zip/records.ts
var SIGNATURE = {
  local: 67324752,
  descriptor: 134695760,
  central: 33639248,
  digital: 84233040,
  end64: 101075792,
  locator64: 117853008,
  end: 101010256
};
var SIZE2 = { local: 30, central: 46, end64: 56, locator64: 20, end: 22 };
var ELSEWHERE = 4294967295;
var ZIP64 = 1;
var UNICODE_PATH = 28789;
var FLAG = {
  encrypted: 1 << 0,
  descriptor: 1 << 3,
  patch: 1 << 5,
  strong: 1 << 6,
  utf8: 1 << 11,
  masked: 1 << 13
};
function tailLengths(fixed, kind) {
  const view = viewOf(fixed);
  return kind === "local" ? [view.getUint16(26, true), view.getUint16(28, true), 0] : [view.getUint16(28, true), view.getUint16(30, true), view.getUint16(32, true)];
}
function parseFields(record, kind) {
  const view = viewOf(record);
  const at = kind === "local" ? 6 : 8;
  const [nameLength, extraLength] = tailLengths(record, kind);
  const nameAt = SIZE2[kind];
  const extra2 = parseExtra(record.subarray(nameAt + nameLength, nameAt + nameLength + extraLength));
  if (extra2 === void 0) return void 0;
  const large = new Zip64(extra2.get(ZIP64));
  const size = large.or(view.getUint32(at + 16, true));
  const packedSize = large.or(view.getUint32(at + 12, true));
  const offset = kind === "central" ? large.or(view.getUint32(42, true)) : 0;
  if (large.isShort) return void 0;
  return {
    flags: view.getUint16(at, true),
    method: view.getUint16(at + 2, true),
    crc: view.getUint32(at + 8, true),
    packedSize,
    size,
    name: Uint8Array.from(record.subarray(nameAt, nameAt + nameLength)),
    extra: extra2,
    offset
  };
}
function parseAttributes(record) {
  const view = viewOf(record);
  return { host: view.getUint8(5), attributes: view.getUint32(38, true) };
}
var Zip64 = class {
  constructor(bytes) {
    this.bytes = bytes;
  }
  bytes;
  at = 0;
  isShort = false;
  or(value2) {
    if (value2 !== ELSEWHERE || this.bytes === void 0) return value2;
    if (this.bytes.length < this.at + 8) {
      this.isShort = true;
      return value2;
    }
    const large = Number(viewOf(this.bytes).getBigUint64(this.at, true));
    this.at += 8;
    if (!Number.isSafeInteger(large)) this.isShort = true;
    return large;
  }
};
function parseExtra(bytes) {
  const blocks = /* @__PURE__ */ new Map();
  const view = viewOf(bytes);
  for (let at = 0; at + 4 <= bytes.length; ) {
    const end = at + 4 + view.getUint16(at + 2, true);
    if (end > bytes.length) return void 0;
    const id = view.getUint16(at, true);
    if (!blocks.has(id)) blocks.set(id, Uint8Array.from(bytes.subarray(at + 4, end)));
    at = end;
  }
  return blocks;
}
function unicodePath({ name, extra: extra2 }, crc323) {
  const field = extra2.get(UNICODE_PATH);
  if (field === void 0 || field.length < 5 || field[0] !== 1) return void 0;
  return viewOf(field).getUint32(1, true) === crc323(name) ? field.subarray(5) : void 0;
}
function viewOf(bytes) {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

// src/archives/zip/directory-end.ts
var MOST_EXTENSION = 65536;
async function verifyDirectoryEnd(input, facts, refuse) {
  if (await signature(input) === SIGNATURE.digital) {
    const head = viewOf(await exactly(input, 6, refuse));
    await exactly(input, head.getUint16(4, true), refuse);
  }
  const at = input.consumed;
  const has64 = await signature(input) === SIGNATURE.end64;
  if (has64) await verifyEnd64(input, { at, facts }, refuse);
  if (await signature(input) !== SIGNATURE.end) throw refuse("lacks its end record");
  const end = Uint8Array.from(await exactly(input, SIZE2.end, refuse));
  await exactly(input, viewOf(end).getUint16(20, true), refuse);
  if (await input.more()) throw refuse("has data after its end");
  verifyEnd(viewOf(end), { facts, has64 }, refuse);
}
async function verifyEnd64(input, { at, facts }, refuse) {
  const record = viewOf(Uint8Array.from(await exactly(input, SIZE2.end64, refuse)));
  const extension = Number(record.getBigUint64(4, true)) + 12 - SIZE2.end64;
  if (extension < 0 || extension > MOST_EXTENSION) throw refuse("has a broken zip64 record");
  await exactly(input, extension, refuse);
  const numbers = [24, 32, 40, 48].map((offset) => Number(record.getBigUint64(offset, true)));
  const expected = [facts.count, facts.count, facts.size, facts.start];
  const locator = viewOf(await exactly(input, SIZE2.locator64, refuse));
  const isLocated = locator.getUint32(0, true) === SIGNATURE.locator64 && Number(locator.getBigUint64(8, true)) === at;
  if (!isLocated || numbers.some((number, index) => number !== expected[index]))
    throw refuse("has a zip64 record of another central directory");
}
function verifyEnd(end, { facts, has64 }, refuse) {
  const fields = [
    [end.getUint16(4, true), 0, 65535],
    [end.getUint16(6, true), 0, 65535],
    [end.getUint16(8, true), facts.count, 65535],
    [end.getUint16(10, true), facts.count, 65535],
    [end.getUint32(12, true), facts.size, 4294967295],
    [end.getUint32(16, true), facts.start, 4294967295]
  ];
  if (fields.some(([found, expected, ones]) => found !== expected && !(has64 && found === ones)))
    throw refuse("has an end record of another central directory, or is one part of several");
}
async function signature(input) {
  const head = await input.fill(4);
  return head.length < 4 ? 0 : viewOf(head).getUint32(0, true);
}
async function exactly(input, count2, refuse) {
  const bytes = await input.take(count2);
  if (bytes.length < count2) throw refuse("ends within its end record");
  return bytes;
}

// src/archives/zip/members.ts
import { crc32, inflateRawSync } from "node:zlib";
var AT_ONCE = MIB;
var WINDOW = 64 * KIB;
var METHODS = {
  1: "shrink",
  6: "implode",
  9: "deflate64",
  12: "bzip2",
  14: "lzma",
  93: "zstd",
  95: "xz",
  99: "AES"
};
var STORED = 0;
var DEFLATED = 8;
var DESCRIPTOR = Buffer.of(80, 75, 7, 8);
var ZipMembers = class {
  constructor(input, what) {
    this.input = input;
    this.what = what;
  }
  input;
  what;
  measured = { crc: 0, size: 0, packedSize: 0 };
  current;
  /** The next member, once the last one's content was read; undefined where the members end. @throws PayloadError */
  async next() {
    const offset = this.input.consumed;
    const head = await this.input.fill(4);
    if (head.length < 4 || viewOf(head).getUint32(0, true) !== SIGNATURE.local) return void 0;
    const fields = parseFields(await this.record("local"), "local");
    if (fields === void 0) throw this.invalid(`has a broken extra field at offset ${offset}`);
    this.verifyReadable(fields);
    const isAhead = (fields.flags & FLAG.descriptor) === 0;
    this.current = { fields, offset, size: isAhead ? fields.size : void 0 };
    Object.assign(this.measured, { crc: 0, size: 0, packedSize: 0 });
    return this.current;
  }
  /** A record with its name, extra field and comment. @throws PayloadError */
  async record(kind) {
    const fixed = (await this.input.fill(SIZE2[kind])).subarray(0, SIZE2[kind]);
    if (fixed.length < SIZE2[kind]) throw this.invalid("ends within a record");
    const size = tailLengths(fixed, kind).reduce((sum, length) => sum + length, SIZE2[kind]);
    const record = await this.input.take(size);
    if (record.length < size) throw this.invalid("ends within a record");
    return record;
  }
  /** Content of the current member, in chunks. @throws PayloadError where it is not what the archive says */
  async *content() {
    const { fields, size } = this.current;
    const { measured } = this;
    const start = this.input.consumed;
    for await (const chunk of this.unpacked(fields, size)) {
      measured.crc = crc32(chunk, measured.crc);
      measured.size += chunk.length;
      if (measured.size > LIMITS.unpackedBytes) throw this.tooMuch();
      yield chunk;
    }
    measured.packedSize = this.input.consumed - start;
    if (size === void 0) await this.descriptor();
    else if (measured.crc !== fields.crc || measured.size !== size || measured.packedSize !== fields.packedSize)
      throw this.invalid("holds a member whose size or CRC-32 is not the recorded one");
  }
  /** Size and CRC-32 of the content that was read last. */
  get found() {
    return this.measured;
  }
  invalid(message) {
    return new PayloadError("PAYLOAD_INVALID", `${this.what}: the zip archive ${message}`);
  }
  unpacked({ method, packedSize, size: expected }, size) {
    if (method === STORED)
      return size === void 0 ? this.storedOpen() : this.stored(packedSize, expected);
    return size !== void 0 && packedSize <= AT_ONCE && size <= AT_ONCE ? this.atOnce(packedSize, size) : decodeDeflate(this.input, this.what);
  }
  async *stored(packedSize, size) {
    if (packedSize !== size) throw this.invalid("holds a stored member of two sizes");
    for (let left = size; left > 0; ) {
      const chunk = await this.input.some(left);
      if (chunk === void 0) throw this.invalid("ends within a member");
      left -= chunk.length;
      yield chunk;
    }
  }
  async *atOnce(packedSize, size) {
    const packed = await this.input.take(packedSize);
    if (packed.length < packedSize) throw this.invalid("ends within a member");
    let result;
    try {
      const options = { maxOutputLength: Math.max(size, 1), info: true };
      result = inflateRawSync(packed, options);
    } catch (cause) {
      throw new PayloadError(
        "PAYLOAD_INVALID",
        `${this.what}: the zip archive holds a member that is no deflate stream of ${size} bytes`,
        { cause }
      );
    }
    if (result.engine.bytesWritten !== packedSize)
      throw this.invalid("holds a member with data behind its end");
    yield result.buffer;
  }
  /** A stored member of unknown size ends at a descriptor that is right: what only looks like one has another CRC-32 or size. */
  async *storedOpen() {
    for (; ; ) {
      const bytes = await this.input.fill(WINDOW);
      if (bytes.length === 0) throw this.invalid("ends within a member");
      const at = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(DESCRIPTOR);
      const { crc, size } = this.measured;
      if (at === 0 && this.descriptorSize(bytes, { crc, size, packedSize: size }) > 0) return;
      const end = at > 0 ? at : at === 0 ? 1 : Math.max(1, bytes.length - 3);
      this.input.skip(end);
      yield bytes.subarray(0, end);
    }
  }
  /** Behind the content: perhaps a signature, then CRC-32 and both sizes, of 32 or 64 bits. */
  async descriptor() {
    const bytes = await this.input.fill(24);
    const size = this.descriptorSize(bytes, this.measured);
    if (size === 0) throw this.invalid("holds a member without the data descriptor that it needs");
    this.input.skip(size);
  }
  descriptorSize(bytes, { crc, size, packedSize }) {
    const view = viewOf(bytes);
    const begin2 = bytes.length >= 4 && view.getUint32(0, true) === SIGNATURE.descriptor ? 4 : 0;
    for (const [start, width] of [
      [begin2, 4],
      [begin2, 8],
      [0, 4],
      [0, 8]
    ]) {
      const end = start + 4 + 2 * width;
      if (end > bytes.length || view.getUint32(start, true) !== crc) continue;
      const read = (at) => width === 4 ? view.getUint32(at, true) : Number(view.getBigUint64(at, true));
      if (read(start + 4) === packedSize && read(start + 4 + width) === size) return end;
    }
    return 0;
  }
  verifyReadable({ flags, method }) {
    const isEncrypted = (flags & (FLAG.encrypted | FLAG.strong | FLAG.masked)) !== 0;
    if (isEncrypted || (flags & FLAG.patch) !== 0 || method !== STORED && method !== DEFLATED)
      throw new PayloadError(
        "UNSUPPORTED_FORMAT",
        `${this.what}: the zip archive holds a member that is ${isEncrypted ? "encrypted" : `packed by ${METHODS[method] ?? `method ${method}`}`}, which is not unpacked`
      );
  }
  tooMuch() {
    return new PayloadError(
      "LIMIT_EXCEEDED",
      `${this.what}: more than the allowed ${LIMITS.unpackedBytes} bytes of output`
    );
  }
};

// src/archives/zip/names.ts
import { crc32 as crc322 } from "node:zlib";
var HOST = { fat: 0, unix: 3, ntfs: 10, vfat: 14, darwin: 19 };
var DOS_HOSTS = /* @__PURE__ */ new Set([HOST.fat, HOST.ntfs, HOST.vfat]);
var UNIX_HOSTS = /* @__PURE__ */ new Set([HOST.unix, HOST.darwin]);
var DOS_FOLDER = 16;
var TYPE_MASK = 61440;
var TYPES4 = {
  32768: "file",
  16384: "directory",
  40960: "symlink"
};
var SLASH7 = 47;
var BACKSLASH2 = 92;
var CP437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ";
function describeEntry(fields, { host, attributes }) {
  const name = decodeName(fields, host);
  const isFolder = name.at(-1) === SLASH7;
  const unix = attributes >>> 16;
  const kind = unix & TYPE_MASK;
  const isUnix = unix !== 0 && (UNIX_HOSTS.has(host) || kind in TYPES4);
  const byName3 = isFolder || !isUnix && (attributes & DOS_FOLDER) !== 0 ? "directory" : "file";
  const type = !isUnix || kind === 0 ? byName3 : TYPES4[kind] ?? "special";
  return {
    path: cleanPath2(name),
    type: isFolder && type === "file" ? "directory" : type,
    mode: isUnix ? unix & 4095 : 420
  };
}
function decodeName(fields, host) {
  const { name, flags } = fields;
  const unicode = unicodePath(fields, crc322);
  if (unicode !== void 0) return unicode;
  const isDos = !UNIX_HOSTS.has(host);
  const plain3 = DOS_HOSTS.has(host) && !name.includes(SLASH7) ? name.map((byte) => byte === BACKSLASH2 ? SLASH7 : byte) : name;
  if (!isDos || (flags & FLAG.utf8) !== 0 || plain3.every((byte) => byte < 128)) return plain3;
  return Buffer.from(
    Array.from(
      plain3,
      (byte) => byte < 128 ? String.fromCharCode(byte) : CP437.charAt(byte - 128)
    ).join("")
  );
}
function cleanPath2(path) {
  const text4 = Buffer.from(path).toString("latin1").replace(/^(?:\.\/)+/, "").replace(/(?<=[^/])\/+$/, "");
  return Buffer.from(text4 === "." ? "" : text4, "latin1");
}

// src/archives/zip/unpack.ts
var MOST_TARGETS = 16 * MIB;
async function unpackZip(archive, options) {
  const input = new ChunkReader(archive);
  const list3 = new EntryList(options);
  try {
    const members = new ZipMembers(input, options.what);
    const taken = await takeMembers(members, input, list3);
    const start = input.consumed;
    const count2 = taken.size;
    await readDirectory({ members, input, list: list3, taken });
    const directory = { start, size: input.consumed - start, count: count2 };
    await verifyDirectoryEnd(input, directory, (message) => members.invalid(message));
  } finally {
    await input.close();
  }
  return list3.finish();
}
async function takeMembers(members, input, list3) {
  const taken = /* @__PURE__ */ new Map();
  let targets = 0;
  let output = 0;
  for (let member = await members.next(); member !== void 0; member = await members.next()) {
    const { name } = member.fields;
    list3.count(name.length);
    const begin2 = [];
    const chunks = watch2(members.content(), (chunk) => {
      output += chunk.length;
      verifyRatio(output, input.consumed, list3.options.what);
      if (members.found.size <= LIMITS.linkTargetBytes) begin2.push(Uint8Array.from(chunk));
    });
    const kept = member.size === void 0 ? await list3.keepOpen(name, chunks) : await list3.keep(name, member.size, chunks);
    const { crc, size, packedSize } = members.found;
    const target = size <= LIMITS.linkTargetBytes ? Buffer.concat(begin2) : void 0;
    const isTarget = target !== void 0 && mayBeTarget(target) && targets + size <= MOST_TARGETS;
    if (isTarget) targets += size;
    const own = isTarget ? Uint8Array.from(target) : void 0;
    taken.set(member.offset, { member, crc, size, packedSize, kept, target: own });
  }
  return taken;
}
async function* watch2(chunks, see) {
  for await (const chunk of chunks) {
    see(chunk);
    yield chunk;
  }
}
function mayBeTarget(content2) {
  return content2.length > 0 && !content2.includes(10) && !content2.includes(0);
}
function verifyRatio(output, input, what) {
  if (output > Math.max(LIMITS.ratioFloor, input * LIMITS.compressionRatio))
    throw new PayloadError(
      "LIMIT_EXCEEDED",
      `${what}: ${output} bytes of output from ${input} bytes of input look like a decompression bomb`
    );
}
async function readDirectory({ members, input, list: list3, taken }) {
  for (; ; ) {
    const head = await input.fill(4);
    if (head.length < 4 || viewOf(head).getUint32(0, true) !== SIGNATURE.central) break;
    const record = Uint8Array.from(await members.record("central"));
    const fields = parseFields(record, "central");
    const found = fields === void 0 ? void 0 : taken.get(fields.offset);
    if (fields === void 0 || found === void 0)
      throw members.invalid("lists a member that is not in it, or is listed twice");
    taken.delete(fields.offset);
    const attributes = parseAttributes(record);
    const local = found.member.fields;
    const entry = describeEntry(fields, attributes);
    const isSame2 = Buffer.from(local.name).equals(fields.name) && Buffer.from(describeEntry(local, attributes).path).equals(entry.path) && local.method === fields.method && found.crc === fields.crc && found.size === fields.size && found.packedSize === fields.packedSize;
    if (!isSame2) throw members.invalid(`says two things of its member ${printable2(fields.name)}`);
    placeEntry(list3, found, entry);
  }
  const [left] = taken.values();
  if (left !== void 0)
    throw members.invalid(
      `holds the member ${printable2(left.member.fields.name)}, which it does not list`
    );
}
function placeEntry(list3, { size, kept, target }, { path, type, mode }) {
  const { what } = list3.options;
  const refuse = (reason) => new PayloadError("PAYLOAD_INVALID", `${what}: ${printable2(path)} ${reason}`);
  if (type === "special") throw refuse("is a device, a fifo or a socket, which is not unpacked");
  if (type === "directory") {
    if (size > 0) throw refuse("is a folder with content");
    if (path.length > 0) list3.place({ path, type });
    return;
  }
  if (list3.get(path) !== void 0) throw refuse("is there twice");
  if (type === "file") {
    list3.place({ path, type, mode, target: new Uint8Array(), kept });
    return;
  }
  if (target === void 0)
    throw refuse("is a link with a target that is empty, too long, or holds a line end or NUL");
  list3.place({ path, type, mode, target, kept });
}

// src/source/unpack-archive.ts
var REMEDY = "Set unpack: none to store the archives of packages as they are, or hold the release back with skip.";
var TOO_LARGE = "Raise max-file-size where the host takes larger files, or hold the release back with skip.";
async function unpackArchive(name, input, options) {
  try {
    const archive = await openArchive(name, input);
    if (archive === void 0 || archive.format === "rpm") return void 0;
    const unpack = archive.format === "zip" ? unpackZip : unpackTar;
    return await unpack(archive.content, { ...options, what: `archive ${JSON.stringify(name)}` });
  } catch (cause) {
    if (!(cause instanceof PayloadError)) throw cause;
    const { code: code2, message, expected, actual } = cause;
    throw new PayloadError(code2, message, {
      ...expected === void 0 ? {} : { expected },
      ...actual === void 0 ? {} : { actual },
      remedy: REMEDY,
      cause
    });
  }
}
async function keepFile(file, input, { sink, maxFileSize }) {
  verifySize(file, maxFileSize, TOO_LARGE);
  return sinkContent(sink, file.size, input.rest());
}

// src/source/source-package.ts
async function readSourcePackage(stream, options, sink) {
  const order = await orderSources(stream, options.unpack);
  return readOrdered(stream, { ...options, order }, sink);
}
async function readOrdered({ pkg, payload }, options, sink) {
  const { order, unpack, maxFileSize } = options;
  const tree = verifyTree(pkg.facts.files, "the package");
  const { names } = order;
  const chosen = new Set(unpack === "none" ? [] : unpack === "main" ? names.slice(0, 1) : names);
  const receive = async (entry, chunks) => {
    const name = nameOf3(entry.path);
    const input = new ChunkReader(chunks);
    const archive = chosen.has(name) ? await unpackArchive(name, input, { sink, maxFileSize }) : void 0;
    return archive === void 0 ? { kept: await keepFile(entry, input, { sink, maxFileSize }) } : { archive };
  };
  const read = {
    plain: /* @__PURE__ */ new Map(),
    archives: /* @__PURE__ */ new Map(),
    warnings: [...tree, ...order.warnings],
    checkedFiles: 0
  };
  for await (const { entry, digest: digest2, content: content2 } of streamVerifiedFiles(pkg, payload(), {
    keep: () => true,
    receive,
    warn: (text4) => read.warnings.push(text4)
  })) {
    if (digest2 === "good") read.checkedFiles++;
    if (entry.ghost || entry.type !== "file" && entry.type !== "symlink") continue;
    const made = content2 ?? { kept: await sink.whole(entry.target) };
    addFile(read, entry, made, {
      isChosen: chosen.has(nameOf3(entry.path)),
      version: pkg.facts.nevra.version
    });
  }
  return describe3(read, names, unpack);
}
function addFile({ plain: plain3, archives, warnings }, { path, type, mode, target }, made, { isChosen, version: version2 }) {
  const name = nameOf3(path);
  if ("archive" in made) {
    archives.set(name, dropTop(made.archive, { name, version: version2 }));
    warnings.push(...made.archive.warnings);
    return;
  }
  if (isChosen && (isOtherArchive(name) || namedArchive(name) !== void 0))
    warnings.push(`${printable2(path)} is no archive that is unpacked here; it is stored as it is`);
  plain3.set(name, { path, type, mode, target, kept: made.kept });
}
function describe3({ plain: plain3, archives, warnings, checkedFiles }, names, unpack) {
  const isSource = new Set(archives.size === 0 ? names : []);
  const source = [...plain3].filter(([name]) => isSource.has(name)).map(([, file]) => file);
  const packaging = [...plain3].filter(([name]) => !isSource.has(name)).map(([, file]) => file);
  const unpacked = names.filter((name) => archives.has(name));
  for (const [at, name] of unpacked.entries()) {
    const folder = Buffer.from(at === 0 ? "" : `${archiveStem(name)}/`, "latin1");
    for (const file of archives.get(name) ?? [])
      source.push({ ...file, path: Buffer.concat([folder, file.path]) });
  }
  verifyTree(source, "the unpacked source");
  const all = [...source, ...packaging];
  return {
    sourcePaths: [],
    source: byPath(source),
    packaging: byPath(packaging),
    unpackedFrom: unpacked.map((name) => Buffer.from(name, "latin1")),
    checkedFiles,
    droppedModes: all.flatMap(
      ({ type, path, mode }) => type === "file" ? droppedMode(path, mode) ?? [] : []
    ),
    droppedDotGit: [],
    warnings: [...warnings, ...emptySource({ source, packaging, names, unpack })]
  };
}
function emptySource({
  source,
  packaging,
  names,
  unpack
}) {
  if (source.length > 0) return [];
  const held = packaging.map(({ path }) => printable2(path)).slice(0, 20);
  const missing = names.map((name) => printable2(Buffer.from(name, "latin1"))).slice(0, 20);
  return [
    missing.length === 0 || unpack === "none" || packaging.length > 0 ? `the source package holds no source (${missing.length === 0 ? "it lists none" : `${missing.join(", ")} is not in it, or empty`}); it is published with its packaging: ${held.join(", ")}` : `the source package holds no file`
  ];
}
function byPath(files) {
  return new Map(files.map((file) => [nameOf3(file.path), contentFile(file, file.kept)]));
}
function nameOf3(path) {
  return Buffer.from(path).toString("latin1");
}

// src/source/inner-archives.ts
async function readInnerArchives(stream, options, sink) {
  const { pkg, payload } = stream;
  verifyInside(
    pkg.facts.files.map(({ path }) => path),
    "the package"
  );
  const warnings = [];
  const folders = targetFolders(options.archives);
  const orders = await innerOrders(stream, options);
  const found = /* @__PURE__ */ new Map();
  let checkedFiles = 0;
  const rows = streamVerifiedFiles(pkg, payload(), {
    keep: ({ path }) => folders.has(keyOf3(path)),
    receive: (entry, chunks) => {
      const job = { entry, chunks, order: orders.get(keyOf3(entry.path)), options, sink };
      return readArchive(pkg, job);
    },
    warn: (text4) => warnings.push(text4)
  });
  for await (const { entry, digest: digest2, content: content2 } of rows) {
    if (digest2 === "good") checkedFiles++;
    if (content2 !== void 0) found.set(keyOf3(entry.path), content2);
  }
  const contents = [...folders].map(([path, folder]) => [folder, found.get(path)]);
  return {
    sourcePaths: options.archives,
    ...mergeContents(contents, options.archives),
    checkedFiles,
    warnings: [...warnings, ...contents.flatMap(([, content2]) => content2.warnings)]
  };
}
function targetFolders(archives) {
  const names = archives.map((path) => [keyOf3(path), archiveStem(baseName2(path))]);
  if (names.length === 1) return /* @__PURE__ */ new Map([[names[0][0], ""]]);
  const twin = names.find(([, name], at) => names.findIndex(([, other]) => other === name) < at);
  if (twin !== void 0)
    throw new PayloadError(
      "PAYLOAD_INVALID",
      `source-path: expected archives of different names, found two that are called ${printable2(Buffer.from(twin[1], "latin1"))}`,
      { remedy: "Set source-path to one of them." }
    );
  return new Map(names.map(([path, name]) => [path, `${name}/`]));
}
async function innerOrders({ pkg, payload }, { archives, unpack }) {
  const orders = /* @__PURE__ */ new Map();
  const wanted = new Set(
    archives.filter((path) => namedArchive(baseName2(path)) === "rpm").map(keyOf3)
  );
  if (wanted.size === 0) return orders;
  const rows = streamVerifiedFiles(pkg, payload(), {
    keep: ({ path }) => wanted.has(keyOf3(path)),
    receive: async (entry, chunks) => {
      const inner = await openInner(entry, new ChunkReader(chunks));
      return orderSources(inner, unpack);
    }
  });
  for await (const { entry, content: content2 } of rows) {
    if (content2 !== void 0) orders.set(keyOf3(entry.path), content2);
    if (orders.size === wanted.size) break;
  }
  return orders;
}
async function readArchive(pkg, { entry, chunks, order, options, sink }) {
  const input = new ChunkReader(chunks);
  const name = baseName2(entry.path);
  if (order !== void 0)
    return readOrdered(await openInner(entry, input), { ...options, order }, sink);
  const unpacked = await unpackArchive(name, input, { sink, maxFileSize: options.maxFileSize });
  if (unpacked === void 0)
    throw new PayloadError(
      "PAYLOAD_INVALID",
      `${printable2(entry.path)}: expected an archive by its name, found something else`,
      { remedy: "Set source-path to what is the source, or hold the release back with skip." }
    );
  const { version: version2 } = pkg.facts.nevra;
  return { ...fileMaps(dropTop(unpacked, { name, version: version2 })), warnings: unpacked.warnings };
}
function fileMaps(files) {
  return {
    source: new Map(files.map((file) => [keyOf3(file.path), contentFile(file, file.kept)])),
    packaging: void 0,
    unpackedFrom: [],
    droppedModes: files.flatMap(
      ({ type, path, mode }) => type === "file" ? droppedMode(path, mode) ?? [] : []
    ),
    droppedDotGit: []
  };
}
async function openInner({ path, size }, input) {
  const front = {
    size,
    read: async (start, end) => (await input.fill(end)).subarray(start, Math.min(end, size))
  };
  const pkg = await readPackage(front);
  if (!pkg.facts.isSource)
    throw new PayloadError(
      "UNSUPPORTED_FORMAT",
      `${printable2(path)} is a binary package, expected a source package`,
      { remedy: "Set source-path to what is the source." }
    );
  input.skip(pkg.payloadStart);
  return { pkg, payload: () => input.rest() };
}
function mergeContents(contents, archives) {
  const [only] = contents;
  const inner = contents.flatMap(([, { unpackedFrom: unpackedFrom2 }]) => unpackedFrom2);
  const unpackedFrom = [...archives, ...inner];
  if (contents.length === 1 && only !== void 0) return { ...only[1], unpackedFrom };
  const packagings = contents.filter(([, { packaging }]) => packaging !== void 0);
  const moved = (folder, list3) => list3.map((item) => ({
    ...item,
    path: Buffer.concat([Buffer.from(folder, "latin1"), item.path])
  }));
  return {
    source: mergeMaps(contents.map(([folder, { source }]) => [folder, source])),
    packaging: packagings.length === 0 ? void 0 : mergeMaps(packagings.map(([folder, { packaging }]) => [folder, packaging])),
    unpackedFrom,
    droppedModes: contents.flatMap(([folder, { droppedModes: droppedModes2 }]) => moved(folder, droppedModes2)),
    droppedDotGit: contents.flatMap(
      ([folder, { droppedDotGit }]) => droppedDotGit.map((path) => Buffer.concat([Buffer.from(folder, "latin1"), path]))
    )
  };
}
function mergeMaps(maps) {
  return new Map(
    maps.flatMap(
      ([folder, files]) => Array.from(files, ([path, file]) => [folder + path, file])
    )
  );
}
function baseName2(path) {
  const text4 = keyOf3(path);
  return text4.slice(text4.lastIndexOf("/") + 1);
}
function keyOf3(path) {
  return Buffer.from(path).toString("latin1");
}

// src/source/content.ts
function readContent3(pkg, bytes, options, sink) {
  const budget = budgeted(sink);
  const whole2 = { pkg, payload: () => bytes.stream(pkg.payloadStart) };
  if (pkg.facts.isSource) return readSourcePackage(whole2, options, budget);
  const archives = innerArchives(pkg.facts, options);
  return archives.length > 0 ? readInnerArchives(whole2, { ...options, archives }, budget) : readFolders(whole2, options, budget);
}
function innerArchives({ files, isSource }, { sourcePath, unpack }) {
  if (isSource || unpack === "none") return [];
  const live = files.filter(({ type, ghost }) => !ghost && type !== "directory");
  return selectArchives(
    live.map(({ path, type }) => ({ path, isDirectory: false, isFile: type === "file" })),
    sourcePath
  );
}
function needsWholePackage(facts, options) {
  return facts.isSource || innerArchives(facts, options).length > 0;
}
function budgeted(sink) {
  let kept = 0;
  const spend = (bytes) => {
    kept += bytes;
    if (kept > LIMITS.sourceBytes)
      throw new PayloadError(
        "LIMIT_EXCEEDED",
        `the source is larger than ${LIMITS.sourceBytes / MIB} MiB`,
        { remedy: "Hold the release back with skip." }
      );
  };
  return {
    whole: (content2) => {
      spend(content2.length);
      return sink.whole(content2);
    },
    stream: (size, chunks) => {
      spend(size);
      return sink.stream(size, chunks);
    }
  };
}

// src/trust/index-match.ts
function verifyIndexMatch(header, announced) {
  const same2 = header.name === announced.name && (header.epoch ?? 0) === (announced.epoch ?? 0) && header.version === announced.version && header.release === announced.release && header.arch === announced.arch;
  if (same2) return;
  const [expected, actual] = [formatNevra(announced), formatNevra(header)];
  throw new IntegrityError(
    "INDEX_MISMATCH",
    `the index announces ${expected}, the package is ${actual}`,
    { expected, actual }
  );
}

// src/git/objects/trees.ts
function buildTree(files) {
  const folders = [/* @__PURE__ */ new Map()];
  for (const file of files) place(folders, file);
  const trees = [];
  const done = /* @__PURE__ */ new Map();
  for (const folder of folders.reverse())
    done.set(folder, newTree(folderEntries(folder, done), trees));
  return { oid: trees.at(-1)?.oid ?? EMPTY_TREE, trees };
}
function place(folders, file) {
  const parts = splitPath(file.path);
  const last2 = parts.pop() ?? "";
  let folder = folders[0];
  for (const part of parts) {
    let next = folder.get(part);
    if (next === void 0) {
      next = /* @__PURE__ */ new Map();
      folder.set(part, next);
      folders.push(next);
    }
    if (!(next instanceof Map)) throw unsafe2(file.path, "lies below a file or link");
    folder = next;
  }
  if (folder.has(last2)) throw unsafe2(file.path, "comes twice, or is a file and a folder");
  folder.set(last2, { mode: file.mode, oid: file.oid });
}
function folderEntries(folder, done) {
  return Array.from(folder, ([name, child]) => {
    const leaf = child instanceof Map ? { mode: "040000", oid: done.get(child) ?? EMPTY_TREE } : child;
    return { ...leaf, name: Buffer.from(name, "latin1") };
  });
}
function newTree(entries, trees) {
  const content2 = formatTree(entries);
  const oid = hashObject("tree", content2);
  trees.push({ oid, content: content2 });
  return oid;
}
async function editTree(root, edits, readTree) {
  const changes = { here: /* @__PURE__ */ new Map(), below: /* @__PURE__ */ new Map() };
  for (const edit of edits) addChange(changes, edit);
  const trees = [];
  const oid = await applyChanges({ oid: root, changes, readTree, trees, path: "" });
  return { oid: oid ?? newTree([], trees), trees };
}
function addChange(root, edit) {
  const path = typeof edit.path === "string" ? Buffer.from(edit.path) : edit.path;
  const parts = splitPath(path);
  const last2 = parts.pop() ?? "";
  let changes = root;
  for (const part of parts) {
    if (changes.here.has(part)) throw unsafe2(path, "lies below a path that is edited, too");
    const next = changes.below.get(part) ?? { here: /* @__PURE__ */ new Map(), below: /* @__PURE__ */ new Map() };
    changes.below.set(part, next);
    changes = next;
  }
  if (changes.here.has(last2) || changes.below.has(last2)) throw unsafe2(path, "is edited twice");
  changes.here.set(last2, edit.entry);
}
async function applyChanges({
  oid,
  changes,
  readTree,
  trees,
  path
}) {
  const old = oid === void 0 || oid === EMPTY_TREE ? [] : await readTree(oid);
  const entries = new Map(old.map((entry) => [Buffer.from(entry.name).toString("latin1"), entry]));
  for (const [name, leaf] of changes.here) setEntry(entries, name, leaf);
  for (const [name, below] of changes.below) {
    const entry = entries.get(name);
    const inner = `${path}${name}/`;
    if (entry !== void 0 && entry.mode !== "040000") {
      throw new GitError(
        "MIRROR_INVALID",
        `Expected a folder at ${JSON.stringify(inner)} in the mirror, found an entry of mode ${entry.mode}.`
      );
    }
    const child = await applyChanges({
      oid: entry?.oid,
      changes: below,
      readTree,
      trees,
      path: inner
    });
    setEntry(entries, name, child === void 0 ? void 0 : { mode: "040000", oid: child });
  }
  return entries.size === 0 ? void 0 : newTree([...entries.values()], trees);
}
function setEntry(entries, name, leaf) {
  if (leaf === void 0) entries.delete(name);
  else entries.set(name, { mode: leaf.mode, oid: leaf.oid, name: Buffer.from(name, "latin1") });
}
function splitPath(path) {
  return Buffer.from(path).toString("latin1").split("/").map((part) => {
    const problem = unsafeNewName(Buffer.from(part, "latin1"));
    if (problem !== void 0) throw unsafe2(path, `has a part that ${problem}`);
    return part;
  });
}
function unsafe2(path, problem) {
  return new PayloadError(
    "UNSAFE_PATH",
    `The path ${JSON.stringify(Buffer.from(path).toString("utf8"))} ${problem}.`
  );
}

// src/publish/lfs.ts
var FILTER = /[ \t]filter=lfs(?:\s|$)/m;
var MOST_BYTES = 64 * KIB;
function watchLfs(store) {
  const rules = /* @__PURE__ */ new Set();
  return {
    write: async (content2) => {
      const oid = await store.write("blob", content2);
      if (content2.length <= MOST_BYTES && FILTER.test(Buffer.from(content2).toString("latin1")))
        rules.add(oid);
      return oid;
    },
    warnings: (files) => [...files].filter(
      ([path, { oid, mode }]) => mode !== "120000" && rules.has(oid) && /(?:^|\/)\.gitattributes$/.test(path)
    ).map(
      ([path]) => `${JSON.stringify(Buffer.from(path, "latin1").toString("utf8"))} asks for Git LFS filters; the mirror holds the files themselves, no LFS pointers. Where git-lfs is installed, clone with: git -c filter.lfs.smudge= -c filter.lfs.process= -c filter.lfs.required=false clone`
    )
  };
}

// src/publish/stage-source.ts
async function stageSource(pkg, bytes, { store, options }) {
  const lfs = watchLfs(store);
  const content2 = await readContent3(pkg, bytes, options, {
    whole: (bytes2) => lfs.write(bytes2),
    stream: (size, chunks) => store.writeStream(size, chunks)
  });
  const links = [content2.source, content2.packaging ?? /* @__PURE__ */ new Map()].flatMap(
    (folder) => linkWarnings(folder, options.symlinks)
  );
  const files = treeFiles(content2.source);
  const packaging = content2.packaging && treeFiles(content2.packaging);
  return {
    sourcePaths: content2.sourcePaths,
    files,
    sourceTree: await stageTree(store, files),
    packaging: packaging && { files: packaging, tree: await stageTree(store, packaging) },
    unpackedFrom: content2.unpackedFrom,
    checkedFiles: content2.checkedFiles,
    droppedModes: content2.droppedModes,
    droppedDotGit: content2.droppedDotGit,
    warnings: [...content2.warnings, ...links, ...lfs.warnings(files)]
  };
}
function linkWarnings(files, symlinks) {
  return Array.from(files).flatMap(
    ([path, { target }]) => target === void 0 ? [] : checkLink2(Buffer.from(path, "latin1"), target, symlinks) ?? []
  );
}
function treeFiles(files) {
  return new Map(Array.from(files, ([path, { mode, kept }]) => [path, { mode, oid: kept }]));
}
async function stageTree(store, files) {
  const tree = buildTree(
    Array.from(files, ([path, file]) => ({ path: Buffer.from(path, "latin1"), ...file }))
  );
  for (const { content: content2 } of tree.trees) await store.write("tree", content2);
  return tree.oid;
}

// src/publish/prepare.ts
async function prepareRelease(preparation, { store, clock, logger }) {
  const { planned, bytes, keyring, options, servedBy } = preparation;
  const pkg = await readPackage(bytes);
  verifyIndexMatch(pkg.facts.nevra, planned.indexPackage.nevra);
  const policy = { allowWeak: options.allowWeak, now: clock.now() };
  const evidence = await examinePackage(
    pkg,
    bytes,
    (packets, data) => checkSignature(packets, data, keyring, policy)
  );
  const { signature: signature2, certificate } = requireVerdict(
    evidence,
    keyring,
    planned.indexPackage.fileName
  );
  if (pkg.facts.isSource) refuseSpecialFiles(pkg.facts.files);
  const { warnings, ...source } = await stageSource(pkg, bytes, { store, options });
  for (const warning2 of warnings) logger.warning(`${planned.indexPackage.fileName}: ${warning2}`);
  if (source.droppedDotGit.length > 0)
    logger.info(
      `${planned.indexPackage.fileName}: left out as dot-git: drop says: ${source.droppedDotGit.map(printable2).join(", ")}`
    );
  if (options.archivePackages === "header") {
    requireStrongHeader(pkg.facts, evidence);
    if (needsWholePackage(pkg.facts, options))
      logger.warning(
        `${planned.indexPackage.fileName}: its source comes out of archives, of which the header says nothing; verify cannot prove this release by the header alone`
      );
  }
  const archived = await stageArchive(pkg, bytes, {
    store,
    options,
    name: planned.indexPackage.fileName
  });
  return {
    planned,
    facts: pkg.facts,
    scripts: parseScripts(pkg.header),
    evidence,
    signature: signature2,
    certificate,
    servedBy,
    ...source,
    archived,
    checksum: await store.write("blob", Buffer.from(evidence.sha256))
  };
}
function requireVerdict(evidence, keyring, what) {
  const judgement = judge2(evidence, { keysGiven: true });
  verifyJudgement(judgement, what);
  const { signature: signature2 } = judgement;
  const certificate = keyring.certificates.find(
    ({ fingerprint }) => fingerprint === signature2?.fingerprint
  );
  if (signature2 === void 0 || certificate === void 0)
    throw new VerificationError("UNKNOWN_KEY", `${what}: no trusted key made its signature`);
  return { signature: signature2, certificate };
}
async function stageArchive(pkg, bytes, { store, options, name }) {
  if (options.archivePackages === "none") return void 0;
  const isHeader = options.archivePackages === "header";
  const end = isHeader ? pkg.payloadStart : bytes.size;
  if (end > options.maxFileSize)
    throw new GitError(
      "FILE_TOO_LARGE",
      `${name} has ${end} bytes; the largest file of the mirror is max-file-size, ${options.maxFileSize}`
    );
  return {
    suffix: isHeader ? ".header" : "",
    oid: await store.writeStream(end, bytes.stream(0, end))
  };
}
function requireStrongHeader({ fileDigestAlgorithm }, { signatures }) {
  const remedy = "Use archive-packages: full for this repository.";
  if (!signatures.some(({ covers, status }) => covers === "header" && status === "good")) {
    throw new VerificationError(
      "NOT_COVERED",
      "archive-packages: header needs a signature over the header alone; the package has none",
      { remedy }
    );
  }
  if (!/^sha(256|384|512|3-256|3-512)$/.test(fileDigestAlgorithm)) {
    throw new VerificationError(
      "WEAK_ALGORITHM",
      `archive-packages: header needs strong file digests; the package has ${fileDigestAlgorithm}`,
      { remedy }
    );
  }
}

// src/source/proposal.ts
var DEFAULT_SOURCE_PATH = "usr/src/*";
var SOURCE_FILE = /(?:\.(?:c|h|cc|cpp|cxx|hh|hpp|hxx|inl|s|asm|rs|go|f|f90|java|kt|swift|m|mm|cu|cuh|v|sv|vhd|zig|ml|hs|ac|am|mk|cmake)|\/(?:Makefile|GNUmakefile|Kbuild|Kconfig|CMakeLists\.txt|meson\.build|dkms\.conf|configure|Cargo\.toml|go\.mod))$/i;
var SCRIPT_FILE = /\.(?:py|pl|pm|rb|js|mjs|ts|lua|php|tcl|r|jl)$/i;
var NOT_SOURCE = /^(?:usr\/(?:include|share\/(?:doc|man|info|licenses)|lib\/debug|src\/debug)|(?:usr\/)?(?:local\/)?s?bin|etc)\//;
var PLAIN_FOLDER = /^[\w.+@~-]+(?:\/[\w.+@~-]+)+$/;
function proposeSource(paths, version2) {
  const usual = tryGlob(paths, DEFAULT_SOURCE_PATH);
  if (usual !== void 0 && !onlyDebug(paths)) return usual;
  const compiled = proposeFolder(paths, SOURCE_FILE, version2);
  const scripts = compiled === void 0 ? proposeFolder(paths, SCRIPT_FILE, version2) : void 0;
  return compiled ?? (scripts && { ...scripts, isScripts: true });
}
function proposeFolder(paths, kind, version2) {
  const files = paths.filter(({ isDirectory }) => !isDirectory).map(({ path }) => Buffer.from(path).toString("latin1"));
  if (files.some((path) => path.length > LIMITS.pathBytes)) return void 0;
  const sources = files.filter((path) => kind.test(path) && !NOT_SOURCE.test(path));
  const groups = [...Map.groupBy(sources, topFolder2)].filter(([folder2]) => folder2 !== "").sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1));
  const [first2] = groups;
  if (first2 === void 0) return void 0;
  const folder = sourceFolder(...first2, files);
  return PLAIN_FOLDER.test(folder) ? tryGlob(paths, withoutVersion(folder, version2)) : void 0;
}
function onlyDebug(paths) {
  return paths.map(({ path }) => Buffer.from(path).toString("latin1")).every((path) => !/^usr\/src\/[^/]+\//.test(path) || path.startsWith("usr/src/debug/"));
}
function tryGlob(paths, glob) {
  try {
    const { map } = selectSource(paths, glob);
    const files = paths.filter(
      ({ path, isDirectory }) => !isDirectory && map(path) !== void 0
    ).length;
    return files === 0 ? void 0 : { glob, files };
  } catch (error) {
    if (error instanceof MirrorError) return void 0;
    throw error;
  }
}
function topFolder2(path) {
  const folders = path.split("/").slice(0, -1);
  const depth = folders[0] === "opt" || folders[0] === "srv" ? 2 : 3;
  return folders.length < 2 ? "" : folders.slice(0, depth).join("/");
}
function sourceFolder(folder, sources, files) {
  const named = /^.*?\/(?:src|sources?)(?=\/)/i.exec(sources[0].slice(folder.length))?.[0];
  if (named !== void 0 && sources.every((path) => path.startsWith(`${folder}${named}/`)))
    return folder + named;
  const inside2 = files.filter((path) => path.startsWith(`${folder}/`)).sort();
  const [first2, last2] = [inside2[0].split("/").slice(0, -1), inside2.at(-1).split("/")];
  const parting = first2.findIndex((segment, at) => segment !== last2[at]);
  return first2.slice(0, parting < 0 ? void 0 : parting).join("/");
}
function withoutVersion(folder, version2) {
  if (version2 === "") return folder;
  const whole2 = new RegExp(
    `(?<![0-9A-Za-z])(v?)${version2.replace(/[^\w]/g, "\\$&")}(?![0-9A-Za-z])`
  );
  const segments = folder.split("/");
  const versioned = segments.flatMap((segment, at) => whole2.test(segment) ? [at] : []).slice(0, 2);
  return segments.map((segment, at) => versioned.includes(at) ? segment.replace(whole2, "$1*") : segment).join("/");
}

// src/check/header-verdict.ts
async function verifyFront(pkg, listed, { options, keyring, now }) {
  verifyIndexMatch(pkg.facts.nevra, listed.nevra);
  const policy = { allowWeak: options.allowWeak, now };
  const evidence = await foreseePackage(
    pkg,
    (packets, data) => checkSignature(packets, data, keyring, policy),
    (packets) => foreseeSignature(packets, keyring, policy)
  );
  const judgement = judge2(evidence, { keysGiven: true });
  try {
    verifyJudgement(judgement, listed.fileName);
  } catch (error) {
    throw withKeys(error, keyring);
  }
  if (options.archivePackages === "header") requireStrongHeader(pkg.facts, evidence);
  return {
    evidence,
    signer: judgement.signature?.fingerprint ?? "",
    isChecked: judgement.signature?.covers === "header",
    files: verifySource(pkg.facts, options)
  };
}
function withKeys(error, { certificates }) {
  if (!(error instanceof VerificationError) || error.code !== "UNKNOWN_KEY") return error;
  const trusted = certificates.map(({ fingerprint }) => fingerprint).join(", ");
  return new VerificationError("UNKNOWN_KEY", error.message, {
    cause: error,
    remedy: `The trusted keys are ${trusted}. Give the signer's key with gpgkey (and its fingerprint with gpg-fingerprints), after you have checked it with the publisher.`
  });
}
function verifySource(facts, options) {
  verifyFormat(facts);
  if (facts.isSource) refuseSpecialFiles(facts.files);
  if (needsWholePackage(facts, options)) {
    verifyPackedSizes(facts, options);
    return void 0;
  }
  const { map } = judgeSource(facts, options);
  const source = facts.files.flatMap((entry) => {
    const path = map(entry.path);
    return path === void 0 ? [] : [{ path, entry }];
  });
  for (const { path, entry } of source)
    if (entry.type === "symlink" && !entry.ghost) checkLink2(path, entry.target, options.symlinks);
  const kept = source.filter(({ entry }) => entry.type === "file" && !entry.ghost);
  verifySizes(
    kept.map(({ entry }) => entry),
    options.maxFileSize
  );
  return source.filter(({ entry }) => entry.type !== "directory" && !entry.ghost).length;
}
function judgeSource(facts, options) {
  try {
    return judgeFolders(facts, options);
  } catch (error) {
    if (!(error instanceof PayloadError) || !error.code.startsWith("SOURCE_")) throw error;
    const proposal = proposeSource(pathsOf(facts), facts.nevra.version);
    if (proposal === void 0) throw error;
    throw new PayloadError(error.code, error.message, {
      cause: error,
      remedy: `Set source-path to ${proposal.glob}, which holds ${proposal.files} files.`
    });
  }
}
function pathsOf({ files }) {
  return files.map(({ path, type }) => ({ path, isDirectory: type === "directory" }));
}
function verifyPackedSizes({ files, isSource }, { unpack, maxFileSize }) {
  const isStored = ({ path }) => unpack === "none" || namedArchive(Buffer.from(path).toString("latin1")) === void 0;
  const stored = files.filter((entry) => isSource && entry.type === "file" && !entry.ghost);
  verifySizes(stored.filter(isStored), maxFileSize);
}
function verifySizes(files, maxFileSize) {
  const large = files.find(({ size }) => size > maxFileSize);
  if (large !== void 0)
    throw new PayloadError(
      "LIMIT_EXCEEDED",
      `payload: ${printable2(large.path)} has ${large.size} bytes; a file of the mirror may have ${maxFileSize}`,
      {
        remedy: "Set source-path to a folder without this file, or hold the package back with skip."
      }
    );
  if (files.reduce((sum, { size }) => sum + size, 0) > LIMITS.sourceBytes)
    throw new PayloadError(
      "LIMIT_EXCEEDED",
      `the source is larger than ${LIMITS.sourceBytes / MIB} MiB`
    );
}

// src/check/new-headers.ts
var PARALLEL3 = 8;
var EVERY = 100;
async function judgeNew(found, context) {
  const pending = found.plan.releases.filter(
    ({ status }) => status === "new" || status === "beyond-limit"
  );
  if (pending.length === 0) return [];
  const progress = progressOf(pending.length, context.ports.logger);
  const refused2 = [];
  const accepted = [];
  await inParallel(pending, async (release) => {
    try {
      accepted.push({ release, verdict: await judgeOne(release, found, context) });
    } catch (error) {
      if (!(error instanceof MirrorError) || error.code === "ABORTED" || isTransient(error))
        throw error;
      context.rows.failed(release, error);
      refused2.push(release);
    }
    progress();
  });
  remark(accepted, context);
  warnOfRefused(pending, refused2, context);
  return refused2.length > 0 ? [] : describe4(pending, accepted, context.options);
}
async function judgeOne({ indexPackage, nevra }, { index, trust }, { options, ports }) {
  ports.signal.throwIfAborted();
  verifyListed2(indexPackage, { options, index });
  const pkg = await readServedHeader(indexPackage, { index, fetcher: ports.fetcher });
  return verifyFront(
    pkg,
    { nevra, fileName: indexPackage.fileName },
    { options, keyring: trust.keyring, now: ports.clock.now() }
  );
}
async function inParallel(items, work) {
  const queue = items.values();
  let failed = false;
  const worker = async () => {
    for (const item of queue) {
      if (failed) return;
      await work(item).catch((error) => {
        failed = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: PARALLEL3 }, worker));
}
function progressOf(all, logger) {
  let done = 0;
  logger.info(`reading the header of ${all === 1 ? "the new release" : `${all} new releases`}`);
  return () => {
    done += 1;
    logger.progress(`headers: ${done} of ${all}`);
    if (done % EVERY === 0 && done < all) logger.info(`headers: ${done} of ${all}`);
  };
}
function remark(accepted, { options, ports, rows }) {
  for (const { release, verdict } of accepted) {
    rows.remark(release, factsOf(verdict, options));
    ports.report.notChecked.push({
      tag: release.tag,
      kind: "not-checked",
      path: release.indexPackage.fileName,
      reason: unseen(verdict)
    });
  }
  ports.report.notChecked.sort((a, b) => a.tag < b.tag ? -1 : a.tag > b.tag ? 1 : 0);
}
function unseen({ isChecked, files }) {
  return [
    ...isChecked ? [] : ["the signature, which covers header and payload"],
    "the payload: its digests, and whether it holds the files that the header lists",
    ...files === void 0 ? ["the archives in the source package"] : []
  ].join("; ");
}
function factsOf({ signer, isChecked, files }, options) {
  const signature2 = isChecked ? `signature of the header good (${signer.slice(-16)})` : `signed by ${signer.slice(-16)} over header and payload, which was not checked`;
  const count2 = files === void 0 ? "" : `, ${files} file${files === 1 ? "" : "s"} in ${options.sourcePath}`;
  return signature2 + count2;
}
function warnOfRefused(pending, refused2, { ports }) {
  if (refused2.length === 0) return;
  const ofAll = new Set(refused2);
  const line = pending.filter((release) => ofAll.has(release)).map(({ nevra }) => formatNevra(nevra)).join(" ");
  const rest2 = refused2.length === pending.length ? "It is all that is new: mend the cause rather than skip it" : `The others (${pending.length - refused2.length}) are good as far as index and headers show`;
  ports.logger.warning(
    `publish would refuse ${refused2.length} of ${pending.length} new releases. ${rest2}. To hold back what would be refused: skip: ${line}`
  );
}
function describe4(pending, accepted, options) {
  const newest2 = pending.at(-1);
  const found = accepted.find(({ release }) => release === newest2);
  if (newest2 === void 0 || found === void 0) return [];
  const all = pending.length === 1 ? [] : [`The headers of all ${pending.length} new releases are what publish accepts.`];
  return [
    ...all,
    `The newest package, ${formatNevra(newest2.nevra)}: ${factsOf(found.verdict, options)}.`
  ];
}

// src/check/push-permission.ts
async function reportPermission(found, context) {
  const {
    options: { token },
    ports: { logger, hasCredential }
  } = context;
  const facts = [
    ...hasCredential === false ? [] : await tryPush(found, context),
    ...await tryFurther(context.ports)
  ];
  if (hasCredential === false && token === void 0)
    logger.warning(
      "no token is given, so it was not tried whether a push would be let in. If token is a secret, check its name."
    );
  return facts;
}
async function tryPush({ state }, context) {
  const { store, branches, report: report2 } = context.ports;
  let fact;
  const asked = branches === void 0 ? " (rules that protect a branch only show at a real push)" : "";
  try {
    await store.verifyTarget(state.branch);
    const oid = state.tip ?? await stageNothing(context);
    const answer2 = await store.push({
      branches: [{ name: state.branch, oid }],
      tags: [],
      dryRun: true
    });
    if (answer2.status === "pushed")
      fact = `The remote would take a push to ${state.branch}${asked}.`;
    else throw new GitError("PUSH_REJECTED", answer2.message);
  } catch (error) {
    report2.errors.push(failureOf(error, `publish could not push to ${state.branch}`));
  }
  return [fact, await reportProtection(state.branch, context)].filter((text4) => text4 !== void 0);
}
function failureOf(error, what) {
  if (!(error instanceof GitError)) throw error;
  const { code: code2, message, remedy } = describeError(error);
  return { code: code2, message: `${what}: ${message}`, remedy };
}
async function tryFurther({ further = [], report: report2 }) {
  const answers = await Promise.all(
    further.map(async (remote) => {
      try {
        await remote.look();
        return [
          `The further remote ${remote.url} answers; whether it takes a push only shows at a real one.`
        ];
      } catch (error) {
        const what = `publish could not bring the mirror to the further remote ${remote.url}`;
        report2.errors.push(failureOf(error, what));
        return [];
      }
    })
  );
  return answers.flat();
}
async function reportProtection(branch, { options, ports: { branches, logger } }) {
  if (branches === void 0) return void 0;
  try {
    const found = await branches.rulesOf(branch);
    const unmet = found.rules.filter(
      (rule) => rule !== "required_signatures" || options.signingKey === void 0
    );
    if (!found.isProtected && unmet.length === 0)
      return `GitHub names no rule that keeps a push from ${branch}; rules for tags cannot be seen from here.`;
    logger.warning(protectionWarning(branch, found));
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    logger.warning(
      `GitHub does not say whether ${branch} is protected: ${describeError(error).message}. If it is, that only shows at a real push.`
    );
  }
  return void 0;
}
function protectionWarning(branch, { rules }) {
  const named = rules.length === 0 ? "" : ` (${rules.join(", ")})`;
  const signatures = rules.includes("required_signatures") ? " Signed commits are required: set signing-key, and register the key with the account that pushes." : "";
  return `${branch} is protected on GitHub${named}, and publish pushes to it directly. Whether the token may bypass that cannot be seen from here: let it (Settings, Rules or Branches: bypass list), give the token of an App that may, or mirror to another branch.${signatures}`;
}
async function stageNothing({ options, ports }) {
  const { store, clock } = ports;
  const tree = buildTree([]);
  for (const { content: content2 } of tree.trees) await store.write("tree", content2);
  const [author, committer] = [options.author, options.committer].map(
    (person) => formatIdentity({ ...person, seconds: clock.commitTime })
  );
  return store.write(
    "commit",
    formatCommit({ tree: tree.oid, parents: [], author, committer, message: "nothing\n" })
  );
}

// src/check/check.ts
async function check3(options, ports) {
  const found = await survey(options, ports);
  const { state, plan, index } = found;
  const rows = new Rows(ports.report, ports.clock);
  rows.sync(plan);
  for (const { nevra, tag, status, reason, indexPackage } of plan.releases) {
    if (status === "exists") continue;
    const note = reason === void 0 ? "" : ` (${reason})`;
    ports.logger.debug(
      `${status === "skipped" || status === "waiting" ? "skip" : "plan"}: ${formatNevra(nevra)} → tag ${tag}, ${indexPackage.size} bytes${note}`
    );
  }
  if (plan.releases.length === 0) ports.logger.warning(leftOut(index.packages, options));
  const permission = await reportPermission(found, { options, ports });
  const facts = [...await judgeNew(found, { options, ports, rows }), ...permission];
  const classification = await classifyPublished(found, { options, ports, wholePackages: false });
  reportChanges(classification, { options, ports });
  for (const fact of facts) ports.logger.info(fact);
  ports.signal.throwIfAborted();
  const { releases, errors } = ports.report;
  const failed = errors.length > 0 || releases.some(({ status }) => status === "failed");
  return { ...rows.result({ commit: state.tip, failed, tagged: found.tagged }), facts };
}
function leftOut(packages, { packages: names }) {
  const versions = packages.map(({ nevra }) => nevra).sort(compareEvr).map(({ version: version2 }) => version2);
  const range = versions.length === 1 ? versions[0] : `${versions.length} releases, ${versions[0]} to ${versions.at(-1)}`;
  return `versions leaves out everything that the index has of ${names.join(", ")} (${range}). Widen versions.`;
}

// src/git/remote/local.ts
import { createHash as createHash12 } from "node:crypto";
import { mkdtemp as mkdtemp3, rm as rm3, writeFile as writeFile5 } from "node:fs/promises";
import { dirname as dirname2, join as join7, resolve as resolve3 } from "node:path";
import { Readable } from "node:stream";

// src/net/private-file.ts
import { randomUUID } from "node:crypto";
import { mkdtemp, open as open2, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join as join2 } from "node:path";
var CHUNK2 = 1 << 18;
var PrivateDirectory = class {
  #parent;
  #open = /* @__PURE__ */ new Set();
  #path;
  /** `parent` is RUNNER_TEMP, or undefined for the system's folder. */
  constructor(parent) {
    this.#parent = parent || tmpdir();
  }
  /** Makes an empty file under a name that nobody can guess; fails when it is there already, link or not. */
  async create() {
    this.#path ??= mkdtemp(join2(this.#parent, "rpm-source-mirror-"));
    const path = join2(await this.#path, randomUUID());
    const file = new PrivateFile(
      path,
      await open2(path, "wx+", 384),
      () => this.#open.delete(file)
    );
    this.#open.add(file);
    return file;
  }
  /** Closes and removes everything. */
  async remove() {
    await Promise.all([...this.#open].map((file) => file.remove()));
    const path = await this.#path?.catch(() => void 0);
    if (path !== void 0) await rm(path, { recursive: true, force: true, maxRetries: 3 });
    this.#path = void 0;
  }
};
var PrivateFile = class {
  path;
  #handle;
  #onRemove;
  #size = 0;
  #removed = false;
  constructor(path, handle, onRemove) {
    this.path = path;
    this.#handle = handle;
    this.#onRemove = onRemove;
  }
  async append(chunk) {
    for (let at = 0; at < chunk.length; ) {
      const { bytesWritten } = await this.#handle.write(chunk, at, chunk.length - at, this.#size);
      at += bytesWritten;
      this.#size += bytesWritten;
    }
  }
  async truncate() {
    await this.#handle.truncate(0);
    this.#size = 0;
  }
  /** The bytes written so far. */
  source() {
    const size = this.#size;
    const read = async (start, end) => {
      const bytes = Buffer.allocUnsafeSlow(Math.max(0, Math.min(end, size) - start));
      for (let at = 0; at < bytes.length; ) {
        const { bytesRead } = await this.#handle.read(bytes, at, bytes.length - at, start + at);
        if (bytesRead === 0)
          throw new Error(`private file ${this.path}: expected ${size} bytes, found it cut short`);
        at += bytesRead;
      }
      return bytes;
    };
    return {
      size,
      read,
      async *stream(start = 0, end = size) {
        const stop = Math.min(end, size);
        for (let at = start; at < stop; at += CHUNK2) yield read(at, Math.min(at + CHUNK2, stop));
      }
    };
  }
  /** Closes and removes the file; does nothing the second time. */
  async remove() {
    if (this.#removed) return;
    this.#removed = true;
    this.#onRemove();
    await this.#handle.close();
    await rm(this.path, { force: true, maxRetries: 3 });
  }
};
var Spool = class {
  #directory;
  #threshold;
  #chunks = [];
  #size = 0;
  #file;
  constructor(directory, threshold) {
    this.#directory = directory;
    this.#threshold = threshold;
  }
  get size() {
    return this.#size;
  }
  async append(chunk) {
    this.#size += chunk.length;
    if (this.#file === void 0) {
      this.#chunks.push(chunk);
      if (this.#size <= this.#threshold) return;
      this.#file = await this.#directory.create();
      for (const kept of this.#chunks) await this.#file.append(kept);
      this.#chunks = [];
    } else await this.#file.append(chunk);
  }
  /** Forgets everything. */
  async reset() {
    this.#chunks = [];
    this.#size = 0;
    await this.#file?.truncate();
  }
  /** Everything collected; `file` is where it lies when it was too much for memory. */
  finish() {
    const bytes = this.#file?.source() ?? memorySource(Buffer.concat(this.#chunks));
    this.#chunks = [];
    return { bytes, file: this.#file };
  }
  /** Frees memory and removes the file, for bytes that nobody will use. */
  async discard() {
    this.#chunks = [];
    await this.#file?.remove();
  }
};

// src/git/command.ts
import {
  spawn
} from "node:child_process";
var OLDEST = [2, 31];
var STDOUT_CAP = 16 * MIB;
var STDERR_CAP = 8 * KIB;
var STREAMS_AFTER_EXIT = 1e4;
async function runGit(command) {
  const { timeout = LIMITS.gitTimeout } = command;
  const name = `git ${command.args[0] ?? ""}`;
  const stdout = new Capture(STDOUT_CAP);
  const stderr = new Capture(STDERR_CAP);
  let ended;
  try {
    const child = spawn("git", [...command.args], {
      cwd: command.cwd,
      env: { ...command.env },
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
      detached: process.platform !== "win32"
    });
    child.stdout.on("data", (data) => {
      stdout.add(data);
    });
    child.stderr.on("data", (data) => {
      stderr.add(data);
    });
    ended = await ending(child, timeout);
  } catch (cause) {
    throw notStarted(cause, command);
  }
  const said = cleanText(stderr.bytes().toString("utf8"), command.secrets);
  if (ended.isLate)
    throw new GitError(
      "TIMEOUT",
      `${name} did not end within ${timeout < 6e4 ? `${Math.ceil(timeout / 1e3)} seconds` : `${Math.ceil(timeout / 6e4)} minutes`} and was stopped: ${said.slice(-1e3) || "it said nothing"}`
    );
  if (stdout.overflow)
    throw new GitError(
      "GIT_FAILED",
      `Expected at most ${STDOUT_CAP} bytes from ${name}, found more.`
    );
  return { exitCode: ended.exitCode ?? -1, stdout: stdout.bytes(), stderr: said };
}
function ending(child, timeout) {
  let isLate = false;
  const letGo = () => {
    for (const stream of [child.stdout, child.stderr]) stream.destroy();
  };
  const late = setTimeout(() => {
    isLate = true;
    killGroup(child);
    letGo();
  }, timeout);
  let left;
  child.once("exit", () => {
    left = setTimeout(letGo, STREAMS_AFTER_EXIT);
  });
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (exitCode) => {
      done({ exitCode, isLate });
    });
  }).finally(() => {
    clearTimeout(late);
    clearTimeout(left);
  });
}
function killGroup(child) {
  try {
    if (child.pid !== void 0 && process.platform !== "win32")
      process.kill(-child.pid, "SIGKILL");
    else child.kill("SIGKILL");
  } catch {
  }
}
function startGit(command) {
  return spawn("git", [...command.args], {
    cwd: command.cwd,
    env: { ...command.env },
    stdio: "pipe",
    windowsHide: true
  });
}
async function requireGit(command) {
  const { getExecOutput } = await import("./exec-B7VS34VB.js");
  const options = {
    cwd: command.cwd,
    env: { ...command.env },
    silent: true,
    ignoreReturnCode: true
  };
  const { stdout } = await getExecOutput("git", ["--version"], options).catch((cause) => {
    throw notStarted(cause, command);
  });
  const text4 = stdout.trim();
  const [, major = "0", minor = "0"] = /^git version (\d+)\.(\d+)/u.exec(text4) ?? [];
  const found = [Number(major), Number(minor)];
  if (found[0] < OLDEST[0] || found[0] === OLDEST[0] && found[1] < OLDEST[1]) {
    const expected = `git ${OLDEST.join(".")} or newer`;
    throw new GitError("GIT_FAILED", `Expected ${expected}, found "${cleanText(text4)}".`, {
      expected,
      actual: text4
    });
  }
}
function notStarted(cause, { secrets }) {
  const text4 = cleanText(String(cause), secrets);
  return /ENOENT|unable to locate executable/iu.test(text4) ? new GitError("GIT_FAILED", "there is no program git on the PATH", {
    cause,
    remedy: `Install git ${OLDEST.join(".")} or newer, or add its folder to the PATH of this process.`
  }) : new GitError("GIT_FAILED", `git could not be started: ${text4}`, { cause });
}
function plainValue(value2) {
  if (value2 === "" || value2.startsWith("-") || /[\u0000-\u001f\u007f]/u.test(value2)) {
    throw new GitError(
      "GIT_FAILED",
      `The value ${JSON.stringify(value2)} must not reach git: it is empty, begins with "-" or holds control characters.`
    );
  }
  return value2;
}
function cleanText(text4, secrets = []) {
  const open4 = secrets.filter((secret) => secret !== "").reduce((rest2, secret) => rest2.replaceAll(secret, "***"), text4);
  return open4.replace(/\/\/[^/\s@]*@/gu, "//***@").split("\n").map(
    (line) => line.replace(/^.*\r(?=.)/su, "").replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu, " ").trim()
  ).filter((line) => line !== "").join(" | ");
}
var Capture = class {
  constructor(cap2) {
    this.cap = cap2;
  }
  cap;
  #chunks = [];
  #size = 0;
  overflow = false;
  add(data) {
    const room = this.cap - this.#size;
    if (data.length > room) this.overflow = true;
    if (room <= 0) return;
    this.#chunks.push(data.subarray(0, room));
    this.#size += Math.min(room, data.length);
  }
  bytes() {
    return Buffer.concat(this.#chunks);
  }
};

// src/git/objects/batch.ts
import { createHash as createHash11 } from "node:crypto";
var HEAD_CAP = 4096;
var TYPES5 = /* @__PURE__ */ new Set(["blob", "tree", "commit", "tag"]);
var BatchAnswers = class {
  #chunks;
  #rest = Buffer.alloc(0);
  constructor(child) {
    this.#chunks = child.stdout[Symbol.asyncIterator]();
  }
  /** The next head; undefined when git does not have the object. @throws GitError GIT_FAILED when git ended or answers something else */
  async head() {
    let line = this.#takeLine();
    while (line === void 0) {
      if (this.#rest.length > HEAD_CAP) throw unexpected("a line without end");
      this.#rest = Buffer.concat([this.#rest, await this.#more()]);
      line = this.#takeLine();
    }
    const [oid = "", type = "", size = ""] = line.split(" ");
    if (type === "missing") return void 0;
    if (!TYPES5.has(type) || !/^\d{1,15}$/u.test(size))
      throw unexpected(JSON.stringify(line.slice(0, 100)));
    return { oid, type, size: Number(size) };
  }
  /** The content that belongs to the last head; must be read to its end before the next head. */
  async *content(size) {
    for (let left = size; left > 0; ) {
      if (this.#rest.length === 0) this.#rest = await this.#more();
      const chunk = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(chunk.length);
      left -= chunk.length;
      yield chunk;
    }
    if (this.#rest.length === 0) this.#rest = await this.#more();
    if (this.#rest[0] !== 10) throw unexpected("content of another length");
    this.#rest = this.#rest.subarray(1);
  }
  #takeLine() {
    const end = this.#rest.indexOf(10);
    if (end < 0) return void 0;
    const line = this.#rest.toString("latin1", 0, end);
    this.#rest = this.#rest.subarray(end + 1);
    return line;
  }
  async #more() {
    const next = await this.#chunks.next();
    if (next.done === true) throw unexpected("its end");
    return next.value;
  }
};
var ObjectReader = class {
  #place;
  #conversation;
  #queue = Promise.resolve();
  constructor(place2) {
    this.#place = place2;
  }
  /**
   * The object, if it is here and its content has this id.
   * @throws GitError MIRROR_INVALID when it is missing, unreadable, damaged, or larger than any file of a mirror
   */
  async read(oid) {
    let content2 = Buffer.alloc(0);
    const { type } = await this.#proved(oid, LIMITS.blobBytes, ({ size }) => {
      content2 = Buffer.allocUnsafeSlow(size);
      let at = 0;
      return (chunk) => {
        content2.set(chunk, at);
        at += chunk.length;
      };
    });
    return { type, content: content2 };
  }
  /**
   * Hands the object's content, of a file of any size, over in chunks, to what `begin` gives for its head. It is proved once this returns, not before.
   * @throws GitError MIRROR_INVALID as {@link read}; what the receiver throws
   */
  async stream(oid, begin2) {
    return this.#proved(oid, LIMITS.packageBytes, begin2);
  }
  async #proved(oid, mostBlob, begin2) {
    const answer2 = this.#queue.then(() => this.#ask(oid, mostBlob, begin2));
    this.#queue = answer2.catch(() => void 0);
    const { info: info2, actual } = await answer2;
    if (actual === oid) return info2;
    throw new GitError(
      "MIRROR_INVALID",
      `Expected object ${oid}, found content that hashes to ${actual}.`,
      { expected: oid, actual }
    );
  }
  /** Ends git. */
  async close() {
    await this.#queue;
    const child = this.#conversation?.child;
    if (child?.pid === void 0 || child.exitCode !== null) return;
    const closed = new Promise((done) => child.once("close", done));
    child.stdin.end();
    child.stdout.resume();
    await closed;
  }
  async #ask(oid, mostBlob, begin2) {
    const { child, answers } = this.#conversation ??= converse(
      startGit({ ...this.#place, args: ["cat-file", "--batch"] })
    );
    try {
      child.stdin.write(`${oid}
`);
      const info2 = await answers.head();
      if (info2 === void 0)
        throw new GitError(
          "MIRROR_INVALID",
          `Expected object ${oid} in the repository, found nothing.`
        );
      const most = mostBytes(info2.type, mostBlob);
      const fits3 = info2.size <= most;
      const receive = fits3 ? begin2(info2) : void 0;
      const hash = createHash11("sha1").update(`${info2.type} ${info2.size}\0`);
      for await (const chunk of answers.content(info2.size)) {
        hash.update(chunk);
        await receive?.(chunk);
      }
      if (fits3) return { info: info2, actual: hash.digest("hex") };
      throw new GitError(
        "MIRROR_INVALID",
        `Expected object ${oid} to have at most ${most} bytes, found ${info2.size}.`
      );
    } catch (error) {
      if (error instanceof GitError && error.code === "MIRROR_INVALID") throw error;
      this.#conversation = void 0;
      child.kill();
      if (!(error instanceof GitError)) throw error;
      throw new GitError("MIRROR_INVALID", `Object ${oid} of the repository cannot be read.`, {
        cause: error
      });
    }
  }
};
function mostBytes(type, mostBlob = LIMITS.blobBytes) {
  if (type === "blob") return mostBlob;
  return type === "tree" ? LIMITS.treeBytes : LIMITS.commitBytes;
}
function converse(child) {
  child.on("error", () => void 0);
  child.stdin.on("error", () => void 0);
  child.stderr.resume();
  return { child, answers: new BatchAnswers(child) };
}
function unexpected(found) {
  return new GitError("GIT_FAILED", `Expected an answer of git cat-file, found ${found}.`);
}

// src/git/objects/strict.ts
var NUL = 0;
var SPACE3 = 32;
var ZERO = 48;
var ID_BYTES = 20;
var NULL_ID = "0".repeat(40);
var MODES = /* @__PURE__ */ new Map([
  ["100644", "100644"],
  ["100755", "100755"],
  ["120000", "120000"],
  ["40000", "040000"],
  ["160000", "160000"]
]);
var TYPES6 = /* @__PURE__ */ new Set(["blob", "tree", "commit", "tag"]);
var SIGNATURE2 = /^-----BEGIN (?:PGP SIGNATURE|PGP MESSAGE|SSH SIGNATURE|SIGNED MESSAGE)-----$/mu;
var SUSPECT = /^[.gGmM\xe2\xef]|\\/u;
var MOST_SECONDS = 2n ** 63n - 1n;
function parseTree(content2) {
  const bytes = Buffer.from(content2.buffer, content2.byteOffset, content2.byteLength);
  const entries = [];
  const names = /* @__PURE__ */ new Set();
  let last2 = "";
  for (let at = 0; at < bytes.length; ) {
    const space = bytes.indexOf(SPACE3, at);
    const end = space < 0 ? -1 : bytes.indexOf(NUL, space + 1);
    const next = end + 1 + ID_BYTES;
    if (end < 0 || next > bytes.length)
      throw invalid13("tree", `entry ${entries.length + 1} is cut off (badTree)`);
    const name = bytes.toString("latin1", space + 1, end);
    const mode = parseMode(bytes.toString("latin1", at, space), name);
    const oid = bytes.toString("hex", end + 1, next);
    const fault = nameFault(name, mode) ?? (oid === NULL_ID ? "has the id of nothing (nullSha1)" : void 0);
    if (fault !== void 0) throw invalid13("tree", `the entry ${show4(name)} ${fault}`);
    if (names.has(name))
      throw invalid13("tree", `the entry ${show4(name)} comes twice (duplicateEntries)`);
    const key = mode === "040000" ? `${name}/` : name;
    if (key < last2)
      throw invalid13("tree", `the entry ${show4(name)} is not in order (treeNotSorted)`);
    names.add(name);
    last2 = key;
    entries.push({ mode, name: content2.slice(space + 1, end), oid });
    at = next;
  }
  return entries;
}
function parseMode(text4, name) {
  const mode = MODES.get(text4);
  if (mode !== void 0) return mode;
  const word2 = text4.charCodeAt(0) === ZERO ? "zeroPaddedFilemode" : "badFilemode";
  throw invalid13(
    "tree",
    `the entry ${show4(name)} has the mode ${show4(text4)}, which is none of git's (${word2})`
  );
}
function nameFault(name, mode) {
  if (name === "") return "has no name (emptyName)";
  if (name.includes("/")) return "holds a slash (fullPathname)";
  if (name.length > LIMITS.pathBytes)
    return `has a name of over ${LIMITS.pathBytes} bytes (largePathname)`;
  if (!SUSPECT.test(name)) return void 0;
  if (name === ".") return "is the folder itself (hasDot)";
  if (name === "..") return "is the folder above (hasDotdot)";
  const bytes = Buffer.from(name, "latin1");
  if (isDotGit(bytes)) return "is a spelling of .git (hasDotgit)";
  if (mode === "120000" && isDotName(bytes, "gitmodules"))
    return "is a link in the place of .gitmodules (gitmodulesSymlink)";
  return void 0;
}
function parseCommit(content2) {
  const { headers, message } = readHeaders("commit", content2);
  const tree = headers.id("tree", "missingTree", "badTreeSha1");
  const parents = [];
  while (headers.isAt("parent")) parents.push(headers.id("parent", "", "badParentSha1"));
  const author = headers.person("author", "missingAuthor");
  if (headers.isAt("author")) throw invalid13("commit", "it has two authors (multipleAuthors)");
  const committer = headers.person("committer", "missingCommitter");
  if (content2.includes(NUL)) throw invalid13("commit", "it holds a NUL (nulInCommit)");
  const signature2 = headers.rest().find(([key]) => key === "gpgsig")?.[1];
  return {
    tree,
    parents,
    author,
    committer,
    message,
    ...signature2 === void 0 ? {} : { signature: signature2 }
  };
}
function parseTag(content2) {
  const { headers, message } = readHeaders("tag", content2);
  const object = headers.id("object", "missingObject", "badObjectSha1");
  const type = headers.value("type", "missingTypeEntry");
  if (!TYPES6.has(type)) throw invalid13("tag", `its type ${show4(type)} is none of git's (badType)`);
  const name = headers.value("tag", "missingTagEntry");
  const fault = badRefName(`refs/tags/${name}`);
  if (fault !== void 0) throw invalid13("tag", `its name ${fault} (badTagName)`);
  const tagger = headers.isAt("tagger") ? headers.person("tagger", "") : void 0;
  if (!headers.isDone)
    throw invalid13("tag", "an empty line does not follow its name and tagger (extraHeaderEntry)");
  const start = SIGNATURE2.exec(message)?.index;
  return {
    object,
    type,
    name: decode6(name),
    message: start === void 0 ? message : message.slice(0, start),
    ...tagger === void 0 ? {} : { tagger },
    ...start === void 0 ? {} : { signature: message.slice(start) }
  };
}
function readHeaders(kind, content2) {
  const bytes = Buffer.from(content2.buffer, content2.byteOffset, content2.byteLength);
  const end = bytes.indexOf("\n\n");
  const head = bytes.subarray(0, end < 0 ? bytes.length : end + 1);
  if (head.includes(NUL)) throw invalid13(kind, "a header holds a NUL (nulInHeader)");
  if (head.length > 0 && head.at(-1) !== 10)
    throw invalid13(kind, "its last header has no end (unterminatedHeader)");
  return {
    headers: new Headers(kind, head.toString("latin1", 0, Math.max(0, head.length - 1))),
    message: end < 0 ? "" : bytes.toString("utf8", end + 2)
  };
}
var Headers = class {
  constructor(kind, head) {
    this.kind = kind;
    this.#lines = head === "" ? [] : head.split("\n");
  }
  kind;
  #lines;
  #at = 0;
  get isDone() {
    return this.#at === this.#lines.length;
  }
  isAt(key) {
    return this.#lines[this.#at]?.startsWith(`${key} `) === true;
  }
  value(key, missing) {
    if (!this.isAt(key))
      throw invalid13(this.kind, `it has no "${key}" line in its place (${missing})`);
    return this.#lines[this.#at++].slice(key.length + 1);
  }
  id(key, missing, bad2) {
    const text4 = this.value(key, missing);
    if (!isOid(text4))
      throw invalid13(this.kind, `its ${key} ${show4(text4)} is no id of 40 hex digits (${bad2})`);
    return text4;
  }
  person(key, missing) {
    const line = this.value(key, missing);
    const fault = personFault(line);
    if (fault !== void 0)
      throw invalid13(
        this.kind,
        `its ${key} ${show4(line)} is no "Name <address> seconds zone" (${fault})`
      );
    return decode6(line);
  }
  /** The other headers; a line that begins with a space goes on with the value before it. */
  rest() {
    const folded = this.#lines.slice(this.#at).join("\n").split(/\n(?! )/u);
    return folded.map((line) => {
      const space = line.indexOf(" ");
      return space < 0 ? [line, ""] : [line.slice(0, space), decode6(line.slice(space + 1).replaceAll("\n ", "\n"))];
    });
  }
};
function personFault(line) {
  const open4 = line.search(/[<>]/u);
  if (open4 === 0 && line.startsWith("<")) return "missingNameBeforeEmail";
  if (open4 < 0) return "missingEmail";
  if (line[open4] === ">") return "badName";
  if (line[open4 - 1] !== " ") return "missingSpaceBeforeEmail";
  const rest2 = line.slice(open4 + 1);
  const close = rest2.search(/[<>]/u);
  if (close < 0 || rest2[close] !== ">") return "badEmail";
  return timeFault(rest2.slice(close + 1));
}
function timeFault(text4) {
  if (!text4.startsWith(" ")) return "missingSpaceBeforeDate";
  const [, seconds] = /^ (\d+) /u.exec(text4) ?? [];
  if (seconds === void 0) return "badDate";
  if (seconds.startsWith("0") && seconds !== "0") return "zeroPaddedDate";
  if (seconds.length > 19 || BigInt(seconds) > MOST_SECONDS) return "badDateOverflow";
  return /^[+-]\d{4}$/u.test(text4.slice(seconds.length + 2)) ? void 0 : "badTimezone";
}
function decode6(latin1) {
  return Buffer.from(latin1, "latin1").toString("utf8");
}
function show4(latin1) {
  return JSON.stringify(decode6(latin1.slice(0, 200)));
}
function invalid13(kind, problem) {
  return new GitError(
    "OBJECT_INVALID",
    `Expected a ${kind} that git fsck accepts, found that ${problem}.`
  );
}

// src/git/remote/environment.ts
import { devNull } from "node:os";
var INHERITED = /* @__PURE__ */ new Set([
  "PATH",
  "PATHEXT",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SYSTEMROOT",
  "SYSTEMDRIVE",
  "WINDIR",
  "COMSPEC",
  "PROGRAMDATA",
  "LD_LIBRARY_PATH",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "ALL_PROXY",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "CURL_CA_BUNDLE",
  "GIT_SSL_CAINFO",
  "GIT_SSL_CAPATH",
  "GIT_PROXY_SSL_CAINFO"
]);
var ALWAYS = [
  ["core.hooksPath", devNull],
  ["core.fsmonitor", "false"],
  ["core.bigFileThreshold", "8m"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
  ["protocol.version", "2"],
  ["credential.helper", ""],
  ["advice.detachedHead", "false"]
];
function gitEnvironment({
  home,
  protocols,
  settings,
  extra: extra2 = {},
  source = process.env
}) {
  const env = {};
  for (const [name, value2] of Object.entries(source)) {
    if (value2 !== void 0 && INHERITED.has(name.toUpperCase())) env[name] = value2;
  }
  if (env["HTTP_PROXY"] !== void 0) env["http_proxy"] ??= env["HTTP_PROXY"];
  const all = [...ALWAYS, ...settings];
  Object.assign(env, {
    HOME: home,
    LC_ALL: "C",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: devNull,
    GIT_ATTR_NOSYSTEM: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_TERMINAL_PROMPT: "0",
    GIT_ASKPASS: "",
    SSH_ASKPASS: "",
    GIT_PROTOCOL_FROM_USER: "0",
    // An empty list would read as "not set"; `none` is no transport.
    GIT_ALLOW_PROTOCOL: protocols.join(":") || "none",
    GIT_CONFIG_COUNT: String(all.length),
    ...extra2
  });
  all.forEach(([key, value2], index) => {
    env[`GIT_CONFIG_KEY_${index}`] = key;
    env[`GIT_CONFIG_VALUE_${index}`] = value2;
  });
  return env;
}

// src/git/remote/failures.ts
var AUTH = /authentication failed|could not read (?:username|password)|terminal prompts disabled|returned error: 40[13]|http 40[13]|permission denied \(|host key verification failed|invalid (?:credentials|username)|access denied|not granted|permission to \S+ denied/iu;
var UNKNOWN_TOKEN = /authentication failed|could not read (?:username|password)|terminal prompts disabled|returned error: 401|http 401|invalid (?:credentials|username)/iu;
var NOT_FOUND = /repository not found|repository '[^']*' not found|returned error: 404|does not appear to be a git repository/iu;
var KEY_CHANGED = /the fingerprint for the (\S+) key sent by the remote host is[\s|]+((?:SHA256|MD5):[\w+/=:]+)/iu;
var TOO_LARGE2 = /GH001|exceeds .{0,60}(?:file )?size limit|file size limit|larger than .{0,30}(?:limit|allowed)/iu;
var NO_REF = /couldn't find remote ref|no such ref|invalid refspec/iu;
var MOVED = /returned error: 30\d|unable to update url base from redirection/iu;
var TRANSIENT = /returned error: (?:408|429|5\d\d)|http (?:429|5\d\d)|could not resolve host|failed to connect|connection (?:reset|refused|timed out|closed)|empty reply|early eof|unexpected disconnect|hung up unexpectedly|rpc failed|operation too slow|temporary failure|timed out|ssl_error|gnutls recv|ssl connect/iu;
var OVER_LIMIT = /returned error: 413|http 413|request entity too large|payload too large/iu;
var CUT_OFF = /returned error: 408|http 408|broken pipe|unexpected disconnect|hung up unexpectedly|connection (?:reset|closed)/iu;
var NOT_TLS = /wrong version number|packet length too long|unknown protocol|tlsv1 alert|ssl_error_rx_record_too_long|unexpected tls packet|http request was sent to https/iu;
function remoteError(result, doing, url) {
  const text4 = result.stderr.slice(0, 2e3) || `exit code ${result.exitCode}`;
  const message = `git could not ${doing} ${url}: ${text4}`;
  const [, kind, sent] = KEY_CHANGED.exec(result.stderr) ?? [];
  if (kind !== void 0 && sent !== void 0) {
    return new GitError(
      "AUTH",
      `git could not ${doing} ${url}: the host key sent is ${sent} (${kind}); ssh-known-hosts has another`,
      {
        remedy: "Either the host has a new key, or somebody stands in between: compare the fingerprint with those that the host publishes. If it is there, put the new line (ssh-keyscan prints it) into ssh-known-hosts."
      }
    );
  }
  if (/host key verification failed/iu.test(text4)) {
    return new GitError("AUTH", message, {
      remedy: "Put the host key into ssh-known-hosts: the lines that ssh-keyscan prints, after you compared them with the fingerprints that the host publishes."
    });
  }
  if (/permission denied \([^)]*publickey/iu.test(text4)) {
    return new GitError("AUTH", message, {
      remedy: "Set ssh-key to a private key without passphrase whose public half may write to this repository (a deploy key with write access)."
    });
  }
  if (UNKNOWN_TOKEN.test(text4)) {
    return new GitError("AUTH", message, {
      remedy: "Either no token is given where one is needed, or the server does not know it: check that token is whole, has not expired, is made for this server, and may write to the repository (permissions: contents: write)."
    });
  }
  if (AUTH.test(text4)) return new GitError("AUTH", message);
  if (NOT_FOUND.test(text4)) {
    return new GitError("REMOTE_FAILED", message, {
      remedy: "Check the name in repository, and that the repository exists. A server says the same where the token may not see a private repository: give one that may."
    });
  }
  if (OVER_LIMIT.test(text4) || doing === "push to" && CUT_OFF.test(text4)) {
    return new GitError("REMOTE_FAILED", message, {
      remedy: SIZE_REMEDY,
      isTooMuch: OVER_LIMIT.test(text4) ? "certainly" : "perhaps"
    });
  }
  if (NOT_TLS.test(text4)) {
    return new GitError("REMOTE_FAILED", message, {
      remedy: "The server does not speak TLS at this port: check scheme and port of repository."
    });
  }
  if (NO_REF.test(text4)) return new GitError("BRANCH_NOT_FOUND", message);
  if (MOVED.test(text4)) {
    return new GitError("REMOTE_FAILED", message, {
      remedy: "The server redirects, and a token does not follow. Give the address that it redirects to (often the same with .git at the end, or the new name of the repository)."
    });
  }
  return new GitError("REMOTE_FAILED", message);
}
var SIZE_REMEDY = "The server, or a proxy before it, takes no request of this size or ends it: set push-batch: 1, so that each push is small. Where one release is too large by itself, raise the limit there (nginx: client_max_body_size), push over ssh, or archive less with archive-packages: header.";
function furtherError(error, { remote, token }) {
  const remedy = furtherRemedy(error, remote, token !== void 0);
  return remedy === void 0 ? error : new GitError(error.code, error.message, { remedy, cause: error });
}
function furtherRemedy({ code: code2, message }, { transport, userinfo }, hasToken) {
  if (code2 === "PUSH_REJECTED")
    return "Read the remote's answer: rules that protect a branch or tags there must let this user push.";
  if (code2 === "REMOTE_FAILED" && NOT_FOUND.test(message))
    return "Check this URL in mirrors, and that the repository exists. A server says the same where the user may not see a private repository.";
  if (code2 === "REMOTE_FAILED" && !MOVED.test(message) && !OVER_LIMIT.test(message))
    return "Check this URL in mirrors, and the network.";
  if (code2 !== "AUTH" || transport !== "http") return void 0;
  if (userinfo !== void 0)
    return "Check user and password in this URL of mirrors: whether they are whole, have not expired, and may write to this repository.";
  const give = "put user and password into this URL of mirrors (https://user:password@…)";
  return hasToken ? `Let token write to this repository, too, or ${give}.` : `The server wants a login: ${give}.`;
}
function mayRecover(result) {
  return !AUTH.test(result.stderr) && TRANSIENT.test(result.stderr);
}
function isTooLarge(text4) {
  return TOO_LARGE2.test(text4);
}
function isMissingObject(result) {
  return /unable to read|missing blob|could not (?:read|fetch) [0-9a-f]{40}|failed to read object|bad object|missing object|unable to load/iu.test(
    result.stderr
  );
}

// src/git/remote/retry.ts
import { setTimeout as sleep } from "node:timers/promises";
var ATTEMPTS = 3;
async function retryCall(call, delay = 500) {
  for (let attempt = 1; ; attempt += 1) {
    const result = await call();
    if (!mayRecover(result) || attempt >= ATTEMPTS) return result;
    await sleep(delay * attempt * (1 + Math.random()));
  }
}

// src/git/remote/fetch-all.ts
async function fetchAll(scratch, url) {
  const args = [
    "fetch",
    "--quiet",
    "--no-tags",
    "--no-recurse-submodules",
    "--",
    "origin",
    "+refs/heads/*:refs/heads/*",
    "+refs/tags/*:refs/tags/*"
  ];
  const result = await retryCall(() => runGit({ ...scratch.remote("slow"), args }));
  if (result.exitCode !== 0) throw remoteError(result, "fetch all of", url);
}

// src/git/remote/refs.ts
var HEADS = "refs/heads/";
var TAGS = "refs/tags/";
var PEELED = "^{}";
function parseLsRemote(output) {
  let head;
  const branches = /* @__PURE__ */ new Map();
  const tags = /* @__PURE__ */ new Map();
  for (const line of output.split("\n")) {
    if (line === "") continue;
    const [value2 = "", ref2 = ""] = line.split("	");
    if (value2.startsWith("ref: ")) {
      if (ref2 === "HEAD" && value2.startsWith(HEADS, 5)) head = value2.slice(5 + HEADS.length);
      continue;
    }
    if (!isOid(value2) || ref2 === "")
      throw new GitError(
        "REMOTE_FAILED",
        `Expected "<id> <ref>" from git ls-remote, found ${JSON.stringify(line.slice(0, 200))}.`
      );
    if (ref2.startsWith(HEADS)) branches.set(ref2.slice(HEADS.length), value2);
    else if (ref2.startsWith(TAGS)) addTag(tags, ref2.slice(TAGS.length), value2);
  }
  return { head, branches, tags };
}
function addTag(tags, name, oid) {
  if (!name.endsWith(PEELED)) {
    tags.set(name, { oid, commit: oid });
    return;
  }
  const plain3 = name.slice(0, -PEELED.length);
  const tag = tags.get(plain3);
  if (tag !== void 0) tags.set(plain3, { oid: tag.oid, commit: oid });
}

// src/git/remote/scratch.ts
import { mkdir, mkdtemp as mkdtemp2, rm as rm2, writeFile as writeFile4 } from "node:fs/promises";
import { join as join6 } from "node:path";
import { fileURLToPath as fileURLToPath4 } from "node:url";

// src/git/remote/certificates.ts
import { readFile as readFile2, writeFile } from "node:fs/promises";
import { join as join3 } from "node:path";
async function certificateEnvironment(dir, source = process.env) {
  const {
    NODE_EXTRA_CA_CERTS: extra2 = "",
    SSL_CERT_FILE: file = "",
    GIT_SSL_CAINFO: own = ""
  } = source;
  if (own !== "" || extra2 === "" && file === "") return {};
  const { getCACertificates } = await import("node:tls");
  const certificates = [
    .../* @__PURE__ */ new Set([...getCACertificates("default"), ...getCACertificates("system")])
  ];
  for (const path of [extra2, file].filter((name) => name !== ""))
    certificates.push(await readCertificates(path));
  const bundle = join3(dir, "certificates.pem");
  await writeFile(bundle, certificates.map((text4) => `${text4.trim()}
`).join(""));
  return { GIT_SSL_CAINFO: bundle };
}
async function readCertificates(path) {
  try {
    return await readFile2(path, "latin1");
  } catch (cause) {
    throw new InputError(
      "INPUT_INVALID",
      `Expected a file with certificates at ${path} (NODE_EXTRA_CA_CERTS or SSL_CERT_FILE), found none.`,
      { cause }
    );
  }
}

// src/git/remote/ssh.ts
import { writeFile as writeFile2 } from "node:fs/promises";
import { join as join4 } from "node:path";
async function sshEnvironment(dir, { key, knownHosts }) {
  const command = ["ssh", "-F", "none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"];
  command.push(
    "-o",
    "ConnectTimeout=30",
    "-o",
    "ServerAliveInterval=15",
    "-o",
    "ServerAliveCountMax=4"
  );
  const env = { GIT_SSH_VARIANT: "ssh" };
  if (key === void 0) {
    const agent = process.env["SSH_AUTH_SOCK"];
    if (agent !== void 0) env["SSH_AUTH_SOCK"] = agent;
  } else {
    const path = join4(dir, "ssh-key");
    await writeFile2(path, withLineEnd(key), { mode: 384, flag: "wx" });
    command.push("-i", path, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none");
  }
  if (knownHosts !== void 0) {
    const path = join4(dir, "known-hosts");
    await writeFile2(path, withLineEnd(knownHosts), { mode: 384, flag: "wx" });
    command.push("-o", `UserKnownHostsFile=${sshQuote(path)}`, "-o", "GlobalKnownHostsFile=none");
  }
  return { ...env, GIT_SSH_COMMAND: command.map(shellQuote).join(" ") };
}
function withLineEnd(text4) {
  return `${text4.replaceAll("\r\n", "\n").trim()}
`;
}
function sshQuote(path) {
  return `"${path}"`;
}
function shellQuote(word2) {
  return `'${word2.replaceAll("'", `'\\''`)}'`;
}

// src/git/remote/target.ts
import { constants as constants3 } from "node:fs";
import { access, realpath, writeFile as writeFile3 } from "node:fs/promises";
import { dirname, join as join5, resolve as resolve2 } from "node:path";
var REFUSES = /^(?:|refuse|true|yes|on|1)$/iu;
async function verifyTarget2(path, branch, home) {
  const folder = resolve2(path);
  const place2 = {
    cwd: home,
    env: gitEnvironment({
      home,
      protocols: [],
      settings: [["safe.directory", "*"]],
      extra: { GIT_CEILING_DIRECTORIES: dirname(folder), ...await trusting(folder, home) }
    })
  };
  const common = await ask(place2, ["-C", folder, "rev-parse", "--git-common-dir"]);
  if (common === void 0) return;
  await verifyWritable(resolve2(folder, common), folder);
  const worktrees = await ask(place2, ["-C", folder, "worktree", "list", "--porcelain"]) ?? "";
  if (!worktrees.split("\n").includes(`branch refs/heads/${branch}`)) return;
  const rule = await ask(place2, ["-C", folder, "config", "--get", "receive.denyCurrentBranch"]);
  if (REFUSES.test(rule ?? ""))
    throw new GitError(
      "PUSH_REJECTED",
      `${folder} is no bare repository: its branch ${branch} is checked out, and git refuses a push to that`,
      { remedy: CHECKED_OUT_REMEDY }
    );
}
async function verifyWritable(gitDir, folder) {
  for (const name of ["objects", "refs", "refs/heads", "refs/tags"]) {
    try {
      await access(join5(gitDir, name), constants3.W_OK);
    } catch (cause) {
      const { code: code2 } = cause;
      if (code2 === "ENOENT") continue;
      throw new GitError(
        "PUSH_REJECTED",
        `${folder} cannot be written to by this user: ${name} gives ${code2 ?? "an error"}`,
        {
          remedy: "Give this user the right to write there (chown, chmod, or a mount that is not read-only), or name another repository.",
          cause
        }
      );
    }
  }
}
async function ask(place2, args) {
  const { exitCode, stdout } = await runGit({ ...place2, args });
  return exitCode === 0 ? stdout.toString("utf8").replace(/\r?\n$/u, "") : void 0;
}
async function trusting(folder, home) {
  const real = await realpath(folder).catch(() => folder);
  const paths = new Set(
    [folder, real].flatMap((path) => [path, join5(path, ".git"), `${path}.git`])
  );
  const file = join5(home, ".gitconfig");
  const lines = [...paths].map((path) => `	directory = ${quoted(path.replaceAll("\\", "/"))}
`);
  await writeFile3(file, `[safe]
${lines.join("")}`);
  return { HOME: home, GIT_CONFIG_GLOBAL: file };
}
function quoted(text4) {
  return `"${text4.replace(/["\\]/gu, "\\$&").replaceAll("\n", "\\n")}"`;
}

// src/git/remote/scratch.ts
var CONFIG = "[core]\n	repositoryformatversion = 0\n	bare = true\n";
var PROMISOR = '[remote "origin"]\n	promisor = true\n	partialclonefilter = blob:none\n';
var ATTRIBUTES2 = ["rpm", "header", "gz", "xz", "zst", "bz2", "tgz"].map((suffix) => `*.${suffix} -delta
`).join("");
var PROTOCOLS = { http: ["http", "https"], ssh: ["ssh"], file: ["file"] };
async function createScratch(options) {
  const root = await mkdtemp2(join6(options.tempDir, "rpm-source-mirror-git-"));
  try {
    return await fillScratch(root, options);
  } catch (error) {
    await rm2(root, { recursive: true, force: true });
    throw error;
  }
}
async function fillScratch(root, options) {
  const gitDir = join6(root, "mirror.git");
  const config = join6(gitDir, "config");
  const folders = ["home", "mirror.git/objects/pack", "mirror.git/refs", "mirror.git/info"];
  await Promise.all(folders.map((name) => mkdir(join6(root, name), { recursive: true })));
  await Promise.all([
    writeFile4(join6(gitDir, "HEAD"), "ref: refs/heads/none\n"),
    writeFile4(config, CONFIG),
    writeFile4(join6(gitDir, "info", "attributes"), ATTRIBUTES2)
  ]);
  const home = join6(root, "home");
  const env = (protocols, settings, more = {}) => gitEnvironment({ home, protocols, settings, extra: { GIT_DIR: gitDir, ...more } });
  const towards = async (access2) => {
    const { remote, token } = access2;
    const credentials = credentialSettings(remote, token);
    const extra2 = await transportEnvironment(root, access2);
    return (pace) => ({
      cwd: gitDir,
      env: env(
        PROTOCOLS[remote.transport],
        [...remoteSettings(remote, pace), ...credentials],
        extra2
      ),
      secrets: remoteSecrets(remote, token)
    });
  };
  return {
    root,
    gitDir,
    local: { cwd: gitDir, env: env([], [], { GIT_NO_LAZY_FETCH: "1" }) },
    remote: await towards(options),
    towards,
    setPromisor: (on) => writeFile4(config, on ? CONFIG + PROMISOR : CONFIG)
  };
}
async function transportEnvironment(root, { remote, ssh = {} }) {
  const dir = await mkdtemp2(join6(root, "remote-"));
  if (remote.transport === "file") return trusting(fileURLToPath4(remote.url), dir);
  return remote.transport === "ssh" ? sshEnvironment(dir, ssh) : certificateEnvironment(dir);
}
function remoteSettings({ url, transport }, pace) {
  const settings = [
    // Not on the command line, where everybody on the machine could read it.
    ["remote.origin.url", url],
    ["http.lowSpeedLimit", pace === "quick" ? "100" : "1"],
    ["http.lowSpeedTime", pace === "quick" ? "60" : "300"],
    ["fetch.unpackLimit", "1"],
    // A file that moves must count as known, or git looks for its content, which a blobless clone does not have.
    ["pack.useSparse", "false"]
  ];
  if (transport === "file")
    settings.push(["remote.origin.uploadpack", "git -c uploadpack.allowFilter=true upload-pack"]);
  return settings;
}

// src/git/remote/local.ts
var RESTARTS = 1e3;
var TAGS2 = "refs/tags/";
async function openLocalRepository({
  path,
  tempDir
}) {
  const home = await mkdtemp3(join7(tempDir, "rpm-source-mirror-read-"));
  const folder = resolve3(path);
  const env = gitEnvironment({
    home,
    protocols: [],
    // Reading runs nothing of the repository's configuration, so it may belong to somebody else.
    settings: [["safe.directory", "*"]],
    extra: { GIT_NO_LAZY_FETCH: "1", GIT_CEILING_DIRECTORIES: dirname2(folder) }
  });
  try {
    await requireGit({ cwd: home, env });
    const { exitCode, stdout, stderr } = await runGit({
      cwd: home,
      env,
      args: ["-C", folder, "rev-parse", "--absolute-git-dir"]
    });
    if (exitCode !== 0)
      throw new GitError("MIRROR_INVALID", `Expected a git repository at ${folder}: ${stderr}`);
    const gitDir = stdout.toString("utf8").replace(/\r?\n$/u, "");
    const place2 = { cwd: home, env: { ...env, GIT_DIR: gitDir } };
    await requireWhole(place2, folder);
    return new Reader(place2, home);
  } catch (error) {
    await rm3(home, { recursive: true, force: true });
    throw error;
  }
}
async function requireWhole(place2, folder) {
  const [shallow, promisors] = await Promise.all([
    runGit({ ...place2, args: ["rev-parse", "--is-shallow-repository"] }),
    runGit({
      ...place2,
      args: ["config", "--get-regexp", "^(remote\\..*\\.promisor|extensions\\.partialclone)$"]
    })
  ]);
  const elsewhere = "or name the repository by its URL: then it is cloned whole for this run";
  if (shallow.stdout.toString("utf8").trim() === "true") {
    throw new GitError(
      "MIRROR_INVALID",
      `Expected a full clone at ${folder}, found a shallow one, which lacks history and perhaps tags.`,
      {
        remedy: `Run "git fetch --unshallow --tags" in it (with actions/checkout: fetch-depth: 0), ${elsewhere}.`
      }
    );
  }
  if (promisors.exitCode !== 0) return;
  const { exitCode } = await runGit({
    ...place2,
    args: ["rev-list", "--objects", "--all", "--quiet"]
  });
  if (exitCode === 0) return;
  throw new GitError(
    "MIRROR_INVALID",
    `Expected a full clone at ${folder}, found a partial one (--filter), which lacks objects that verify must read.`,
    {
      remedy: `Run "git fetch --refetch --no-filter --tags" in it (with actions/checkout: no filter and no sparse-checkout), ${elsewhere}.`
    }
  );
}
async function cloneForReading(options) {
  const scratch = await createScratch(options);
  try {
    await requireGit(scratch.local);
    const listed = await runGit({
      ...scratch.remote("quick"),
      args: ["ls-remote", "--quiet", "--symref", "--", "origin", "HEAD"]
    });
    if (listed.exitCode !== 0) throw remoteError(listed, "list the refs of", options.remote.url);
    const { head } = parseLsRemote(listed.stdout.toString("utf8"));
    if (head !== void 0)
      await writeFile5(join7(scratch.gitDir, "HEAD"), `ref: refs/heads/${head}
`);
    await fetchAll(scratch, options.remote.url);
    return new Reader(scratch.local, scratch.root);
  } catch (error) {
    await rm3(scratch.root, { recursive: true, force: true });
    throw error;
  }
}
var Reader = class {
  #place;
  #remove;
  #reader;
  #files;
  /** `remove` is the private folder that goes in the end. */
  constructor(place2, remove) {
    this.#place = place2;
    this.#remove = remove;
    this.#reader = new ObjectReader(place2);
    this.#files = new PrivateDirectory(remove);
  }
  async listTags() {
    const args = ["for-each-ref", "--format=%(objectname) %(refname)", TAGS2];
    const { exitCode, stdout, stderr } = await runGit({ ...this.#place, args });
    if (exitCode !== 0)
      throw new GitError("MIRROR_INVALID", `git could not list the tags: ${stderr}`);
    const tags = /* @__PURE__ */ new Map();
    for (const line of stdout.toString("utf8").split("\n")) {
      const [oid, ref2] = [line.slice(0, 40), line.slice(41)];
      if (isOid(oid) && ref2.startsWith(TAGS2)) tags.set(ref2.slice(TAGS2.length), oid);
    }
    return tags;
  }
  async readTip(branch) {
    const ref2 = branch === void 0 ? "HEAD" : `refs/heads/${branch}`;
    const { exitCode, stdout } = await runGit({
      ...this.#place,
      args: ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref2}^{commit}`]
    });
    const oid = stdout.toString("utf8").trim();
    return exitCode === 0 && isOid(oid) ? oid : void 0;
  }
  async readObject(oid) {
    return this.#reader.read(oid);
  }
  async readTag(oid) {
    return parseTag(await this.#read(oid, "tag"));
  }
  async readCommit(oid) {
    return parseCommit(await this.#read(oid, "commit"));
  }
  async readTree(oid) {
    return parseTree(await this.#read(oid, "tree"));
  }
  async readBlob(oid) {
    return this.#read(oid, "blob");
  }
  async openBlob(oid) {
    const spool = new Spool(this.#files, LIMITS.packageInMemory);
    try {
      const { type } = await this.#reader.stream(oid, () => (chunk) => spool.append(chunk));
      if (type !== "blob")
        throw new GitError(
          "MIRROR_INVALID",
          `Expected object ${oid} to be a blob, found a ${type}.`
        );
    } catch (error) {
      await spool.discard();
      throw error;
    }
    return { bytes: spool.finish().bytes, release: () => spool.discard() };
  }
  async scan(oids, visitor) {
    const list3 = [...new Set(oids)];
    let at = 0;
    for (let restarts = 0; at < list3.length; restarts += 1) {
      at += await this.#scanFrom(list3, at, visitor);
      const oid = list3[at];
      if (oid === void 0) return;
      if (restarts >= RESTARTS)
        throw new GitError(
          "MIRROR_INVALID",
          `More than ${RESTARTS} objects of the repository cannot be read.`
        );
      await visitor.end({ oid, status: "unreadable" });
      at += 1;
    }
  }
  async close() {
    await this.#reader.close();
    await this.#files.remove();
    await rm3(this.#remove, { recursive: true, force: true, maxRetries: 3 });
  }
  /** Scans until git ends; the number of objects done. */
  async #scanFrom(list3, start, visitor) {
    const { child, answers } = converse(
      startGit({ ...this.#place, args: ["cat-file", "--batch", "--buffer"] })
    );
    Readable.from(questions(list3, start)).pipe(child.stdin);
    try {
      for (let at = start; at < list3.length; at += 1) {
        const check4 = await answered(() => scanOne(answers, list3[at] ?? "", visitor));
        if (check4 === void 0) return at - start;
        await visitor.end(check4);
      }
      return list3.length - start;
    } finally {
      child.kill();
    }
  }
  async #read(oid, expected) {
    const { type, content: content2 } = await this.readObject(oid);
    if (type !== expected)
      throw new GitError(
        "MIRROR_INVALID",
        `Expected object ${oid} to be a ${expected}, found a ${type}.`
      );
    return content2;
  }
};
function* questions(list3, start) {
  for (let at = start; at < list3.length; at += 512)
    yield `${list3.slice(at, at + 512).join("\n")}
`;
}
async function scanOne(answers, oid, visitor) {
  const info2 = await answers.head();
  if (info2 === void 0) return { oid, status: "missing" };
  const consume = visitor.begin?.(info2);
  const hash = createHash12("sha1").update(`${info2.type} ${info2.size}\0`);
  for await (const chunk of answers.content(info2.size)) {
    hash.update(chunk);
    consume?.(chunk);
  }
  const actual = hash.digest("hex");
  return actual === oid ? { oid, status: "good" } : { oid, status: "damaged", actual };
}
async function answered(ask2) {
  try {
    return await ask2();
  } catch (error) {
    if (error instanceof GitError && error.code === "GIT_FAILED") return void 0;
    throw error;
  }
}

// src/git/remote/repository.ts
import { readFile as readFile3, rm as rm5 } from "node:fs/promises";
import { join as join10 } from "node:path";
import { fileURLToPath as fileURLToPath5 } from "node:url";

// src/git/objects/staging.ts
import { rename, rm as rm4 } from "node:fs/promises";
import { dirname as dirname3, join as join8 } from "node:path";

// src/git/objects/pack.ts
import { createHash as createHash13 } from "node:crypto";
import { once } from "node:events";
import { open as open3 } from "node:fs/promises";
import { promisify } from "node:util";
import { createDeflate, deflate, deflateSync } from "node:zlib";
var deflateAsync = promisify(deflate);
var TYPE_NUMBER = { commit: 1, tree: 2, blob: 3, tag: 4 };
var HEADER_BYTES = 12;
var TRAILER_BYTES = 20;
var SYNC_BYTES = 64 * KIB;
var STREAM_BYTES2 = 4 * MIB;
var BUFFER_BYTES = MIB;
var PROBE_BYTES2 = 32 * KIB;
var PackWriter = class _PackWriter {
  #file;
  #objects = 0;
  #bytes = HEADER_BYTES;
  #buffered = [];
  #bufferedBytes = 0;
  /** Writes happen in turns; a failed one makes all later ones fail. */
  #turn = Promise.resolve();
  constructor(file) {
    this.#file = file;
  }
  /** Begins a pack in a new file. */
  static async create(path) {
    const file = await open3(path, "wx+", 384);
    await file.write(Buffer.alloc(HEADER_BYTES));
    return new _PackWriter(file);
  }
  /** Objects so far. */
  get objects() {
    return this.#objects;
  }
  /** Bytes so far, the trailer included. */
  get bytes() {
    return this.#bytes + TRAILER_BYTES;
  }
  /** Adds one object; resolves when its bytes need no memory of the caller's any more. */
  async add(type, content2) {
    this.#objects += 1;
    const level = chooseLevel(content2);
    if (content2.length > STREAM_BYTES2) {
      await this.#inTurn(() => this.#stream(type, content2, level));
      return;
    }
    const body = content2.length <= SYNC_BYTES ? deflateSync(content2, { level }) : await deflateAsync(content2, { level });
    this.#push(entryHeader(type, content2.length));
    this.#push(body);
    if (this.#bufferedBytes >= BUFFER_BYTES) await this.#inTurn(() => this.#flush());
  }
  /**
   * Adds one object as its content comes, and returns its id. What `isWanted` declines is taken back, and so is what its source does not give whole.
   * Others wait meanwhile.
   * @throws what the chunks throw; Error when they give another size
   */
  async addStream(type, size, chunks, isWanted2) {
    let failure2;
    let oid = "";
    await this.#inTurn(async () => {
      await this.#flush();
      const start = this.#bytes;
      const source = new HashedSource(type, size, chunks);
      await this.#deflate(type, size, source);
      failure2 = source.failure;
      oid = failure2 === void 0 ? source.id() : "";
      if (failure2 === void 0 && isWanted2(oid)) this.#objects += 1;
      else this.#bytes = start;
    });
    if (failure2 !== void 0) throw failure2.reason;
    return oid;
  }
  /** Completes the pack and closes the file, also on failure; returns the id in its trailer. */
  async finish() {
    try {
      await this.#inTurn(() => this.#flush());
      const header = Buffer.alloc(HEADER_BYTES);
      header.write("PACK");
      header.writeUInt32BE(2, 4);
      header.writeUInt32BE(this.#objects, 8);
      await this.#file.write(header, 0, HEADER_BYTES, 0);
      const trailer = await this.#hash();
      await this.#file.write(trailer, 0, TRAILER_BYTES, this.#bytes);
      await this.#file.truncate(this.#bytes + TRAILER_BYTES);
      return trailer.toString("hex");
    } finally {
      await this.#file.close();
    }
  }
  /** Closes the file without completing it. */
  async abandon() {
    await this.#turn.catch(() => void 0);
    await this.#file.close();
  }
  /** The count at the front is known last, so the hash takes a second reading. */
  async #hash() {
    const hash = createHash13("sha1");
    const buffer = Buffer.alloc(BUFFER_BYTES);
    for (let at = 0; at < this.#bytes; ) {
      const { bytesRead } = await this.#file.read(
        buffer,
        0,
        Math.min(buffer.length, this.#bytes - at),
        at
      );
      if (bytesRead === 0)
        throw new Error(`The pack file ends at byte ${at}, expected ${this.#bytes}.`);
      hash.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    return hash.digest();
  }
  #push(bytes) {
    this.#buffered.push(bytes);
    this.#bufferedBytes += bytes.length;
  }
  #inTurn(job) {
    this.#turn = this.#turn.then(job);
    return this.#turn;
  }
  async #flush() {
    const bytes = Buffer.concat(this.#buffered);
    this.#buffered = [];
    this.#bufferedBytes = 0;
    await this.#file.write(bytes, 0, bytes.length, this.#bytes);
    this.#bytes += bytes.length;
  }
  async #stream(type, content2, level) {
    this.#push(entryHeader(type, content2.length));
    await this.#flush();
    const stream = createDeflate({ level, chunkSize: 256 * KIB });
    stream.end(content2);
    await this.#drain(stream);
  }
  /** The first chunk chooses the level. Never rejects for the source's sake, which remembers what failed. */
  async #deflate(type, size, source) {
    this.#push(entryHeader(type, size));
    await this.#flush();
    const chunks = source.read();
    const first2 = await chunks.next();
    const level = first2.done === true ? 6 : chooseLevel(first2.value);
    const stream = createDeflate({ level, chunkSize: 256 * KIB });
    const feeding = (async () => {
      if (first2.done !== true) stream.write(first2.value);
      for await (const chunk of chunks) if (!stream.write(chunk)) await once(stream, "drain");
      stream.end();
    })();
    await Promise.all([feeding, this.#drain(stream)]);
  }
  async #drain(stream) {
    for await (const chunk of stream) {
      await this.#file.write(chunk, 0, chunk.length, this.#bytes);
      this.#bytes += chunk.length;
    }
  }
};
var HashedSource = class {
  #hash;
  #size;
  #chunks;
  failure;
  constructor(type, size, chunks) {
    this.#hash = createHash13("sha1").update(`${type} ${size}\0`);
    this.#size = size;
    this.#chunks = chunks;
  }
  /** Ends early where its source fails. */
  async *read() {
    let left = this.#size;
    try {
      for await (const chunk of this.#chunks) {
        left -= chunk.length;
        this.#hash.update(chunk);
        yield chunk;
      }
      if (left !== 0) throw new Error(`Expected ${this.#size} bytes, found ${this.#size - left}.`);
    } catch (reason) {
      this.failure = { reason };
    }
  }
  id() {
    return this.#hash.digest("hex");
  }
};
function entryHeader(type, size) {
  const bytes = [];
  let byte = TYPE_NUMBER[type] << 4 | size & 15;
  for (let rest2 = Math.floor(size / 16); rest2 > 0; rest2 = Math.floor(rest2 / 128)) {
    bytes.push(byte | 128);
    byte = rest2 & 127;
  }
  return Buffer.of(...bytes, byte);
}
function chooseLevel(content2) {
  if (content2.length <= PROBE_BYTES2) return 6;
  const middle = content2.length - PROBE_BYTES2 >> 1;
  const probe = content2.subarray(middle, middle + PROBE_BYTES2);
  return deflateSync(probe, { level: 1 }).length > PROBE_BYTES2 * 0.95 ? 0 : 6;
}

// src/git/objects/staging.ts
var CACHE_BYTES = 32 * MIB;
var ObjectStore = class {
  #command;
  #mostBlob;
  #known = /* @__PURE__ */ new Set();
  #cache = /* @__PURE__ */ new Map();
  #cacheBytes = 0;
  #reader;
  #open;
  #packs = 0;
  /** Never rejects: whoever asked for a flush gets its error. */
  #flushing = Promise.resolve();
  /** `command.cwd` is the repository; its environment must allow no transport and carry no secret. */
  constructor(command, maxFileSize = LIMITS.blobBytes) {
    this.#command = command;
    this.#mostBlob = maxFileSize;
    this.#reader = new ObjectReader(command);
  }
  /**
   * Stages an object unless it is known, and returns its id.
   * @throws GitError FILE_TOO_LARGE for more than hosts take
   */
  async write(type, content2) {
    const oid = hashObject(type, content2);
    if (this.#known.has(oid)) {
      await this.#open?.objects.get(oid);
      return oid;
    }
    this.#verifySize(type, content2.length);
    this.#known.add(oid);
    if (type !== "blob") this.#remember(oid, { type, content: content2 });
    const open4 = this.#open ??= this.#begin();
    const work = open4.writer.then((writer) => writer.add(type, content2));
    open4.objects.set(oid, work);
    await work;
    return oid;
  }
  /**
   * Stages a blob as it comes, and returns its id; what is known already is dropped from the pack again.
   * @throws GitError FILE_TOO_LARGE for more than hosts take; what the chunks throw
   */
  async writeStream(size, chunks) {
    this.#verifySize("blob", size);
    const open4 = this.#open ??= this.#begin();
    const work = open4.writer.then(
      (writer) => writer.addStream("blob", size, chunks, (oid) => !this.#known.has(oid))
    );
    open4.streams.add(work);
    try {
      const oid = await work;
      if (this.#known.has(oid)) return oid;
      this.#known.add(oid);
      open4.objects.set(oid, Promise.resolve());
      return oid;
    } finally {
      open4.streams.delete(work);
    }
  }
  /** Says that the remote has these objects. */
  assumePresent(oids) {
    for (const oid of oids) this.#known.add(oid);
  }
  /** @throws GitError MIRROR_INVALID when it is missing, damaged or no commit */
  async readCommit(oid) {
    return parseCommit(await this.#read(oid, "commit"));
  }
  /** What the tree holds is taken for present on the remote, as the tree is. @throws GitError MIRROR_INVALID */
  async readTree(oid) {
    const entries = parseTree(await this.#read(oid, "tree"));
    this.assumePresent(
      entries.filter((entry) => entry.mode !== "160000").map((entry) => entry.oid)
    );
    return entries;
  }
  /** @throws GitError MIRROR_INVALID */
  async readBlob(oid) {
    return this.#read(oid, "blob");
  }
  /** The commit that an object is or that a tag leads to. @throws GitError MIRROR_INVALID */
  async peel(oid) {
    let at = oid;
    for (let depth = 0; depth < 16; depth += 1) {
      const { type, content: content2 } = await this.#load(at);
      if (type === "commit") return at;
      if (type !== "tag") break;
      at = parseTag(content2).object;
    }
    throw new GitError(
      "MIRROR_INVALID",
      `Expected ${oid} to be a commit or a tag of one, found neither.`
    );
  }
  /** Those of the objects that are not in this repository. */
  async missing(oids) {
    const unknown = [...new Set(oids)].filter(
      (oid) => this.#open?.objects.has(oid) !== true && !this.#cache.has(oid)
    );
    if (unknown.length === 0) return [];
    const { child, answers } = converse(
      startGit({ ...this.#command, args: ["cat-file", "--batch-check"] })
    );
    child.stdin.end(unknown.map((oid) => `${oid}
`).join(""));
    const absent = [];
    for (const oid of unknown) if (await answers.head() === void 0) absent.push(oid);
    return absent;
  }
  /**
   * Completes the open pack and lets git index and check its objects, so that what a server's fsck would refuse is found here.
   * Objects that fail are dropped again, with all that were staged beside them.
   * @throws GitError PUSH_REJECTED with git's reason, FILE_TOO_LARGE for a pack over the cap
   */
  async flush() {
    const open4 = this.#open;
    if (open4 === void 0) {
      await this.#flushing;
      return;
    }
    this.#open = void 0;
    const work = this.#complete(open4);
    this.#flushing = Promise.allSettled([this.#flushing, work]);
    await work;
  }
  /** Flushes if one of these objects is in the open pack; what belongs to a later push stays there. @throws GitError as {@link flush} */
  async flushFor(oids) {
    await (oids.some((oid) => this.#open?.objects.has(oid)) ? this.flush() : this.#flushing);
  }
  /** Ends the reading process and drops the open pack. */
  async close() {
    await this.#flushing;
    await this.#reader.close();
    const writer = await this.#open?.writer.catch(() => void 0);
    await writer?.abandon();
    this.#open = void 0;
  }
  #verifySize(type, size) {
    const most = mostBytes(type, this.#mostBlob);
    if (size <= most) return;
    throw new GitError(
      "FILE_TOO_LARGE",
      `Expected ${type === "blob" ? "files" : `${type} objects`} of at most ${most} bytes, found one of ${size} bytes.`
    );
  }
  #begin() {
    this.#packs += 1;
    const path = join8(this.#command.cwd, "objects", "pack", `staged-${this.#packs}.pack`);
    return { path, writer: PackWriter.create(path), objects: /* @__PURE__ */ new Map(), streams: /* @__PURE__ */ new Set() };
  }
  async #complete(open4) {
    try {
      const writer = await open4.writer;
      await Promise.allSettled([...open4.streams, ...open4.objects.values()]);
      const id = await writer.finish();
      await this.#index(open4.path, join8(dirname3(open4.path), `pack-${id}.pack`), writer.bytes);
    } catch (error) {
      for (const oid of open4.objects.keys()) this.#forget(oid);
      throw error;
    }
  }
  async #index(staged, final, bytes) {
    if (bytes > LIMITS.packBytes) {
      throw new GitError(
        "FILE_TOO_LARGE",
        `Expected at most ${LIMITS.packBytes} bytes in one push, found ${bytes}.`,
        {
          remedy: "Publish fewer releases per push (push-batch), or archive headers only (archive-packages: header)."
        }
      );
    }
    await rename(staged, final);
    const result = await runGit({
      ...this.#command,
      args: ["index-pack", "--fsck-objects", final]
    });
    if (result.exitCode === 0) return;
    await rm4(final, { force: true });
    throw new GitError(
      "PUSH_REJECTED",
      `git's own check refuses an object of this release: ${result.stderr}`,
      {
        remedy: "Servers refuse such objects, too. Tell the publisher, and hold the release back with skip."
      }
    );
  }
  async #read(oid, expected) {
    const { type, content: content2 } = await this.#load(oid);
    if (type !== expected)
      throw new GitError(
        "MIRROR_INVALID",
        `Expected object ${oid} to be a ${expected}, found a ${type}.`
      );
    return content2;
  }
  async #load(oid) {
    const cached = this.#cache.get(oid);
    if (cached !== void 0) return cached;
    await (this.#open?.objects.has(oid) === true ? this.flush() : this.#flushing);
    const object = await this.#reader.read(oid);
    this.#known.add(oid);
    if (object.type !== "blob") this.#remember(oid, object);
    return object;
  }
  #remember(oid, object) {
    this.#cache.set(oid, object);
    this.#cacheBytes += object.content.length;
    for (const [oldest, { content: content2 }] of this.#cache) {
      if (this.#cacheBytes <= CACHE_BYTES) break;
      this.#cache.delete(oldest);
      this.#cacheBytes -= content2.length;
    }
  }
  #forget(oid) {
    this.#known.delete(oid);
    this.#cacheBytes -= this.#cache.get(oid)?.content.length ?? 0;
    this.#cache.delete(oid);
  }
};

// src/git/remote/further.ts
import { existsSync as existsSync2 } from "node:fs";
import { join as join9 } from "node:path";

// src/git/remote/push-answer.ts
var MOST_LINES = 8;
var WIDEST = 240;
var NOISE = /^(?:To |hint:|! \[|error: failed to push some refs|fatal: the remote end hung up|Everything up-to-date|(?:Enumerating|Counting|Compressing|Writing|Delta|Total|Resolving|Processing)\b)/u;
function refusalOf2({ stdout, stderr }) {
  const refs = stdout.toString("utf8").split("\n").filter((line) => line.startsWith("!"));
  if (refs.length === 0) return void 0;
  const words = stderr.split(" | ").map((line) => line.replace(/^(?:remote:\s*)+/u, "").trim()).filter((line) => /\w/u.test(line) && !NOISE.test(line));
  const lines = [...new Set(words), ...reasons(refs)];
  const more = lines.length - MOST_LINES;
  return [
    // The reasons come last and are never left out.
    ...more > 0 ? [...lines.slice(0, 4), `(${more} more lines)`, ...lines.slice(4 + more)] : lines
  ].map((line) => line.slice(0, WIDEST)).join("\n");
}
function reasons(refs) {
  const parsed = refs.map((line) => {
    const [, spec = "", summary = ""] = line.split("	");
    return { name: spec.slice(spec.indexOf(":") + 1), summary };
  });
  return [...Map.groupBy(parsed, ({ summary }) => summary)].map(([summary, group]) => {
    const [first2, second, ...others] = group.map(({ name }) => name);
    const named = [first2, second].filter((name) => name !== void 0).join(", ");
    return `${named}${others.length === 0 ? "" : ` and ${others.length} more`}: ${summary}`;
  });
}

// src/git/remote/push.ts
function pushArguments({ branches, tags, dryRun = false }) {
  const leases = tags.map(({ name }) => `--force-with-lease=${checkedRef(`refs/tags/${name}`)}:`);
  const specs = [
    ...branches.map(({ name, oid }) => `${oid}:${checkedRef(`refs/heads/${name}`)}`),
    ...tags.map(({ name, oid }) => `${oid}:refs/tags/${name}`)
  ];
  return [
    "push",
    "--porcelain",
    "--atomic",
    "--no-verify",
    ...dryRun ? ["--dry-run"] : [],
    ...leases,
    "--",
    "origin",
    ...specs.map(plainValue)
  ];
}
function readPushAnswer(result, url) {
  if (result.exitCode === 0) return { status: "pushed" };
  const said = result.stderr.slice(0, 4e3);
  if (isTooLarge(said))
    throw new GitError("FILE_TOO_LARGE", `The remote refuses a file of this push: ${said}`);
  const message = refusalOf2(result);
  if (message !== void 0) return { status: "rejected", message };
  throw remoteError(result, "push to", url);
}
function checkedRef(ref2) {
  const problem = badRefName(ref2);
  if (problem !== void 0)
    throw new GitError("GIT_FAILED", `${JSON.stringify(ref2)} is no name for a ref: it ${problem}.`);
  return ref2;
}

// src/git/remote/further.ts
var PUSH_TAGS = 100;
var LOOK_TIMEOUT = 15e3;
var LIST_REFS = ["ls-remote", "--quiet", "--symref", "--", "origin"];
var Follower = class {
  #options;
  constructor(options) {
    this.#options = options;
  }
  get url() {
    return this.#options.access.remote.url;
  }
  async look() {
    await this.#named(async () => {
      const place2 = (await this.#options.near.towards(this.#options.access))("quick");
      const result = await runGit({ ...place2, args: LIST_REFS, timeout: LOOK_TIMEOUT });
      if (result.exitCode !== 0) throw remoteError(result, "list the refs of", this.url);
    });
  }
  follow(wanted) {
    return this.#named(() => this.#follow(wanted));
  }
  /** Says what to do about this remote, not about the main one. */
  async #named(action) {
    try {
      return await action();
    } catch (error) {
      throw error instanceof GitError ? furtherError(error, this.#options.access) : error;
    }
  }
  async #follow(wanted) {
    const { near, whole: whole2 } = this.#options;
    const talk = await near.towards(this.#options.access);
    const lacking = await this.#compare(wanted, talk);
    const count2 = lacking.branches.length + lacking.tags.length;
    if (count2 > 0 && !await this.#pushNear(lacking, talk)) {
      this.#options.logger.info(`${this.url} lags behind; bringing it the whole history`);
      const place2 = await (await whole2()).towards(this.#options.access);
      await this.#pushAll(await this.#compare(wanted, place2), place2);
    }
    const moved = lacking.other;
    if (moved.length > 0) {
      throw new GitError(
        "TAG_EXISTS",
        `${this.url} has other objects under the tags ${moved.slice(0, 10).join(", ")}${moved.length > 10 ? `, and ${moved.length - 10} more` : ""}`,
        {
          remedy: "Nothing is overwritten. Compare these tags with the main repository, and delete them on the further remote if they are wrong."
        }
      );
    }
    return { pushed: count2 };
  }
  async #compare({ branches, tags }, talk) {
    const held = await this.#list(talk("quick"));
    return {
      branches: branches.filter(({ name, oid }) => held.branches.get(name) !== oid),
      tags: tags.filter(({ name }) => !held.tags.has(name)),
      tips: branches.flatMap(({ name }) => held.branches.get(name) ?? []),
      other: tags.filter(({ name, oid }) => held.tags.has(name) && held.tags.get(name)?.oid !== oid).map(({ name }) => name)
    };
  }
  async #list(place2) {
    const result = await this.#call(place2, LIST_REFS);
    if (result.exitCode !== 0) throw remoteError(result, "list the refs of", this.url);
    return parseLsRemote(result.stdout.toString("utf8"));
  }
  /** True when the run's own repository had all that was needed. */
  async #pushNear(request, talk) {
    const { near, has } = this.#options;
    const isComplete = !existsSync2(join9(near.gitDir, "shallow"));
    const needed = [...request.branches, ...request.tags].map(({ oid }) => oid);
    if (!isComplete && request.tips.length === 0 || !await has([...needed, ...request.tips]))
      return false;
    try {
      await this.#pushAll(request, talk);
      return true;
    } catch (error) {
      if (error instanceof GitError && error.code === "AUTH") throw error;
      return false;
    }
  }
  async #pushAll(request, talk) {
    for (let at = 0; at === 0 || at < request.tags.length; at += PUSH_TAGS) {
      const part = {
        branches: at === 0 ? request.branches : [],
        tags: request.tags.slice(at, at + PUSH_TAGS)
      };
      if (part.branches.length + part.tags.length > 0) await this.#push(part, talk);
    }
  }
  async #push(request, talk) {
    const result = await this.#call(talk("slow"), pushArguments(request));
    const answer2 = readPushAnswer(result, this.url);
    if (answer2.status === "pushed") return;
    const left = await this.#compare(request, talk);
    if (left.branches.length + left.tags.length + left.other.length === 0) return;
    const isForeign2 = /non-fast-forward|fetch first/u.test(answer2.message);
    throw new GitError(
      isForeign2 ? "NON_FAST_FORWARD" : "PUSH_REJECTED",
      `${this.url} refuses the push: ${answer2.message}`,
      {
        ...isForeign2 ? {
          remedy: "Somebody else wrote to this branch on the further remote, and nothing is forced. Reset it there, or take the remote out of mirrors."
        } : {}
      }
    );
  }
  async #call(place2, args) {
    const result = await retryCall(() => runGit({ ...place2, args }), this.#options.retryDelay);
    this.#options.logger.debug(
      `git ${args.slice(0, 20).join(" ")}: exit code ${result.exitCode}${mayRecover(result) ? ", gave up" : ""} ${result.stderr}`
    );
    return result;
  }
};

// src/git/remote/repository.ts
var FETCH_IDS = 500;
async function openRepository(options) {
  return new ScratchRepository(options, await createScratch(options));
}
var ScratchRepository = class {
  #options;
  #scratch;
  #objects;
  #checked;
  #whole;
  constructor(options, scratch) {
    this.#options = options;
    this.#scratch = scratch;
    this.#objects = new ObjectStore(scratch.local, options.maxFileSize);
  }
  async listRefs() {
    const result = await this.#remote(
      ["ls-remote", "--quiet", "--symref", "--", "origin"],
      "list the refs of",
      "quick"
    );
    return parseLsRemote(result.stdout.toString("utf8"));
  }
  async fetchCommit(ref2) {
    await this.#fetch(
      ["--depth=1", "--filter=blob:none", "--", "origin", plainValue(ref2)],
      `fetch ${ref2} from`
    );
    const [line = ""] = (await readFile3(join10(this.#scratch.gitDir, "FETCH_HEAD"), "utf8")).split(
      "\n"
    );
    const oid = line.slice(0, 40);
    if (!isOid(oid))
      throw new GitError(
        "GIT_FAILED",
        `Expected an id in FETCH_HEAD, found ${JSON.stringify(line)}.`
      );
    return this.#objects.peel(oid);
  }
  async fetchHistory(refs) {
    await this.#fetch(
      [
        "--no-write-fetch-head",
        "--depth=2147483647",
        "--filter=tree:0",
        "--",
        "origin",
        ...refs.map(plainValue)
      ],
      "fetch the history of"
    );
  }
  async isAncestor(older, newer) {
    const { exitCode } = await runGit({
      ...this.#scratch.local,
      args: ["merge-base", "--is-ancestor", plainValue(older), plainValue(newer)]
    });
    return exitCode === 0;
  }
  async fetchBlobs(oids) {
    const missing = await this.#objects.missing(oids);
    for (let at = 0; at < missing.length; at += FETCH_IDS) {
      const ids = missing.slice(at, at + FETCH_IDS);
      await this.#fetch(
        ["--no-write-fetch-head", "--filter=blob:none", "--", "origin", ...ids],
        `fetch ${ids.length} objects from`
      );
    }
  }
  readCommit(oid) {
    return this.#objects.readCommit(oid);
  }
  readTree(oid) {
    return this.#objects.readTree(oid);
  }
  readBlob(oid) {
    return this.#objects.readBlob(oid);
  }
  write(type, content2) {
    return this.#objects.write(type, content2);
  }
  writeStream(size, chunks) {
    return this.#objects.writeStream(size, chunks);
  }
  assumePresent(oids) {
    this.#objects.assumePresent(oids);
  }
  check() {
    return this.#objects.flush();
  }
  async verifyTarget(branch) {
    const { remote } = this.#options;
    if (remote.transport === "file")
      await verifyTarget2(fileURLToPath5(remote.url), branch, join10(this.#scratch.root, "home"));
  }
  async push(request) {
    await this.#objects.flushFor([...request.branches, ...request.tags].map(({ oid }) => oid));
    const args = pushArguments(request);
    let result = await this.#run(args, "slow");
    if (result.exitCode !== 0 && isMissingObject(result)) {
      await this.#scratch.setPromisor(true);
      result = await this.#run(args, "slow");
      await this.#scratch.setPromisor(false);
    }
    return readPushAnswer(result, this.#options.remote.url);
  }
  further(access2) {
    return new Follower({
      access: access2,
      near: this.#scratch,
      has: async (oids) => (await this.#objects.missing(oids)).length === 0,
      whole: () => this.#whole ??= this.#fetchWhole(),
      logger: this.#options.logger,
      retryDelay: this.#options.retryDelay
    });
  }
  async close() {
    await this.#objects.close();
    const whole2 = await this.#whole?.catch(() => void 0);
    for (const { root } of [this.#scratch, ...whole2 === void 0 ? [] : [whole2]])
      await rm5(root, { recursive: true, force: true, maxRetries: 3 });
  }
  async #fetchWhole() {
    const scratch = await createScratch(this.#options);
    try {
      await fetchAll(scratch, this.#options.remote.url);
      return scratch;
    } catch (error) {
      await rm5(scratch.root, { recursive: true, force: true, maxRetries: 3 });
      throw error;
    }
  }
  async #fetch(args, doing) {
    try {
      await this.#remote(
        ["fetch", "--quiet", "--no-tags", "--no-recurse-submodules", ...args],
        doing,
        "quick"
      );
    } finally {
      await this.#scratch.setPromisor(false);
    }
  }
  /** Runs a call that only reads, again after a network fault. @throws GitError */
  async #remote(args, doing, pace) {
    const result = await retryCall(() => this.#run(args, pace), this.#options.retryDelay);
    if (result.exitCode !== 0) throw remoteError(result, doing, this.#options.remote.url);
    return result;
  }
  async #run(args, pace) {
    const command = this.#scratch.remote(pace);
    this.#checked ??= requireGit(this.#scratch.local);
    const [result] = await Promise.all([runGit({ ...command, args }), this.#checked]);
    this.#options.logger.debug(
      `git ${args.join(" ")}: exit code ${result.exitCode} ${result.stderr}`
    );
    return result;
  }
};

// src/github/activity.ts
var ABOUT = { what: "read the last push", permission: "metadata: read" };
var GitHubActivity = class {
  #client;
  constructor(client) {
    this.#client = client;
  }
  async read() {
    try {
      const { private: isPrivate, pushed_at: pushed } = await this.#client.glance(
        ABOUT,
        (signal) => this.#client.request("GET /repos/{owner}/{repo}", {}, signal)
      );
      const time = typeof pushed === "string" ? Date.parse(pushed) / 1e3 : Number.NaN;
      return { isPrivate: isPrivate === true, pushed: Number.isNaN(time) ? void 0 : time };
    } catch (error) {
      this.#client.options.logger.debug(String(error));
      return void 0;
    }
  }
};

// src/github/attestations.ts
var GitHubAttestations = class {
  #client;
  constructor(client) {
    this.#client = client;
  }
  async sign(statement, signal) {
    const { signStatement } = await import("./sigstore-7CMULBKC.js");
    return signStatement(statement, signal);
  }
  async store(bundle) {
    await this.#client.persist(
      { what: "store the attestation", permission: "attestations: write" },
      async () => {
        await this.#client.request("POST /repos/{owner}/{repo}/attestations", { bundle });
      }
    );
  }
};

// src/github/branches.ts
var HARMLESS = /* @__PURE__ */ new Set([
  "deletion",
  "non_fast_forward",
  "required_linear_history",
  "copilot_code_review"
]);
var PAGES = 2;
var GitHubBranches = class {
  constructor(client) {
    this.client = client;
  }
  client;
  async rulesOf(branch) {
    return this.client.glance(
      { what: `read the rules of ${branch}`, permission: "contents: read" },
      async (signal) => {
        const [found, rules] = await Promise.all([
          this.client.request("GET /repos/{owner}/{repo}/branches/{branch}", { branch }, signal).catch(unlessMissing),
          // Asked for by name: the branch need not exist.
          this.client.list(
            "GET /repos/{owner}/{repo}/rules/branches/{branch}",
            { branch },
            PAGES,
            signal
          )
        ]);
        const types = rules.map(
          (rule) => isRecord2(rule) && typeof rule["type"] === "string" ? rule["type"] : "unknown"
        );
        return {
          isProtected: isRecord2(found) && found["protected"] === true,
          rules: [...new Set(types)].filter((type) => !HARMLESS.has(type)).sort()
        };
      }
    );
  }
};
function unlessMissing(error) {
  if (isRecord2(error) && error["status"] === 404) return void 0;
  throw error;
}
function isRecord2(value2) {
  return typeof value2 === "object" && value2 !== null;
}

// src/github/client.ts
import { setTimeout as sleep2 } from "node:timers/promises";
var GLANCE_TIMEOUT = 1e4;
var Client = class {
  options;
  #octokit;
  constructor(options) {
    this.options = options;
  }
  /** One request; `{owner}` and `{repo}` of the route are filled in. Not repeated by itself, see {@link persist}. */
  async request(route, parameters = {}, signal = AbortSignal.timeout(LIMITS.requestTimeout)) {
    this.#octokit ??= this.#open();
    const octokit = await this.#octokit;
    const answer2 = await octokit.request(
      route,
      { ...this.options.repository, ...parameters, request: { signal } }
    );
    this.options.logger.debug(`GitHub: ${route}: status ${answer2.status}`);
    return answer2.data;
  }
  /** All entries of a listing, up to `pages` of a hundred. */
  async list(route, parameters, pages, signal) {
    const all = [];
    for (let page = 1; page <= pages; page += 1) {
      const entries = await this.request(
        route,
        { ...parameters, per_page: 100, page },
        signal
      );
      if (!Array.isArray(entries))
        throw new GitError(
          "REMOTE_FAILED",
          `GitHub: ${route}: expected a list, found ${typeof entries}`
        );
      all.push(...entries);
      if (entries.length < 100) break;
    }
    return all;
  }
  /**
   * Does something that may be begun again at any point, again after rate limits and faults of server or network.
   * @param what completes "GitHub: could not …"
   * @param permission is what the job needs for it, such as `contents: write`
   * @throws GitError AUTH, REMOTE_FAILED
   */
  async persist({ what, permission }, action) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await action();
      } catch (error) {
        const delay = (this.options.retryDelay ?? 1e3) * 2 ** (attempt - 1) * (0.5 + Math.random());
        const wait = isTransient2(error) ? askedWait(error) ?? delay : Number.POSITIVE_INFINITY;
        if (attempt >= LIMITS.attempts || wait > LIMITS.retryAfter)
          throw this.#describe(error, { what, permission, wait });
        this.options.logger.info(
          `GitHub: could not ${what} yet (${messageOf(error)}); trying again in ${Math.ceil(wait / 1e3)} s`
        );
        await sleep2(wait);
      }
    }
  }
  /**
   * Asks for what nothing depends on but a warning: once, for ten seconds in all.
   * @param what and `permission` as in {@link persist}
   * @throws GitError AUTH, REMOTE_FAILED
   */
  async glance(about, action) {
    const { signal } = this.options;
    try {
      return await action(
        AbortSignal.any([
          AbortSignal.timeout(GLANCE_TIMEOUT),
          ...signal === void 0 ? [] : [signal]
        ])
      );
    } catch (error) {
      throw this.#describe(error, { ...about, wait: 0 });
    }
  }
  async #open() {
    const github = await import("./github-HWIULSDS.js");
    const { apiUrl, token, userAgent, logger } = this.options;
    const debug2 = (message) => {
      logger.debug(`GitHub: ${message}`);
    };
    return github.getOctokit(token, {
      baseUrl: apiUrl,
      userAgent,
      log: { debug: debug2, info: debug2, warn: debug2, error: debug2 }
    });
  }
  #describe(error, { what, permission, wait }) {
    if (error instanceof GitError) return error;
    const { owner, repo } = this.options.repository;
    const status = statusOf(error);
    const message = `GitHub: could not ${what} in ${owner}/${repo}: ${messageOf(error)}`;
    if (isTransient2(error)) {
      const later = Number.isFinite(wait) && wait > LIMITS.retryAfter ? `; it asks to come back in ${Math.ceil(wait / 6e4)} minutes` : "";
      return new GitError("REMOTE_FAILED", message + later, {
        cause: error,
        remedy: "Run again later: what is done stays, and the rest is made up for."
      });
    }
    if (status === 401 || status === 403 || status === 404) {
      return new GitError("AUTH", message, {
        cause: error,
        remedy: `Give the job permissions: ${permission}, or a token that has them for this repository.`
      });
    }
    return new GitError("REMOTE_FAILED", message, {
      cause: error,
      remedy: "Read GitHub's answer in the message; run again when its cause is gone."
    });
  }
};
function answerOf(error) {
  const { status, response } = typeof error === "object" && error !== null ? error : {};
  return { status: typeof status === "number" ? status : 0, headers: response?.headers ?? {} };
}
function statusOf(error) {
  return answerOf(error).status;
}
function messageOf(error) {
  const text4 = error instanceof Error ? error.message : String(error);
  const status = statusOf(error);
  return `${status > 0 ? `status ${status}, ` : ""}${text4.slice(0, 500)}`;
}
function isTransient2(error) {
  if (error instanceof GitError) return false;
  const { status, headers } = answerOf(error);
  if (error instanceof Error && (error.name === "TimeoutError" || error.name === "AbortError"))
    return true;
  if (status >= 500 || status === 408 || status === 429) return true;
  return status === 403 && (headers["retry-after"] !== void 0 || headers["x-ratelimit-remaining"] === "0" || /rate limit/iu.test(messageOf(error)));
}
function askedWait(error) {
  const { headers } = answerOf(error);
  const { "retry-after": after2, "x-ratelimit-reset": reset } = headers;
  if (typeof after2 === "string" && /^\d{1,6}$/.test(after2)) return Number(after2) * 1e3;
  if (headers["x-ratelimit-remaining"] === "0" && typeof reset === "string" && /^\d{1,12}$/.test(reset))
    return Math.max(1e3, Number(reset) * 1e3 - Date.now());
  return void 0;
}

// src/github/issues.ts
var PERMISSION = "issues: write";
var PAGES2 = 20;
var ISSUES = "/repos/{owner}/{repo}/issues";
var GitHubIssues = class {
  #client;
  constructor(client) {
    this.#client = client;
  }
  async find(marker) {
    return this.#client.persist(
      { what: "look for the alarm issue", permission: PERMISSION },
      async () => await this.#look("open", marker) ?? this.#look("closed", marker)
    );
  }
  async open({
    title,
    body,
    marker
  }) {
    return this.#client.persist(
      { what: "open the alarm issue", permission: PERMISSION },
      async () => {
        const found = await this.#look("open", marker);
        if (found !== void 0) return found.number;
        const { number } = await this.#client.request(`POST ${ISSUES}`, { title, body });
        if (typeof number !== "number")
          throw new GitError(
            "REMOTE_FAILED",
            "GitHub: expected the number of the new issue, found none"
          );
        return number;
      }
    );
  }
  async change(number, { body, comment, close }) {
    const what = `update the alarm issue #${number}`;
    if (comment !== void 0) {
      await this.#client.persist(
        { what, permission: PERMISSION },
        () => this.#client.request(`POST ${ISSUES}/{issue_number}/comments`, {
          issue_number: number,
          body: comment
        })
      );
    }
    const parameters = {
      issue_number: number,
      ...body === void 0 ? {} : { body },
      ...close === void 0 ? {} : { state: "closed", state_reason: "completed" }
    };
    if (body === void 0 && close === void 0) return;
    await this.#client.persist(
      { what, permission: PERMISSION },
      () => this.#client.request(`PATCH ${ISSUES}/{issue_number}`, parameters)
    );
  }
  async #look(state, marker) {
    const listed = await this.#client.list(
      `GET ${ISSUES}`,
      { state, sort: "updated", direction: "desc" },
      state === "open" ? PAGES2 : 1
    );
    return listed.map((entry) => toIssue(entry, marker)).find((issue) => issue !== void 0);
  }
};
function toIssue(data, marker) {
  const issue = data;
  if (typeof issue.number !== "number" || typeof issue.body !== "string" || issue.pull_request !== void 0 || !issue.body.includes(marker))
    return void 0;
  const isOurs = issue.user?.type === "Bot" || ["OWNER", "MEMBER", "COLLABORATOR"].includes(String(issue.author_association));
  return isOurs ? { number: issue.number, isOpen: issue.state === "open", body: issue.body } : void 0;
}

// src/github/releases.ts
var PERMISSION2 = "contents: write";
var PAGES3 = 100;
var RELEASE = "/repos/{owner}/{repo}/releases/{release_id}";
var GitHubReleases = class {
  #client;
  constructor(client) {
    this.#client = client;
  }
  async listPublished() {
    const found = await this.#client.persist(
      { what: "list the releases", permission: PERMISSION2 },
      () => this.#list()
    );
    const published = found.filter(({ draft }) => !draft);
    return new Map(
      published.map(({ tag_name: tag, assets }) => [
        tag,
        new Set(assets.filter(isWhole2).map(nameOf4))
      ])
    );
  }
  async publish(release) {
    await this.#client.persist(
      { what: `publish the release ${release.tag}`, permission: PERMISSION2 },
      () => this.#complete(release)
    );
  }
  async #complete(release) {
    const found = await this.#find(release.tag) ?? await this.#create(release);
    for (const asset of release.assets) await this.#ensure(found, asset);
    if (!found.draft) return;
    const { tag, name, body, isLatest } = release;
    await this.#client.request(`PATCH ${RELEASE}`, {
      release_id: found.id,
      tag_name: tag,
      name,
      body,
      draft: false,
      make_latest: String(isLatest)
    });
  }
  async #list() {
    return (await this.#client.list("GET /repos/{owner}/{repo}/releases", {}, PAGES3)).map(
      toRelease
    );
  }
  /** A published one before drafts. Only the listing shows drafts. */
  async #find(tag) {
    const same2 = (await this.#list()).filter(({ tag_name: name }) => name === tag);
    return same2.find(({ draft }) => !draft) ?? same2[0];
  }
  async #create({ tag, name, body }) {
    const parameters = {
      tag_name: tag,
      name,
      body,
      draft: true,
      prerelease: false,
      generate_release_notes: false
    };
    return toRelease(await this.#client.request("POST /repos/{owner}/{repo}/releases", parameters));
  }
  /** An asset that was cut off is replaced; one that is whole stays, whoever put it there. */
  async #ensure(found, { name, contentType, read }) {
    const held = found.assets.filter((asset) => nameOf4(asset) === name);
    if (held.some(isWhole2)) return;
    for (const { id } of held)
      await this.#client.request("DELETE /repos/{owner}/{repo}/releases/assets/{asset_id}", {
        asset_id: id
      });
    const data = await read();
    await this.#client.request(`POST ${this.#uploadUrl(found)}`, {
      name,
      label: name,
      data,
      headers: { "content-type": contentType, "content-length": data.length }
    });
  }
  /** The token follows a URL of the answer only within the API's own host or domain. */
  #uploadUrl({ upload_url: template }) {
    const api = new URL(this.#client.options.apiUrl);
    const target = URL.parse(template.replace(/\{[^{}]*\}$/u, ""));
    const domain = api.hostname.replace(/^api\./u, "");
    if (target?.protocol !== api.protocol || target.hostname !== domain && !target.hostname.endsWith(`.${domain}`)) {
      throw new GitError(
        "REMOTE_FAILED",
        `GitHub: expected an address for uploads on ${domain}, found ${JSON.stringify(template)}`
      );
    }
    return template;
  }
};
function isWhole2({ state }) {
  return state === "uploaded";
}
function nameOf4({ name, label }) {
  return label === void 0 || label === null || label === "" ? name : label;
}
function toRelease(data) {
  const found = data;
  if (typeof found?.id !== "number" || typeof found.tag_name !== "string" || typeof found.upload_url !== "string" || !Array.isArray(found.assets)) {
    throw new GitError(
      "REMOTE_FAILED",
      `GitHub: expected a release, found ${JSON.stringify(data).slice(0, 200)}`
    );
  }
  return {
    id: found.id,
    tag_name: found.tag_name,
    draft: found.draft === true,
    upload_url: found.upload_url,
    assets: found.assets
  };
}

// src/github/host.ts
function openGitHub(options) {
  const client = new Client(options);
  return {
    releases: new GitHubReleases(client),
    issues: new GitHubIssues(client),
    attestations: new GitHubAttestations(client),
    activity: new GitHubActivity(client),
    branches: new GitHubBranches(client)
  };
}

// src/net/cache.ts
import { createReadStream } from "node:fs";
import { lstat } from "node:fs/promises";
import { join as join11 } from "node:path";
var TOOL = "rpm-source-mirror";
var FILE = "package.rpm";
var ARCH = "any";
var version = (checksum) => `0.0.0-s${checksum}`;
var toolCache = {
  async find(checksum) {
    const { find } = await import("./tool-cache-OPMVTBHT.js");
    const directory = find(TOOL, version(checksum), ARCH);
    if (directory === "") return void 0;
    const path = join11(directory, FILE);
    const info2 = await lstat(path).catch(() => void 0);
    return info2?.isFile() === true ? createReadStream(path) : void 0;
  },
  async keep(path, checksum) {
    const { cacheFile } = await import("./tool-cache-OPMVTBHT.js");
    await cacheFile(path, FILE, TOOL, version(checksum), ARCH);
  }
};
var noCache = {
  find: async () => void 0,
  keep: async () => void 0
};

// src/net/download.ts
import { createHash as createHash14 } from "node:crypto";

// src/net/connections.ts
import { lookup as dnsLookup } from "node:dns";
import { readFile as readFile4 } from "node:fs/promises";

// src/net/proxies.ts
import { BlockList as BlockList2, isIP as isIP2 } from "node:net";
function proxyFor(url, environment) {
  const variable = (name) => environment[name]?.trim() || environment[name.toUpperCase()]?.trim() || void 0;
  const proxy = variable(url.protocol === "https:" ? "https_proxy" : "http_proxy");
  if (proxy === void 0 || isExempt(url, variable("no_proxy") ?? "")) return void 0;
  return proxy.includes("://") ? proxy : `http://${proxy}`;
}
function isExempt(url, noProxy) {
  const host = bare(url.hostname);
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy.toLowerCase().split(/[\s,]+/).some((entry) => {
    if (entry === "*") return true;
    const withPort = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry);
    if (withPort !== null && withPort[2] !== port) return false;
    const name = bare(withPort?.[1] ?? entry).replace(/^\*?\./, "");
    return name !== "" && (host === name || isIP2(host) === 0 && host.endsWith(`.${name}`) || inBlock(host, name));
  });
}
function bare(host) {
  return host.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}
function inBlock(host, entry) {
  const [address = "", bits = ""] = entry.split("/");
  const version2 = isIP2(address);
  if (isIP2(host) === 0 || version2 === 0 || !/^\d{1,3}$/.test(bits) || Number(bits) > (version2 === 6 ? 128 : 32))
    return false;
  const block2 = new BlockList2();
  block2.addSubnet(address, Number(bits), version2 === 6 ? "ipv6" : "ipv4");
  return block2.check(host, isIP2(host) === 6 ? "ipv6" : "ipv4");
}

// src/net/connections.ts
async function createConnections(environment, connectTimeout) {
  const { Agent, ProxyAgent, buildConnector } = (await import("./undici-QICUO2XH.js")).default;
  const tls = await extraCertificates(environment);
  const kinds = /* @__PURE__ */ new Map();
  const made = /* @__PURE__ */ new Map();
  const direct = (reach) => {
    const connect = buildConnector({
      timeout: connectTimeout,
      lookup: guardedLookup(reach),
      allowH2: false,
      ...tls
    });
    return new Agent({ connect: remember(connect, kinds), allowH2: false });
  };
  const proxied = (uri) => {
    return new ProxyAgent({
      uri,
      proxyTunnel: false,
      allowH2: false,
      proxyTls: { timeout: connectTimeout, ...tls },
      requestTls: { timeout: connectTimeout, ...tls }
    });
  };
  return {
    dispatcher(url, reach) {
      checkReach(url.hostname, hostKind(url), reach);
      const proxy = proxyFor(url, environment);
      const key = proxy ?? reach;
      const dispatcher = made.get(key) ?? (proxy === void 0 ? direct(reach) : proxied(checkedProxy(proxy)));
      made.set(key, dispatcher);
      return dispatcher;
    },
    kind: (url) => hostKind(url) ?? kinds.get(hostAndPort(url.hostname, url.port, url.protocol)) ?? "public",
    destroy: async () => {
      await Promise.all([...made.values()].map((dispatcher) => dispatcher.destroy()));
    }
  };
}
function checkedProxy(proxy) {
  if (/^https?:\/\/./i.test(proxy) && URL.canParse(proxy)) return proxy;
  throw new DownloadError(
    "CONNECTION_FAILED",
    "proxy variables: expected an http or https URL, found something else"
  );
}
async function extraCertificates(environment) {
  const path = environment.SSL_CERT_FILE;
  if (path === void 0 || path === "") return {};
  const { getCACertificates } = await import("node:tls");
  const extra2 = await readFile4(path, "latin1").catch((cause) => {
    throw new DownloadError(
      "CONNECTION_FAILED",
      `SSL_CERT_FILE: expected a readable file, found none at ${path}`,
      { cause }
    );
  });
  return { ca: [...getCACertificates("default"), extra2] };
}
function guardedLookup(reach) {
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, "", 0);
        return;
      }
      const usable = found.filter(({ address }) => isWithin2(addressKind(address), reach));
      const first2 = usable[0];
      if (first2 === void 0) {
        callback(refusal2(hostname, addressKind(found[0]?.address ?? ""), reach), "", 0);
      } else if (options.all === true) callback(null, usable);
      else callback(null, first2.address, first2.family);
    });
  };
}
function remember(connect, kinds) {
  return (options, callback) => {
    connect(options, (...result) => {
      const address = result[1]?.remoteAddress;
      if (address !== void 0)
        kinds.set(
          hostAndPort(options.hostname, options.port, options.protocol),
          addressKind(address)
        );
      callback(...result);
    });
  };
}
function hostAndPort(hostname, port, protocol) {
  return `${hostname}:${port || (protocol === "https:" ? "443" : "80")}`;
}
function isWithin2(kind, reach) {
  return reach === "public" ? kind === "public" : kind !== "link-local";
}
function checkReach(host, kind, reach) {
  if (kind !== void 0 && !isWithin2(kind, reach)) throw refusal2(host, kind, reach);
}
function refusal2(host, kind, reach) {
  const expected = reach === "public" ? "a public address after a public host" : "no link-local address";
  return new DownloadError(
    "INSECURE_REDIRECT",
    `expected ${expected}, found ${host}, which is ${kind}`,
    { expected, actual: `${host} (${kind})` }
  );
}

// src/net/deadline.ts
var Deadline = class {
  #pace;
  #what;
  #left;
  #resumed = 0;
  #idle;
  #total;
  #expired = false;
  constructor(pace, what) {
    this.#pace = pace;
    this.#what = what;
    this.#left = pace.requestTimeout;
  }
  /** True when the total time is used up, so that no further attempt makes sense. */
  get expired() {
    return this.#expired;
  }
  /** Starts both clocks for one attempt; `end` is called with TIMEOUT when one of them runs out. Returns what stops them. */
  watch(end) {
    this.#resumed = performance.now();
    const timedOut = (text4) => {
      end(new DownloadError("TIMEOUT", `${this.#what}: ${text4}`));
    };
    this.#idle = setTimeout(() => {
      timedOut(`expected data, found none for ${this.#pace.idleTimeout} ms`);
    }, this.#pace.idleTimeout);
    const check4 = () => {
      const left = this.#left - (performance.now() - this.#resumed);
      if (left > 0) {
        this.#total = setTimeout(check4, left);
        return;
      }
      this.#expired = true;
      const rate = this.#pace.slowestRate > 0 ? ` and 1 s per ${this.#pace.slowestRate} bytes` : "";
      timedOut(
        `expected to end within ${this.#pace.requestTimeout} ms${rate}, found it still going on`
      );
    };
    this.#total = setTimeout(check4, Math.max(0, this.#left));
    return () => {
      clearTimeout(this.#idle);
      clearTimeout(this.#total);
      this.#left -= performance.now() - this.#resumed;
    };
  }
  /** Says that so many bytes arrived. */
  received(bytes) {
    this.#idle?.refresh();
    if (this.#pace.slowestRate > 0) this.#left += bytes / this.#pace.slowestRate * 1e3;
  }
};

// src/net/redirects.ts
function nextHop({ from, location, status, hop, limit: limit3, pinned }) {
  const to = location === void 0 ? null : URL.parse(location, from.href);
  if (to === null) {
    throw new DownloadError(
      "HTTP_STATUS",
      `${displayUrl(from)}: expected a Location with status ${status}, found none that is a URL`,
      { status }
    );
  }
  to.username = to.password = to.hash = "";
  const refuse = (expected, actual) => new DownloadError(
    "INSECURE_REDIRECT",
    `redirect from ${displayUrl(from)}: expected ${expected}, found ${actual}`,
    { expected, actual, status }
  );
  if (hop >= limit3) throw refuse(`at most ${limit3} redirects`, `one more, to ${displayUrl(to)}`);
  if (to.protocol !== "https:" && to.protocol !== from.protocol)
    throw refuse(`a URL that begins with ${from.protocol} or https:`, displayUrl(to));
  if (!pinned && !sameHost(from, to))
    throw refuse(`the same host, since no checksum pins these bytes`, displayUrl(to));
  return to;
}

// src/net/retry.ts
import { setTimeout as sleep3 } from "node:timers/promises";
var RetryLater = class extends DownloadError {
  constructor(message, status, wait) {
    super("HTTP_STATUS", message, { status });
    this.wait = wait;
    this.name = "DownloadError";
  }
  wait;
};
async function retry(attempt, { policy, logger, signal, expired }) {
  for (let n = 1; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      const wait = waitBefore(error, n, policy);
      if (n >= policy.attempts || wait === void 0 || expired() || signal.aborted) throw error;
      logger.debug(
        `attempt ${n} of ${policy.attempts} failed, next in ${Math.round(wait)} ms: ${error.message}`
      );
      await sleep3(wait, void 0, { signal }).catch(() => {
        signal.throwIfAborted();
      });
    }
  }
}
function waitBefore(error, n, policy) {
  if (!isTransient(error) || isCertificateProblem(error)) return void 0;
  if (error instanceof RetryLater) return error.wait <= policy.retryAfter ? error.wait : void 0;
  return policy.backoff * 2 ** (n - 1) * (0.5 + Math.random() / 2);
}
function isCertificateProblem(error) {
  return /CERT|^ERR_TLS|^UNABLE_TO|^HOSTNAME_MISMATCH/.test(
    errorFields(error.cause).code
  );
}
function errorFields(error) {
  const text4 = (field) => {
    const value2 = typeof error === "object" && error !== null ? Reflect.get(error, field) : void 0;
    return typeof value2 === "string" ? value2 : "";
  };
  return { code: text4("code"), message: text4("message") };
}
function parseRetryAfter(value2, now) {
  if (value2 === void 0) return void 0;
  if (/^\d{1,9}$/.test(value2.trim())) return Number(value2) * 1e3;
  const date = Date.parse(value2);
  return Number.isNaN(date) ? void 0 : Math.max(0, date - now);
}

// src/net/exchange.ts
var REDIRECTS = /* @__PURE__ */ new Set([301, 302, 303, 307, 308]);
async function exchange(context, { target, headers, pinned, signal }) {
  let url = target.url;
  let reach = "open";
  for (let hop = 0; ; hop++) {
    const dispatcher = context.connections.dispatcher(url, reach);
    context.announce(url);
    const sameOrigin = url.origin === target.url.origin;
    const own = sameOrigin && target.authorization !== void 0 ? [["authorization", target.authorization]] : [];
    const response = await send({
      dispatcher,
      url,
      headers: merged(headers, own, context.secrets(url)),
      signal
    });
    if (!REDIRECTS.has(response.statusCode)) return answer(response, url, signal);
    discard(response.body);
    const next = nextHop({
      from: url,
      location: first(response.headers.location),
      status: response.statusCode,
      hop,
      limit: context.redirects,
      pinned
    });
    if (next.origin !== url.origin && context.connections.kind(url) === "public") reach = "public";
    url = next;
  }
}
async function send({ dispatcher, url, headers, signal }) {
  const aborted = Promise.withResolvers();
  const onAbort = () => {
    aborted.reject(signal.reason);
  };
  signal.addEventListener("abort", onAbort, { once: true });
  try {
    signal.throwIfAborted();
    const response = dispatcher.request({
      origin: url.origin,
      path: url.pathname + url.search,
      method: "GET",
      headers,
      signal,
      // The deadline's clocks rule; these two are coarser.
      headersTimeout: 0,
      bodyTimeout: 0
    });
    return await Promise.race([response, aborted.promise]);
  } catch (error) {
    throw networkError(error, `${displayUrl(url)}: no answer`, "CONNECTION_FAILED", signal);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
function answer({ statusCode, headers, body }, url, signal) {
  return {
    status: statusCode,
    header: (name) => first(headers[name]),
    body: withTypedErrors(body, url, signal),
    discard: () => {
      discard(body);
    },
    url: url.href
  };
}
async function* withTypedErrors(body, url, signal) {
  body.on("error", () => void 0);
  try {
    for await (const chunk of body) yield chunk;
  } catch (error) {
    throw networkError(error, `${displayUrl(url)}: the answer broke off`, "TRUNCATED", signal);
  }
}
function discard(body) {
  body.on("error", () => void 0);
  body.dump({ limit: 4096 }).catch(() => void 0);
}
function first(value2) {
  return typeof value2 === "object" ? value2[0] : value2;
}
function merged(...lists) {
  return Object.fromEntries(lists.flat().map(([name, value2]) => [name.toLowerCase(), value2]));
}
var TIMEOUTS = /* @__PURE__ */ new Set([
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "ETIMEDOUT"
]);
var NOT_TLS2 = /wrong.version.number|packet.length.too.long|unknown.protocol|record.layer.failure/i;
function networkError(error, what, otherwise, signal) {
  const reason = signal.aborted ? signal.reason : error;
  if (reason instanceof DownloadError) return reason;
  const { code: code2, message } = errorFields(reason);
  if (code2 === "UND_ERR_HEADERS_OVERFLOW")
    return new DownloadError("TOO_LARGE", `${what}: more headers than 16 KiB`, { cause: error });
  if (NOT_TLS2.test(`${code2} ${message}`))
    return new DownloadError(otherwise, `${what}: the server does not speak TLS at this port`, {
      cause: error,
      remedy: "Check scheme and port of the URL: http:// where the server speaks plain http, or the port of its https (usually 443)."
    });
  return new DownloadError(
    TIMEOUTS.has(code2) ? "TIMEOUT" : otherwise,
    `${what}: ${message || code2}`,
    { cause: error }
  );
}

// src/net/local.ts
import { createReadStream as createReadStream2 } from "node:fs";
import { stat } from "node:fs/promises";
async function localExchange(path, what) {
  const info2 = await stat(path).catch((cause) => {
    throw new DownloadError("NOT_FOUND", `${what}: expected a file at ${path}, found none`, {
      cause
    });
  });
  if (!info2.isFile())
    throw new DownloadError(
      "NOT_FOUND",
      `${what}: expected a regular file at ${path}, found something else`
    );
  return {
    status: 200,
    header: () => void 0,
    body: content(path, what),
    discard: () => void 0,
    url: path
  };
}
async function* content(path, what) {
  try {
    for await (const chunk of createReadStream2(path)) yield chunk;
  } catch (cause) {
    throw new DownloadError(
      "NOT_FOUND",
      `${what}: ${path} cannot be read: ${cause.message}`,
      { cause }
    );
  }
}

// src/net/transport.ts
var NET_LIMITS = { ...LIMITS, backoff: 1e3 };
var Transport = class {
  #options;
  #closing = new AbortController();
  #warned = /* @__PURE__ */ new Set();
  #origins;
  #connections;
  constructor(options) {
    this.#options = options;
    this.#origins = new Set(
      (options.secretHeaders?.urls ?? []).flatMap((url) => URL.parse(url)?.origin ?? [])
    );
  }
  /** @throws DownloadError */
  async open({ url, what, headers, pinned, signal }) {
    signal.throwIfAborted();
    const target = parseTarget(url);
    if (target.kind === "file") return localExchange(target.path, what);
    this.#connections ??= createConnections(
      this.#options.environment,
      this.#options.limits.idleTimeout
    );
    const common = [
      ["user-agent", this.#options.userAgent],
      ["accept", "*/*"],
      ["accept-encoding", "identity"]
    ];
    const context = {
      connections: await this.#connections,
      redirects: this.#options.limits.redirects,
      secrets: (asked) => this.#origins.has(asked.origin) ? this.#options.secretHeaders.lines : [],
      announce: (asked) => {
        this.#announce(asked);
      }
    };
    const answer2 = await exchange(context, {
      target,
      headers: [...common, ...headers],
      pinned,
      signal
    });
    this.#options.logger.debug(
      `GET ${displayUrl(url)}: status ${answer2.status}${answer2.url === target.url.href ? "" : ` from ${displayUrl(answer2.url)}`}`
    );
    return answer2;
  }
  /**
   * Runs attempts under one deadline until one succeeds.
   * @throws DownloadError ABORTED after {@link close}, and what the last attempt threw
   */
  async attempts(what, own, attempt) {
    const limits = { ...this.#options.limits, ...own };
    const deadline = new Deadline(limits, what);
    const once2 = async () => {
      const ending2 = new AbortController();
      const stop = deadline.watch((error) => {
        ending2.abort(error);
      });
      try {
        return await attempt({
          signal: AbortSignal.any([this.#closing.signal, ending2.signal]),
          deadline
        });
      } finally {
        stop();
      }
    };
    return retry(once2, {
      policy: limits,
      logger: this.#options.logger,
      signal: this.#closing.signal,
      expired: () => deadline.expired
    });
  }
  async close() {
    this.#closing.abort(
      new DownloadError("ABORTED", "the run ended while bytes were still on their way")
    );
    await (await this.#connections?.catch(() => void 0))?.destroy();
  }
  #announce(url) {
    if (url.protocol === "https:" || hostKind(url) === "loopback" || this.#warned.has(url.host))
      return;
    this.#warned.add(url.host);
    this.#options.logger.warning(
      `${url.host} is read over http: others can see and delay what is fetched; what is signed they cannot change`
    );
  }
};
function statusError(answer2, what, expected) {
  answer2.discard();
  const { status } = answer2;
  const wait = status === 429 || status === 503 ? parseRetryAfter(answer2.header("retry-after"), Date.now()) : void 0;
  const message = `${what}: expected status ${expected}, found ${status} at ${displayUrl(answer2.url)}`;
  if (wait !== void 0)
    return new RetryLater(
      `${message}, which asks to come back in ${Math.ceil(wait / 1e3)} s`,
      status,
      wait
    );
  return new DownloadError("HTTP_STATUS", message, { status, expected, actual: String(status) });
}
function contentLength(answer2) {
  const value2 = answer2.header("content-length");
  return value2 !== void 0 && /^\d{1,15}$/.test(value2) ? Number(value2) : void 0;
}
function contentRange(answer2) {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/.exec(
    answer2.header("content-range") ?? ""
  );
  if (match === null) return void 0;
  return {
    start: Number(match[1]),
    end: Number(match[2]) + 1,
    total: match[3] === "*" ? void 0 : Number(match[3])
  };
}

// src/net/download.ts
async function downloadPackage(context, request) {
  const { size, maxBytes, what } = request;
  if (size !== void 0 && size > maxBytes)
    throw tooLarge(what, maxBytes, `${size} announced by the index`);
  const cached = await fromCache(context, request);
  if (cached !== void 0) return cached;
  try {
    return await fromNetwork(context, request, []);
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
    context.logger.info(`${error.message}; fetching it once more`);
    return fromNetwork(context, request, [["cache-control", "no-cache"]]);
  }
}
async function fromCache(context, request) {
  const intake = new Intake(context, request);
  try {
    const bytes = await context.cache.find(request.checksum.hex.toLowerCase());
    if (bytes === void 0) return void 0;
    for await (const chunk of bytes) await intake.append(chunk);
    return await intake.finish(true);
  } catch (error) {
    await intake.discard();
    context.logger.warning(
      `${request.what}: what the tool cache holds cannot be used and is ignored: ${error.message}`
    );
    return void 0;
  }
}
async function fromNetwork(context, request, headers) {
  const intake = new Intake(context, request);
  try {
    const what = `${request.what} at ${displayUrl(request.url)}`;
    await context.transport.attempts(
      what,
      {},
      (attempt) => transfer({ context, request, intake, headers }, attempt)
    );
    return await intake.finish(false);
  } catch (error) {
    await intake.discard();
    throw error;
  }
}
async function transfer({ context, request, intake, headers }, { signal, deadline }) {
  if (intake.size > 0 && intake.size === request.size) return;
  const resume = intake.size === 0 || intake.validator === void 0 ? [] : [
    ["range", `bytes=${intake.size}-`],
    ["if-range", intake.validator]
  ];
  const { url, what } = request;
  const answer2 = await context.transport.open({
    url,
    what,
    headers: [...headers, ...resume],
    pinned: true,
    signal
  });
  if (!(resume.length > 0 && answer2.status === 206 && contentRange(answer2)?.start === intake.size)) {
    await intake.reset();
    if (resume.length > 0 && answer2.status !== 200) {
      answer2.discard();
      throw new DownloadError("TRUNCATED", `${what}: the server cannot go on where it broke off`);
    }
    if (answer2.status !== 200) throw statusError(answer2, what, "200");
  }
  intake.validator = strongValidator(answer2);
  const announced = contentLength(answer2);
  if (announced !== void 0) await checkAnnounced(answer2, intake.size + announced, request);
  for await (const chunk of answer2.body) {
    signal.throwIfAborted();
    deadline.received(chunk.length);
    await intake.append(chunk);
    request.onProgress?.(intake.size);
  }
}
function strongValidator(answer2) {
  const etag = answer2.header("etag");
  return etag?.startsWith('"') === true ? etag : answer2.header("last-modified");
}
async function checkAnnounced(answer2, total, request) {
  const error = request.size === void 0 ? total > request.maxBytes ? tooLarge(request.what, request.maxBytes, String(total)) : void 0 : total === request.size ? void 0 : sizeMismatch(request, String(total), await beginsAsPage(answer2));
  if (error === void 0) return;
  answer2.discard();
  throw error;
}
async function beginsAsPage({ body }) {
  try {
    for await (const chunk of body) return isWebPage(chunk);
  } catch {
  }
  return false;
}
function tooLarge(what, maxBytes, found) {
  return new DownloadError(
    "TOO_LARGE",
    `${what}: expected at most ${maxBytes} bytes, found ${found}`,
    { expected: `at most ${maxBytes}`, actual: found }
  );
}
function sizeMismatch(request, actual, isPage) {
  const expected = String(request.size);
  const found = isPage ? `${WEB_PAGE.actual} (${actual})` : actual;
  return new IntegrityError(
    "SIZE_MISMATCH",
    `${request.what}: expected ${expected} bytes, found ${found} at ${displayUrl(request.url)}`,
    { expected, actual, ...isPage ? { remedy: WEB_PAGE.remedy } : {} }
  );
}
var Intake = class {
  /** What the server calls this version of the file. */
  validator;
  #request;
  #spool;
  #sha256;
  #announced;
  /** An HTML page instead of the file. */
  #isPage = false;
  constructor({ directory, inMemory }, request) {
    this.#request = request;
    this.#spool = new Spool(directory, inMemory);
    this.#begin();
  }
  get size() {
    return this.#spool.size;
  }
  async append(chunk) {
    const { size, maxBytes, what } = this.#request;
    if (this.size + chunk.length > (size ?? maxBytes))
      throw size === void 0 ? tooLarge(what, maxBytes, "more") : sizeMismatch(
        this.#request,
        "more",
        this.#isPage || this.size === 0 && isWebPage(chunk)
      );
    if (this.size === 0) this.#isPage = isWebPage(chunk);
    this.#sha256.update(chunk);
    if (this.#announced !== this.#sha256) this.#announced.update(chunk);
    await this.#spool.append(chunk).catch((cause) => {
      const remedy = "Free space in RUNNER_TEMP (or the folder for temporary files), and see that it can be written.";
      throw new DownloadError(
        "TOO_LARGE",
        `${what}: cannot be stored: ${cause.message}`,
        { cause, remedy }
      );
    });
  }
  async reset() {
    this.validator = void 0;
    this.#isPage = false;
    this.#begin();
    await this.#spool.reset();
  }
  /** @throws IntegrityError */
  async finish(cached) {
    const { size, checksum, what, url } = this.#request;
    if (size !== void 0 && this.size !== size)
      throw sizeMismatch(this.#request, String(this.size), this.#isPage);
    const actual = this.#announced.digest("hex");
    const sha2563 = this.#announced === this.#sha256 ? actual : this.#sha256.digest("hex");
    const expected = checksum.hex.toLowerCase();
    if (actual !== expected) {
      throw new IntegrityError(
        "DIGEST_MISMATCH",
        `${what}: expected ${checksum.algorithm} ${expected}, found ${actual}${this.#isPage ? `, ${WEB_PAGE.actual},` : ""} at ${displayUrl(url)}`,
        { expected, actual, ...this.#isPage ? { remedy: WEB_PAGE.remedy } : {} }
      );
    }
    const { bytes, file } = this.#spool.finish();
    const release = async () => {
      await file?.remove();
    };
    return { download: { bytes, sha256: sha2563, cached, release }, file };
  }
  async discard() {
    await this.#spool.discard();
  }
  #begin() {
    const { algorithm } = this.#request.checksum;
    this.#sha256 = createHash14("sha256");
    this.#announced = algorithm === "sha256" ? this.#sha256 : createHash14(algorithm);
  }
};

// src/net/small.ts
function fetchSmall(transport, request) {
  const { range, maxBytes, what, timeout } = request;
  if (range !== void 0 && range.end - range.start > maxBytes)
    return Promise.reject(tooLarge2(request, `a range of ${range.end - range.start}`));
  const own = {
    ...request.attempts === void 0 ? {} : { attempts: request.attempts },
    ...timeout === void 0 ? {} : { requestTimeout: timeout, slowestRate: 0 }
  };
  return transport.attempts(
    `${what} at ${displayUrl(request.url)}`,
    own,
    (attempt) => fetchOnce(transport, request, attempt)
  );
}
async function fetchOnce(transport, request, attempt) {
  const { url, what, range, pinned = false } = request;
  const answer2 = await transport.open({
    url,
    what,
    headers: requestHeaders(request),
    pinned,
    signal: attempt.signal
  });
  const conditional = request.ifNoneMatch !== void 0 || request.ifModifiedSince !== void 0;
  const rest2 = {
    url: answer2.url,
    etag: answer2.header("etag"),
    lastModified: answer2.header("last-modified")
  };
  if (answer2.status === 304 && conditional) {
    answer2.discard();
    return { status: 304, body: new Uint8Array(), ...rest2 };
  }
  if (answer2.status === 206 && range !== void 0)
    return { status: 206, body: await readPart(answer2, request, range, attempt), ...rest2 };
  if (answer2.status !== 200)
    throw statusError(answer2, what, range === void 0 ? "200" : "206 or 200");
  if (range === void 0)
    return { status: 200, body: await readAll(answer2, request, attempt), ...rest2 };
  return { status: 206, body: await readSlice(answer2, range, attempt), ...rest2 };
}
function requestHeaders({ range, ifNoneMatch, ifModifiedSince }) {
  const headers = [];
  if (range !== void 0) headers.push(["range", `bytes=${range.start}-${range.end - 1}`]);
  if (ifNoneMatch !== void 0) headers.push(["if-none-match", ifNoneMatch]);
  if (ifModifiedSince !== void 0) headers.push(["if-modified-since", ifModifiedSince]);
  return headers;
}
function tooLarge2(request, found) {
  const message = `${request.what}: expected at most ${request.maxBytes} bytes, found ${found} at ${displayUrl(request.url)}`;
  return new DownloadError("TOO_LARGE", message, {
    expected: `at most ${request.maxBytes}`,
    actual: found
  });
}
async function readAll(answer2, request, { signal, deadline }) {
  const announced = contentLength(answer2);
  if (announced !== void 0 && announced > request.maxBytes) {
    answer2.discard();
    throw tooLarge2(request, String(announced));
  }
  const body = announced === void 0 ? void 0 : Buffer.allocUnsafeSlow(announced);
  const chunks = [];
  let size = 0;
  for await (const chunk of answer2.body) {
    signal.throwIfAborted();
    deadline.received(chunk.length);
    if (size + chunk.length > Math.min(request.maxBytes, announced ?? Infinity))
      throw tooLarge2(request, "more");
    if (body === void 0) chunks.push(chunk);
    else body.set(chunk, size);
    size += chunk.length;
  }
  return body?.subarray(0, size) ?? Buffer.concat(chunks, size);
}
async function readPart(answer2, request, range, attempt) {
  const given = contentRange(answer2);
  if (given?.start !== range.start || given.end > range.end || given.end < range.end && given.total !== void 0 && given.end !== given.total) {
    answer2.discard();
    const [expected, actual] = [
      `bytes ${range.start}-${range.end - 1}`,
      answer2.header("content-range") ?? "none"
    ];
    throw new DownloadError(
      "HTTP_STATUS",
      `${request.what}: expected the range ${expected}, found ${actual} at ${displayUrl(answer2.url)}`,
      { expected, actual, status: 206 }
    );
  }
  const size = given.end - given.start;
  const body = await readAll(answer2, { ...request, maxBytes: size }, attempt);
  if (body.length === size) return body;
  throw new DownloadError(
    "TRUNCATED",
    `${request.what}: expected ${size} bytes, found ${body.length} at ${displayUrl(answer2.url)}`
  );
}
async function readSlice(answer2, { start, end }, { signal, deadline }) {
  const chunks = [];
  let at = 0;
  for await (const chunk of answer2.body) {
    signal.throwIfAborted();
    deadline.received(chunk.length);
    if (at + chunk.length > start) chunks.push(chunk.subarray(Math.max(0, start - at), end - at));
    at += chunk.length;
    if (at >= end) break;
  }
  return Buffer.concat(chunks);
}

// src/net/http.ts
function createFetcher(options) {
  const { logger, environment } = options;
  const limits = { ...NET_LIMITS, ...options.limits };
  const transport = new Transport({ ...options, limits });
  const directory = new PrivateDirectory(environment.RUNNER_TEMP);
  const cache = environment.RUNNER_TOOL_CACHE ? toolCache : noCache;
  const context = {
    transport,
    directory,
    cache,
    logger,
    inMemory: limits.packageInMemory
  };
  const inSlot = createSlots(options.concurrency);
  const files = /* @__PURE__ */ new WeakMap();
  return {
    fetch: (request) => fetchSmall(transport, request),
    download: (request) => inSlot(async () => {
      const { download, file } = await downloadPackage(context, request);
      if (file !== void 0) files.set(download, file);
      return download;
    }),
    keep: (download, request) => keep(context, { download, request, file: files.get(download) }),
    close: async () => {
      await transport.close();
      await directory.remove();
    }
  };
}
async function keep({ cache, directory, logger }, { download, request, file }) {
  if (download.cached || cache === noCache) return;
  let copy;
  try {
    if (file === void 0) {
      copy = await directory.create();
      for await (const chunk of download.bytes.stream()) await copy.append(chunk);
    }
    await cache.keep((file ?? copy).path, request.checksum.hex.toLowerCase());
  } catch (error) {
    logger.info(
      `${request.what} could not be put into the tool cache: ${error.message}`
    );
  } finally {
    await copy?.remove();
  }
}
function createSlots(count2) {
  const waiting = [];
  let free = Math.max(1, count2);
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise((resolve4) => waiting.push(resolve4));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === void 0) free += 1;
      else next();
    }
  };
}

// src/publish/publish.ts
import { setTimeout as sleep5 } from "node:timers/promises";

// src/log.ts
async function inGroup(logger, title, work) {
  logger.startGroup(title);
  try {
    return await work();
  } finally {
    logger.endGroup();
  }
}

// src/notes/page.ts
var LONGEST_LINE = 500;
var ATX = /^ {0,3}(#{1,6})[ \t]+(\S.*)$/;
var FENCE = /^ {0,3}(?:```|~~~)/;
var UNDERLINE = /^([!-/:-@[-`{-~])\1*$/;
var VERSION_LINE = /^[\s>*_:`-]*version[*_`]*[ \t]*:(.*)$/i;
var SILENT = /^\s*(?:\.\. _[^\n]*:\s*|-{3,}|\*{3,}|_{3,})?$/;
var TOKEN = /(?<![0-9A-Za-z.])[vV]?(\d[0-9A-Za-z]*(?:[.~^+_-][0-9A-Za-z]+)*)/g;
function parseNotesPage(text4, name) {
  const lines = text4.replace(/^\ufeff/, "").split(/\r\n?|\n/).map((line) => line.trimEnd());
  const isMarkdown = /\.(?:md|markdown)$/i.test(name) || !/\.rst$/i.test(name) && lines.some((line) => ATX.test(line));
  const find = isMarkdown ? markdownHeadings() : rstHeadings();
  const scan = new Scan();
  for (let at = 0; at < lines.length; at += 1) {
    const heading = find(lines, at);
    if (heading === void 0) scan.line(lines[at], at);
    else {
      scan.heading(heading, at);
      at = heading.next - 1;
    }
  }
  scan.close(0, lines.length);
  for (const mention of scan.mentions) mention.end = trimEnd(lines, mention.start, mention.end);
  return { lines, mentions: scan.mentions };
}
function findVersions(text4) {
  const visible = text4.replace(/\]\([^()\s]*\)/g, "]").replace(/<[^<>]*>/g, "");
  return Array.from(visible.matchAll(TOKEN), ([, version2]) => version2.replace(/\.x$/i, ""));
}
var Scan = class {
  mentions = [];
  /** Sections that are open, outermost first, each with what was found directly or below it so far. */
  open = [];
  heading({ text: text4, level, next }, at) {
    this.close(level, at);
    const section = {
      heading: text4,
      level,
      parent: this.open.at(-1)?.section,
      start: next,
      end: next
    };
    const versions = findVersions(text4);
    const mention = versions.length === 0 ? void 0 : this.add({ versions, section, start: next, end: next });
    this.open.push({ section, mention, versionLines: [], hasText: false });
  }
  line(line, at) {
    const inner = this.open.at(-1);
    if (inner === void 0 || line === "") return;
    const match = line.length <= LONGEST_LINE ? VERSION_LINE.exec(line) : null;
    if (match !== null) this.versionLine(findVersions(match[1]), at);
    if (!SILENT.test(line) && !line.startsWith("..")) inner.hasText = true;
  }
  /** Ends the sections of this level and below. */
  close(level, at) {
    while (this.open.length > 0 && this.open.at(-1).section.level >= level) {
      const { section, mention, versionLines } = this.open.pop();
      section.end = at;
      if (mention !== void 0) mention.end = at;
      const last2 = versionLines.at(-1);
      if (last2 !== void 0) last2.end = at;
    }
  }
  /**
   * A `Version:` line that begins a section is of that section. Further down it begins another release in the section around that already has such a line:
   * the page of the Neuron runtime has two releases of the driver under one heading.
   */
  versionLine(versions, at) {
    if (versions.length === 0) return;
    const inner = this.open.at(-1);
    const owner = inner.hasText ? this.open.findLast(({ versionLines }) => versionLines.length > 0) ?? inner : inner;
    const before2 = owner.versionLines.at(-1);
    if (before2 !== void 0) before2.end = at;
    owner.versionLines.push(
      this.add({
        versions,
        section: owner.section,
        start: before2 === void 0 ? owner.section.start : at,
        end: at
      })
    );
  }
  add(mention) {
    this.mentions.push(mention);
    return mention;
  }
};
function trimEnd(lines, start, end) {
  let last2 = end;
  while (last2 > start && SILENT.test(lines[last2 - 1])) last2 -= 1;
  return last2;
}
function markdownHeadings() {
  let isFenced = false;
  return (lines, at) => {
    const line = lines[at];
    if (FENCE.test(line)) isFenced = !isFenced;
    if (isFenced || line.length > LONGEST_LINE) return void 0;
    const atx = ATX.exec(line);
    if (atx !== null) return { text: withoutClosing(atx[2]), level: atx[1].length, next: at + 1 };
    const underline = lines[at + 1] ?? "";
    if (!/^(?:={2,}|-{3,})$/.test(underline) || !/^ {0,3}[^\s|>-]/.test(line) || UNDERLINE.test(line))
      return void 0;
    return { text: line.trim(), level: underline.startsWith("=") ? 1 : 2, next: at + 2 };
  };
}
function withoutClosing(heading) {
  const text4 = trimEndWhile(heading, /#/);
  return text4 === heading || !/[ \t]$/.test(text4) ? heading : trimEndWhile(text4, /[ \t]/);
}
function rstHeadings() {
  const styles = [];
  const level = (style) => {
    if (!styles.includes(style)) styles.push(style);
    return styles.indexOf(style) + 1;
  };
  return (lines, at) => {
    const [line, second, third] = [lines[at], lines[at + 1] ?? "", lines[at + 2] ?? ""];
    if (UNDERLINE.test(line)) {
      const isTitle2 = second.trim() !== "" && second.length <= LONGEST_LINE && line === third && isLongEnough(line, second.trim());
      return isTitle2 ? { text: second.trim(), level: level(`${line[0]} over`), next: at + 3 } : void 0;
    }
    const before2 = lines[at - 1] ?? "";
    const isTitle = /^\S/.test(line) && line.length <= LONGEST_LINE && isLongEnough(second, line) && (before2 === "" || before2.startsWith("..") || UNDERLINE.test(before2));
    return isTitle ? { text: line, level: level(second[0]), next: at + 2 } : void 0;
  };
}
function isLongEnough(underline, title) {
  return UNDERLINE.test(underline) && underline.length >= Math.min(4, title.length);
}

// src/notes/find.ts
var CHANGELOG = "%changelog";
var PLAIN_WORDS = /\b(?:release[sd]?|version|notes?|change(?:s|log)?|history|what|s|new|in|of|on|the|and|for|v|date|unreleased|latest|all)\b/g;
function createNotesFinder(sources) {
  const pages = sources.map(({ name, text: text4 }) => ({
    name,
    find: indexPage(parseNotesPage(text4, name))
  }));
  return (request) => {
    for (const { name, find } of pages) {
      const text5 = find(request);
      if (text5 !== void 0) return { text: text5, source: name };
    }
    const text4 = findInChangelog(request);
    return text4 === void 0 ? void 0 : { text: text4, source: CHANGELOG };
  };
}
function indexPage({ lines, mentions }) {
  const byVersion = /* @__PURE__ */ new Map();
  for (const mention of mentions.filter(({ start, end }) => end > start)) {
    for (const version2 of mention.versions) {
      const known = byVersion.get(version2);
      if (known === void 0) byVersion.set(version2, [mention]);
      else known.push(mention);
    }
  }
  const looks = /* @__PURE__ */ new Map();
  return ({ nevra, title }) => {
    const names = [title ?? nevra.name, nevra.name].map(normalize).filter((name) => name !== "");
    const key = names.join("\n");
    const look = looks.get(key) ?? new PageLook(names, byVersion);
    looks.set(key, look);
    const exact = [nevra.version, `${nevra.version}-${nevra.release}`];
    const found = look.first(exact, "this") ?? look.first(exact, "unnamed") ?? look.first(shortened(nevra.version), "this") ?? look.first(exact, "other");
    return found === void 0 ? void 0 : textOf2(found, lines);
  };
}
function shortened(version2) {
  const parts = version2.split(".");
  return Array.from(
    { length: Math.max(0, parts.length - 2) },
    (_, at) => parts.slice(0, parts.length - 1 - at).join(".")
  );
}
var PageLook = class {
  #names;
  #byVersion;
  #subjects = /* @__PURE__ */ new Map();
  #firsts = /* @__PURE__ */ new Map();
  constructor(names, byVersion) {
    this.#names = names;
    this.#byVersion = byVersion;
  }
  /** The first mention of one of the versions, best first, in a section about `subject`. */
  first(versions, subject) {
    for (const version2 of versions) {
      const found = this.#firstsOf(version2).get(subject);
      if (found !== void 0) return found;
    }
    return void 0;
  }
  #firstsOf(version2) {
    const known = this.#firsts.get(version2);
    if (known !== void 0) return known;
    const firsts = /* @__PURE__ */ new Map();
    for (const mention of this.#byVersion.get(version2) ?? []) {
      const subject = this.#subjectOf(mention.section);
      if (!firsts.has(subject)) firsts.set(subject, mention);
    }
    this.#firsts.set(version2, firsts);
    return firsts;
  }
  #subjectOf(section) {
    const known = this.#subjects.get(section);
    if (known !== void 0) return known;
    const heading = normalize(section.heading);
    const subject = this.#names.some((name) => ` ${heading} `.includes(` ${name} `)) ? "this" : namesAnything(heading) ? "other" : section.parent === void 0 ? "unnamed" : this.#subjectOf(section.parent);
    this.#subjects.set(section, subject);
    return subject;
  }
};
function namesAnything(heading) {
  const words = heading.split(" ").filter((word2) => !/\d/.test(word2));
  return new RegExp("\\p{L}", "u").test(words.join(" ").replace(PLAIN_WORDS, ""));
}
function textOf2({ start, end }, lines) {
  return lines.slice(start, end).join("\n").replace(/^\n+/, "");
}
function normalize(text4) {
  return text4.toLowerCase().replace(/[^\p{L}\p{N}.]+/gu, " ").trim();
}
function findInChangelog({ nevra, changelog }) {
  const texts2 = changelog.filter(({ author }) => namesEvr(author, nevra)).map(({ text: text5 }) => text5.trim());
  const text4 = texts2.filter((entry) => entry !== "").join("\n");
  const saysNothing = text4.split("\n").every((line) => /^\W*$|^\W*auto(?:matic(?:ally)?)?\W*(?:re)?buil[dt]\b/i.test(line));
  return saysNothing ? void 0 : text4;
}
function namesEvr(author, { epoch, version: version2, release }) {
  const last2 = author.trimEnd().split(/\s+/).at(-1);
  const match = /^(?:(\d{1,10}):)?([^-]+)(?:-(.+))?$/.exec(last2);
  if (match === null || match[2] !== version2) return false;
  if (match[1] !== void 0 && Number(match[1]) !== (epoch ?? 0)) return false;
  return match[3] === void 0 || release === match[3] || release.startsWith(`${match[3]}.`);
}

// src/notes/fetch.ts
var ATTEMPTS2 = 2;
var TIMEOUT = 3e4;
var [LINE_FEED, CARRIAGE_RETURN] = [10, 13];
async function fetchNotes(urls, state, { fetcher, logger }) {
  const pages = await Promise.all(
    urls.map(async (url) => {
      const file = notesFileName(url);
      const archived = state.contents.get(file);
      const known = archived === void 0 ? void 0 : state.notesState.find((entry) => entry.url === notesUrl(url) && entry.file === file);
      const old = archived === void 0 ? void 0 : { url, file, bytes: archived, state: known };
      try {
        return await fetchPage(url, file, { known, fetcher }) ?? old;
      } catch (error) {
        const { code: code2, message } = describeError(error);
        logger.warning(
          `release notes ${code2}: ${message}; releases are published ${old === void 0 ? "without them" : "with the archived copy"}`
        );
        return old;
      }
    })
  );
  return pages.filter((page) => page !== void 0);
}
async function fetchPage(url, file, { known, fetcher }) {
  const response = await fetcher.fetch({
    url,
    maxBytes: LIMITS.notesBytes,
    what: "release notes",
    attempts: ATTEMPTS2,
    timeout: TIMEOUT,
    ...known?.etag ? { ifNoneMatch: known.etag } : {},
    ...known?.lastModified ? { ifModifiedSince: known.lastModified } : {}
  });
  if (response.status === 304) return void 0;
  if (/^\s*<(!doctype\s+html|html)\b/i.test(
    Buffer.from(response.body.subarray(0, 1024)).toString("latin1")
  )) {
    throw new DownloadError(
      "HTTP_STATUS",
      `${notesUrl(url)}: expected RST or Markdown, found an HTML page`
    );
  }
  if (isTooLong(response.body))
    throw new DownloadError(
      "TOO_LARGE",
      `${notesUrl(url)}: expected at most ${LIMITS.notesLines} lines, found more`
    );
  const { etag, lastModified } = response;
  return {
    url,
    file,
    bytes: response.body,
    state: { url: notesUrl(url), file, etag: etag ?? null, lastModified: lastModified ?? null }
  };
}
function isTooLong(page) {
  let lines = 1;
  for (const byte of page) if (byte === LINE_FEED || byte === CARRIAGE_RETURN) lines++;
  return lines > LIMITS.notesLines;
}
function notesFinder(pages) {
  const find = createNotesFinder(
    pages.map(({ url, bytes }) => ({ name: notesUrl(url), text: new TextDecoder().decode(bytes) }))
  );
  return ({ nevra, changelog }, title) => find({ nevra, title, changelog });
}

// src/publish/authoring.ts
function handOf({ author, committer }, time, sign2) {
  return { author, committer, time, sign: sign2 };
}
async function writeCommit(store, hand, commit) {
  const tree = await editTree(commit.root, commit.edits, (oid2) => store.readTree(oid2));
  for (const { content: content2 } of tree.trees) await store.write("tree", content2);
  const unsigned = {
    tree: tree.oid,
    parents: commit.parent === void 0 ? [] : [commit.parent],
    author: formatIdentity({ ...hand.author, seconds: commit.authored }),
    committer: formatIdentity({ ...hand.committer, seconds: hand.time }),
    message: commit.message
  };
  const signature2 = await hand.sign?.(formatCommit(unsigned));
  const oid = await store.write(
    "commit",
    formatCommit(signature2 === void 0 ? unsigned : { ...unsigned, signature: signature2 })
  );
  return { oid, root: tree.oid };
}
async function writeTag(store, hand, { name, object, message }) {
  const unsigned = {
    object,
    name,
    tagger: formatIdentity({ ...hand.committer, seconds: hand.time }),
    message
  };
  const signature2 = await hand.sign?.(formatTag(unsigned));
  return store.write(
    "tag",
    formatTag(signature2 === void 0 ? unsigned : { ...unsigned, signature: signature2 })
  );
}

// src/publish/pushing.ts
import { setTimeout as sleep4 } from "node:timers/promises";
var LostRace = class extends Error {
};
var Pusher = class {
  constructor(store, options) {
    this.store = store;
    this.options = options;
  }
  store;
  options;
  current = Promise.resolve();
  /** Begins a push as soon as the one before it has ended. @throws what the one before it threw */
  async start(batch) {
    await this.current;
    if (this.options.dryRun) return;
    this.current = pushBatch(this.store, batch, this.options.logger);
    this.current.catch(() => void 0);
  }
  /** Waits for the push under way. @throws LostRace; GitError PUSH_REJECTED, AUTH, REMOTE_FAILED */
  async finish() {
    await this.current;
  }
};
async function pushBatch(store, batch, logger) {
  const request = {
    branches: batch.branches.map(({ name, oid }) => ({ name, oid })),
    tags: batch.tags
  };
  for (let attempt = 1; ; attempt++) {
    const answer2 = await tryPush2(store, request);
    if (!(answer2 instanceof GitError) && answer2.status === "pushed") break;
    let standing = await compareRefs(store, batch, request);
    if (standing === "unchanged" && !(answer2 instanceof GitError)) {
      await sleep4(500 + Math.random() * 1e3);
      standing = await compareRefs(store, batch, request);
    }
    if (standing === "complete") break;
    if (standing === "moved") throw new LostRace();
    if (!(answer2 instanceof GitError))
      throw rejected(answer2.status === "rejected" ? answer2.message : "");
    if (answer2.isTooMuch === "certainly" || answer2.isTooMuch === "perhaps" && attempt > 1) {
      const halves = batch.halves?.();
      if (halves !== void 0) return pushHalves(store, halves, logger);
    }
    const isFinal2 = answer2.code !== "REMOTE_FAILED" || answer2.isTooMuch === "certainly";
    if (isFinal2 || attempt >= LIMITS.attempts) throw answer2;
    logger.info(`the push failed, trying again: ${answer2.message}`);
    await sleep4(1e3 * 2 ** (attempt - 1) * (0.5 + Math.random()));
  }
  batch.onPushed();
}
async function pushHalves(store, halves, logger) {
  const [first2, second] = halves.map(({ tags }) => tags.length);
  logger.warning(
    `the remote took no push of this size; it goes in two, of ${first2 ?? 0} and ${second ?? 0} releases. Set push-batch: ${Math.max(1, first2 ?? 1)} to spare the first try`
  );
  for (const half of halves) await pushBatch(store, half, logger);
}
async function compareRefs(store, batch, request) {
  const refs = await store.listRefs();
  const isComplete = request.branches.every(({ name, oid }) => refs.branches.get(name) === oid) && request.tags.every(({ name, oid }) => refs.tags.get(name)?.oid === oid);
  if (isComplete) return "complete";
  const isMoved = batch.branches.some(({ name, from }) => refs.branches.get(name) !== from) || request.tags.some(({ name }) => refs.tags.has(name));
  return isMoved ? "moved" : "unchanged";
}
var CHECKED_OUT = /checked out|current branch/i;
function rejected(answer2) {
  return new GitError(
    "PUSH_REJECTED",
    `the remote refused the push:
${answer2}`,
    CHECKED_OUT.test(answer2) ? { remedy: CHECKED_OUT_REMEDY } : {}
  );
}
async function tryPush2(store, request) {
  try {
    return await store.push(request);
  } catch (error) {
    if (error instanceof GitError) return error;
    throw error;
  }
}

// src/publish/batches.ts
var Batches = class {
  constructor(parts, found, history) {
    this.parts = parts;
    this.found = found;
    this.history = history;
    const { options, ports } = parts;
    this.pusher = new Pusher(ports.store, { dryRun: options.dryRun, logger: ports.logger });
    this.remote = new Map(found.state.refs.branches);
  }
  parts;
  found;
  history;
  pusher;
  waiting = [];
  remote;
  /** Tip of the branch on the remote, once {@link finish} is through. */
  get tip() {
    return this.parts.options.dryRun ? this.found.state.tip : this.remote.get(this.found.state.branch);
  }
  async add(release) {
    this.waiting.push({ release, tip: this.history.end.tip });
    if (this.waiting.length >= this.parts.options.pushBatch) await this.push();
  }
  /** Begins to push what waits, with the branch and the line branches; nothing when all of it is there. */
  async push() {
    const { options } = this.parts;
    const { branch } = this.found.state;
    const { tip } = this.history.end;
    const own = tip === void 0 ? [] : [{ name: branch, from: this.remote.get(branch), oid: tip }];
    const lines = await this.movableLines(
      this.history.lineBranches(options.lineBranches).map((line) => ({ ...line, from: this.remote.get(line.name) }))
    );
    const branches = [...own, ...lines].filter(({ from, oid }) => from !== oid);
    const committed = this.waiting;
    this.waiting = [];
    if (branches.length === 0 && committed.length === 0) return;
    await this.pusher.start(this.batchOf(committed, branches, tip));
    for (const { name, oid } of branches) this.remote.set(name, oid);
  }
  /** The first half of it moves the branch to where its last release left it, the second half all branches. */
  batchOf(committed, branches, tip) {
    const own = branches.find(({ name }) => name === this.found.state.branch);
    const halve = () => {
      const middle = Math.ceil(committed.length / 2);
      const between = committed[middle - 1]?.tip;
      if (committed.length < 2 || own === void 0 || between === void 0) return void 0;
      const [early, late] = [committed.slice(0, middle), committed.slice(middle)];
      const rest2 = branches.map((move) => move === own ? { ...own, from: between } : move);
      return [
        this.batchOf(early, [{ ...own, oid: between }], between),
        this.batchOf(
          late,
          rest2.filter(({ from, oid }) => from !== oid),
          tip
        )
      ];
    };
    return {
      branches,
      tags: committed.map(({ release: { planned, tag } }) => ({ name: planned.tag, oid: tag })),
      onPushed: () => {
        for (const { release } of committed) this.parts.rows.published(release.planned);
        if (tip !== void 0) this.parts.onTip(tip);
      },
      halves: halve
    };
  }
  /** Line branches that may move: git cannot see a fast-forward without history, and one that others moved stays where it is. */
  async movableLines(lines) {
    const { store, logger } = this.parts.ports;
    const moved = lines.filter(({ from, oid }) => from !== void 0 && from !== oid);
    if (moved.length > 0) {
      await store.fetchHistory(
        [this.found.state.branch, ...moved.map(({ name }) => name)].filter((name) => this.found.state.refs.branches.has(name)).map((name) => `refs/heads/${name}`)
      );
    }
    const movable = [];
    for (const line of lines) {
      if (line.from === void 0 || line.from === line.oid || await store.isAncestor(line.from, line.oid))
        movable.push(line);
      else
        logger.warning(
          `line branch ${line.name} holds commits that are not of this mirror; it is left where it is`
        );
    }
    return movable;
  }
  /** Pushes complete releases that still wait. */
  async flush() {
    if (this.waiting.length > 0) await this.push();
  }
  finish() {
    return this.pusher.finish();
  }
};

// src/mirror/messages.ts
var ARCHIVE_SUBJECTS = {
  repoFiles: "feat: Update archive - repo files",
  releaseNotes: "feat: Update archive - release notes",
  publicKey: "feat: Update archive - GPG Public Key",
  packages: "feat: Update archive - packages"
};
function formatArchiveMessage(kind) {
  return `${ARCHIVE_SUBJECTS[kind]}
`;
}
function formatSubject(title, version2) {
  return cleanLine(`feat: ${title} ${version2}`);
}
function formatReleaseMessage(release) {
  const notes = cleanBlock(release.notes ?? "");
  const lines = [
    formatSubject(release.title, release.facts.nevra.version),
    "",
    `Source code extracted from file: ${cleanLine(release.file)}`,
    `Downloaded from repository: ${cleanLine(release.repository)}`,
    "",
    "",
    ...notes.length === 0 ? [] : block("Release Notes", notes),
    ...block("Metadata", metadataFacts(release).map(formatFact)),
    ...block("Files", formatChanges(release.changes)).slice(0, -1),
    ...trailerFacts(release).map(formatFact)
  ];
  return `${lines.join("\n")}
`;
}
function formatTagMessage(release) {
  const lines = [
    formatSubject(release.title, release.facts.nevra.version),
    "",
    ...trailerFacts(release).map(formatFact)
  ];
  return `${lines.join("\n")}
`;
}
function block(heading, lines) {
  const dashes = "-".repeat(heading.length);
  return [heading, dashes, ...lines, dashes, "", ""];
}
function formatFact([label, value2]) {
  return value2 === "" ? `${label}:` : `${label}: ${value2.replaceAll("\n", "\n    ")}`;
}
function formatChanges(changes) {
  return changes.toSorted((a, b) => Buffer.compare(a.path, b.path)).map(({ letter, path }) => `- ${letter}: ${showPath(path)}`);
}

// src/publish/archive.ts
import { createHash as createHash15 } from "node:crypto";
function isIndexNew(index, { archive }) {
  const held = archive.get("repomd.xml");
  const signature2 = archive.get("repomd.xml.asc");
  return held?.oid !== hashObject("blob", index.repomdBytes) || !archive.has(index.primary.archiveName) || signature2?.oid !== (index.signatureBytes === void 0 ? void 0 : hashObject("blob", index.signatureBytes));
}
function indexFiles(index, records, state) {
  const files = /* @__PURE__ */ new Map();
  const add2 = (name, bytes) => {
    files.set(name, bytes);
    files.set(`${name}.sha256`, Buffer.from(createHash15("sha256").update(bytes).digest("hex")));
  };
  add2("repomd.xml", index.repomdBytes);
  files.set("repomd.xml.asc", index.signatureBytes);
  for (const record of records) add2(record.archiveName, record.bytes);
  for (const name of state.archive.keys()) {
    const type = /^(primary|filelists|other)\.xml(?:\.(?:gz|xz|zst|bz2))?(?:\.sha256)?$/.exec(
      name
    )?.[1];
    if (type !== void 0 && !files.has(name)) files.set(name, void 0);
  }
  return files;
}
function notesFiles(pages, state) {
  const files = /* @__PURE__ */ new Map();
  for (const page of pages) files.set(page.file, page.bytes);
  const isChanged = [...files].some(
    ([name, bytes]) => bytes !== void 0 && state.archive.get(name)?.oid !== hashObject("blob", bytes)
  );
  const former = state.notesState.filter(({ file }) => state.archive.has(file) && !files.has(file));
  const states = [
    ...pages.map(({ state: entry }) => entry).filter((entry) => entry !== void 0),
    ...former
  ];
  const isKnown = states.every(
    (entry) => state.notesState.some(({ url, file }) => url === entry.url && file === entry.file)
  );
  if (isChanged || !isKnown) files.set("release-notes.json", Buffer.from(formatNotesState(states)));
  return files;
}
async function archiveEdits(wanted, {
  store,
  archive,
  directory
}) {
  const edits = [];
  for (const [name, bytes] of wanted) {
    const held = archive.get(name);
    const path = `${directory}/${name}`;
    if (bytes === void 0) {
      if (held !== void 0) edits.push({ path, entry: void 0 });
      continue;
    }
    const oid = hashObject("blob", bytes);
    if (held?.oid === oid && held.mode === "100644") continue;
    edits.push({ path, entry: { mode: "100644", oid: await store.write("blob", bytes) } });
  }
  return edits;
}

// src/publish/begin-branch.ts
async function beginBranch(found, hand, context) {
  const { options, ports, pages, records } = context;
  const { store } = ports;
  const { state, trust } = found;
  store.assumePresent([...state.archive.values()].map(({ oid }) => oid));
  const wanted = [
    [
      "repoFiles",
      new Map([
        ...await wantedIndex(found, ports, options),
        ...wantedRecords(found, records),
        ...wantedMirrorFile(found, options)
      ])
    ],
    ["releaseNotes", notesFiles(pages, state)],
    ["publicKey", new Map(trust.keyFiles.map(({ name, bytes }) => [name, bytes]))]
  ];
  let { tip, root } = state;
  const archive = new Map(state.archive);
  let commits = 0;
  for (const [kind, files] of wanted) {
    const edits = await archiveEdits(files, {
      store,
      archive,
      directory: options.directories.archive
    });
    if (edits.length === 0) continue;
    const commit = await writeCommit(store, hand, {
      parent: tip,
      root,
      edits,
      message: formatArchiveMessage(kind),
      authored: hand.time
    });
    ({ oid: tip, root } = commit);
    for (const { path, entry } of edits) {
      const name = Buffer.from(path).toString("latin1").slice(options.directories.archive.length + 1);
      if (entry === void 0) archive.delete(name);
      else archive.set(name, entry);
    }
    commits++;
  }
  const source = await readFolder(store, state.root, options.directories.source);
  const packaging = options.arch.includes("src") ? await readFolder(store, state.root, options.directories.packaging) : /* @__PURE__ */ new Map();
  store.assumePresent([...source.values(), ...packaging.values()].map(({ oid }) => oid));
  await store.check();
  return { end: { tip, root, source, packaging, archive, releases: records }, commits };
}
function wantedRecords({ state }, records) {
  const isSame2 = records.every((record) => state.releases.includes(record));
  return isSame2 ? [] : [["releases.json", Buffer.from(formatReleases(records))]];
}
function wantedMirrorFile({ state, plan, tagged }, options) {
  const isPublishing = plan.releases.some(({ status }) => status === "new");
  if (!isPublishing) return [];
  const published = plan.releases.filter(({ status }) => status === "new" || status === "exists");
  const nevras = [...published, ...tagged].map(({ nevra }) => nevra);
  const former = state.mirrorFile === void 0 ? tagged.map(({ nevra }) => nevra.arch) : [];
  const file = extendMirrorFile(state.mirrorFile, {
    ...options,
    packages: nevras.map(({ name }) => name),
    arch: [...former.filter((arch) => arch !== "").toSorted(), ...options.arch]
  });
  return [["mirror.json", Buffer.from(formatMirrorFile(file))]];
}
async function wantedIndex(found, { fetcher, logger }, options) {
  if (!isIndexNew(found.index, found.state)) return /* @__PURE__ */ new Map();
  const { files, warnings } = await loadRecords(found.index, ["filelists", "other"], {
    fetcher,
    allowWeak: options.allowWeak
  });
  for (const warning2 of warnings) logger.warning(warning2);
  return indexFiles(found.index, [found.index.primary, ...files], found.state);
}

// src/mirror/skip-line.ts
function skipLine(present, nevras) {
  return `skip: ${[.../* @__PURE__ */ new Set([...present, ...nevras.map(formatNevra)])].join(", ")}`;
}

// src/publish/refusals.ts
var ReleaseFailure = class extends Error {
  constructor(cause, phase) {
    super("a release failed", { cause });
    this.cause = cause;
    this.phase = phase;
  }
  cause;
  phase;
};
async function inPhase(phase, step) {
  try {
    return await step();
  } catch (error) {
    throw error instanceof ReleaseFailure ? error : new ReleaseFailure(error, phase);
  }
}
function isFinal({ cause, phase }) {
  if (!(cause instanceof MirrorError)) return false;
  if (cause instanceof GitError)
    return cause.code === "FILE_TOO_LARGE" || phase === "write" && cause.code === "PUSH_REJECTED";
  if (phase === "fetch") return cause instanceof RepodataError || isGone(cause);
  return phase === "judge" && !(cause instanceof DownloadError);
}

// src/publish/build-releases.ts
async function buildReleases(session, building) {
  const { ports } = session;
  const { candidates, batches } = building;
  const planned = candidates.filter(({ status }) => status === "new").length;
  const built = candidates.length === 0 ? "complete" : await inGroup(
    ports.logger,
    `Releases: ${planned} new`,
    () => new Builder2(session, building, planned).run()
  );
  if (!ports.signal.aborted) await batches.flush();
  return built;
}
var Builder2 = class {
  constructor(session, building, planned) {
    this.session = session;
    this.building = building;
    this.planned = planned;
  }
  session;
  building;
  planned;
  refused = [];
  accepted = 0;
  /** The release that git checks. */
  before;
  async run() {
    const isStopped = await this.takeTurns();
    this.nameRefused();
    return isStopped ? "stopped" : this.refused.length > 0 ? "passed" : "complete";
  }
  /** True when a release ended the run. */
  async takeTurns() {
    const { candidates, most } = this.building;
    for (const [at, release] of candidates.entries()) {
      const inFlight = this.before === void 0 ? 0 : 1;
      if (this.accepted + inFlight >= most && await this.settle() === "stopped") return true;
      if (this.accepted >= most) return false;
      const count2 = `${at + 1} of ${Math.max(this.planned, at + 1)}`;
      if (await this.take({ release, count: count2 }) === "stopped") return true;
    }
    return await this.settle() === "stopped";
  }
  async take(turn) {
    const [preparation] = await Promise.allSettled([this.prepare(turn), this.before]);
    const settled = await this.settle();
    if (settled === "stopped") {
      this.session.prepared.delete(turn.release.indexPackage.checksum.hex);
      return settled;
    }
    try {
      if (preparation.status === "rejected") throw preparation.reason;
      const prepared = settled === "passed" ? await this.prepare(turn) : preparation.value;
      const unchecked = await inPhase(
        "write",
        () => stage(this.session, this.building, turn, prepared)
      );
      this.before = accept(this.session, this.building, unchecked).catch(
        (error) => this.refuse(turn, error)
      );
      this.before.catch(() => void 0);
      return void 0;
    } catch (error) {
      return this.refuse(turn, error);
    }
  }
  /** The outcome of the release that git checks, if there is one. */
  async settle() {
    const outcome = await this.before;
    this.before = void 0;
    if (outcome === "accepted") this.accepted++;
    return outcome;
  }
  prepare({ release }) {
    return prepare(this.session, this.building, release, this.building.most - this.accepted);
  }
  /** @throws what is no fault of a release, such as a lost race */
  async refuse(turn, error) {
    if (!(error instanceof ReleaseFailure)) throw error;
    const { ports, rows, prepared, options } = this.session;
    const { release, count: count2 } = turn;
    this.building.names.release(release);
    const { code: code2, message } = describeError(error.cause);
    ports.logger.info(`[${count2}] ${formatNevra(release.nevra)}: refused, ${code2}: ${message}`);
    rows.failed(release, error.cause);
    if (isFinal(error)) this.refused.push(release);
    if (isGone(error.cause)) await this.nameGone(release, error.cause);
    if (!isFinal(error) || options.onRefused !== "continue") {
      prepared.delete(release.indexPackage.checksum.hex);
      return "stopped";
    }
    prepared.clear();
    await ports.store.check().catch(() => void 0);
    return "passed";
  }
  /** A server that lacks one package may lack others: all of them are named at once. */
  async nameGone(release, error) {
    const { options, ports, rows } = this.session;
    const { candidates, found } = this.building;
    const later = candidates.slice(candidates.indexOf(release) + 1);
    const others = options.onRefused === "continue" ? [] : await findGone(later, found.index, ports);
    const gone = [{ release, error }, ...others];
    const remedy = `The index lists ${counted2(gone.length)} that the server does not have. Tell the publisher, or hold back what is gone with ${skipLine(
      options.skip,
      gone.map(({ release: { nevra } }) => nevra)
    )}`;
    for (const one of gone) rows.failed(one.release, withRemedy(one.error, remedy));
    this.refused.push(...others.map((other) => other.release));
  }
  nameRefused() {
    const { options, ports } = this.session;
    if (this.refused.length < 2) return;
    ports.logger.warning(
      `${counted2(this.refused.length)} of the index were refused. To hold them back: ${skipLine(
        options.skip,
        this.refused.map(({ nevra }) => nevra)
      )}`
    );
  }
};
async function stage({ options, rows }, { findNotes, history, found, names }, turn, unnamed) {
  const { planned } = unnamed;
  const fileName = names.claim(planned, unnamed.evidence.sha256);
  const prepared = {
    ...unnamed,
    planned: { ...planned, indexPackage: { ...planned.indexPackage, fileName } }
  };
  rows.prepared(prepared);
  const title = options.title ?? prepared.facts.nevra.name;
  const notes = findNotes(prepared.facts, title);
  const { checked } = await history.stage({
    prepared,
    notes,
    title,
    repomdRevision: found.index.repomd.revision,
    directories: options.directories
  });
  return { ...turn, prepared, notes: notes?.source ?? null, checked };
}
async function accept(session, { batches, facts, history }, { release, count: count2, prepared, notes, checked }) {
  const committed = await inPhase("write", () => checked);
  session.rows.committed(committed, notes);
  session.rows.describe(release, await facts.of(prepared, history.end));
  const { added, modified, deleted } = committed.files;
  session.ports.logger.info(
    `[${count2}] ${formatNevra(release.nevra)}: verified (key ${prepared.certificate.fingerprint.slice(-16)}, ${prepared.checkedFiles} file digests), source +${added} ~${modified} -${deleted}, notes ${notes === null ? "none" : `from ${notes}`}, tag ${release.tag}`
  );
  await batches.add(committed);
  return "accepted";
}
async function prepare(session, { downloads, found }, planned, ahead) {
  const key = planned.indexPackage.checksum.hex;
  const known = session.prepared.get(key);
  if (known !== void 0) return { ...known, planned };
  const { download, request, servedBy } = await inPhase("fetch", async () => {
    session.ports.signal.throwIfAborted();
    return downloads.take(planned, ahead);
  });
  try {
    const prepared = await inPhase(
      "judge",
      () => prepareRelease(
        {
          planned,
          bytes: download.bytes,
          servedBy,
          keyring: found.trust.keyring,
          options: session.options
        },
        session.ports
      )
    );
    session.prepared.set(key, prepared);
    await session.ports.fetcher.keep(download, request);
    return prepared;
  } finally {
    await download.release();
  }
}
function counted2(releases) {
  return releases === 1 ? "1 release" : `${releases} releases`;
}
function withRemedy(error, remedy) {
  return new DownloadError(error.code, error.message, {
    remedy,
    cause: error,
    ...error.status === void 0 ? {} : { status: error.status }
  });
}

// src/publish/file-names.ts
var UNKNOWN = "";
var FileNames = class {
  constructor(held) {
    this.held = held;
    const folder = `${ARCHIVE.packages}/`;
    for (const path of held.archive.keys())
      if (path.startsWith(folder))
        this.holders.set(
          path.slice(folder.length).replace(/\.(?:sha256|header)$/, "").toLowerCase(),
          UNKNOWN
        );
    for (const { nevra, indexPackage } of held.bare)
      this.holders.set(indexPackage.fileName.toLowerCase(), nevraKey(formatNevra(nevra)));
    for (const { nevra, file } of held.records)
      this.holders.set(file.toLowerCase(), nevraKey(nevra));
  }
  held;
  holders = /* @__PURE__ */ new Map();
  /** What each claimed name was before. */
  claims = /* @__PURE__ */ new Map();
  /**
   * The name for a release whose package has this SHA-256.
   * @throws RepodataError PRIMARY_INVALID when both its names are other packages'
   */
  claim({ nevra, indexPackage }, sha2563) {
    const own = nevraKey(formatNevra(nevra));
    const byNevra = `${formatNevra(nevra).replaceAll(":", "%3A").replaceAll("/", "%2F")}.rpm`;
    verifyPath(Buffer.from(byNevra), "the name in the archive");
    const name = [indexPackage.fileName, byNevra].find(
      (candidate) => this.isFree(candidate, own, { sha256: sha2563, byNevra })
    );
    if (name === void 0)
      throw new RepodataError(
        "PRIMARY_INVALID",
        `its file would be archived as ${indexPackage.fileName} or ${byNevra}, and both are other packages`,
        { remedy: "Tell the publisher, or hold the release back with skip." }
      );
    const key = name.toLowerCase();
    this.claims.set(own, { key, before: this.holders.get(key) });
    this.holders.set(key, own);
    return name;
  }
  /** Gives a name back whose release is not published after all. */
  release({ nevra }) {
    const own = nevraKey(formatNevra(nevra));
    const claim = this.claims.get(own);
    if (claim === void 0) return;
    this.claims.delete(own);
    if (claim.before === void 0) this.holders.delete(claim.key);
    else this.holders.set(claim.key, claim.before);
  }
  isFree(name, own, { sha256: sha2563, byNevra }) {
    const holder = this.holders.get(name.toLowerCase());
    if (holder === void 0 || holder === own) return true;
    if (holder !== UNKNOWN) return false;
    const sum = this.held.archive.get(`${ARCHIVE.packages}/${name}.sha256`);
    return name === byNevra || sum?.oid === hashObject("blob", Buffer.from(sha2563));
  }
};

// src/publish/commit-release.ts
async function commitRelease(store, hand, end, { carried, ...release }) {
  const { prepared, directories } = release;
  const record = recordOf2(release);
  const releases = [...end.releases.filter(({ tag: tag2 }) => tag2 !== record.tag), record];
  const additions = new Map([
    ...carried?.archive ?? [],
    ...await archiveAdditions(store, prepared, formatReleases(releases))
  ]);
  const packaging = prepared.packaging?.files ?? end.packaging;
  const edits = [
    { path: directories.source, entry: folderEntry(prepared.files, prepared.sourceTree) },
    ...prepared.packaging === void 0 ? [] : [
      {
        path: directories.packaging,
        entry: folderEntry(prepared.packaging.files, prepared.packaging.tree)
      }
    ],
    ...[...additions].map(([name, entry]) => ({ path: `${directories.archive}/${name}`, entry })),
    ...carried?.edits ?? []
  ];
  const sourceChanges = compareFiles(end.source, prepared.files, directories.source);
  const packagingChanges = compareFiles(end.packaging, packaging, directories.packaging);
  const archiveChanges = compareFiles(
    end.archive,
    new Map([...end.archive, ...additions]),
    directories.archive
  );
  const message = messageOf2(release, [
    ...sourceChanges,
    ...packagingChanges,
    ...archiveChanges,
    ...carried?.changes ?? []
  ]);
  const authored = prepared.facts.buildTime ?? hand.time;
  const commit = await writeCommit(store, hand, {
    parent: end.tip,
    root: end.root,
    edits,
    message: formatReleaseMessage(message),
    authored
  });
  const tag = await writeTag(store, hand, {
    name: prepared.planned.tag,
    object: commit.oid,
    message: formatTagMessage(message)
  });
  const count2 = (letter) => sourceChanges.filter((change) => change.letter === letter).length;
  return {
    planned: prepared.planned,
    commit: commit.oid,
    tag,
    sourceTree: prepared.sourceTree,
    end: {
      tip: commit.oid,
      root: commit.root,
      source: prepared.files,
      packaging,
      archive: new Map([...end.archive, ...additions]),
      releases
    },
    files: { added: count2("?"), modified: count2("M"), deleted: count2("D") }
  };
}
function folderEntry(files, oid) {
  return files.size === 0 ? void 0 : { mode: "040000", oid };
}
async function archiveAdditions(store, prepared, releases) {
  const list3 = await store.write("blob", Buffer.from(releases));
  const file = (oid) => ({ mode: "100644", oid });
  const { fileName } = prepared.planned.indexPackage;
  const additions = /* @__PURE__ */ new Map([
    [`rpm/${fileName}.sha256`, file(prepared.checksum)],
    ["releases.json", file(list3)]
  ]);
  if (prepared.archived !== void 0)
    additions.set(`rpm/${fileName}${prepared.archived.suffix}`, file(prepared.archived.oid));
  return additions;
}
function recordOf2(release) {
  return recordFacts(factsOf2(release));
}
function factsOf2({ prepared, repomdRevision }) {
  const { planned, facts, evidence, signature: signature2, certificate } = prepared;
  return {
    tag: planned.tag,
    facts,
    evidence,
    file: planned.indexPackage.fileName,
    key: certificate,
    signedAt: signature2.created ?? 0,
    checkedFiles: prepared.checkedFiles,
    sourcePaths: prepared.sourcePaths,
    sourceTree: prepared.sourceTree,
    repomdRevision,
    indexSha256: planned.indexPackage.checksum.hex,
    weakAlgorithms: signature2.tolerated,
    droppedModes: prepared.droppedModes.map(
      ({ mode, path }) => Buffer.concat([Buffer.from(`${mode} `), path])
    ),
    droppedDotGit: prepared.droppedDotGit,
    unpackedFrom: prepared.unpackedFrom
  };
}
function messageOf2(release, changes) {
  const { prepared, notes, title } = release;
  return {
    ...factsOf2(release),
    title,
    repository: prepared.servedBy,
    notes: notes?.text,
    changes
  };
}
function compareFiles(before2, after2, directory) {
  const pathOf = (name) => Buffer.concat([Buffer.from(`${directory}/`), Buffer.from(name, "latin1")]);
  const changes = [];
  for (const [name, file] of after2) {
    const old = before2.get(name);
    if (old === void 0) changes.push({ letter: "?", path: pathOf(name) });
    else if (old.oid !== file.oid || old.mode !== file.mode)
      changes.push({ letter: "M", path: pathOf(name) });
  }
  for (const name of before2.keys())
    if (!after2.has(name)) changes.push({ letter: "D", path: pathOf(name) });
  return changes;
}

// src/publish/carried.ts
var HOST2 = ".github";
var WORKFLOWS = "workflows";
async function carryToBackport(store, {
  ground,
  branch,
  keyNames
}) {
  const archive = /* @__PURE__ */ new Map();
  for (const name of [ARCHIVE.mirrorFile, ...keyNames]) {
    const file = branch.archive.get(name);
    if (file !== void 0) archive.set(name, file);
  }
  const [before2, after2] = [
    await workflowsOf(store, ground.root),
    await workflowsOf(store, branch.root)
  ];
  if (before2?.oid === after2?.oid && before2?.mode === after2?.mode)
    return { archive, edits: [], changes: [] };
  return {
    archive,
    edits: [{ path: `${HOST2}/${WORKFLOWS}`, entry: after2 }],
    changes: compareFiles(await filesOf(store, before2), await filesOf(store, after2), HOST2)
  };
}
async function workflowsOf(store, root) {
  if (root === void 0) return void 0;
  const host = await entryOf(store, root, HOST2);
  return host?.mode === "040000" ? entryOf(store, host.oid, WORKFLOWS) : void 0;
}
async function entryOf(store, tree, wanted) {
  const found = (await store.readTree(tree)).find(
    ({ name }) => Buffer.from(name).equals(Buffer.from(wanted))
  );
  return found === void 0 ? void 0 : { mode: found.mode, oid: found.oid };
}
async function filesOf(store, entry) {
  if (entry === void 0) return /* @__PURE__ */ new Map();
  if (entry.mode !== "040000") return /* @__PURE__ */ new Map([[WORKFLOWS, entry]]);
  const files = await walkOf(store).list(entry.oid);
  return new Map([...files].map(([name, file]) => [`${WORKFLOWS}/${name}`, file]));
}

// src/publish/history.ts
var UNUSABLE = /* @__PURE__ */ new Set([
  "BRANCH_NOT_FOUND",
  "MIRROR_INVALID",
  "OBJECT_INVALID"
]);
var MOST_UNLISTED = 5;
var History = class {
  constructor(start) {
    this.start = start;
    this.tagged = [...start.found.tagged];
    this.current = start.end;
  }
  start;
  tagged;
  made = /* @__PURE__ */ new Map();
  current;
  get end() {
    return this.current;
  }
  /**
   * Finds the newest release among tags that neither the index nor releases.json knows, such as one that the predecessor published and
   * upstream withdrew: the branch must not move back behind it. Only tags that look like newer versions are asked for.
   */
  async findUnlisted() {
    const { store, found } = this.start;
    const newest2 = findNewest(this.tagged);
    const known = new Set(this.tagged.map(({ tag }) => tag));
    const candidates = [...found.state.refs.tags.keys()].filter((tag) => /^\d/.test(tag) && !known.has(tag)).map((tag) => ({ tag, nevra: nevraOfTag(tag) }));
    const newer = candidates.filter(({ nevra }) => newest2 === void 0 || compareEvr(nevra, newest2.nevra) > 0).sort((a, b) => compareEvr(b.nevra, a.nevra));
    for (const candidate of newer.slice(0, MOST_UNLISTED)) {
      const archive = await orUnusable(async () => {
        const { tree } = await store.readCommit(
          await store.fetchCommit(`refs/tags/${candidate.tag}`)
        );
        return findTree(store, tree, this.start.archiveDirectory);
      });
      if (archive === void 0 || archive instanceof GitError) continue;
      this.tagged.push(candidate);
      return;
    }
  }
  /**
   * Stages a release where it belongs, and lets git check its objects: what a server would refuse is found here, where one
   * release can be refused alone (T24). The next one may be staged once `checked` is good. @throws GitError
   */
  async stage(release) {
    const { store, hand, found } = this.start;
    const { tag, nevra } = release.prepared.planned;
    const isBackport = placeRelease(nevra, this.tagged).on !== "tip";
    const base = isBackport ? await this.findGround(release) : this.current;
    const carried = isBackport ? await carryToBackport(store, {
      ground: base,
      branch: this.current,
      keyNames: found.trust.keyNames
    }) : void 0;
    const committed = await commitRelease(store, hand, base, {
      ...release,
      ...carried === void 0 ? {} : { carried }
    });
    const end = isBackport ? await this.gainPackage(release) : committed.end;
    const checked = store.check().then(() => {
      this.current = end;
      this.made.set(tag, committed);
      this.tagged.push({ nevra, tag });
      return committed;
    });
    checked.catch(() => void 0);
    return { checked };
  }
  /** Where the line branches belong now; those that are there already are left out. */
  lineBranches(lines) {
    const { refs } = this.start.found.state;
    return followLines(lines, this.tagged).flatMap(({ branch, release }) => {
      const oid = this.made.get(release.tag)?.commit ?? refs.tags.get(release.tag)?.commit;
      const from = refs.branches.get(branch);
      return oid === void 0 || oid === from ? [] : [{ name: branch, from, oid }];
    });
  }
  /** The branch takes a backport's package and line into its archive; its source stays. */
  async gainPackage(release) {
    const { store, hand } = this.start;
    const { current } = this;
    const record = recordOf2(release);
    const releases = [...current.releases.filter(({ tag }) => tag !== record.tag), record];
    const additions = await archiveAdditions(store, release.prepared, formatReleases(releases));
    const edits = [...additions].map(([name, entry]) => ({
      path: `${release.directories.archive}/${name}`,
      entry
    }));
    const message = formatArchiveMessage("packages");
    const commit = await writeCommit(store, hand, {
      parent: current.tip,
      root: current.root,
      edits,
      message,
      authored: hand.time
    });
    return {
      ...current,
      tip: commit.oid,
      root: commit.root,
      archive: new Map([...current.archive, ...additions]),
      releases
    };
  }
  /**
   * What a backport stands on: the greatest older tag, or what the branch was before the lowest one. A tag that somebody deleted meanwhile, or that
   * is no commit of a mirror, is passed over for the next.
   */
  async findGround(release) {
    const { nevra } = release.prepared.planned;
    for (let tagged = this.tagged; ; ) {
      const place2 = placeRelease(nevra, tagged);
      const tag = place2.on === "tag" ? place2.tag : placeLowest(tagged)?.tag;
      if (tag === void 0) return NOTHING;
      const end = await orUnusable(
        () => place2.on === "tag" ? this.endOf(tag, release) : this.endBefore(tag, release)
      );
      if (!(end instanceof GitError)) return end;
      this.start.logger.warning(
        `${formatNevra(nevra)} is built on an older tag than ${tag}, on which nothing can be built: ${end.message}`
      );
      tagged = tagged.filter((other) => other.tag !== tag);
    }
  }
  async endOf(tag, release) {
    const made = this.made.get(tag);
    return made === void 0 ? this.readEnd(await this.start.store.fetchCommit(`refs/tags/${tag}`), release) : made.end;
  }
  /** The branch as it was before this release; nothing at all where that began it. */
  async endBefore(tag, release) {
    const { store } = this.start;
    const commit = this.made.get(tag)?.commit ?? await store.fetchCommit(`refs/tags/${tag}`);
    const [parent] = (await store.readCommit(commit)).parents;
    return parent === void 0 ? NOTHING : this.readEnd(await store.fetchCommit(parent), release);
  }
  async readEnd(tip, { directories, prepared }) {
    const { store } = this.start;
    const { tree: root } = await store.readCommit(tip);
    const [source, archive] = [
      await readFolder(store, root, directories.source),
      await readFolder(store, root, directories.archive)
    ];
    const packaging = prepared.packaging === void 0 ? /* @__PURE__ */ new Map() : await readFolder(store, root, directories.packaging);
    store.assumePresent(
      [source, packaging, archive].flatMap((files) => [...files.values()]).map(({ oid }) => oid)
    );
    const list3 = archive.get("releases.json");
    if (list3 !== void 0) await store.fetchBlobs([list3.oid]);
    return {
      tip,
      root,
      source,
      packaging,
      archive,
      releases: list3 === void 0 ? [] : parseReleases(await store.readBlob(list3.oid))
    };
  }
};
var NOTHING = {
  tip: void 0,
  root: void 0,
  source: /* @__PURE__ */ new Map(),
  packaging: /* @__PURE__ */ new Map(),
  archive: /* @__PURE__ */ new Map(),
  releases: []
};
async function orUnusable(read) {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GitError && UNUSABLE.has(error.code)) return error;
    throw error;
  }
}
function placeLowest(tagged) {
  return tagged.find(
    ({ nevra }) => placeRelease(
      nevra,
      tagged.filter((other) => other.nevra !== nevra)
    ).on === "root"
  ) ?? tagged[0];
}
function nevraOfTag(tag) {
  return { name: "", epoch: null, version: parseTagName(tag), release: "", arch: "" };
}

// src/mirror/script-changes.ts
var MOST_BYTES2 = 64 * 1024;
var MOST_EDITS = 1e3;
var NO_NEWLINE = /\n\\ No newline at end of file/g;
async function compareScripts(before2, after2) {
  const old = new Map(before2.scripts.map((script) => [script.name, whole(script)]));
  const names = new Set(after2.scripts.map(({ name }) => name));
  const changes = [];
  for (const script of after2.scripts) {
    const [earlier, text4] = [old.get(script.name), whole(script)];
    if (earlier === text4) continue;
    changes.push({
      name: script.name,
      change: earlier === void 0 ? "added" : "changed",
      isVersionOnly: earlier !== void 0 && withoutVersion2(earlier, before2.version) === withoutVersion2(text4, after2.version),
      diff: await diffOf(earlier ?? "", text4)
    });
  }
  for (const [name, text4] of old)
    if (!names.has(name))
      changes.push({
        name,
        change: "removed",
        isVersionOnly: false,
        diff: await diffOf(text4, "")
      });
  return changes;
}
function withoutVersion2(text4, version2) {
  return /^\d*$/.test(version2) ? text4 : text4.replaceAll(version2, "\0");
}
function whole({ program, text: text4 }) {
  return `#!${program}
${text4}${text4 === "" || text4.endsWith("\n") ? "" : "\n"}`;
}
async function diffOf(before2, after2) {
  if (before2.length > MOST_BYTES2 || after2.length > MOST_BYTES2)
    return `(too long to compare here: ${before2.length} and ${after2.length} characters)`;
  const { structuredPatch } = await import("./libesm-EQOQZK44.js");
  const patch = structuredPatch("a", "b", before2, after2, void 0, void 0, {
    context: 3,
    maxEditLength: MOST_EDITS
  });
  if (patch === void 0) return "(changed from beginning to end)";
  return patch.hunks.map(
    ({ oldStart, oldLines, newStart, newLines, lines }) => `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@
${lines.join("\n")}`
  ).join("\n").replace(NO_NEWLINE, "");
}

// src/mirror/source-facts.ts
var DEEPEST = 3;
var MOST_FILES = 20;
var LICENCE = /^(?:licen[cs]es?|copying|copyright|unlicense|notice)(?:[.-][^/]{0,40})?$|^(?:gpl|lgpl|mit|apache|bsd)-?[\d.]{0,5}(?:\.txt)?$/i;
var HEADING_BYTES = 4096;
function licencePaths(paths) {
  return [...paths].filter((path) => {
    const parts = path.split("/");
    return parts.length <= DEEPEST && (LICENCE.test(parts.at(-1)) || parts.at(-2) === "LICENSES");
  }).sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1)).slice(0, MOST_FILES);
}
function licenceHeading(content2) {
  const text4 = Buffer.from(content2.subarray(0, HEADING_BYTES)).toString("utf8");
  const line = text4.split("\n").find((candidate) => new RegExp("\\p{L}{3}", "u").test(candidate));
  return (line ?? "").trim().slice(0, 120);
}
function dkmsPath(paths) {
  return [...paths].filter((path) => /(?:^|\/)dkms\.conf$/.test(path) && path.split("/").length <= DEEPEST).sort((a, b) => a.split("/").length - b.split("/").length || (a < b ? -1 : 1))[0];
}
function dkmsVersion(content2) {
  const text4 = Buffer.from(content2.subarray(0, 64 * 1024)).toString("utf8");
  const values = text4.split("\n").flatMap((line) => {
    const value2 = /^[ \t]*PACKAGE_VERSION=(.*)$/.exec(line)?.[1];
    return value2 === void 0 ? [] : [unquoted(value2)];
  });
  return values.at(-1)?.slice(0, 120);
}
function unquoted(value2) {
  const quoted2 = /^"([^"]*)"|^'([^']*)'/.exec(value2);
  return (quoted2?.[1] ?? quoted2?.[2] ?? value2.split(/[ \t#;]/)[0]).trim();
}

// src/publish/release-facts.ts
var MOST_BYTES3 = 32 * 1024 * 1024;
var ReleaseFacts = class {
  constructor(found, ports) {
    this.found = found;
    this.ports = ports;
  }
  found;
  ports;
  known = [];
  /** Facts of a release whose objects are in the store, compared with the greatest older one. */
  async of(prepared, end) {
    const { facts, scripts, planned, files } = prepared;
    const { nevra } = planned;
    const before2 = await this.findBefore(nevra, end);
    const self2 = { nevra, tag: planned.tag, version: nevra.version, scripts };
    this.known.push(self2);
    const paths = new Map(
      [...files].map(([path, { oid }]) => [Buffer.from(path, "latin1").toString("utf8"), oid])
    );
    const dkms = dkmsPath(paths.keys());
    const version2 = dkms === void 0 ? void 0 : await readVersion(this.ports.store, paths.get(dkms));
    return {
      license: showString(facts.license),
      licenseFiles: licencePaths(paths.keys()),
      ...version2 === void 0 ? {} : { dkmsVersion: version2 },
      ...before2 === void 0 ? {} : { comparedWith: before2.tag, scripts: await compareScripts(before2, self2) }
    };
  }
  async findBefore(nevra, end) {
    const older = findNewest(
      [...this.found.tagged, ...this.known].filter(
        (release) => compareEvr(release.nevra, nevra) < 0
      )
    );
    if (older === void 0) return void 0;
    const known = this.known.find(({ tag }) => tag === older.tag);
    if (known !== void 0) return known;
    try {
      const scripts = await this.readArchived(older.tag, end);
      if (scripts === void 0) return void 0;
      const read = { ...older, version: older.nevra.version, scripts };
      this.known.push(read);
      return read;
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      this.ports.logger.debug(
        `install scripts are not compared with ${older.tag}: ${error.message}`
      );
      return void 0;
    }
  }
  /** From the package in the mirror, which was proved when it was published; `verify` proves it again. */
  async readArchived(tag, { archive }) {
    const { store } = this.ports;
    const file = this.found.state.releases.find((record) => record.tag === tag)?.file;
    if (file === void 0) return void 0;
    const listed = this.found.index.packages.find(({ fileName }) => fileName === file);
    const { header, rpm } = packagePaths(file);
    const entry = archive.get(header) ?? archive.get(rpm);
    if (entry === void 0 || (listed?.size ?? 0) > MOST_BYTES3) return void 0;
    await store.fetchBlobs([entry.oid]);
    const bytes = await store.readBlob(entry.oid);
    return parseScripts((await readPackage(memorySource(bytes))).header);
  }
};
async function readVersion(store, oid) {
  try {
    return dkmsVersion(await store.readBlob(oid));
  } catch (error) {
    if (error instanceof MirrorError) return void 0;
    throw error;
  }
}

// src/publish/hosted-releases.ts
var MOST = 50;
async function hostReleases(host, result, place2) {
  const { logger, report: report2 } = place2.ports;
  const archive = await readArchive2(result.commit, place2);
  const records = archive.records.filter(({ tag }) => place2.refs.tags.has(tag));
  const newest2 = records.toSorted(byEvr).at(-1);
  const published = await host.listPublished();
  const lacking = records.filter(
    (record) => assetNames(record, archive.files).some((name) => published.get(record.tag)?.has(name) !== true)
  );
  for (const record of lacking.slice(0, MOST)) {
    if (place2.ports.signal.aborted) return;
    try {
      await host.publish(
        await describeRelease(record, {
          archive,
          place: place2,
          rows: result.report.releases,
          isLatest: record === newest2
        })
      );
      logger.info(`release ${record.tag} is published`);
      const row = report2.releases.find(({ tag }) => tag === record.tag);
      if (row !== void 0) row.isReleased = true;
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      report2.errors.push(describeError(error));
      return;
    }
  }
  if (lacking.length > MOST)
    logger.info(`${lacking.length - MOST} further releases are left for the next runs`);
}
async function readArchive2(tip, { options, ports: { store } }) {
  if (tip === "") return { records: [], files: /* @__PURE__ */ new Map() };
  const { tree } = await store.readCommit(tip);
  const files = await readFolder(store, tree, options.directories.archive);
  const list3 = files.get("releases.json");
  if (list3 === void 0) return { records: [], files };
  await store.fetchBlobs([list3.oid]);
  return { records: parseReleases(await store.readBlob(list3.oid)), files };
}
function byEvr(a, b) {
  const [left, right] = [tryParseNevra(a.nevra), tryParseNevra(b.nevra)];
  return left === void 0 || right === void 0 ? 0 : compareEvr(left, right);
}
function assetNames(record, files) {
  const archived = [record.file, `${record.file}.header`].filter(
    (name) => files.has(`rpm/${name}`)
  );
  return [
    ...archived,
    ...record.sha256 === null ? [] : [`${record.file}.sha256`],
    `${record.file}.verification.json`
  ];
}
async function describeRelease(record, { archive, place: place2, rows, isLatest }) {
  const { store } = place2.ports;
  const { commit } = place2.refs.tags.get(record.tag);
  const row = rows.find(({ tag }) => tag === record.tag);
  if (row?.status !== "published") await store.fetchCommit(`refs/tags/${record.tag}`);
  const { message } = await store.readCommit(commit);
  const assets = assetNames(record, archive.files).map((name) => {
    if (name.endsWith(".verification.json"))
      return {
        name,
        contentType: "application/json",
        read: async () => Buffer.from(formatVerification(record, commit, row))
      };
    if (name.endsWith(".sha256"))
      return {
        name,
        contentType: "text/plain",
        read: async () => Buffer.from(`${record.sha256 ?? ""}  ${record.file}
`)
      };
    return {
      name,
      contentType: "application/x-rpm",
      read: () => readArchived(archive.files.get(`rpm/${name}`).oid, place2)
    };
  });
  const subject = message.split("\n", 1)[0] ?? "";
  return {
    tag: record.tag,
    name: subject.replace(/^feat: /u, "").slice(0, 200) || record.tag,
    body: formatBody(record, commit, message),
    isLatest,
    assets
  };
}
async function readArchived(oid, { ports: { store } }) {
  await store.fetchBlobs([oid]);
  return store.readBlob(oid);
}
function formatVerification(record, commit, row) {
  const {
    tag,
    nevra,
    file,
    sha256: sha2563,
    contentSha256,
    headerSha256,
    sourceTree,
    signingKey,
    signedAt,
    repomdRevision
  } = record;
  const facts = {
    schema: 1,
    tag,
    nevra,
    commit,
    sourceTree,
    package: { file, sha256: sha2563, contentSha256, headerSha256 },
    signature: { key: signingKey, created: signedAt },
    repomdRevision
  };
  return `${JSON.stringify({ ...facts, ...row?.package === void 0 ? {} : { checks: row.package.checks } }, null, 2)}
`;
}
var NOTES_BEGIN = "\nRelease Notes\n-------------\n";
var NOTES_END = "\n-------------\n";
function notesIn(message) {
  const text4 = `${message}
`;
  const start = text4.indexOf(NOTES_BEGIN) + NOTES_BEGIN.length;
  const end = start < NOTES_BEGIN.length ? -1 : text4.indexOf(NOTES_END, start - 1);
  return end < 0 ? void 0 : text4.slice(start, Math.max(start, end));
}
function formatBody(record, commit, message) {
  const rows = [
    ["Package", record.nevra],
    ["SHA-256", record.sha256 ?? "not recorded"],
    ["Signed with key", record.signingKey ?? "not recorded"],
    ["Signed at", record.signedAt ?? "not recorded"],
    ["Commit", commit],
    ["Source tree", record.sourceTree ?? "not recorded"]
  ];
  const table = [
    "| | |",
    "| --- | --- |",
    ...rows.map(([label = "", value2 = ""]) => `| ${label} | ${plain(value2)} |`)
  ].join("\n");
  const notes = notesIn(message)?.slice(0, 6e4);
  let longest = 2;
  for (const [run3] of (notes ?? "").matchAll(/`+/gu)) longest = Math.max(longest, run3.length);
  const fence = "`".repeat(longest + 1);
  const block2 = notes === void 0 ? "" : `

### Release notes

${fence}text
${notes}
${fence}`;
  return `Source code of ${plain(record.file)}, extracted from the package after its signature and digests were verified.

${table}${block2}
`;
}

// src/publish/replicate.ts
async function share(result, found, { options, ports }) {
  const { further = [], releases, report: report2, store, signal } = ports;
  if (options.dryRun || signal.aborted || further.length === 0 && releases === void 0)
    return result;
  const before2 = report2.errors.length;
  try {
    const refs = await store.listRefs();
    const wanted = ownRefs(refs, result, { found, options });
    await Promise.all(further.map((remote) => follow2(remote, wanted, ports)));
    if (releases !== void 0) await hostReleases(releases, result, { options, ports, refs });
  } catch (error) {
    report2.errors.push(describeError(error));
  }
  return report2.errors.length === before2 ? result : { ...result, failed: true };
}
async function follow2(remote, wanted, { logger, report: report2 }) {
  try {
    const { pushed } = await remote.follow(wanted);
    logger.info(
      `${remote.url}: ${pushed === 0 ? "up to date" : `${pushed} branches and tags pushed`}`
    );
  } catch (error) {
    const { code: code2, message, remedy } = describeError(error);
    report2.errors.push({ code: code2, message: `the further remote ${remote.url}: ${message}`, remedy });
  }
}
function ownRefs(refs, { report: report2 }, { found, options }) {
  const branches = /* @__PURE__ */ new Set([
    found.state.branch,
    ...options.lineBranches.map(({ branch }) => branch)
  ]);
  const rows = report2.releases.filter(
    ({ status }) => status === "published" || status === "exists"
  );
  const tags = new Set([...found.state.releases, ...rows].map(({ tag }) => tag));
  return {
    branches: [...branches].flatMap((name) => toRef(name, refs.branches.get(name))),
    tags: [...tags].flatMap((name) => toRef(name, refs.tags.get(name)?.oid))
  };
}
function toRef(name, oid) {
  return oid === void 0 ? [] : [{ name, oid }];
}

// src/publish/publish.ts
async function publish(options, ports) {
  const session = {
    options,
    ports,
    hand: handOf(options, ports.clock.commitTime, ports.sign),
    rows: new Rows(ports.report, ports.clock),
    prepared: /* @__PURE__ */ new Map(),
    tip: void 0
  };
  for (let attempt = 1; ; attempt++) {
    const found = await inGroup(
      ports.logger,
      "Mirror, keys and index",
      () => survey(options, ports)
    );
    session.rows.sync(found.plan);
    session.tip = found.state.tip;
    try {
      return await share(await publishPlan(session, found), found, session);
    } catch (error) {
      if (!(error instanceof LostRace)) return failRun(session, found, error);
      if (attempt >= LIMITS.pushTries) {
        return failRun(
          session,
          found,
          new GitError(
            "NON_FAST_FORWARD",
            `the branch or a tag moved during each of ${LIMITS.pushTries} attempts`
          )
        );
      }
    }
    await ports.store.check().catch(() => {
      session.prepared.clear();
    });
    ports.logger.info(
      `the remote moved meanwhile; building again on its new state (attempt ${attempt + 1} of ${LIMITS.pushTries})`
    );
    await sleep5(Math.random() * 1e3 * attempt);
  }
}
function failRun({ ports, rows, tip }, { plan, tagged }, error) {
  if (!(error instanceof MirrorError)) throw error;
  ports.report.errors.push(describeError(error));
  rows.skipRest(plan.releases, ports.signal.aborted ? "the run was stopped" : "the run failed");
  return rows.result({ commit: tip, failed: true, tagged });
}
async function publishPlan(session, found) {
  const { options, ports, rows, hand } = session;
  const { state, plan } = found;
  const pending = plan.releases.filter(({ status }) => status === "new");
  const candidates = plan.releases.filter(
    ({ status }) => status === "new" || status === "beyond-limit"
  );
  if (candidates.length > 0 && !options.dryRun) await ports.store.verifyTarget(state.branch);
  const classification = await classifyPublished(found, { options, ports, wholePackages: true });
  const { records } = classification;
  reportChanges(classification, session);
  const pages = await fetchNotes(options.releaseNotes, state, ports);
  const begun = await beginBranch(found, hand, { options, ports, pages, records });
  const history = new History({
    store: ports.store,
    hand,
    found,
    end: begun.end,
    archiveDirectory: options.directories.archive,
    logger: ports.logger
  });
  if (pending.length > 0) await history.findUnlisted();
  const batches = new Batches(
    {
      options,
      ports,
      rows,
      onTip: (tip) => {
        session.tip = tip;
      }
    },
    found,
    history
  );
  const fresh = candidates.filter(
    (release) => !session.prepared.has(release.indexPackage.checksum.hex)
  );
  const downloads = new DownloadQueue(fresh, { options, ...ports, index: found.index });
  try {
    const built = await buildReleases(session, {
      found,
      candidates,
      most: options.maxReleases === 0 ? Number.POSITIVE_INFINITY : options.maxReleases,
      findNotes: notesFinder(pages),
      names: new FileNames({
        records: state.releases,
        bare: plan.releases.filter(({ status }) => status === "exists"),
        archive: state.archive
      }),
      downloads,
      facts: new ReleaseFacts(found, ports),
      history,
      batches
    });
    const isAlone = pending.length === 0 || !records.every((record) => state.releases.includes(record));
    if (isAlone && !ports.signal.aborted) await batches.push();
    await batches.finish();
    ports.signal.throwIfAborted();
    if (built === "stopped")
      rows.skipRest(
        options.dryRun ? pending.filter((release) => !rows.isBuilt(release)) : pending,
        "an earlier release failed"
      );
    return rows.result({ commit: batches.tip, failed: built !== "complete", tagged: found.tagged });
  } finally {
    await batches.finish().catch(() => void 0);
    await downloads.close();
  }
}

// src/report/hosts.ts
var none = () => void 0;
var ref = (name) => name.split("/").map(encodeURIComponent).join("/");
var HOSTS = {
  github: (base) => ({
    tag: (name) => `${base}/tree/${ref(name)}`,
    release: (name) => `${base}/releases/tag/${ref(name)}`,
    commit: (id) => `${base}/commit/${id}`,
    compare: (older, newer) => `${base}/compare/${ref(older)}...${ref(newer)}`,
    raw: (name, path) => `${base}/raw/${ref(name)}/${ref(path)}`
  }),
  gitlab: (base) => ({
    tag: (name) => `${base}/-/tags/${ref(name)}`,
    release: (name) => `${base}/-/releases/${ref(name)}`,
    commit: (id) => `${base}/-/commit/${id}`,
    compare: (older, newer) => `${base}/-/compare/${ref(older)}...${ref(newer)}`,
    raw: (name, path) => `${base}/-/raw/${ref(name)}/${ref(path)}`
  }),
  forgejo: (base) => ({
    tag: (name) => `${base}/src/tag/${ref(name)}`,
    release: (name) => `${base}/releases/tag/${ref(name)}`,
    commit: (id) => `${base}/commit/${id}`,
    compare: (older, newer) => `${base}/compare/${ref(older)}...${ref(newer)}`,
    raw: (name, path) => `${base}/raw/tag/${ref(name)}/${ref(path)}`
  }),
  sourcehut: (base) => ({
    tag: (name) => `${base}/refs/${ref(name)}`,
    release: (name) => `${base}/refs/${ref(name)}`,
    commit: (id) => `${base}/commit/${id}`,
    compare: none,
    raw: (name, path) => `${base}/blob/${ref(name)}/${ref(path)}`
  }),
  plain: () => ({ tag: none, release: none, commit: none, compare: none, raw: none })
};
function hostLinks(url, environment = {}) {
  const place2 = webPlace(url);
  if (place2 === void 0) return { kind: "plain", home: void 0, ...HOSTS.plain("") };
  const kind = kindOf(place2, environment);
  const home = `${place2.origin}${place2.path}`;
  return { kind, home, ...HOSTS[kind](home) };
}
function webPlace(url) {
  const scp = /^(?:[^@/\s]+@)?([\w.-]+):(?![/:])([^:\s]+)$/u.exec(url);
  const parsed = URL.parse(scp === null ? url : `https://${scp[1]}/${scp[2].replace(/^\//, "")}`);
  if (parsed === null || !/^(?:https?|ssh):$/.test(parsed.protocol)) return void 0;
  const isSsh = parsed.protocol === "ssh:";
  const path = parsed.pathname.replace(/\/$/, "").replace(/\.git$/, "");
  return {
    origin: isSsh ? `https://${parsed.hostname}` : parsed.origin,
    host: isSsh ? parsed.hostname : parsed.host,
    path
  };
}
function kindOf({ host }, environment) {
  const isServer = (name) => URL.parse(environment[name] ?? "")?.host === host;
  if (environment["GITHUB_ACTIONS"] === "true" && isServer("GITHUB_SERVER_URL"))
    return environment["GITEA_ACTIONS"] === "true" || environment["FORGEJO_ACTIONS"] === "true" ? "forgejo" : "github";
  if (environment["GITLAB_CI"] === "true" && isServer("CI_SERVER_URL")) return "gitlab";
  if (host === "github.com") return "github";
  if (/^(?:gitlab\.|salsa\.debian\.org$|framagit\.org$)/.test(host)) return "gitlab";
  if (/^(?:codeberg\.org$|gitea\.|forgejo\.)/.test(host)) return "forgejo";
  return host === "git.sr.ht" ? "sourcehut" : "plain";
}
var PROJECT_URL = "https://github.com/rpm-source-mirror/rpm-source-mirror";
function codeUrl(code2) {
  return `${PROJECT_URL}/blob/main/docs/troubleshooting.md#${code2.toLowerCase()}`;
}

// src/report/statements.ts
import { mkdir as mkdir2, writeFile as writeFile6 } from "node:fs/promises";
import { join as join12 } from "node:path";
var PREDICATE_TYPE = "urn:rpm-source-mirror:source:v1";
function toStatement(row, { repository }) {
  const { status, package: pkg, commit, sourceTree } = row;
  if (status !== "published" || pkg === void 0 || commit === void 0 || sourceTree === void 0)
    return void 0;
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [{ name: pkg.file, digest: { sha256: pkg.sha256 } }],
    predicateType: PREDICATE_TYPE,
    predicate: {
      tool: { name: "rpm-source-mirror", version: VERSION },
      package: {
        nevra: row.nevra,
        contentSha256: pkg.contentSha256,
        index: { url: repository.url, revision: repository.revision }
      },
      signature: pkg.signature,
      checks: pkg.checks,
      tag: row.tag,
      commit: { digest: { gitCommit: commit } },
      source: { digest: { gitTree: sourceTree } }
    }
  };
}
async function writeStatements({ report: report2, attestations }, reportPath) {
  const folder = `${reportPath.replace(/\.json$/u, "")}-statements`;
  for (const row of report2.releases) {
    const statement = toStatement(row, report2);
    if (statement === void 0) continue;
    await mkdir2(folder, { recursive: true });
    const path = join12(folder, encodeURIComponent(row.tag).replaceAll("*", "%2A"));
    await writeFile6(`${path}.intoto.json`, `${JSON.stringify(statement, null, 2)}
`);
    const bundle = attestations?.get(row.tag);
    if (bundle !== void 0)
      await writeFile6(`${path}.sigstore.json`, `${JSON.stringify(bundle)}
`);
  }
}

// src/verify/findings.ts
var Findings = class {
  constructor(report2) {
    this.report = report2;
  }
  report;
  causes = /* @__PURE__ */ new Set();
  get count() {
    return this.report.findings.length;
  }
  add({ tag }, ...findings) {
    this.addAll({ tag }, findings);
  }
  /** Like {@link add} for a list, which may be longer than what a call takes as arguments. */
  addAll({ tag }, findings) {
    for (const finding of findings) this.report.findings.push({ tag, ...finding });
  }
  /** True the first time that this cause is named: what many tags share is looked at, and reported, once. */
  isNew(cause) {
    if (this.causes.has(cause)) return false;
    this.causes.add(cause);
    return true;
  }
  notChecked({ tag }, path, reason) {
    this.report.notChecked.push({ tag, kind: "not-checked", path, reason });
  }
  /** Number of findings of each tag. */
  byTag() {
    return new Map(
      [...Map.groupBy(this.report.findings, ({ tag }) => tag)].map(([tag, rows]) => [
        tag,
        rows.length
      ])
    );
  }
};
function reasonOf(error) {
  if (!(error instanceof MirrorError)) throw error;
  const { code: code2, message } = describeError(error);
  return `${code2}: ${message}`;
}
async function orFinding(read, finding) {
  try {
    return { value: await read() };
  } catch (error) {
    return { fault: { ...finding, actual: reasonOf(error) } };
  }
}

// src/verify/package.ts
import { createHash as createHash16 } from "node:crypto";
function recordedFiles({ record, listed, message, text: text4 }) {
  const extracted = /^Source code extracted from file: (.+)$/m.exec(text4)?.[1];
  const names = [record?.file, message?.metadata?.get("Filename"), extracted, listed?.file];
  return [
    ...new Set(names.filter((name) => name !== void 0 && name !== "" && !name.includes("/")))
  ];
}
function recordedNevra({ record, listed, message }) {
  return mostCommon([record?.nevra, message?.trailers?.get("Rpm-Nevra")?.[0], listed?.nevra]);
}
async function readArchived2(item, { reader, files, served, archiveDirectory }) {
  const names = recordedFiles(item);
  for (const file2 of names) {
    const { rpm, header } = packagePaths(file2);
    for (const [path, isHeader] of [
      [`${archiveDirectory}/${rpm}`, false],
      [`${archiveDirectory}/${header}`, true]
    ]) {
      const entry = await files.find(item.root, path);
      if (entry !== void 0)
        return { file: file2, path, isHeader, oid: entry.oid, ...await reader.openBlob(entry.oid) };
    }
  }
  const [file] = names;
  const nevra = recordedNevra(item);
  if (file === void 0 || nevra === void 0 || item.message?.trailers === void 0 || names.some((name) => saysArchived(item.text, `${archiveDirectory}/rpm/${name}`)))
    return "missing";
  const download = await served.read(nevra);
  if (download === void 0) return "not-archived";
  return {
    file,
    path: `${archiveDirectory}/${packagePaths(file).rpm}`,
    isHeader: false,
    oid: void 0,
    bytes: download.bytes,
    release: () => download.release()
  };
}
function saysArchived(text4, path) {
  return text4.includes(`: ${path}
`) || text4.includes(`: ${path}.header
`);
}
async function provePackage({ bytes, isHeader }, options) {
  const { keyring, policy } = options;
  const pkg = await readPackage(bytes);
  const check4 = (packets, data) => checkSignature(packets, data, keyring, policy);
  const content2 = await expectedContent(pkg, isHeader ? void 0 : bytes, options);
  if (isHeader) {
    const evidence2 = await examineHeader(pkg, check4);
    const judgement2 = judgeHeader(evidence2);
    const { headerSha256: headerSha2562 } = evidence2;
    return {
      pkg,
      sha256: void 0,
      contentSha256: void 0,
      headerSha256: headerSha2562,
      signature: judgement2.signature,
      judgement: judgement2,
      ...content2
    };
  }
  const evidence = await examinePackage(pkg, bytes, check4);
  const judgement = judge2(evidence, { keysGiven: true });
  const { sha256: whole2, contentSha256, headerSha256 } = evidence;
  return {
    pkg,
    sha256: whole2,
    contentSha256,
    headerSha256,
    signature: judgement.signature,
    judgement,
    ...content2
  };
}
async function expectedContent(pkg, whole2, { sourcePath, unpack }) {
  if (whole2 !== void 0) return wholeContent(pkg, whole2, { sourcePath, unpack });
  if (needsWholePackage(pkg.facts, { sourcePath, unpack }))
    return {
      source: { roots: [], files: /* @__PURE__ */ new Map() },
      packaging: void 0,
      unpackedFrom: [],
      isSourceUnknown: true,
      droppedModes: []
    };
  return {
    source: await expectedSource(pkg, void 0, sourcePath),
    packaging: void 0,
    unpackedFrom: [],
    isSourceUnknown: false,
    droppedModes: droppedModes(pkg, sourcePath)
  };
}
async function wholeContent(pkg, whole2, options) {
  const {
    sourcePaths,
    source,
    packaging,
    unpackedFrom,
    droppedModes: dropped
  } = await readContent3(
    pkg,
    whole2,
    { ...options, dotGit: "drop", maxFileSize: LIMITS.packageBytes },
    digestSink
  );
  return {
    source: { roots: sourcePaths, files: expectedFiles(source) },
    packaging: packaging && expectedFiles(packaging),
    unpackedFrom,
    isSourceUnknown: false,
    droppedModes: dropped.map(({ mode, path }) => Buffer.concat([Buffer.from(`${mode} `), path]))
  };
}
var digestSink = {
  whole: (content2) => Promise.resolve(sha2562(content2)),
  stream: async (_, chunks) => {
    const hash = createHash16("sha256");
    for await (const chunk of chunks) hash.update(chunk);
    return hash.digest("hex");
  }
};
function expectedFiles(files) {
  return new Map(
    Array.from(files, ([path, { mode, kept, target }]) => [
      path,
      { mode, digest: target === void 0 ? { algorithm: "sha256", hex: kept } : { target } }
    ])
  );
}
var SPECIAL_BITS = 3584;
function droppedModes({ facts }, sourcePath) {
  const special = facts.files.filter(
    ({ type, ghost, mode }) => type === "file" && !ghost && (mode & SPECIAL_BITS) !== 0
  );
  if (special.length === 0) return [];
  const selection = selectFiles(facts, sourcePath);
  return special.flatMap(({ path, mode }) => {
    const mapped = selection.map(path);
    return mapped === void 0 ? [] : [Buffer.concat([Buffer.from(`${mode.toString(8)} `), mapped])];
  });
}
function isOtherPackage(item, archived, proved2, checksum) {
  const { record, message } = item;
  const trailer = (key) => message?.trailers?.get(key)?.[0];
  const [recorded, actual] = archived.oid === void 0 ? (
    // The server may have signed it anew; what is not signature must be the same.
    [[trailer("Content-Sha256"), record?.contentSha256], proved2.contentSha256]
  ) : archived.isHeader ? [[trailer("Header-Sha256"), record?.headerSha256], proved2.headerSha256] : [
    [trailer("Rpm-Sha256"), record?.sha256, message?.metadata?.get("Checksum"), checksum],
    proved2.sha256
  ];
  const known = recorded.filter((value2) => typeof value2 === "string");
  const wrong = known.filter((value2) => value2 !== actual);
  const isTie = wrong.length > 0 && wrong.length * 2 === known.length;
  if (wrong.length * 2 < known.length || wrong.length === 0 || isTie && isRecordedRelease(item, proved2))
    return void 0;
  return { expected: wrong[0], actual: actual ?? "" };
}
function isRecordedRelease(item, { pkg: { facts } }) {
  const { message } = item;
  const nevra = recordedNevra(item);
  if (nevra !== void 0) return nevraKey(nevra) === nevraKey(formatNevra(facts.nevra));
  return message?.metadata?.get("Package") === facts.nevra.name && message.metadata.get("Version") === facts.nevra.version;
}
function sha2562(bytes) {
  return createHash16("sha256").update(bytes).digest("hex");
}
function mostCommon(values) {
  const counts = [
    ...Map.groupBy(
      values.filter((value2) => typeof value2 === "string"),
      (value2) => value2
    )
  ];
  return counts.reduce(
    (best, [value2, { length }]) => best === void 0 || length > best[1] ? [value2, length] : best,
    void 0
  )?.[0];
}
function packageRow(file, { pkg, sha256: whole2, contentSha256, signature: signature2 }) {
  return {
    file,
    sha256: whole2 ?? "",
    contentSha256: contentSha256 ?? "",
    signature: {
      fingerprint: signature2?.fingerprint ?? "",
      created: formatTimestamp(signature2?.created ?? 0),
      version: signature2?.version ?? 0,
      hash: signature2?.hash ?? ""
    },
    checks: [{ name: "file list", covers: `${pkg.facts.files.length} files`, status: "good" }]
  };
}

// src/verify/archived-index.ts
var INDEX_FILE2 = /^(?:repomd\.xml|(?:primary|filelists|other)\.xml(?:\.[a-z0-9]+)?)$/;
var MOST_LISTINGS = 8;
var OTHER_KIND = "";
var IndexVerifier = class {
  constructor(parts) {
    this.parts = parts;
  }
  parts;
  listings = /* @__PURE__ */ new Map();
  /**
   * Adds findings; the same file with the same checksum is looked at once.
   * @param isOurs whether every index file must have its checksum
   * @throws GitError MIRROR_INVALID
   */
  async verify(item, root, { isOurs, listing }) {
    const { files, findings, archiveDirectory } = this.parts;
    const entries = new Map(
      (await files.entries(root, archiveDirectory)).filter(([, { mode }]) => mode !== "040000")
    );
    const names = [...entries.keys()].map((name) => name.replace(/\.sha256$/, "")).filter((name) => INDEX_FILE2.test(name));
    if (isOurs && names.length === 0)
      findings.add(item, {
        kind: "digest",
        path: `${archiveDirectory}/repomd.xml`,
        expected: "the index",
        actual: "missing"
      });
    const before2 = findings.count;
    const needsSums = isOurs && names.some((name) => entries.has(`${name}.sha256`));
    for (const name of new Set(names))
      await this.verifySum(item, name, {
        file: entries.get(name),
        sum: entries.get(`${name}.sha256`),
        needsSums
      });
    if (findings.count > before2) return;
    const repomd = await this.readRepomd(item, entries.get("repomd.xml"));
    if (repomd === void 0) return;
    await this.verifyRecords(item, repomd, { entries, isOurs });
    if (listing !== void 0 && findings.count === before2)
      await this.verifyListing(item, repomd, { entries, listing });
  }
  async verifySum(item, name, {
    file,
    sum,
    needsSums
  }) {
    const { reader, files, findings, archiveDirectory } = this.parts;
    if (sum === void 0 && !needsSums || !findings.isNew(`sum ${name} ${file?.oid ?? ""} ${sum?.oid ?? ""}`))
      return;
    const path = `${archiveDirectory}/${name}`;
    const found = await orFinding(
      async () => file === void 0 ? "missing" : sha2562(await reader.readBlob(file.oid)),
      { kind: "digest", path, expected: "a file of the index" }
    );
    const stated2 = await orFinding(
      async () => sum === void 0 ? "missing" : files.checksum(sum.oid),
      { kind: "digest", path: `${path}.sha256`, expected: "a checksum" }
    );
    const fault = found.fault ?? stated2.fault;
    if (fault !== void 0) findings.add(item, fault);
    else if (found.value === "missing")
      findings.add(item, { kind: "digest", path, expected: stated2.value, actual: "missing" });
    else if (found.value !== stated2.value)
      findings.add(item, {
        kind: "digest",
        path: `${path}.sha256`,
        expected: found.value,
        actual: stated2.value
      });
  }
  async readRepomd(item, file) {
    const { files, findings, archiveDirectory } = this.parts;
    if (file === void 0) return void 0;
    const { value: value2, fault } = await orFinding(async () => parseRepomd(await files.small(file.oid)), {
      kind: "digest",
      path: `${archiveDirectory}/repomd.xml`,
      expected: "an index"
    });
    if (fault !== void 0 && findings.isNew(`repomd ${file.oid}`)) findings.add(item, fault);
    return value2;
  }
  /** The records against the checksums in repomd.xml. */
  async verifyRecords(item, repomd, { entries, isOurs }) {
    const { reader, findings, archiveDirectory } = this.parts;
    for (const type of NEEDED_RECORDS) {
      const record = findRecord(repomd, type);
      const [name, file] = findFile(entries, type) ?? [];
      const path = `${archiveDirectory}/${name ?? `${type}.xml`}`;
      if (record === void 0 || !findings.isNew(`record ${path} ${file?.oid ?? ""} ${record.checksum.hex}`))
        continue;
      if (file !== void 0) {
        const actual = digestLike(await reader.readBlob(file.oid), record.checksum);
        if (actual !== record.checksum.hex)
          findings.add(item, { kind: "digest", path, expected: record.checksum.hex, actual });
      } else if (isOurs && type === "primary")
        findings.add(item, {
          kind: "digest",
          path,
          expected: record.checksum.hex,
          actual: "missing"
        });
    }
  }
  /** Does the index of its publication list the package with this checksum? Another index (of a backport, of the predecessor) need not. */
  async verifyListing(item, repomd, { entries, listing }) {
    const { findings, archiveDirectory } = this.parts;
    const [name, file] = findFile(entries, "primary") ?? [];
    if (name === void 0 || file === void 0) return;
    const path = `${archiveDirectory}/${name}`;
    const listed = await this.readListing(item, repomd, { path, file });
    const actual = listed?.get(nevraKey(listing.nevra));
    if (listed === void 0 || actual === listing.sha256 || actual === OTHER_KIND) return;
    if (listing.revision === repomd.revision)
      findings.add(item, {
        kind: "digest",
        path,
        expected: `${listing.nevra} with ${listing.sha256}`,
        actual: actual ?? "not listed"
      });
    else
      findings.notChecked(
        item,
        path,
        "the index archived in this commit is not the one that listed the package"
      );
  }
  async readListing(item, repomd, { path, file }) {
    let listing = this.listings.get(file.oid);
    if (listing === void 0) {
      if (this.listings.size >= MOST_LISTINGS) this.listings.clear();
      listing = this.parsePrimary(item, repomd, { path, file });
      this.listings.set(file.oid, listing);
    }
    return listing;
  }
  async parsePrimary(item, repomd, { path, file }) {
    const { reader, findings, names } = this.parts;
    const record = findRecord(repomd, "primary");
    if (record === void 0) return void 0;
    const { value: value2, fault } = await orFinding(
      async () => {
        const bytes = await reader.readBlob(file.oid);
        const index = { type: "primary", archiveName: path, bytes };
        return readPrimary(index, record, {
          select: ({ name }) => names.has(name),
          allowWeak: void 0,
          warn: () => void 0
        });
      },
      { kind: "digest", path, expected: "an index" }
    );
    if (fault !== void 0 && findings.isNew(`primary ${file.oid}`)) findings.add(item, fault);
    return value2 === void 0 ? void 0 : new Map(
      value2.packages.map(({ nevra, checksum }) => [
        nevraKey(formatNevra(nevra)),
        checksum.algorithm === "sha256" ? checksum.hex : OTHER_KIND
      ])
    );
  }
};
function findFile(entries, type) {
  return [...entries].find(([name]) => name.startsWith(`${type}.xml`) && INDEX_FILE2.test(name));
}

// src/verify/keys.ts
function verifyOwnKeys(item, { strangers, lost, faults, files }, findings) {
  const wrong = new Map(
    [...strangers].map(([path, fingerprints]) => [path, fingerprints.join(", ")])
  );
  if (lost !== void 0 && item.message?.trailers !== void 0)
    wrong.set(lost, faults.get(lost) ?? "no key");
  for (const [path, actual] of wrong) {
    if (findings.isNew(`key ${path} ${files.get(path) ?? ""}`))
      findings.add(item, {
        kind: "signature",
        path,
        expected: "a key that the branch has had",
        actual
      });
  }
}
function isForeign({ accepted, reasons: reasons2 }) {
  return !accepted && reasons2.every(({ code: code2 }) => code2 === "UNKNOWN_KEY" || code2 === "PIN_MISMATCH");
}
function reportForeign(foreign, { findings, archiveDirectory, proved: proved2, pins }) {
  const good = new Map(proved2.map(({ keys }) => [keys.id, keys]));
  const others = [...good.values(), ...foreign.map(({ keys }) => keys)];
  for (const { item, path, keys, actual } of foreign) {
    if (good.has(keys.id)) {
      findings.add(item, {
        kind: "signature",
        path,
        expected: "a package signed by a trusted key",
        actual
      });
      continue;
    }
    const keyPath = exchangedPath(keys, others) ?? archiveDirectory;
    const reason = keys.faults.get(keyPath) ?? actual;
    if (findings.isNew(`key ${keyPath} ${keys.files.get(keyPath) ?? ""}`)) {
      const isPinned = pins.size === 0 || keys.own.some((fingerprint) => pins.has(fingerprint));
      const expected = isPinned ? "the key that signed the archived packages" : `a key of gpg-fingerprints (${[...pins].join(", ")})`;
      findings.add(item, {
        kind: "signature",
        path: keyPath,
        expected,
        actual: isPinned || keys.own.length === 0 ? reason : keys.own.join(", ")
      });
    }
  }
}
function exchangedPath(keys, others) {
  const known = others.flatMap(
    ({ keyPaths, files }) => keyPaths.map((path) => [path, files.get(path)])
  );
  const differing = known.find(([path, oid]) => keys.files.get(path) !== oid)?.[0];
  return differing ?? [...keys.faults.keys()][0] ?? keys.keyPaths[0] ?? known[0]?.[0];
}
function verifyTipKeys(tip, { findings, proved: proved2, pins, branch }) {
  const signers = new Set(proved2.map(({ signer }) => signer));
  if (signers.size === 0) return;
  const fingerprints = tip.own;
  if (fingerprints.some((fingerprint) => signers.has(fingerprint) || pins.has(fingerprint))) return;
  const newest2 = proved2.toSorted((a, b) => compareEvr(a.nevra, b.nevra)).at(-1);
  const path = exchangedPath(tip, [newest2.keys]) ?? "";
  if (!findings.isNew(`key ${path} ${tip.files.get(path) ?? ""}`)) return;
  const actual = tip.faults.get(path) ?? (fingerprints.join(", ") || "no key");
  findings.add(
    { tag: branch },
    { kind: "signature", path, expected: [...signers].join(", "), actual }
  );
}

// src/verify/mirror-keys.ts
var MirrorKeys = class {
  constructor(files, options) {
    this.files = files;
    this.options = options;
  }
  files;
  options;
  known = /* @__PURE__ */ new Map();
  anchor;
  /** Takes the keys of a branch, from its end to its beginning, as those to trust where nothing is pinned. @throws GitError MIRROR_INVALID */
  async anchorOn(reader, tip) {
    const sources = /* @__PURE__ */ new Map();
    const seen = /* @__PURE__ */ new Set();
    for (let at = tip; at !== void 0; ) {
      const { tree, parents } = await reader.readCommit(at);
      const candidates = await this.candidates(tree);
      for (const [path, { oid }] of candidates) {
        if (seen.has(`${path} ${oid}`)) continue;
        seen.add(`${path} ${oid}`);
        const source = await this.readKey(path, oid).catch(() => void 0);
        if (source !== void 0) sources.set(`${path} ${oid}`, source);
      }
      at = parents[0];
    }
    const keyring = await loadKeyring([...sources.values()]);
    this.anchor = {
      sources: [...sources.values()],
      fingerprints: new Set(keyring.certificates.map(({ fingerprint }) => fingerprint))
    };
    this.known.clear();
  }
  /** Keys in the archive of this commit's tree. A file that cannot be read as a key is left out and named. @throws GitError MIRROR_INVALID */
  async of(root) {
    const candidates = await this.candidates(root);
    const id = candidates.map(([path, { oid }]) => `${path} ${oid}`).join("\n");
    let keys = this.known.get(id);
    if (keys === void 0) {
      keys = this.load(id, candidates);
      this.known.set(id, keys);
    }
    return keys;
  }
  async candidates(root) {
    const { archiveDirectory } = this.options;
    return (await this.files.entries(root, archiveDirectory)).filter(([name, { mode }]) => mode.startsWith("100") && isKeyCandidate(name)).map(([name, file]) => [`${archiveDirectory}/${name}`, file]);
  }
  /** A key file, or undefined for a file of another kind. @throws VerificationError KEY_INVALID, GitError MIRROR_INVALID */
  async readKey(path, oid) {
    const bytes = await this.files.small(oid);
    if (!looksLikeKey(bytes)) return void 0;
    await loadKeyring([{ name: path, bytes }]);
    return { name: path, bytes };
  }
  async load(id, candidates) {
    const sources = [];
    const faults = /* @__PURE__ */ new Map();
    for (const [path, { oid }] of candidates) {
      try {
        const source = await this.readKey(path, oid);
        if (source !== void 0) sources.push(source);
      } catch (error) {
        faults.set(path, reasonOf(error));
      }
    }
    return {
      id,
      keyring: await this.trusted(sources),
      own: (await loadKeyring(sources)).certificates.map(({ fingerprint }) => fingerprint),
      files: new Map(candidates.map(([path, { oid }]) => [path, oid])),
      keyPaths: sources.map(({ name }) => name),
      faults,
      strangers: await this.strangers(sources),
      lost: sources.length === 0 ? this.anchor?.sources[0]?.name : void 0
    };
  }
  /** The pinned certificates, else those that the branch has had, else (no branch) those of the commit itself. */
  async trusted(own) {
    const { pins } = this.options;
    const keyring = await loadKeyring([...this.anchor?.sources ?? [], ...own]);
    const trusted = pins.size > 0 ? pins : this.anchor?.fingerprints;
    return trusted === void 0 ? keyring : keyring.restrictedTo(trusted);
  }
  async strangers(own) {
    const strangers = /* @__PURE__ */ new Map();
    const {
      anchor,
      options: { pins }
    } = this;
    for (const source of anchor === void 0 ? [] : own) {
      const { certificates } = await loadKeyring([source]);
      const unknown = certificates.map(({ fingerprint }) => fingerprint).filter((fingerprint) => !anchor.fingerprints.has(fingerprint) && !pins.has(fingerprint));
      if (unknown.length > 0) strangers.set(source.name, unknown);
    }
    return strangers;
  }
};

// src/verify/mirror-reading.ts
import { createHash as createHash17 } from "node:crypto";
var MOST_ENTRIES = 2e5;
var MOST_BYTES4 = 8 * 1024 * 1024;
var MirrorFiles = class {
  constructor(reader) {
    this.reader = reader;
  }
  reader;
  folders = /* @__PURE__ */ new Map();
  entryCount = 0;
  blobs = /* @__PURE__ */ new Map();
  byteCount = 0;
  walk = new TreeWalk({
    readTree: async (oid) => Array.from(await this.folder(oid), ([name, entry]) => ({
      ...entry,
      name: Buffer.from(name, "latin1")
    }))
  });
  /** The entry at a path, or undefined. @throws GitError MIRROR_INVALID */
  async find(root, path) {
    let entry = { mode: "040000", oid: root };
    for (const segment of path.split("/")) {
      if (entry?.mode !== "040000") return void 0;
      entry = (await this.folder(entry.oid)).get(Buffer.from(segment).toString("latin1"));
    }
    return entry;
  }
  /** Entries of the folder at a path by name (latin1 of the bytes); none where there is no folder. @throws GitError MIRROR_INVALID */
  async entries(root, path) {
    const found = await this.find(root, path);
    return found?.mode === "040000" ? [...await this.folder(found.oid)] : [];
  }
  /** All files below a tree, by path (latin1 of the bytes). @throws GitError MIRROR_INVALID, LIMIT_EXCEEDED */
  async list(tree) {
    return this.walk.list(tree);
  }
  /** A small file. @throws GitError MIRROR_INVALID */
  async small(oid) {
    const known = this.blobs.get(oid);
    if (known !== void 0) return known;
    const content2 = await this.reader.readBlob(oid);
    this.byteCount += content2.length;
    if (this.byteCount > MOST_BYTES4) {
      this.blobs.clear();
      this.byteCount = content2.length;
    }
    this.blobs.set(oid, content2);
    return content2;
  }
  /** The first word of a checksum file. @throws GitError MIRROR_INVALID */
  async checksum(oid) {
    return Buffer.from((await this.small(oid)).subarray(0, 1024)).toString("latin1").trim().split(/\s/)[0].slice(0, 200);
  }
  async folder(oid) {
    const known = this.folders.get(oid);
    if (known !== void 0) return known;
    const folder = new Map(
      (await this.reader.readTree(oid)).map(({ name, mode, oid: child }) => [
        Buffer.from(name).toString("latin1"),
        { mode, oid: child }
      ])
    );
    this.entryCount += folder.size;
    if (this.entryCount > MOST_ENTRIES) {
      this.folders.clear();
      this.entryCount = folder.size;
    }
    this.folders.set(oid, folder);
    return folder;
  }
};
var NEARLY_ALWAYS = "sha256";
var SourceBlobs = class _SourceBlobs {
  constructor(reader) {
    this.reader = reader;
  }
  reader;
  /** SHA-256 as latin1 of its 32 bytes, a third of what hex text takes. */
  known = /* @__PURE__ */ new Map();
  others = /* @__PURE__ */ new Map();
  /** Reads what is wanted; a file that is missing or damaged is not {@link has}. */
  static async read(reader, wanted, onProgress) {
    const blobs = new _SourceBlobs(reader);
    let hash;
    let done = 0;
    await reader.scan(wanted, {
      begin: ({ type }) => {
        const current = type === "blob" ? createHash17(NEARLY_ALWAYS) : void 0;
        hash = current;
        return (chunk) => current?.update(chunk);
      },
      end: ({ oid, status }) => {
        if (status === "good" && hash !== void 0)
          blobs.known.set(oid, hash.digest().toString("latin1"));
        hash = void 0;
        onProgress(++done);
      }
    });
    return blobs;
  }
  /** True when this file is there and its content has this id. */
  has(oid) {
    return this.known.has(oid);
  }
  /** Digest as lower-case hex; undefined for a file that is missing or damaged. @throws GitError MIRROR_INVALID */
  async digest(oid, algorithm) {
    const known = this.known.get(oid);
    if (known === void 0 || algorithm === NEARLY_ALWAYS)
      return known === void 0 ? void 0 : Buffer.from(known, "latin1").toString("hex");
    const key = `${algorithm} ${oid}`;
    const other = this.others.get(key) ?? createHash17(algorithm).update(await this.reader.readBlob(oid)).digest("hex");
    this.others.set(key, other);
    return other;
  }
};
function linkId(target) {
  return hashObject("blob", target);
}

// src/verify/facts.ts
function checkTagTarget({ tag, record, listed, message }) {
  const claimed = record ?? listed;
  if (claimed === void 0 || message === void 0) return void 0;
  const trailer = (key) => message.trailers?.get(key)?.[0];
  const pairs = [
    [claimed.sha256, trailer("Rpm-Sha256")],
    [claimed.sha256, message.metadata?.get("Checksum")],
    [claimed.contentSha256, trailer("Content-Sha256")],
    [nevraKey(claimed.nevra), nevraKey(trailer("Rpm-Nevra") ?? "")],
    [claimed.file, message.metadata?.get("Filename")]
  ];
  if (pairs.some(([expected, actual]) => expected === actual)) return void 0;
  return {
    kind: "tag",
    path: `refs/tags/${tag}`,
    expected: claimed.nevra,
    actual: trailer("Rpm-Nevra") ?? message.metadata?.get("Filename") ?? message.subject
  };
}
function checkTagName({ tag, record, listed }, { pkg: { facts } }, tagFormat) {
  if (record !== void 0 || listed !== void 0 || tag === formatTagName(tagFormat, facts.nevra))
    return void 0;
  const version2 = formatTagName("{version}", facts.nevra);
  const at = tag.indexOf(version2);
  const isPart = (character2) => character2 !== void 0 && /[0-9.]/.test(character2);
  if (at >= 0 && !isPart(tag[at - 1]) && !isPart(tag[at + version2.length])) return void 0;
  return {
    kind: "tag",
    path: `refs/tags/${tag}`,
    expected: `a release named ${tag}`,
    actual: formatNevra(facts.nevra)
  };
}
function checkFacts(context) {
  const { message } = context.item;
  const release = expectedFacts(context);
  return [
    ...message?.trailers === void 0 ? [] : checkTrailers(context, trailerFacts(release)),
    ...message?.metadata === void 0 ? [] : checkMetadata(context, metadataFacts(release)),
    ...checkOpening(context),
    ...checkRecord(context)
  ];
}
function expectedFacts({
  item: { message, record, listed },
  proved: proved2,
  file,
  certificate,
  sourceTree,
  isOriginal
}) {
  const trailer = (key) => message?.trailers?.get(key)?.[0];
  const { facts } = proved2.pkg;
  const revision = mostCommon([
    record?.repomdRevision,
    trailer("Repomd-Revision"),
    listed?.repomdRevision
  ]);
  return {
    facts,
    evidence: {
      sha256: (isOriginal ? proved2.sha256 : void 0) ?? mostCommon([record?.sha256, trailer("Rpm-Sha256"), message?.metadata?.get("Checksum")]) ?? "",
      contentSha256: proved2.contentSha256 ?? mostCommon([record?.contentSha256, trailer("Content-Sha256"), listed?.contentSha256]) ?? "",
      headerSha256: proved2.headerSha256
    },
    tag: "",
    file,
    key: certificate,
    signedAt: proved2.signature?.created ?? 0,
    checkedFiles: facts.files.filter(
      ({ type, ghost, digest: digest2 }) => type === "file" && !ghost && digest2 !== ""
    ).length,
    sourcePaths: proved2.source.roots,
    sourceTree: sourceTree ?? trailer("Source-Tree") ?? "",
    repomdRevision: revision ?? "",
    indexSha256: "",
    weakAlgorithms: proved2.signature?.tolerated ?? [],
    droppedModes: proved2.droppedModes,
    droppedDotGit: proved2.source.dropped ?? [],
    unpackedFrom: proved2.unpackedFrom
  };
}
var EXTRA = /* @__PURE__ */ new Set(["Weak-Algorithm", "Dropped-Mode", "Unpacked-From"]);
var OF_SIGNATURE = /* @__PURE__ */ new Set(["Signing-Key", "Signature-Date", "Weak-Algorithm"]);
function checkTrailers({ item: { message }, proved: proved2, isOriginal }, facts) {
  const expected = Map.groupBy(facts, ([label]) => label);
  const isUnknown = (label) => proved2.isSourceUnknown && (label === "Dropped-Mode" || label === "Unpacked-From");
  const labels = /* @__PURE__ */ new Set([
    ...expected.keys(),
    ...[...message.trailers.keys()].filter((label) => EXTRA.has(label))
  ]);
  return [...labels].flatMap((label) => {
    if (!isOriginal && OF_SIGNATURE.has(label) || isUnknown(label)) return [];
    const values = (expected.get(label) ?? []).map(([, value2]) => value2);
    return compare(label, values.join(", "), (message.trailers.get(label) ?? []).join(", "));
  });
}
function checkMetadata({ item: { message } }, facts) {
  return facts.flatMap(([label, value2]) => {
    const actual = message.metadata.get(label);
    if (actual === void 0 && message.trailers === void 0 && label === "File digests check")
      return [];
    return compare(label, normal(value2), normal(actual ?? ""));
  });
}
function checkOpening({ item: { message, text: text4 }, file, proved: proved2 }) {
  const extracted = /^Source code extracted from file: (.*)$/m.exec(text4)?.[1];
  const { version: version2 } = proved2.pkg.facts.nevra;
  return [
    ...extracted === void 0 ? [] : compare("Source code extracted from file", file, extracted),
    ...message?.trailers === void 0 || message.subject.endsWith(` ${version2}`) ? [] : compare("subject", `feat: … ${version2}`, message.subject)
  ];
}
function checkRecord({
  item: { tag, message, record, hasList, listFault },
  proved: proved2,
  sourceTree,
  file,
  certificate,
  isOriginal,
  listPath
}) {
  if (listFault !== void 0) return [listFault];
  if (record === void 0)
    return hasList && message?.trailers !== void 0 ? [{ kind: "metadata", path: listPath, expected: `a line for ${tag}`, actual: "missing" }] : [];
  const trailer = (key) => message?.trailers?.get(key)?.[0];
  const expected = {
    nevra: nevraKey(record.nevra) === nevraKey(formatNevra(proved2.pkg.facts.nevra)) ? record.nevra : formatNevra(proved2.pkg.facts.nevra),
    file,
    sha256: isOriginal ? proved2.sha256 ?? mostCommon([record.sha256, trailer("Rpm-Sha256"), message?.metadata?.get("Checksum")]) : void 0,
    contentSha256: proved2.contentSha256,
    headerSha256: proved2.headerSha256,
    sourceTree,
    signingKey: isOriginal ? certificate.fingerprint : void 0,
    signedAt: isOriginal && proved2.signature !== void 0 ? formatTimestamp(proved2.signature.created ?? 0) : void 0
  };
  return Object.entries(expected).flatMap(([key, value2]) => {
    const actual = record[key];
    if (value2 === void 0 || actual === null && message?.trailers === void 0) return [];
    return compare(`${listPath} ${key}`, value2, typeof actual === "string" ? actual : "none");
  });
}
function compare(label, expected, actual) {
  return expected === actual ? [] : [{ kind: "metadata", path: label, expected, actual }];
}
function normal(text4) {
  return text4.replaceAll("⁠", "").split("\n").map((line) => line.trim()).join("\n").trim();
}

// src/verify/source.ts
var EMPTY_BLOB = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
async function compareSource({ files }, actual, { blobs, directory }) {
  const findings = [];
  for (const [name, expected] of files) {
    const found = actual.get(name);
    const path = showSource(directory, name);
    if (found === void 0)
      findings.push({ kind: "missing", path, expected: expected.mode, actual: "missing" });
    else if (!await isSame(expected, found, blobs))
      findings.push({ kind: "content", path, ...await describe5(expected, found, blobs) });
    else if (expected.mode !== found.mode)
      findings.push({ kind: "mode", path, expected: expected.mode, actual: found.mode });
  }
  for (const [name, found] of actual)
    if (!files.has(name)) findings.push(extra(directory, name, found));
  return findings;
}
function compareTrees(expected, actual, directory) {
  const findings = [];
  for (const [name, file] of expected) {
    const found = actual.get(name);
    const path = showSource(directory, name);
    if (found === void 0)
      findings.push({ kind: "missing", path, expected: file.mode, actual: "missing" });
    else if (found.oid !== file.oid)
      findings.push({ kind: "content", path, expected: file.oid, actual: found.oid });
    else if (found.mode !== file.mode)
      findings.push({ kind: "mode", path, expected: file.mode, actual: found.mode });
  }
  for (const [name, found] of actual)
    if (!expected.has(name)) findings.push(extra(directory, name, found));
  return findings;
}
async function expectedTree({ files }, actual, blobs) {
  const entries = [];
  for (const [path, expected] of files) {
    const found = actual.get(path);
    if (found === void 0 || !await isSame(expected, found, blobs)) return void 0;
    entries.push({ path: Buffer.from(path, "latin1"), mode: expected.mode, oid: found.oid });
  }
  return buildTree(entries).oid;
}
async function isSame({ digest: digest2, mode }, found, blobs) {
  if (!blobs.has(found.oid) || mode === "120000" !== (found.mode === "120000")) return false;
  if ("target" in digest2) return found.oid === linkId(digest2.target);
  return digest2.hex === "" ? found.oid === EMPTY_BLOB : await blobs.digest(found.oid, digest2.algorithm) === digest2.hex;
}
async function describe5({ digest: digest2 }, found, blobs) {
  if (!blobs.has(found.oid))
    return { expected: `object ${found.oid}`, actual: "missing or damaged" };
  if ("target" in digest2)
    return {
      expected: `link to ${Buffer.from(digest2.target).toString("utf8")}`,
      actual: `${found.mode} ${found.oid}`
    };
  const actual = found.mode === "120000" ? "a link" : `${digest2.algorithm} ${await blobs.digest(found.oid, digest2.algorithm) ?? ""}`;
  return { expected: `${digest2.algorithm} ${digest2.hex}`, actual };
}
function extra(directory, name, { mode, oid }) {
  return {
    kind: "extra",
    path: showSource(directory, name),
    expected: "nothing",
    actual: `${mode} ${oid}`
  };
}
function showSource(directory, name) {
  return `${directory}/${Buffer.from(name, "latin1").toString("utf8")}`;
}

// src/verify/tag.ts
function checkTagObject({ tag, object, message, text: text4 }) {
  if (object === void 0) return [];
  const path = `refs/tags/${tag}`;
  const name = object.name === tag ? [] : [{ kind: "tag", path, expected: tag, actual: object.name }];
  if (message?.trailers === void 0) return name;
  const expected = `${message.subject}

${lastParagraph(text4)}`;
  const actual = object.message.trimEnd();
  return expected === actual ? name : [...name, { kind: "tag", path, ...firstDifference(expected, actual) }];
}
function lastParagraph(text4) {
  const trimmed = text4.trimEnd();
  return trimmed.slice(trimmed.lastIndexOf("\n\n") + 2);
}
function firstDifference(expected, actual) {
  const [before2, after2] = [expected.split("\n"), actual.split("\n")];
  const at = before2.findIndex((line2, index) => line2 !== after2[index]);
  const line = at < 0 ? before2.length : at;
  return {
    expected: before2[line] ?? "the end of the message",
    actual: after2[line] ?? "the end of the message"
  };
}
function checkUnproved({ message, record, source }, {
  sourceDirectory,
  checksum,
  checksumPath
}) {
  const trailer = (key) => message?.trailers?.get(key)?.[0];
  const tree = mostCommon([source, trailer("Source-Tree"), record?.sourceTree]);
  const whole2 = mostCommon([
    trailer("Rpm-Sha256"),
    record?.sha256,
    message?.metadata?.get("Checksum"),
    checksum
  ]);
  const rows = [
    ["content", sourceDirectory, tree, source ?? null],
    ["metadata", "Source-Tree", tree, trailer("Source-Tree")],
    ["metadata", "releases.json sourceTree", tree, record?.sourceTree],
    ["metadata", "Rpm-Sha256", whole2, trailer("Rpm-Sha256")],
    ["metadata", "Checksum", whole2, message?.metadata?.get("Checksum")],
    ["metadata", "releases.json sha256", whole2, record?.sha256],
    ["digest", checksumPath, whole2, checksum ?? "missing"],
    [
      "metadata",
      "Content-Sha256",
      mostCommon([record?.contentSha256, trailer("Content-Sha256")]),
      trailer("Content-Sha256")
    ],
    [
      "metadata",
      "Header-Sha256",
      mostCommon([record?.headerSha256, trailer("Header-Sha256")]),
      trailer("Header-Sha256")
    ]
  ];
  return rows.flatMap(
    ([kind, path, expected, actual]) => expected === void 0 || actual === void 0 || expected === actual ? [] : [{ kind, path, expected, actual: actual ?? "missing" }]
  );
}

// src/verify/release.ts
var TagVerifier = class {
  constructor(parts) {
    this.parts = parts;
  }
  parts;
  proved = [];
  foreign = [];
  /** Adds a row for a tag that cannot be verified at all. */
  refuse({ tag, listed, fault }) {
    const { report: report2, findings } = this.parts;
    report2.releases.push({ nevra: listed?.nevra ?? "", version: "", tag, status: "exists" });
    findings.add({ tag }, fault);
  }
  /** Adds a row, and findings where something is wrong. */
  async verify(item) {
    const { report: report2, findings, options } = this.parts;
    const row = {
      nevra: item.record?.nevra ?? "",
      version: "",
      tag: item.tag,
      status: "exists",
      commit: item.commit
    };
    report2.releases.push(row);
    let archived;
    try {
      archived = await this.findPackage(item);
      if (archived !== void 0) await this.verifyPackage(item, archived, row);
    } catch (error) {
      const [file] = recordedFiles(item);
      const path = archived?.path ?? `${options.directories.archive}${file === void 0 ? "" : `/${packagePaths(file).rpm}`}`;
      findings.add(item, {
        kind: "package",
        path,
        expected: "a readable package",
        actual: reasonOf(error)
      });
    } finally {
      await archived?.release();
    }
  }
  async findPackage(item) {
    const { findings, options, reader, files, served } = this.parts;
    const moved = checkTagTarget(item);
    if (item.message === void 0 && item.listed !== void 0)
      findings.add(item, {
        kind: "tag",
        path: `refs/tags/${item.tag}`,
        expected: item.listed.nevra,
        actual: "a commit that records no release"
      });
    else if (item.message === void 0)
      findings.add(item, {
        kind: "metadata",
        path: "commit message",
        expected: "a Metadata block or trailers",
        actual: "neither"
      });
    else if (moved !== void 0) findings.add(item, moved);
    else {
      const archived = await readArchived2(item, {
        reader,
        files,
        served,
        archiveDirectory: options.directories.archive
      });
      if (typeof archived !== "string") return archived;
      const [file = ""] = recordedFiles(item);
      const path = this.archivePath(packagePaths(file).rpm);
      if (archived === "missing")
        findings.add(item, { kind: "package", path, expected: file, actual: "missing" });
      else await this.verifyWithout(item, path);
    }
    return void 0;
  }
  /** Nothing proves this release from here; what is recorded must at least agree with itself. */
  async verifyWithout(item, path) {
    const { findings, options } = this.parts;
    findings.notChecked(
      item,
      path,
      "the package was not archived, and no yum server that has it is named"
    );
    const [file = ""] = recordedFiles(item);
    const sum = await this.readChecksum(item, file);
    const before2 = findings.count;
    findings.add(
      item,
      ...checkUnproved(item, {
        checksum: sum.value,
        checksumPath: sum.path,
        sourceDirectory: options.directories.source
      })
    );
    await this.verifyIndex(
      item,
      recordedNevra(item),
      item.message?.trailers?.get("Rpm-Sha256")?.[0]
    );
    if (findings.count === before2) findings.add(item, ...checkTagObject(item));
  }
  async verifyPackage(item, archived, row) {
    const { findings, options, keys, now } = this.parts;
    const known = await keys.of(item.root);
    verifyOwnKeys(item, known, findings);
    const policy = { allowWeak: options.allowWeak, now };
    const proved2 = await provePackage(archived, {
      keyring: known.keyring,
      policy,
      sourcePath: options.sourcePath,
      unpack: options.unpack
    });
    const { nevra } = proved2.pkg.facts;
    Object.assign(row, { nevra: formatNevra(nevra), version: nevra.version });
    const sum = await this.readChecksum(item, archived.file);
    const other = isOtherPackage(item, archived, proved2, sum.value);
    const wrongTag = checkTagName(item, proved2, options.tagFormat);
    if (other !== void 0) findings.add(item, { kind: "package", path: archived.path, ...other });
    else if (wrongTag !== void 0) findings.add(item, wrongTag);
    else {
      const certificate = this.requireSigner(item, { archived, proved: proved2, known });
      if (certificate === void 0) return;
      row.package = packageRow(archived.file, proved2);
      await this.verifyRecords(item, { archived, proved: proved2, known, certificate, sum });
    }
  }
  /** The certificate that vouches for the package; a finding, and undefined, when none does. */
  requireSigner(item, { archived, proved: proved2, known }) {
    const { judgement, signature: signature2 } = proved2;
    const certificate = known.keyring.certificates.find(
      ({ fingerprint }) => fingerprint === signature2?.fingerprint
    );
    if (judgement.accepted && certificate !== void 0) return certificate;
    const actual = judgement.reasons.map(({ code: code2, message }) => `${code2}: ${message}`).join("; ") || "no trusted key";
    if (isForeign(judgement)) this.foreign.push({ item, path: archived.path, keys: known, actual });
    else {
      const kind = judgement.reasons.some(({ code: code2 }) => code2 === "DIGEST_MISMATCH") ? "package" : "signature";
      this.parts.findings.add(item, {
        kind,
        path: archived.path,
        expected: "a package signed by a trusted key",
        actual
      });
    }
    return void 0;
  }
  /** Source tree, checksums, index and recorded facts against a package that is good. */
  async verifyRecords(item, found) {
    const { findings } = this.parts;
    const { archived, proved: proved2, known, certificate, sum } = found;
    const recorded = mostCommon([
      item.message?.trailers?.get("Rpm-Sha256")?.[0],
      item.record?.sha256,
      item.message?.metadata?.get("Checksum")
    ]);
    const isOriginal = archived.oid !== void 0 || recorded === void 0 || recorded === proved2.sha256;
    const whole2 = isOriginal ? proved2.sha256 ?? recorded : recorded;
    const before2 = findings.count;
    this.verifyChecksum(item, { expected: whole2, sum });
    await this.verifyIndex(item, formatNevra(proved2.pkg.facts.nevra), whole2);
    const sourceTree = await this.verifySource(item, proved2);
    const listPath = this.archivePath("releases.json");
    findings.add(
      item,
      ...checkFacts({
        item,
        proved: proved2,
        file: archived.file,
        certificate,
        sourceTree,
        isOriginal,
        listPath
      })
    );
    if (archived.isHeader)
      findings.notChecked(
        item,
        archived.path,
        "Rpm-Sha256 and Content-Sha256 need the whole package"
      );
    if (!isOriginal)
      findings.notChecked(
        item,
        archived.path,
        "the server has the package with another signature; Rpm-Sha256 and the recorded signature need the one that was published"
      );
    if (findings.count === before2) findings.add(item, ...checkTagObject(item));
    if (item.object === void 0 && item.message?.trailers !== void 0)
      findings.notChecked(
        item,
        `refs/tags/${item.tag}`,
        "the tag is lightweight and has no message"
      );
    const own = archived.oid === void 0 || archived.isHeader ? void 0 : { oid: archived.oid, sha256: proved2.sha256 };
    this.proved.push({
      item,
      nevra: proved2.pkg.facts.nevra,
      file: archived.file,
      signer: certificate.fingerprint,
      keys: known,
      archived: own,
      good: findings.count === before2
    });
  }
  /** Compares source and packaging with the package. Gives the id of the source tree as the package has it, when all of it is known. */
  async verifySource(item, { source, packaging, isSourceUnknown }) {
    const {
      findings,
      options: { directories },
      files
    } = this.parts;
    if (isSourceUnknown) {
      findings.notChecked(
        item,
        directories.source,
        "the archived header of a source package says nothing of what its archives hold"
      );
      return void 0;
    }
    if (packaging !== void 0) {
      const folder = await files.find(item.root, directories.packaging);
      await this.compareFolder(
        item,
        { roots: [], files: packaging },
        {
          tree: folder?.mode === "040000" ? folder.oid : void 0,
          directory: directories.packaging
        }
      );
    }
    return this.compareFolder(item, source, { tree: item.source, directory: directories.source });
  }
  async compareFolder(item, expected, { tree, directory }) {
    const { files, blobs, findings } = this.parts;
    const { value: actual, fault } = await orFinding(
      async () => tree === void 0 ? /* @__PURE__ */ new Map() : files.list(tree),
      { kind: "content", path: `${directory}/`, expected: "a readable folder" }
    );
    if (actual === void 0) {
      findings.add(item, fault);
      return void 0;
    }
    findings.addAll(item, await compareSource(expected, actual, { blobs, directory }));
    return expectedTree(expected, actual, blobs);
  }
  async verifyIndex(item, nevra, whole2) {
    const trailers = item.message?.trailers;
    const listing = nevra === void 0 || whole2 === void 0 ? void 0 : { nevra, sha256: whole2, revision: trailers?.get("Repomd-Revision")?.[0] };
    await this.parts.index.verify(item, item.root, {
      isOurs: trailers !== void 0,
      ...listing === void 0 ? {} : { listing }
    });
  }
  verifyChecksum(item, { expected, sum }) {
    const actual = sum.fault ?? sum.value ?? "missing";
    if (expected !== void 0 && actual !== expected)
      this.parts.findings.add(item, { kind: "digest", path: sum.path, expected, actual });
  }
  async readChecksum(item, file) {
    const { files } = this.parts;
    const path = this.archivePath(packagePaths(file).checksum);
    try {
      const entry = await files.find(item.root, path);
      return { path, value: entry === void 0 ? void 0 : await files.checksum(entry.oid) };
    } catch (error) {
      return { path, value: void 0, fault: reasonOf(error) };
    }
  }
  archivePath(name) {
    return `${this.parts.options.directories.archive}/${name}`;
  }
};

// src/verify/served-packages.ts
var ServedPackages = class {
  constructor(options, ports, wanted) {
    this.options = options;
    this.ports = ports;
    this.wanted = wanted;
  }
  options;
  ports;
  wanted;
  index;
  /** The package of a release, to be released; undefined when no server is named, cannot be reached, or does not have it any more. */
  async read(nevra) {
    this.index ??= this.guard("the index", () => this.load());
    const index = await this.index;
    const listed = index?.packages.find(
      (found) => nevraKey(formatNevra(found.nevra)) === nevraKey(nevra)
    );
    if (index === void 0 || listed === void 0) return void 0;
    const context = {
      options: { ...this.options, archivePackages: "none" },
      ...this.ports,
      index
    };
    return this.guard(listed.fileName, async () => (await fetchPackage(listed, context)).download);
  }
  async load() {
    const { source, allowWeak } = this.options;
    const isNamed2 = source.baseUrls.length > 0 || [source.mirrorlist, source.metalink, source.repoFile].some((way) => way !== void 0);
    if (!isNamed2) return void 0;
    const names = new Set(this.wanted.map((nevra) => tryParseNevra(nevra)?.name));
    const { baseUrls, mirrorlist, metalink } = await resolveSource(
      this.options,
      this.ports.fetcher
    );
    return loadIndex({
      bases: baseUrls,
      mirrorlist,
      metalink,
      fetcher: this.ports.fetcher,
      select: ({ name }) => names.has(name),
      allowWeak
    });
  }
  /** What a server does not give leaves releases unchecked; it is no finding of the mirror. */
  async guard(what, read) {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof MirrorError) || this.ports.signal.aborted) throw error;
      this.ports.logger.warning(`${what} could not be fetched: ${error.message}`);
      return void 0;
    }
  }
};

// src/mirror/message-parser.ts
var LABELS2 = Object.values(FACTS).flatMap((fact) => "block" in fact ? [fact.block] : []);
var MULTILINE = LABELS2.indexOf(FACTS.description.block);
function parseReleaseMessage(message) {
  const lines = stripSignature(message).split("\n");
  const metadata = parseMetadata(lines);
  const trailers = parseTrailers(lines);
  if (metadata === void 0 && trailers === void 0) return void 0;
  return { subject: lines[0], metadata, trailers };
}
function stripSignature(message) {
  const begin2 = /^-----BEGIN (?:PGP|SSH) (?:SIGNATURE|MESSAGE)-----$/m.exec(message);
  return begin2 === null ? message : message.slice(0, begin2.index);
}
function parseMetadata(lines) {
  const heading = lines.findLastIndex(
    (line, at) => line === "Metadata" && lines[at + 1] === "--------"
  );
  const end = heading === -1 ? -1 : lines.indexOf("--------", heading + 2);
  if (end === -1) return void 0;
  const facts = /* @__PURE__ */ new Map();
  let label;
  for (const line of lines.slice(heading + 2, end)) {
    const found = LABELS2.findIndex((known) => line.startsWith(`${known}:`));
    if (found === -1) {
      if (label !== void 0)
        facts.set(label, `${facts.get(label)}
${line.replace(/^ {4}/, "")}`);
      continue;
    }
    label = LABELS2[found];
    if (found > MULTILINE || !facts.has(label))
      facts.set(label, line.slice(label.length + 1).replace(/^ /, ""));
  }
  return facts;
}
function parseTrailers(lines) {
  const last2 = lines.findLastIndex((line) => line !== "");
  const start = lines.lastIndexOf("", last2) + 1;
  const trailers = /* @__PURE__ */ new Map();
  for (const line of start === 0 ? [] : lines.slice(start, last2 + 1)) {
    const match = /^([A-Za-z0-9-]+):(?: (.*))?$/.exec(line);
    if (match === null) return void 0;
    const values = trailers.get(match[1]) ?? [];
    values.push(match[2] ?? "");
    trailers.set(match[1], values);
  }
  return trailers.has("Rpm-Nevra") ? trailers : void 0;
}

// src/verify/tag-cases.ts
async function listTagCases(parts) {
  const { reader, options, listed } = parts;
  const cases = [];
  const broken3 = [];
  const ignored = [];
  let leftOut2 = 0;
  const lines = new Map(listed.map((record) => [record.tag, record]));
  const tags = await reader.listTags();
  for (const [tag, oid] of tags) {
    const found = await readCase(parts, { tag, oid, line: lines.get(tag) });
    if (found === void 0) ignored.push(tag);
    else if (!isWanted(found, options)) leftOut2++;
    else if ("fault" in found) broken3.push(found);
    else cases.push(found);
  }
  for (const record of listed) {
    if (tags.has(record.tag)) continue;
    const fault = {
      kind: "tag",
      path: `refs/tags/${record.tag}`,
      expected: record.nevra,
      actual: "missing"
    };
    const lost = { tag: record.tag, listed: record, fault };
    if (isWanted(lost, options)) broken3.push(lost);
    else leftOut2++;
  }
  return {
    cases: cases.sort((a, b) => compareEvr(evrOf(a), evrOf(b)) || (a.tag < b.tag ? -1 : 1)),
    broken: broken3,
    ignored,
    leftOut: leftOut2
  };
}
async function readCase({ reader, files, options }, { tag, oid, line }) {
  const path = `refs/tags/${tag}`;
  const { source, archive } = options.directories;
  try {
    const target = await peel(reader, oid);
    if (target.commit === void 0) {
      const fault = {
        kind: "tag",
        path,
        expected: line?.nevra ?? "a commit",
        actual: `a ${target.type}`
      };
      return line === void 0 ? void 0 : { tag, listed: line, fault };
    }
    const { tree: root, message: text4 } = target.commit;
    const message = parseReleaseMessage(text4);
    const archiveTree = await files.find(root, archive);
    if (archiveTree?.mode !== "040000" && message === void 0 && line === void 0)
      return void 0;
    const sourceTree = await files.find(root, source);
    const list3 = await readRecord3(tag, root, { reader, files, path: `${archive}/releases.json` });
    return {
      tag,
      commit: target.oid,
      object: target.object,
      root,
      source: sourceTree?.mode === "040000" ? sourceTree.oid : void 0,
      text: text4,
      message,
      listed: line,
      ...list3
    };
  } catch (error) {
    return {
      tag,
      listed: line,
      fault: {
        kind: "tag",
        path,
        expected: "a tag whose commit can be read",
        actual: reasonOf(error)
      }
    };
  }
}
async function peel(reader, oid) {
  let object;
  let target = oid;
  for (let depth = 0; depth < 8; depth++) {
    const { type } = await reader.readObject(target);
    if (type !== "tag")
      return {
        oid: target,
        object,
        type,
        commit: type === "commit" ? await reader.readCommit(target) : void 0
      };
    const outer = await reader.readTag(target);
    object ??= outer;
    target = outer.object;
  }
  return { oid: target, object, type: "tag", commit: void 0 };
}
async function readRecord3(tag, root, { reader, files, path }) {
  try {
    const list3 = await files.find(root, path);
    if (list3 === void 0) return { record: void 0, hasList: false, listFault: void 0 };
    const record = parseReleases(linesOf(tag, await reader.readBlob(list3.oid))).find(
      (line) => line.tag === tag
    );
    return { record, hasList: true, listFault: void 0 };
  } catch (error) {
    return {
      record: void 0,
      hasList: true,
      listFault: { kind: "metadata", path, expected: `a line for ${tag}`, actual: reasonOf(error) }
    };
  }
}
function linesOf(tag, list3) {
  const bytes = Buffer.from(list3.buffer, list3.byteOffset, list3.byteLength);
  if (/^\s*\[/.test(bytes.toString("latin1", 0, 64))) return bytes;
  const key = `{"tag":${JSON.stringify(tag)},`;
  const lines = [];
  for (let at = bytes.indexOf(key); at >= 0; at = bytes.indexOf(key, at + key.length)) {
    const end = bytes.indexOf(10, at);
    lines.push(bytes.subarray(at, end < 0 ? void 0 : end + 1));
  }
  return Buffer.concat(lines);
}
async function readListed(files, reader, { root, path }) {
  try {
    const list3 = await files.find(root, path);
    return { records: list3 === void 0 ? [] : parseReleases(await reader.readBlob(list3.oid)) };
  } catch (error) {
    if (!(error instanceof MirrorError)) throw error;
    return { records: [], fault: reasonOf(error) };
  }
}
function evrOf(found) {
  const message = "fault" in found ? void 0 : found.message;
  const record = "fault" in found ? found.listed : found.record ?? found.listed;
  const text4 = record?.nevra ?? message?.trailers?.get("Rpm-Nevra")?.[0];
  const nevra = text4 === void 0 ? void 0 : tryParseNevra(text4);
  if (nevra !== void 0) return nevra;
  const evr = tryParseEvr(message?.metadata?.get("Version") ?? found.tag);
  return {
    epoch: evr?.epoch ?? null,
    version: evr?.version ?? found.tag,
    release: evr?.release ?? ""
  };
}
function isWanted(found, { versions }) {
  return satisfies({ name: "", arch: "", ...evrOf(found) }, versions);
}

// src/verify/tip.ts
var LASTING = [
  "nevra",
  "file",
  "sha256",
  "contentSha256",
  "headerSha256",
  "sourceTree",
  "signingKey",
  "signedAt",
  "repomdRevision"
];
async function verifyTip(parts) {
  const { options, reader, keys, index, findings, proved: proved2, listed } = parts;
  const tip = await reader.readTip(options.branch);
  if (tip === void 0 || proved2.length === 0) return;
  const branch = options.branch ?? "HEAD";
  const { tree: root } = await reader.readCommit(tip);
  const archiveDirectory = options.directories.archive;
  const before2 = findings.count;
  await index.verify({ tag: branch }, root, { isOurs: listed.records.length > 0 });
  verifyTipKeys(await keys.of(root), {
    findings,
    archiveDirectory,
    proved: proved2,
    pins: options.gpgFingerprints,
    branch
  });
  const listPath = `${archiveDirectory}/releases.json`;
  if (listed.fault !== void 0 && findings.count === before2)
    findings.add(
      { tag: branch },
      { kind: "metadata", path: listPath, expected: "a list of releases", actual: listed.fault }
    );
  const ancestors = await listAncestors(
    reader,
    tip,
    new Set(proved2.map(({ item }) => item.commit))
  );
  for (const release of proved2) {
    if (!release.good) continue;
    const isOnBranch = ancestors.has(release.item.commit);
    await verifyPackage(parts, { root, release, isOnBranch });
    if (listed.fault === void 0) verifyLine(parts, { listPath, release, isOnBranch });
  }
  await verifySource2(parts, { root, branch });
}
async function listAncestors(reader, tip, wanted) {
  const found = /* @__PURE__ */ new Set();
  for (let at = tip; at !== void 0 && found.size < wanted.size; ) {
    if (wanted.has(at)) found.add(at);
    const { value: value2 } = await orFinding(async () => reader.readCommit(at), {
      kind: "tag",
      path: "",
      expected: ""
    });
    at = value2?.parents[0];
  }
  return found;
}
async function verifyPackage({ options, reader, files, findings }, { root, release, isOnBranch }) {
  const { item, file, archived } = release;
  if (archived === void 0) return;
  const { rpm, checksum } = packagePaths(file);
  const at = (name) => `${options.directories.archive}/${name}`;
  const pkg = await files.find(root, at(rpm));
  const expected = archived.sha256;
  if (pkg === void 0 && isOnBranch)
    findings.add(item, { kind: "package", path: at(rpm), expected, actual: "missing" });
  if (pkg !== void 0 && pkg.oid !== archived.oid) {
    const { value: value3, fault: fault2 } = await orFinding(async () => sha2562(await reader.readBlob(pkg.oid)), {
      kind: "package",
      path: at(rpm),
      expected
    });
    if (value3 !== expected)
      findings.add(item, fault2 ?? { kind: "package", path: at(rpm), expected, actual: value3 });
  }
  const sum = await files.find(root, at(checksum));
  if (pkg === void 0 || sum === void 0 && !isOnBranch) return;
  const { value: value2, fault } = await orFinding(
    async () => sum === void 0 ? "missing" : files.checksum(sum.oid),
    { kind: "digest", path: at(checksum), expected }
  );
  if (value2 !== expected)
    findings.add(item, fault ?? { kind: "digest", path: at(checksum), expected, actual: value2 });
}
function verifyLine({ findings, listed }, { listPath, release: { item }, isOnBranch }) {
  const { record } = item;
  if (record === void 0) return;
  if (item.listed === void 0) {
    if (isOnBranch)
      findings.add(item, {
        kind: "metadata",
        path: listPath,
        expected: `a line for ${item.tag}`,
        actual: listed.records.length === 0 ? "no list" : "missing"
      });
    return;
  }
  for (const key of LASTING) {
    const [expected, actual] = [record[key], item.listed[key]];
    if (expected !== actual)
      findings.add(item, {
        kind: "metadata",
        path: `${listPath} ${key}`,
        expected: expected ?? "none",
        actual: actual ?? "none"
      });
  }
}
async function verifySource2({ options, files, findings, proved: proved2, listed }, { root, branch }) {
  const newest2 = listed.records.flatMap((record) => ({ record, nevra: tryParseNevra(record.nevra) })).sort((a, b) => compareEvr(a.nevra, b.nevra)).at(-1)?.record;
  const release = proved2.find(({ item }) => item.tag === newest2?.tag);
  const expected = release?.item.source;
  if (release?.good !== true || expected === void 0 || newest2?.sourceTree !== expected) return;
  const directory = options.directories.source;
  const { value: value2, fault } = await orFinding(
    async () => {
      const found = await files.find(root, directory);
      if (found?.oid === expected) return [];
      return compareTrees(
        await files.list(expected),
        found?.mode === "040000" ? await files.list(found.oid) : /* @__PURE__ */ new Map(),
        directory
      );
    },
    { kind: "content", path: directory, expected }
  );
  findings.addAll({ tag: branch }, value2 ?? [fault]);
}

// src/verify/verify.ts
async function verify2(options, ports) {
  const { reader, logger, report: report2, clock } = ports;
  const archiveDirectory = options.directories.archive;
  const files = new MirrorFiles(reader);
  const findings = new Findings(report2);
  const tip = await reader.readTip(options.branch);
  const tipCommit = tip === void 0 ? void 0 : await reader.readCommit(tip);
  noteSeen(ports, { tip, tipCommit });
  const listed = tipCommit === void 0 ? { records: [] } : await readListed(files, reader, {
    root: tipCommit.tree,
    path: `${archiveDirectory}/releases.json`
  });
  const scope = await listTagCases({ reader, files, options, listed: listed.records });
  const { cases, broken: broken3, ignored } = scope;
  requireTags(scope);
  for (const tag of ignored) logger.info(`ignored: tag ${tag} has no release of this mirror`);
  logger.info(`${cases.length + broken3.length} tags to verify, ${ignored.length} ignored`);
  const blobs = await readSources(
    cases,
    { files, packagingDirectory: options.directories.packaging },
    ports
  );
  const nevras = cases.flatMap((item) => recordedNevra(item) ?? []);
  const names = /* @__PURE__ */ new Set([
    ...nevras.flatMap((nevra) => tryParseNevra(nevra)?.name ?? []),
    ...cases.flatMap(({ message }) => message?.metadata?.get("Package") ?? [])
  ]);
  const keys = new MirrorKeys(files, { archiveDirectory, pins: options.gpgFingerprints });
  if (tip !== void 0) await keys.anchorOn(reader, tip);
  const index = new IndexVerifier({ reader, files, findings, archiveDirectory, names });
  const served = new ServedPackages(options, ports, nevras);
  const verifier = new TagVerifier({
    options,
    reader,
    files,
    blobs,
    served,
    keys,
    index,
    findings,
    report: report2,
    now: clock.now()
  });
  await verifyTags(scope, verifier, { findings, ports });
  for (const item of broken3) verifier.refuse(item);
  const { proved: proved2 } = verifier;
  reportForeign(verifier.foreign, {
    findings,
    archiveDirectory,
    proved: proved2,
    pins: options.gpgFingerprints
  });
  await verifyTip({ options, reader, files, keys, index, findings, proved: proved2, listed });
  const signed = new Map(
    report2.releases.map(({ tag, package: row }) => [tag, row?.signature.created])
  );
  report2.newest = describeNewest(
    proved2.map(({ item: { tag }, nevra }) => ({ tag, nevra, date: signed.get(tag) })),
    clock.now()
  );
  return conclude2(findings, ports, {
    tip,
    unproved: new Set(verifier.foreign.map(({ item }) => item.tag))
  });
}
function requireTags({ cases, broken: broken3, ignored, leftOut: leftOut2 }) {
  if (cases.length + broken3.length > 0) return;
  const others = ignored.length === 0 ? "" : `, and ${ignored.length} that ${ignored.length === 1 ? "is" : "are"} not of this tool`;
  if (leftOut2 > 0)
    throw new GitError(
      "MIRROR_INVALID",
      `nothing was verified: versions leaves out all ${leftOut2} releases of the mirror`,
      { remedy: "Widen versions." }
    );
  throw new GitError(
    "MIRROR_INVALID",
    `nothing was verified: expected tags of releases, found none${others}`,
    {
      remedy: "Check repository, branch and archive-directory. If this was a mirror, its tags are gone."
    }
  );
}
async function verifyTags({ cases, broken: broken3 }, verifier, { findings, ports: { signal, logger, report: report2 } }) {
  const total = cases.length + broken3.length;
  for (const [at, item] of cases.entries()) {
    signal.throwIfAborted();
    logger.progress(`verifying ${item.tag}: ${at + 1} of ${total}`);
    const [before2, unproved] = [findings.count, verifier.foreign.length];
    await verifier.verify(item);
    const outcome = findings.count > before2 || verifier.foreign.length > unproved ? "not good" : report2.notChecked.at(-1)?.tag === item.tag ? "good, as far as it can be checked" : "good";
    logger.info(
      `[${at + 1} of ${total}] ${item.tag}: ${report2.releases.at(-1)?.nevra || "no package"}: ${outcome}`
    );
  }
}
async function readSources(cases, { files, packagingDirectory }, { reader, logger }) {
  const wanted = /* @__PURE__ */ new Set();
  for (const source of await listFolders(cases, files, packagingDirectory)) {
    const { value: value2 } = await orFinding(async () => files.list(source), {
      kind: "content",
      path: "",
      expected: ""
    });
    for (const { mode, oid } of value2?.values() ?? []) if (mode !== "160000") wanted.add(oid);
  }
  return SourceBlobs.read(reader, wanted, (done) => {
    if (done % 500 === 0) logger.progress(`reading source files: ${done} of ${wanted.size}`);
  });
}
async function listFolders(cases, files, packagingDirectory) {
  const folders = /* @__PURE__ */ new Set();
  for (const { source, root } of cases) {
    if (source !== void 0) folders.add(source);
    const { value: value2 } = await orFinding(async () => files.find(root, packagingDirectory), {
      kind: "content",
      path: "",
      expected: ""
    });
    if (value2?.mode === "040000") folders.add(value2.oid);
  }
  return folders;
}
function conclude2(findings, { report: report2, logger }, { tip, unproved }) {
  const counts = findings.byTag();
  for (const row of report2.releases) {
    const count2 = counts.get(row.tag) ?? 0;
    row.reason = count2 > 0 ? `${count2} finding${count2 === 1 ? "" : "s"}` : unproved.has(row.tag) ? "not signed by a trusted key" : "good";
  }
  const { length } = report2.warnings;
  for (const { kind, tag, path, expected, actual } of report2.findings)
    logger.warning(`${kind}: ${tag}: ${path}: expected ${expected}, found ${actual}`);
  report2.warnings.length = length;
  return {
    report: report2,
    hasNew: false,
    newVersions: [],
    latestVersion: report2.newest?.version ?? "",
    commit: tip ?? "",
    failed: report2.findings.length > 0,
    isVerified: true
  };
}

// src/run/alarm.ts
import { createHash as createHash18 } from "node:crypto";
var MOST_REASONS = 50;
async function raiseAlarm(host, result, context) {
  const { logger } = context;
  const marker = markerOf(context.options);
  const reasons2 = reasonsOf(result);
  const issue = await host.find(marker);
  if (reasons2.length === 0) {
    if (issue?.isOpen !== true) return;
    await host.change(issue.number, {
      comment: `All is well again. ${runLine(context)}`.trim(),
      close: true
    });
    logger.info(`alarm issue #${issue.number} is closed`);
    return;
  }
  const state = `<!-- state: ${digest(reasons2.map(({ key }) => key).join("\n"))} -->`;
  const isSame2 = issue?.body.includes(state) === true;
  const body = formatBody2(result, reasons2, { ...context, marks: [marker, state] });
  if (issue?.isOpen === true) {
    await host.change(issue.number, {
      body,
      ...isSame2 ? {} : { comment: `The reasons changed:

${listOf(reasons2)}

${runLine(context)}`.trim() }
    });
    logger.info(`alarm issue #${issue.number} is updated`);
  } else if (!isSame2 || result.failed) {
    const number = await host.open({
      title: `${nameOf5(context)}: ${context.options.mode} needs attention`,
      body,
      marker
    });
    logger.warning(`alarm issue #${number} is opened`);
  }
}
function markerOf({ mode, branch, directories }) {
  return `<!-- rpm-source-mirror alarm: ${digest(JSON.stringify([mode, branch ?? "", directories.archive]))} -->`;
}
function nameOf5({ options: { title, branch }, mirror }) {
  if (title !== void 0) return `Mirror of ${unaddressed(title).slice(0, 150)}`;
  return `Mirror ${mirror}${branch === void 0 ? "" : ` (${unaddressed(branch).slice(0, 150)})`}`;
}
function digest(text4) {
  return createHash18("sha256").update(text4).digest("hex").slice(0, 20);
}
function reasonsOf({ report: report2, failed }) {
  const reason = (kind, subject, text4) => ({
    key: `${kind} ${subject}`,
    text: `**${kind}** ${plain(text4)}`
  });
  const all = [
    ...report2.releases.flatMap(
      ({ nevra, error }) => error === void 0 ? [] : [reason(error.code, nevra, `${nevra}: ${sentences(error)}`)]
    ),
    ...report2.releases.filter(({ waiting }) => waiting === true).map(
      ({ nevra, reason: why }) => reason(
        "decision",
        nevra,
        `${nevra} waits for a decision: ${why ?? ""}. Set that tag-format, or hold it back with skip.`
      )
    ),
    ...report2.errors.map((error) => reason(error.code, "", sentences(error))),
    ...report2.changes.filter((change) => change.class === "content-changed").map(
      ({ nevra, tag }) => reason(
        "content-changed",
        nevra,
        `the publisher replaced ${nevra}, published here as tag ${tag}`
      )
    ),
    ...report2.findings.map(
      ({ tag, kind, path, expected, actual }) => reason(kind, `${tag} ${path}`, `tag ${tag}: ${path}: expected ${expected}, found ${actual}`)
    )
  ];
  return failed && all.length === 0 ? [reason("failed", "", "the run failed; see its log")] : all;
}
function formatBody2(result, reasons2, context) {
  return [
    plain(headline(result)),
    listOf(reasons2),
    runLine(context),
    "This issue is kept up to date by rpm-source-mirror, and closed by it when all is well.",
    context.marks.join("\n")
  ].filter((part) => part !== "").join("\n\n");
}
function listOf(reasons2) {
  const shown = reasons2.slice(0, MOST_REASONS).map(({ text: text4 }) => `- ${text4.slice(0, 1e3)}`);
  return [
    ...shown,
    ...reasons2.length > MOST_REASONS ? [`- and ${reasons2.length - MOST_REASONS} more`] : []
  ].join("\n");
}
function runLine({ runUrl }) {
  return runUrl === void 0 ? "" : `Last run: ${runUrl}`;
}

// src/run/attest.ts
var PATIENCE = 2;
var LATER = "The release stays published. No later run attests it, since none verifies the package anew; docs/audit-trail.md says how to do it from the statement beside the report.";
async function attestReleases(host, result, { logger, signal }) {
  const { report: report2 } = result;
  const attestations = /* @__PURE__ */ new Map();
  const before2 = report2.errors.length;
  let failuresInARow = 0;
  for (const row of report2.releases) {
    const statement = toStatement(row, report2);
    if (statement === void 0) continue;
    try {
      signal.throwIfAborted();
      if (failuresInARow >= PATIENCE)
        throw new GitError("REMOTE_FAILED", "not tried, after the failures before it");
      const bundle = await host.sign(statement, signal);
      attestations.set(row.tag, bundle);
      await host.store(bundle);
      logger.info(`${row.nevra}: attested`);
      failuresInARow = 0;
    } catch (error) {
      const { code: code2, message, remedy } = describeError(error);
      report2.errors.push({
        code: code2,
        message: `${row.nevra} is published but not attested: ${message}`,
        remedy: `${remedy} ${LATER}`
      });
      failuresInARow += 1;
    }
  }
  return { ...result, attestations, failed: result.failed || report2.errors.length > before2 };
}

// src/run/schedule.ts
import { readFile as readFile5 } from "node:fs/promises";
var DISABLED_AFTER = 60;
var WARNED_AFTER = 50;
var DAY3 = 86400;
async function warnOfPause(context) {
  const { environment, logger, now, mirror, host } = context;
  const { GITHUB_EVENT_NAME: event, GITHUB_REPOSITORY: repository } = environment;
  if (event !== "schedule" || repository === void 0 || repository === "") return;
  const isOwn = mirror !== void 0 && `${mirror.owner}/${mirror.repo}`.toLowerCase() === repository.toLowerCase();
  const days = (time) => time === void 0 ? Number.NaN : Math.floor((now - time) / DAY3);
  if (isOwn && (context.hasPushed || !(days(context.committed) >= WARNED_AFTER))) return;
  const isPrivate = await isPrivateByEvent(environment["GITHUB_EVENT_PATH"]);
  if (isPrivate === true) return;
  const told = isOwn && isPrivate === false ? void 0 : await host?.read();
  if (told?.isPrivate === true) return;
  const age = days(isOwn ? context.committed : told?.pushed);
  if (!(age >= WARNED_AFTER)) return;
  const file = /\/\.github\/workflows\/([^/@]+)@/u.exec(
    environment["GITHUB_WORKFLOW_REF"] ?? ""
  )?.[1];
  logger.warning(
    `GitHub switches scheduled workflows of public repositories off after ${DISABLED_AFTER} days without activity. The newest commit of ${repository} is ${age} days old: ${file ?? "this workflow"} ${age < DISABLED_AFTER ? `has ${DISABLED_AFTER - age} days left` : "may stop any day"}. Push a commit to the default branch, or run: gh workflow enable ${file ?? "<file of the workflow>"} --repo ${repository}`
  );
}
async function isPrivateByEvent(path) {
  try {
    const payload = JSON.parse(await readFile5(path ?? "", "utf8"));
    const said = payload?.repository?.private;
    return typeof said === "boolean" ? said : void 0;
  } catch {
    return void 0;
  }
}

// src/run/settings.ts
import { readFile as readFile6 } from "node:fs/promises";

// src/github/repository-name.ts
function repositoryNameOf({ transport, url }, serverUrl) {
  if (transport === "file") return void 0;
  const scp = /^(?:[^@/]+@)?([^:/]+):(?!\/\/)(.+)$/u.exec(url);
  const parsed = scp === null ? URL.parse(url) : null;
  const server = URL.parse(serverUrl);
  const host = scp?.[1] ?? (transport === "ssh" ? parsed?.hostname : parsed?.host);
  if (server === null || host !== (transport === "ssh" ? server.hostname : server.host))
    return void 0;
  const path = scp?.[2] ?? parsed?.pathname ?? "";
  const match = /^\/?([\w.-]+)\/([\w.-]+?)(?:\.git)?\/?$/u.exec(path);
  return match === null ? void 0 : { owner: match[1], repo: match[2] };
}
function apiUrlOf(serverUrl, given) {
  if (given !== void 0 && given !== "") return trimEndWhile(given, /\//);
  const { origin, hostname } = new URL(serverUrl);
  return hostname === "github.com" ? "https://api.github.com" : `${origin}/api/v3`;
}

// src/signing/ssh.ts
import { createHash as createHash19, createPrivateKey, sign } from "node:crypto";
var BEGIN2 = "-----BEGIN OPENSSH PRIVATE KEY-----";
var END = "-----END OPENSSH PRIVATE KEY-----";
var MAGIC4 = "openssh-key-v1\0";
function isOpenSshKey(text4) {
  return text4.trimStart().startsWith(BEGIN2);
}
async function loadSshSigner(text4) {
  const { publicBlob, key } = readKey(text4);
  const hash = createHash19("sha256").update(publicBlob).digest("base64").replaceAll("=", "");
  return {
    description: `SSH key SHA256:${hash}`,
    async sign(data) {
      const fields = [sshString("git"), sshString(""), sshString("sha512")];
      const digest2 = createHash19("sha512").update(data).digest();
      const signature2 = key.sign(
        Buffer.concat([Buffer.from("SSHSIG"), ...fields, sshString(digest2)])
      );
      const blob = Buffer.concat([
        Buffer.from("SSHSIG"),
        uint32(1),
        sshString(publicBlob),
        ...fields,
        sshString(signature2)
      ]);
      const lines = blob.toString("base64").match(/.{1,70}/g) ?? [];
      return ["-----BEGIN SSH SIGNATURE-----", ...lines, "-----END SSH SIGNATURE-----", ""].join(
        "\n"
      );
    }
  };
}
function readKey(text4) {
  const base642 = text4.trim().replace(BEGIN2, "").replace(END, "").replace(/\s+/g, "");
  try {
    const reader = new PacketReader(Buffer.from(base642, "base64"));
    if (Buffer.from(reader.take(MAGIC4.length)).toString("latin1") !== MAGIC4)
      throw new PacketError("it does not begin as one");
    const cipher = readText(reader);
    if (cipher !== "none")
      throw new PacketError(
        `it is protected by a passphrase (${cipher}); give a copy without one (ssh-keygen -p), or an OpenPGP key`
      );
    readText(reader);
    readString(reader);
    const count2 = reader.uint(4);
    if (count2 !== 1) throw new PacketError(`expected one key in it, found ${count2}`);
    const publicBlob = readString(reader);
    return { publicBlob, key: readPrivate(new PacketReader(readString(reader))) };
  } catch (error) {
    const detail = error instanceof PacketError ? error.message : "OpenSSL refuses it";
    throw new InputError(
      "INPUT_INVALID",
      `signing-key is no OpenSSH private key that can be used: ${detail}`,
      { cause: error }
    );
  }
}
function readPrivate(reader) {
  if (reader.uint(4) !== reader.uint(4)) throw new PacketError("its check numbers differ");
  const type = readText(reader);
  if (type === "ssh-ed25519") return ed25519(reader);
  if (type === "ssh-rsa") return rsa2(reader);
  const curve = ECDSA[type];
  if (curve !== void 0) return ecdsa2(type, curve, reader);
  throw new PacketError(
    `expected an Ed25519, RSA or ECDSA key, found ${JSON.stringify(type.slice(0, 40))}`
  );
}
function ed25519(reader) {
  const x = readString(reader);
  const key = privateKey({
    kty: "OKP",
    crv: "Ed25519",
    x: base64url2(x),
    d: base64url2(readString(reader).subarray(0, 32))
  });
  return { sign: (data) => signatureBlob("ssh-ed25519", sign(null, data, key)) };
}
function rsa2(reader) {
  const [n, e, d, qi, p, q] = Array.from({ length: 6 }, () => toBigInt(readString(reader)));
  if (p < 2n || q < 2n) throw new PacketError("its primes are missing");
  const numbers = { n, e, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi };
  const key = privateKey({
    kty: "RSA",
    ...Object.fromEntries(
      Object.entries(numbers).map(([name, value2]) => [name, base64url2(toBytes(value2))])
    )
  });
  return { sign: (data) => signatureBlob("rsa-sha2-512", sign("sha512", data, key)) };
}
var ECDSA = {
  "ecdsa-sha2-nistp256": { crv: "P-256", hash: "sha256" },
  "ecdsa-sha2-nistp384": { crv: "P-384", hash: "sha384" },
  "ecdsa-sha2-nistp521": { crv: "P-521", hash: "sha512" }
};
function ecdsa2(type, { crv, hash }, reader) {
  readText(reader);
  const point2 = readString(reader).subarray(1);
  const size = point2.length / 2;
  const d = toBytes(toBigInt(readString(reader)), size);
  const key = privateKey({
    kty: "EC",
    crv,
    x: base64url2(point2.subarray(0, size)),
    y: base64url2(point2.subarray(size)),
    d: base64url2(d)
  });
  return {
    sign(data) {
      const pair = sign(hash, data, { key, dsaEncoding: "ieee-p1363" });
      const numbers = [pair.subarray(0, pair.length / 2), pair.subarray(pair.length / 2)].map(
        (part) => sshString(mpint(part))
      );
      return signatureBlob(type, Buffer.concat(numbers));
    }
  };
}
function privateKey(jwk) {
  return createPrivateKey({ key: jwk, format: "jwk" });
}
function signatureBlob(algorithm, value2) {
  return Buffer.concat([sshString(algorithm), sshString(value2)]);
}
function mpint(bytes) {
  const value2 = toBytes(toBigInt(bytes));
  return (value2[0] ?? 0) & 128 ? Buffer.concat([Buffer.alloc(1), value2]) : value2;
}
function toBytes(value2, size = Math.ceil(bitLength(value2) / 8)) {
  return Buffer.from(value2.toString(16).padStart(size * 2, "0"), "hex");
}
function sshString(value2) {
  const bytes = Buffer.from(value2);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
function readString(reader) {
  return reader.take(reader.uint(4));
}
function readText(reader) {
  return Buffer.from(readString(reader)).toString("latin1");
}
function uint32(value2) {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value2);
  return bytes;
}
function base64url2(bytes) {
  return Buffer.from(bytes).toString("base64url");
}

// src/signing/load.ts
async function loadSigner(privateKey2, passphrase) {
  return isOpenSshKey(privateKey2) ? loadSshSigner(privateKey2) : loadOpenPgpSigner(privateKey2, passphrase);
}
async function loadOpenPgpSigner(armoredKey, passphrase) {
  const openpgp = await import("./openpgp-4OJVKVSH.js");
  const config = { ...openpgp.config, nonDeterministicSignaturesViaNotation: false };
  const locked = await orRefuse(
    "is no armored OpenPGP private key",
    () => openpgp.readPrivateKey({ armoredKey, config })
  );
  const unlocked = locked.isDecrypted() ? locked : await unlock();
  await orRefuse(
    "cannot sign",
    () => unlocked.getSigningKey(void 0, /* @__PURE__ */ new Date(), void 0, config)
  );
  return {
    description: `OpenPGP key ${unlocked.getFingerprint().toUpperCase()}`,
    async sign(data, at) {
      const message = await openpgp.createMessage({ binary: data });
      const date = new Date(at * 1e3);
      const armored = await orRefuse(
        `cannot sign at ${date.toISOString()}`,
        () => openpgp.sign({ message, signingKeys: unlocked, detached: true, date, config })
      );
      return `${String(armored).replaceAll("\r\n", "\n").trimEnd()}
`;
    }
  };
  async function unlock() {
    if (passphrase === void 0 || passphrase === "")
      throw new InputError(
        "INPUT_INVALID",
        "signing-key is protected, and signing-key-passphrase is not set"
      );
    return orRefuse(
      "does not open with signing-key-passphrase",
      () => openpgp.decryptKey({ privateKey: locked, passphrase, config })
    );
  }
}
async function orRefuse(problem, action) {
  try {
    return await action();
  } catch (error) {
    const detail = error instanceof Error ? `: ${error.message}` : "";
    throw new InputError("INPUT_INVALID", `signing-key ${problem}${detail}`, { cause: error });
  }
}

// src/run/settings.ts
async function settle2(options, { environment, commitTime, logger }) {
  const serverUrl = environment["GITHUB_SERVER_URL"] || "https://github.com";
  if (options.attest) needIdentity(options.mode, { environment, logger });
  const remote = resolveRepository(options.repository, { serverUrl });
  const ssh = await sshOf(options);
  const token = environment["GITHUB_ACTIONS"] === "true" ? tokenFor(remote, { token: options.token, serverUrl, logger }) : options.token;
  credentialSettings(remote, token);
  return {
    remote,
    token,
    hasCredential: remote.transport === "file" ? void 0 : remote.transport === "ssh" || (token ?? remote.userinfo) !== void 0,
    ssh,
    mirrors: options.mirrors.map(
      (text4) => accessTo(resolveRepository(text4, { serverUrl, input: "mirrors" }), {
        main: remote,
        ssh,
        token
      })
    ),
    github: gitHubOf(options, { remote, serverUrl, apiUrl: environment["GITHUB_API_URL"] }),
    mirrorName: repositoryNameOf(remote, serverUrl),
    workflow: workflowOf(options.token, { remote, serverUrl, environment }),
    sign: options.mode === "verify" ? void 0 : await openSigningKey(options, commitTime)
  };
}
function tokenFor(remote, {
  token,
  serverUrl,
  logger
}) {
  if (token === void 0 || !isForeignToJobToken(remote, token, serverUrl)) return token;
  const { host } = new URL(remote.url);
  if (remote.userinfo === void 0)
    logger.warning(
      `the token is one of a GitHub App (ghs_…), such as the job's own, and belongs to ${serverUrl}; it is not sent to ${host}. Set token to a personal one of ${host}, or put the credential into repository (as a secret): https://x-access-token:TOKEN@${host}/…`
    );
  return void 0;
}
function accessTo(remote, {
  main,
  ssh,
  token
}) {
  if (remote.url === main.url)
    throw new InputError("INPUT_CONFLICT", `mirrors names the repository itself, ${remote.url}`, {
      remedy: "List only other repositories in mirrors."
    });
  const isSameOrigin = remote.transport === "http" && main.transport === "http" && new URL(remote.url).origin === new URL(main.url).origin;
  return { remote, ssh, ...token !== void 0 && isSameOrigin ? { token } : {} };
}
function needIdentity(mode, { environment, logger }) {
  const missing = ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"].filter(
    (name) => !environment[name]
  );
  if (missing.length === 0 || mode === "verify") return;
  const error = new InputError(
    "INPUT_CONFLICT",
    `attest: true needs the identity of a GitHub Actions job, and there is none here (${missing.join(" and ")} not set)`,
    {
      remedy: "Give the job permissions: id-token: write and attestations: write. Outside of GitHub Actions leave attest out; the unsigned statements lie beside the report in any case."
    }
  );
  if (mode === "publish") throw error;
  logger.warning(`publish would refuse the inputs: ${sentences(error)}`);
}
function gitHubOf(options, { remote, serverUrl, apiUrl }) {
  const asked = {
    "create-releases": options.createReleases,
    "alarm-issue": options.alarmIssue,
    attest: options.attest
  };
  const wanted = Object.entries(asked).flatMap(([name, isOn]) => isOn ? [name] : []).join(" and ");
  if (wanted === "" && options.mode !== "check") return void 0;
  const repository = repositoryNameOf(remote, serverUrl);
  if (wanted === "" && (repository === void 0 || options.token === void 0)) return void 0;
  if (repository === void 0) {
    throw new InputError(
      "INPUT_CONFLICT",
      `${wanted} needs a repository on ${serverUrl}, and repository is ${remote.url}`,
      {
        remedy: `Leave out ${wanted}; on GitHub Enterprise Server GITHUB_SERVER_URL says which host it is.`
      }
    );
  }
  if (options.token === void 0)
    throw new InputError("INPUT_MISSING", `${wanted} needs a token`, {
      remedy: "Set token (on the command line the variable INPUT_TOKEN)."
    });
  return { token: options.token, apiUrl: apiUrlOf(serverUrl, apiUrl), repository };
}
function workflowOf(token, {
  remote,
  serverUrl,
  environment
}) {
  const [, owner, repo] = /^([\w.-]+)\/([\w.-]+)$/u.exec(environment["GITHUB_REPOSITORY"] ?? "") ?? [];
  if (owner === void 0 || repo === void 0 || token === void 0 || !URL.canParse(serverUrl))
    return void 0;
  if (repositoryNameOf(remote, serverUrl) === void 0 && (remote.transport === "http" || !token.startsWith("ghs_")))
    return void 0;
  return {
    token,
    apiUrl: apiUrlOf(serverUrl, environment["GITHUB_API_URL"]),
    repository: { owner, repo }
  };
}
async function sshOf({ sshKey, sshKnownHosts }) {
  if (sshKey !== void 0 && !/^-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\s[\s\S]*-----END [A-Z0-9 ]*PRIVATE KEY-----$/.test(
    sshKey.trim()
  )) {
    throw new InputError(
      "INPUT_INVALID",
      "ssh-key is no private key: expected the whole block from -----BEGIN to -----END",
      {
        remedy: "Give the content of the private key file (not of the .pub file), line ends included."
      }
    );
  }
  return {
    ...sshKey === void 0 ? {} : { key: sshKey },
    ...sshKnownHosts === void 0 ? {} : { knownHosts: await readKnownHosts(sshKnownHosts) }
  };
}
async function readKnownHosts(given) {
  if (/[\r\n]/.test(given) || /\s/.test(given) && !/^(?:[/.\\]|[A-Za-z]:[\\/])/.test(given))
    return given;
  return readFile6(given, "utf8").catch((cause) => {
    throw new InputError(
      "INPUT_INVALID",
      `ssh-known-hosts is ${JSON.stringify(given)}; it takes lines of a known_hosts file, or the path of one, and this is no file that can be read`,
      {
        remedy: "Give the lines that ssh-keyscan prints, once you have compared them with what the host publishes.",
        cause
      }
    );
  });
}
async function openSigningKey({ signingKey, signingKeyPassphrase }, commitTime) {
  if (signingKey === void 0) {
    if (signingKeyPassphrase === void 0) return void 0;
    throw new InputError("INPUT_CONFLICT", "signing-key-passphrase is given without signing-key", {
      remedy: "Set signing-key, or remove signing-key-passphrase."
    });
  }
  const signer = await loadSigner(signingKey, signingKeyPassphrase);
  await signer.sign(new Uint8Array(), commitTime);
  return (content2) => signer.sign(content2, commitTime);
}

// src/run/run.ts
var USER_AGENT = `rpm-source-mirror/${VERSION}`;
async function run2(options, door) {
  const report2 = emptyReport(options.mode);
  if (door.unfinished !== void 0) door.unfinished.report = report2;
  const logger = collectingLogger(door.logger, report2.warnings);
  const clock = openClock(door);
  const settings = await settle2(options, {
    environment: door.environment,
    commitTime: clock.commitTime,
    logger
  });
  for (const { transport, url } of [
    settings.remote,
    ...settings.mirrors.map((mirror) => mirror.remote)
  ])
    if (transport === "file") requireRepository(fileURLToPath6(url));
  const tempDir = mkdtempSync(
    join13(door.environment["RUNNER_TEMP"] || tmpdir2(), "rpm-source-mirror-")
  );
  door.unfinished?.folders.add(tempDir);
  try {
    return await runIn(tempDir, options, { door, report: report2, logger, clock, settings });
  } finally {
    await rm6(tempDir, { recursive: true, force: true, maxRetries: 3 });
  }
}
async function runIn(tempDir, options, { door, report: report2, logger, clock, settings }) {
  const { remote, token, ssh, sign: sign2, mirrors } = settings;
  const fetcher = createFetcher({
    logger,
    userAgent: USER_AGENT,
    concurrency: options.concurrency,
    environment: { ...door.environment, RUNNER_TEMP: tempDir },
    secretHeaders: { lines: options.httpHeaders, urls: await serverUrls(options) }
  });
  const github = settings.github === void 0 ? void 0 : openGitHub({ ...settings.github, logger, signal: door.signal, userAgent: USER_AGENT });
  const releases = options.createReleases ? github?.releases : void 0;
  const stop = () => {
    void fetcher.close();
  };
  door.signal.addEventListener("abort", stop);
  const seen = {};
  const ports = {
    seen,
    fetcher,
    logger,
    clock,
    signal: door.signal,
    report: report2,
    sign: sign2,
    releases,
    branches: github?.branches,
    hasCredential: settings.hasCredential
  };
  try {
    const ended = await runMode(options, ports, {
      remote,
      ssh,
      tempDir,
      mirrors,
      ...token === void 0 ? {} : { token },
      ...door.afterVerify === void 0 ? {} : { afterVerify: door.afterVerify }
    });
    const result = {
      ...ended,
      isDryRun: options.dryRun && options.mode === "publish",
      links: hostLinks(remote.url, door.environment)
    };
    if (!door.signal.aborted) {
      const hasPushed = result.commit !== (seen.tip ?? "");
      const host = hostOf(settings, { logger, signal: door.signal });
      await warnOfPause({
        environment: door.environment,
        logger,
        now: clock.now(),
        mirror: settings.mirrorName,
        committed: seen.committed,
        hasPushed,
        host
      });
    }
    if (github === void 0 || settings.github === void 0) return result;
    const attested = options.attest ? await attestReleases(github.attestations, result, { logger, signal: door.signal }) : result;
    return await tell(github.issues, attested, {
      options,
      door,
      logger,
      mirror: settings.github.repository
    });
  } finally {
    door.signal.removeEventListener("abort", stop);
    await fetcher.close();
  }
}
function hostOf({ workflow }, { logger, signal }) {
  return workflow === void 0 ? void 0 : openGitHub({ ...workflow, logger, signal, userAgent: USER_AGENT }).activity;
}
async function runMode(options, ports, place2) {
  const { report: report2, logger } = ports;
  try {
    return options.mode === "verify" ? await runVerify(options, ports, place2) : await runOnStore(options, ports, place2);
  } catch (error) {
    report2.errors.push(describeError(error));
    logger.debug(error instanceof Error ? error.stack ?? error.message : String(error));
    return {
      report: report2,
      hasNew: false,
      newVersions: [],
      latestVersion: "",
      commit: ports.seen.tip ?? "",
      failed: true,
      isInputWrong: error instanceof MirrorConflictError
    };
  }
}
async function tell(issues, result, {
  options,
  door,
  logger,
  mirror
}) {
  if (!options.alarmIssue || options.dryRun || options.mode === "check" || door.signal.aborted)
    return result;
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: id
  } = door.environment;
  try {
    await raiseAlarm(issues, result, {
      options,
      logger,
      mirror: `${mirror.owner}/${mirror.repo}`,
      runUrl: server && repository && id ? `${server}/${repository}/actions/runs/${id}` : void 0
    });
    return result;
  } catch (error) {
    result.report.errors.push(describeError(error));
    return { ...result, failed: true };
  }
}
async function runOnStore(options, shared, { mirrors, ...place2 }) {
  const store = await openRepository({
    ...place2,
    logger: shared.logger,
    maxFileSize: options.maxFileSize
  });
  try {
    return await (options.mode === "publish" ? publish : check3)(options, {
      ...shared,
      store,
      further: mirrors.map((access2) => store.further(access2))
    });
  } finally {
    await store.close();
  }
}
async function runVerify(options, shared, { afterVerify, ...place2 }) {
  const { remote, tempDir } = place2;
  const reader = remote.transport === "file" ? await openLocalRepository({ path: fileURLToPath6(remote.url), tempDir }) : await cloneForReading(place2);
  try {
    const result = await verify2(options, { ...shared, reader });
    await afterVerify?.({ result, reader, repositoryUrl: remote.url });
    return result;
  } finally {
    await reader.close();
  }
}
function requireRepository(path) {
  if (existsSync3(path)) return;
  throw new InputError("INPUT_INVALID", `the repository ${JSON.stringify(path)} does not exist`, {
    remedy: `Make it with: git init --bare -b main ${path}`
  });
}
async function serverUrls({ source }) {
  const typed = [...source.baseUrls, source.mirrorlist, source.metalink, source.repoFile].filter(
    (url) => url !== void 0
  );
  if (source.repoFile === void 0 || /^https?:/i.test(source.repoFile)) return typed;
  const path = source.repoFile.startsWith("file:") ? fileURLToPath6(source.repoFile) : source.repoFile;
  try {
    const section = parseRepoFile(await readFile7(path), source);
    return [...typed, ...section.baseUrls, section.mirrorlist, section.metalink].filter(
      (url) => url !== void 0
    );
  } catch {
    return typed;
  }
}
function openClock({ environment }) {
  const epoch = environment["SOURCE_DATE_EPOCH"];
  const now = () => Math.floor(Date.now() / 1e3);
  if (epoch === void 0 || epoch === "") return { now, commitTime: now() };
  if (/^\d{1,11}$/.test(epoch)) return { now, commitTime: Number(epoch) };
  throw new InputError(
    "INPUT_INVALID",
    `SOURCE_DATE_EPOCH is ${JSON.stringify(epoch)}; it takes seconds since 1970`,
    { remedy: "Correct the variable, or unset it." }
  );
}
async function writeReport(result, path) {
  await writeFile7(path, formatReport(result));
  await writeStatements(result, path);
  return path;
}
function formatReport({ report: report2 }) {
  return `${JSON.stringify(report2, null, 2)}
`;
}
function failures({
  report: report2
}) {
  const ofReleases = report2.releases.flatMap(
    (row) => row.error === void 0 ? [] : [{ ...row.error, message: `${row.nevra}: ${row.error.message}` }]
  );
  return [...ofReleases, ...report2.errors];
}

// src/run/signals.ts
function stopSignal() {
  const controller = new AbortController();
  const stop = () => {
    process.off("SIGTERM", stop).off("SIGINT", stop);
    controller.abort(new DownloadError("ABORTED", "the run was stopped from outside"));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  return controller.signal;
}

// src/report/not-checked.ts
function listNotChecked({ mode, notChecked }) {
  if (mode !== "check") return notChecked.map((row) => `${row.tag}: ${row.path}: ${row.reason}`);
  return [...Map.groupBy(notChecked, ({ reason }) => reason)].map(
    ([reason, [first2, ...others]]) => others.length === 0 ? `${first2.path}: ${reason}` : `${first2.path} and ${counted(others.length, "other package")}: ${reason}`
  );
}

// src/report/remedies.ts
var LINES = {
  FILE_TOO_LARGE: "archive-packages: header",
  ROLLBACK: "allow-rollback: true",
  TAG_COLLISION: "tag-format: '{name}-{version}'",
  CONTENT_CHANGED: "on-content-change: warn",
  SOURCE_PATH_NOT_FOUND: "source-path: usr/src/*",
  SOURCE_EMPTY: "source-path: usr/src/*"
};
var PASSING = /* @__PURE__ */ new Set([
  "HTTP_STATUS",
  "TIMEOUT",
  "TRUNCATED",
  "CONNECTION_FAILED",
  "ABORTED",
  "PUSH_REJECTED",
  "AUTH",
  "REMOTE_FAILED",
  "GIT_FAILED",
  "NON_FAST_FORWARD",
  "INTERNAL"
]);
var MOST_NAMES3 = 50;
function remediesOf({ releases, errors }) {
  const refused2 = releases.filter((row) => row.error !== void 0);
  const groups = Map.groupBy(refused2, ({ error }) => `${error.code}\0${error.remedy}`);
  return [
    ...[...groups.values()].map((rows) => {
      const { code: code2, message, remedy } = rows[0].error;
      const names = rows.map(({ nevra }) => nevra);
      return { code: code2, releases: names, message, advice: remedy, paste: pasteFor(code2, names) };
    }),
    ...errors.map(({ code: code2, message, remedy }) => ({
      code: code2,
      releases: [],
      message,
      advice: remedy,
      paste: LINES[code2]
    }))
  ];
}
function pasteFor(code2, names) {
  const line = LINES[code2];
  if (line !== void 0 || PASSING.has(code2)) return line;
  const plain3 = names.filter((name) => /^[\w.+~^:@%-]{1,300}$/.test(name)).slice(0, MOST_NAMES3);
  return plain3.length === 0 ? void 0 : `skip: ${plain3.join(", ")}`;
}

// src/report/tables.ts
var COLUMNS = ["Version", "Package", "Tag", "Status", "Signature", "Files", "Notes", "Remark"];
function tabulateReleases(releases, statusOf2 = ({ status }) => status) {
  const rows = releases.map((row) => releaseCells(row, statusOf2(row)));
  const isUsed = (at) => rows.some((cells) => cells[at] !== "");
  const used = (cells) => cells.filter((_, at) => isUsed(at));
  return { columns: used(COLUMNS), rows: rows.map(used) };
}
function releaseCells(row, status) {
  const files = row.files;
  const signature2 = row.package?.signature;
  return [
    row.version,
    row.package?.file ?? row.nevra,
    row.tag,
    status,
    signature2 === void 0 ? "" : `good, v${signature2.version} ${signature2.hash}, ${signature2.fingerprint.slice(-16)}`,
    files === void 0 ? "" : `+${files.added} ~${files.modified} -${files.deleted}`,
    row.notes ?? "",
    row.error === void 0 ? row.reason ?? "" : `${row.error.code}: ${row.error.message}`
  ];
}

export {
  resolveRepository,
  secretsToMask,
  secretsInUrl,
  createSelector,
  packageNotFound,
  editDistance,
  INPUTS,
  INPUT_GROUPS,
  inputSpec,
  isInputName,
  packagePaths,
  compareEvr,
  formatNevra,
  followLines,
  showString,
  validateSourcePath,
  displayUrl,
  splitList,
  oneOf,
  parseKeys,
  parseFingerprints,
  parseOptions,
  printable,
  printableLines,
  plain,
  code,
  headline,
  counted,
  PLAIN,
  paintFor,
  actionLogger,
  terminalLogger,
  emptyReport,
  hostLinks,
  PROJECT_URL,
  codeUrl,
  listNotChecked,
  remediesOf,
  tabulateReleases,
  tryParseNevra,
  memorySource,
  parseElement,
  cutDocument,
  xmlContext,
  loadKeyring,
  checkSignature,
  checkDetached,
  TAG2 as TAG,
  toRpmString,
  showText,
  uncompressedAlgorithms,
  examinePackage,
  examineHeader,
  withPayload,
  readPackage,
  judge2 as judge,
  NOT_CHECKED,
  detectCompression,
  decompress,
  parseRepomd,
  findRecord,
  ageDays,
  loadIndex,
  loadRecords,
  readServedHeader,
  withNearRepository,
  resolveSource,
  fetchKeys,
  parseReleases,
  checkPath,
  verifyTree,
  verifyPath,
  parseScripts,
  readPayload,
  judgeFolders,
  readVerifiedFiles,
  DEFAULT_SOURCE_PATH,
  proposeSource,
  createFetcher,
  compareScripts,
  licencePaths,
  licenceHeading,
  dkmsPath,
  dkmsVersion,
  VERSION,
  parseReleaseMessage,
  run2 as run,
  serverUrls,
  writeReport,
  formatReport,
  failures,
  stopSignal
};
