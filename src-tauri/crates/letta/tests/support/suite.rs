//! What every REST Letta must do for this app, whichever one is behind the address: the fake ones and a real one.

use futures_util::StreamExt;
use sanctum_letta::{
    Agent, AgentChange, BlockChange, Event, Events, Flavour, Message, NewAgent, NewBlock, Part, Server, Stop, Trouble,
    UserMessage,
};

/// Runs all of it; `other` is how many agents were there before.
pub async fn rest(server: &dyn Server, version: &str, other: usize) {
    let who = server.who().await.unwrap();
    assert_eq!((who.flavour, who.version.as_deref()), (Flavour::Server, Some(version)), "it says who it is");
    assert!(server.features().blocks && server.features().broca, "a REST server offers all of it");
    let agent = made(server, other).await;
    changed(server, &agent).await;
    memory(server, &agent.id).await;
    tools(server, &agent.id).await;
    talk(server, &agent.id).await;
    carried(server, &agent).await;
    gone(server, &agent.id, other).await;
}

async fn made(server: &dyn Server, other: usize) -> Agent {
    let models = server.models().await.unwrap();
    let model = models.llm.iter().find(|model| model.handle.ends_with("gpt-4o-mini")).expect("the model is listed");
    assert!(model.context_window.is_some() && !model.is_of_lettas_cloud(), "with what is known of it: {model:?}");
    assert_eq!(server.agents().await.unwrap().len(), other, "all agents are listed, beyond the server's own page");
    let new = NewAgent {
        name: "athena".into(),
        description: Some("Watches the hall".into()),
        model: model.handle.clone(),
        embedding: models.embedding.first().map(|embedding| embedding.handle.clone()),
        persona: "I am Athena, größer als gedacht.".into(),
        human: None,
        tags: vec!["prime".into(), "hall".into()],
    };
    let agent = server.create(&new).await.unwrap();
    assert_eq!((agent.name.as_str(), agent.model.as_deref()), ("athena", Some(model.handle.as_str())), "as asked for");
    let listed = server.agents().await.unwrap();
    let mine = listed.iter().find(|known| known.id == agent.id).expect("it is in the list");
    assert_eq!(listed.len(), other + 1, "and nothing else is new");
    assert_eq!(mine.description.as_deref(), Some("Watches the hall"), "with its description");
    let labels: Vec<String> = server.blocks(&agent.id).await.unwrap().into_iter().map(|block| block.label).collect();
    assert_eq!(labels, ["persona"], "no `human` block where none was asked for");
    let unknown = NewAgent { model: "openai/none-such".into(), ..new };
    let refused = server.create(&unknown).await.unwrap_err();
    assert!(matches!(refused, Trouble::Rejected { .. }), "a model that is not listed is refused: {refused:?}");
    agent
}

async fn changed(server: &dyn Server, agent: &Agent) {
    let change = AgentChange { name: Some("pallas".into()), tags: Some(vec!["owl".into()]), ..AgentChange::default() };
    let now = server.update(&agent.id, &change).await.unwrap();
    assert_eq!((now.name.as_str(), now.tags.as_slice()), ("pallas", ["owl".to_owned()].as_slice()), "what was changed");
    let read = server.agent(&agent.id).await.unwrap();
    assert_eq!(read.description.as_deref(), Some("Watches the hall"), "what was not changed stays");
    assert_eq!((read.name, read.tags), (now.name, now.tags), "and it is read back");
}

async fn memory(server: &dyn Server, id: &str) {
    let value = |text: &str| BlockChange { value: Some(text.into()), ..BlockChange::default() };
    let block = server.set_block(id, "persona", &value("I have changed.")).await.unwrap();
    assert_eq!(block.value, "I have changed.", "a block takes a new text");
    assert!(block.limit > 1_000, "and tells its limit: {block:?}");
    let limited = BlockChange { limit: Some(2_000), ..BlockChange::default() };
    assert_eq!(server.set_block(id, "persona", &limited).await.unwrap().limit, 2_000, "the limit can be changed");
    let long = server.set_block(id, "persona", &value(&"x".repeat(2_001))).await.unwrap_err();
    assert!(matches!(long, Trouble::Rejected { .. }), "a text over the limit is refused: {long:?}");
    let notes = NewBlock {
        label: "notes".into(),
        value: "one".into(),
        limit: Some(100),
        description: Some("Things to keep".into()),
        read_only: true,
    };
    let added = server.add_block(id, &notes).await.unwrap();
    assert_eq!((added.limit, added.read_only), (100, true), "a new block is as asked for");
    assert!(server.add_block(id, &notes).await.is_err(), "a second one of that label is refused");
    let blocks = server.blocks(id).await.unwrap();
    assert_eq!(blocks.len(), 2, "and leaves nothing behind: {blocks:?}");
    let removed = server.remove_block(id, "notes").await.unwrap();
    assert_eq!((removed.id.as_str(), removed.value.as_str()), (added.id.as_str(), "one"), "what is removed comes back");
    assert_eq!(server.blocks(id).await.unwrap().len(), 1, "it is gone from the agent");
    server.attach_block(id, &removed.id).await.unwrap();
    assert_eq!(server.blocks(id).await.unwrap().len(), 2, "and can be attached again");
    let missing = server.remove_block(id, "none").await.unwrap_err();
    assert!(matches!(missing, Trouble::Missing { .. }), "a label that is not there is told: {missing:?}");
}

async fn tools(server: &dyn Server, id: &str) {
    let has = server.tools(id).await.unwrap();
    let all = server.all_tools().await.unwrap();
    let other = all.iter().find(|tool| !has.iter().any(|known| known.id == tool.id)).expect("there are more tools");
    server.attach_tool(id, &other.id).await.unwrap();
    assert!(server.tools(id).await.unwrap().iter().any(|tool| tool.id == other.id), "an attached tool is there");
    server.detach_tool(id, &other.id).await.unwrap();
    assert_eq!(server.tools(id).await.unwrap().len(), has.len(), "a detached one is not");
}

/// What an answer came to: its text, and its last event.
pub async fn answer(events: Events) -> (String, Event) {
    let mut events: Vec<Event> = events.collect().await;
    let last = events.pop().expect("an answer has an end");
    let ends = |event: &Event| matches!(event, Event::Stopped { .. } | Event::Failed { .. });
    assert!(ends(&last) && !events.iter().any(ends), "exactly one end, and it is the last event: {events:?} {last:?}");
    let said = events.iter().filter_map(|event| match event {
        Event::Text { delta, .. } => Some(delta.as_str()),
        _ => None,
    });
    (said.collect(), last)
}

async fn talk(server: &dyn Server, id: &str) {
    let before = server.messages(id, None, 50).await.unwrap().messages.len();
    for (text, mark) in [("first: héllo 日本", "mark-1"), ("second", "mark-2"), ("third", "mark-3")] {
        let message = UserMessage { text: text.into(), mark: Some(mark.into()), ..UserMessage::default() };
        let (said, end) = answer(server.send(id, message).await.unwrap()).await;
        assert_eq!(end, Event::Stopped { reason: Stop::EndOfTurn }, "the answer ends well");
        assert!(said.contains(text), "the model saw the message, and its text arrived whole: {said:?}");
    }
    let page = server.messages(id, None, 50).await.unwrap();
    let mine: Vec<(&str, &str)> = page
        .messages
        .iter()
        .filter_map(|message| Some((message.mark.as_deref()?, &message.part)))
        .filter_map(|(mark, part)| match part {
            Part::User { text, .. } => Some((mark, text.as_str())),
            _ => None,
        })
        .collect();
    let sent = [("mark-1", "first: héllo 日本"), ("mark-2", "second"), ("mark-3", "third")];
    assert_eq!(mine, sent, "the history has each once, in order, with its mark");
    assert!(page.messages.len() > before + 5, "and the answers: {page:?}");
    let mut pages = server.messages(id, None, 2).await.unwrap();
    let mut all = pages.messages.clone();
    while let Some(cursor) = pages.before {
        pages = server.messages(id, Some(&cursor), 2).await.unwrap();
        all.splice(0..0, pages.messages.clone());
    }
    let short = |messages: &[Message]| {
        let entry = |message: &Message| format!("{} {:.60}", message.id, format!("{:?}", message.part));
        messages.iter().map(entry).collect::<Vec<String>>()
    };
    assert_eq!(short(&all), short(&page.messages), "page by page it is the same history");
    assert!(!server.cancel(id).await.unwrap(), "nothing is under way any more");
}

async fn carried(server: &dyn Server, agent: &Agent) {
    let file = server.export(&agent.id).await.unwrap();
    let copy = server.import(file).await.unwrap();
    assert_ne!(copy, agent.id, "an import makes another agent");
    assert_eq!(server.agent(&copy).await.unwrap().name, "pallas", "under its own name");
    server.delete(&copy).await.unwrap();
    for file in ["", "[]", "{", "not json"] {
        let refused = server.import(file.into()).await.unwrap_err();
        assert!(matches!(refused, Trouble::Rejected { .. }), "{file:?} is no agent: {refused:?}");
    }
}

async fn gone(server: &dyn Server, id: &str, other: usize) {
    server.delete(id).await.unwrap();
    let missing = server.agent(id).await.unwrap_err();
    assert!(matches!(missing, Trouble::Missing { .. }), "a deleted agent is missing: {missing:?}");
    let late = server.send(id, UserMessage { text: "hello?".into(), ..UserMessage::default() }).await;
    assert!(matches!(late.map(drop), Err(Trouble::Missing { .. })), "and does not answer");
    assert_eq!(server.agents().await.unwrap().len(), other, "the others are untouched");
}
