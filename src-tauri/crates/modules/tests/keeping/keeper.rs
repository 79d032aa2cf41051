//! The keeper as a program of its own, so that the tests of this crate need no other.

fn main() -> std::process::ExitCode {
    sanctum_modules::keep::main(std::env::args_os().skip(1))
}
