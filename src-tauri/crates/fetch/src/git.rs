//! A git address into a plain folder: fetched shallow, looked at, then checked out.
//!
//! Owns what git is told and what it is kept from: no prompts, no hooks, no filters, no submodules, no helpers that an address
//! could name. What it would write is counted from its own list before it writes it.

use std::path::Path;
use std::time::{Duration, Instant};

use crate::error::{shown, shown_bytes};
use crate::name::{self, Leaf, Names};
use crate::spawn::{Call, Ended, SpawnError, Talk};
use crate::{FetchError, GitUrl, Limits, Rev, World, platform};

/// Settings that hold for every command, whatever the machine's or the user's say.
const SETTINGS: [&str; 15] = [
    "protocol.ext.allow=never",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "core.attributesFile=/dev/null",
    "core.autocrlf=false",
    "core.symlinks=true",
    "core.protectHFS=true",
    "core.protectNTFS=true",
    "core.askPass=",
    "submodule.recurse=false",
    "filter.lfs.smudge=",
    "filter.lfs.process=",
    "filter.lfs.required=false",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// An empty askpass is none; ssh must not ask either.
const VARIABLES: [(&str, &str); 7] = [
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_ASKPASS", ""),
    ("SSH_ASKPASS_REQUIRE", "never"),
    ("GIT_SSH_COMMAND", "ssh -oBatchMode=yes"),
    ("GIT_ALLOW_PROTOCOL", "file:https:ssh"),
    ("GIT_LFS_SKIP_SMUDGE", "1"),
    ("LC_ALL", "C"),
];

/// Clones into `to`, which is absent, and returns the commit whose files lie there.
pub(crate) fn clone(
    url: &GitUrl,
    rev: Option<&Rev>,
    to: &Path,
    limits: &Limits,
    world: &World<'_>,
) -> Result<String, FetchError> {
    let git = Git::find(to, limits, world)?;
    (world.line)(&format!("Fetching {}", shown(url.as_str())));
    let mut words =
        vec!["clone", "--no-hardlinks", "--no-checkout", "--no-recurse-submodules", "--template=", "--progress"];
    match rev {
        // Which branch holds a commit is not known.
        Some(rev) if rev.may_be_commit() => {}
        Some(rev) => words.extend(["--depth", "1", "--single-branch", "--branch", rev.as_str()]),
        None => words.extend(["--depth", "1", "--single-branch"]),
    }
    let path = to.to_string_lossy();
    words.extend(["--", url.as_str(), path.as_ref()]);
    git.run(None, &words, "fetch it", |_| true)?;
    let commit = git.commit(rev)?;
    git.look_at(&commit)?;
    git.run(Some(to), &["checkout", "--quiet", "--force", "--detach", &commit], "write its files", |_| true)?;
    Ok(commit)
}

struct Git<'a> {
    program: String,
    env: Vec<(String, String)>,
    clone: &'a Path,
    limits: &'a Limits,
    world: &'a World<'a>,
}

impl<'a> Git<'a> {
    fn find(clone: &'a Path, limits: &'a Limits, world: &'a World<'a>) -> Result<Self, FetchError> {
        let path = world.env.iter().find(|(name, _)| name == "PATH").map_or("", |(_, value)| value);
        let program = std::env::split_paths(path)
            .filter(|dir| dir.is_absolute())
            .map(|dir| dir.join("git"))
            .find(|git| git.is_file() && !platform::is_git_stub(git))
            .ok_or(FetchError::NoGit)?;
        let mut env: Vec<(String, String)> =
            world.env.iter().filter(|(name, _)| !name.starts_with("GIT_")).cloned().collect();
        env.retain(|(name, _)| VARIABLES.iter().all(|(ours, _)| name != ours));
        env.extend(VARIABLES.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Ok(Self { program: program.to_string_lossy().into_owned(), env, clone, limits, world })
    }

    /// Runs one command; `out` is told its output and answers whether to go on.
    fn run(
        &self,
        within: Option<&Path>,
        words: &[&str],
        doing: &'static str,
        out: impl FnMut(&[u8]) -> bool,
    ) -> Result<(), FetchError> {
        match self.ended(within, words, doing, out)? {
            (Some(0), _) => Ok(()),
            (_, said) => Err(FetchError::Git { doing, said }),
        }
    }

    fn ended(
        &self,
        within: Option<&Path>,
        words: &[&str],
        doing: &'static str,
        out: impl FnMut(&[u8]) -> bool,
    ) -> Result<(Option<i32>, String), FetchError> {
        let mut argv = vec![self.program.clone()];
        if let Some(dir) = within {
            argv.extend(["-C".to_owned(), dir.to_string_lossy().into_owned()]);
        }
        argv.extend(SETTINGS.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]));
        argv.extend(words.iter().map(|word| (*word).to_owned()));
        // Where it stands must not be a working copy of something else.
        let cwd = self.clone.parent().unwrap_or(Path::new("/"));
        let call = Call { argv: &argv, env: &self.env, cwd, timeout: self.limits.git };
        let mut listener =
            Listener { git: self, out, line: Vec::new(), last: None, told: None, looked: None, full: false };
        let ended = self.world.spawn.run(&call, &mut listener);
        listener.end_line();
        let full = listener.full;
        let said = listener.last.unwrap_or_else(|| "it did not say why".to_owned());
        match ended {
            Ok(Ended { code }) => Ok((code, said)),
            Err(SpawnError::TimedOut) => {
                Err(FetchError::GitSlow { doing, minutes: self.limits.git.as_secs().div_ceil(60) })
            }
            Err(SpawnError::Stopped) if (self.world.cancelled)() => Err(FetchError::Cancelled),
            Err(SpawnError::Stopped) if full => Err(FetchError::TooLarge { limit: self.limits.total }),
            Err(error) => Err(FetchError::Git { doing, said: format!("it {error}") }),
        }
    }

    /// The commit that was asked for.
    fn commit(&self, rev: Option<&Rev>) -> Result<String, FetchError> {
        let tries = match rev.filter(|rev| rev.may_be_commit()) {
            None => vec!["HEAD".to_owned()],
            Some(rev) => {
                ["", "refs/tags/", "refs/remotes/origin/"].iter().map(|at| format!("{at}{}", rev.as_str())).collect()
            }
        };
        for name in tries {
            let mut id = Vec::new();
            let asked = format!("{name}^{{commit}}");
            let words = ["rev-parse", "--verify", "--quiet", "--end-of-options", &asked];
            let (code, _) = self.ended(Some(self.clone), &words, "find the commit", |bytes| {
                id.extend_from_slice(bytes);
                id.len() < 1_000
            })?;
            let id = String::from_utf8_lossy(&id).trim().to_owned();
            if code == Some(0) && matches!(id.len(), 40 | 64) && id.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Ok(id);
            }
        }
        let said = match rev {
            Some(rev) => format!("there is no `{}` there", rev.as_str()),
            None => "there is no commit there yet".to_owned(),
        };
        Err(FetchError::Git { doing: "find the commit", said })
    }

    /// Judges the list of a commit's files, so that nothing is checked out that is refused afterwards anyway.
    fn look_at(&self, commit: &str) -> Result<(), FetchError> {
        let mut list = List { limits: self.limits, line: Vec::new(), names: Names::default(), count: 0, bytes: 0 };
        let mut refused = None;
        let words = ["ls-tree", "-r", "-l", "-z", "--full-tree", commit];
        let listed = self.run(Some(self.clone), &words, "list its files", |bytes| {
            refused = list.more(bytes).err();
            refused.is_none()
        });
        refused.map_or(listed, Err)
    }
}

/// What `ls-tree` says, judged as it comes.
struct List<'a> {
    limits: &'a Limits,
    line: Vec<u8>,
    names: Names,
    count: usize,
    bytes: u64,
}

impl List<'_> {
    fn more(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        for byte in bytes {
            if *byte == 0 {
                let line = std::mem::take(&mut self.line);
                self.one(&line)?;
            } else {
                self.line.push(*byte);
            }
        }
        if self.line.len() > 64 * 1024 {
            return Err(FetchError::Name { name: shown_bytes(&self.line), reason: "it is far too long" });
        }
        Ok(())
    }

    /// `100644 blob <id>    <size>\t<path>`.
    fn one(&mut self, line: &[u8]) -> Result<(), FetchError> {
        let tab = line.iter().position(|b| *b == b'\t').unwrap_or(line.len());
        let head = String::from_utf8_lossy(&line[..tab]);
        let path = name::clean(line.get(tab + 1..).unwrap_or_default(), self.limits)?;
        let size = head.split_whitespace().nth(3).and_then(|size| size.parse::<u64>().ok()).unwrap_or(0);
        self.count += 1;
        self.bytes = self.bytes.saturating_add(size);
        if self.count > self.limits.entries {
            return Err(FetchError::TooMany { limit: self.limits.entries });
        }
        if size > self.limits.file {
            return Err(FetchError::FileTooLarge { name: shown(&path), limit: self.limits.file });
        }
        if self.bytes > self.limits.total {
            return Err(FetchError::TooLarge { limit: self.limits.total });
        }
        self.names.add(&path, Leaf::Other)
    }
}

/// Hears git out: its progress for a person, its last words for an error.
struct Listener<'a, F> {
    git: &'a Git<'a>,
    out: F,
    line: Vec<u8>,
    /// The last line that tells what went wrong.
    last: Option<String>,
    told: Option<Instant>,
    looked: Option<Instant>,
    full: bool,
}

impl<F: FnMut(&[u8]) -> bool> Listener<'_, F> {
    fn end_line(&mut self) {
        let text = shown_bytes(&std::mem::take(&mut self.line));
        let text = text.trim();
        if text.is_empty() {
            return;
        }
        // The first `fatal:` is the cause; what follows are consequences and tips.
        let cause = text.strip_prefix("fatal: ").or_else(|| text.strip_prefix("error: "));
        if let Some(cause) = cause.or_else(|| text.strip_prefix("fatal:")) {
            self.last.get_or_insert_with(|| cause.trim_end_matches('.').to_owned());
        }
        let often = self.told.is_some_and(|at| at.elapsed() < Duration::from_millis(500));
        if text.contains('%') && !often && !text.starts_with("fatal") {
            self.told = Some(Instant::now());
            (self.git.world.line)(text);
        }
    }
}

impl<F: FnMut(&[u8]) -> bool> Talk for Listener<'_, F> {
    fn out(&mut self, bytes: &[u8]) -> bool {
        (self.out)(bytes)
    }

    fn err(&mut self, bytes: &[u8]) -> bool {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.end_line(),
                _ if self.line.len() < 4_096 => self.line.push(*byte),
                _ => {}
            }
        }
        true
    }

    /// A repository may be far larger than the files of one commit.
    fn go_on(&mut self) -> bool {
        if self.looked.is_none_or(|at| at.elapsed() > Duration::from_secs(1)) {
            self.looked = Some(Instant::now());
            let packs = std::fs::read_dir(self.git.clone.join(".git/objects/pack"));
            let bytes: u64 =
                packs.into_iter().flatten().flatten().filter_map(|pack| pack.metadata().ok()).map(|m| m.len()).sum();
            self.full |= bytes > self.git.limits.total;
        }
        !self.full && !(self.git.world.cancelled)()
    }
}
