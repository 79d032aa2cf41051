//! Archives made byte by byte, so that they can hold what no honest program writes, and a place to fetch into.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use sanctum_fetch::{FetchError, Limits, OsSpawn, Report, Source, Spawn, Wanted, World, fetch, inspect};
use time::OffsetDateTime;

pub const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

/// A temporary folder with an empty `install` in it, which must look the same after every failure.
pub struct Place {
    pub dir: tempfile::TempDir,
    pub env: Vec<(String, String)>,
    pub lines: Mutex<Vec<String>>,
}

impl Place {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("install")).unwrap();
        fs::create_dir(dir.path().join("home")).unwrap();
        let env = vec![
            ("PATH".to_owned(), std::env::var("PATH").unwrap()),
            ("HOME".to_owned(), dir.path().join("home").display().to_string()),
            ("GIT_CONFIG_NOSYSTEM".to_owned(), "1".to_owned()),
        ];
        Self { dir, env, lines: Mutex::default() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn app(&self) -> PathBuf {
        self.path("install/app")
    }

    pub fn fetch(&self, wanted: &Wanted) -> Result<Report, FetchError> {
        self.fetch_with(wanted, &Limits::default(), &OsSpawn, &|| false)
    }

    pub fn fetch_with(
        &self,
        wanted: &Wanted,
        limits: &Limits,
        spawn: &dyn Spawn,
        cancelled: &dyn Fn() -> bool,
    ) -> Result<Report, FetchError> {
        let line = |text: &str| self.lines.lock().unwrap().push(text.to_owned());
        let world = World { spawn, env: &self.env, now: NOW, line: &line, cancelled };
        fetch(wanted, &self.app(), limits, &world)
    }

    /// What lies beside the target, to the last hidden file.
    pub fn beside(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("install")).unwrap();
        names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }

    /// Writes an archive and says why it is refused, by looking at it and by fetching it.
    pub fn refused(&self, name: &str, bytes: &[u8], limits: &Limits) -> String {
        let wanted = self.archive(name, bytes);
        let looked = inspect(&wanted, limits).expect_err(&format!("{name} must be refused by a look")).to_string();
        let error = self.fetch_with(&wanted, limits, &OsSpawn, &|| false);
        let error = error.expect_err(&format!("{name} must be refused")).to_string();
        assert_eq!(looked, error, "a look and a fetch refuse {name} for the same reason");
        assert_eq!(self.beside(), Vec::<String>::new(), "nothing is left of {name}");
        assert!(!error.contains(['\n', '\u{1b}', '\u{7}', '\0']), "{error:?} moves no cursor");
        error
    }

    pub fn archive(&self, name: &str, bytes: &[u8]) -> Wanted {
        fs::write(self.path(name), bytes).unwrap();
        Wanted { source: Source::Archive(self.path(name)), only: None }
    }
}

pub fn folder(path: PathBuf) -> Wanted {
    Wanted { source: Source::Folder(path), only: None }
}

/// Writes files beneath `dir`; a path that ends with `*` is executable.
pub fn write_tree(dir: &Path, files: &[(&str, &str)]) {
    use std::os::unix::fs::PermissionsExt;
    for (name, content) in files {
        let path = dir.join(name.trim_end_matches('*'));
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        let mode = if name.ends_with('*') { 0o755 } else { 0o644 };
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }
}

/// One entry of a tar: kind byte, name, link target, mode, content.
pub struct Tar(pub Vec<u8>);

impl Tar {
    pub fn new() -> Self {
        Self(Vec::new())
    }

    pub fn add(mut self, kind: u8, name: &str, link: &str, mode: u32, content: &[u8]) -> Self {
        self.raw(kind, name.as_bytes(), link.as_bytes(), mode, content.len() as u64);
        self.body(content);
        self
    }

    pub fn file(self, name: &str, content: &str) -> Self {
        self.add(b'0', name, "", 0o644, content.as_bytes())
    }

    pub fn link(self, name: &str, target: &str) -> Self {
        self.add(b'2', name, target, 0o777, b"")
    }

    /// A header that says what it wants; no crate writes such names.
    pub fn raw(&mut self, kind: u8, name: &[u8], link: &[u8], mode: u32, size: u64) {
        let mut head = [0_u8; 512];
        head[..name.len()].copy_from_slice(name);
        head[100..108].copy_from_slice(format!("{mode:07o}\0").as_bytes());
        head[108..116].copy_from_slice(b"0000000\0");
        head[116..124].copy_from_slice(b"0000000\0");
        head[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        head[136..148].copy_from_slice(b"00000000000\0");
        head[148..156].copy_from_slice(b"        ");
        head[156] = kind;
        head[157..157 + link.len()].copy_from_slice(link);
        head[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = head.iter().map(|b| u32::from(*b)).sum();
        head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.0.extend_from_slice(&head);
    }

    pub fn body(&mut self, content: &[u8]) {
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
    }

    pub fn pax(self, records: &[(&str, &str)]) -> Self {
        self.add(b'x', "pax", "", 0o644, &pax(records))
    }

    pub fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        self.0
    }
}

/// Records as PAX has them: each begins with its own length.
pub fn pax(records: &[(&str, &str)]) -> Vec<u8> {
    let mut out = String::new();
    for (key, value) in records {
        let rest = format!(" {key}={value}\n");
        let mut len = rest.len() + 1;
        while len != rest.len() + len.to_string().len() {
            len += 1;
        }
        out.push_str(&format!("{len}{rest}"));
    }
    out.into_bytes()
}

pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// A zip, entry by entry; what its local headers say may differ from its directory.
#[derive(Default)]
pub struct Zip {
    out: Vec<u8>,
    directory: Vec<u8>,
    count: u16,
}

impl Zip {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn file(self, name: &str, content: &str) -> Self {
        self.add(name.as_bytes(), 0o100_644, content.as_bytes())
    }

    pub fn add(self, name: &[u8], mode: u32, content: &[u8]) -> Self {
        self.entry(name, name, mode, content, content.len() as u32, 0, false)
    }

    pub fn deflated(self, name: &str, content: &[u8]) -> Self {
        self.entry(name.as_bytes(), name.as_bytes(), 0o100_644, content, content.len() as u32, 0, true)
    }

    #[allow(clippy::too_many_arguments)] // A header has that many fields.
    pub fn entry(
        mut self,
        local: &[u8],
        name: &[u8],
        mode: u32,
        content: &[u8],
        told: u32,
        flags: u16,
        deflate: bool,
    ) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        let packed = if deflate {
            let mut out = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
            out.write_all(content).unwrap();
            out.finish().unwrap()
        } else {
            content.to_vec()
        };
        let at = self.out.len() as u32;
        // Version, flags, method, time, date.
        let mut middle = Vec::new();
        for word in [20_u16, flags, if deflate { 8 } else { 0 }, 0, 0x21] {
            middle.extend_from_slice(&word.to_le_bytes());
        }
        for number in [crc.sum(), packed.len() as u32, told] {
            middle.extend_from_slice(&number.to_le_bytes());
        }
        let lengths = |name: &[u8]| [(name.len() as u16).to_le_bytes(), [0, 0]].concat();
        self.out.extend([b"PK\x03\x04".to_vec(), middle.clone(), lengths(local), local.to_vec(), packed].concat());
        self.directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        self.directory.extend([middle, lengths(name), vec![0; 6]].concat());
        self.directory.extend_from_slice(&(mode << 16).to_le_bytes());
        self.directory.extend([at.to_le_bytes().to_vec(), name.to_vec()].concat());
        self.count += 1;
        self
    }

    pub fn end(self) -> Vec<u8> {
        let count = self.count;
        self.end_telling(count)
    }

    pub fn end_telling(self, count: u16) -> Vec<u8> {
        let mut out = self.out;
        let (at, len) = (out.len() as u32, self.directory.len() as u32);
        out.extend_from_slice(&self.directory);
        out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
        out.extend([count.to_le_bytes(), count.to_le_bytes()].concat());
        out.extend([len.to_le_bytes(), at.to_le_bytes()].concat());
        out.extend_from_slice(&[0, 0]);
        out
    }
}
