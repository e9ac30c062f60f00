import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  showResult
} from "./chunk-62JGIC74.js";
import {
  PROJECT_URL,
  VERSION,
  ageDays,
  compareEvr,
  compareScripts,
  counted,
  dkmsPath,
  dkmsVersion,
  followLines,
  hostLinks,
  licenceHeading,
  licencePaths,
  packagePaths,
  parseOptions,
  parseReleaseMessage,
  parseReleases,
  parseRepomd,
  parseScripts,
  readPackage,
  run,
  shortRef,
  showString,
  stopSignal,
  tryParseNevra,
  writeWhole
} from "./chunk-5VH4LSMO.js";
import "./chunk-AHUJ6Z2U.js";
import {
  required
} from "./chunk-CEM7CWHX.js";
import "./chunk-OSOGOBDG.js";
import {
  InputError,
  MirrorError
} from "./chunk-YZVT7DPJ.js";
import "./chunk-4IDUXMNJ.js";
import {
  __commonJS,
  __require,
  __toESM
} from "./chunk-KIZH3NRS.js";

// node_modules/sax/lib/sax.js
var require_sax = __commonJS({
  "node_modules/sax/lib/sax.js"(exports) {
    (function(sax) {
      sax.parser = function(strict, opt) {
        return new SAXParser(strict, opt);
      };
      sax.SAXParser = SAXParser;
      sax.SAXStream = SAXStream;
      sax.createStream = createStream;
      sax.MAX_BUFFER_LENGTH = 64 * 1024;
      var buffers = [
        "comment",
        "sgmlDecl",
        "textNode",
        "tagName",
        "doctype",
        "procInstName",
        "procInstBody",
        "entity",
        "attribName",
        "attribValue",
        "cdata",
        "script"
      ];
      sax.EVENTS = [
        "text",
        "processinginstruction",
        "sgmldeclaration",
        "doctype",
        "comment",
        "opentagstart",
        "attribute",
        "opentag",
        "closetag",
        "opencdata",
        "cdata",
        "closecdata",
        "error",
        "end",
        "ready",
        "script",
        "opennamespace",
        "closenamespace"
      ];
      function SAXParser(strict, opt) {
        if (!(this instanceof SAXParser)) {
          return new SAXParser(strict, opt);
        }
        var parser = this;
        clearBuffers(parser);
        parser.q = parser.c = "";
        parser.bufferCheckPosition = sax.MAX_BUFFER_LENGTH;
        parser.encoding = null;
        parser.opt = opt || {};
        parser.opt.lowercase = parser.opt.lowercase || parser.opt.lowercasetags;
        parser.looseCase = parser.opt.lowercase ? "toLowerCase" : "toUpperCase";
        parser.opt.maxEntityCount = parser.opt.maxEntityCount || 512;
        parser.opt.maxEntityDepth = parser.opt.maxEntityDepth || 4;
        parser.entityCount = parser.entityDepth = 0;
        parser.tags = [];
        parser.closed = parser.closedRoot = parser.sawRoot = false;
        parser.tag = parser.error = null;
        parser.strict = !!strict;
        parser.noscript = !!(strict || parser.opt.noscript);
        parser.state = S2.BEGIN;
        parser.strictEntities = parser.opt.strictEntities;
        parser.ENTITIES = parser.strictEntities ? Object.create(sax.XML_ENTITIES) : Object.create(sax.ENTITIES);
        parser.attribList = [];
        if (parser.opt.xmlns) {
          parser.ns = Object.create(rootNS);
        }
        if (parser.opt.unquotedAttributeValues === void 0) {
          parser.opt.unquotedAttributeValues = !strict;
        }
        parser.trackPosition = parser.opt.position !== false;
        if (parser.trackPosition) {
          parser.position = parser.line = parser.column = 0;
        }
        emit(parser, "onready");
      }
      if (!Object.create) {
        Object.create = function(o4) {
          function F3() {
          }
          F3.prototype = o4;
          var newf = new F3();
          return newf;
        };
      }
      if (!Object.keys) {
        Object.keys = function(o4) {
          var a4 = [];
          for (var i3 in o4) if (o4.hasOwnProperty(i3)) a4.push(i3);
          return a4;
        };
      }
      function checkBufferLength(parser) {
        var maxAllowed = Math.max(sax.MAX_BUFFER_LENGTH, 10);
        var maxActual = 0;
        for (var i3 = 0, l3 = buffers.length; i3 < l3; i3++) {
          var len = parser[buffers[i3]].length;
          if (len > maxAllowed) {
            switch (buffers[i3]) {
              case "textNode":
                closeText(parser);
                break;
              case "cdata":
                emitNode(parser, "oncdata", parser.cdata);
                parser.cdata = "";
                break;
              case "script":
                emitNode(parser, "onscript", parser.script);
                parser.script = "";
                break;
              default:
                error(parser, "Max buffer length exceeded: " + buffers[i3]);
            }
          }
          maxActual = Math.max(maxActual, len);
        }
        var m3 = sax.MAX_BUFFER_LENGTH - maxActual;
        parser.bufferCheckPosition = m3 + parser.position;
      }
      function clearBuffers(parser) {
        for (var i3 = 0, l3 = buffers.length; i3 < l3; i3++) {
          parser[buffers[i3]] = "";
        }
      }
      function flushBuffers(parser) {
        closeText(parser);
        if (parser.cdata !== "") {
          emitNode(parser, "oncdata", parser.cdata);
          parser.cdata = "";
        }
        if (parser.script !== "") {
          emitNode(parser, "onscript", parser.script);
          parser.script = "";
        }
      }
      SAXParser.prototype = {
        end: function() {
          end(this);
        },
        write,
        resume: function() {
          this.error = null;
          return this;
        },
        close: function() {
          return this.write(null);
        },
        flush: function() {
          flushBuffers(this);
        }
      };
      var Stream;
      try {
        Stream = __require("stream").Stream;
      } catch (ex) {
        Stream = function() {
        };
      }
      if (!Stream) Stream = function() {
      };
      var streamWraps = sax.EVENTS.filter(function(ev) {
        return ev !== "error" && ev !== "end";
      });
      function createStream(strict, opt) {
        return new SAXStream(strict, opt);
      }
      function determineBufferEncoding(data, isEnd) {
        if (data.length >= 2) {
          if (data[0] === 255 && data[1] === 254) {
            return "utf-16le";
          }
          if (data[0] === 254 && data[1] === 255) {
            return "utf-16be";
          }
        }
        if (data.length >= 3 && data[0] === 239 && data[1] === 187 && data[2] === 191) {
          return "utf8";
        }
        if (data.length >= 4) {
          if (data[0] === 60 && data[1] === 0 && data[2] === 63 && data[3] === 0) {
            return "utf-16le";
          }
          if (data[0] === 0 && data[1] === 60 && data[2] === 0 && data[3] === 63) {
            return "utf-16be";
          }
          return "utf8";
        }
        return isEnd ? "utf8" : null;
      }
      function SAXStream(strict, opt) {
        if (!(this instanceof SAXStream)) {
          return new SAXStream(strict, opt);
        }
        Stream.apply(this);
        this._parser = new SAXParser(strict, opt);
        this.writable = true;
        this.readable = true;
        var me = this;
        this._parser.onend = function() {
          me.emit("end");
        };
        this._parser.onerror = function(er) {
          me.emit("error", er);
          me._parser.error = null;
        };
        this._decoder = null;
        this._decoderBuffer = null;
        streamWraps.forEach(function(ev) {
          Object.defineProperty(me, "on" + ev, {
            get: function() {
              return me._parser["on" + ev];
            },
            set: function(h3) {
              if (!h3) {
                me.removeAllListeners(ev);
                me._parser["on" + ev] = h3;
                return h3;
              }
              me.on(ev, h3);
            },
            enumerable: true,
            configurable: false
          });
        });
      }
      SAXStream.prototype = Object.create(Stream.prototype, {
        constructor: {
          value: SAXStream
        }
      });
      SAXStream.prototype._decodeBuffer = function(data, isEnd) {
        if (this._decoderBuffer) {
          data = Buffer.concat([this._decoderBuffer, data]);
          this._decoderBuffer = null;
        }
        if (!this._decoder) {
          var encoding = determineBufferEncoding(data, isEnd);
          if (!encoding) {
            this._decoderBuffer = data;
            return "";
          }
          this._parser.encoding = encoding;
          this._decoder = new TextDecoder(encoding);
        }
        return this._decoder.decode(data, { stream: !isEnd });
      };
      SAXStream.prototype.write = function(data) {
        if (typeof Buffer === "function" && typeof Buffer.isBuffer === "function" && Buffer.isBuffer(data)) {
          data = this._decodeBuffer(data, false);
        } else if (this._decoderBuffer) {
          var remaining = this._decodeBuffer(Buffer.alloc(0), true);
          if (remaining) {
            this._parser.write(remaining);
            this.emit("data", remaining);
          }
        }
        this._parser.write(data.toString());
        this.emit("data", data);
        return true;
      };
      SAXStream.prototype.end = function(chunk) {
        if (chunk && chunk.length) {
          this.write(chunk);
        }
        if (this._decoderBuffer) {
          var finalChunk = this._decodeBuffer(Buffer.alloc(0), true);
          if (finalChunk) {
            this._parser.write(finalChunk);
            this.emit("data", finalChunk);
          }
        } else if (this._decoder) {
          var remaining = this._decoder.decode();
          if (remaining) {
            this._parser.write(remaining);
            this.emit("data", remaining);
          }
        }
        this._parser.end();
        return true;
      };
      SAXStream.prototype.on = function(ev, handler) {
        var me = this;
        if (!me._parser["on" + ev] && streamWraps.indexOf(ev) !== -1) {
          me._parser["on" + ev] = function() {
            var args = arguments.length === 1 ? [arguments[0]] : Array.apply(null, arguments);
            args.splice(0, 0, ev);
            me.emit.apply(me, args);
          };
        }
        return Stream.prototype.on.call(me, ev, handler);
      };
      var CDATAre = /^\[CDATA\[$/i;
      var DOCTYPEre = /^DOCTYPE$/i;
      var XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace";
      var XMLNS_NAMESPACE = "http://www.w3.org/2000/xmlns/";
      var rootNS = { xml: XML_NAMESPACE, xmlns: XMLNS_NAMESPACE };
      var nameStart = /[:_A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD]/;
      var nameBody = /[:_A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u00B7\u0300-\u036F\u203F-\u2040.\d-]/;
      var entityStart = /[#:_A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD]/;
      var entityBody = /[#:_A-Za-z\u00C0-\u00D6\u00D8-\u00F6\u00F8-\u02FF\u0370-\u037D\u037F-\u1FFF\u200C-\u200D\u2070-\u218F\u2C00-\u2FEF\u3001-\uD7FF\uF900-\uFDCF\uFDF0-\uFFFD\u00B7\u0300-\u036F\u203F-\u2040.\d-]/;
      function isWhitespace(c3) {
        return c3 === " " || c3 === "\n" || c3 === "\r" || c3 === "	";
      }
      function isQuote(c3) {
        return c3 === '"' || c3 === "'";
      }
      function isAttribEnd(c3) {
        return c3 === ">" || isWhitespace(c3);
      }
      function isMatch(regex, c3) {
        return regex.test(c3);
      }
      function notMatch(regex, c3) {
        return !isMatch(regex, c3);
      }
      var S2 = 0;
      sax.STATE = {
        BEGIN: S2++,
        // leading byte order mark or whitespace
        BEGIN_WHITESPACE: S2++,
        // leading whitespace
        TEXT: S2++,
        // general stuff
        TEXT_ENTITY: S2++,
        // &amp and such.
        OPEN_WAKA: S2++,
        // <
        SGML_DECL: S2++,
        // <!BLARG
        SGML_DECL_QUOTED: S2++,
        // <!BLARG foo "bar
        DOCTYPE: S2++,
        // <!DOCTYPE
        DOCTYPE_QUOTED: S2++,
        // <!DOCTYPE "//blah
        DOCTYPE_DTD: S2++,
        // <!DOCTYPE "//blah" [ ...
        DOCTYPE_DTD_QUOTED: S2++,
        // <!DOCTYPE "//blah" [ "foo
        COMMENT_STARTING: S2++,
        // <!-
        COMMENT: S2++,
        // <!--
        COMMENT_ENDING: S2++,
        // <!-- blah -
        COMMENT_ENDED: S2++,
        // <!-- blah --
        CDATA: S2++,
        // <![CDATA[ something
        CDATA_ENDING: S2++,
        // ]
        CDATA_ENDING_2: S2++,
        // ]]
        PROC_INST: S2++,
        // <?hi
        PROC_INST_BODY: S2++,
        // <?hi there
        PROC_INST_ENDING: S2++,
        // <?hi "there" ?
        OPEN_TAG: S2++,
        // <strong
        OPEN_TAG_SLASH: S2++,
        // <strong /
        ATTRIB: S2++,
        // <a
        ATTRIB_NAME: S2++,
        // <a foo
        ATTRIB_NAME_SAW_WHITE: S2++,
        // <a foo _
        ATTRIB_VALUE: S2++,
        // <a foo=
        ATTRIB_VALUE_QUOTED: S2++,
        // <a foo="bar
        ATTRIB_VALUE_CLOSED: S2++,
        // <a foo="bar"
        ATTRIB_VALUE_UNQUOTED: S2++,
        // <a foo=bar
        ATTRIB_VALUE_ENTITY_Q: S2++,
        // <foo bar="&quot;"
        ATTRIB_VALUE_ENTITY_U: S2++,
        // <foo bar=&quot
        CLOSE_TAG: S2++,
        // </a
        CLOSE_TAG_SAW_WHITE: S2++,
        // </a   >
        SCRIPT: S2++,
        // <script> ...
        SCRIPT_ENDING: S2++
        // <script> ... <
      };
      sax.XML_ENTITIES = Object.assign(/* @__PURE__ */ Object.create(null), {
        amp: "&",
        gt: ">",
        lt: "<",
        quot: '"',
        apos: "'"
      });
      sax.ENTITIES = Object.assign(/* @__PURE__ */ Object.create(null), {
        amp: "&",
        gt: ">",
        lt: "<",
        quot: '"',
        apos: "'",
        AElig: 198,
        Aacute: 193,
        Acirc: 194,
        Agrave: 192,
        Aring: 197,
        Atilde: 195,
        Auml: 196,
        Ccedil: 199,
        ETH: 208,
        Eacute: 201,
        Ecirc: 202,
        Egrave: 200,
        Euml: 203,
        Iacute: 205,
        Icirc: 206,
        Igrave: 204,
        Iuml: 207,
        Ntilde: 209,
        Oacute: 211,
        Ocirc: 212,
        Ograve: 210,
        Oslash: 216,
        Otilde: 213,
        Ouml: 214,
        THORN: 222,
        Uacute: 218,
        Ucirc: 219,
        Ugrave: 217,
        Uuml: 220,
        Yacute: 221,
        aacute: 225,
        acirc: 226,
        aelig: 230,
        agrave: 224,
        aring: 229,
        atilde: 227,
        auml: 228,
        ccedil: 231,
        eacute: 233,
        ecirc: 234,
        egrave: 232,
        eth: 240,
        euml: 235,
        iacute: 237,
        icirc: 238,
        igrave: 236,
        iuml: 239,
        ntilde: 241,
        oacute: 243,
        ocirc: 244,
        ograve: 242,
        oslash: 248,
        otilde: 245,
        ouml: 246,
        szlig: 223,
        thorn: 254,
        uacute: 250,
        ucirc: 251,
        ugrave: 249,
        uuml: 252,
        yacute: 253,
        yuml: 255,
        copy: 169,
        reg: 174,
        nbsp: 160,
        iexcl: 161,
        cent: 162,
        pound: 163,
        curren: 164,
        yen: 165,
        brvbar: 166,
        sect: 167,
        uml: 168,
        ordf: 170,
        laquo: 171,
        not: 172,
        shy: 173,
        macr: 175,
        deg: 176,
        plusmn: 177,
        sup1: 185,
        sup2: 178,
        sup3: 179,
        acute: 180,
        micro: 181,
        para: 182,
        middot: 183,
        cedil: 184,
        ordm: 186,
        raquo: 187,
        frac14: 188,
        frac12: 189,
        frac34: 190,
        iquest: 191,
        times: 215,
        divide: 247,
        OElig: 338,
        oelig: 339,
        Scaron: 352,
        scaron: 353,
        Yuml: 376,
        fnof: 402,
        circ: 710,
        tilde: 732,
        Alpha: 913,
        Beta: 914,
        Gamma: 915,
        Delta: 916,
        Epsilon: 917,
        Zeta: 918,
        Eta: 919,
        Theta: 920,
        Iota: 921,
        Kappa: 922,
        Lambda: 923,
        Mu: 924,
        Nu: 925,
        Xi: 926,
        Omicron: 927,
        Pi: 928,
        Rho: 929,
        Sigma: 931,
        Tau: 932,
        Upsilon: 933,
        Phi: 934,
        Chi: 935,
        Psi: 936,
        Omega: 937,
        alpha: 945,
        beta: 946,
        gamma: 947,
        delta: 948,
        epsilon: 949,
        zeta: 950,
        eta: 951,
        theta: 952,
        iota: 953,
        kappa: 954,
        lambda: 955,
        mu: 956,
        nu: 957,
        xi: 958,
        omicron: 959,
        pi: 960,
        rho: 961,
        sigmaf: 962,
        sigma: 963,
        tau: 964,
        upsilon: 965,
        phi: 966,
        chi: 967,
        psi: 968,
        omega: 969,
        thetasym: 977,
        upsih: 978,
        piv: 982,
        ensp: 8194,
        emsp: 8195,
        thinsp: 8201,
        zwnj: 8204,
        zwj: 8205,
        lrm: 8206,
        rlm: 8207,
        ndash: 8211,
        mdash: 8212,
        lsquo: 8216,
        rsquo: 8217,
        sbquo: 8218,
        ldquo: 8220,
        rdquo: 8221,
        bdquo: 8222,
        dagger: 8224,
        Dagger: 8225,
        bull: 8226,
        hellip: 8230,
        permil: 8240,
        prime: 8242,
        Prime: 8243,
        lsaquo: 8249,
        rsaquo: 8250,
        oline: 8254,
        frasl: 8260,
        euro: 8364,
        image: 8465,
        weierp: 8472,
        real: 8476,
        trade: 8482,
        alefsym: 8501,
        larr: 8592,
        uarr: 8593,
        rarr: 8594,
        darr: 8595,
        harr: 8596,
        crarr: 8629,
        lArr: 8656,
        uArr: 8657,
        rArr: 8658,
        dArr: 8659,
        hArr: 8660,
        forall: 8704,
        part: 8706,
        exist: 8707,
        empty: 8709,
        nabla: 8711,
        isin: 8712,
        notin: 8713,
        ni: 8715,
        prod: 8719,
        sum: 8721,
        minus: 8722,
        lowast: 8727,
        radic: 8730,
        prop: 8733,
        infin: 8734,
        ang: 8736,
        and: 8743,
        or: 8744,
        cap: 8745,
        cup: 8746,
        int: 8747,
        there4: 8756,
        sim: 8764,
        cong: 8773,
        asymp: 8776,
        ne: 8800,
        equiv: 8801,
        le: 8804,
        ge: 8805,
        sub: 8834,
        sup: 8835,
        nsub: 8836,
        sube: 8838,
        supe: 8839,
        oplus: 8853,
        otimes: 8855,
        perp: 8869,
        sdot: 8901,
        lceil: 8968,
        rceil: 8969,
        lfloor: 8970,
        rfloor: 8971,
        lang: 9001,
        rang: 9002,
        loz: 9674,
        spades: 9824,
        clubs: 9827,
        hearts: 9829,
        diams: 9830
      });
      Object.keys(sax.ENTITIES).forEach(function(key) {
        var e2 = sax.ENTITIES[key];
        var s4 = typeof e2 === "number" ? String.fromCharCode(e2) : e2;
        sax.ENTITIES[key] = s4;
      });
      for (var s3 in sax.STATE) {
        sax.STATE[sax.STATE[s3]] = s3;
      }
      S2 = sax.STATE;
      function emit(parser, event, data) {
        parser[event] && parser[event](data);
      }
      function getDeclaredEncoding(body) {
        var match = body && body.match(/(?:^|\s)encoding\s*=\s*(['"])([^'"]+)\1/i);
        return match ? match[2] : null;
      }
      function normalizeEncodingName(encoding) {
        if (!encoding) {
          return null;
        }
        return encoding.toLowerCase().replace(/[^a-z0-9]/g, "");
      }
      function encodingsMatch(detectedEncoding, declaredEncoding) {
        const detected = normalizeEncodingName(detectedEncoding);
        const declared = normalizeEncodingName(declaredEncoding);
        if (!detected || !declared) {
          return true;
        }
        if (declared === "utf16") {
          return detected === "utf16le" || detected === "utf16be";
        }
        return detected === declared;
      }
      function validateXmlDeclarationEncoding(parser, data) {
        if (!parser.strict || !parser.encoding || !data || data.name !== "xml") {
          return;
        }
        var declaredEncoding = getDeclaredEncoding(data.body);
        if (declaredEncoding && !encodingsMatch(parser.encoding, declaredEncoding)) {
          strictFail(
            parser,
            "XML declaration encoding " + declaredEncoding + " does not match detected stream encoding " + parser.encoding.toUpperCase()
          );
        }
      }
      function emitNode(parser, nodeType, data) {
        if (parser.textNode) closeText(parser);
        emit(parser, nodeType, data);
      }
      function closeText(parser) {
        parser.textNode = textopts(parser.opt, parser.textNode);
        if (parser.textNode) emit(parser, "ontext", parser.textNode);
        parser.textNode = "";
      }
      function textopts(opt, text) {
        if (opt.trim) text = text.trim();
        if (opt.normalize) text = text.replace(/\s+/g, " ");
        return text;
      }
      function error(parser, er) {
        closeText(parser);
        if (parser.trackPosition) {
          er += "\nLine: " + parser.line + "\nColumn: " + parser.column + "\nChar: " + parser.c;
        }
        er = new Error(er);
        parser.error = er;
        emit(parser, "onerror", er);
        return parser;
      }
      function end(parser) {
        if (parser.sawRoot && !parser.closedRoot)
          strictFail(parser, "Unclosed root tag");
        if (parser.state !== S2.BEGIN && parser.state !== S2.BEGIN_WHITESPACE && parser.state !== S2.TEXT) {
          error(parser, "Unexpected end");
        }
        closeText(parser);
        parser.c = "";
        parser.closed = true;
        emit(parser, "onend");
        SAXParser.call(parser, parser.strict, parser.opt);
        return parser;
      }
      function strictFail(parser, message) {
        if (typeof parser !== "object" || !(parser instanceof SAXParser)) {
          throw new Error("bad call to strictFail");
        }
        if (parser.strict) {
          error(parser, message);
        }
      }
      function newTag(parser) {
        if (!parser.strict) parser.tagName = parser.tagName[parser.looseCase]();
        var parent = parser.tags[parser.tags.length - 1] || parser;
        var tag = parser.tag = { name: parser.tagName, attributes: {} };
        if (parser.opt.xmlns) {
          tag.ns = parent.ns;
        }
        parser.attribList.length = 0;
        emitNode(parser, "onopentagstart", tag);
      }
      function qname(name, attribute) {
        var i3 = name.indexOf(":");
        var qualName = i3 < 0 ? ["", name] : name.split(":");
        var prefix = qualName[0];
        var local = qualName[1];
        if (attribute && name === "xmlns") {
          prefix = "xmlns";
          local = "";
        }
        return { prefix, local };
      }
      function attrib(parser) {
        if (!parser.strict) {
          parser.attribName = parser.attribName[parser.looseCase]();
        }
        if (parser.attribList.indexOf(parser.attribName) !== -1 || parser.tag.attributes.hasOwnProperty(parser.attribName)) {
          parser.attribName = parser.attribValue = "";
          return;
        }
        if (parser.opt.xmlns) {
          var qn = qname(parser.attribName, true);
          var prefix = qn.prefix;
          var local = qn.local;
          if (prefix === "xmlns") {
            if (local === "xml" && parser.attribValue !== XML_NAMESPACE) {
              strictFail(
                parser,
                "xml: prefix must be bound to " + XML_NAMESPACE + "\nActual: " + parser.attribValue
              );
            } else if (local === "xmlns" && parser.attribValue !== XMLNS_NAMESPACE) {
              strictFail(
                parser,
                "xmlns: prefix must be bound to " + XMLNS_NAMESPACE + "\nActual: " + parser.attribValue
              );
            } else {
              var tag = parser.tag;
              var parent = parser.tags[parser.tags.length - 1] || parser;
              if (tag.ns === parent.ns) {
                tag.ns = Object.create(parent.ns);
              }
              tag.ns[local] = parser.attribValue;
            }
          }
          parser.attribList.push([parser.attribName, parser.attribValue]);
        } else {
          parser.tag.attributes[parser.attribName] = parser.attribValue;
          emitNode(parser, "onattribute", {
            name: parser.attribName,
            value: parser.attribValue
          });
        }
        parser.attribName = parser.attribValue = "";
      }
      function openTag(parser, selfClosing) {
        if (parser.opt.xmlns) {
          var tag = parser.tag;
          var qn = qname(parser.tagName);
          tag.prefix = qn.prefix;
          tag.local = qn.local;
          tag.uri = tag.ns[qn.prefix] || "";
          if (tag.prefix && !tag.uri) {
            strictFail(
              parser,
              "Unbound namespace prefix: " + JSON.stringify(parser.tagName)
            );
            tag.uri = qn.prefix;
          }
          var parent = parser.tags[parser.tags.length - 1] || parser;
          if (tag.ns && parent.ns !== tag.ns) {
            Object.keys(tag.ns).forEach(function(p3) {
              emitNode(parser, "onopennamespace", {
                prefix: p3,
                uri: tag.ns[p3]
              });
            });
          }
          for (var i3 = 0, l3 = parser.attribList.length; i3 < l3; i3++) {
            var nv = parser.attribList[i3];
            var name = nv[0];
            var value = nv[1];
            var qualName = qname(name, true);
            var prefix = qualName.prefix;
            var local = qualName.local;
            var uri = prefix === "" ? "" : tag.ns[prefix] || "";
            var a4 = {
              name,
              value,
              prefix,
              local,
              uri
            };
            if (prefix && prefix !== "xmlns" && !uri) {
              strictFail(
                parser,
                "Unbound namespace prefix: " + JSON.stringify(prefix)
              );
              a4.uri = prefix;
            }
            parser.tag.attributes[name] = a4;
            emitNode(parser, "onattribute", a4);
          }
          parser.attribList.length = 0;
        }
        parser.tag.isSelfClosing = !!selfClosing;
        parser.sawRoot = true;
        parser.tags.push(parser.tag);
        emitNode(parser, "onopentag", parser.tag);
        if (!selfClosing) {
          if (!parser.noscript && parser.tagName.toLowerCase() === "script") {
            parser.state = S2.SCRIPT;
          } else {
            parser.state = S2.TEXT;
          }
          parser.tag = null;
          parser.tagName = "";
        }
        parser.attribName = parser.attribValue = "";
        parser.attribList.length = 0;
      }
      function closeTag(parser) {
        if (!parser.tagName) {
          strictFail(parser, "Weird empty close tag.");
          parser.textNode += "</>";
          parser.state = S2.TEXT;
          return;
        }
        if (parser.script) {
          if (parser.tagName !== "script") {
            parser.script += "</" + parser.tagName + ">";
            parser.tagName = "";
            parser.state = S2.SCRIPT;
            return;
          }
          emitNode(parser, "onscript", parser.script);
          parser.script = "";
        }
        var t2 = parser.tags.length;
        var tagName = parser.tagName;
        if (!parser.strict) {
          tagName = tagName[parser.looseCase]();
        }
        var closeTo = tagName;
        while (t2--) {
          var close = parser.tags[t2];
          if (close.name !== closeTo) {
            strictFail(parser, "Unexpected close tag");
          } else {
            break;
          }
        }
        if (t2 < 0) {
          strictFail(parser, "Unmatched closing tag: " + parser.tagName);
          parser.textNode += "</" + parser.tagName + ">";
          parser.state = S2.TEXT;
          return;
        }
        parser.tagName = tagName;
        var s4 = parser.tags.length;
        while (s4-- > t2) {
          var tag = parser.tag = parser.tags.pop();
          parser.tagName = parser.tag.name;
          emitNode(parser, "onclosetag", parser.tagName);
          var x3 = {};
          for (var i3 in tag.ns) {
            x3[i3] = tag.ns[i3];
          }
          var parent = parser.tags[parser.tags.length - 1] || parser;
          if (parser.opt.xmlns && tag.ns !== parent.ns) {
            Object.keys(tag.ns).forEach(function(p3) {
              var n2 = tag.ns[p3];
              emitNode(parser, "onclosenamespace", { prefix: p3, uri: n2 });
            });
          }
        }
        if (t2 === 0) parser.closedRoot = true;
        parser.tagName = parser.attribValue = parser.attribName = "";
        parser.attribList.length = 0;
        parser.state = S2.TEXT;
      }
      function parseEntity(parser) {
        var entity = parser.entity;
        var entityLC = entity.toLowerCase();
        var num;
        var numStr = "";
        if (parser.ENTITIES[entity]) {
          return parser.ENTITIES[entity];
        }
        if (parser.ENTITIES[entityLC]) {
          return parser.ENTITIES[entityLC];
        }
        entity = entityLC;
        if (entity.charAt(0) === "#") {
          if (entity.charAt(1) === "x") {
            entity = entity.slice(2);
            num = parseInt(entity, 16);
            numStr = num.toString(16);
          } else {
            entity = entity.slice(1);
            num = parseInt(entity, 10);
            numStr = num.toString(10);
          }
        }
        entity = entity.replace(/^0+/, "");
        if (isNaN(num) || numStr.toLowerCase() !== entity || num < 0 || num > 1114111 || !isXmlChar(num)) {
          strictFail(parser, "Invalid character entity");
          return "&" + parser.entity + ";";
        }
        return String.fromCodePoint(num);
      }
      function isXmlChar(num) {
        return num === 9 || num === 10 || num === 13 || num >= 32 && num <= 55295 || num >= 57344 && num <= 65533 || num >= 65536 && num <= 1114111;
      }
      function beginWhiteSpace(parser, c3) {
        if (c3 === "<") {
          parser.state = S2.OPEN_WAKA;
          parser.startTagPosition = parser.position;
        } else if (!isWhitespace(c3)) {
          strictFail(parser, "Non-whitespace before first tag.");
          parser.textNode = c3;
          parser.state = S2.TEXT;
        }
      }
      function charAt(chunk, i3) {
        var result = "";
        if (i3 < chunk.length) {
          result = chunk.charAt(i3);
        }
        return result;
      }
      function write(chunk) {
        var parser = this;
        if (this.error) {
          throw this.error;
        }
        if (parser.closed) {
          return error(
            parser,
            "Cannot write after close. Assign an onready handler."
          );
        }
        if (chunk === null) {
          return end(parser);
        }
        if (typeof chunk === "object") {
          chunk = chunk.toString();
        }
        var i3 = 0;
        var c3 = "";
        while (true) {
          c3 = charAt(chunk, i3++);
          parser.c = c3;
          if (!c3) {
            break;
          }
          if (parser.trackPosition) {
            parser.position++;
            if (c3 === "\n") {
              parser.line++;
              parser.column = 0;
            } else {
              parser.column++;
            }
          }
          switch (parser.state) {
            case S2.BEGIN:
              parser.state = S2.BEGIN_WHITESPACE;
              if (c3 === "\uFEFF") {
                continue;
              }
              beginWhiteSpace(parser, c3);
              continue;
            case S2.BEGIN_WHITESPACE:
              beginWhiteSpace(parser, c3);
              continue;
            case S2.TEXT:
              if (parser.sawRoot && !parser.closedRoot) {
                var starti = i3 - 1;
                while (c3 && c3 !== "<" && c3 !== "&") {
                  c3 = charAt(chunk, i3++);
                  if (c3 && parser.trackPosition) {
                    parser.position++;
                    if (c3 === "\n") {
                      parser.line++;
                      parser.column = 0;
                    } else {
                      parser.column++;
                    }
                  }
                }
                parser.textNode += chunk.substring(starti, i3 - 1);
              }
              if (c3 === "<" && !(parser.sawRoot && parser.closedRoot && !parser.strict)) {
                parser.state = S2.OPEN_WAKA;
                parser.startTagPosition = parser.position;
              } else {
                if (!isWhitespace(c3) && (!parser.sawRoot || parser.closedRoot)) {
                  strictFail(parser, "Text data outside of root node.");
                }
                if (c3 === "&") {
                  parser.state = S2.TEXT_ENTITY;
                } else {
                  parser.textNode += c3;
                }
              }
              continue;
            case S2.SCRIPT:
              if (c3 === "<") {
                parser.state = S2.SCRIPT_ENDING;
              } else {
                parser.script += c3;
              }
              continue;
            case S2.SCRIPT_ENDING:
              if (c3 === "/") {
                parser.state = S2.CLOSE_TAG;
              } else {
                parser.script += "<" + c3;
                parser.state = S2.SCRIPT;
              }
              continue;
            case S2.OPEN_WAKA:
              if (c3 === "!") {
                parser.state = S2.SGML_DECL;
                parser.sgmlDecl = "";
              } else if (isWhitespace(c3)) {
              } else if (isMatch(nameStart, c3)) {
                parser.state = S2.OPEN_TAG;
                parser.tagName = c3;
              } else if (c3 === "/") {
                parser.state = S2.CLOSE_TAG;
                parser.tagName = "";
              } else if (c3 === "?") {
                parser.state = S2.PROC_INST;
                parser.procInstName = parser.procInstBody = "";
              } else {
                strictFail(parser, "Unencoded <");
                if (parser.startTagPosition + 1 < parser.position) {
                  var pad = parser.position - parser.startTagPosition;
                  c3 = new Array(pad).join(" ") + c3;
                }
                parser.textNode += "<" + c3;
                parser.state = S2.TEXT;
              }
              continue;
            case S2.SGML_DECL:
              if (parser.sgmlDecl + c3 === "--") {
                parser.state = S2.COMMENT;
                parser.comment = "";
                parser.sgmlDecl = "";
                continue;
              }
              if (parser.doctype && parser.doctype !== true && parser.sgmlDecl) {
                parser.state = S2.DOCTYPE_DTD;
                parser.doctype += "<!" + parser.sgmlDecl + c3;
                parser.sgmlDecl = "";
              } else if (CDATAre.test(parser.sgmlDecl + c3)) {
                emitNode(parser, "onopencdata");
                parser.state = S2.CDATA;
                parser.sgmlDecl = "";
                parser.cdata = "";
              } else if (DOCTYPEre.test(parser.sgmlDecl + c3)) {
                parser.state = S2.DOCTYPE;
                if (parser.doctype || parser.sawRoot) {
                  strictFail(
                    parser,
                    "Inappropriately located doctype declaration"
                  );
                }
                parser.doctype = "";
                parser.sgmlDecl = "";
              } else if (c3 === ">") {
                emitNode(parser, "onsgmldeclaration", parser.sgmlDecl);
                parser.sgmlDecl = "";
                parser.state = S2.TEXT;
              } else if (isQuote(c3)) {
                parser.state = S2.SGML_DECL_QUOTED;
                parser.sgmlDecl += c3;
              } else {
                parser.sgmlDecl += c3;
              }
              continue;
            case S2.SGML_DECL_QUOTED:
              if (c3 === parser.q) {
                parser.state = S2.SGML_DECL;
                parser.q = "";
              }
              parser.sgmlDecl += c3;
              continue;
            case S2.DOCTYPE:
              if (c3 === ">") {
                parser.state = S2.TEXT;
                emitNode(parser, "ondoctype", parser.doctype);
                parser.doctype = true;
              } else {
                parser.doctype += c3;
                if (c3 === "[") {
                  parser.state = S2.DOCTYPE_DTD;
                } else if (isQuote(c3)) {
                  parser.state = S2.DOCTYPE_QUOTED;
                  parser.q = c3;
                }
              }
              continue;
            case S2.DOCTYPE_QUOTED:
              parser.doctype += c3;
              if (c3 === parser.q) {
                parser.q = "";
                parser.state = S2.DOCTYPE;
              }
              continue;
            case S2.DOCTYPE_DTD:
              if (c3 === "]") {
                parser.doctype += c3;
                parser.state = S2.DOCTYPE;
              } else if (c3 === "<") {
                parser.state = S2.OPEN_WAKA;
                parser.startTagPosition = parser.position;
              } else if (isQuote(c3)) {
                parser.doctype += c3;
                parser.state = S2.DOCTYPE_DTD_QUOTED;
                parser.q = c3;
              } else {
                parser.doctype += c3;
              }
              continue;
            case S2.DOCTYPE_DTD_QUOTED:
              parser.doctype += c3;
              if (c3 === parser.q) {
                parser.state = S2.DOCTYPE_DTD;
                parser.q = "";
              }
              continue;
            case S2.COMMENT:
              if (c3 === "-") {
                parser.state = S2.COMMENT_ENDING;
              } else {
                parser.comment += c3;
              }
              continue;
            case S2.COMMENT_ENDING:
              if (c3 === "-") {
                parser.state = S2.COMMENT_ENDED;
                parser.comment = textopts(parser.opt, parser.comment);
                if (parser.comment) {
                  emitNode(parser, "oncomment", parser.comment);
                }
                parser.comment = "";
              } else {
                parser.comment += "-" + c3;
                parser.state = S2.COMMENT;
              }
              continue;
            case S2.COMMENT_ENDED:
              if (c3 !== ">") {
                strictFail(parser, "Malformed comment");
                parser.comment += "--" + c3;
                parser.state = S2.COMMENT;
              } else if (parser.doctype && parser.doctype !== true) {
                parser.state = S2.DOCTYPE_DTD;
              } else {
                parser.state = S2.TEXT;
              }
              continue;
            case S2.CDATA:
              var starti = i3 - 1;
              while (c3 && c3 !== "]") {
                c3 = charAt(chunk, i3++);
                if (c3 && parser.trackPosition) {
                  parser.position++;
                  if (c3 === "\n") {
                    parser.line++;
                    parser.column = 0;
                  } else {
                    parser.column++;
                  }
                }
              }
              parser.cdata += chunk.substring(starti, i3 - 1);
              if (c3 === "]") {
                parser.state = S2.CDATA_ENDING;
              }
              continue;
            case S2.CDATA_ENDING:
              if (c3 === "]") {
                parser.state = S2.CDATA_ENDING_2;
              } else {
                parser.cdata += "]" + c3;
                parser.state = S2.CDATA;
              }
              continue;
            case S2.CDATA_ENDING_2:
              if (c3 === ">") {
                if (parser.cdata) {
                  emitNode(parser, "oncdata", parser.cdata);
                }
                emitNode(parser, "onclosecdata");
                parser.cdata = "";
                parser.state = S2.TEXT;
              } else if (c3 === "]") {
                parser.cdata += "]";
              } else {
                parser.cdata += "]]" + c3;
                parser.state = S2.CDATA;
              }
              continue;
            case S2.PROC_INST:
              if (c3 === "?") {
                parser.state = S2.PROC_INST_ENDING;
              } else if (isWhitespace(c3)) {
                parser.state = S2.PROC_INST_BODY;
              } else {
                parser.procInstName += c3;
              }
              continue;
            case S2.PROC_INST_BODY:
              if (!parser.procInstBody && isWhitespace(c3)) {
                continue;
              } else if (c3 === "?") {
                parser.state = S2.PROC_INST_ENDING;
              } else {
                parser.procInstBody += c3;
              }
              continue;
            case S2.PROC_INST_ENDING:
              if (c3 === ">") {
                const procInstEndData = {
                  name: parser.procInstName,
                  body: parser.procInstBody
                };
                validateXmlDeclarationEncoding(parser, procInstEndData);
                emitNode(parser, "onprocessinginstruction", procInstEndData);
                parser.procInstName = parser.procInstBody = "";
                parser.state = S2.TEXT;
              } else {
                parser.procInstBody += "?" + c3;
                parser.state = S2.PROC_INST_BODY;
              }
              continue;
            case S2.OPEN_TAG:
              if (isMatch(nameBody, c3)) {
                parser.tagName += c3;
              } else {
                newTag(parser);
                if (c3 === ">") {
                  openTag(parser);
                } else if (c3 === "/") {
                  parser.state = S2.OPEN_TAG_SLASH;
                } else {
                  if (!isWhitespace(c3)) {
                    strictFail(parser, "Invalid character in tag name");
                  }
                  parser.state = S2.ATTRIB;
                }
              }
              continue;
            case S2.OPEN_TAG_SLASH:
              if (c3 === ">") {
                openTag(parser, true);
                closeTag(parser);
              } else {
                strictFail(
                  parser,
                  "Forward-slash in opening tag not followed by >"
                );
                parser.state = S2.ATTRIB;
              }
              continue;
            case S2.ATTRIB:
              if (isWhitespace(c3)) {
                continue;
              } else if (c3 === ">") {
                openTag(parser);
              } else if (c3 === "/") {
                parser.state = S2.OPEN_TAG_SLASH;
              } else if (isMatch(nameStart, c3)) {
                parser.attribName = c3;
                parser.attribValue = "";
                parser.state = S2.ATTRIB_NAME;
              } else {
                strictFail(parser, "Invalid attribute name");
              }
              continue;
            case S2.ATTRIB_NAME:
              if (c3 === "=") {
                parser.state = S2.ATTRIB_VALUE;
              } else if (c3 === ">") {
                strictFail(parser, "Attribute without value");
                parser.attribValue = parser.attribName;
                attrib(parser);
                openTag(parser);
              } else if (isWhitespace(c3)) {
                parser.state = S2.ATTRIB_NAME_SAW_WHITE;
              } else if (isMatch(nameBody, c3)) {
                parser.attribName += c3;
              } else {
                strictFail(parser, "Invalid attribute name");
              }
              continue;
            case S2.ATTRIB_NAME_SAW_WHITE:
              if (c3 === "=") {
                parser.state = S2.ATTRIB_VALUE;
              } else if (isWhitespace(c3)) {
                continue;
              } else {
                strictFail(parser, "Attribute without value");
                parser.tag.attributes[parser.attribName] = "";
                parser.attribValue = "";
                emitNode(parser, "onattribute", {
                  name: parser.attribName,
                  value: ""
                });
                parser.attribName = "";
                if (c3 === ">") {
                  openTag(parser);
                } else if (isMatch(nameStart, c3)) {
                  parser.attribName = c3;
                  parser.state = S2.ATTRIB_NAME;
                } else {
                  strictFail(parser, "Invalid attribute name");
                  parser.state = S2.ATTRIB;
                }
              }
              continue;
            case S2.ATTRIB_VALUE:
              if (isWhitespace(c3)) {
                continue;
              } else if (isQuote(c3)) {
                parser.q = c3;
                parser.state = S2.ATTRIB_VALUE_QUOTED;
              } else {
                if (!parser.opt.unquotedAttributeValues) {
                  error(parser, "Unquoted attribute value");
                }
                parser.state = S2.ATTRIB_VALUE_UNQUOTED;
                parser.attribValue = c3;
              }
              continue;
            case S2.ATTRIB_VALUE_QUOTED:
              if (c3 !== parser.q) {
                if (c3 === "&") {
                  parser.state = S2.ATTRIB_VALUE_ENTITY_Q;
                } else {
                  parser.attribValue += c3;
                }
                continue;
              }
              attrib(parser);
              parser.q = "";
              parser.state = S2.ATTRIB_VALUE_CLOSED;
              continue;
            case S2.ATTRIB_VALUE_CLOSED:
              if (isWhitespace(c3)) {
                parser.state = S2.ATTRIB;
              } else if (c3 === ">") {
                openTag(parser);
              } else if (c3 === "/") {
                parser.state = S2.OPEN_TAG_SLASH;
              } else if (isMatch(nameStart, c3)) {
                strictFail(parser, "No whitespace between attributes");
                parser.attribName = c3;
                parser.attribValue = "";
                parser.state = S2.ATTRIB_NAME;
              } else {
                strictFail(parser, "Invalid attribute name");
              }
              continue;
            case S2.ATTRIB_VALUE_UNQUOTED:
              if (!isAttribEnd(c3)) {
                if (c3 === "&") {
                  parser.state = S2.ATTRIB_VALUE_ENTITY_U;
                } else {
                  parser.attribValue += c3;
                }
                continue;
              }
              attrib(parser);
              if (c3 === ">") {
                openTag(parser);
              } else {
                parser.state = S2.ATTRIB;
              }
              continue;
            case S2.CLOSE_TAG:
              if (!parser.tagName) {
                if (isWhitespace(c3)) {
                  continue;
                } else if (notMatch(nameStart, c3)) {
                  if (parser.script) {
                    parser.script += "</" + c3;
                    parser.state = S2.SCRIPT;
                  } else {
                    strictFail(parser, "Invalid tagname in closing tag.");
                  }
                } else {
                  parser.tagName = c3;
                }
              } else if (c3 === ">") {
                closeTag(parser);
              } else if (isMatch(nameBody, c3)) {
                parser.tagName += c3;
              } else if (parser.script) {
                parser.script += "</" + parser.tagName + c3;
                parser.tagName = "";
                parser.state = S2.SCRIPT;
              } else {
                if (!isWhitespace(c3)) {
                  strictFail(parser, "Invalid tagname in closing tag");
                }
                parser.state = S2.CLOSE_TAG_SAW_WHITE;
              }
              continue;
            case S2.CLOSE_TAG_SAW_WHITE:
              if (isWhitespace(c3)) {
                continue;
              }
              if (c3 === ">") {
                closeTag(parser);
              } else {
                strictFail(parser, "Invalid characters in closing tag");
              }
              continue;
            case S2.TEXT_ENTITY:
            case S2.ATTRIB_VALUE_ENTITY_Q:
            case S2.ATTRIB_VALUE_ENTITY_U:
              var returnState;
              var buffer;
              switch (parser.state) {
                case S2.TEXT_ENTITY:
                  returnState = S2.TEXT;
                  buffer = "textNode";
                  break;
                case S2.ATTRIB_VALUE_ENTITY_Q:
                  returnState = S2.ATTRIB_VALUE_QUOTED;
                  buffer = "attribValue";
                  break;
                case S2.ATTRIB_VALUE_ENTITY_U:
                  returnState = S2.ATTRIB_VALUE_UNQUOTED;
                  buffer = "attribValue";
                  break;
              }
              if (c3 === ";") {
                var parsedEntity = parseEntity(parser);
                if (parser.opt.unparsedEntities && !Object.values(sax.XML_ENTITIES).includes(parsedEntity)) {
                  if ((parser.entityCount += 1) > parser.opt.maxEntityCount) {
                    error(
                      parser,
                      "Parsed entity count exceeds max entity count"
                    );
                  }
                  if ((parser.entityDepth += 1) > parser.opt.maxEntityDepth) {
                    error(
                      parser,
                      "Parsed entity depth exceeds max entity depth"
                    );
                  }
                  parser.entity = "";
                  parser.state = returnState;
                  parser.write(parsedEntity);
                  parser.entityDepth -= 1;
                } else {
                  parser[buffer] += parsedEntity;
                  parser.entity = "";
                  parser.state = returnState;
                }
              } else if (isMatch(parser.entity.length ? entityBody : entityStart, c3)) {
                parser.entity += c3;
              } else {
                strictFail(parser, "Invalid character in entity name");
                parser[buffer] += "&" + parser.entity + c3;
                parser.entity = "";
                parser.state = returnState;
              }
              continue;
            default: {
              throw new Error(parser, "Unknown state: " + parser.state);
            }
          }
        }
        if (parser.position >= parser.bufferCheckPosition) {
          checkBufferLength(parser);
        }
        return parser;
      }
      if (!String.fromCodePoint) {
        ;
        (function() {
          var stringFromCharCode = String.fromCharCode;
          var floor = Math.floor;
          var fromCodePoint = function() {
            var MAX_SIZE = 16384;
            var codeUnits = [];
            var highSurrogate;
            var lowSurrogate;
            var index = -1;
            var length = arguments.length;
            if (!length) {
              return "";
            }
            var result = "";
            while (++index < length) {
              var codePoint = Number(arguments[index]);
              if (!isFinite(codePoint) || // `NaN`, `+Infinity`, or `-Infinity`
              codePoint < 0 || // not a valid Unicode code point
              codePoint > 1114111 || // not a valid Unicode code point
              floor(codePoint) !== codePoint) {
                throw RangeError("Invalid code point: " + codePoint);
              }
              if (codePoint <= 65535) {
                codeUnits.push(codePoint);
              } else {
                codePoint -= 65536;
                highSurrogate = (codePoint >> 10) + 55296;
                lowSurrogate = codePoint % 1024 + 56320;
                codeUnits.push(highSurrogate, lowSurrogate);
              }
              if (index + 1 === length || codeUnits.length > MAX_SIZE) {
                result += stringFromCharCode.apply(null, codeUnits);
                codeUnits.length = 0;
              }
            }
            return result;
          };
          if (Object.defineProperty) {
            Object.defineProperty(String, "fromCodePoint", {
              value: fromCodePoint,
              configurable: true,
              writable: true
            });
          } else {
            String.fromCodePoint = fromCodePoint;
          }
        })();
      }
    })(typeof exports === "undefined" ? exports.sax = {} : exports);
  }
});

// node_modules/xml-js/lib/array-helper.js
var require_array_helper = __commonJS({
  "node_modules/xml-js/lib/array-helper.js"(exports, module) {
    module.exports = {
      isArray: function(value) {
        if (Array.isArray) {
          return Array.isArray(value);
        }
        return Object.prototype.toString.call(value) === "[object Array]";
      }
    };
  }
});

// node_modules/xml-js/lib/options-helper.js
var require_options_helper = __commonJS({
  "node_modules/xml-js/lib/options-helper.js"(exports, module) {
    var isArray = require_array_helper().isArray;
    module.exports = {
      copyOptions: function(options) {
        var key, copy = {};
        for (key in options) {
          if (options.hasOwnProperty(key)) {
            copy[key] = options[key];
          }
        }
        return copy;
      },
      ensureFlagExists: function(item, options) {
        if (!(item in options) || typeof options[item] !== "boolean") {
          options[item] = false;
        }
      },
      ensureSpacesExists: function(options) {
        if (!("spaces" in options) || typeof options.spaces !== "number" && typeof options.spaces !== "string") {
          options.spaces = 0;
        }
      },
      ensureAlwaysArrayExists: function(options) {
        if (!("alwaysArray" in options) || typeof options.alwaysArray !== "boolean" && !isArray(options.alwaysArray)) {
          options.alwaysArray = false;
        }
      },
      ensureKeyExists: function(key, options) {
        if (!(key + "Key" in options) || typeof options[key + "Key"] !== "string") {
          options[key + "Key"] = options.compact ? "_" + key : key;
        }
      },
      checkFnExists: function(key, options) {
        return key + "Fn" in options;
      }
    };
  }
});

// node_modules/xml-js/lib/xml2js.js
var require_xml2js = __commonJS({
  "node_modules/xml-js/lib/xml2js.js"(exports, module) {
    var sax = require_sax();
    var expat = { on: function() {
    }, parse: function() {
    } };
    var helper = require_options_helper();
    var isArray = require_array_helper().isArray;
    var options;
    var pureJsParser = true;
    var currentElement;
    function validateOptions(userOptions) {
      options = helper.copyOptions(userOptions);
      helper.ensureFlagExists("ignoreDeclaration", options);
      helper.ensureFlagExists("ignoreInstruction", options);
      helper.ensureFlagExists("ignoreAttributes", options);
      helper.ensureFlagExists("ignoreText", options);
      helper.ensureFlagExists("ignoreComment", options);
      helper.ensureFlagExists("ignoreCdata", options);
      helper.ensureFlagExists("ignoreDoctype", options);
      helper.ensureFlagExists("compact", options);
      helper.ensureFlagExists("alwaysChildren", options);
      helper.ensureFlagExists("addParent", options);
      helper.ensureFlagExists("trim", options);
      helper.ensureFlagExists("nativeType", options);
      helper.ensureFlagExists("nativeTypeAttributes", options);
      helper.ensureFlagExists("sanitize", options);
      helper.ensureFlagExists("instructionHasAttributes", options);
      helper.ensureFlagExists("captureSpacesBetweenElements", options);
      helper.ensureAlwaysArrayExists(options);
      helper.ensureKeyExists("declaration", options);
      helper.ensureKeyExists("instruction", options);
      helper.ensureKeyExists("attributes", options);
      helper.ensureKeyExists("text", options);
      helper.ensureKeyExists("comment", options);
      helper.ensureKeyExists("cdata", options);
      helper.ensureKeyExists("doctype", options);
      helper.ensureKeyExists("type", options);
      helper.ensureKeyExists("name", options);
      helper.ensureKeyExists("elements", options);
      helper.ensureKeyExists("parent", options);
      helper.checkFnExists("doctype", options);
      helper.checkFnExists("instruction", options);
      helper.checkFnExists("cdata", options);
      helper.checkFnExists("comment", options);
      helper.checkFnExists("text", options);
      helper.checkFnExists("instructionName", options);
      helper.checkFnExists("elementName", options);
      helper.checkFnExists("attributeName", options);
      helper.checkFnExists("attributeValue", options);
      helper.checkFnExists("attributes", options);
      return options;
    }
    function nativeType(value) {
      var nValue = Number(value);
      if (!isNaN(nValue)) {
        return nValue;
      }
      var bValue = value.toLowerCase();
      if (bValue === "true") {
        return true;
      } else if (bValue === "false") {
        return false;
      }
      return value;
    }
    function addField(type, value) {
      var key;
      if (options.compact) {
        if (!currentElement[options[type + "Key"]] && (isArray(options.alwaysArray) ? options.alwaysArray.indexOf(options[type + "Key"]) !== -1 : options.alwaysArray)) {
          currentElement[options[type + "Key"]] = [];
        }
        if (currentElement[options[type + "Key"]] && !isArray(currentElement[options[type + "Key"]])) {
          currentElement[options[type + "Key"]] = [currentElement[options[type + "Key"]]];
        }
        if (type + "Fn" in options && typeof value === "string") {
          value = options[type + "Fn"](value, currentElement);
        }
        if (type === "instruction" && ("instructionFn" in options || "instructionNameFn" in options)) {
          for (key in value) {
            if (value.hasOwnProperty(key)) {
              if ("instructionFn" in options) {
                value[key] = options.instructionFn(value[key], key, currentElement);
              } else {
                var temp = value[key];
                delete value[key];
                value[options.instructionNameFn(key, temp, currentElement)] = temp;
              }
            }
          }
        }
        if (isArray(currentElement[options[type + "Key"]])) {
          currentElement[options[type + "Key"]].push(value);
        } else {
          currentElement[options[type + "Key"]] = value;
        }
      } else {
        if (!currentElement[options.elementsKey]) {
          currentElement[options.elementsKey] = [];
        }
        var element = {};
        element[options.typeKey] = type;
        if (type === "instruction") {
          for (key in value) {
            if (value.hasOwnProperty(key)) {
              break;
            }
          }
          element[options.nameKey] = "instructionNameFn" in options ? options.instructionNameFn(key, value, currentElement) : key;
          if (options.instructionHasAttributes) {
            element[options.attributesKey] = value[key][options.attributesKey];
            if ("instructionFn" in options) {
              element[options.attributesKey] = options.instructionFn(element[options.attributesKey], key, currentElement);
            }
          } else {
            if ("instructionFn" in options) {
              value[key] = options.instructionFn(value[key], key, currentElement);
            }
            element[options.instructionKey] = value[key];
          }
        } else {
          if (type + "Fn" in options) {
            value = options[type + "Fn"](value, currentElement);
          }
          element[options[type + "Key"]] = value;
        }
        if (options.addParent) {
          element[options.parentKey] = currentElement;
        }
        currentElement[options.elementsKey].push(element);
      }
    }
    function manipulateAttributes(attributes) {
      if ("attributesFn" in options && attributes) {
        attributes = options.attributesFn(attributes, currentElement);
      }
      if ((options.trim || "attributeValueFn" in options || "attributeNameFn" in options || options.nativeTypeAttributes) && attributes) {
        var key;
        for (key in attributes) {
          if (attributes.hasOwnProperty(key)) {
            if (options.trim) attributes[key] = attributes[key].trim();
            if (options.nativeTypeAttributes) {
              attributes[key] = nativeType(attributes[key]);
            }
            if ("attributeValueFn" in options) attributes[key] = options.attributeValueFn(attributes[key], key, currentElement);
            if ("attributeNameFn" in options) {
              var temp = attributes[key];
              delete attributes[key];
              attributes[options.attributeNameFn(key, attributes[key], currentElement)] = temp;
            }
          }
        }
      }
      return attributes;
    }
    function onInstruction(instruction) {
      var attributes = {};
      if (instruction.body && (instruction.name.toLowerCase() === "xml" || options.instructionHasAttributes)) {
        var attrsRegExp = /([\w:-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|(\w+))\s*/g;
        var match;
        while ((match = attrsRegExp.exec(instruction.body)) !== null) {
          attributes[match[1]] = match[2] || match[3] || match[4];
        }
        attributes = manipulateAttributes(attributes);
      }
      if (instruction.name.toLowerCase() === "xml") {
        if (options.ignoreDeclaration) {
          return;
        }
        currentElement[options.declarationKey] = {};
        if (Object.keys(attributes).length) {
          currentElement[options.declarationKey][options.attributesKey] = attributes;
        }
        if (options.addParent) {
          currentElement[options.declarationKey][options.parentKey] = currentElement;
        }
      } else {
        if (options.ignoreInstruction) {
          return;
        }
        if (options.trim) {
          instruction.body = instruction.body.trim();
        }
        var value = {};
        if (options.instructionHasAttributes && Object.keys(attributes).length) {
          value[instruction.name] = {};
          value[instruction.name][options.attributesKey] = attributes;
        } else {
          value[instruction.name] = instruction.body;
        }
        addField("instruction", value);
      }
    }
    function onStartElement(name, attributes) {
      var element;
      if (typeof name === "object") {
        attributes = name.attributes;
        name = name.name;
      }
      attributes = manipulateAttributes(attributes);
      if ("elementNameFn" in options) {
        name = options.elementNameFn(name, currentElement);
      }
      if (options.compact) {
        element = {};
        if (!options.ignoreAttributes && attributes && Object.keys(attributes).length) {
          element[options.attributesKey] = {};
          var key;
          for (key in attributes) {
            if (attributes.hasOwnProperty(key)) {
              element[options.attributesKey][key] = attributes[key];
            }
          }
        }
        if (!(name in currentElement) && (isArray(options.alwaysArray) ? options.alwaysArray.indexOf(name) !== -1 : options.alwaysArray)) {
          currentElement[name] = [];
        }
        if (currentElement[name] && !isArray(currentElement[name])) {
          currentElement[name] = [currentElement[name]];
        }
        if (isArray(currentElement[name])) {
          currentElement[name].push(element);
        } else {
          currentElement[name] = element;
        }
      } else {
        if (!currentElement[options.elementsKey]) {
          currentElement[options.elementsKey] = [];
        }
        element = {};
        element[options.typeKey] = "element";
        element[options.nameKey] = name;
        if (!options.ignoreAttributes && attributes && Object.keys(attributes).length) {
          element[options.attributesKey] = attributes;
        }
        if (options.alwaysChildren) {
          element[options.elementsKey] = [];
        }
        currentElement[options.elementsKey].push(element);
      }
      element[options.parentKey] = currentElement;
      currentElement = element;
    }
    function onText(text) {
      if (options.ignoreText) {
        return;
      }
      if (!text.trim() && !options.captureSpacesBetweenElements) {
        return;
      }
      if (options.trim) {
        text = text.trim();
      }
      if (options.nativeType) {
        text = nativeType(text);
      }
      if (options.sanitize) {
        text = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
      }
      addField("text", text);
    }
    function onComment(comment) {
      if (options.ignoreComment) {
        return;
      }
      if (options.trim) {
        comment = comment.trim();
      }
      addField("comment", comment);
    }
    function onEndElement(name) {
      var parentElement = currentElement[options.parentKey];
      if (!options.addParent) {
        delete currentElement[options.parentKey];
      }
      currentElement = parentElement;
    }
    function onCdata(cdata) {
      if (options.ignoreCdata) {
        return;
      }
      if (options.trim) {
        cdata = cdata.trim();
      }
      addField("cdata", cdata);
    }
    function onDoctype(doctype) {
      if (options.ignoreDoctype) {
        return;
      }
      doctype = doctype.replace(/^ /, "");
      if (options.trim) {
        doctype = doctype.trim();
      }
      addField("doctype", doctype);
    }
    function onError(error) {
      error.note = error;
    }
    module.exports = function(xml, userOptions) {
      var parser = pureJsParser ? sax.parser(true, {}) : parser = new expat.Parser("UTF-8");
      var result = {};
      currentElement = result;
      options = validateOptions(userOptions);
      if (pureJsParser) {
        parser.opt = { strictEntities: true };
        parser.onopentag = onStartElement;
        parser.ontext = onText;
        parser.oncomment = onComment;
        parser.onclosetag = onEndElement;
        parser.onerror = onError;
        parser.oncdata = onCdata;
        parser.ondoctype = onDoctype;
        parser.onprocessinginstruction = onInstruction;
      } else {
        parser.on("startElement", onStartElement);
        parser.on("text", onText);
        parser.on("comment", onComment);
        parser.on("endElement", onEndElement);
        parser.on("error", onError);
      }
      if (pureJsParser) {
        parser.write(xml).close();
      } else {
        if (!parser.parse(xml)) {
          throw new Error("XML parsing error: " + parser.getError());
        }
      }
      if (result[options.elementsKey]) {
        var temp = result[options.elementsKey];
        delete result[options.elementsKey];
        result[options.elementsKey] = temp;
        delete result.text;
      }
      return result;
    };
  }
});

// node_modules/xml-js/lib/xml2json.js
var require_xml2json = __commonJS({
  "node_modules/xml-js/lib/xml2json.js"(exports, module) {
    var helper = require_options_helper();
    var xml2js = require_xml2js();
    function validateOptions(userOptions) {
      var options = helper.copyOptions(userOptions);
      helper.ensureSpacesExists(options);
      return options;
    }
    module.exports = function(xml, userOptions) {
      var options, js, json, parentKey;
      options = validateOptions(userOptions);
      js = xml2js(xml, options);
      parentKey = "compact" in options && options.compact ? "_parent" : "parent";
      if ("addParent" in options && options.addParent) {
        json = JSON.stringify(js, function(k3, v3) {
          return k3 === parentKey ? "_" : v3;
        }, options.spaces);
      } else {
        json = JSON.stringify(js, null, options.spaces);
      }
      return json.replace(/\u2028/g, "\\u2028").replace(/\u2029/g, "\\u2029");
    };
  }
});

// node_modules/xml-js/lib/js2xml.js
var require_js2xml = __commonJS({
  "node_modules/xml-js/lib/js2xml.js"(exports, module) {
    var helper = require_options_helper();
    var isArray = require_array_helper().isArray;
    var currentElement;
    var currentElementName;
    function validateOptions(userOptions) {
      var options = helper.copyOptions(userOptions);
      helper.ensureFlagExists("ignoreDeclaration", options);
      helper.ensureFlagExists("ignoreInstruction", options);
      helper.ensureFlagExists("ignoreAttributes", options);
      helper.ensureFlagExists("ignoreText", options);
      helper.ensureFlagExists("ignoreComment", options);
      helper.ensureFlagExists("ignoreCdata", options);
      helper.ensureFlagExists("ignoreDoctype", options);
      helper.ensureFlagExists("compact", options);
      helper.ensureFlagExists("indentText", options);
      helper.ensureFlagExists("indentCdata", options);
      helper.ensureFlagExists("indentAttributes", options);
      helper.ensureFlagExists("indentInstruction", options);
      helper.ensureFlagExists("fullTagEmptyElement", options);
      helper.ensureFlagExists("noQuotesForNativeAttributes", options);
      helper.ensureSpacesExists(options);
      if (typeof options.spaces === "number") {
        options.spaces = Array(options.spaces + 1).join(" ");
      }
      helper.ensureKeyExists("declaration", options);
      helper.ensureKeyExists("instruction", options);
      helper.ensureKeyExists("attributes", options);
      helper.ensureKeyExists("text", options);
      helper.ensureKeyExists("comment", options);
      helper.ensureKeyExists("cdata", options);
      helper.ensureKeyExists("doctype", options);
      helper.ensureKeyExists("type", options);
      helper.ensureKeyExists("name", options);
      helper.ensureKeyExists("elements", options);
      helper.checkFnExists("doctype", options);
      helper.checkFnExists("instruction", options);
      helper.checkFnExists("cdata", options);
      helper.checkFnExists("comment", options);
      helper.checkFnExists("text", options);
      helper.checkFnExists("instructionName", options);
      helper.checkFnExists("elementName", options);
      helper.checkFnExists("attributeName", options);
      helper.checkFnExists("attributeValue", options);
      helper.checkFnExists("attributes", options);
      helper.checkFnExists("fullTagEmptyElement", options);
      return options;
    }
    function writeIndentation(options, depth, firstLine) {
      return (!firstLine && options.spaces ? "\n" : "") + Array(depth + 1).join(options.spaces);
    }
    function writeAttributes(attributes, options, depth) {
      if (options.ignoreAttributes) {
        return "";
      }
      if ("attributesFn" in options) {
        attributes = options.attributesFn(attributes, currentElementName, currentElement);
      }
      var key, attr, attrName, quote, result = [];
      for (key in attributes) {
        if (attributes.hasOwnProperty(key) && attributes[key] !== null && attributes[key] !== void 0) {
          quote = options.noQuotesForNativeAttributes && typeof attributes[key] !== "string" ? "" : '"';
          attr = "" + attributes[key];
          attr = attr.replace(/"/g, "&quot;");
          attrName = "attributeNameFn" in options ? options.attributeNameFn(key, attr, currentElementName, currentElement) : key;
          result.push(options.spaces && options.indentAttributes ? writeIndentation(options, depth + 1, false) : " ");
          result.push(attrName + "=" + quote + ("attributeValueFn" in options ? options.attributeValueFn(attr, key, currentElementName, currentElement) : attr) + quote);
        }
      }
      if (attributes && Object.keys(attributes).length && options.spaces && options.indentAttributes) {
        result.push(writeIndentation(options, depth, false));
      }
      return result.join("");
    }
    function writeDeclaration(declaration, options, depth) {
      currentElement = declaration;
      currentElementName = "xml";
      return options.ignoreDeclaration ? "" : "<?xml" + writeAttributes(declaration[options.attributesKey], options, depth) + "?>";
    }
    function writeInstruction(instruction, options, depth) {
      if (options.ignoreInstruction) {
        return "";
      }
      var key;
      for (key in instruction) {
        if (instruction.hasOwnProperty(key)) {
          break;
        }
      }
      var instructionName = "instructionNameFn" in options ? options.instructionNameFn(key, instruction[key], currentElementName, currentElement) : key;
      if (typeof instruction[key] === "object") {
        currentElement = instruction;
        currentElementName = instructionName;
        return "<?" + instructionName + writeAttributes(instruction[key][options.attributesKey], options, depth) + "?>";
      } else {
        var instructionValue = instruction[key] ? instruction[key] : "";
        if ("instructionFn" in options) instructionValue = options.instructionFn(instructionValue, key, currentElementName, currentElement);
        return "<?" + instructionName + (instructionValue ? " " + instructionValue : "") + "?>";
      }
    }
    function writeComment(comment, options) {
      return options.ignoreComment ? "" : "<!--" + ("commentFn" in options ? options.commentFn(comment, currentElementName, currentElement) : comment) + "-->";
    }
    function writeCdata(cdata, options) {
      return options.ignoreCdata ? "" : "<![CDATA[" + ("cdataFn" in options ? options.cdataFn(cdata, currentElementName, currentElement) : cdata.replace("]]>", "]]]]><![CDATA[>")) + "]]>";
    }
    function writeDoctype(doctype, options) {
      return options.ignoreDoctype ? "" : "<!DOCTYPE " + ("doctypeFn" in options ? options.doctypeFn(doctype, currentElementName, currentElement) : doctype) + ">";
    }
    function writeText(text, options) {
      if (options.ignoreText) return "";
      text = "" + text;
      text = text.replace(/&amp;/g, "&");
      text = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
      return "textFn" in options ? options.textFn(text, currentElementName, currentElement) : text;
    }
    function hasContent(element, options) {
      var i3;
      if (element.elements && element.elements.length) {
        for (i3 = 0; i3 < element.elements.length; ++i3) {
          switch (element.elements[i3][options.typeKey]) {
            case "text":
              if (options.indentText) {
                return true;
              }
              break;
            // skip to next key
            case "cdata":
              if (options.indentCdata) {
                return true;
              }
              break;
            // skip to next key
            case "instruction":
              if (options.indentInstruction) {
                return true;
              }
              break;
            // skip to next key
            case "doctype":
            case "comment":
            case "element":
              return true;
            default:
              return true;
          }
        }
      }
      return false;
    }
    function writeElement(element, options, depth) {
      currentElement = element;
      currentElementName = element.name;
      var xml = [], elementName = "elementNameFn" in options ? options.elementNameFn(element.name, element) : element.name;
      xml.push("<" + elementName);
      if (element[options.attributesKey]) {
        xml.push(writeAttributes(element[options.attributesKey], options, depth));
      }
      var withClosingTag = element[options.elementsKey] && element[options.elementsKey].length || element[options.attributesKey] && element[options.attributesKey]["xml:space"] === "preserve";
      if (!withClosingTag) {
        if ("fullTagEmptyElementFn" in options) {
          withClosingTag = options.fullTagEmptyElementFn(element.name, element);
        } else {
          withClosingTag = options.fullTagEmptyElement;
        }
      }
      if (withClosingTag) {
        xml.push(">");
        if (element[options.elementsKey] && element[options.elementsKey].length) {
          xml.push(writeElements(element[options.elementsKey], options, depth + 1));
          currentElement = element;
          currentElementName = element.name;
        }
        xml.push(options.spaces && hasContent(element, options) ? "\n" + Array(depth + 1).join(options.spaces) : "");
        xml.push("</" + elementName + ">");
      } else {
        xml.push("/>");
      }
      return xml.join("");
    }
    function writeElements(elements, options, depth, firstLine) {
      return elements.reduce(function(xml, element) {
        var indent = writeIndentation(options, depth, firstLine && !xml);
        switch (element.type) {
          case "element":
            return xml + indent + writeElement(element, options, depth);
          case "comment":
            return xml + indent + writeComment(element[options.commentKey], options);
          case "doctype":
            return xml + indent + writeDoctype(element[options.doctypeKey], options);
          case "cdata":
            return xml + (options.indentCdata ? indent : "") + writeCdata(element[options.cdataKey], options);
          case "text":
            return xml + (options.indentText ? indent : "") + writeText(element[options.textKey], options);
          case "instruction":
            var instruction = {};
            instruction[element[options.nameKey]] = element[options.attributesKey] ? element : element[options.instructionKey];
            return xml + (options.indentInstruction ? indent : "") + writeInstruction(instruction, options, depth);
        }
      }, "");
    }
    function hasContentCompact(element, options, anyContent) {
      var key;
      for (key in element) {
        if (element.hasOwnProperty(key)) {
          switch (key) {
            case options.parentKey:
            case options.attributesKey:
              break;
            // skip to next key
            case options.textKey:
              if (options.indentText || anyContent) {
                return true;
              }
              break;
            // skip to next key
            case options.cdataKey:
              if (options.indentCdata || anyContent) {
                return true;
              }
              break;
            // skip to next key
            case options.instructionKey:
              if (options.indentInstruction || anyContent) {
                return true;
              }
              break;
            // skip to next key
            case options.doctypeKey:
            case options.commentKey:
              return true;
            default:
              return true;
          }
        }
      }
      return false;
    }
    function writeElementCompact(element, name, options, depth, indent) {
      currentElement = element;
      currentElementName = name;
      var elementName = "elementNameFn" in options ? options.elementNameFn(name, element) : name;
      if (typeof element === "undefined" || element === null || element === "") {
        return "fullTagEmptyElementFn" in options && options.fullTagEmptyElementFn(name, element) || options.fullTagEmptyElement ? "<" + elementName + "></" + elementName + ">" : "<" + elementName + "/>";
      }
      var xml = [];
      if (name) {
        xml.push("<" + elementName);
        if (typeof element !== "object") {
          xml.push(">" + writeText(element, options) + "</" + elementName + ">");
          return xml.join("");
        }
        if (element[options.attributesKey]) {
          xml.push(writeAttributes(element[options.attributesKey], options, depth));
        }
        var withClosingTag = hasContentCompact(element, options, true) || element[options.attributesKey] && element[options.attributesKey]["xml:space"] === "preserve";
        if (!withClosingTag) {
          if ("fullTagEmptyElementFn" in options) {
            withClosingTag = options.fullTagEmptyElementFn(name, element);
          } else {
            withClosingTag = options.fullTagEmptyElement;
          }
        }
        if (withClosingTag) {
          xml.push(">");
        } else {
          xml.push("/>");
          return xml.join("");
        }
      }
      xml.push(writeElementsCompact(element, options, depth + 1, false));
      currentElement = element;
      currentElementName = name;
      if (name) {
        xml.push((indent ? writeIndentation(options, depth, false) : "") + "</" + elementName + ">");
      }
      return xml.join("");
    }
    function writeElementsCompact(element, options, depth, firstLine) {
      var i3, key, nodes, xml = [];
      for (key in element) {
        if (element.hasOwnProperty(key)) {
          nodes = isArray(element[key]) ? element[key] : [element[key]];
          for (i3 = 0; i3 < nodes.length; ++i3) {
            switch (key) {
              case options.declarationKey:
                xml.push(writeDeclaration(nodes[i3], options, depth));
                break;
              case options.instructionKey:
                xml.push((options.indentInstruction ? writeIndentation(options, depth, firstLine) : "") + writeInstruction(nodes[i3], options, depth));
                break;
              case options.attributesKey:
              case options.parentKey:
                break;
              // skip
              case options.textKey:
                xml.push((options.indentText ? writeIndentation(options, depth, firstLine) : "") + writeText(nodes[i3], options));
                break;
              case options.cdataKey:
                xml.push((options.indentCdata ? writeIndentation(options, depth, firstLine) : "") + writeCdata(nodes[i3], options));
                break;
              case options.doctypeKey:
                xml.push(writeIndentation(options, depth, firstLine) + writeDoctype(nodes[i3], options));
                break;
              case options.commentKey:
                xml.push(writeIndentation(options, depth, firstLine) + writeComment(nodes[i3], options));
                break;
              default:
                xml.push(writeIndentation(options, depth, firstLine) + writeElementCompact(nodes[i3], key, options, depth, hasContentCompact(nodes[i3], options)));
            }
            firstLine = firstLine && !xml.length;
          }
        }
      }
      return xml.join("");
    }
    module.exports = function(js, options) {
      options = validateOptions(options);
      var xml = [];
      currentElement = js;
      currentElementName = "_root_";
      if (options.compact) {
        xml.push(writeElementsCompact(js, options, 0, true));
      } else {
        if (js[options.declarationKey]) {
          xml.push(writeDeclaration(js[options.declarationKey], options, 0));
        }
        if (js[options.elementsKey] && js[options.elementsKey].length) {
          xml.push(writeElements(js[options.elementsKey], options, 0, !xml.length));
        }
      }
      return xml.join("");
    };
  }
});

// node_modules/xml-js/lib/json2xml.js
var require_json2xml = __commonJS({
  "node_modules/xml-js/lib/json2xml.js"(exports, module) {
    var js2xml3 = require_js2xml();
    module.exports = function(json, options) {
      if (json instanceof Buffer) {
        json = json.toString();
      }
      var js = null;
      if (typeof json === "string") {
        try {
          js = JSON.parse(json);
        } catch (e2) {
          throw new Error("The JSON structure is invalid");
        }
      } else {
        js = json;
      }
      return js2xml3(js, options);
    };
  }
});

// node_modules/xml-js/lib/index.js
var require_lib = __commonJS({
  "node_modules/xml-js/lib/index.js"(exports, module) {
    var xml2js = require_xml2js();
    var xml2json = require_xml2json();
    var js2xml3 = require_js2xml();
    var json2xml = require_json2xml();
    module.exports = {
      xml2js,
      xml2json,
      js2xml: js2xml3,
      json2xml
    };
  }
});

// src/cli/site.ts
import { join as join2, resolve } from "node:path";

// src/site/churn.ts
var MOST_BYTES = 1024 * 1024;
var MOST_READ = 3e3;
var MOST_SHOWN = 300;
var GITLINK = "160000";
var SourceReader = class {
  constructor(reader) {
    this.reader = reader;
  }
  reader;
  sizes = /* @__PURE__ */ new Map();
  /** All files below a tree, by path; names that are not UTF-8 show U+FFFD. */
  async list(tree) {
    const files = /* @__PURE__ */ new Map();
    const walk2 = async (oid, prefix) => {
      for (const { mode, name, oid: child } of await this.reader.readTree(oid)) {
        const path = prefix + Buffer.from(name).toString("utf8");
        if (mode === "040000") await walk2(child, `${path}/`);
        else if (mode !== GITLINK) files.set(path, { oid: child, mode });
      }
    };
    await walk2(tree, "");
    return files;
  }
  /** Reads the sizes of files that are not known yet, each once. */
  async measure(trees) {
    const wanted = new Set(trees.flatMap((tree) => [...tree.values()].map(({ oid }) => oid)));
    const unknown = [...wanted].filter((oid) => !this.sizes.has(oid));
    await this.reader.scan(unknown, {
      begin: ({ oid, size }) => {
        this.sizes.set(oid, size);
        return void 0;
      },
      end: () => void 0
    });
  }
  /** What changed between two sources that were measured. */
  async compare(before, after) {
    const old = before?.tree ?? /* @__PURE__ */ new Map();
    const changes = [];
    const lines = { added: 0, deleted: 0 };
    for (const path of changedPaths(old, after)) {
      const isCounted = before !== void 0 && changes.length < MOST_READ;
      const change = await this.change(path, old.get(path), after.get(path), isCounted);
      lines.added += change.lines?.added ?? 0;
      lines.deleted += change.lines?.deleted ?? 0;
      changes.push(change);
    }
    const count = (kind) => changes.filter((change) => change.kind === kind).length;
    return {
      files: after.size,
      bytes: [...after.values()].reduce((sum, file) => sum + this.size(file), 0),
      since: before?.tag,
      counts: { added: count("added"), modified: count("modified"), deleted: count("deleted") },
      lines,
      changes: before === void 0 ? [] : changes.slice(0, MOST_SHOWN)
    };
  }
  async change(path, left, right, isCounted) {
    return {
      path,
      kind: left === void 0 ? "added" : right === void 0 ? "deleted" : "modified",
      lines: isCounted ? await this.lines(left, right) : void 0,
      before: this.size(left),
      after: this.size(right)
    };
  }
  size(file) {
    return file === void 0 ? 0 : this.sizes.get(file.oid) ?? 0;
  }
  async lines(left, right) {
    if (this.size(left) > MOST_BYTES || this.size(right) > MOST_BYTES) return void 0;
    const [before, after] = [await this.text(left), await this.text(right)];
    return before === void 0 || after === void 0 ? void 0 : countLines(before, after);
  }
  async text(file) {
    if (file === void 0) return "";
    const bytes = Buffer.from(await this.reader.readBlob(file.oid));
    return bytes.subarray(0, 8e3).includes(0) ? void 0 : bytes.toString("latin1");
  }
};
function changedPaths(before, after) {
  const paths = [.../* @__PURE__ */ new Set([...before.keys(), ...after.keys()])].sort();
  return paths.filter((path) => {
    const [left, right] = [before.get(path), after.get(path)];
    return left?.oid !== right?.oid || left?.mode !== right?.mode;
  });
}
function countLines(before, after) {
  const counts = /* @__PURE__ */ new Map();
  for (const line of split(before)) counts.set(line, (counts.get(line) ?? 0) + 1);
  let added = 0;
  for (const line of split(after)) {
    const left = counts.get(line) ?? 0;
    if (left === 0) added++;
    else counts.set(line, left - 1);
  }
  return { added, deleted: [...counts.values()].reduce((sum, left) => sum + left, 0) };
}
function split(text) {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

// src/site/collect.ts
function proofOf(row) {
  return row.proof ?? "unproved";
}
async function collectReleases(rows, collecting) {
  const source = new SourceReader(collecting.reader);
  const readings = [];
  let before;
  for (const [at, row] of rows.entries()) {
    collecting.signal.throwIfAborted();
    collecting.logger.progress(`reading ${row.tag} for its page: ${at + 1} of ${rows.length}`);
    const reading = await readRelease(row, { ...collecting, source, before });
    readings.push(reading.release);
    before = reading.proved ?? before;
  }
  return readings;
}
async function readRelease(row, context) {
  const { reader, folders, source, before } = context;
  const nothing = {
    row,
    message: void 0,
    notes: void 0,
    upstream: void 0,
    sourceTree: void 0,
    facts: void 0,
    source: void 0
  };
  if (row.commit === void 0 || proofOf(row) !== "proved") return { release: nothing };
  const commit = await reader.readCommit(row.commit);
  const sourceTree = await findEntry(reader, commit.tree, folders.source);
  const tree = sourceTree?.mode === "040000" ? await source.list(sourceTree.oid) : /* @__PURE__ */ new Map();
  await source.measure([tree, ...before === void 0 ? [] : [before.tree]]);
  const facts = await readFacts(row, { root: commit.tree, tree, context });
  const compared = await source.compare(before, tree);
  return {
    release: {
      row,
      message: parseReleaseMessage(commit.message),
      ...readTexts(commit.message),
      sourceTree: sourceTree?.oid,
      facts,
      source: compared
    },
    proved: { tag: row.tag, version: row.version, tree, facts }
  };
}
async function readFacts(row, { root, tree, context }) {
  const { reader, folders, before, logger } = context;
  const { rpm, header } = packagePaths(row.package?.file ?? "");
  for (const [name, isHeader] of [
    [rpm, false],
    [header, true]
  ]) {
    const archivePath = `${folders.archive}/${name}`;
    const entry = await findEntry(reader, root, archivePath);
    if (entry === void 0) continue;
    const archived = await reader.openBlob(entry.oid);
    const { bytes } = archived;
    try {
      const pkg = await readPackage(bytes);
      const scripts = parseScripts(pkg.header);
      return {
        summary: showString(pkg.facts.summary),
        license: showString(pkg.facts.license),
        buildHost: showString(pkg.facts.buildHost),
        buildTime: pkg.facts.buildTime,
        packageBytes: bytes.size,
        isHeader,
        archivePath,
        scripts,
        scriptChanges: before?.facts === void 0 ? void 0 : await compareScripts(
          { version: before.version, scripts: before.facts.scripts },
          { version: pkg.facts.nevra.version, scripts }
        ),
        ...await readSourceFacts(reader, tree)
      };
    } catch (error) {
      if (!(error instanceof MirrorError)) throw error;
      logger.warning(`${row.tag}: its package cannot be read for its page: ${error.message}`);
    } finally {
      await archived.release();
    }
  }
  return void 0;
}
async function readSourceFacts(reader, tree) {
  const licenceFiles = [];
  const read = async (path2) => reader.readBlob(required(tree.get(path2), "a file of the source").oid);
  for (const path2 of licencePaths(tree.keys()))
    licenceFiles.push({ path: path2, heading: licenceHeading(await read(path2)) });
  const path = dkmsPath(tree.keys());
  const version = path === void 0 ? void 0 : dkmsVersion(await read(path));
  return {
    licenceFiles,
    dkms: path === void 0 || version === void 0 ? void 0 : { path, version }
  };
}
async function findEntry(reader, root, path) {
  let entry = { mode: "040000", oid: root };
  for (const segment of path.split("/")) {
    if (entry?.mode !== "040000") return void 0;
    entry = (await reader.readTree(entry.oid)).find(
      ({ name }) => Buffer.from(name).toString("utf8") === segment
    );
  }
  return entry;
}
function readTexts(message) {
  const lines = message.replaceAll("⁠", "").split("\n");
  const upstream = lines.find((line) => line.startsWith("Downloaded from repository: "));
  const begin = lines.findIndex(
    (line, at) => line === "Release Notes" && lines[at + 1] === "-------------"
  );
  const end = begin < 0 ? -1 : lines.indexOf("-------------", begin + 2);
  return {
    upstream: upstream?.slice("Downloaded from repository: ".length),
    notes: end < 0 ? void 0 : lines.slice(begin + 2, end).join("\n").trim() || void 0
  };
}

// src/site/claims.ts
async function readClaims(reader, root, { directories, lineBranches }) {
  const archive = directories.archive;
  const made = parseObject(await readFile(reader, root, `${archive}/mirror.json`));
  const own = made["directories"];
  const isFolder = (value) => typeof value === "string" && /^[^/\0].*[^/\0]$|^[^/\0]$/.test(value);
  const lines = Array.isArray(made["lineBranches"]) ? made["lineBranches"] : [];
  return {
    folders: {
      source: isFolder(own?.source) ? own.source : directories.source,
      archive: isFolder(own?.archive) ? own.archive : archive
    },
    title: typeof made["title"] === "string" && made["title"] !== "" ? made["title"] : void 0,
    lines: [...lineBranches, ...lines.filter(isLine)],
    records: parseRecords(await readFile(reader, root, `${archive}/releases.json`))
  };
}
function isLine(value) {
  const line = value;
  return typeof line?.pattern === "string" && typeof line.branch === "string";
}
function parseRecords(bytes) {
  try {
    return bytes === void 0 ? [] : parseReleases(bytes);
  } catch (error) {
    if (error instanceof MirrorError) return [];
    throw error;
  }
}
function parseObject(bytes) {
  try {
    const value = bytes === void 0 ? {} : JSON.parse(Buffer.from(bytes).toString("utf8"));
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
async function readFile(reader, root, path) {
  if (root === void 0) return void 0;
  try {
    const entry = await findEntry(reader, root, path);
    return entry === void 0 || entry.mode === "040000" ? void 0 : await reader.readBlob(entry.oid);
  } catch (error) {
    if (error instanceof MirrorError) return void 0;
    throw error;
  }
}
async function readIndex(reader, root, { folders, now }) {
  const bytes = await readFile(reader, root, `${folders.archive}/repomd.xml`);
  if (bytes === void 0) return void 0;
  try {
    const repomd = parseRepomd(bytes);
    const signature = await readFile(reader, root, `${folders.archive}/repomd.xml.asc`);
    return {
      revision: repomd.revision,
      ageDays: ageDays(repomd, now),
      isSigned: signature !== void 0
    };
  } catch (error) {
    if (error instanceof MirrorError) return void 0;
    throw error;
  }
}

// src/site/folders.ts
import { createHash } from "node:crypto";
var DEVICES = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;
var LONGEST = 200;
function folderNames(tags) {
  const plain = tags.map((tag) => [tag, shorten(encode(tag), tag)]);
  const twins = Map.groupBy(plain, ([, name]) => name.toLowerCase());
  return new Map(
    plain.map(([tag, name]) => [
      tag,
      twins.get(name.toLowerCase())?.length === 1 ? name : shorten(withoutCapitals(name), tag)
    ])
  );
}
function encode(tag) {
  const name = encodeURIComponent(tag.toWellFormed()).replace(
    /[!'()*~]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`
  );
  const isAwkward = DEVICES.test(name) || /^\.|^$|^-/.test(name);
  const first = name.charCodeAt(0);
  const safe = isAwkward && name !== "" ? `%${first.toString(16).toUpperCase()}${name.slice(1)}` : name;
  return safe.endsWith(".") ? `${safe.slice(0, -1)}%2E` : safe || "%00";
}
function withoutCapitals(name) {
  return name.replace(
    /%[0-9A-F]{2}|[A-Z]/g,
    (part) => part.length > 1 ? part : `%${part.charCodeAt(0).toString(16).toUpperCase()}`
  );
}
function shorten(name, tag) {
  if (name.length <= LONGEST) return name;
  const hash = createHash("sha256").update(tag).digest("hex").slice(0, 32);
  return `${name.slice(0, LONGEST - 40).replace(/%.?$/, "")}-${hash}`;
}

// src/site/build-model.ts
var MOST_COMMITS = 2e4;
async function buildModel(inputs) {
  const { reader, result, options, now } = inputs;
  const { report } = result;
  const root = result.commit === "" ? void 0 : (await reader.readCommit(result.commit)).tree;
  const claims = await readClaims(reader, root, options);
  const { folders } = claims;
  const rows = sortRows(report.releases);
  const readings = await collectReleases(rows, { ...inputs, report, folders });
  const onBranch = await readBranch(reader, result.commit);
  const marks = marksOf(rows, { claims, onBranch });
  const names = folderNames(rows.map(({ tag }) => tag));
  const releases = readings.map((reading) => {
    const folder = required(names.get(reading.row.tag), "the folder of a release");
    return toRelease(reading, { report, marks, folder });
  }).reverse();
  const newest = releases.find(({ proof }) => proof === "proved") ?? releases[0];
  const all = report.findings;
  return {
    title: options.title ?? claims.title ?? titleOf(readings) ?? newest?.name ?? "Source mirror",
    packages: [...new Set(releases.map(({ name }) => name).filter((name) => name !== ""))],
    now,
    proof: proofOfAll(releases, result.failed),
    isPinned: options.gpgFingerprints.size > 0 || options.gpgkey.length > 0,
    commit: result.commit,
    links: hostLinks(inputs.repositoryUrl, inputs.environment),
    url: inputs.url,
    upstream: readings.findLast(({ upstream }) => upstream !== void 0)?.upstream,
    index: await readIndex(reader, root, { folders, now }),
    keys: keysOf(readings),
    releases,
    newest,
    findings: all,
    remarks: remarksOf(result),
    accepted: report.accepted?.length ?? 0,
    errors: report.errors.map(({ code, message }) => `${code}: ${message}`),
    archive: folders.archive,
    sourceDirectory: folders.source
  };
}
function proofOfAll(releases, isFailed) {
  const proofs = new Set(releases.map(({ proof }) => proof));
  if (isFailed || proofs.has("failed")) return "failed";
  return proofs.has("unproved") || releases.length === 0 ? "unproved" : "proved";
}
function sortRows(rows) {
  const keyed = rows.map((row) => ({ row, nevra: tryParseNevra(row.nevra) }));
  return keyed.sort(
    (a4, b2) => a4.nevra === void 0 || b2.nevra === void 0 ? Number(a4.nevra !== void 0) - Number(b2.nevra !== void 0) || (a4.row.tag < b2.row.tag ? -1 : 1) : compareEvr(a4.nevra, b2.nevra) || (a4.row.tag < b2.row.tag ? -1 : 1)
  ).map(({ row }) => row);
}
function toRelease(reading, {
  report,
  marks,
  folder
}) {
  const { row, facts, source, sourceTree, notes } = reading;
  const { version, name, arch } = namesOf(row);
  const trailers = reading.message?.trailers;
  return {
    row,
    tag: row.tag,
    version,
    name,
    proof: proofOf(row),
    date: row.package?.signature.created,
    findings: report.findings.filter(({ tag }) => tag === row.tag),
    facts,
    source,
    sourceTree,
    notes,
    sourcePaths: trailers?.get("Source-Path") ?? [],
    isUnpacked: arch === "src" || trailers?.has("Unpacked-From") === true,
    marks: marks.get(row.tag) ?? [],
    folder
  };
}
function namesOf({
  nevra: text,
  version,
  tag
}) {
  const nevra = tryParseNevra(text);
  if (nevra === void 0) return { name: "", version: version || tag, arch: "" };
  return { ...nevra, version: version || nevra.version };
}
function titleOf(readings) {
  const named = readings.findLast(({ message }) => message !== void 0);
  const subject = (named?.message?.subject ?? "").replaceAll("⁠", "");
  const end = ` ${named?.row.version ?? ""}`;
  return subject.startsWith("feat: ") && subject.endsWith(end) ? subject.slice("feat: ".length, -end.length) || void 0 : void 0;
}
async function readBranch(reader, tip) {
  const seen = /* @__PURE__ */ new Set();
  try {
    for (let at = tip || void 0; at !== void 0 && seen.size < MOST_COMMITS; ) {
      seen.add(at);
      [at] = (await reader.readCommit(at)).parents;
    }
  } catch (error) {
    if (error instanceof MirrorError) return /* @__PURE__ */ new Set();
    throw error;
  }
  return seen;
}
function marksOf(rows, { claims, onBranch }) {
  const tagged = rows.flatMap(({ tag, nevra: text }) => {
    const nevra = tryParseNevra(text);
    return nevra === void 0 ? [] : [{ tag, nevra }];
  });
  const classes = new Map(claims.records.map((record) => [record.tag, record.class]));
  const lines = claims.lines.map((line) => ({
    branch: line.branch,
    tags: new Set(linesOf(line, tagged))
  }));
  return new Map(
    rows.map(({ tag, commit }) => [
      tag,
      [
        ...commit !== void 0 && onBranch.size > 0 && !onBranch.has(commit) ? ["backport"] : [],
        ...[classes.get(tag)].filter((found) => typeof found === "string" && found !== "unchanged"),
        ...lines.flatMap(({ branch, tags }) => tags.has(tag) ? [`line ${branch}`] : [])
      ]
    ])
  );
}
function linesOf(line, tagged) {
  return tagged.filter((release) => followLines([line], [release]).length > 0).map(({ tag }) => tag);
}
function keysOf(readings) {
  const signed = readings.flatMap(
    ({ row: { package: pkg }, message }) => pkg === void 0 || message === void 0 ? [] : [{ ...pkg.signature, metadata: message.metadata }]
  );
  const groups = Map.groupBy(signed, ({ fingerprint: fingerprint2 }) => fingerprint2);
  return [...groups].map(([fingerprint2, of]) => {
    const dates = of.map(({ created }) => created).sort();
    const metadata = of.at(-1)?.metadata;
    return {
      fingerprint: fingerprint2,
      userId: (metadata?.get("GPG key primary uid") ?? "").replaceAll("⁠", ""),
      created: metadata?.get("GPG key creation time") ?? "",
      releases: of.length,
      first: required(dates[0], "a signature of the key"),
      last: required(dates.at(-1), "a signature of the key")
    };
  });
}
function remarksOf({ report }) {
  const { notPinned = [], residue = [] } = report;
  const unproved = report.notChecked.map(({ tag, path, reason }) => `${tag}: ${path}: ${reason}`);
  return [...notPinned.map((text) => `Not pinned: ${text}`), ...unproved, ...residue];
}

// node_modules/preact/dist/preact.mjs
var n;
var t;
var r;
var u;
var i;
var f;
var o;
var e;
var l;
var c;
var a;
var s;
var h = /* @__PURE__ */ Symbol.for("pv");
var p = {};
var y = [];
var v = /^m(i|n|o|s|text|space)$/;
var w = Array.isArray;
var d = y.slice;
var _ = Object.assign;
function g(n2) {
  n2 && n2.parentNode && n2.remove();
}
function k(n2, t2, r2) {
  var u3, i3, f4, o4 = {}, e2 = arguments.length;
  for (f4 in t2) "key" == f4 ? u3 = t2[f4] : "ref" == f4 && "function" != typeof n2 ? i3 = t2[f4] : o4[f4] = t2[f4];
  return e2 > 2 && (o4.children = e2 > 3 ? d.call(arguments, 2) : r2), m(n2, o4, u3, i3, null);
}
function m(r2, u3, i3, f4, o4) {
  var e2 = { type: r2, props: u3, key: i3, ref: f4, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: h, __v: o4 || ++t, __i: -1, __u: 0 };
  return !o4 && n.vnode && n.vnode(e2), e2;
}
function $(n2) {
  return n2.children;
}
function x(n2, t2) {
  this.props = n2, this.context = t2, this.__g = 0;
}
function S(n2, t2) {
  if (null == t2) return n2.__ && S(n2.__, n2.__i + 1);
  for (var r2; t2 < n2.__k.length; t2++) if ((r2 = n2.__k[t2]) && r2.__e) return r2.__e;
  return "function" != typeof n2.type || n2.props.__P ? null : S(n2);
}
function C(t2) {
  var r2, u3 = t2.__v, i3 = u3.__e, f4 = [], o4 = [], e2 = t2.__P;
  e2 && ((r2 = _({ constructor: h }, u3)).__v = u3.__v + 1, n.vnode && n.vnode(r2), z(e2, r2, u3, t2.__n, e2.namespaceURI, 32 & u3.__u ? [i3] : null, f4, i3 || S(u3), 32 & u3.__u, o4), r2.__v = u3.__v, r2.__.__k[r2.__i] = r2, E(f4, r2, o4), u3.__ = u3.__e = null, r2.__e != i3 && j(r2));
}
function j(n2) {
  if ((n2 = n2.__) && n2.__c && !n2.props.__P) return n2.__e = null, n2.__k.some(function(t2) {
    return t2 && (n2.__e = t2.__e);
  }), j(n2);
}
function L(t2) {
  (8 & t2.__g || (t2.__g |= 8, u.push(t2), f++)) && i == n.debounceRendering || ((i = n.debounceRendering) || queueMicrotask)(H);
}
function H() {
  try {
    for (var n2, t2 = 1; u.length; ) u.length > t2 && u.sort(o), n2 = u.shift(), t2 = u.length, 8 & n2.__g && C(n2);
  } finally {
    (f = u.length) && (i || queueMicrotask)(H);
  }
}
function I(n2, t2, r2, u3, i3, f4, o4, e2, l3, c3, a4) {
  var s3, h3, v3, w3, d3, _3, g3 = u3.__k || y, k3 = t2.length;
  for (l3 = q(r2, t2, g3, l3, k3), s3 = 0; s3 < k3; s3++) null != (v3 = r2.__k[s3]) && (h3 = ~v3.__i && g3[v3.__i] || p, v3.__i = s3, _3 = z(n2, v3, h3, i3, f4, o4, e2, l3, c3, a4), w3 = v3.__e, (h3.ref != v3.ref || 8 & h3.__u) && (h3.ref && G(h3.ref, null, v3, h3), v3.ref && a4.push(v3.ref, v3.__c || w3, v3)), d3 = d3 || w3, 4 & v3.__u ? (l3 = A(v3, l3, n2, !h3.__v), h3.__e && (h3.__e = null)) : "function" == typeof v3.type && void 0 !== _3 ? l3 = _3 : w3 && (l3 = w3.nextSibling), v3.__u &= -21);
  return r2.__e = d3, l3;
}
function q(n2, t2, r2, u3, i3) {
  var f4, o4, e2, l3, c3, a4, s3, p3, y3, v3 = r2.length, d3 = v3, _3 = 0, g3 = 0, k3 = n2.__k = Array(i3);
  for (f4 = 0; f4 < i3; f4++) null != (o4 = t2[f4]) && "boolean" != typeof o4 && "function" != typeof o4 ? ("object" != typeof o4 || o4.constructor === String ? o4 = k3[f4] = m(null, o4) : w(o4) ? o4 = k3[f4] = m($, { children: o4 }) : o4.constructor === h && o4.__b ? o4 = k3[f4] = m(o4.type, o4.props, o4.key, o4.ref, o4.__v) : k3[f4] = o4, l3 = f4 + _3, o4.__ = n2, o4.__b = n2.__b + 1, e2 = null, ~(c3 = o4.__i = P(o4, r2, l3, d3)) && (d3--, (e2 = r2[c3]) && (e2.__u |= 2)), e2 && e2.__v ? (o4.__u |= 16, c3 == l3 - 1 ? _3-- : c3 == l3 + 1 ? _3++ : c3 != l3 && (c3 > l3 ? _3-- : _3++, g3 = 1)) : (~c3 || (i3 > v3 ? _3-- : i3 < v3 && _3++), "function" != typeof o4.type && (o4.__u |= 4))) : k3[f4] = null;
  if (g3) {
    for (a4 = [], s3 = [], f4 = 0; f4 < i3; f4++) if ((o4 = k3[f4]) && 16 & o4.__u) {
      for (_3 = 0, p3 = a4.length; _3 < p3; ) a4[y3 = _3 + p3 >> 1] < o4.__i ? _3 = y3 + 1 : p3 = y3;
      a4[_3] = o4.__i, s3[f4] = _3 + 1;
    }
    for (_3 = a4.length; f4--; ) s3[f4] && (s3[f4] == _3 ? _3-- : k3[f4].__u |= 4);
  }
  if (d3) for (f4 = 0; f4 < v3; f4++) !(e2 = r2[f4]) || 2 & e2.__u || (e2.__e == u3 && (u3 = S(e2)), J(e2, e2));
  return u3;
}
function A(n2, t2, r2, u3) {
  var i3, f4, o4, e2;
  if ("function" == typeof n2.type) {
    if (n2.props.__P) return t2;
    if (i3 = n2.__k) for (f4 = 0; f4 < i3.length; f4++) i3[f4] && (i3[f4].__ = n2, t2 = A(i3[f4], t2, r2, false));
    return t2;
  }
  for (t2 && !t2.parentNode && (t2 = S(n2)) && !t2.parentNode && (t2 = null), o4 = n2.__e, e2 = t2; e2 && 8 == e2.nodeType; ) e2 = e2.nextSibling;
  for (o4 != e2 && (!u3 && r2.moveBefore && o4.parentNode ? r2.moveBefore(o4, t2) : r2.insertBefore(o4, t2 || null)), t2 = o4; (t2 = t2 && t2.nextSibling) && 8 == t2.nodeType && !t2.data.startsWith("$s"); ) ;
  return t2;
}
function P(n2, t2, r2, u3) {
  var i3, f4 = n2.key, o4 = n2.type, e2 = t2[r2], l3 = e2 && !(2 & e2.__u);
  if (null === e2 && null == f4 || l3 && f4 == e2.key && o4 == e2.type) return r2;
  if (u3 > (l3 ? 1 : 0)) {
    for (i3 = r2 - 1; i3 >= 0; i3--) if ((e2 = t2[i3]) && !(2 & e2.__u) && f4 == e2.key && o4 == e2.type) return i3;
    for (i3 = r2 + 1; i3 < t2.length; i3++) if ((e2 = t2[i3]) && !(2 & e2.__u) && f4 == e2.key && o4 == e2.type) return i3;
  }
  return -1;
}
function T(n2, t2, r2) {
  null == r2 && (r2 = ""), "-" == t2[0] ? n2.setProperty(t2, r2) : n2[t2] = r2;
}
function N(n2, t2, r2, u3, i3) {
  var f4, o4;
  if ("style" == t2) if ("string" == typeof r2) n2.style.cssText = r2;
  else {
    if ("string" == typeof u3 && (n2.style.cssText = u3 = ""), u3) for (t2 in u3) r2 && t2 in r2 || T(n2.style, t2);
    if (r2) for (t2 in r2) u3 && r2[t2] == u3[t2] || T(n2.style, t2, r2[t2]);
  }
  else if ("o" == t2[0] && "n" == t2[1]) "function" != typeof r2 && (r2 = null), "function" != typeof u3 && (u3 = null), (n2.__e || (n2.__e = {}))[t2] = r2, r2 && u3 || (o4 = a[t2] || (a[t2] = V(t2)), (n2.__a || (n2.__a = {}))[t2] = c, f4 = t2 != (t2 = t2.replace(l, "$1")), (t2 = t2.slice(2))[0] < "a" && (t2 = t2.toLowerCase()), r2 ? n2.addEventListener(t2, o4, f4) : n2.removeEventListener(t2, o4, f4));
  else {
    if ("http://www.w3.org/2000/svg" == i3) t2 = t2.replace(/xlink(H|:h)/, "h").replace(/sName$/, "s");
    else if ("width" != t2 && "height" != t2 && "href" != t2 && "list" != t2 && "form" != t2 && "tabIndex" != t2 && "download" != t2 && "rowSpan" != t2 && "colSpan" != t2 && "role" != t2 && "popover" != t2 && t2 in n2) try {
      return void (n2[t2] = null == r2 ? "" : r2);
    } catch (n3) {
    }
    if ("function" == typeof r2) return;
    null == r2 || false === r2 && "-" != t2[4] ? n2.removeAttribute(t2) : n2.setAttribute(t2, "popover" == t2 && 1 == r2 ? "" : r2);
  }
}
function V(t2) {
  return function(r2) {
    var u3 = this.__e;
    if (u3) {
      if (u3 = u3[t2], null == r2[e]) r2[e] = c++;
      else if (r2[e] < this.__a[t2]) return;
      return u3(n.event ? n.event(r2) : r2);
    }
  };
}
function z(t2, r2, u3, i3, f4, o4, e2, l3, c3, a4) {
  var s3, p3, v3, d3, k3, b2, m3, M2, C2, j3, L2, H3, q3, A2, O, P3, T3, N3, V3 = r2.type;
  if (r2.constructor !== h) return null;
  128 & u3.__u && (c3 = 32 & u3.__u, s3 = u3.__c.__z) && (r2.__u |= c3, p3 = o4 = [], 8 == s3.nodeType ? l3 = B(s3, o4) : o4.push(s3), l3 = o4[0] || l3), (s3 = n.__b) && s3(r2);
  n: if ("function" == typeof V3) {
    v3 = e2.length;
    try {
      if (M2 = r2.props, C2 = (s3 = V3.prototype) && s3.render, j3 = (s3 = V3.contextType) && i3[s3.__c], L2 = s3 ? j3 ? j3.props.value : s3.__ : i3, (d3 = u3.__c) ? (r2.__c = d3, 2 & d3.__g && (d3.__g |= 1)) : (C2 ? r2.__c = d3 = new V3(M2, L2) : (r2.__c = d3 = new x(M2, L2), d3.constructor = V3, d3.render = K), j3 && j3.sub(d3), d3.state || (d3.state = {}), d3.__n = i3, d3.__g |= 8, d3.__h = [], d3.__k = []), C2 && (d3.__s || (d3.__s = d3.state), V3.getDerivedStateFromProps && (d3.__s == d3.state && (d3.__s = _({}, d3.__s)), _(d3.__s, V3.getDerivedStateFromProps(M2, d3.__s)))), k3 = d3.props, b2 = d3.state, d3.__v = r2, u3.__c) {
        if (M2 !== k3 && C2 && !V3.getDerivedStateFromProps && d3.componentWillReceiveProps && d3.componentWillReceiveProps(M2, L2), r2.__v == u3.__v && !(8 & d3.__g) || !(4 & d3.__g) && d3.shouldComponentUpdate && false === d3.shouldComponentUpdate(M2, d3.__s, L2)) {
          r2.__v != u3.__v && (d3.props = M2, d3.state = d3.__s, d3.__g &= -9), r2.__e = u3.__e, r2.__k = u3.__k, r2.__k.some(function(n2) {
            n2 && (n2.__ = r2);
          }), y.push.apply(d3.__h, d3.__k), d3.__k = [], d3.__h.length && e2.push(d3), l3 = S(u3);
          break n;
        }
        d3.componentWillUpdate && d3.componentWillUpdate(M2, d3.__s, L2), C2 && d3.componentDidUpdate && d3.__h.push(function() {
          d3.componentDidUpdate(k3, b2, m3);
        });
      } else C2 && !V3.getDerivedStateFromProps && d3.componentWillMount && d3.componentWillMount(), C2 && d3.componentDidMount && d3.__h.push(d3.componentDidMount);
      d3.context = L2, d3.props = M2, d3.__P = t2, d3.__g &= -5, H3 = n.__r, q3 = C2 ? 25 : 0;
      do {
        d3.__g &= -9, H3 && H3(r2), s3 = d3.render(d3.props, d3.state = d3.__s, d3.context);
      } while (8 & d3.__g && ++q3 < 25);
      C2 && (y.push.apply(d3.__h, d3.__k), d3.__k = []), d3.state = d3.__s, d3.getChildContext && (i3 = _({}, i3, d3.getChildContext())), C2 && u3.__c && d3.getSnapshotBeforeUpdate && (m3 = d3.getSnapshotBeforeUpdate(k3, b2)), A2 = s3 && s3.type === $ && null == s3.key ? s3.props.children : s3, M2.__P && (s3 = l3, f4 = (t2 = M2.__P).namespaceURI, c3 = o4 = null, u3.props && u3.props.__P != t2 && (u3.__k.some(function(n2) {
        n2 && J(n2, n2);
      }), u3.__k = null), l3 = u3.__k ? S(u3, 0) : null), l3 = I(t2, w(A2) ? A2 : [A2], r2, u3, i3, f4, o4, e2, l3, c3, a4), M2.__P && (r2.__e = null, l3 = s3), r2.__u &= -161, p3 && p3.some(g), d3.__h.length && e2.push(d3), 1 & d3.__g && (d3.__g &= -4);
    } catch (t3) {
      if (e2.length = v3, r2.__v = null, c3 || o4) if (t3 && t3.then) {
        if (r2.__u |= 128 | c3, o4) {
          for (~(T3 = o4.indexOf(l3 || void 0)) || (T3 = o4.length); (N3 = o4[T3 - 1]) && 8 == N3.nodeType; ) T3--;
          for (; T3 < o4.length; T3++) if (N3 = o4[T3]) if (o4[T3] = null, O) {
            if (N3 == P3) break;
          } else {
            if (8 != N3.nodeType) break;
            N3.data.startsWith("$s") && (P3 = B(O = N3));
          }
        }
        if (!O) {
          for (; l3 && 8 == l3.nodeType && l3.nextSibling; ) l3 = l3.nextSibling;
          O = l3;
        }
        (s3 = B(O = r2.__c.__z || (r2.__c.__z = O))) ? (r2.__e = O, l3 = s3) : r2.__e = l3, l3 = l3 && l3.nextSibling;
      } else o4 && o4.some(g);
      else r2.__e = u3.__e;
      r2.__k || (r2.__k = u3.__k || []), t3 && t3.then || D(r2), n.__e(t3, r2, u3);
    }
  } else l3 = r2.__e = F(u3.__e, r2, u3, i3, f4, o4, e2, c3, a4, t2);
  return (s3 = n.diffed) && s3(r2), l3;
}
function B(n2, t2) {
  if (n2 && 8 == n2.nodeType && n2.data.startsWith("$s")) for (var r2 = 1; n2 = n2.nextSibling; ) {
    if (8 == n2.nodeType) {
      if (n2.data.startsWith("$s")) r2++;
      else if (n2.data.startsWith("/$s") && !--r2) return n2;
    }
    t2 && t2.push(n2);
  }
}
function D(n2) {
  n2 && (n2.__c && (n2.__c.__g |= 4), n2.__k && n2.__k.some(D));
}
function E(t2, r2, u3) {
  for (var i3 = 0; i3 < u3.length; ) G(u3[i3++], u3[i3++], u3[i3++]);
  n.__c && n.__c(r2, t2), t2.some(function(r3) {
    try {
      t2 = r3.__h, r3.__h = [], t2.some(function(n2) {
        n2.call(r3);
      });
    } catch (t3) {
      n.__e(t3, r3.__v);
    }
  });
}
function F(t2, r2, u3, i3, f4, o4, e2, l3, c3, a4) {
  var s3, h3, y3, _3, k3, b2, m3, M2, $3 = u3.props || p, x3 = r2.props, C2 = r2.type;
  if ("svg" == C2 ? f4 = "http://www.w3.org/2000/svg" : "math" == C2 ? f4 = "http://www.w3.org/1998/Math/MathML" : f4 || (f4 = "http://www.w3.org/1999/xhtml"), o4) {
    for (s3 = 0; s3 < o4.length; s3++) if ((k3 = o4[s3]) && (C2 ? k3.localName == C2 : 3 == k3.nodeType)) {
      t2 = k3, o4[s3] = null;
      break;
    }
  }
  if (!t2) {
    if (M2 = a4.ownerDocument || document, !C2) return M2.createTextNode(x3);
    t2 = M2.createElementNS(f4, C2, x3.is ? x3 : a4), l3 && (n.__m && n.__m(r2, o4), l3 = false), o4 = null;
  }
  if (C2) {
    if (a4 = "template" == C2 && t2.content || t2, o4 = "textarea" == C2 && null != x3.defaultValue ? null : o4 && d.call(a4.childNodes), !l3 && o4) for ($3 = {}, s3 = 0; s3 < t2.attributes.length; s3++) $3[(k3 = t2.attributes[s3]).name] = k3.value;
    for (s3 in $3) k3 = $3[s3], "dangerouslySetInnerHTML" == s3 ? y3 = k3 : "children" == s3 || s3 in x3 || "value" == s3 && "defaultValue" in x3 || "checked" == s3 && "defaultChecked" in x3 || N(t2, s3, null, k3, f4);
    for (s3 in x3) k3 = x3[s3], "children" == s3 ? _3 = k3 : "dangerouslySetInnerHTML" == s3 ? h3 = k3 : "value" == s3 ? b2 = k3 : "checked" == s3 ? m3 = k3 : l3 && "function" != typeof k3 || $3[s3] === k3 || N(t2, s3, k3, $3[s3], f4);
    h3 ? (l3 || y3 && (h3.__html == y3.__html || h3.__html == t2.innerHTML) || (t2.innerHTML = h3.__html), r2.__k = []) : (y3 && (t2.textContent = ""), ("foreignObject" == C2 || "http://www.w3.org/1998/Math/MathML" == f4 && v.test(C2)) && (f4 = "http://www.w3.org/1999/xhtml"), I(a4, w(_3) ? _3 : [_3], r2, u3, i3, f4, o4, e2, o4 ? o4[0] : u3.__k && S(u3, 0), l3, c3), o4 && o4.some(g)), l3 && "textarea" != C2 || (s3 = "value", "progress" == C2 && null == b2 ? t2.removeAttribute(s3) : null == b2 || b2 === t2[s3] && ("progress" != C2 || b2) || N(t2, s3, b2, $3[s3], f4), s3 = "checked", null != m3 && m3 != t2[s3] && N(t2, s3, m3, $3[s3], f4));
  } else $3 === x3 || l3 && t2.data == x3 || (t2.data = x3);
  return t2;
}
function G(t2, r2, u3, i3) {
  try {
    "function" == typeof t2 ? r2 ? r2.__x = t2(r2) || 1 : i3 && (i3 = i3.__c || i3.__e) && (r2 = i3.__x) && (i3.__x = null, "function" == typeof r2 ? r2() : t2(null)) : t2.current = r2;
  } catch (t3) {
    n.__e(t3, u3);
  }
}
function J(t2, r2, u3) {
  var i3, f4, o4, e2;
  if (n.unmount && n.unmount(t2), !(i3 = t2.ref) || i3.current && i3.current != t2.__e || G(i3, null, r2, t2), i3 = t2.__c) {
    if (i3.componentWillUnmount) try {
      i3.componentWillUnmount();
    } catch (t3) {
      n.__e(t3, r2);
    }
    i3.__P = i3.__n = null;
  }
  if (i3 = t2.__k) for (e2 = 0; e2 < i3.length; e2++) i3[e2] && J(i3[e2], r2, "function" != typeof t2.type || u3 && !t2.props.__P);
  !u3 && (i3 = t2.__c) && (i3 = i3.__z) && (f4 = B(i3, o4 = [])) && (i3 == t2.__e && o4.some(g), g(f4), g(i3)), u3 || g(t2.__e), t2.__e = t2.__c = t2.__ = null;
}
function K(n2, t2, r2) {
  return this.constructor(n2, r2);
}
n = { __e: function(n2, t2, r2, u3) {
  for (var i3, o4, e2; t2 = t2.__; ) if ((i3 = t2.__c) && !(1 & i3.__g)) {
    i3.__g |= 4;
    try {
      if ((e2 = (o4 = i3.constructor) && o4.getDerivedStateFromError) && i3.setState(o4.getDerivedStateFromError(n2)), i3.componentDidCatch && (i3.componentDidCatch(n2, u3 || {}), e2 = 1), e2 && 8 & i3.__g) return void (i3.__g |= 2);
    } catch (t3) {
      n2 = t3;
    }
  }
  throw f = 0, n2;
} }, t = 0, r = function(n2) {
  return null != n2 && n2.constructor === h;
}, x.prototype.setState = function(n2, t2) {
  var r2 = this.__s;
  r2 && r2 != this.state || (r2 = this.__s = _({}, this.state)), "function" == typeof n2 && (n2 = n2(_({}, r2), this.props)), n2 && (_(r2, n2), this.__v && (t2 && this.__k.push(t2), L(this)));
}, x.prototype.forceUpdate = function(n2) {
  this.__v && (this.__g |= 4, n2 && this.__h.push(n2), L(this));
}, x.prototype.render = $, u = [], f = 0, o = function(n2, t2) {
  return n2.__v.__b - t2.__v.__b;
}, e = /* @__PURE__ */ Symbol(), l = /(PointerCapture)$|Capture$/i, c = 0, a = {}, s = 0;

// node_modules/preact-render-to-string/dist/index.mjs
var o2 = "__s";
var i2 = "__c";
var a2 = "__k";
var u2 = "__d";
var c2 = "__s";
var f2 = /[\s\n\\/='"\0<>]/;
var s2 = /^(xlink|xmlns|xml)([A-Z])/;
var l2 = /^(?:accessK|auto[A-Z]|cell|ch|col|cont|cross|dateT|encT|form[A-Z]|frame|hrefL|inputM|maxL|minL|noV|playsI|popoverT|readO|rowS|src[A-Z]|tabI|useM|item[A-Z])/;
var p2 = /^ac|^ali|arabic|basel|cap|clipPath$|clipRule$|color|dominant|enable|fill|flood|font|glyph[^R]|horiz|image|letter|lighting|marker[^WUH]|overline|panose|pointe|paint|rendering|shape|stop|strikethrough|stroke|text[^L]|transform|underline|unicode|units|^v[^i]|^w|^xH/;
var h2 = /* @__PURE__ */ new Set(["draggable", "spellcheck"]);
function d2(e2) {
  void 0 !== e2.__g ? e2.__g |= 8 : e2[u2] = true;
}
function v2(e2) {
  void 0 !== e2.__g ? e2.__g &= -9 : e2[u2] = false;
}
function m2(e2) {
  return void 0 !== e2.__g ? !!(8 & e2.__g) : true === e2[u2];
}
var y2 = /["&<]/;
function _2(e2) {
  if (0 === e2.length || false === y2.test(e2)) return e2;
  for (var t2 = 0, n2 = 0, r2 = "", o4 = ""; n2 < e2.length; n2++) {
    switch (e2.charCodeAt(n2)) {
      case 34:
        o4 = "&quot;";
        break;
      case 38:
        o4 = "&amp;";
        break;
      case 60:
        o4 = "&lt;";
        break;
      default:
        continue;
    }
    n2 !== t2 && (r2 += e2.slice(t2, n2)), r2 += o4, t2 = n2 + 1;
  }
  return n2 !== t2 && (r2 += e2.slice(t2, n2)), r2;
}
var g2 = {};
var k2 = /* @__PURE__ */ new Set(["animation-iteration-count", "border-image-outset", "border-image-slice", "border-image-width", "box-flex", "box-flex-group", "box-ordinal-group", "column-count", "fill-opacity", "flex", "flex-grow", "flex-negative", "flex-order", "flex-positive", "flex-shrink", "flood-opacity", "font-weight", "grid-column", "grid-row", "line-clamp", "line-height", "opacity", "order", "orphans", "stop-opacity", "stroke-dasharray", "stroke-dashoffset", "stroke-miterlimit", "stroke-opacity", "stroke-width", "tab-size", "widows", "z-index", "zoom"]);
var b = /[A-Z]/g;
function x2(e2) {
  var t2 = "";
  for (var n2 in e2) {
    var r2 = e2[n2];
    if (null != r2 && "" !== r2) {
      var o4 = "-" == n2[0] ? n2 : g2[n2] || (g2[n2] = n2.replace(b, "-$&").toLowerCase()), i3 = ";";
      "number" != typeof r2 || o4.startsWith("--") || k2.has(o4) || (i3 = "px;"), t2 = t2 + o4 + ":" + r2 + i3;
    }
  }
  return t2 || void 0;
}
function w2() {
  this.__d = true;
}
function H2(e2, t2) {
  return { __v: e2, context: t2, props: e2.props, setState: w2, forceUpdate: w2, __d: true, __h: new Array(0) };
}
var T2 = {};
var j2 = [];
var P2 = Array.isArray;
var $2 = Object.assign;
var U = "";
var Z = "<!--$s-->";
var F2 = "<!--/$s-->";
function M(e2) {
  return "string" == typeof e2 ? Z + e2 + F2 : P2(e2) ? (e2.unshift(Z), e2.push(F2), e2) : e2 && "function" == typeof e2.then ? e2.then(M) : Z + e2 + F2;
}
function W() {
  return { beforeDiff: n.__b, afterDiff: n.diffed, renderHook: n.__r, unmountHook: n.unmount, rootHook: n.__, commitHook: n.__c, catchError: n.__e, errorBoundaries: n.errorBoundaries };
}
function B2(e2) {
  var t2 = n[o2];
  n[o2] = true;
  try {
    return e2();
  } finally {
    n[o2] = t2;
  }
}
function z2(n2, r2, o4) {
  var i3 = W();
  try {
    var u3 = B2(function() {
      var u4, c3 = k($, null);
      return c3[a2] = [n2], i3.rootHook && i3.rootHook(n2, ((u4 = {})[a2] = c3, u4.nodeType = 1, u4)), q2(n2, r2 || T2, false, void 0, c3, false, o4, i3);
    });
    return P2(u3) ? u3.join(U) : u3;
  } catch (e2) {
    if (e2.then) throw new Error('Use "renderToStringAsync" for suspenseful rendering.');
    throw e2;
  } finally {
    i3.commitHook && B2(function() {
      return i3.commitHook(n2, j2);
    }), j2.length = 0;
  }
}
function N2(e2, t2, n2) {
  var r2, o4 = e2.type, a4 = true;
  return e2[i2] ? (a4 = false, (r2 = e2[i2]).state = r2[c2]) : r2 = new o4(e2.props, t2), e2[i2] = r2, r2.__v = e2, r2.props = e2.props, r2.context = t2, d2(r2), null == r2.state && (r2.state = T2), null == r2[c2] && (r2[c2] = r2.state), o4.getDerivedStateFromProps ? r2.state = $2({}, r2.state, o4.getDerivedStateFromProps(r2.props, r2.state)) : a4 && r2.componentWillMount ? (r2.componentWillMount(), r2.state = r2[c2] !== r2.state ? r2[c2] : r2.state) : !a4 && r2.componentWillUpdate && r2.componentWillUpdate(), n2.renderHook && n2.renderHook(e2), r2.render(r2.props, r2.state, t2);
}
function q2(e2, n2, o4, u3, y3, g3, k3, b2) {
  if (null == e2 || true === e2 || false === e2 || e2 === U) return U;
  var w3 = typeof e2;
  if ("object" != w3) return "function" == w3 ? U : "string" == w3 ? _2(e2) : e2 + U;
  if (P2(e2)) {
    var C2, D2 = U;
    y3[a2] = e2;
    for (var A2 = e2.length, S2 = 0; S2 < A2; S2++) {
      var E2 = e2[S2];
      if (null != E2 && "boolean" != typeof E2) {
        var L2, j3 = q2(E2, n2, o4, u3, y3, g3, k3, b2);
        "string" == typeof j3 ? D2 += j3 : (C2 || (C2 = new Array(A2)), D2 && C2.push(D2), D2 = U, P2(j3) ? (L2 = C2).push.apply(L2, j3) : C2.push(j3));
      }
    }
    return C2 ? (D2 && C2.push(D2), C2) : D2;
  }
  if (!r(e2)) return U;
  e2.__ = y3, b2.beforeDiff && b2.beforeDiff(e2);
  var Z2 = e2.type, F3 = e2.props;
  if ("function" == typeof Z2) {
    var W2, z3, O, R2 = n2;
    if (Z2 === $) {
      if ("tpl" in F3) {
        for (var K2, G2 = U, J2 = 0; J2 < F3.tpl.length; J2++) if (G2 += F3.tpl[J2], F3.exprs && J2 < F3.exprs.length) {
          var Q = F3.exprs[J2];
          if (null == Q) continue;
          if ("object" == typeof Q && (r(Q) || P2(Q))) {
            var X, Y = q2(Q, n2, o4, u3, e2, g3, k3, b2);
            "string" == typeof Y ? G2 += Y : (K2 || (K2 = []), G2 && K2.push(G2), G2 = U, P2(Y) ? (X = K2).push.apply(X, Y) : K2.push(Y));
          } else G2 += Q;
        }
        return K2 ? (G2 && K2.push(G2), K2) : G2;
      }
      if ("UNSTABLE_comment" in F3) return "<!--" + _2(F3.UNSTABLE_comment) + "-->";
      z3 = F3.children;
    } else {
      if (null != (W2 = Z2.contextType)) {
        var ee = n2[W2.__c];
        R2 = ee ? ee.props.value : W2.__;
      }
      var te = Z2.prototype && "function" == typeof Z2.prototype.render;
      if (te) z3 = /**#__NOINLINE__**/
      N2(e2, R2, b2), O = e2[i2];
      else {
        e2[i2] = O = /**#__NOINLINE__**/
        H2(e2, R2);
        for (var ne = 0; m2(O) && ne++ < 25; ) {
          v2(O), b2.renderHook && b2.renderHook(e2);
          try {
            z3 = Z2.call(O, F3, R2);
          } catch (t2) {
            throw g3 && t2 && "function" == typeof t2.then && (e2._suspended = true), t2;
          }
        }
        d2(O);
      }
      if (null != O.getChildContext && (n2 = $2({}, n2, O.getChildContext())), te && b2.errorBoundaries && (Z2.getDerivedStateFromError || O.componentDidCatch)) {
        z3 = null != z3 && z3.type === $ && null == z3.key && null == z3.props.tpl ? z3.props.children : z3;
        try {
          return q2(z3, n2, o4, u3, e2, g3, false, b2);
        } catch (r2) {
          return Z2.getDerivedStateFromError && (O[c2] = Z2.getDerivedStateFromError(r2)), O.componentDidCatch && O.componentDidCatch(r2, T2), m2(O) ? (z3 = N2(e2, n2, b2), null != (O = e2[i2]).getChildContext && (n2 = $2({}, n2, O.getChildContext())), q2(z3 = null != z3 && z3.type === $ && null == z3.key && null == z3.props.tpl ? z3.props.children : z3, n2, o4, u3, e2, g3, k3, b2)) : U;
        } finally {
          b2.afterDiff && b2.afterDiff(e2), b2.unmountHook && b2.unmountHook(e2);
        }
      }
    }
    z3 = null != z3 && z3.type === $ && null == z3.key && null == z3.props.tpl ? z3.props.children : z3;
    try {
      var re = q2(z3, n2, o4, u3, e2, g3, k3, b2);
      return b2.afterDiff && b2.afterDiff(e2), b2.unmountHook && b2.unmountHook(e2), e2._suspended ? M(re) : re;
    } catch (t2) {
      if (!g3 && k3 && k3.onError) {
        var oe = (function t3(r2) {
          return k3.onError(r2, e2, function(e3, r3) {
            try {
              return B2(function() {
                return q2(e3, n2, o4, u3, r3, g3, k3, b2);
              });
            } catch (e4) {
              return t3(e4);
            }
          });
        })(t2);
        return void 0 !== oe ? oe : (b2.catchError && b2.catchError(t2, e2), U);
      }
      if (!g3) throw t2;
      if (!t2 || "function" != typeof t2.then) throw t2;
      return t2.then(function t3() {
        try {
          var r2 = B2(function() {
            return q2(z3, n2, o4, u3, e2, g3, k3, b2);
          });
          return e2._suspended ? M(r2) : r2;
        } catch (e3) {
          if (!e3 || "function" != typeof e3.then) throw e3;
          return e3.then(t3);
        }
      });
    }
  }
  var ie, ae = "<" + Z2, ue = U;
  for (var ce in F3) {
    var fe = F3[ce];
    if ("function" != typeof (fe = V2(fe) ? fe.value : fe) || "class" === ce || "className" === ce) {
      switch (ce) {
        case "children":
          ie = fe;
          continue;
        case "key":
        case "ref":
        case "__self":
        case "__source":
          continue;
        case "htmlFor":
          if ("for" in F3) continue;
          ce = "for";
          break;
        case "className":
          if ("class" in F3) continue;
          ce = "class";
          break;
        case "defaultChecked":
          ce = "checked";
          break;
        case "defaultSelected":
          ce = "selected";
          break;
        case "defaultValue":
        case "value":
          switch (ce = "value", Z2) {
            case "textarea":
              ie = fe;
              continue;
            case "select":
              u3 = fe;
              continue;
            case "option":
              u3 != fe || "selected" in F3 || (ae += " selected");
          }
          break;
        case "dangerouslySetInnerHTML":
          ue = fe && fe.__html;
          continue;
        case "style":
          "object" == typeof fe && (fe = x2(fe));
          break;
        case "acceptCharset":
          ce = "accept-charset";
          break;
        case "httpEquiv":
          ce = "http-equiv";
          break;
        default:
          if (f2.test(ce)) continue;
          s2.test(ce) ? ce = ce.replace(s2, "$1:$2").toLowerCase() : "-" !== ce[4] && !h2.has(ce) || null == fe ? o4 ? p2.test(ce) && (ce = "panose1" === ce ? "panose-1" : ce.replace(/([A-Z])/g, "-$1").toLowerCase()) : l2.test(ce) && (ce = ce.toLowerCase()) : fe += U;
      }
      null != fe && false !== fe && (ae = true === fe || fe === U ? ae + " " + ce : ae + " " + ce + '="' + _2(fe + U) + '"');
    }
  }
  if (f2.test(Z2)) throw new Error(Z2 + " is not a valid HTML tag name in " + ae + ">");
  if (ue || ("string" == typeof ie ? ue = _2(ie) : null != ie && false !== ie && true !== ie && (ue = q2(ie, n2, "svg" === Z2 || "foreignObject" !== Z2 && o4, u3, e2, g3, k3, b2))), b2.afterDiff && b2.afterDiff(e2), b2.unmountHook && b2.unmountHook(e2), !ue && I2.has(Z2)) return ae + "/>";
  var se = "</" + Z2 + ">", le = ae + ">";
  return P2(ue) ? [le].concat(ue, [se]) : "string" != typeof ue ? [le, ue, se] : le + ue + se;
}
var I2 = /* @__PURE__ */ new Set(["area", "base", "br", "col", "command", "embed", "hr", "img", "input", "keygen", "link", "meta", "param", "source", "track", "wbr"]);
var R = z2;
function V2(e2) {
  return null !== e2 && "object" == typeof e2 && "function" == typeof e2.peek && "value" in e2;
}

// src/site/pages/style.ts
import { createHash as createHash2 } from "node:crypto";
var STYLE = `
:root{color-scheme:light dark;--bg:#fbfaf7;--card:#fff;--ink:#1d2329;--dim:#59636e;--line:#dcd8cf;--link:#0b57b0;--good:#12703c;--good-bg:#e3f4e8;--bad:#a4161a;--bad-bg:#fde8e6;--warn:#7a4b00;--warn-bg:#fdf0d4;--bar:#3a7bd0;--add:#1a7233;--del:#b3302a;--code:#f1efe9}
@media (prefers-color-scheme:dark){:root{--bg:#12161b;--card:#1a2027;--ink:#e4e8ec;--dim:#9ca7b2;--line:#313a44;--link:#7db6f5;--good:#7fdb9c;--good-bg:#15301f;--bad:#ff9d96;--bad-bg:#3b1a1a;--warn:#f0c674;--warn-bg:#362a12;--bar:#5b9cf0;--add:#4bb86a;--del:#e5695f;--code:#222a33}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,[tabindex]:focus-visible{outline:3px solid var(--link);outline-offset:2px}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.25rem}
h1{margin:0;font-size:clamp(1.6rem,4.5vw,2.3rem);line-height:1.2;letter-spacing:-.02em}
h2{margin:2.5rem 0 .75rem;font-size:1.25rem;letter-spacing:-.01em}
h3{margin:1.5rem 0 .5rem;font-size:1rem}
p{margin:.5rem 0}
.lead{color:var(--dim);max-width:46rem}
.crumb{margin:0 0 .5rem;font-size:.9rem}
code,pre{font:.86em/1.5 ui-monospace,"SF Mono",Consolas,"DejaVu Sans Mono",monospace}
code{background:var(--code);border-radius:4px;padding:.1em .3em}
pre{margin:.5rem 0;padding:.85rem 1rem;background:var(--code);border:1px solid var(--line);border-radius:8px;overflow-x:auto;white-space:pre;overflow-wrap:normal}
pre code{background:none;padding:0;font-size:1em}
.hash{background:none;padding:0;overflow-wrap:anywhere}
.hidden{padding:0 .25em;border:1px solid var(--bad);border-radius:3px;color:var(--bad);font:.75em ui-monospace,monospace}
.verdict{display:flex;gap:1rem;align-items:flex-start;margin:1.5rem 0;padding:1rem 1.25rem;border:1px solid;border-radius:12px}
.verdict svg{flex:none;margin-top:.15rem}
.verdict p{margin:.15rem 0;color:var(--ink)}
.verdict strong{font-size:1.15rem}
.proved{color:var(--good);background:var(--good-bg);border-color:currentColor}
.failed{color:var(--bad);background:var(--bad-bg);border-color:currentColor}
.unproved{color:var(--warn);background:var(--warn-bg);border-color:currentColor}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:1rem;margin:1rem 0;padding:0}
.facts>div{padding:.9rem 1.1rem;background:var(--card);border:1px solid var(--line);border-radius:12px}
dt{color:var(--dim);font-size:.82rem}
dd{margin:.15rem 0 0}
dd+dd{margin-top:.35rem}
.big{font-size:1.35rem;font-weight:650;letter-spacing:-.01em}
.small{font-size:.86rem;color:var(--dim)}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:12px;background:var(--card)}
table{width:100%;border-collapse:collapse;font-size:.92rem}
th,td{padding:.55rem .9rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;color:var(--dim);font-weight:600;font-size:.82rem;white-space:nowrap}
tbody th{font-weight:600}
.releases td,.releases th,.nowrap{white-space:nowrap;overflow-wrap:normal}
.facts-table th{width:13rem;color:var(--dim);font-weight:500}
.pill{display:inline-block;padding:.05rem .55rem;border:1px solid var(--line);border-radius:99px;font-size:.8rem;white-space:nowrap}
.pill.proved,.pill.failed,.pill.unproved{border-color:transparent}
.add{color:var(--add)}.del{color:var(--del)}
.diff{display:block;white-space:pre}
.diff .add,.diff .del,.diff .at{display:block}
.diff .add{background:var(--good-bg);color:var(--good)}.diff .del{background:var(--bad-bg);color:var(--bad)}.diff .at{color:var(--dim)}
.chart{margin:1rem 0;padding:1rem 1rem .5rem}
.chart{overflow-x:auto}.chart svg{display:block;width:100%;min-width:34rem;height:auto}
.chart .size{fill:none;stroke:var(--bar);stroke-width:2;stroke-linejoin:round}
.chart .area{fill:var(--bar);opacity:.14}
.chart .dot{fill:var(--bar)}
.chart .plus,.bar .plus{fill:var(--add)}.chart .minus,.bar .minus{fill:var(--del)}
.chart .axis{stroke:var(--line)}
.chart text{fill:var(--dim);font:11px system-ui,sans-serif}
.key{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:.25rem 0 .5rem;font-size:.82rem;color:var(--dim)}
.key i{display:inline-block;width:.75em;height:.75em;margin-right:.4em;border-radius:2px}
.key .k-size{background:var(--bar)}.key .k-plus{background:var(--add)}.key .k-minus{background:var(--del)}
details{margin:.75rem 0}
summary{cursor:pointer;font-weight:600}
.callout{margin:1rem 0;padding:.8rem 1.1rem;border-left:4px solid var(--warn);background:var(--warn-bg);border-radius:0 8px 8px 0}
ul{padding-left:1.25rem}
footer{padding-top:2.5rem;padding-bottom:3rem;color:var(--dim);font-size:.86rem}
nav.pages{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;justify-content:space-between;margin-top:2.5rem}
@media (max-width:40rem){th,td{padding:.5rem .65rem}.facts-table th,.facts-table td{display:block;width:auto;border-top:0;padding-bottom:0}.facts-table tr{display:block;border-top:1px solid var(--line);padding-bottom:.5rem}.facts-table tr:first-child{border-top:0}}
@media print{.chart svg{min-width:0}body{background:#fff;color:#000;font-size:10.5pt}header,main,footer{max-width:none;padding:0}.scroll{overflow:visible}pre{white-space:pre-wrap}nav.pages{display:none}.verdict,.facts>div,tr{break-inside:avoid}}
`;
var POLICY = `default-src 'none'; style-src 'sha256-${createHash2("sha256").update(STYLE).digest("base64")}'; img-src 'self'; base-uri 'none'; form-action 'none'`;

// node_modules/preact/jsx-runtime/dist/jsxRuntime.mjs
var f3 = /* @__PURE__ */ Symbol.for("pv");
var o3 = 0;
function a3(t2, e2, n2, u3, a4, i3) {
  e2 || (e2 = {});
  var c3, l3, p3 = e2;
  if ("ref" in p3 && "function" != typeof t2) for (l3 in p3 = {}, e2) "ref" == l3 ? c3 = e2[l3] : p3[l3] = e2[l3];
  var s3 = { type: t2, props: p3, key: n2, ref: c3, __k: null, __: null, __b: 0, __e: null, __c: null, constructor: f3, __v: --o3, __i: -1, __u: 0 };
  return (a4 || i3) && (s3.__source = a4, s3.__self = i3), n.vnode && n.vnode(s3), s3;
}

// src/site/pages/visible.tsx
var HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffc]/gu;
var HIDDEN_IN_LINES = /(?![\n\t])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\ufff9-\ufffc]/gu;
function nameOf(character) {
  const code = required(character.codePointAt(0), "a character");
  return `U+${code.toString(16).toUpperCase().padStart(4, "0")}`;
}
function visible(text) {
  return text.replace(HIDDEN, (character) => `[${nameOf(character)}]`);
}
function visibleLines(text) {
  return text.replaceAll("\r\n", "\n").replace(HIDDEN_IN_LINES, (character) => `[${nameOf(character)}]`);
}
function Text({
  of,
  lines = false
}) {
  const text = lines ? of.replaceAll("\r\n", "\n") : of;
  const parts = [];
  let end = 0;
  for (const match of text.matchAll(lines ? HIDDEN_IN_LINES : HIDDEN)) {
    parts.push(text.slice(end, match.index), /* @__PURE__ */ a3("span", { class: "hidden", children: nameOf(match[0]) }));
    end = match.index + match[0].length;
  }
  return /* @__PURE__ */ a3("bdi", { children: [
    parts,
    text.slice(end)
  ] });
}
function Link({
  to,
  children,
  title
}) {
  const url = to === void 0 ? null : URL.parse(to);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== "")
    return /* @__PURE__ */ a3($, { children });
  return /* @__PURE__ */ a3("a", { href: url.href, rel: "noreferrer", ...title === void 0 ? {} : { title }, children });
}
function Hash({ of }) {
  return /* @__PURE__ */ a3("code", { class: "hash", children: of });
}

// src/site/pages/layout.tsx
function renderPage(page) {
  return `<!doctype html>
${R(page)}
`;
}
function Page({ title, description, base, model, children }) {
  return /* @__PURE__ */ a3("html", { lang: "en", children: [
    /* @__PURE__ */ a3("head", { children: [
      /* @__PURE__ */ a3("meta", { charset: "utf-8" }),
      /* @__PURE__ */ a3("meta", { "http-equiv": "Content-Security-Policy", content: POLICY }),
      /* @__PURE__ */ a3("meta", { name: "viewport", content: "width=device-width, initial-scale=1" }),
      /* @__PURE__ */ a3("meta", { name: "referrer", content: "no-referrer" }),
      /* @__PURE__ */ a3("meta", { name: "description", content: visible(description) }),
      /* @__PURE__ */ a3("meta", { name: "generator", content: `rpm-source-mirror ${VERSION}` }),
      /* @__PURE__ */ a3("title", { children: visible(title) }),
      /* @__PURE__ */ a3("link", { rel: "icon", href: `${base}badge.svg`, type: "image/svg+xml" }),
      /* @__PURE__ */ a3(
        "link",
        {
          rel: "alternate",
          type: "application/atom+xml",
          href: `${base}feed.atom`,
          title: "Releases"
        }
      ),
      /* @__PURE__ */ a3(
        "link",
        {
          rel: "alternate",
          type: "application/feed+json",
          href: `${base}feed.json`,
          title: "Releases"
        }
      ),
      /* @__PURE__ */ a3("style", { dangerouslySetInnerHTML: { __html: STYLE } })
    ] }),
    /* @__PURE__ */ a3("body", { children: [
      children,
      /* @__PURE__ */ a3("footer", { children: [
        /* @__PURE__ */ a3("p", { children: [
          "Made by ",
          /* @__PURE__ */ a3(Link, { to: PROJECT_URL, children: "rpm-source-mirror" }),
          " ",
          VERSION,
          " from what it verified on ",
          formatTime(model.now),
          ". This page is a report, not the proof: that lies in the mirror, and anybody can check it with the commands on each release's page."
        ] }),
        /* @__PURE__ */ a3("p", { children: [
          /* @__PURE__ */ a3("a", { href: `${base}feed.atom`, children: "Atom" }),
          ", ",
          /* @__PURE__ */ a3("a", { href: `${base}feed.json`, children: "JSON feed" }),
          ",",
          " ",
          /* @__PURE__ */ a3("a", { href: `${base}status.json`, children: "status" }),
          ", ",
          /* @__PURE__ */ a3("a", { href: `${base}badge.svg`, children: "badge" }),
          ",",
          " ",
          /* @__PURE__ */ a3("a", { href: `${base}badge.json`, children: "badge data" })
        ] })
      ] })
    ] })
  ] });
}
var WORDS = {
  proved: "proved",
  failed: "not good",
  unproved: "not proved"
};
function Pill({ proof }) {
  return /* @__PURE__ */ a3("span", { class: `pill ${proof}`, children: WORDS[proof] });
}
function Sign({ proof }) {
  const path = {
    proved: "M7 12.5l3.5 3.5L17 8.5",
    failed: "M8 8l8 8M16 8l-8 8",
    unproved: "M12 7v6M12 16.5v.5"
  }[proof];
  return /* @__PURE__ */ a3(
    "svg",
    {
      width: "28",
      height: "28",
      viewBox: "0 0 24 24",
      fill: "none",
      stroke: "currentColor",
      "stroke-width": "2",
      "stroke-linecap": "round",
      "stroke-linejoin": "round",
      "aria-hidden": "true",
      children: [
        /* @__PURE__ */ a3("circle", { cx: "12", cy: "12", r: "10" }),
        /* @__PURE__ */ a3("path", { d: path })
      ]
    }
  );
}
function formatTime(seconds) {
  return `${new Date(seconds * 1e3).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
function day(date) {
  return date === void 0 ? "" : date.slice(0, 10);
}
function countedLong(n2, noun) {
  return counted(n2, noun, n2.toLocaleString("en"));
}
function formatBytes(bytes) {
  if (bytes < 1024) return counted(bytes, "byte");
  for (const [unit, size] of [
    ["KiB", 1024],
    ["MiB", 1024 ** 2]
  ])
    if (bytes < size * 1024) return `${(bytes / size).toFixed(1)} ${unit}`;
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
function formatNumber(n2) {
  return n2.toLocaleString("en");
}
function fingerprint(text) {
  return text.replace(/(.{4})(?=.)/g, "$1 ");
}

// src/site/pages/badge.tsx
var LABEL = "source mirror";
var COLOURS = {
  proved: ["brightgreen", "#2c7a3f"],
  failed: ["red", "#b3261e"],
  unproved: ["yellow", "#8a6100"]
};
function badgeMessage({ proof, releases, findings, newest }) {
  if (proof === "failed")
    return findings.length > 0 ? countedLong(findings.length, "finding") : "not good";
  const proved = releases.filter((release) => release.proof === "proved").length;
  if (proof === "unproved") return `${proved} of ${releases.length} proved`;
  return visible(`${newest?.version ?? ""} proved`).slice(0, 60);
}
function badgeJson(model) {
  return `${JSON.stringify({ schemaVersion: 1, label: LABEL, message: badgeMessage(model), color: COLOURS[model.proof][0] }, null, 2)}
`;
}
function badgeSvg(model) {
  const message = badgeMessage(model);
  const width = (text) => Math.round(text.length * 6.6) + 14;
  const [left, right] = [width(LABEL), width(message)];
  const words = [
    [LABEL, 0, left],
    [message, left, right]
  ];
  return `${R(
    /* @__PURE__ */ a3(
      "svg",
      {
        xmlns: "http://www.w3.org/2000/svg",
        width: left + right,
        height: "20",
        role: "img",
        "aria-label": `${LABEL}: ${message}`,
        children: [
          /* @__PURE__ */ a3("title", { children: `${LABEL}: ${message}` }),
          /* @__PURE__ */ a3("rect", { width: left + right, height: "20", rx: "3", fill: "#444c56" }),
          /* @__PURE__ */ a3("rect", { x: left, width: right, height: "20", rx: "3", fill: COLOURS[model.proof][1] }),
          /* @__PURE__ */ a3("rect", { x: left, width: "4", height: "20", fill: COLOURS[model.proof][1] }),
          /* @__PURE__ */ a3(
            "g",
            {
              fill: "#fff",
              "font-family": "Verdana,DejaVu Sans,sans-serif",
              "font-size": "11",
              "text-anchor": "middle",
              children: words.map(([text, x3, room]) => /* @__PURE__ */ a3("text", { x: x3 + room / 2, y: "14", textLength: room - 14, children: text }))
            }
          )
        ]
      }
    )
  )}
`;
}

// node_modules/feed/lib/feed.js
var convert$1 = __toESM(require_lib(), 1);
var convert = __toESM(require_lib(), 1);
var generator = "https://github.com/jpmonette/feed";
function escapeAmp(value) {
  return value.replace(/&/g, "&amp;");
}
function sanitize(text) {
  if (text === void 0) return void 0;
  return escapeAmp(text);
}
function sanitizeUrl(url) {
  if (url === void 0) return void 0;
  const parsed = new URL(url);
  return escapeAmp(parsed.toString());
}
var atom1_default = (ins) => {
  const { options } = ins;
  const base = {
    _declaration: { _attributes: {
      version: "1.0",
      encoding: "utf-8"
    } },
    _instruction: {},
    feed: {
      _attributes: { xmlns: "http://www.w3.org/2005/Atom" },
      id: options.id,
      title: options.title,
      updated: options.updated?.toISOString() ?? (/* @__PURE__ */ new Date()).toISOString(),
      ...options.generator === false ? {} : { generator: sanitize(options.generator ?? generator) }
    }
  };
  if (options.stylesheet) base._instruction = { "xml-stylesheet": { _attributes: {
    href: options.stylesheet,
    type: "text/xsl"
  } } };
  else delete base._instruction;
  if (options.author) base.feed.author = formatAuthor(options.author);
  base.feed.link = [];
  if (options.link) base.feed.link.push({ _attributes: {
    rel: "alternate",
    href: sanitizeUrl(options.link)
  } });
  const atomLink = options.feed ?? options.feedLinks?.atom;
  if (atomLink) base.feed.link.push({ _attributes: {
    rel: "self",
    href: sanitizeUrl(atomLink)
  } });
  if (options.hub) base.feed.link.push({ _attributes: {
    rel: "hub",
    href: sanitizeUrl(options.hub)
  } });
  if (options.description) base.feed.subtitle = options.description;
  if (options.image) base.feed.logo = options.image;
  if (options.favicon) base.feed.icon = options.favicon;
  if (options.copyright) base.feed.rights = options.copyright;
  base.feed.category = [];
  ins.categories.forEach((category) => {
    base.feed.category.push({ _attributes: { term: sanitize(category) } });
  });
  base.feed.contributor = [];
  ins.contributors.forEach((contributor) => {
    base.feed.contributor.push(formatAuthor(contributor));
  });
  base.feed.entry = [];
  ins.items.forEach((item) => {
    const entry = {
      title: {
        _attributes: { type: "html" },
        _cdata: item.title
      },
      id: sanitizeUrl(item.id ?? item.link),
      link: [{ _attributes: { href: sanitizeUrl(item.link) } }],
      updated: item.date.toISOString()
    };
    if (item.description) entry.summary = {
      _attributes: { type: "html" },
      _cdata: item.description
    };
    if (item.content) entry.content = {
      _attributes: { type: "html" },
      _cdata: item.content
    };
    if (Array.isArray(item.author)) {
      entry.author = [];
      item.author.forEach((author) => {
        entry.author.push(formatAuthor(author));
      });
    }
    if (Array.isArray(item.category)) {
      entry.category = [];
      item.category.forEach((category) => {
        entry.category.push(formatCategory$1(category));
      });
    }
    if (item.enclosure) entry.link.push(formatEnclosure$1(item.enclosure));
    if (item.image) entry.link.push(formatEnclosure$1(item.image, "image"));
    if (item.audio) entry.link.push(formatEnclosure$1(item.audio, "audio"));
    if (item.video) entry.link.push(formatEnclosure$1(item.video, "video"));
    if (item.contributor && Array.isArray(item.contributor)) {
      entry.contributor = [];
      item.contributor.forEach((contributor) => {
        entry.contributor.push(formatAuthor(contributor));
      });
    }
    if (item.published) entry.published = item.published.toISOString();
    if (item.copyright) entry.rights = item.copyright;
    base.feed.entry.push(entry);
  });
  return convert$1.js2xml(base, {
    compact: true,
    ignoreComment: true,
    spaces: 4
  });
};
var formatAuthor = (author) => {
  const { name, email, link } = author;
  const out = { name };
  if (email) out.email = email;
  if (link) out.uri = sanitizeUrl(link);
  return out;
};
var formatEnclosure$1 = (enclosure, mimeCategory = "image") => {
  if (typeof enclosure === "string") {
    const sanitizedUrl$1 = sanitizeUrl(enclosure);
    const type$1 = new URL(sanitizedUrl$1).pathname.split(".").slice(-1)[0];
    return { _attributes: {
      rel: "enclosure",
      href: sanitizedUrl$1,
      type: `${mimeCategory}/${type$1}`
    } };
  }
  const sanitizedUrl = sanitizeUrl(enclosure.url);
  const type = new URL(sanitizedUrl).pathname.split(".").slice(-1)[0];
  return { _attributes: {
    rel: "enclosure",
    href: sanitizedUrl,
    title: enclosure.title,
    type: `${mimeCategory}/${type}`,
    length: enclosure.length
  } };
};
var formatCategory$1 = (category) => {
  const { name, scheme, term } = category;
  return { _attributes: {
    label: sanitize(name),
    scheme: sanitizeUrl(scheme),
    term: sanitize(term)
  } };
};
var json_default = (ins) => {
  const { options, items, extensions } = ins;
  const feed = {
    version: "https://jsonfeed.org/version/1",
    title: options.title
  };
  if (options.link) feed.home_page_url = options.link;
  if (options.feedLinks?.json) feed.feed_url = options.feedLinks.json;
  if (options.description) feed.description = options.description;
  if (options.image) feed.icon = options.image;
  if (options.author) {
    feed.author = {};
    if (options.author.name) feed.author.name = options.author.name;
    if (options.author.link) feed.author.url = options.author.link;
    if (options.author.avatar) feed.author.avatar = options.author.avatar;
  }
  extensions.forEach((e2) => {
    feed[e2.name] = e2.objects;
  });
  feed.items = items.map((item) => {
    const feedItem = {
      id: item.id,
      content_html: item.content ?? item.description
    };
    if (item.link) feedItem.url = item.link;
    if (item.title) feedItem.title = item.title;
    if (item.description && item.content) feedItem.summary = item.description;
    if (item.image) feedItem.image = typeof item.image === "string" ? item.image : item.image.url;
    if (item.date) feedItem.date_modified = item.date.toISOString();
    if (item.published) feedItem.date_published = item.published.toISOString();
    if (item.author) {
      const author = Array.isArray(item.author) ? item.author[0] : item.author;
      feedItem.author = {};
      if (author.name) feedItem.author.name = author.name;
      if (author.link) feedItem.author.url = author.link;
      if (author.avatar) feedItem.author.avatar = author.avatar;
    }
    if (Array.isArray(item.category)) {
      feedItem.tags = [];
      item.category.forEach((category) => {
        if (category.name) feedItem.tags.push(category.name);
      });
    }
    if (item.extensions) item.extensions.forEach((e2) => {
      feedItem[e2.name] = e2.objects;
    });
    return feedItem;
  });
  return JSON.stringify(feed, null, 4);
};
var rss2_default = (ins) => {
  const { options, extensions } = ins;
  let needsAtomNamespace = false;
  let needsContentNamespace = false;
  const base = {
    _declaration: { _attributes: {
      version: "1.0",
      encoding: "utf-8"
    } },
    _instruction: {},
    rss: {
      _attributes: { version: "2.0" },
      channel: {
        title: { _text: options.title },
        link: { _text: sanitizeUrl(options.link) },
        description: { _text: options.description ?? "" },
        lastBuildDate: { _text: options.updated ? options.updated.toUTCString() : (/* @__PURE__ */ new Date()).toUTCString() },
        docs: { _text: options.docs ?? "https://validator.w3.org/feed/docs/rss2.html" },
        ...options.generator === false ? {} : { generator: { _text: options.generator ?? generator } }
      }
    }
  };
  if (options.stylesheet) base._instruction = { "xml-stylesheet": { _attributes: {
    href: options.stylesheet,
    type: "text/xsl"
  } } };
  else delete base._instruction;
  if (options.language) base.rss.channel.language = { _text: options.language };
  if (options.ttl) base.rss.channel.ttl = { _text: options.ttl };
  if (options.image) base.rss.channel.image = {
    title: { _text: options.title },
    url: { _text: options.image },
    link: { _text: sanitizeUrl(options.link) }
  };
  if (options.copyright) base.rss.channel.copyright = { _text: options.copyright };
  ins.categories.forEach((category) => {
    if (!base.rss.channel.category) base.rss.channel.category = [];
    base.rss.channel.category.push({ _text: category });
  });
  const atomLink = options.feed ?? options.feedLinks?.rss;
  if (atomLink) {
    needsAtomNamespace = true;
    if (!base.rss.channel["atom:link"]) base.rss.channel["atom:link"] = [];
    base.rss.channel["atom:link"].push({ _attributes: {
      href: sanitizeUrl(atomLink),
      rel: "self",
      type: "application/rss+xml"
    } });
  }
  if (options.hub) {
    needsAtomNamespace = true;
    if (!base.rss.channel["atom:link"]) base.rss.channel["atom:link"] = [];
    base.rss.channel["atom:link"].push({ _attributes: {
      href: sanitizeUrl(options.hub),
      rel: "hub"
    } });
  }
  base.rss.channel.item = [];
  ins.items.forEach((entry) => {
    const item = {};
    if (entry.title) item.title = { _cdata: entry.title };
    if (entry.link) item.link = { _text: sanitizeUrl(entry.link) };
    if (entry.guid) item.guid = {
      _text: entry.guid,
      _attributes: { isPermaLink: false }
    };
    else if (entry.id) item.guid = {
      _text: entry.id,
      _attributes: { isPermaLink: false }
    };
    else if (entry.link) item.guid = {
      _text: sanitizeUrl(entry.link),
      _attributes: { isPermaLink: true }
    };
    if (entry.date) item.pubDate = { _text: entry.date.toUTCString() };
    if (entry.published) item.pubDate = { _text: entry.published.toUTCString() };
    if (entry.description) item.description = { _cdata: entry.description };
    if (entry.content) {
      needsContentNamespace = true;
      item["content:encoded"] = { _cdata: entry.content };
    }
    if (Array.isArray(entry.author)) {
      item.author = [];
      entry.author.forEach((author) => {
        if (author.email && author.name) item.author.push({ _text: `${author.email} (${author.name})` });
        else if (author.name) item.author.push({ _text: author.name });
      });
    }
    if (Array.isArray(entry.category)) {
      item.category = [];
      entry.category.forEach((category) => {
        item.category.push(formatCategory(category));
      });
    }
    if (entry.enclosure) item.enclosure = formatEnclosure(entry.enclosure);
    if (entry.image) item.enclosure = formatEnclosure(entry.image, "image");
    if (entry.audio) {
      const duration = options.podcast && typeof entry.audio !== "string" && entry.audio.duration ? entry.audio.duration : void 0;
      if (duration) entry.audio.duration = void 0;
      item.enclosure = formatEnclosure(entry.audio, "audio");
      if (duration) item["itunes:duration"] = formatDuration(duration);
    }
    if (entry.video) item.enclosure = formatEnclosure(entry.video, "video");
    if (entry.extensions) entry.extensions.forEach((extension) => {
      item[extension.name] = extension.objects;
    });
    base.rss.channel.item.push(item);
  });
  if (needsContentNamespace) {
    base.rss._attributes["xmlns:dc"] = "http://purl.org/dc/elements/1.1/";
    base.rss._attributes["xmlns:content"] = "http://purl.org/rss/1.0/modules/content/";
  }
  if (extensions) extensions.forEach((e2) => {
    base.rss.channel[e2.name] = e2.objects;
  });
  if (needsAtomNamespace) base.rss._attributes["xmlns:atom"] = "http://www.w3.org/2005/Atom";
  if (options.podcast) {
    base.rss._attributes["xmlns:googleplay"] = "http://www.google.com/schemas/play-podcasts/1.0";
    base.rss._attributes["xmlns:itunes"] = "http://www.itunes.com/dtds/podcast-1.0.dtd";
    if (options.category) {
      base.rss.channel["googleplay:category"] = options.category;
      base.rss.channel["itunes:category"] = options.category;
    }
    if (options.author?.email) {
      base.rss.channel["googleplay:owner"] = options.author.email;
      base.rss.channel["itunes:owner"] = { "itunes:email": options.author.email };
    }
    if (options.author?.name) {
      base.rss.channel["googleplay:author"] = options.author.name;
      base.rss.channel["itunes:author"] = options.author.name;
    }
    if (options.image) base.rss.channel["googleplay:image"] = { _attributes: { href: sanitizeUrl(options.image) } };
  }
  return convert.js2xml(base, {
    compact: true,
    ignoreComment: true,
    spaces: 4
  });
};
var formatEnclosure = (enclosure, mimeCategory = "image") => {
  if (typeof enclosure === "string") {
    const sanitizedUrl$1 = sanitizeUrl(enclosure);
    const type$1 = new URL(sanitizedUrl$1).pathname.split(".").slice(-1)[0];
    return { _attributes: {
      url: sanitizedUrl$1,
      length: 0,
      type: `${mimeCategory}/${type$1}`
    } };
  }
  const sanitizedUrl = sanitizeUrl(enclosure.url);
  const type = new URL(sanitizedUrl).pathname.split(".").slice(-1)[0];
  return { _attributes: {
    length: 0,
    type: `${mimeCategory}/${type}`,
    ...enclosure,
    url: sanitizedUrl
  } };
};
var formatCategory = (category) => {
  const { name, domain } = category;
  return {
    _text: name,
    _attributes: { domain }
  };
};
var formatDuration = (duration) => {
  const seconds = duration % 60;
  const totalMinutes = Math.floor(duration / 60);
  const minutes = totalMinutes % 60;
  const hours = Math.floor(totalMinutes / 60);
  const notHours = `${String(minutes).padStart(2, "0")}:${String(seconds).padStart(2, "0")}`;
  return hours > 0 ? `${hours}:${notHours}` : notHours;
};
var Feed = class {
  items = [];
  categories = [];
  contributors = [];
  extensions = [];
  constructor(options) {
    this.options = options;
  }
  addItem(item) {
    this.items.push(item);
  }
  addCategory(category) {
    this.categories.push(category);
  }
  addContributor(contributor) {
    this.contributors.push(contributor);
  }
  addExtension(extension) {
    this.extensions.push(extension);
  }
  atom1() {
    return atom1_default(this);
  }
  rss2() {
    return rss2_default(this);
  }
  json1() {
    return json_default(this);
  }
};

// src/site/pages/feeds.tsx
var MOST_ITEMS = 100;
function renderFeeds(model) {
  const releases = model.releases.filter(({ proof }) => proof === "proved").slice(0, MOST_ITEMS);
  return {
    // Titles of Atom entries are HTML, those of a JSON feed are text.
    atom: feedOf(model, releases, escapeHtml).atom1(),
    json: `${feedOf(model, releases, (text) => text).json1()}
`
  };
}
function feedOf(model, releases, titled) {
  const home = model.url ?? model.links.home;
  const feed = new Feed({
    title: visible(model.title),
    description: visible(
      `Releases of ${model.packages.join(", ")}, each proved by the signature of its package`
    ),
    id: home ?? `urn:rpm-source-mirror:${encodeURIComponent(model.packages.join(",").toWellFormed()) || "mirror"}`,
    ...home === void 0 ? {} : { link: home },
    copyright: "",
    generator: "rpm-source-mirror",
    updated: new Date(
      Math.max(0, ...releases.map(({ date }) => date === void 0 ? 0 : Date.parse(date)))
    ),
    author: { name: "rpm-source-mirror" },
    feedLinks: model.url === void 0 ? {} : { json: `${model.url}feed.json`, atom: `${model.url}feed.atom` }
  });
  for (const release of releases) {
    const { date, version } = release;
    feed.addItem({
      ...addressOf(release, model),
      title: titled(visible(`${model.title} ${version}`)),
      date: new Date(date ?? 0),
      description: titled(visible(summaryOf(release))),
      content: bracketless(R(/* @__PURE__ */ a3(Digests, { release })))
    });
  }
  return feed;
}
function addressOf({ row, tag, folder }, { url, links }) {
  const id = `urn:rpm-source-mirror:${row.package?.contentSha256 || row.commit || ""}`;
  const page = `releases/${encodeURIComponent(folder)}/`;
  return { id, link: url === void 0 ? links.tag(tag) ?? id : url + page };
}
function summaryOf({ row, source, facts }) {
  const changed = source?.since === void 0 ? "" : ` +${source.counts.added} ~${source.counts.modified} −${source.counts.deleted} files since ${source.since}.`;
  const scripts = (facts?.scriptChanges ?? []).filter(({ isVersionOnly }) => !isVersionOnly);
  return `${row.nevra}.${changed}${scripts.length === 0 ? "" : ` ${countedLong(scripts.length, "install script")} changed: ${scripts.map(({ name }) => name).join(", ")}.`}`;
}
function Digests({
  release: { row, sourceTree, notes }
}) {
  const pkg = row.package;
  const rows = [
    ["Package", pkg?.file],
    ["SHA-256", pkg?.sha256],
    ["Content-Sha256", pkg?.contentSha256],
    ["Signed by", pkg?.signature.fingerprint],
    ["Signed", pkg?.signature.created],
    ["Tag", row.tag],
    ["Commit", row.commit],
    ["Source tree", sourceTree]
  ];
  return /* @__PURE__ */ a3($, { children: [
    /* @__PURE__ */ a3("table", { children: rows.map(
      ([name, value = ""]) => value === "" ? null : /* @__PURE__ */ a3("tr", { children: [
        /* @__PURE__ */ a3("th", { children: name }),
        /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3("code", { children: visible(value) }) })
      ] })
    ) }),
    notes === void 0 ? null : /* @__PURE__ */ a3("pre", { children: visibleLines(notes) })
  ] });
}
function escapeHtml(text) {
  return bracketless(R(/* @__PURE__ */ a3($, { children: text })));
}
function bracketless(html) {
  return html.replaceAll("]]>", "]]&gt;");
}

// src/site/pages/findings.tsx
var MOST_FINDINGS = 200;
function FindingTable({
  findings,
  hasTag = false
}) {
  const rest = findings.length - MOST_FINDINGS;
  return /* @__PURE__ */ a3($, { children: [
    /* @__PURE__ */ a3("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Findings", children: /* @__PURE__ */ a3("table", { children: [
      /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: [
        hasTag ? /* @__PURE__ */ a3("th", { scope: "col", children: "Tag" }) : null,
        /* @__PURE__ */ a3("th", { scope: "col", children: "Kind" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Path" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Expected" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Found" })
      ] }) }),
      /* @__PURE__ */ a3("tbody", { children: findings.slice(0, MOST_FINDINGS).map((finding) => /* @__PURE__ */ a3("tr", { children: [
        hasTag ? /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3(Text, { of: shortRef(finding.ref) }) }) : null,
        /* @__PURE__ */ a3("td", { children: finding.kind }),
        /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3(Text, { of: finding.path }) }),
        /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3(Text, { of: finding.expected }) }),
        /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3(Text, { of: finding.actual }) })
      ] })) })
    ] }) }),
    rest > 0 ? /* @__PURE__ */ a3("p", { class: "small", children: [
      "… and ",
      rest,
      " more: run ",
      /* @__PURE__ */ a3("code", { children: "rpm-source-mirror verify" }),
      "."
    ] }) : null
  ] });
}

// src/site/pages/release-table.tsx
function hasHost({ links }) {
  return links.tag("x") !== void 0;
}
function Releases({ model }) {
  const { releases } = model;
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { id: "releases", children: "Releases" }),
    /* @__PURE__ */ a3("div", { class: "scroll", tabIndex: 0, role: "region", "aria-labelledby": "releases", children: /* @__PURE__ */ a3("table", { class: "releases", children: [
      /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: [
        /* @__PURE__ */ a3("th", { scope: "col", children: "Version" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Signed" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Proof" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Files" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Lines" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Particular" }),
        hasHost(model) ? /* @__PURE__ */ a3("th", { scope: "col", children: "At the host" }) : null
      ] }) }),
      /* @__PURE__ */ a3("tbody", { children: releases.map((release, at) => /* @__PURE__ */ a3(Row, { release, before: releases[at + 1], model })) })
    ] }) })
  ] });
}
function Row({
  release,
  before,
  model: { links, archive }
}) {
  const { source, facts, row, tag } = release;
  const hosted = [
    ["tag", links.tag(tag)],
    ["commit", row.commit === void 0 ? void 0 : links.commit(row.commit)],
    ["compare", before === void 0 ? void 0 : links.compare(before.tag, tag)],
    [
      "package",
      facts === void 0 ? void 0 : links.raw(tag, facts.archivePath.startsWith(archive) ? facts.archivePath : "")
    ]
  ];
  return /* @__PURE__ */ a3("tr", { children: [
    /* @__PURE__ */ a3("th", { scope: "row", children: /* @__PURE__ */ a3("a", { href: `releases/${encodeURIComponent(release.folder)}/`, children: /* @__PURE__ */ a3(Text, { of: release.version }) }) }),
    /* @__PURE__ */ a3("td", { children: day(release.date) }),
    /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3(Pill, { proof: release.proof }) }),
    /* @__PURE__ */ a3("td", { children: source === void 0 ? "" : changedFiles(release) }),
    /* @__PURE__ */ a3("td", { children: source?.since === void 0 ? "" : /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("span", { class: "add", children: [
        "+",
        source.lines.added.toLocaleString("en")
      ] }),
      " ",
      /* @__PURE__ */ a3("span", { class: "del", children: [
        "−",
        source.lines.deleted.toLocaleString("en")
      ] })
    ] }) }),
    /* @__PURE__ */ a3("td", { children: [...scriptsChanged(release) ? ["install scripts"] : [], ...release.marks].map((mark) => /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("span", { class: "pill", children: /* @__PURE__ */ a3(Text, { of: mark }) }),
      " "
    ] })) }),
    links.tag(tag) === void 0 ? null : /* @__PURE__ */ a3("td", { children: hosted.filter(([, url]) => url !== void 0).map(([name, url], at) => /* @__PURE__ */ a3($, { children: [
      at > 0 ? " " : "",
      /* @__PURE__ */ a3(Link, { to: url, title: `${name} ${tag}`, children: name })
    ] })) })
  ] });
}
function scriptsChanged({ facts }) {
  return (facts?.scriptChanges ?? []).some(({ isVersionOnly }) => !isVersionOnly);
}
function changedFiles({ source }) {
  if (source === void 0) return "";
  if (source.since === void 0) return `${source.files} files`;
  const { added, modified, deleted } = source.counts;
  return `+${added} ~${modified} −${deleted}`;
}

// src/site/pages/timeline.tsx
var [WIDTH, HEIGHT] = [1e3, 230];
var [LEFT, RIGHT, TOP, MIDDLE, BOTTOM] = [62, 12, 14, 120, 208];
var MOST_DOTS = 120;
function Timeline({
  releases
}) {
  const shown = releases.flatMap(
    ({ source, version, date }) => source === void 0 ? [] : [{ source, version, date }]
  ).toReversed();
  const [first, last] = [shown[0], shown.slice(1).at(-1)];
  if (first === void 0 || last === void 0) return null;
  const sizes = shown.map(({ source }) => source.bytes);
  const most = Math.max(1, ...sizes);
  const churn = Math.max(
    1,
    ...shown.map(({ source }) => Math.max(source.lines.added, source.lines.deleted))
  );
  const step = (WIDTH - LEFT - RIGHT) / shown.length;
  const x3 = (at) => round(LEFT + step * (at + 0.5));
  const y3 = (bytes) => round(MIDDLE - 10 - bytes / most * (MIDDLE - 10 - TOP));
  const line = sizes.map((bytes, at) => `${x3(at)},${y3(bytes)}`).join(" ");
  const bar = round(Math.max(0.6, Math.min(22, step * 0.6)));
  return /* @__PURE__ */ a3("figure", { class: "scroll chart", tabIndex: 0, "aria-label": "Size and changes of the source", children: [
    /* @__PURE__ */ a3("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-labelledby": "chart-title", children: [
      /* @__PURE__ */ a3("title", { id: "chart-title", children: visible(
        `From ${first.version} to ${last.version} the source grew from ${formatBytes(first.source.bytes)} to ${formatBytes(last.source.bytes)}; the largest change touched ${countedLong(churn, "line")}.`
      ) }),
      /* @__PURE__ */ a3(Axes, { most, churn }),
      /* @__PURE__ */ a3(
        "polygon",
        {
          class: "area",
          points: `${x3(0)},${MIDDLE - 10} ${line} ${x3(shown.length - 1)},${MIDDLE - 10}`
        }
      ),
      /* @__PURE__ */ a3("polyline", { class: "size", points: line }),
      shown.map((release, at) => /* @__PURE__ */ a3("g", { children: [
        shown.length <= MOST_DOTS ? /* @__PURE__ */ a3(Dot, { release, cx: x3(at), cy: y3(release.source.bytes) }) : null,
        /* @__PURE__ */ a3(
          Bars,
          {
            lines: release.source.lines,
            left: round(x3(at) - bar / 2),
            width: bar,
            most: churn
          }
        )
      ] })),
      /* @__PURE__ */ a3("text", { x: LEFT, y: HEIGHT - 6, children: visible(`${first.version} ${day(first.date)}`) }),
      /* @__PURE__ */ a3("text", { x: WIDTH - RIGHT, y: HEIGHT - 6, "text-anchor": "end", children: visible(`${last.version} ${day(last.date)}`) })
    ] }),
    /* @__PURE__ */ a3(Key, {})
  ] });
}
var HALF = (BOTTOM - MIDDLE) / 2;
var AXIS = round(MIDDLE + HALF);
function Axes({ most, churn }) {
  return /* @__PURE__ */ a3($, { children: [
    /* @__PURE__ */ a3("line", { class: "axis", x1: LEFT, y1: MIDDLE - 10, x2: WIDTH - RIGHT, y2: MIDDLE - 10 }),
    /* @__PURE__ */ a3("line", { class: "axis", x1: LEFT, y1: AXIS, x2: WIDTH - RIGHT, y2: AXIS }),
    /* @__PURE__ */ a3("text", { x: LEFT - 8, y: TOP + 8, "text-anchor": "end", children: formatBytes(most) }),
    /* @__PURE__ */ a3("text", { x: LEFT - 8, y: MIDDLE - 8, "text-anchor": "end", children: "0" }),
    /* @__PURE__ */ a3("text", { x: LEFT - 8, y: MIDDLE + 10, "text-anchor": "end", children: [
      "+",
      formatNumber(churn)
    ] }),
    /* @__PURE__ */ a3("text", { x: LEFT - 8, y: BOTTOM, "text-anchor": "end", children: [
      "−",
      formatNumber(churn)
    ] })
  ] });
}
function Dot({
  release: { version, date, source },
  cx,
  cy
}) {
  const { added, deleted } = source.lines;
  return /* @__PURE__ */ a3($, { children: [
    /* @__PURE__ */ a3("title", { children: visible(
      `${version}, ${day(date)}: ${formatBytes(source.bytes)}, +${added} −${deleted} lines`
    ) }),
    /* @__PURE__ */ a3("circle", { class: "dot", cx, cy, r: "3" })
  ] });
}
function Bars({
  lines: { added, deleted },
  left,
  width,
  most
}) {
  const height = (lines) => lines / most * (HALF - 2);
  const [up, down] = [height(added), height(deleted)];
  return /* @__PURE__ */ a3($, { children: [
    up > 0 ? /* @__PURE__ */ a3("rect", { class: "plus", x: left, y: round(AXIS - up), width, height: round(up) }) : null,
    down > 0 ? /* @__PURE__ */ a3("rect", { class: "minus", x: left, y: AXIS, width, height: round(down) }) : null
  ] });
}
function Key() {
  return /* @__PURE__ */ a3("figcaption", { class: "key", children: [
    /* @__PURE__ */ a3("span", { children: [
      /* @__PURE__ */ a3("i", { class: "k-size" }),
      "size of the source"
    ] }),
    /* @__PURE__ */ a3("span", { children: [
      /* @__PURE__ */ a3("i", { class: "k-plus" }),
      "lines added"
    ] }),
    /* @__PURE__ */ a3("span", { children: [
      /* @__PURE__ */ a3("i", { class: "k-minus" }),
      "lines deleted"
    ] })
  ] });
}
function Bar({
  added,
  deleted,
  most
}) {
  const scale = (n2) => round(n2 / Math.max(1, most) * 120);
  const width = scale(added);
  return /* @__PURE__ */ a3("svg", { class: "bar", width: "120", height: "10", viewBox: "0 0 120 10", "aria-hidden": "true", children: [
    /* @__PURE__ */ a3("rect", { class: "plus", x: "0", y: "1", width, height: "8" }),
    /* @__PURE__ */ a3("rect", { class: "minus", x: width, y: "1", width: scale(deleted), height: "8" })
  ] });
}
function round(n2) {
  return Math.round(n2 * 10) / 10;
}

// src/site/pages/overview.tsx
function Overview({ model }) {
  const { title, packages, upstream, links } = model;
  return /* @__PURE__ */ a3(
    Page,
    {
      title: `${title}: source mirror`,
      description: `Releases of ${packages.join(", ")} with the proof of where their source comes from`,
      base: "",
      model,
      children: [
        /* @__PURE__ */ a3("header", { children: [
          /* @__PURE__ */ a3("h1", { children: /* @__PURE__ */ a3(Text, { of: title }) }),
          /* @__PURE__ */ a3("p", { class: "lead", children: [
            "The source of",
            " ",
            packages.map((name, at) => /* @__PURE__ */ a3($, { children: [
              at > 0 ? ", " : "",
              /* @__PURE__ */ a3("code", { children: /* @__PURE__ */ a3(Text, { of: name }) })
            ] })),
            " ",
            "as its publisher packaged it",
            upstream === void 0 ? null : /* @__PURE__ */ a3($, { children: [
              " ",
              "in",
              " ",
              /* @__PURE__ */ a3(Link, { to: upstream, children: /* @__PURE__ */ a3(Text, { of: upstream }) })
            ] }),
            ", one commit and one tag a release",
            links.home === void 0 ? null : /* @__PURE__ */ a3($, { children: [
              ": ",
              /* @__PURE__ */ a3(Link, { to: links.home, children: links.home })
            ] }),
            "."
          ] })
        ] }),
        /* @__PURE__ */ a3("main", { children: [
          /* @__PURE__ */ a3(Verdict, { model }),
          /* @__PURE__ */ a3(Facts, { model }),
          /* @__PURE__ */ a3(Findings, { findings: model.findings }),
          /* @__PURE__ */ a3(Timeline, { releases: model.releases }),
          /* @__PURE__ */ a3(Releases, { model }),
          /* @__PURE__ */ a3(Remarks, { model }),
          /* @__PURE__ */ a3(Feeds, { model })
        ] })
      ]
    }
  );
}
var VERDICTS = {
  proved: "Every release is proved",
  failed: "Something in this mirror is not what its packages say",
  unproved: "Not every release could be proved"
};
function Verdict({ model }) {
  const { proof, releases, commit, links, now, findings, isPinned, accepted } = model;
  const count = (of) => releases.filter((release) => release.proof === of).length;
  return /* @__PURE__ */ a3("section", { class: `verdict ${proof}`, "aria-label": "State of proof", children: [
    /* @__PURE__ */ a3(Sign, { proof }),
    /* @__PURE__ */ a3("div", { children: [
      /* @__PURE__ */ a3("strong", { children: VERDICTS[proof] }),
      /* @__PURE__ */ a3("p", { children: [
        count("proved"),
        " of ",
        countedLong(releases.length, "release"),
        " proved",
        findings.length > 0 ? `, ${countedLong(findings.length, "finding")}` : "",
        accepted > 0 ? `, ${countedLong(accepted, "finding")} accepted` : "",
        "; verified on",
        " ",
        formatTime(now),
        ", commit",
        " ",
        /* @__PURE__ */ a3(Link, { to: links.commit(commit), children: /* @__PURE__ */ a3("code", { children: commit.slice(0, 12) }) }),
        "."
      ] }),
      isPinned ? null : /* @__PURE__ */ a3("p", { children: "The signing key was not pinned: it is the one that the mirror itself names. Compare its fingerprint with one from elsewhere." }),
      model.errors.map((error) => /* @__PURE__ */ a3("p", { children: /* @__PURE__ */ a3(Text, { of: error }) }))
    ] })
  ] });
}
function Facts({ model }) {
  const { newest, keys, index, now } = model;
  return /* @__PURE__ */ a3("dl", { class: "facts", children: [
    newest === void 0 ? null : /* @__PURE__ */ a3("div", { children: [
      /* @__PURE__ */ a3("dt", { children: "Newest release" }),
      /* @__PURE__ */ a3("dd", { class: "big", children: /* @__PURE__ */ a3("a", { href: `releases/${encodeURIComponent(newest.folder)}/`, children: /* @__PURE__ */ a3(Text, { of: newest.version }) }) }),
      /* @__PURE__ */ a3("dd", { class: "small", children: newest.date === void 0 ? "no date" : `signed ${day(newest.date)}, ${age(newest.date, now)}` })
    ] }),
    keys.map((key) => /* @__PURE__ */ a3("div", { children: [
      /* @__PURE__ */ a3("dt", { children: "Signed by" }),
      /* @__PURE__ */ a3("dd", { children: /* @__PURE__ */ a3(Text, { of: key.userId }) }),
      /* @__PURE__ */ a3("dd", { class: "small", children: /* @__PURE__ */ a3(Hash, { of: fingerprint(key.fingerprint) }) }),
      /* @__PURE__ */ a3("dd", { class: "small", children: [
        "key of ",
        key.created.slice(0, 10),
        "; ",
        countedLong(key.releases, "release"),
        ",",
        " ",
        day(key.first),
        " to ",
        day(key.last)
      ] })
    ] })),
    index === void 0 ? null : /* @__PURE__ */ a3("div", { children: [
      /* @__PURE__ */ a3("dt", { children: "Index" }),
      /* @__PURE__ */ a3("dd", { class: "big", children: index.ageDays === void 0 ? "age unknown" : `${countedLong(index.ageDays, "day")} old` }),
      /* @__PURE__ */ a3("dd", { class: "small", children: [
        "revision ",
        /* @__PURE__ */ a3(Text, { of: index.revision || "none" }),
        ",",
        " ",
        index.isSigned ? "with a signature" : "not signed: packages are proved by their own signatures"
      ] })
    ] })
  ] });
}
function Findings({ findings }) {
  if (findings.length === 0) return null;
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { id: "findings", children: "Findings" }),
    /* @__PURE__ */ a3(FindingTable, { findings, hasTag: true })
  ] });
}
function Remarks({ model: { remarks } }) {
  if (remarks.length === 0) return null;
  return /* @__PURE__ */ a3("details", { children: [
    /* @__PURE__ */ a3("summary", { children: [
      "What this proof does not cover (",
      remarks.length,
      ")"
    ] }),
    /* @__PURE__ */ a3("ul", { children: remarks.slice(0, MOST_FINDINGS).map((remark) => /* @__PURE__ */ a3("li", { children: /* @__PURE__ */ a3(Text, { of: remark }) })) })
  ] });
}
function Feeds({ model: { url } }) {
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { children: "Follow it" }),
    /* @__PURE__ */ a3("p", { children: [
      /* @__PURE__ */ a3("a", { href: "feed.atom", children: "Atom" }),
      " and ",
      /* @__PURE__ */ a3("a", { href: "feed.json", children: "JSON" }),
      " feeds name each release with its digests, for packagers; ",
      /* @__PURE__ */ a3("a", { href: "status.json", children: "status.json" }),
      " is for monitors."
    ] }),
    url === void 0 ? null : /* @__PURE__ */ a3("pre", { tabIndex: 0, children: /* @__PURE__ */ a3("code", { children: `[![source mirror](${url}badge.svg)](${url})` }) })
  ] });
}
function age(date, now) {
  const days = Math.max(0, Math.floor((now - Date.parse(date) / 1e3) / 86400));
  return Number.isNaN(days) ? "" : days === 0 ? "today" : `${countedLong(days, "day")} ago`;
}

// src/site/pages/by-hand.ts
function quoted(text) {
  const plain = text.replace(new RegExp("\\p{C}", "gu"), "");
  return /^[\w./:@%+=,-]+$/.test(plain) && !plain.startsWith("-") ? plain : `'${plain.replaceAll("'", `'\\''`)}'`;
}
function handCommands({ links, archive, sourceDirectory }, { tag, facts, row, sourcePaths, isUnpacked }) {
  if (facts === void 0 || row.package === void 0) return "";
  const isWhole = !facts.isHeader;
  const [sourcePath] = sourcePaths;
  const isPlain = sourcePaths.length <= 1 && !isUnpacked;
  const clone = links.home === void 0 ? "# in a clone of the mirror" : `git clone ${quoted(links.home)} mirror && cd mirror`;
  const fingerprint2 = row.package.signature.fingerprint;
  return [
    clone,
    `tag=${quoted(tag)}`,
    "work=$(mktemp -d)",
    "",
    "# The vendor's key: compare the fingerprint with one from elsewhere.",
    'mkdir -m 700 "$work/gnupg"',
    `for file in $(git ls-tree --name-only "refs/tags/$tag" ${quoted(`${archive}/`)} | grep -v -E '[.](xml|json|sha256)'); do`,
    '  git show "refs/tags/$tag:$file" | gpg --homedir "$work/gnupg" --batch --quiet --import 2>/dev/null || true',
    "done",
    `gpg --homedir "$work/gnupg" --armor --export ${fingerprint2.replace(/[^0-9A-F]/g, "")} >"$work/key"`,
    'gpg --show-keys --with-fingerprint "$work/key"',
    "",
    ...isWhole ? wholeCommands(facts.archivePath, row.package.sha256) : headerCommands(facts.archivePath),
    ...isWhole && isPlain ? sourceCommands(sourceDirectory, sourcePath) : []
  ].join("\n");
}
function wholeCommands(path, sha256) {
  return [
    "# The package: as the index listed it, signed by that key, its digests good.",
    `git show "refs/tags/$tag":${quoted(path)} >"$work/package.rpm"`,
    `echo '${sha256.replace(/[^0-9a-f]/g, "")}  '"$work/package.rpm" | sha256sum --check`,
    'rpmkeys --dbpath "$work/db" --import "$work/key"',
    'rpmkeys --dbpath "$work/db" -Kv "$work/package.rpm"',
    ""
  ];
}
function headerCommands(path) {
  return [
    "# The signed header, which lists a digest of every file.",
    `git show "refs/tags/$tag":${quoted(path)} >"$work/package.rpm.header"`,
    "rpm-source-mirror verify --repository ."
  ];
}
function sourceCommands(directory, sourcePath) {
  return [
    "# The source: both lines are the same git tree id.",
    'mkdir "$work/payload"',
    '(cd "$work/payload" && rpm2cpio ../package.rpm | cpio -idm --quiet --no-absolute-filenames)',
    `(cd "$work"/payload/${sourcePath === void 0 ? "usr/src/*" : quoted(sourcePath)} && git init -q && echo '* -text -ident -filter -working-tree-encoding' >.git/info/attributes && git add -A -f && git write-tree)`,
    `git rev-parse "refs/tags/$tag":${quoted(directory)}`
  ];
}

// src/site/pages/changes.tsx
function Changes({ source }) {
  const { since, counts, lines, changes } = source;
  if (since === void 0)
    return /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("h2", { children: "Files" }),
      /* @__PURE__ */ a3("p", { children: [
        countedLong(source.files, "file"),
        ", ",
        formatBytes(source.bytes),
        ". It is the first release that is proved here."
      ] })
    ] });
  const most = Math.max(
    ...changes.map((change) => (change.lines?.added ?? 0) + (change.lines?.deleted ?? 0)),
    1
  );
  const total = counts.added + counts.modified + counts.deleted;
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { children: [
      "Files changed since ",
      /* @__PURE__ */ a3(Text, { of: since })
    ] }),
    /* @__PURE__ */ a3("p", { children: [
      `${formatNumber(counts.added)} added, ${formatNumber(counts.modified)} modified, ${formatNumber(counts.deleted)} deleted; `,
      /* @__PURE__ */ a3("span", { class: "add", children: [
        "+",
        formatNumber(lines.added)
      ] }),
      " ",
      /* @__PURE__ */ a3("span", { class: "del", children: [
        "−",
        formatNumber(lines.deleted)
      ] }),
      " lines"
    ] }),
    changes.length === 0 ? null : /* @__PURE__ */ a3("div", { class: "scroll", tabIndex: 0, role: "region", "aria-label": "Files changed", children: /* @__PURE__ */ a3("table", { children: [
      /* @__PURE__ */ a3("thead", { children: /* @__PURE__ */ a3("tr", { children: [
        /* @__PURE__ */ a3("th", { scope: "col", children: "File" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Change" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: "Lines" }),
        /* @__PURE__ */ a3("th", { scope: "col", children: /* @__PURE__ */ a3("span", { class: "small", children: "Share" }) })
      ] }) }),
      /* @__PURE__ */ a3("tbody", { children: changes.map((change) => /* @__PURE__ */ a3(ChangeRow, { change, most })) })
    ] }) }),
    total > changes.length ? /* @__PURE__ */ a3("p", { class: "small", children: [
      "… and ",
      formatNumber(total - changes.length),
      " more."
    ] }) : null
  ] });
}
function ChangeRow({
  change,
  most
}) {
  const { path, kind, lines, before, after } = change;
  return /* @__PURE__ */ a3("tr", { children: [
    /* @__PURE__ */ a3("td", { children: /* @__PURE__ */ a3("code", { children: /* @__PURE__ */ a3(Text, { of: path }) }) }),
    /* @__PURE__ */ a3("td", { class: "nowrap", children: kind }),
    /* @__PURE__ */ a3("td", { class: "nowrap", children: lines === void 0 ? `${formatBytes(before)} → ${formatBytes(after)}` : /* @__PURE__ */ a3($, { children: [
      /* @__PURE__ */ a3("span", { class: "add", children: [
        "+",
        lines.added
      ] }),
      " ",
      /* @__PURE__ */ a3("span", { class: "del", children: [
        "−",
        lines.deleted
      ] })
    ] }) }),
    /* @__PURE__ */ a3("td", { children: lines === void 0 ? null : /* @__PURE__ */ a3(Bar, { added: lines.added, deleted: lines.deleted, most }) })
  ] });
}

// src/site/pages/evidence.tsx
function Evidence({
  model: { links, keys },
  release
}) {
  const rows = [
    ...nameRows(release, links),
    ...packageRows(release, keys),
    ...contentRows(release, links)
  ];
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { children: "Evidence" }),
    /* @__PURE__ */ a3("div", { class: "scroll", children: /* @__PURE__ */ a3("table", { class: "facts-table", children: /* @__PURE__ */ a3("tbody", { children: rows.filter(([, value]) => value !== void 0).map(([name, value]) => /* @__PURE__ */ a3("tr", { children: [
      /* @__PURE__ */ a3("th", { scope: "row", children: name }),
      /* @__PURE__ */ a3("td", { children: value })
    ] })) }) }) })
  ] });
}
function nameRows({ row, tag }, links) {
  return [
    ["Package", /* @__PURE__ */ a3(Text, { of: row.nevra })],
    [
      "Tag",
      /* @__PURE__ */ a3(Link, { to: links.tag(tag), children: /* @__PURE__ */ a3(Text, { of: tag }) })
    ],
    [
      "Commit",
      row.commit === void 0 ? void 0 : /* @__PURE__ */ a3(Link, { to: links.commit(row.commit), children: /* @__PURE__ */ a3(Hash, { of: row.commit }) })
    ]
  ];
}
function packageRows({ row: { package: pkg } }, keys) {
  if (pkg === void 0) return [];
  const key = keys.find(({ fingerprint: of }) => of === pkg.signature.fingerprint);
  return [
    [
      "Signature",
      /* @__PURE__ */ a3($, { children: `good: OpenPGP version ${pkg.signature.version}, ${pkg.signature.hash}, made ${pkg.signature.created}` })
    ],
    [
      "Key",
      /* @__PURE__ */ a3($, { children: [
        /* @__PURE__ */ a3(Hash, { of: fingerprint(pkg.signature.fingerprint) }),
        key === void 0 ? null : /* @__PURE__ */ a3($, { children: [
          /* @__PURE__ */ a3("br", {}),
          /* @__PURE__ */ a3(Text, { of: key.userId })
        ] })
      ] })
    ],
    ["Index checksum, SHA-256 of the file", pkg.sha256 ? /* @__PURE__ */ a3(Hash, { of: pkg.sha256 }) : void 0],
    [
      "Content-Sha256, all but the signature",
      pkg.contentSha256 ? /* @__PURE__ */ a3(Hash, { of: pkg.contentSha256 }) : void 0
    ]
  ];
}
function contentRows({ tag, facts, sourceTree, source }, links) {
  return [
    [
      "Archived",
      facts === void 0 ? void 0 : /* @__PURE__ */ a3($, { children: [
        /* @__PURE__ */ a3(Link, { to: links.raw(tag, facts.archivePath), children: /* @__PURE__ */ a3(Text, { of: facts.archivePath }) }),
        `, ${formatBytes(facts.packageBytes)}${facts.isHeader ? ", the signed header" : ""}`
      ] })
    ],
    [
      "Source tree",
      sourceTree === void 0 ? void 0 : /* @__PURE__ */ a3($, { children: [
        /* @__PURE__ */ a3(Hash, { of: sourceTree }),
        source === void 0 ? "" : `, ${countedLong(source.files, "file")}, ${formatBytes(source.bytes)}`
      ] })
    ],
    [
      "Built",
      facts === void 0 || facts.buildTime === null ? void 0 : /* @__PURE__ */ a3($, { children: [
        new Date(facts.buildTime * 1e3).toISOString().replace(".000", ""),
        facts.buildHost === "" ? null : /* @__PURE__ */ a3($, { children: [
          " ",
          "on ",
          /* @__PURE__ */ a3(Text, { of: facts.buildHost })
        ] })
      ] })
    ]
  ];
}

// src/site/pages/scripts.tsx
var MOST_TEXT = 64 * 1024;
function Scripts({
  facts,
  before
}) {
  const { scripts, scriptChanges } = facts;
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { children: "What runs at installation" }),
    /* @__PURE__ */ a3(Changed, { changes: scriptChanges, before }),
    scripts.length === 0 ? /* @__PURE__ */ a3("p", { children: "Nothing: the package has no install scripts and no triggers." }) : scripts.map((script) => /* @__PURE__ */ a3(Script, { script }))
  ] });
}
function Changed({
  changes,
  before
}) {
  if (changes === void 0 || before === void 0) return null;
  const [trivial, real] = [
    changes.filter(({ isVersionOnly }) => isVersionOnly),
    changes.filter(({ isVersionOnly }) => !isVersionOnly)
  ];
  return /* @__PURE__ */ a3($, { children: [
    real.length === 0 ? /* @__PURE__ */ a3("p", { children: [
      "The same as in ",
      /* @__PURE__ */ a3(Text, { of: before }),
      trivial.length === 0 ? "" : ", but for the version number",
      "."
    ] }) : /* @__PURE__ */ a3("div", { class: "callout", children: [
      real.length === 1 ? "A script is" : `${real.length} scripts are`,
      " not as in",
      " ",
      /* @__PURE__ */ a3(Text, { of: before }),
      ": ",
      /* @__PURE__ */ a3(Names, { changes: real }),
      "."
    ] }),
    real.map((change) => /* @__PURE__ */ a3(Diff, { change })),
    trivial.length === 0 ? null : /* @__PURE__ */ a3("details", { children: [
      /* @__PURE__ */ a3("summary", { children: [
        "Changed in the version number alone: ",
        /* @__PURE__ */ a3(Names, { changes: trivial })
      ] }),
      trivial.map((change) => /* @__PURE__ */ a3(Diff, { change }))
    ] })
  ] });
}
function Names({ changes }) {
  return /* @__PURE__ */ a3($, { children: changes.map(({ name, change }, at) => /* @__PURE__ */ a3($, { children: [
    at > 0 ? ", " : "",
    /* @__PURE__ */ a3("code", { children: /* @__PURE__ */ a3(Text, { of: name }) }),
    " ",
    change
  ] })) });
}
function Diff({ change: { name, diff } }) {
  return /* @__PURE__ */ a3($, { children: [
    /* @__PURE__ */ a3("h3", { children: /* @__PURE__ */ a3("code", { children: /* @__PURE__ */ a3(Text, { of: name }) }) }),
    /* @__PURE__ */ a3("pre", { tabIndex: 0, children: /* @__PURE__ */ a3("code", { class: "diff", children: diff.slice(0, MOST_TEXT).split("\n").map((line) => /* @__PURE__ */ a3(DiffLine, { line })) }) })
  ] });
}
function DiffLine({ line }) {
  const kind = line.startsWith("@@") ? "at" : line.startsWith("+") ? "add" : line.startsWith("-") ? "del" : void 0;
  const text = /* @__PURE__ */ a3($, { children: [
    /* @__PURE__ */ a3(Text, { of: line, lines: true }),
    "\n"
  ] });
  return kind === void 0 ? text : /* @__PURE__ */ a3("span", { class: kind, children: text });
}
function Script({ script: { name, program, text } }) {
  return /* @__PURE__ */ a3("details", { children: [
    /* @__PURE__ */ a3("summary", { children: [
      /* @__PURE__ */ a3("code", { children: /* @__PURE__ */ a3(Text, { of: name }) }),
      " ",
      "by",
      " ",
      /* @__PURE__ */ a3("code", { children: /* @__PURE__ */ a3(Text, { of: program }) })
    ] }),
    text === "" ? /* @__PURE__ */ a3("p", { children: "The program alone, without a text." }) : /* @__PURE__ */ a3("pre", { tabIndex: 0, children: /* @__PURE__ */ a3(Text, { of: text.slice(0, MOST_TEXT), lines: true }) })
  ] });
}

// src/site/pages/release-page.tsx
function ReleasePage({ model, release, older, newer }) {
  const { facts, source, notes, findings } = release;
  return /* @__PURE__ */ a3(
    Page,
    {
      title: `${model.title} ${release.version}: source mirror`,
      description: `${release.row.nevra}: evidence, checks and changes`,
      base: "../../",
      model,
      children: [
        /* @__PURE__ */ a3("header", { children: [
          /* @__PURE__ */ a3("p", { class: "crumb", children: /* @__PURE__ */ a3("a", { href: "../../index.html", children: /* @__PURE__ */ a3(Text, { of: model.title }) }) }),
          /* @__PURE__ */ a3("h1", { children: /* @__PURE__ */ a3(Text, { of: release.version }) }),
          /* @__PURE__ */ a3("p", { class: "lead", children: facts === void 0 ? /* @__PURE__ */ a3(Text, { of: release.row.nevra }) : /* @__PURE__ */ a3(Text, { of: facts.summary }) })
        ] }),
        /* @__PURE__ */ a3("main", { children: [
          /* @__PURE__ */ a3(Verdict2, { release }),
          findings.length === 0 ? null : /* @__PURE__ */ a3(FindingTable, { findings }),
          /* @__PURE__ */ a3(Evidence, { model, release }),
          facts === void 0 ? null : /* @__PURE__ */ a3(ByHand, { model, release }),
          notes === void 0 ? null : /* @__PURE__ */ a3($, { children: [
            /* @__PURE__ */ a3("h2", { children: "Release notes" }),
            /* @__PURE__ */ a3("pre", { tabIndex: 0, children: /* @__PURE__ */ a3(Text, { of: notes, lines: true }) })
          ] }),
          facts === void 0 ? null : /* @__PURE__ */ a3(Scripts, { facts, before: source?.since }),
          facts === void 0 ? null : /* @__PURE__ */ a3(Licences, { facts, version: release.version }),
          source === void 0 ? null : /* @__PURE__ */ a3(Changes, { source }),
          /* @__PURE__ */ a3("nav", { class: "pages", "aria-label": "Other releases", children: [
            older === void 0 ? /* @__PURE__ */ a3("span", {}) : /* @__PURE__ */ a3("a", { href: `../${encodeURIComponent(older.folder)}/`, children: [
              "← ",
              /* @__PURE__ */ a3(Text, { of: older.version })
            ] }),
            newer === void 0 ? /* @__PURE__ */ a3("span", {}) : /* @__PURE__ */ a3("a", { href: `../${encodeURIComponent(newer.folder)}/`, children: [
              /* @__PURE__ */ a3(Text, { of: newer.version }),
              " →"
            ] })
          ] })
        ] })
      ]
    }
  );
}
var VERDICTS2 = {
  proved: [
    "Proved",
    "The source in this tag is what is in the package that the key below signed, file by file."
  ],
  failed: [
    "Not good",
    "What this tag holds is not what its package says. Do not use it before you know why."
  ],
  unproved: [
    "Not proved",
    "Nothing at hand proves this release. What the mirror says of it is repeated here, and not vouched for."
  ]
};
function Verdict2({ release: { proof, marks } }) {
  const [word, sentence] = VERDICTS2[proof];
  return /* @__PURE__ */ a3("section", { class: `verdict ${proof}`, "aria-label": "State of proof", children: [
    /* @__PURE__ */ a3(Sign, { proof }),
    /* @__PURE__ */ a3("div", { children: [
      /* @__PURE__ */ a3("strong", { children: word }),
      /* @__PURE__ */ a3("p", { children: sentence }),
      marks.length === 0 ? null : /* @__PURE__ */ a3("p", { children: marks.map((mark) => /* @__PURE__ */ a3($, { children: [
        /* @__PURE__ */ a3("span", { class: "pill", children: /* @__PURE__ */ a3(Text, { of: mark }) }),
        " "
      ] })) })
    ] })
  ] });
}
function ByHand({
  model,
  release
}) {
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { children: "Check it by hand" }),
    /* @__PURE__ */ a3("p", { children: [
      "With git, rpm and gpg alone, and without this tool; or with it:",
      " ",
      /* @__PURE__ */ a3("code", { children: "rpm-source-mirror verify --repository ." })
    ] }),
    /* @__PURE__ */ a3("pre", { tabIndex: 0, children: /* @__PURE__ */ a3("code", { children: handCommands(model, release) }) })
  ] });
}
function Licences({
  facts,
  version
}) {
  const { license, licenceFiles, dkms } = facts;
  return /* @__PURE__ */ a3("section", { children: [
    /* @__PURE__ */ a3("h2", { children: "What it says of itself" }),
    /* @__PURE__ */ a3("div", { class: "scroll", children: /* @__PURE__ */ a3("table", { class: "facts-table", children: /* @__PURE__ */ a3("tbody", { children: [
      /* @__PURE__ */ a3("tr", { children: [
        /* @__PURE__ */ a3("th", { scope: "row", children: "Licence in the header" }),
        /* @__PURE__ */ a3("td", { children: license === "" ? "none" : /* @__PURE__ */ a3(Text, { of: license }) })
      ] }),
      /* @__PURE__ */ a3("tr", { children: [
        /* @__PURE__ */ a3("th", { scope: "row", children: "Licence files in the source" }),
        /* @__PURE__ */ a3("td", { children: licenceFiles.length === 0 ? "none found" : licenceFiles.map(({ path, heading }) => /* @__PURE__ */ a3("div", { children: [
          /* @__PURE__ */ a3("code", { children: /* @__PURE__ */ a3(Text, { of: path }) }),
          " ",
          /* @__PURE__ */ a3(Text, { of: heading })
        ] })) })
      ] }),
      dkms === void 0 ? null : /* @__PURE__ */ a3("tr", { children: [
        /* @__PURE__ */ a3("th", { scope: "row", children: "Version in dkms.conf" }),
        /* @__PURE__ */ a3("td", { children: [
          /* @__PURE__ */ a3(Text, { of: dkms.version }),
          " ",
          dkms.version === version ? "" : /* @__PURE__ */ a3("span", { class: "pill", children: [
            "the package says ",
            /* @__PURE__ */ a3(Text, { of: version })
          ] })
        ] })
      ] })
    ] }) }) })
  ] });
}

// src/site/pages/pages.tsx
function* renderSite(model) {
  const { releases } = model;
  yield ["index.html", renderPage(/* @__PURE__ */ a3(Overview, { model }))];
  for (const [at, release] of releases.entries())
    yield [
      `releases/${release.folder}/index.html`,
      renderPage(
        /* @__PURE__ */ a3(
          ReleasePage,
          {
            model,
            release,
            older: releases[at + 1],
            newer: releases[at - 1]
          }
        )
      )
    ];
  const feeds = renderFeeds(model);
  yield ["feed.atom", feeds.atom];
  yield ["feed.json", feeds.json];
  yield ["badge.json", badgeJson(model)];
  yield ["badge.svg", badgeSvg(model)];
  yield ["status.json", statusJson(model)];
}
function statusJson(model) {
  const { releases, newest, index, now } = model;
  const count = (proof) => releases.filter((release) => release.proof === proof).length;
  const date = newest?.date;
  const status = {
    schema: 1,
    verdict: model.proof,
    verifiedAt: new Date(now * 1e3).toISOString().replace(".000", ""),
    commit: model.commit,
    packages: model.packages,
    releases: {
      total: releases.length,
      proved: count("proved"),
      failed: count("failed"),
      unproved: count("unproved")
    },
    findings: model.findings.length,
    errors: model.errors,
    newest: newest === void 0 ? null : {
      tag: newest.tag,
      version: newest.version,
      nevra: newest.row.nevra,
      date: date ?? null,
      ageDays: date === void 0 ? null : Math.max(0, Math.floor((now - Date.parse(date) / 1e3) / 86400))
    },
    index: index === void 0 ? null : { revision: index.revision, ageDays: index.ageDays ?? null, signed: index.isSigned },
    keys: model.keys.map(({ fingerprint: fingerprint2 }) => fingerprint2),
    pinned: model.isPinned
  };
  return `${JSON.stringify(status, null, 2)}
`;
}

// src/cli/site-folder.ts
import { appendFile, lstat, mkdir, readdir, readFile as readFile2, rename, rm, rmdir } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
var LIST = ".rpm-source-mirror-site";
var NEW_LIST = `${LIST}.new`;
var HEADING = "# Written by rpm-source-mirror site, which replaces these files and no other.";
async function openSiteFolder(path) {
  const found = await lstat(path + sep).catch(() => lstat(path).catch(() => void 0));
  if (found === void 0) return { path, held: [] };
  if (!found.isDirectory())
    throw new InputError("INPUT_INVALID", `output: ${path} is no folder`, {
      remedy: "Name a folder that is empty or does not exist yet."
    });
  const held = await walk(path, "");
  const listed = new Set((await readFile2(join(path, LIST), "utf8").catch(() => "")).split("\n"));
  const foreign = held.find((name) => !isList(name) && (!listed.has(HEADING) || !listed.has(name)));
  if (foreign === void 0) return { path, held };
  throw new InputError(
    "INPUT_CONFLICT",
    `output: ${path} holds ${JSON.stringify(foreign)}, which is not of this site; nothing was changed`,
    {
      remedy: "Name a folder that is empty, does not exist yet, or holds an earlier site and nothing else."
    }
  );
}
async function walk(root, prefix) {
  const names = [];
  for (const entry of await readdir(join(root, prefix), { withFileTypes: true })) {
    const name = prefix + entry.name;
    if (entry.isDirectory()) names.push(...await walk(root, `${name}/`));
    else names.push(entry.isFile() ? name : `${name} (no file)`);
  }
  return names.sort();
}
async function writeSiteFolder({ path, held }, files) {
  await mkdir(path, { recursive: true });
  const known = new Set(held.filter((name) => !isList(name)));
  const written = /* @__PURE__ */ new Set();
  const list = async (names) => {
    await writeWhole(join(path, NEW_LIST), [HEADING, ...[...names].sort(), ""].join("\n"));
    await rename(join(path, NEW_LIST), join(path, LIST));
  };
  await list(known);
  for (const [name, content] of files) {
    if (!known.has(name)) await appendFile(join(path, LIST), `${name}
`);
    written.add(name);
    await mkdir(dirname(join(path, name)), { recursive: true });
    await writeWhole(join(path, name), content);
  }
  for (const name of held) if (!isList(name) && !written.has(name)) await remove(path, name);
  await list(written);
  return written.size;
}
function isList(name) {
  return name === LIST || name === NEW_LIST;
}
async function remove(root, name) {
  await rm(join(root, name), { force: true });
  const folder = dirname(join(root, name));
  if (folder !== root) await rmdir(folder).catch(() => void 0);
}

// src/cli/site.ts
async function writeSite({
  line,
  read,
  logger,
  print,
  unfinished
}) {
  if (line.output === void 0)
    throw new InputError("INPUT_MISSING", "output is not given", {
      remedy: "Write site --output DIR with the folder that is to hold the pages."
    });
  const url = line.url === void 0 ? void 0 : siteUrl(line.url);
  const options = parseOptions(read, process.env);
  const folder = await openSiteFolder(resolve(line.output));
  const signal = stopSignal();
  const ran = await run(options, {
    logger,
    environment: process.env,
    signal,
    unfinished,
    afterVerify: async (visit) => {
      const now = Number(process.env["SOURCE_DATE_EPOCH"] || Math.floor(Date.now() / 1e3));
      const model = await buildModel({
        ...visit,
        options,
        url,
        environment: process.env,
        now,
        logger,
        signal
      });
      const count = await writeSiteFolder(folder, renderSite(model));
      logger.info(`${count} files written; the first page is ${join2(folder.path, "index.html")}`);
    }
  });
  const result = await showResult(ran, { line, print });
  return result.isInputWrong === true ? 2 : result.failed ? 1 : 0;
}
function siteUrl(text) {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== "")
    throw new InputError(
      "INPUT_INVALID",
      `url: expected the http or https address of the pages, without a password, found ${JSON.stringify(text.replace(/\/\/[^/]*@/, "//"))}`
    );
  url.search = url.hash = "";
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}
export {
  writeSite
};
