//! What can go wrong, in words: what happened (`Display`) and what to do about it ([`FetchError::advice`]).
//!
//! Names from archives are hostile text: every one that enters an error went through [`shown`].

use std::io;
use std::path::{Path, PathBuf};

/// Why nothing was fetched. Nothing was left behind either.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// There is nothing at the path, or something else than was said.
    #[error("`{}` is no {what} that can be read", path.display())]
    NotThere { path: PathBuf, what: &'static str },
    /// Its first bytes are those of no archive we know.
    #[error("`{}` is neither a zip nor a tar archive", path.display())]
    NotArchive { path: PathBuf },
    /// It ends early, a checksum is wrong, or it contradicts itself.
    #[error("the archive `{}` is damaged: {reason}", path.display())]
    Damaged { path: PathBuf, reason: String },
    /// It is encrypted or packed in a way we do not read.
    #[error("`{name}` in the archive cannot be unpacked: {reason}")]
    Unsupported { name: String, reason: String },
    /// It was not the same from its first byte to its last look.
    #[error("`{name}` changed while it was read")]
    Changed { name: String },
    /// A name that could leave the folder, or that not every system keeps.
    #[error("the name `{name}` is refused: {reason}")]
    Name { name: String, reason: &'static str },
    /// Two names that are one on a Mac.
    #[error("`{first}` and `{second}` are the same name on a Mac")]
    Collision { first: String, second: String },
    /// One name, two contents.
    #[error("`{name}` is there twice")]
    Twice { name: String },
    /// Something lies beneath what is no folder.
    #[error("`{name}` lies beneath `{above}`, which is no folder")]
    Beneath { name: String, above: String },
    /// A link that leads out.
    #[error("the link `{name}` to `{target}` is refused: {reason}")]
    Link { name: String, target: String, reason: &'static str },
    /// A device, a pipe, a hard link and the like.
    #[error("`{name}` is a {kind}, and only files, folders and links are taken")]
    Kind { name: String, kind: &'static str },
    /// More entries than the limit.
    #[error("there are more than {limit} files and folders")]
    TooMany { limit: usize },
    /// More bytes than the limit.
    #[error("the content is larger than {}", size(*limit))]
    TooLarge { limit: u64 },
    /// One file over the limit.
    #[error("`{name}` is larger than {}", size(*limit))]
    FileTooLarge { name: String, limit: u64 },
    /// The content is out of all proportion to the archive.
    #[error("the archive unpacks to more than {ratio} times its size, as only one made to do harm does")]
    Bomb { ratio: u64 },
    /// Nothing is left of it.
    #[error("there is no file in `{from}`")]
    Empty { from: String },
    /// `only` names nothing, or a file.
    #[error("there is no folder `{sub}` in it")]
    NoSuchFolder { sub: String },
    /// The target must be absent.
    #[error("`{}` is there already", path.display())]
    Exists { path: PathBuf },
    /// The folder the target shall lie in is not there.
    #[error("the folder `{}` is not there", path.display())]
    NoParent { path: PathBuf },
    /// The temporary name is held by something that is not ours.
    #[error("`{}` is in the way and was not made by this program", path.display())]
    InTheWay { path: PathBuf },
    /// Another one is at it.
    #[error("the same folder is being fetched at this moment: `{}` is in use", path.display())]
    Busy { path: PathBuf },
    /// The source lies in the target, or the target in the source.
    #[error("`{}` and `{}` lie within each other", from.display(), into.display())]
    Overlap { from: PathBuf, into: PathBuf },
    /// An address git must not be given.
    #[error("the address `{url}` is refused: {reason}")]
    Url { url: String, reason: &'static str },
    /// A branch, tag or commit that git must not be given.
    #[error("`{rev}` is no name of a branch, tag or commit")]
    Rev { rev: String },
    /// A sub folder that is no plain relative path.
    #[error("`{sub}` is no plain path of a folder within it")]
    Sub { sub: String },
    /// There is no git, or only the stub that offers to install one.
    #[error("git is not installed on this machine")]
    NoGit,
    /// Git ended with an error.
    #[error("git could not {doing}: {said}")]
    Git { doing: &'static str, said: String },
    /// Git took longer than the limit.
    #[error("git did not {doing} within {minutes} min")]
    GitSlow { doing: &'static str, minutes: u64 },
    /// The code holds nothing of the name that is started.
    #[error("there is no `{missing}` in it")]
    NotWhatWasWanted { missing: String },
    /// The content is another than the one that somebody looked at.
    #[error("it is not what was looked at: its files changed since")]
    NotWhatWasLookedAt,
    /// Somebody asked to stop.
    #[error("it was stopped")]
    Cancelled,
    /// The system refused.
    #[error("could not {doing} `{}`: {source}", path.display())]
    Io { path: PathBuf, doing: &'static str, source: io::Error },
}

impl FetchError {
    pub(crate) fn io(path: &Path, doing: &'static str, source: io::Error) -> Self {
        // A reader of ours passes its own error through `io::Error`.
        match source.downcast::<FetchError>() {
            Ok(own) => own,
            Err(source) => Self::Io { path: path.to_owned(), doing, source },
        }
    }

    /// What a person can do about it: one sentence.
    #[must_use]
    pub fn advice(&self) -> &'static str {
        match self {
            Self::NotThere { .. } => "Check the path, and that you may read what is there.",
            Self::NotArchive { .. } => "Give a .zip, .mcpb, .tar, .tar.gz or .tgz file.",
            Self::Damaged { .. } => "Download or pack the archive anew.",
            Self::Unsupported { .. } => "Pack it anew, as a plain zip or tar.gz without a password.",
            Self::Changed { .. } => "Wait until nothing writes to it any more, and try again.",
            Self::Name { .. } | Self::Collision { .. } | Self::Twice { .. } | Self::Beneath { .. } => {
                "Ask for a clean package, or rename the file in the source and pack it anew."
            }
            Self::Link { .. } => "Replace the link in the source by the file it stands for.",
            Self::Kind { .. } => "Remove it from the source, or pack the archive anew without it.",
            Self::TooMany { .. } | Self::TooLarge { .. } | Self::FileTooLarge { .. } => {
                "Take a smaller part of it, or remove from the source what is no code."
            }
            Self::Bomb { .. } => "Do not use this archive.",
            Self::Empty { .. } | Self::NotWhatWasWanted { .. } => "Check that it is the right source.",
            Self::NoSuchFolder { .. } | Self::Sub { .. } => {
                "Name a folder as it stands in the source, such as `src/tool`."
            }
            Self::Exists { .. } => "Choose a folder that does not exist yet, or move this one away.",
            Self::NoParent { .. } => "Make it first.",
            Self::InTheWay { .. } => "Look at it, and move it away.",
            Self::Busy { .. } => "Wait until that has ended.",
            Self::Overlap { .. } => "Choose a target outside of the source.",
            Self::Url { .. } => {
                "Give an https:, ssh: or file: address, `git@host:path`, or an absolute path, without a password. \
                 Git takes passwords from its own credential helper."
            }
            Self::Rev { .. } => "Name a branch, a tag or a commit id.",
            Self::NoGit => "Install git, or download the code as an archive and give that.",
            Self::Git { .. } => "Check the address, the branch or tag, and that you may read it without being asked.",
            Self::GitSlow { .. } => "Check the connection and try again, or give an archive.",
            Self::NotWhatWasLookedAt => "Look at it again, and then decide anew.",
            Self::Cancelled => "Nothing was left behind; start it again when you want.",
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "The disk is full; make room, then try again."
                }
                io::ErrorKind::FileTooLarge => "This account, or this disk, takes no file that large.",
                _ => "Check the free space and the permissions there.",
            },
        }
    }

    /// Whether the system or this program failed, not the source.
    #[must_use]
    pub fn is_breakage(&self) -> bool {
        matches!(self, Self::Io { .. })
    }
}

/// A text of others for a line of ours: control characters and marks that turn the direction are replaced, and it is cut.
#[must_use]
pub fn shown(text: &str) -> String {
    const LONGEST: usize = 200;
    let mut out: String =
        text.chars().take(LONGEST).map(|c| if crate::name::is_unseen(c) { '\u{fffd}' } else { c }).collect();
    if text.chars().nth(LONGEST).is_some() {
        out.push('…');
    }
    out
}

pub(crate) fn shown_bytes(bytes: &[u8]) -> String {
    shown(&String::from_utf8_lossy(bytes))
}

/// `3.5 GiB`, `12 MiB`, `700 bytes`.
#[must_use]
pub fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];
    for (unit, one) in UNITS {
        if bytes >= one {
            let tenths = bytes.saturating_mul(10) / one;
            return if tenths.is_multiple_of(10) {
                format!("{} {unit}", tenths / 10)
            } else {
                format!("{}.{} {unit}", tenths / 10, tenths % 10)
            };
        }
    }
    format!("{bytes} bytes")
}
