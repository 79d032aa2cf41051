//! Conversations: a long one opened, paged and searched beside a short one; messages through the bridge over real sockets,
//! beside the rows they cannot do without.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context, Result};
use sanctum_bridge::{Allowance, Key, Keys, Limits, RegistryStore, Settings, bind};
use sanctum_chat::{At, Conversations, Scope};
use sanctum_registry::users::{self, NewUser, Role};
use sanctum_registry::{Registry, RegistryError, agents, stamp, web_chat, web_chat_responses};
use sanctum_secrets::Secret;
use serde_json::{Value, json};
use time::OffsetDateTime;
use tokio_util::sync::CancellationToken;

use crate::seed;
use crate::start::ms;
use crate::table::{Limit, Line, median};

/// Entries that the window asks for at once.
const PAGE: u32 = 50;
const LONG: u32 = 100_000;
const SHORT: u32 = 100;
/// Entries not yet read.
const NEW: u32 = 20;
const ROUNDS: usize = 200;
/// Messages in one round through the bridge: two of its pages.
const BATCH: u32 = 200;
const BATCHES: usize = 8;
/// As many as Broca fetches at once.
const FETCHED: usize = 100;
const KEY: &str = "bench-key";

/// A registry with an account, an agent and their one conversation.
struct Talk {
    chats: Conversations,
    registry: Arc<Registry>,
    session: String,
    _dir: tempfile::TempDir,
}

impl Talk {
    fn make() -> Result<Self> {
        let dir = tempfile::tempdir().context("making a temporary folder")?;
        let now = OffsetDateTime::now_utc();
        let registry = Arc::new(Registry::open(&dir.path().join("registry.db"), now)?);
        let session = registry.write(|c| -> Result<String, RegistryError> {
            let user = NewUser {
                username: seed::USER.to_owned(),
                email: None,
                password_hash: "$none".to_owned(),
                role: Role::Admin,
                created_by: None,
            };
            let user = users::create(c, user)?;
            let agent = agents::NewAgent {
                uid: "athena".to_owned(),
                letta_uid: None,
                name: None,
                description: None,
                path: "agents/agent-athena".to_owned(),
                agent_index: 0,
                color: 1,
                created_by: user,
            };
            agents::insert(c, &agent)?;
            Ok(web_chat::open_main(c, user, 1, now)?.id)
        })?;
        let chats = Conversations::new(Arc::clone(&registry), Arc::new(OffsetDateTime::now_utc));
        Ok(Self { chats, registry, session, _dir: dir })
    }

    /// So many entries, every other one an answer; each has words of its own, and one in a thousand a rare one.
    fn fill(&self, entries: u32) -> Result<()> {
        let start = OffsetDateTime::now_utc() - time::Duration::minutes(i64::from(entries));
        self.registry.write(|c| -> Result<(), RegistryError> {
            for n in 0..entries / 2 {
                let rare = if n % 500 == 0 { " zanzibar" } else { "" };
                let asked = format!("Question {n}: what came of the harbour, and who told of it first?{rare}");
                let at = start + time::Duration::minutes(i64::from(2 * n));
                let id = c
                    .prepare_cached(
                        "INSERT INTO web_chat_messages(session_id, message, user_id, timestamp, processed)
                         VALUES (?1, ?2, 1, ?3, 1) RETURNING id",
                    )?
                    .query_row((&self.session, &asked, stamp(at)), |row| row.get(0))?;
                let told =
                    format!("Answer {n}: the harbour froze that winter, so the ships of word{} lay still.", n % 97);
                web_chat_responses::add(c, &self.session, Some(id), &told, at)?;
            }
            Ok(())
        })?;
        // Both have the same few that are new.
        let last = self.chats.open_or_create(1, 1)?.last.context("there is something in it")?;
        self.chats.mark_read(&self.session, 1, last - i64::from(NEW))?;
        Ok(())
    }

    fn timed(&self, entries: u32, what: impl FnOnce(&Conversations, &str) -> Result<usize>) -> Result<f64> {
        let began = Instant::now();
        let count = what(&self.chats, &self.session)?;
        let took = began.elapsed().as_secs_f64() * 1e6;
        anyhow::ensure!(count > 0, "a conversation of {entries} has something to show");
        Ok(took)
    }

    /// What the window reads when the conversation is opened.
    fn open(&self, entries: u32) -> Result<f64> {
        self.timed(entries, |chats, session| {
            let opened = chats.open_or_create(1, 1)?;
            anyhow::ensure!(opened.session.id == session, "there is one conversation");
            Ok(chats.page(session, At::Newest, PAGE)?.entries.len())
        })
    }

    fn page(&self, entries: u32, at: At) -> Result<f64> {
        self.timed(entries, |chats, session| Ok(chats.page(session, at, PAGE)?.entries.len()))
    }

    fn search(&self, entries: u32, words: &str) -> Result<f64> {
        self.timed(entries, |chats, session| Ok(chats.search(Scope::Session(session), words, None, PAGE)?.len()))
    }
}

/// A conversation of 100,000 messages opened, paged and searched.
pub fn history() -> Result<Vec<Line>> {
    let (long, short) = (Talk::make()?, Talk::make()?);
    long.fill(LONG)?;
    short.fill(SHORT)?;
    let middle = At::Before(i64::from(LONG / 2));
    let day = At::Date(OffsetDateTime::now_utc() - time::Duration::minutes(i64::from(LONG / 3)));
    let (mut opened, mut least, mut paged, mut dated, mut often, mut rare) =
        (vec![], vec![], vec![], vec![], vec![], vec![]);
    for round in 0..=ROUNDS {
        let all = [long.open(LONG)?, short.open(SHORT)?, long.page(LONG, middle)?, long.page(LONG, day)?];
        let found = [long.search(LONG, "harbour fro")?, long.search(LONG, "zanzibar")?];
        // The first round warms the caches.
        if round > 0 {
            let into = [&mut opened, &mut least, &mut paged, &mut dated, &mut often, &mut rare];
            into.into_iter().zip(all.into_iter().chain(found)).for_each(|(list, took)| list.push(took));
        }
    }
    let opened = median(opened);
    Ok(vec![
        Line::new("A conversation of 100,000 messages opened at its end (50 shown)", opened, "µs")
            .against("one of 100", median(least))
            .limit(Limit::Times(1.2)),
        Line::new("… a page in its middle", median(paged), "µs").against("its end", opened).limit(Limit::Times(1.2)),
        Line::new("… a day jumped to", median(dated), "µs").against("its end", opened),
        Line::new("… two words found that half of them have", median(often) / 1e3, "ms").limit(Limit::AtMost(30.0)),
        Line::new("… a word found that one in a thousand has", median(rare) / 1e3, "ms").limit(Limit::AtMost(30.0)),
    ])
}

/// Messages through the bridge: fetched a hundred at a time and answered one by one, as Broca does.
pub async fn bridge() -> Result<Vec<Line>> {
    let talk = Talk::make()?;
    let clock: sanctum_bridge::Clock = Arc::new(OffsetDateTime::now_utc);
    let rules = RegistryStore::usual_rules();
    let store = Arc::new(RegistryStore::new(Arc::clone(&talk.registry), clock.clone(), rules, |_| {}));
    let keys = Keys::new(vec![Key::of_agent(&Secret::new(KEY.to_owned()), 1)]);
    let free = Allowance { per_hour: u32::MAX, at_once: u32::MAX };
    let limits = Limits { key: free, guest: free, wrong_key: free };
    let bound =
        bind(SocketAddr::from(([127, 0, 0, 1], 0)), store, keys, clock, Settings { limits, guests: false }).await?;
    let (address, stop) = (bound.address(), CancellationToken::new());
    let served = tokio::spawn(bound.serve(stop.clone()));
    let measured = tokio::task::block_in_place(|| through(&talk, address));
    stop.cancel();
    served.await.context("the bridge ends")?;
    let (ours, bare) = measured?;
    Ok(vec![
        Line::new(
            format!("A message through the bridge, fetched and answered ({:.0} a second)", 1e3 / ours),
            ours,
            "ms",
        )
        .against("its answer and its end in one durable transaction", bare),
    ])
}

/// Milliseconds for one message: over the bridge, and as rows alone.
fn through(talk: &Talk, address: SocketAddr) -> Result<(f64, f64)> {
    let mut broca = Client::new(address)?;
    let (mut ours, mut bare) = (vec![], vec![]);
    for round in 0..=BATCHES {
        let told = |n: u32| format!("Answer {n}: the ships lay still that winter.");
        let ids = talk.registry.write(|c| -> Result<Vec<i64>, RegistryError> {
            let text = |n: u32| format!("Message {n} of round {round}");
            (0..BATCH).map(|n| web_chat::insert_message(c, &talk.session, &text(n), Some(1))).collect()
        })?;
        let began = Instant::now();
        let mut answered = 0;
        while answered < BATCH {
            let inbox = broca.call("GET", &format!("inbox?limit={FETCHED}"), None)?;
            let messages = inbox.pointer("/data/messages").and_then(Value::as_array).context("messages")?;
            anyhow::ensure!(!messages.is_empty(), "{answered} of {BATCH} came, and no more");
            for message in messages {
                let answer = json!({ "session_id": message["session_id"], "message_id": message["id"], "response": told(answered) });
                broca.call("POST", "outbox", Some(&answer))?;
                answered += 1;
            }
        }
        let took = ms(began.elapsed()) / f64::from(BATCH);
        let count = "SELECT count(*) FROM web_chat_responses";
        let kept = talk.registry.read(|c| Ok::<u32, RegistryError>(c.query_row(count, [], |r| r.get(0))?))?;
        anyhow::ensure!(kept % BATCH == 0 && kept > 0, "each message has one answer: {kept}");
        let began = Instant::now();
        for (n, id) in (0..).zip(&ids) {
            talk.registry.write(|c| -> Result<(), RegistryError> {
                web_chat_responses::add(c, &talk.session, None, &told(n), OffsetDateTime::now_utc())?;
                c.execute("UPDATE web_chat_messages SET processed = 1 WHERE id = ?1", [id])?;
                Ok(())
            })?;
        }
        let alone = ms(began.elapsed()) / f64::from(BATCH);
        // The first round warms the caches.
        if round > 0 {
            ours.push(took);
            bare.push(alone);
        }
    }
    Ok((median(ours), median(bare)))
}

/// One kept connection, as a client of Broca's has it.
struct Client {
    stream: BufReader<TcpStream>,
    address: SocketAddr,
}

impl Client {
    fn new(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).context("reaching the bridge")?;
        stream.set_nodelay(true)?;
        Ok(Self { stream: BufReader::new(stream), address })
    }

    fn call(&mut self, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
        let body = body.map(Value::to_string).unwrap_or_default();
        let request = format!(
            "{method} /api/v1/{path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {KEY}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        );
        self.stream.get_mut().write_all(request.as_bytes()).context("asking")?;
        let (mut line, mut status, mut length) = (String::new(), String::new(), 0);
        loop {
            line.clear();
            anyhow::ensure!(self.stream.read_line(&mut line)? > 0, "the bridge closed the connection");
            if status.is_empty() {
                line.trim().clone_into(&mut status);
            } else if line.trim().is_empty() {
                break;
            } else if let Some((name, value)) = line.split_once(':')
                && name.eq_ignore_ascii_case("content-length")
            {
                length = value.trim().parse().context("a length")?;
            }
        }
        let mut answer = vec![0; length];
        self.stream.read_exact(&mut answer).context("reading the answer")?;
        let text = String::from_utf8_lossy(&answer);
        anyhow::ensure!(status.contains(" 200"), "{method} {path}: {status} {text}");
        serde_json::from_str(&text).context("an answer is JSON")
    }
}
