"""Receives, deletes and sends messages of one queue in many threads, and prints what is left."""

import sys
from concurrent.futures import ThreadPoolExecutor

import moto_corrections  # noqa: F401
from moto.sqs.models import sqs_backends

COUNT = 60
# Threads take turns often.
sys.setswitchinterval(1e-5)

backend = sqs_backends["111111111111"]["eu-west-1"]
backend.create_queue("busy", {})


def send(text):
    backend.send_message("busy", text)


def receive():
    return backend.receive_message("busy", 10, 0, 3600)


with ThreadPoolExecutor(10) as threads:
    list(threads.map(send, [f"first {at}" for at in range(COUNT)]))
    messages = [one for some in threads.map(lambda _: receive(), range(COUNT // 10)) for one in some]
    work = [lambda one=one: backend.delete_message("busy", one.receipt_handle) for one in messages]
    work += [lambda at=at: send(f"second {at}") for at in range(COUNT)]
    list(threads.map(lambda one: one(), work))

left = [one.body for one in backend.get_queue("busy")._messages]
first, second = (len([one for one in left if one.startswith(name)]) for name in ("first", "second"))
received = len({one.id for one in messages})
print(f"received {received}, left {first} of them and {second} sent meanwhile")
