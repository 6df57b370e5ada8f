"""Calls the frontend with Temporal's SDK or with grpcio. A line of JSON on stdin is a call, a line on stdout what came of it."""
import asyncio
import functools
import json
import os
import sys
import uuid
from datetime import timedelta

import grpc
from google.protobuf.json_format import MessageToDict
from temporalio.api.common.v1 import GrpcStatus
from temporalio.api.workflowservice import v1
from temporalio.client import Client, TLSConfig
from temporalio.service import RPCError

SERVICE = "temporal.api.workflowservice.v1.WorkflowService"
LIMIT = 5  # seconds, for one call without retries
HEALTH = "grpc.health.v1.Health"

METHODS = {
    "GetSystemInfo": "get_system_info",
    "DescribeNamespace": "describe_namespace",
    "ListNamespaces": "list_namespaces",
    "RegisterNamespace": "register_namespace",
    "StartWorkflowExecution": "start_workflow_execution",
    "GetClusterInfo": "get_cluster_info",
    "CountWorkflowExecutions": "count_workflow_executions",
}


@functools.cache
def read(path):
    with open(path, "rb") as file:
        return file.read()


def reason_of(details):
    """The reason of a google.rpc.ErrorInfo: the first field of the first detail."""
    value = details[0].value
    return value[2 : 2 + value[1]].decode()


def message_of(method, namespace):
    request = getattr(v1, method + "Request")()
    if namespace is not None and "namespace" in request.DESCRIPTOR.fields_by_name:
        request.namespace = namespace
    if method == "StartWorkflowExecution":
        request.workflow_id = str(uuid.uuid4())
    return request


def answer_of(message):
    return {"status": "OK", "answer": MessageToDict(message)}


class Sdk:
    """The methods by the SDK. It writes `temporal-namespace` by itself, from the message."""

    async def call(self, task):
        tls = TLSConfig(
            server_root_ca_cert=read(task["ca"]),
            client_cert=read(task["cert"]) if task.get("cert") else None,
            client_private_key=read(task["key"]) if task.get("key") else None,
        )
        namespace = task.get("namespace", "default")
        try:
            client = await Client.connect(task["address"], namespace=namespace, api_key=task.get("token"), tls=tls)
        except RuntimeError as error:
            return {"status": "not connected", "message": str(error)}
        try:
            return await self.method(client, task["method"], namespace)
        except RPCError as error:
            details = error.grpc_status.details
            reason = reason_of(details) if details else None
            return {"status": error.status.name, "message": error.message, "reason": reason}

    async def method(self, client, method, namespace):
        if method == "connect":
            return {"status": "OK"}
        if method == "health":
            return {"status": "OK", "answer": await client.service_client.check_health()}
        if method == "start_workflow":  # as applications do it, and not by the raw call
            handle = await client.start_workflow("greet", id=str(uuid.uuid4()), task_queue="orders")
            return {"status": "OK", "answer": {"runId": handle.first_execution_run_id}}
        call = getattr(client.workflow_service, METHODS[method])
        limit = timedelta(seconds=LIMIT)
        return answer_of(await call(message_of(method, namespace), retry=False, timeout=limit))


class Grpcio:
    """The methods by grpcio, with the metadata that the task says."""

    async def call(self, task):
        return await asyncio.to_thread(self.blocking, task)

    def blocking(self, task):
        cert, key = (read(task[part]) if task.get(part) else None for part in ("cert", "key"))
        credentials = grpc.ssl_channel_credentials(read(task["ca"]), key, cert)
        with grpc.secure_channel(task["address"], credentials) as channel:
            namespace = task.get("namespace", "default")
            metadata = [tuple(pair) for pair in task.get("metadata", [["temporal-namespace", namespace]])]
            if task.get("token"):
                metadata.append(("authorization", f"Bearer {task['token']}"))
            try:
                return self.method(channel, task["method"], namespace, metadata)
            except grpc.RpcError as error:
                return self.refusal(error)

    def method(self, channel, method, namespace, metadata):
        if method == "health":
            return self.raw(channel.unary_unary(f"/{HEALTH}/Check"), metadata)
        if method == "watch":
            return self.raw(lambda *args, **more: next(channel.unary_stream(f"/{HEALTH}/Watch")(*args, **more)), metadata)
        if method not in METHODS:
            return self.raw(channel.unary_unary(f"/{SERVICE}/{method}"), metadata)
        call = getattr(v1.WorkflowServiceStub(channel), method)
        return answer_of(call(message_of(method, namespace), metadata=metadata, timeout=LIMIT))

    def raw(self, call, metadata):
        return {"status": "OK", "answer": call(b"", metadata=metadata, timeout=LIMIT).hex()}

    def refusal(self, error):
        trailers = {pair.key: pair.value for pair in error.trailing_metadata() or ()}
        status = trailers.get("grpc-status-details-bin")
        reason = reason_of(GrpcStatus.FromString(status).details) if status else None
        return {"status": error.code().name, "message": error.details(), "reason": reason}


async def main():
    # The SDK logs to stdout, past Python.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    clients = {"sdk": Sdk(), "grpcio": Grpcio()}
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        task = json.loads(line)
        begin = loop.time()
        try:
            result = await asyncio.wait_for(clients[task["client"]].call(task), task.get("limit", 30))
        except Exception as error:  # a bug of this script, or a call that never ends
            result = {"status": "raised", "message": repr(error)}
        result["seconds"] = loop.time() - begin
        print(json.dumps(result), file=answers, flush=True)


asyncio.run(main())
# After a connect that failed, the SDK may abort CPython 3.11 at its exit.
os._exit(0)
