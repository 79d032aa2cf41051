"""Both programs called `letta`, by how they are asked to serve: the server on a port, and Letta Code on a socket that also speaks HTTP."""
import http.server
import os
import sys
import threading
import time

words = sys.argv[1:]
assert words[0] == "server", words
code = "--listen" in words
if code:
    assert words[1].startswith("--listen") and words[2].startswith("ws://127.0.0.1:") and words[3] == "--openai-api", words
    port = int(words[2].rsplit(":", 1)[1])
else:
    assert words[1::2] == ["--port", "--host"], words
    port = int(words[2])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        said = {"/healthz": "ok"} if code else {"/v1/health/": '{"version":"0.16.8","status":"ok"}'}
        body = said.get(self.path, "").encode()
        self.send_response(200 if body else 307 if self.path == "/v1/health" else 404)
        self.send_header("content-type", "text/plain" if code else "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def with_its_parent(parent):
    # Letta Code ends when who started it is gone.
    while os.getppid() == parent:
        time.sleep(0.1)
    os._exit(0)


if code:
    threading.Thread(target=with_its_parent, args=(os.getppid(),), daemon=True).start()
server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
print("INFO:     Application startup complete.", file=sys.stderr, flush=True)
server.serve_forever()
