"""The replay server's habits: a small HTTP server with /api/health, told where by THALAMUS_WEB_HOST and THALAMUS_WEB_PORT."""
import http.server
import os
import pathlib


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ill = pathlib.Path(os.environ["THALAMUS_WEB_DATA"], "ill").exists()
        body = b'{"ok": false}' if ill else b'{"ok": true}'
        self.send_response(500 if ill else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


http.server.ThreadingHTTPServer((os.environ["THALAMUS_WEB_HOST"], int(os.environ["THALAMUS_WEB_PORT"])), Handler).serve_forever()
