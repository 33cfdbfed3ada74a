"""What schemathesis is told of a node.

Each request comes from an address of its own, by the proxy that the node trusts, so that no limit of one address ends the
run; `min_position` is one that is folded, since any other is waited for; and no webhook leads out of this machine.
"""
import itertools

import schemathesis

FOLDED = 64
# An address of documentation, which a node refuses.
NOWHERE = "https://192.0.2.1/"
asked = itertools.count()


@schemathesis.hook
def before_call(context, case, kwargs):
    number = next(asked)
    case.headers["x-forwarded-for"] = f"198.18.{number // 250 % 250}.{number % 250 + 1}"
    awaited = (case.query or {}).get("min_position")
    if str(awaited).isdecimal():
        case.query["min_position"] = int(awaited) % FOLDED
    if case.path == "/v1/webhooks" and isinstance(case.body, dict) and isinstance(case.body.get("url"), str):
        case.body["url"] = NOWHERE


@schemathesis.serializer("application/jsonl", "application/x-ndjson")
def lines(context, value):
    return value if isinstance(value, bytes) else str(value).encode()
