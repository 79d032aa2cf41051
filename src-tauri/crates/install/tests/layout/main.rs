//! The half of `install` that describes a Sanctum: catalogue, names, roots, ports, Python, the layout itself.

mod catalogue;
mod hosts;
mod login;
mod names;
mod plans;
mod ports;
mod python;
mod quoting;
mod roots;
mod secrets;
mod start;
mod support;
mod tree;
mod vocabulary;
