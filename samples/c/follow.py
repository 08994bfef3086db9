#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Follows a relay and prints each note as a line of JSON, through ctypes and the C API alone.

Usage: follow.py URL [COUNT]; ends after COUNT notes. UVNOSTR_LIBRARY names another libuvnostr.so than the installed one.
"""
import ctypes as c, ctypes.util, os, sys

if sys.argv[1:2] in (["--help"], ["-h"]):
    print(__doc__)
    sys.exit()
if len(sys.argv) < 2 or sys.argv[1].startswith("-"):
    print("usage: follow.py URL [COUNT]; not", *sys.argv[1:], file=sys.stderr)
    sys.exit(2)

uv = c.CDLL(ctypes.util.find_library("uv") or "libuv.so.1")
nostr = c.CDLL(os.environ.get("UVNOSTR_LIBRARY") or "libuvnostr.so")

class String(c.Structure): _fields_ = [("data", c.c_void_p), ("size", c.c_size_t)]
class Error(c.Structure): _fields_ = [("code", c.c_int), ("message", c.c_char * 508)]
OnEvent = c.CFUNCTYPE(None, c.c_void_p, c.c_uint32, c.c_void_p)
class Callbacks(c.Structure):  # the first callback is enough: `size` tells that the struct ends here
    _fields_ = [("size", c.c_size_t), ("data", c.c_void_p), ("on_event", OnEvent)]

uv.uv_default_loop.restype = c.c_void_p
nostr.uvnostr_filter_parse.argtypes = [c.c_void_p, String, c.c_void_p]
nostr.uvnostr_event_get_json.argtypes, nostr.uvnostr_event_get_json.restype = [c.c_void_p], String
relay, subscription, filter, error = c.c_void_p(), c.c_void_p(), c.c_void_p(), Error()
left = int(sys.argv[2]) if len(sys.argv) > 2 else -1

@OnEvent
def on_event(data, relay_id, event):
    global left
    json = nostr.uvnostr_event_get_json(event)
    print(c.string_at(json.data, json.size).decode(), flush=True)
    left -= 1
    if left == 0: nostr.uvnostr_relay_close(relay)

def check(code):
    if code < 0: sys.exit(error.message.decode())

wanted = b'{"kinds":[1]}'
loop = c.c_void_p(uv.uv_default_loop())
callbacks = Callbacks(c.sizeof(Callbacks), None, on_event)
check(nostr.uvnostr_filter_parse(c.byref(filter), String(c.cast(wanted, c.c_void_p), len(wanted)), c.byref(error)))
check(nostr.uvnostr_relay_create(c.byref(relay), loop, sys.argv[1].encode(), None, None, c.byref(error)))
check(nostr.uvnostr_relay_subscribe(relay, c.byref(subscription), c.byref(filter), c.c_size_t(1), c.byref(callbacks), None, c.byref(error)))
uv.uv_run(loop, 0)
