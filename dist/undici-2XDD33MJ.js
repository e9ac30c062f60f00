import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  require_undici
} from "./chunk-MYV6L6RQ.js";
import {
  __toESM
} from "./chunk-KIZH3NRS.js";

// named:undici
var import_undici = __toESM(require_undici());
var export_Agent = import_undici.Agent;
var export_BalancedPool = import_undici.BalancedPool;
var export_Client = import_undici.Client;
var export_CloseEvent = import_undici.CloseEvent;
var export_DecoratorHandler = import_undici.DecoratorHandler;
var export_Dispatcher = import_undici.Dispatcher;
var export_Dispatcher1Wrapper = import_undici.Dispatcher1Wrapper;
var export_EnvHttpProxyAgent = import_undici.EnvHttpProxyAgent;
var export_ErrorEvent = import_undici.ErrorEvent;
var export_EventSource = import_undici.EventSource;
var export_FormData = import_undici.FormData;
var export_H2CClient = import_undici.H2CClient;
var export_Headers = import_undici.Headers;
var export_MessageEvent = import_undici.MessageEvent;
var export_MockAgent = import_undici.MockAgent;
var export_MockCallHistory = import_undici.MockCallHistory;
var export_MockCallHistoryLog = import_undici.MockCallHistoryLog;
var export_MockClient = import_undici.MockClient;
var export_MockPool = import_undici.MockPool;
var export_Pool = import_undici.Pool;
var export_ProxyAgent = import_undici.ProxyAgent;
var export_RedirectHandler = import_undici.RedirectHandler;
var export_Request = import_undici.Request;
var export_Response = import_undici.Response;
var export_RetryAgent = import_undici.RetryAgent;
var export_RetryHandler = import_undici.RetryHandler;
var export_RoundRobinPool = import_undici.RoundRobinPool;
var export_SnapshotAgent = import_undici.SnapshotAgent;
var export_Socks5ProxyAgent = import_undici.Socks5ProxyAgent;
var export_WebSocket = import_undici.WebSocket;
var export_WebSocketError = import_undici.WebSocketError;
var export_WebSocketStream = import_undici.WebSocketStream;
var export_buildConnector = import_undici.buildConnector;
var export_cacheStores = import_undici.cacheStores;
var export_caches = import_undici.caches;
var export_connect = import_undici.connect;
var export_default = import_undici.default;
var export_deleteCookie = import_undici.deleteCookie;
var export_errors = import_undici.errors;
var export_fetch = import_undici.fetch;
var export_getCookies = import_undici.getCookies;
var export_getGlobalDispatcher = import_undici.getGlobalDispatcher;
var export_getGlobalOrigin = import_undici.getGlobalOrigin;
var export_getSetCookies = import_undici.getSetCookies;
var export_install = import_undici.install;
var export_interceptors = import_undici.interceptors;
var export_mockErrors = import_undici.mockErrors;
var export_parseCookie = import_undici.parseCookie;
var export_parseMIMEType = import_undici.parseMIMEType;
var export_ping = import_undici.ping;
var export_pipeline = import_undici.pipeline;
var export_request = import_undici.request;
var export_serializeAMimeType = import_undici.serializeAMimeType;
var export_setCookie = import_undici.setCookie;
var export_setGlobalDispatcher = import_undici.setGlobalDispatcher;
var export_setGlobalOrigin = import_undici.setGlobalOrigin;
var export_stream = import_undici.stream;
var export_upgrade = import_undici.upgrade;
var export_util = import_undici.util;
export {
  export_Agent as Agent,
  export_BalancedPool as BalancedPool,
  export_Client as Client,
  export_CloseEvent as CloseEvent,
  export_DecoratorHandler as DecoratorHandler,
  export_Dispatcher as Dispatcher,
  export_Dispatcher1Wrapper as Dispatcher1Wrapper,
  export_EnvHttpProxyAgent as EnvHttpProxyAgent,
  export_ErrorEvent as ErrorEvent,
  export_EventSource as EventSource,
  export_FormData as FormData,
  export_H2CClient as H2CClient,
  export_Headers as Headers,
  export_MessageEvent as MessageEvent,
  export_MockAgent as MockAgent,
  export_MockCallHistory as MockCallHistory,
  export_MockCallHistoryLog as MockCallHistoryLog,
  export_MockClient as MockClient,
  export_MockPool as MockPool,
  export_Pool as Pool,
  export_ProxyAgent as ProxyAgent,
  export_RedirectHandler as RedirectHandler,
  export_Request as Request,
  export_Response as Response,
  export_RetryAgent as RetryAgent,
  export_RetryHandler as RetryHandler,
  export_RoundRobinPool as RoundRobinPool,
  export_SnapshotAgent as SnapshotAgent,
  export_Socks5ProxyAgent as Socks5ProxyAgent,
  export_WebSocket as WebSocket,
  export_WebSocketError as WebSocketError,
  export_WebSocketStream as WebSocketStream,
  export_buildConnector as buildConnector,
  export_cacheStores as cacheStores,
  export_caches as caches,
  export_connect as connect,
  export_default as default,
  export_deleteCookie as deleteCookie,
  export_errors as errors,
  export_fetch as fetch,
  export_getCookies as getCookies,
  export_getGlobalDispatcher as getGlobalDispatcher,
  export_getGlobalOrigin as getGlobalOrigin,
  export_getSetCookies as getSetCookies,
  export_install as install,
  export_interceptors as interceptors,
  export_mockErrors as mockErrors,
  export_parseCookie as parseCookie,
  export_parseMIMEType as parseMIMEType,
  export_ping as ping,
  export_pipeline as pipeline,
  export_request as request,
  export_serializeAMimeType as serializeAMimeType,
  export_setCookie as setCookie,
  export_setGlobalDispatcher as setGlobalDispatcher,
  export_setGlobalOrigin as setGlobalOrigin,
  export_stream as stream,
  export_upgrade as upgrade,
  export_util as util
};
