//! Pictures let go over a conversation: read by the shell, which alone knows their paths.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::{CWD, Mode, OFlags, openat};

use super::write::{LARGEST, MOST};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::{ChatImage, ChatPictures};
use crate::{Actor, ApiResult};

impl App {
    /// The pictures among files that were dropped, and why the others are none. Bytes decide what a picture is, not names.
    ///
    /// # Errors
    /// `internal` where reading broke; a file that cannot be read is named in `refused`.
    pub async fn chat_dropped(&self, _who: &Actor, paths: Vec<PathBuf>) -> ApiResult<ChatPictures> {
        blocking(move || {
            let mut all = ChatPictures { images: Vec::new(), refused: Vec::new() };
            for path in &paths {
                if all.images.len() == MOST {
                    all.refused.push(format!("At most {MOST} pictures go with a message. The others were left out."));
                    break;
                }
                match picture(path) {
                    Ok(image) => all.images.push(image),
                    Err(why) => all.refused.push(why),
                }
            }
            Ok(all)
        })
        .await
    }
}

fn picture(path: &Path) -> Result<ChatImage, String> {
    let name = path.file_name().map_or_else(|| "it".to_owned(), |name| name.to_string_lossy().into_owned());
    let unreadable = || format!("“{name}” could not be read. It may have been moved. Attach it again.");
    // A pipe or a device must not hold anything up.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let fd: OwnedFd = openat(CWD, path, flags, Mode::empty()).map_err(|_| unreadable())?;
    let file = File::from(fd);
    let meta = file.metadata().map_err(|_| unreadable())?;
    let no_picture = || format!("“{name}” is no PNG, JPEG, GIF or WebP picture. It was not attached.");
    if !meta.is_file() {
        return Err(no_picture());
    }
    let most = LARGEST as u64;
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes).map_err(|_| unreadable())?;
    let media_type = media_type(&bytes).ok_or_else(no_picture)?;
    if bytes.len() as u64 > most {
        let size = meta.len() as f64 / 1024.0 / 1024.0;
        return Err(format!(
            "“{name}” has {size:.1} MB. At most 5 MB go with a message. Make it smaller and attach it again."
        ));
    }
    Ok(ChatImage { name, media_type: media_type.to_owned(), data: STANDARD.encode(&bytes) })
}

fn media_type(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::picture;

    #[test]
    fn bytes_decide_what_a_picture_is() {
        let dir = tempfile::tempdir().expect("a folder");
        let put = |name: &str, bytes: &[u8]| {
            let path = dir.path().join(name);
            std::fs::write(&path, bytes).expect("a file");
            path
        };
        let png = b"\x89PNG\r\n\x1a\n rest";
        let good = picture(&put("sunset", png)).expect("a picture without an ending is one");
        assert_eq!((good.name.as_str(), good.media_type.as_str()), ("sunset", "image/png"));
        assert_eq!(good.data, "iVBORw0KGgogcmVzdA==", "its bytes go whole");
        let evil = picture(&put("evil.png", b"<svg onload=alert(1)>")).expect_err("a name is no picture");
        assert_eq!(evil, "“evil.png” is no PNG, JPEG, GIF or WebP picture. It was not attached.");
        let mut large = png.to_vec();
        large.resize(5 * 1024 * 1024 + 1, 0);
        let large = picture(&put("large.png", &large)).expect_err("more than 5 MB");
        assert!(large.starts_with("“large.png” has 5.0 MB. At most 5 MB"), "{large}");
        assert!(picture(&dir.path().join("gone.png")).expect_err("nothing is there").contains("could not be read"));
        assert!(picture(dir.path()).expect_err("a folder").contains("is no PNG"), "a folder is none");
    }
}
