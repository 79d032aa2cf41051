"""What `python -m uvicorn MODULE:app --host H --port P --workers 1` does: serves the module's `answer`."""
import http.server
import importlib
import sys

words = sys.argv[1:]
module = importlib.import_module(words[0].split(":")[0])
options = dict(zip(words[1::2], words[2::2]))
assert options["--host"] == "127.0.0.1" and options["--workers"] == "1", words


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        code, body = module.answer(self.path)
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer((options["--host"], int(options["--port"])), Handler)
print("INFO:     Application startup complete.", file=sys.stderr, flush=True)
server.serve_forever()
