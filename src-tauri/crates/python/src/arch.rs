//! What kind of machine this is, and what kind a program or a package was built for. Reads the first bytes of a file only.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The kind of machine, as Rust names it (`std::env::consts`); passed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Machine {
    /// `linux` or `macos`.
    pub os: &'static str,
    /// `x86_64`, `aarch64`.
    pub arch: &'static str,
}

impl Machine {
    /// The kind this program was built for.
    #[must_use]
    pub fn here() -> Machine {
        Machine { os: std::env::consts::OS, arch: std::env::consts::ARCH }
    }

    /// The processor as the system names it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match (self.os, self.arch) {
            ("macos", "aarch64") => "Apple silicon",
            ("macos", "x86_64") => "Intel",
            (_, arch) => arch,
        }
    }

    /// What a program was built for, where that is not this machine; `None` where it fits or cannot be told.
    pub(crate) fn misfit(self, program: &Path) -> Option<String> {
        let mut head = [0_u8; 512];
        let read = File::open(program).and_then(|mut file| file.read(&mut head)).ok()?;
        let built = built_for(&head[..read]);
        let fits = built.is_empty() || built.iter().any(|(os, arch)| *os == self.os && *arch == self.arch);
        (!fits).then(|| {
            let (os, arch) = built[0];
            if os == self.os { arch.to_owned() } else { format!("{arch} {os}") }
        })
    }

    /// Whether a wheel's platform tag (`manylinux_2_17_x86_64`, `macosx_11_0_arm64`, `any`) is for this machine.
    pub(crate) fn takes(self, platform: &str) -> bool {
        if platform == "any" {
            return true;
        }
        let of_os = match self.os {
            "macos" => platform.starts_with("macosx"),
            _ => platform.contains("linux"),
        };
        let names: &[&str] = match (self.os, self.arch) {
            ("macos", "aarch64") => &["arm64", "universal2"],
            ("macos", _) => &["x86_64", "universal2", "intel"],
            (_, arch) => &[arch],
        };
        of_os && names.iter().any(|name| platform.ends_with(name))
    }
}

/// System and processor of each part of a program; empty for scripts and what is not known.
fn built_for(head: &[u8]) -> Vec<(&'static str, &'static str)> {
    let word = |at: usize, big: bool| {
        let bytes: Option<[u8; 4]> = head.get(at..at + 4).and_then(|b| b.try_into().ok());
        bytes.map(|b| if big { u32::from_be_bytes(b) } else { u32::from_le_bytes(b) })
    };
    let mach = |kind: u32| match kind {
        0x0100_0007 => Some(("macos", "x86_64")),
        0x0100_000c => Some(("macos", "aarch64")),
        _ => None,
    };
    match head.get(..4) {
        Some(b"\x7fELF") => match head.get(18..20) {
            Some([62, 0]) => vec![("linux", "x86_64")],
            Some([183, 0]) => vec![("linux", "aarch64")],
            _ => Vec::new(),
        },
        Some([0xcf, 0xfa, 0xed, 0xfe]) => word(4, false).and_then(mach).into_iter().collect(),
        Some([0xca, 0xfe, 0xba, 0xbe]) => {
            let parts = word(4, true).unwrap_or(0).min(8) as usize;
            (0..parts).filter_map(|n| word(8 + n * 20, true).and_then(mach)).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Machine, built_for};

    #[test]
    fn programs_and_packages_of_another_machine_are_told() {
        let mut fat = vec![0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 2];
        for kind in [0x0100_0007_u32, 0x0100_000c] {
            fat.extend(kind.to_be_bytes());
            fat.extend([0; 16]);
        }
        assert_eq!(built_for(&fat), [("macos", "x86_64"), ("macos", "aarch64")], "a program for both");
        assert_eq!(built_for(b"#!/bin/sh\n"), [], "a script is for all");
        let (mac, pi) = (Machine { os: "macos", arch: "aarch64" }, Machine { os: "linux", arch: "aarch64" });
        assert!(mac.takes("macosx_11_0_arm64") && mac.takes("macosx_10_9_universal2") && mac.takes("any"), "its own");
        assert!(!mac.takes("macosx_10_9_x86_64") && !mac.takes("manylinux_2_17_aarch64"), "others’");
        assert!(pi.takes("manylinux_2_17_aarch64") && !pi.takes("manylinux_2_17_x86_64"), "the same on Linux");
    }
}
