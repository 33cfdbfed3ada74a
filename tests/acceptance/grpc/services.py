"""Calls services of gRPC that it knows by reflection alone: services.py ADDRESS [CERTIFICATE], calls on its input.

A call is one JSON object a line: the method, its message (of a stream its messages), a token, metadata, `until` (a text
at which a stream is left), `hold` (a stream is kept open to the end). What came of each is one line of JSON.
"""

import json
import sys

import grpc
from google.protobuf import json_format, message_factory
from google.protobuf.descriptor_pool import DescriptorPool
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

RECEIVED_BYTES_MAX = 64 << 20


def told(message):
    """Returns a message as JSON has it; bytes that are no text as hex."""
    said = {}
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE and field.message_type.GetOptions().map_entry:
            said[field.name] = dict(value)
        elif field.is_repeated:
            said[field.name] = [plain(field, one) for one in value]
        else:
            said[field.name] = plain(field, value)
    return said


def plain(field, value):
    if field.type == field.TYPE_MESSAGE:
        return told(value)
    if field.type == field.TYPE_BYTES:
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.hex()
    return value


class Services:
    def __init__(self, address, certificate):
        options = [
            ("grpc.max_receive_message_length", RECEIVED_BYTES_MAX),
            ("grpc.enable_http_proxy", 0),
            ("grpc.enable_retries", 0),
        ]
        if certificate:
            with open(certificate, "rb") as file:
                trusted = grpc.ssl_channel_credentials(file.read())
            self.channel = grpc.secure_channel(address, trusted, options)
        else:
            self.channel = grpc.insecure_channel(address, options)
        self.database = ProtoReflectionDescriptorDatabase(self.channel)
        self.pool = DescriptorPool(self.database)
        self.held = []

    def call(self, asked):
        name, method = asked["method"].split("/")
        found = self.pool.FindServiceByName(name).methods_by_name[method]
        sent, given = [message_factory.GetMessageClass(one) for one in (found.input_type, found.output_type)]
        ways = {
            (False, False): self.channel.unary_unary,
            (False, True): self.channel.unary_stream,
            (True, True): self.channel.stream_stream,
        }
        way = ways[found.client_streaming, found.server_streaming]
        call = way(f"/{asked['method']}", sent.SerializeToString, given.FromString)
        metadata = [tuple(pair) for pair in asked.get("metadata", [])]
        if asked.get("token"):
            metadata.append(("authorization", f"Bearer {asked['token']}"))
        message = asked.get("message", {})
        if found.client_streaming:
            messages = iter([json_format.ParseDict(one, sent()) for one in message])
            if asked.get("hold"):
                messages = Held(messages)
            request = messages
        else:
            request = json_format.ParseDict(message, sent())
        return self.answers(call, request, metadata, asked, found.server_streaming)

    def answers(self, call, request, metadata, asked, is_stream):
        answers, said = [], {"code": "OK", "message": ""}
        try:
            if not is_stream:
                answer, made = call.with_call(request, metadata=metadata, timeout=60)
                answers.append(told(answer))
                said["metadata"] = dict(made.initial_metadata())
            else:
                stream = call(request, metadata=metadata, timeout=None if asked.get("hold") else 60)
                for answer in stream:
                    answers.append(told(answer))
                    is_last = "until" in asked and asked["until"] in json.dumps(answers[-1])
                    if asked.get("hold") or is_last:
                        break
                if asked.get("hold"):
                    self.held.append(stream)
                elif answers and "until" in asked:
                    stream.cancel()
        except grpc.RpcError as error:
            said = {"code": error.code().name, "message": error.details()}
            said["metadata"] = {key: value for key, value in error.trailing_metadata() or []}
        return said | {"answers": answers}


class Held:
    """Messages of a stream that goes on: behind the last nothing is sent, and the stream is not ended."""

    def __init__(self, messages):
        self.messages = messages

    def __iter__(self):
        return self

    def __next__(self):
        try:
            return next(self.messages)
        except StopIteration:
            import threading

            threading.Event().wait()


def main(address, certificate=None):
    services = Services(address, certificate)
    for line in sys.stdin:
        asked = json.loads(line)
        if asked["method"] == "services":
            said = {"answers": sorted(services.database.get_services())}
        else:
            said = services.call(asked)
        print(json.dumps(said, default=lambda value: value.decode()), flush=True)
    import os

    sys.stdout.flush()
    os._exit(0)


main(*sys.argv[1:])
