"""Starts a workflow, with a client certificate and a token: hello.py [ADDRESS [FOLDER]]; see README.md."""
import asyncio
import os
import sys
import uuid
from pathlib import Path

from temporalio.client import Client, TLSConfig
from temporalio.service import RPCError


async def main(address="127.0.0.1:7233", folder="target/temporal-frontend"):
    read = lambda name: Path(folder, name).read_bytes()
    tls = TLSConfig(
        server_root_ca_cert=read("ca.pem"),
        client_cert=read("worker.pem"),
        client_private_key=read("worker-key.pem"),
    )
    try:
        client = await Client.connect(address, api_key=os.environ.get("TOKEN"), tls=tls)
        workflow = await client.start_workflow("greet", id=f"order-{uuid.uuid4()}", task_queue="orders")
    except RuntimeError as error:
        print(error)
    except RPCError as error:
        print(f"{error.status.name}: {error}")
    else:
        print(f"started {workflow.id}: {workflow.first_execution_run_id}")


asyncio.run(main(*sys.argv[1:]))
sys.stdout.flush()
# After a connect that failed, the SDK may abort CPython 3.11 at its exit.
os._exit(0)
