use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use sanctum_modules::health::{Answer, Expect, Probe, ask};

/// Long enough for a busy machine; a test that waits for its end says so.
const WAIT: Duration = Duration::from_secs(20);

/// Answers one request in these pieces, then keeps the line open until the peer lets go. Hands over what was asked.
fn serve(pieces: &'static [&'static [u8]]) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let at = listener.local_addr().expect("it has an address");
    let asked = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody asks");
        let mut request = [0u8; 2048];
        let n = stream.read(&mut request).expect("a request");
        for piece in pieces {
            if stream.write_all(piece).is_err() {
                break;
            }
            stream.flush().ok();
        }
        drain(&mut stream);
        String::from_utf8_lossy(&request[..n]).into_owned()
    });
    (at, asked)
}

fn drain(stream: &mut TcpStream) {
    let mut rest = [0u8; 512];
    while stream.read(&mut rest).is_ok_and(|n| n > 0) {}
}

fn http(path: &str, expect: Expect) -> Probe {
    Probe::Http { path: path.to_owned(), expect }
}

fn member(name: &str, is: &str) -> Expect {
    Expect::Member { name: name.to_owned(), is: Some(is.to_owned()) }
}

fn said(pieces: &'static [&'static [u8]], probe: &Probe) -> Answer {
    let (at, asked) = serve(pieces);
    let answer = ask(probe, at, WAIT);
    asked.join().expect("the server ends when it is let go");
    answer
}

const LETTA: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 34\r\n\r\n{\"version\":\"0.16.8\",\"status\":\"ok\"}";

#[test]
fn letta_is_well_when_it_says_so() {
    let (at, asked) = serve(&[LETTA]);
    let answer = ask(&http("/v1/health/", member("status", "ok")), at, WAIT);
    assert!(answer.ok, "200 and the right word is health: {answer:?}");
    assert!(answer.words.starts_with("answered GET /v1/health/ in "), "it names what was asked: {}", answer.words);
    assert!(answer.evidence.iter().any(|e| e.contains("status is “ok”")), "and what was said: {:?}", answer.evidence);
    let asked = asked.join().expect("it ended");
    assert!(asked.starts_with("GET /v1/health/ HTTP/1.1\r\n"), "the route with its slash: {asked}");
    assert!(asked.contains(&format!("\r\nHost: {at}\r\n")), "with the host: {asked}");
    assert!(!asked.to_lowercase().contains("origin"), "and without an origin, which Letta Code refuses: {asked}");
}

#[test]
fn an_answer_that_is_another_one_is_quoted() {
    let cases: [(&'static [&'static [u8]], Expect, &str); 9] = [
        (&[b"HTTP/1.1 404 Not Found\r\n\r\n"], Expect::Anything, "with “404 Not Found”"),
        (
            &[b"HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/x\r\n\r\n"],
            Expect::Anything,
            "leads elsewhere and is not followed",
        ),
        (
            &[b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 21\r\n\r\n{\"status\":\"starting\"}"],
            member("status", "ok"),
            "with status “starting” and not “ok”",
        ),
        (
            &[b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"],
            member("status", "ok"),
            "without `status`",
        ),
        (
            &[b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 2\r\n\r\n{}"],
            Expect::Json,
            "with “text/html” and not with JSON",
        ),
        (
            &[b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 4\r\n\r\n<ht>"],
            Expect::Json,
            "which is no JSON",
        ),
        (
            &[b"HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nbad"],
            Expect::Text("ok".to_owned()),
            "with “bad” and not with “ok”",
        ),
        (
            &[b"HTTP/1.1 500 \x1b[31mred\x1b[0m\xe2\x80\xae\r\n\r\n"],
            Expect::Anything,
            "with “500 red”",
        ),
        (&[b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], Expect::Anything, "it sent “SSH-2.0-OpenSSH_9.2”"),
    ];
    for (pieces, expect, words) in cases {
        let answer = said(pieces, &http("/health", expect.clone()));
        assert!(!answer.ok, "{expect:?} is not met: {answer:?}");
        assert!(answer.words.contains(words), "`{words}` is said: {}", answer.words);
    }
}

#[test]
fn an_answer_in_pieces_is_put_together() {
    let probe = http("/health", member("status", "ok"));
    let chunked = said(
        &[
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Enc",
            b"oding: chunked\r\n\r\n9\r\n{\"status\"\r\n",
            b"6\r\n:\"ok\"}\r\n0\r\n\r\n",
        ],
        &probe,
    );
    assert!(chunked.ok, "chunks are one body: {chunked:?}");
    let text = said(
        &[b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\no", b"k\n"],
        &http("/healthz", Expect::Text("ok".into())),
    );
    assert!(text.ok, "a text without a length is enough once it is there: {text:?}");
}

#[test]
fn a_stream_is_well_by_its_first_event() {
    let probe = |first: Option<&str>| Probe::Events { path: "/sse".into(), first: first.map(str::to_owned) };
    const SMCP: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream; charset=utf-8\r\ntransfer-encoding: chunked\r\n\r\n",
        b"8\r\n: ping\n\n\r\n",
        b"12\r\nevent: endpoint\r\nd\r\n",
        b"1a\r\nata: /messages/?x=1\r\n\r\n\r\n\r\n",
    ];
    let answer = said(SMCP, &probe(Some("endpoint")));
    assert!(answer.ok, "the stream need not end: {answer:?}");
    let other = said(SMCP, &probe(Some("hello")));
    assert!(!other.ok && other.words.contains("“endpoint”"), "another event is named: {}", other.words);
    let head = said(&SMCP[..1], &probe(None));
    assert!(head.ok, "where no event is known its head is enough: {head:?}");
    let page = said(&[b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n"], &probe(Some("endpoint")));
    assert!(!page.ok && page.words.contains("a stream of events"), "a page is no stream: {}", page.words);
}

#[test]
fn a_server_that_drips_or_floods_is_let_go() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let at = listener.local_addr().expect("it has an address");
    let drip = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody asks");
        let began = Instant::now();
        while began.elapsed() < WAIT && stream.write_all(b"H").is_ok() {
            thread::sleep(Duration::from_millis(10));
        }
        began.elapsed()
    });
    let answer = ask(&http("/health", Expect::Anything), at, Duration::from_millis(300));
    assert!(!answer.ok && answer.words.contains("no answer in time"), "a byte now and then is none: {}", answer.words);
    assert!(drip.join().expect("it ended") < WAIT, "the line is let go long before the server would end");

    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let at = listener.local_addr().expect("it has an address");
    let flood = thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody asks");
        let mut sent = 0u64;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n").ok();
        while sent < 1 << 30 && stream.write_all(&[b' '; 4096]).is_ok() {
            sent += 4096;
        }
        sent
    });
    let answer = ask(&http("/health", Expect::Json), at, WAIT);
    assert!(!answer.ok && answer.words.contains("more than is read"), "no endless body is read: {}", answer.words);
    assert!(flood.join().expect("it ended") < 1 << 30, "and not to its end");
}

#[test]
fn nobody_there_and_a_wrong_route_are_said() {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port").local_addr().expect("it has an address");
    for probe in [Probe::Tcp, http("/health", Expect::Anything)] {
        let answer = ask(&probe, free, WAIT);
        let words = format!("nothing listens on {}", free.port());
        assert!(!answer.ok && answer.words == words, "a closed port says so: {answer:?}");
    }
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let at = listener.local_addr().expect("it has an address");
    assert!(ask(&Probe::Tcp, at, WAIT).ok, "whoever takes a connection is there");
    for path in ["health", "/a b", "/x\r\nX-Other: 1", "", "/\u{fc}"] {
        let answer = ask(&http(path, Expect::Anything), at, WAIT);
        assert!(!answer.ok && answer.words.contains("is no route"), "{path:?} is not sent: {}", answer.words);
    }
    let silent = ask(&http("/", Expect::Anything), at, Duration::from_millis(200));
    assert!(silent.words.contains("no answer in time"), "who never answers is let go: {}", silent.words);
}

struct Kill(Child);

impl Drop for Kill {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
fn a_real_python_server_is_asked() {
    let dir = tempfile::tempdir().expect("a temp folder");
    let program = "import http.server,json\n\
        class H(http.server.BaseHTTPRequestHandler):\n\
        \x20   def do_GET(self):\n\
        \x20       body=json.dumps({'status':'ok'}).encode()\n\
        \x20       self.send_response(200); self.send_header('Content-Type','application/json'); self.end_headers(); self.wfile.write(body)\n\
        \x20   def log_message(self,*a): pass\n\
        s=http.server.HTTPServer(('127.0.0.1',0),H); print(s.server_address[1],flush=True); s.serve_forever()\n";
    let mut child = Command::new("python3")
        .args(["-c", program])
        .current_dir(dir.path())
        .stdout(Stdio::piped())
        .spawn()
        .map(Kill)
        .expect("python3 is here");
    let mut line = String::new();
    let out = child.0.stdout.take().expect("it is piped");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).expect("its port");
    let at: SocketAddr = format!("127.0.0.1:{}", line.trim()).parse().expect("an address");
    let answer = ask(&http("/health", member("status", "ok")), at, WAIT);
    assert!(answer.ok, "an answer that ends with its connection is read: {answer:?}");
    child.0.kill().expect("it ends");
    child.0.wait().expect("it ended");
    assert!(!ask(&http("/health", Expect::Anything), at, WAIT).ok, "and when it is gone nobody answers");
}
