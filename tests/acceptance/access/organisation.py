"""A tool of an organisation: what it can do over NATS, one line of JSON for each thing that it tries."""

import asyncio
import json
import os
import ssl
import sys

import nats

EVENT = sys.argv[4] if len(sys.argv) > 4 else ""


async def connect(url, seed, **more):
    refused = asyncio.Queue()

    async def error(why):
        await refused.put(str(why))

    login = {"nkeys_seed_str": seed} if seed else {}
    if authority := os.environ.get("HABEAS_TEST_CA"):
        login["tls"] = ssl.create_default_context(cafile=authority)
    client = await nats.connect(url, error_cb=error, allow_reconnect=False, **login, **more)
    return client, refused


async def first(work, refused):
    """What comes first: the answer, or the server's refusal."""
    work, refusal = asyncio.ensure_future(work), asyncio.ensure_future(refused.get())
    done, left = await asyncio.wait({work, refusal}, return_when=asyncio.FIRST_COMPLETED)
    for one in left:
        one.cancel()
    if work in done and not work.exception():
        return work.result()
    return None


async def ask(client, refused, subject):
    answer = await first(client.request(subject, EVENT.encode(), timeout=20), refused)
    return "yes" if answer is not None and b"error" not in answer.data else "-"


async def hear(client, refused, subject):
    await client.subscribe(subject)
    # The server refuses before it answers a ping that follows; the first may have been on its way before.
    await client.flush(timeout=20)
    await client.flush(timeout=20)
    return "yes" if refused.empty() else "-"


async def table(url, seed, org):
    """Every subject that there is, as one key."""
    rows = []
    for verb, subject in (
        ("request", f"habeas.submit.{org}"),
        ("publish", f"habeas.inbox.{org}.form"),
        ("subscribe", f"habeas.verdict.{org}"),
        ("subscribe", f"habeas.inbox.{org}.>"),
        ("subscribe", f"habeas.submit.{org}"),
        ("publish", f"habeas.verdict.{org}"),
        ("publish", f"habeas.event.{org}.arrest"),
        ("subscribe", "habeas.event.>"),
        ("request", "$JS.API.INFO"),
        ("request", "$JS.API.STREAM.INFO.HABEAS"),
        ("request", "$JS.API.STREAM.DELETE.HABEAS"),
        ("request", f"$JS.API.STREAM.PURGE.HABEAS_IN_{org}"),
        ("request", "$JS.API.DIRECT.GET.HABEAS"),
        ("request", "$KV.HABEAS_NOTARY.checkpoint"),
        ("request", "$SYS.REQ.SERVER.PING"),
        ("subscribe", "$SYS.>"),
        ("subscribe", ">"),
    ):
        # A connection of its own each: a refusal is then of this alone.
        client, refused = await connect(url, seed)
        cell = await (hear if verb == "subscribe" else ask)(client, refused, subject)
        rows.append([verb, subject, cell])
        await client.close()
    print(json.dumps(rows), flush=True)


async def send(url, seed, org):
    """Sends by request and into the inbox, reads the verdicts, and has answers go where they should not."""
    client, _ = await connect(url, seed, inbox_prefix=f"_INBOX_{org}")
    verdicts = await client.subscribe(f"habeas.verdict.{org}")
    await client.flush()
    answer = await client.request(f"habeas.submit.{org}", EVENT.encode(), timeout=20)
    print(json.dumps(json.loads(answer.data)), flush=True)
    await client.jetstream().publish(f"habeas.inbox.{org}.form", EVENT.encode())
    print((await verdicts.next_msg(timeout=20)).data.decode(), flush=True)
    for subject in (f"habeas.submit.{org}", f"habeas.inbox.{org}.form"):
        for reply in ("habeas.inbox.beta.form", "$JS.API.STREAM.PURGE.HABEAS_IN_beta", "habeas.event.beta.x"):
            await client.publish(subject, EVENT.encode(), reply=reply)
    await client.flush()
    for _ in range(3):
        await verdicts.next_msg(timeout=20)
    await client.close()


async def inbox(url, seed, org):
    """Sends into the inbox alone, and reads its verdict."""
    client, _ = await connect(url, seed)
    verdicts = await client.subscribe(f"habeas.verdict.{org}")
    await client.flush()
    await client.jetstream().publish(f"habeas.inbox.{org}.form", EVENT.encode())
    print((await verdicts.next_msg(timeout=20)).data.decode(), flush=True)
    await client.close()


async def listen(url, seed, org):
    """Hears verdicts until the connection ends."""
    closed = asyncio.Event()

    async def gone():
        closed.set()

    client, _ = await connect(url, seed, closed_cb=gone)
    await client.subscribe(f"habeas.verdict.{org}")
    await client.flush()
    print("listens", flush=True)
    await closed.wait()
    print("ended", flush=True)
    try:
        await connect(url, seed)
        print("connected", flush=True)
    except Exception:
        print("refused", flush=True)


async def ask_each(url, seed, org):
    """Sends each event of a list by request, as this organisation; prints what is answered."""
    client, _ = await connect(url, seed)
    for event in json.loads(EVENT):
        answer = await client.request(f"habeas.submit.{org}", json.dumps(event).encode(), timeout=20)
        print(answer.data.decode(), flush=True)
    await client.close()


async def knock(url, seed, org):
    """Only connects."""
    client, _ = await connect(url, seed)
    print(json.dumps({"connected": True}), flush=True)
    await client.close()


async def main(what, url, login, *_):
    seed, _, org = login.partition("/")
    try:
        verbs = {"table": table, "send": send, "listen": listen, "connect": knock, "inbox": inbox, "ask": ask_each}
        await verbs[what](url, seed, org)
    except (nats.errors.Error, ssl.SSLError, OSError) as error:
        print(json.dumps({"refused": type(error).__name__}), flush=True)


asyncio.run(main(*sys.argv[1:]))
