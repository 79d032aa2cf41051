"""What `python -m flask --app MODULE run --host H --port P` does: serves the module's `answer`, and keeps the port and the host."""
import http.server
import importlib
import json
import sys

words = sys.argv[1:]
assert words[0] == "--app" and words[2] == "run", words
module = importlib.import_module(words[1])
options = dict(zip(words[3::2], words[4::2]))


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        code, said = module.answer(self.command, self.path, self.headers.get("authorization", ""), body)
        said = json.dumps(said).encode()
        self.send_response(code)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    do_POST = do_GET


http.server.ThreadingHTTPServer((options["--host"], int(options["--port"])), Handler).serve_forever()
