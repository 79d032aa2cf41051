//! Agents of the REST server: list, make, change, delete, export, import, and the models they can use.
//!
//! A model or an embedding is taken from the server's list of that moment or refused; none that sends texts to
//! letta.com is ever chosen by itself. An import changes no tool that exists.

use super::Rest;
use super::call::{Body, segment};
use super::pages;
use super::shapes::{AgentShape, ImportedShape, ModelShape};
use crate::agent::{Agent, AgentChange, Model, Models, NewAgent};
use crate::trouble::Trouble;
use reqwest::{Method, multipart};
use serde_json::{Map, Value, json};

/// Characters that every version lets into a block of a new agent without being told a limit.
const PERSONA_LIMIT: usize = 5_000;

impl Rest {
    pub(super) async fn read_models(&self) -> Result<Models, Trouble> {
        let (llm, embedding) = self.model_shapes().await?;
        let all = |shapes: &[ModelShape]| shapes.iter().filter_map(ModelShape::model).collect();
        Ok(Models { llm: all(&llm), embedding: all(&embedding) })
    }

    async fn model_shapes(&self) -> Result<(Vec<ModelShape>, Vec<ModelShape>), Trouble> {
        Ok((self.door.get("/v1/models/", None).await?, self.door.get("/v1/models/embedding", None).await?))
    }

    pub(super) async fn read_agents(&self) -> Result<Vec<Agent>, Trouble> {
        // The tags and nothing else beside the agents themselves: all of it is the source of every tool, per agent.
        let query = match self.old {
            true => "ascending=true&include_relationships=tags",
            false => "order=asc&include=agent.tags",
        };
        let shapes = pages::all(&self.door, "/v1/agents/", query, |shape: &AgentShape| &shape.id).await?;
        Ok(shapes.into_iter().map(|shape| Agent { system: String::new(), ..shape.into() }).collect())
    }

    pub(super) async fn read_agent(&self, id: &str) -> Result<Agent, Trouble> {
        let query = if self.old { None } else { Some("include=agent.tags") };
        let shape: AgentShape = self.door.get(&format!("/v1/agents/{}", segment(id)?), query).await?;
        Ok(shape.into())
    }

    pub(super) async fn make_agent(&self, new: &NewAgent) -> Result<Agent, Trouble> {
        let mut body = Map::new();
        body.insert("name".into(), new.name.as_str().into());
        body.insert("tags".into(), new.tags.clone().into());
        body.insert("description".into(), new.description.clone().into());
        let mut blocks = vec![block("persona", &new.persona)];
        blocks.extend(new.human.as_deref().map(|human| block("human", human)));
        body.insert("memory_blocks".into(), blocks.into());
        let (llm, embedding) = self.model_shapes().await?;
        self.put_model(&mut body, &llm, &new.model)?;
        match (new.embedding.as_deref().or_else(|| own(&embedding)), self.old) {
            (Some(handle), true) => body.insert("embedding_config".into(), chosen(&embedding, handle)?.0.clone()),
            (Some(handle), false) => body.insert("embedding".into(), chosen(&embedding, handle)?.handle().into()),
            (None, false) => None,
            (None, true) => {
                return Err(Trouble::refused("the server lists no embedding of its own; choose one by its handle"));
            }
        };
        let shape: AgentShape = self.door.ask(Method::POST, "/v1/agents/", None, Body::Json(body.into())).await?;
        Ok(shape.into())
    }

    /// 0.11.7 refuses handles of `openai-proxy/…`, though it lists them: it gets the whole entry instead.
    fn put_model(&self, body: &mut Map<String, Value>, models: &[ModelShape], handle: &str) -> Result<(), Trouble> {
        let model = chosen(models, handle)?;
        match self.old {
            true => body.insert("llm_config".into(), model.0.clone()),
            false => body.insert("model".into(), handle.into()),
        };
        Ok(())
    }

    pub(super) async fn change_agent(&self, id: &str, change: &AgentChange) -> Result<Agent, Trouble> {
        let path = format!("/v1/agents/{}", segment(id)?);
        let mut body = Map::new();
        for (field, value) in [("name", &change.name), ("description", &change.description), ("system", &change.system)]
        {
            if let Some(value) = value {
                body.insert(field.into(), value.as_str().into());
            }
        }
        if let Some(tags) = &change.tags {
            body.insert("tags".into(), tags.clone().into());
        }
        if let Some(handle) = &change.model {
            self.put_model(&mut body, &self.door.get::<Vec<_>>("/v1/models/", None).await?, handle)?;
        }
        let shape: AgentShape = self.door.ask(Method::PATCH, &path, None, Body::Json(body.into())).await?;
        Ok(shape.into())
    }

    pub(super) async fn delete_agent(&self, id: &str) -> Result<(), Trouble> {
        self.door.tell(Method::DELETE, &format!("/v1/agents/{}", segment(id)?), Body::Nothing).await
    }

    pub(super) async fn export_agent(&self, id: &str) -> Result<Vec<u8>, Trouble> {
        self.door.file(&format!("/v1/agents/{}/export", segment(id)?)).await
    }

    pub(super) async fn import_agent(&self, file: Vec<u8>) -> Result<String, Trouble> {
        if serde_json::from_slice::<Map<String, Value>>(&file).is_err() {
            return Err(Trouble::refused("the file is no `.af` file: it holds no JSON object"));
        }
        let part = multipart::Part::bytes(file).file_name("agent.af");
        let part = part.mime_str("application/json").map_err(|_| Trouble::refused("the file cannot be sent"))?;
        let form = multipart::Form::new()
            .text("append_copy_suffix", "false")
            .text("override_existing_tools", "false")
            .part("file", part);
        let made: ImportedShape = self.door.ask(Method::POST, "/v1/agents/import", None, Body::Form(form)).await?;
        made.agent_ids.into_iter().next().ok_or_else(|| Trouble::strange("it imported the file, but made no agent"))
    }
}

fn block(label: &str, value: &str) -> Value {
    let length = value.chars().count();
    match length > PERSONA_LIMIT {
        true => json!({"label": label, "value": value, "limit": length.next_multiple_of(1_000)}),
        false => json!({"label": label, "value": value}),
    }
}

fn chosen<'a>(models: &'a [ModelShape], handle: &str) -> Result<&'a ModelShape, Trouble> {
    models
        .iter()
        .find(|model| model.handle() == Some(handle))
        .ok_or_else(|| Trouble::refused(format!("the server does not list `{}` now", crate::clean::line(handle, 120))))
}

/// The first embedding that does not send texts to letta.com.
fn own(embeddings: &[ModelShape]) -> Option<&str> {
    let here = |shape: &&ModelShape| shape.model().is_some_and(|model: Model| !model.is_of_lettas_cloud());
    embeddings.iter().find(here).and_then(ModelShape::handle)
}
