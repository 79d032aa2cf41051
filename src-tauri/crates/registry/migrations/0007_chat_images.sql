-- Pictures that go with a message. `data` is base64, as the wire of every server wants it.
CREATE TABLE web_chat_images (
  message_id INTEGER NOT NULL REFERENCES web_chat_messages(id) ON DELETE CASCADE,
  n          INTEGER NOT NULL CHECK (n >= 0),
  name       TEXT NOT NULL,
  media_type TEXT NOT NULL CHECK (media_type <> ''),
  data       TEXT NOT NULL CHECK (data <> ''),
  PRIMARY KEY (message_id, n)
) STRICT;
