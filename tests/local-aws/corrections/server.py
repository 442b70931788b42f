"""Serves MiniStack with an HTTP parser and an event loop that are not written in Python."""

import asyncio

import hypercorn.asyncio
import uvicorn
import uvloop


async def serve(app, config):
    """In place of Hypercorn, with what MiniStack sets of it; MiniStack writes its own headers and logs nothing of requests."""
    host, port = config.bind[0].rsplit(":", 1)
    settings = uvicorn.Config(
        app,
        host=host,
        port=int(port),
        http="httptools",
        ws="none",
        lifespan="on",
        timeout_keep_alive=config.keep_alive_timeout,
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
    )
    await uvicorn.Server(settings).serve()


def install():
    asyncio.run = uvloop.run
    hypercorn.asyncio.serve = serve
