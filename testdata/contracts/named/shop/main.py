"""An ASGI application without a framework, and its OpenAPI document."""

import json
import os

from sqlalchemy import NullPool, create_engine, text

NUMBER = {"type": "integer"}
ITEM = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": NUMBER, "name": {"type": "string"}},
}


def operation(schema, parameters=()):
    content = {"application/json": {"schema": schema}}
    responses = {"200": {"description": "ok", "content": content}, "404": {"description": "gone"}}
    return {"get": {"parameters": list(parameters), "responses": responses}}


DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "shop", "version": "1"},
    "paths": {
        "/item": operation(ITEM, [{"name": "n", "in": "query", "required": True, "schema": NUMBER}]),
        "/count": operation(NUMBER),
    },
}


def answer(path, query):
    if path == "/openapi.json":
        return 200, DOCUMENT
    if path == "/count":
        engine = create_engine(os.environ["DATABASE_URL"], poolclass=NullPool)
        with engine.connect() as connection:
            return 200, connection.execute(text("SELECT count(*) FROM item")).scalar_one()
    if path == "/item":
        # The document wants a number.
        return 200, {"id": query, "name": "tea"}
    return 404, None


async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    status, body = answer(scope["path"], scope["query_string"].decode())
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
