"""Runs moto's server on a free loopback port, for those who know the secret in the first line of stdin."""

import hmac
import logging
import os
import signal
import sys
import threading

# Ctrl-C sends SIGINT to the whole process group. The parent handles it and still needs moto for destroy.
signal.signal(signal.SIGINT, signal.SIG_IGN)
logging.getLogger("werkzeug").setLevel(logging.ERROR)

SECRET = sys.stdin.buffer.readline().strip()


def end_with_parent():
    """Exits when stdin is closed, which happens even if the parent is killed."""
    sys.stdin.buffer.read()
    os._exit(0)


threading.Thread(target=end_with_parent, daemon=True).start()

import moto_corrections  # noqa: E402, F401
from moto.server import DomainDispatcherApplication, create_backend_app  # noqa: E402
from werkzeug.middleware.proxy_fix import ProxyFix  # noqa: E402
from werkzeug.serving import make_server  # noqa: E402


class OnlyAws:
    """Answers requests with the secret only, and none to the paths of moto's own API, such as its reset."""

    OTHER_PATHS = ("/moto-api", "/latest/meta-data/", "/latest/api/", "/favicon.ico")

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        given = environ.pop("HTTP_X_LOCAL_AWS_SECRET", "").encode("latin-1")
        path = environ.get("PATH_INFO", "")
        if hmac.compare_digest(given, SECRET) and not path.startswith(self.OTHER_PATHS):
            return self.application(environ, start_response)
        start_response("403 Forbidden", [("Content-Type", "text/plain")])
        return [b"this port answers the local AWS only, and only AWS's own APIs\n"]


app = OnlyAws(ProxyFix(DomainDispatcherApplication(create_backend_app), x_host=1))
# With port 0 the kernel chooses a free port, so that parallel runs cannot conflict.
server = make_server("127.0.0.1", 0, app, threaded=True)
os.environ["MOTO_PORT"] = str(server.server_port)
print(server.server_port, flush=True)
server.serve_forever()
