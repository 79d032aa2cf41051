//! Conversations with agents.

use sanctum_api::{ApiResult, dto};

use super::App;
use crate::drops::Dropped;

/// The chat list: agents the person may see, the one with news first.
#[tauri::command]
#[specta::specta]
pub async fn chats_list(app: App<'_>) -> ApiResult<Vec<dto::ChatRow>> {
    app.chats_list(&app.actor().await?).await
}

/// One conversation.
#[tauri::command]
#[specta::specta]
pub async fn chat_open(app: App<'_>, uid: String) -> ApiResult<dto::ChatState> {
    app.chat_open(&app.actor().await?, &uid).await
}

/// A page of the conversation.
#[tauri::command]
#[specta::specta]
pub async fn chat_page(app: App<'_>, uid: String, anchor: dto::ChatAnchor, limit: u32) -> ApiResult<dto::ChatPage> {
    app.chat_page(&app.actor().await?, &uid, &anchor, limit).await
}

/// Says something; it waits visibly where the other side is away.
#[tauri::command]
#[specta::specta]
pub async fn chat_send(
    app: App<'_>,
    uid: String,
    text: String,
    images: Vec<dto::ChatImage>,
) -> ApiResult<dto::ChatEntry> {
    app.chat_send(&app.actor().await?, &uid, &text, &images).await
}

/// The pictures among what was dropped on the window last.
#[tauri::command]
#[specta::specta]
pub async fn chat_dropped(app: App<'_>, dropped: tauri::State<'_, Dropped>) -> ApiResult<dto::ChatPictures> {
    app.chat_dropped(&app.actor().await?, dropped.take()).await
}

/// Stops the answer that is being written.
#[tauri::command]
#[specta::specta]
pub async fn chat_stop(app: App<'_>, uid: String) -> ApiResult<()> {
    app.chat_stop(&app.actor().await?, &uid).await
}

/// Sends a message again that failed or was stopped.
#[tauri::command]
#[specta::specta]
pub async fn chat_retry(app: App<'_>, uid: String, message_id: u32) -> ApiResult<dto::ChatEntry> {
    app.chat_retry(&app.actor().await?, &uid, message_id).await
}

/// Takes a message out that was not sent.
#[tauri::command]
#[specta::specta]
pub async fn chat_discard(app: App<'_>, uid: String, message_id: u32) -> ApiResult<()> {
    app.chat_discard(&app.actor().await?, &uid, message_id).await
}

/// Everything up to there was read.
#[tauri::command]
#[specta::specta]
pub async fn chat_read(app: App<'_>, uid: String, seq: u32) -> ApiResult<()> {
    app.chat_read(&app.actor().await?, &uid, seq).await
}

/// Searches one conversation, or all.
#[tauri::command]
#[specta::specta]
pub async fn chat_search(
    app: App<'_>,
    uid: Option<String>,
    query: String,
    offset: u32,
    limit: u32,
) -> ApiResult<dto::Page<dto::ChatHit>> {
    app.chat_search(&app.actor().await?, uid.as_deref(), &query, offset, limit).await
}

/// A conversation as Markdown or JSON.
#[tauri::command]
#[specta::specta]
pub async fn chat_export(app: App<'_>, uid: String, format: String) -> ApiResult<String> {
    app.chat_export(&app.actor().await?, &uid, &format).await
}

/// The same, written to a file the operator chose; how many entries.
#[tauri::command]
#[specta::specta]
pub async fn chat_export_to(app: App<'_>, uid: String, format: String, path: String) -> ApiResult<u32> {
    app.chat_export_to(&app.actor().await?, &uid, &format, &path).await
}
