//! Memory blocks, tools and context of an agent at the REST server.
//!
//! A block is made and attached in two steps, and taken back where the second fails; one that is removed is only
//! detached, since another agent may share it. Limits are the server's to check.

use super::Rest;
use super::call::{Body, segment};
use super::pages;
use super::shapes::{BlockShape, ContextShape, ToolShape};
use crate::agent::{Block, BlockChange, Context, NewBlock, Tool};
use crate::clean;
use crate::trouble::Trouble;
use reqwest::Method;
use serde_json::{Map, Value, json};

impl Rest {
    pub(super) async fn read_blocks(&self, id: &str) -> Result<Vec<Block>, Trouble> {
        let path = format!("/v1/agents/{}/core-memory/blocks", segment(id)?);
        let shapes: Vec<BlockShape> = match self.old {
            true => self.door.get(&path, None).await?,
            false => pages::all(&self.door, &path, "order=asc", |shape: &BlockShape| &shape.id).await?,
        };
        Ok(shapes.into_iter().map(Block::from).collect())
    }

    pub(super) async fn change_block(&self, id: &str, label: &str, change: &BlockChange) -> Result<Block, Trouble> {
        let mut body = Map::new();
        for (field, value) in [
            ("value", change.value.clone().map(Value::from)),
            ("limit", change.limit.map(Value::from)),
            ("description", change.description.clone().map(Value::from)),
            ("read_only", change.read_only.map(Value::from)),
        ] {
            if let Some(value) = value {
                body.insert(field.into(), value);
            }
        }
        // A label may hold a slash, which no path of the server takes: such a block goes by its identifier.
        let path = match segment(label) {
            Ok(label) => format!("/v1/agents/{}/core-memory/blocks/{label}", segment(id)?),
            Err(_) => format!("/v1/blocks/{}", segment(&self.block_of(id, label).await?.id)?),
        };
        let shape: BlockShape = self.door.ask(Method::PATCH, &path, None, Body::Json(body.into())).await?;
        Ok(shape.into())
    }

    async fn block_of(&self, id: &str, label: &str) -> Result<Block, Trouble> {
        let found = self.read_blocks(id).await?.into_iter().find(|block| block.label == label);
        found.ok_or_else(|| Trouble::Missing { detail: format!("no block `{}`", clean::line(label, 60)) })
    }

    pub(super) async fn new_block(&self, id: &str, new: &NewBlock) -> Result<Block, Trouble> {
        let mut body = json!({"label": new.label, "value": new.value, "read_only": new.read_only});
        if let Some(limit) = new.limit {
            body["limit"] = limit.into();
        }
        if let Some(description) = &new.description {
            body["description"] = description.as_str().into();
        }
        segment(id)?;
        let shape: BlockShape = self.door.ask(Method::POST, "/v1/blocks/", None, Body::Json(body)).await?;
        let block = Block::from(shape);
        match self.connect_block(id, &block.id, "attach").await {
            Ok(()) => Ok(block),
            Err(trouble) => {
                // Whether this works or not, the first trouble is what has to be told.
                let _ = self.door.tell(Method::DELETE, &format!("/v1/blocks/{}", block.id), Body::Nothing).await;
                Err(trouble)
            }
        }
    }

    pub(super) async fn connect_block(&self, id: &str, block: &str, how: &str) -> Result<(), Trouble> {
        let path = format!("/v1/agents/{}/core-memory/blocks/{how}/{}", segment(id)?, segment(block)?);
        self.door.tell(Method::PATCH, &path, Body::Nothing).await
    }

    pub(super) async fn drop_block(&self, id: &str, label: &str) -> Result<Block, Trouble> {
        let block = self.block_of(id, label).await?;
        self.connect_block(id, &block.id, "detach").await?;
        Ok(block)
    }

    pub(super) async fn read_tools(&self, id: Option<&str>) -> Result<Vec<Tool>, Trouble> {
        let shapes: Vec<ToolShape> = match id {
            Some(id) if self.old => self.door.get(&format!("/v1/agents/{}/tools", segment(id)?), None).await?,
            Some(id) => {
                let path = format!("/v1/agents/{}/tools", segment(id)?);
                pages::all(&self.door, &path, "order=asc", |shape: &ToolShape| &shape.id).await?
            }
            None => pages::all(&self.door, "/v1/tools/", "", |shape: &ToolShape| &shape.id).await?,
        };
        Ok(shapes.into_iter().map(Tool::from).collect())
    }

    pub(super) async fn connect_tool(&self, id: &str, tool: &str, how: &str) -> Result<(), Trouble> {
        let path = format!("/v1/agents/{}/tools/{how}/{}", segment(id)?, segment(tool)?);
        self.door.tell(Method::PATCH, &path, Body::Nothing).await
    }

    pub(super) async fn read_context(&self, id: &str) -> Result<Context, Trouble> {
        let shape: ContextShape = self.door.get(&format!("/v1/agents/{}/context", segment(id)?), None).await?;
        Ok(shape.into())
    }
}
