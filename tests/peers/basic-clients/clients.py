"""Asks with `requests` and `httpx`, as told by a JSON list on the command line; answers with a JSON list."""
import json
import sys

import httpx
import requests


def session_of(client, credentials):
    if client == "httpx":
        return httpx.Client(auth=credentials, trust_env=False)
    session = requests.Session()
    session.auth, session.trust_env = credentials, False
    return session


def answers(client, urls, credentials=None, encoding=None):
    """One session for all addresses. With an encoding the client is given bytes in place of texts."""
    if credentials is not None:
        credentials = tuple(part.encode(encoding) if encoding else part for part in credentials)
    with session_of(client, credentials) as session:
        try:
            return [answer_of(session.get(url)) for url in urls]
        except UnicodeEncodeError as error:
            return [{"raised": type(error).__name__}]


def answer_of(response):
    return {
        "statuses": [response.status_code],
        "challenge": response.headers.get("www-authenticate"),
        "text": response.text,
        "sent": response.request.headers.get("authorization"),
    }


print(json.dumps([answers(**task) for task in json.loads(sys.argv[1])]))
