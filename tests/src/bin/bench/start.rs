//! Rows 1 and 2: from exec to the window, and what the whole family of processes weighs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use sanctum_tests::Place;
use sanctum_tests::place::program;

use crate::processes;
use crate::screen::Screen;
use crate::seed;
use crate::session::Bus;
use crate::table::{Limit, Line, median};

const ROUNDS: usize = 11;
const WEIGHINGS: usize = 5;
/// After this long the app has looked at its tree, and WebKit's own start is over.
const SETTLED: Duration = Duration::from_secs(8);
/// The grid of a remembered session stands well before.
const FILLED: Duration = Duration::from_millis(3500);

/// One of the two programs, ready to be started.
struct Side {
    program: PathBuf,
    env: BTreeMap<String, String>,
}

/// The app over `place`, signed in already, and the empty window with a data folder of its own.
fn sides(bus: &Bus, place: &Place, other: &Place) -> Result<(Side, Side)> {
    bus.remember(place)?;
    let empty = PathBuf::from("examples").join("empty_window");
    Ok((
        Side { program: program("sanctum-configurator")?, env: bus.env(place) },
        Side { program: program(&empty.display().to_string())?, env: bus.env(other) },
    ))
}

/// Row 1.
pub fn start() -> Result<Vec<Line>> {
    let (home, place, other) = (Place::new()?, seed::install(100, 10)?, Place::new()?);
    let (bus, screen) = (Bus::start(&home)?, Screen::open()?);
    let (app, empty) = sides(&bus, &place, &other)?;
    let (mut ours, mut ours_mapped, mut theirs, mut theirs_mapped, mut filled) =
        (vec![], vec![], vec![], vec![], vec![]);
    for round in 0..=ROUNDS {
        let one = screen.start(&empty.program, &empty.env)?;
        let empty_themed = screen.themed(&one)?;
        let empty_mapped = one.mapped;
        drop(one);
        let one = screen.start(&app.program, &app.env)?;
        let (themed, mapped) = (screen.themed(&one)?, one.mapped);
        let full = screen.filled(&one, FILLED)?;
        drop(one);
        eprintln!("  empty {empty_mapped:?} {empty_themed:?}, app {mapped:?} {themed:?}, grid {full:?}");
        // The first round warms the disk's and WebKit's own caches.
        if round > 0 {
            ours.push(ms(themed));
            ours_mapped.push(ms(mapped));
            theirs.push(ms(empty_themed));
            theirs_mapped.push(ms(empty_mapped));
            filled.push(ms(full));
        }
    }
    let theirs = median(theirs);
    Ok(vec![
        Line::new("Window mapped and painted in the theme, from exec; 100 agents, 1,000 modules", median(ours), "ms")
            .against("empty Tauri window", theirs)
            .limit(Limit::Times(1.2)),
        Line::new("… the mapping alone (MapNotify)", median(ours_mapped), "ms")
            .against("empty Tauri window", median(theirs_mapped)),
        Line::new(
            "… until the tools grid of the remembered session is filled (keyring included)",
            median(filled),
            "ms",
        )
        .against("empty Tauri window", theirs),
    ])
}

/// Row 2, first half.
pub fn memory() -> Result<Vec<Line>> {
    let (home, place, other) = (Place::new()?, seed::install(20, 10)?, Place::new()?);
    let (bus, screen) = (Bus::start(&home)?, Screen::open()?);
    let (app, empty) = sides(&bus, &place, &other)?;
    let weigh = |side: &Side| -> Result<(f64, f64)> {
        let window = screen.start(&side.program, &side.env)?;
        std::thread::sleep(SETTLED.saturating_sub(window.since()));
        eprintln!("  {}", processes::parts(window.pid()));
        Ok((processes::weight(window.pid()), processes::own(window.pid())))
    };
    let (mut ours, mut theirs, mut own, mut their_own) = (vec![], vec![], vec![], vec![]);
    for _ in 0..WEIGHINGS {
        let (whole, part) = weigh(&empty)?;
        theirs.push(whole);
        their_own.push(part);
        let (whole, part) = weigh(&app)?;
        ours.push(whole);
        own.push(part);
    }
    let ours = median(ours);
    let line = Line::new("Memory of all processes (PSS), 20 agents, signed in, grid shown", ours, "MiB")
        .against("empty Tauri window", median(theirs))
        .limit(Limit::Times(1.15));
    let private = Line::new("… of it, memory that is no shared library or file", median(own), "MiB")
        .against("empty Tauri window", median(their_own));
    Ok(vec![line, private])
}

pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
