//! Finding the plugin that breaks its tool: half of the suspects are switched on, the tool is started again and measured, and so on
//! until one is left (crate `plugins`, `bisect`). Each step is an applied change; at the end everything is as it was before, but for
//! the culprit, which stays switched off and is named.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sanctum_change::Plan;
use sanctum_plugins::bisect::{Answer, Bisect as Reasoning, Outcome};
use sanctum_plugins::graph::NodeKind;

use super::place::{self, Tool};
use super::{graph, kept, switching};
use crate::app::App;
use crate::blocking::blocking;
use crate::dto::Bisect;
use crate::modules::{Tried, everybody};
use crate::on_trial::{self, Mark, OnTrial};
use crate::open::Open;
use crate::plan::lock;
use crate::settings::Snapshot;
use crate::{Actor, ApiError, ApiResult, stamps};

/// A search, and what was measured in its present step.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    reasoning: Reasoning,
    seen: Option<(Answer, String)>,
    /// Ends the watch of the present step.
    stop: Arc<AtomicBool>,
    /// One step at a time.
    turn: Arc<tokio::sync::Mutex<()>>,
    /// What the next start puts back where this process ends.
    held: Arc<OnTrial>,
}

impl App {
    /// Begins the search at a tool that is broken, and tries the first half.
    ///
    /// # Errors
    /// `not_allowed`, `plugin_tool_unknown`, `bisect_running`, `plugin_refused` where nothing is on, `bisect_stopped` where it was stopped
    /// before it changed anything.
    pub async fn bisect_start(&self, actor: &Actor, tool: &str) -> ApiResult<Bisect> {
        actor.may_change()?;
        let open = self.opened().await?;
        if lock(&open.plugins.bisects).contains_key(tool) {
            return Err(running());
        }
        // It can be stopped before it is known what there is to try.
        let beginning = open.stops.begin(beginning_of(tool));
        let (at, who, name) = (open.clone(), actor.clone(), tool.to_owned());
        let reasoning = blocking(move || {
            let snap = Snapshot::of(&at)?;
            let tool = place::tool(&at, &snap, &who, &name)?;
            let on: Vec<String> = on(&at, &tool)?;
            let needs = needs(&at, &snap, &who, &tool)?;
            Reasoning::new(tool.address(), &on, &[], &needs).map_err(|error| {
                ApiError::refused("plugin_refused", format!("{error}."), "Look at the tool's log instead.")
            })
        })
        .await?;
        // A search that is cut off is put back at the next start.
        let mark = marked(tool, reasoning.original());
        let held = Arc::new(OnTrial::begin(&open, &uuid::Uuid::now_v7().to_string(), &mark)?);
        let turn = Arc::new(tokio::sync::Mutex::new(()));
        let search = Search { reasoning, seen: None, stop: Arc::default(), turn: turn.clone(), held: held.clone() };
        // Whoever stops it from now on waits for its turn.
        let _turn = turn.lock().await;
        match lock(&open.plugins.bisects).entry(tool.to_owned()) {
            Entry::Occupied(_) => {
                held.done();
                return Err(running());
            }
            Entry::Vacant(place) => place.insert(search),
        };
        if beginning.flag().load(Ordering::SeqCst) {
            lock(&open.plugins.bisects).remove(tool);
            held.done();
            return Err(stopped());
        }
        drop(beginning);
        self.try_half(actor, &open, tool).await
    }

    /// Goes on by what the operator says of the present step, or by what was measured.
    ///
    /// # Errors
    /// As [`App::bisect_start`]; `bisect_unknown` where none runs.
    pub async fn bisect_step(&self, actor: &Actor, tool: &str, bad: Option<bool>) -> ApiResult<Bisect> {
        actor.may_change()?;
        let open = self.opened().await?;
        let (turn, _) = waits(&open, tool)?;
        let _turn = turn.lock().await;
        {
            let mut all = lock(&open.plugins.bisects);
            let search = all.get_mut(tool).ok_or_else(unknown)?;
            let measured = search.seen.take().map(|(answer, _)| answer);
            let answer = match bad {
                Some(true) => Answer::Bad,
                Some(false) => Answer::Good,
                None => measured.unwrap_or(Answer::Unclear),
            };
            search.reasoning.answer(answer);
        }
        self.try_half(actor, &open, tool).await
    }

    /// Ends it and puts everything back.
    ///
    /// # Errors
    /// `not_allowed`, `bisect_unknown`, and what applying says.
    pub async fn bisect_stop(&self, actor: &Actor, tool: &str) -> ApiResult<Bisect> {
        actor.may_change()?;
        let open = self.opened().await?;
        let searches = || lock(&open.plugins.bisects).contains_key(tool);
        // One that begins sees it before it changes anything, or is a search by now.
        let told = !searches() && open.stops.stop(&beginning_of(tool));
        let (turn, stop) = match waits(&open, tool) {
            Err(_) if told => return Ok(nothing_tried(tool)),
            found => found?,
        };
        // The step that goes on does not wait for its end.
        stop.store(true, Ordering::SeqCst);
        let _turn = turn.lock().await;
        stop.store(false, Ordering::SeqCst);
        match lock(&open.plugins.bisects).get_mut(tool) {
            Some(search) => search.reasoning.call_off(),
            None if told => return Ok(nothing_tried(tool)),
            None => return Err(unknown()),
        }
        self.try_half(actor, &open, tool).await
    }

    /// Switches on what the present step wants, starts the tool and measures; or ends it.
    async fn try_half(&self, actor: &Actor, open: &Arc<Open>, tool: &str) -> ApiResult<Bisect> {
        let search = lock(&open.plugins.bisects).get(tool).cloned().ok_or_else(unknown)?;
        let culprit = match search.reasoning.outcome() {
            Some(Outcome::Culprit { name }) => Some(name.clone()),
            _ => None,
        };
        let over = search.reasoning.outcome().is_some();
        let mut wanted = search.reasoning.on().unwrap_or_else(|| search.reasoning.original().to_vec());
        wanted.retain(|name| Some(name) != culprit.as_ref());
        self.set(actor, open, tool, &wanted).await?;
        if let Some(name) = &culprit {
            let (at, id, now) = (open.clone(), format!("{tool}:{name}"), stamps::rfc3339(open.env().now()));
            blocking(move || {
                kept::change(&at, |kept| {
                    let reason = "its tool does not come up with it".to_owned();
                    kept.aside.insert(id, kept::Aside { reason, at: now });
                })
            })
            .await?;
        }
        let ends = if over {
            // From here on only its tool may have to be started again.
            let ends = OnTrial::begin(open, &uuid::Uuid::now_v7().to_string(), &marked(tool, &wanted))?;
            search.held.done();
            Some(ends)
        } else {
            None
        };
        let (at, who, names, stop) = (open.clone(), actor.clone(), vec![tool.to_owned()], search.stop.clone());
        let called_off = search.reasoning.outcome() == Some(&Outcome::CalledOff);
        let tried = blocking(move || {
            if called_off {
                // Nobody waits for more than that it is started again.
                return Ok(match crate::modules::start_again(&at, &who, &names)?.into_iter().next() {
                    None => Tried::Well(vec!["started again".to_owned()]),
                    Some(words) => Tried::Failed { named: names.concat(), words },
                });
            }
            crate::modules::try_out(&at, &who, &names, "bisect", &stop)
        })
        .await;
        ends.iter().for_each(OnTrial::done);
        let seen = match tried? {
            Tried::Stopped => (Answer::Unclear, "it was stopped".to_owned()),
            Tried::Nothing => (Answer::Unclear, "it is nothing that runs".to_owned()),
            Tried::Well(words) => (Answer::Good, words.join("; ")),
            Tried::Failed { words, .. } => (Answer::Bad, words),
        };
        let mut all = lock(&open.plugins.bisects);
        let search = all.get_mut(tool).ok_or_else(unknown)?;
        search.seen = Some(seen);
        let shown = show(search, &wanted, culprit);
        if over {
            all.remove(tool);
        }
        Ok(shown)
    }

    /// Switches exactly these of a tool's plugins on, as one change.
    async fn set(&self, actor: &Actor, open: &Arc<Open>, tool: &str, wanted: &[String]) -> ApiResult<()> {
        let (app, at, who) = (self.clone(), open.clone(), actor.clone());
        let (name, wanted) = (tool.to_owned(), wanted.to_vec());
        let plan = blocking(move || {
            at.settings.forget();
            let snap = Snapshot::of(&at)?;
            let tool = place::tool(&at, &snap, &who, &name)?;
            let made = switching::exactly(&at, &snap, &tool, &wanted)?;
            Ok(made.map(|(plan, words)| app.0.plans.keep(plan, words, Some(who.user_id), at.env().now())))
        })
        .await?;
        match plan {
            Some(plan) => self.apply(actor, &plan.id).await.map(drop),
            None => Ok(()),
        }
    }
}

/// What is put back where the process that searches ends: these plugins on, and the tool started again.
fn marked(tool: &str, on: &[String]) -> Mark {
    let search = on_trial::Search { tool: tool.to_owned(), on: on.to_vec() };
    Mark { change: None, tools: vec![tool.to_owned()], search: Some(search), suspicion: None }
}

/// The turn of a search, and what ends the watch of its step.
fn waits(open: &Open, tool: &str) -> ApiResult<(Arc<tokio::sync::Mutex<()>>, Arc<AtomicBool>)> {
    let all = lock(&open.plugins.bisects);
    let search = all.get(tool).ok_or_else(unknown)?;
    Ok((search.turn.clone(), search.stop.clone()))
}

/// The plan that ends a search which was cut off; `None` where everything is as it was.
pub(crate) fn back(open: &Open, tool: &str, on: &[String]) -> ApiResult<Option<Plan>> {
    let snap = Snapshot::of(open)?;
    let tool = place::tool(open, &snap, &everybody(), tool)?;
    Ok(switching::exactly(open, &snap, &tool, on)?.map(|(plan, _)| plan))
}

fn beginning_of(tool: &str) -> String {
    format!("bisect {tool}")
}

fn running() -> ApiError {
    ApiError::refused("bisect_running", "The search at this tool runs already.", "Go on with it, or stop it.")
}

fn stopped() -> ApiError {
    ApiError::refused("bisect_stopped", "The search was stopped before it changed anything.", "Begin it again.")
}

fn nothing_tried(tool: &str) -> Bisect {
    Bisect {
        tool: tool.to_owned(),
        step: 0,
        most: 0,
        on: Vec::new(),
        suspects: Vec::new(),
        seen: None,
        culprit: None,
        done: true,
        words: "It was stopped before it changed anything.".to_owned(),
    }
}

fn unknown() -> ApiError {
    ApiError::refused("bisect_unknown", "No search runs at this tool.", "Begin one.")
}

fn on(open: &Open, tool: &Tool) -> ApiResult<Vec<String>> {
    let kept = kept::read(open)?;
    Ok(place::of(tool, &kept).into_iter().filter(|placed| placed.at.enabled).map(|placed| placed.at.name).collect())
}

/// By name, which other plugins of the same tool each needs.
fn needs(open: &Open, snap: &Snapshot, actor: &Actor, tool: &Tool) -> ApiResult<BTreeMap<String, Vec<String>>> {
    let graph = graph::graph(open, snap, actor, Some(tool.address()))?;
    let prefix = format!("{}:", tool.address());
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for node in graph.nodes.iter().filter(|node| node.kind == NodeKind::Plugin) {
        let Some(name) = node.id.strip_prefix(&prefix) else { continue };
        let others = graph
            .edges
            .iter()
            .filter(|edge| edge.from == node.id)
            .filter_map(|edge| edge.to.strip_prefix(&prefix).map(str::to_owned));
        all.insert(name.to_owned(), others.collect());
    }
    Ok(all)
}

fn show(search: &Search, on: &[String], culprit: Option<String>) -> Bisect {
    Bisect {
        tool: search.reasoning.tool().to_owned(),
        step: search.reasoning.step(),
        most: search.reasoning.most(),
        on: on.to_vec(),
        suspects: search.reasoning.suspects().to_vec(),
        seen: search.seen.as_ref().map(|(_, words)| words.clone()),
        culprit,
        done: search.reasoning.outcome().is_some(),
        words: search.reasoning.words(),
    }
}
