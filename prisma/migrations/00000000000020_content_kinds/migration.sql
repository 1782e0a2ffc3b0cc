-- Two more kinds of message: the button that begins a conversation, and an earlier message as it reads now.
ALTER DOMAIN content_kind DROP CONSTRAINT content_kind_check;
ALTER DOMAIN content_kind ADD CONSTRAINT content_kind_check CHECK (VALUE IN ('text', 'choice', 'start', 'edit', 'image', 'document', 'voice', 'video', 'sticker', 'location', 'contact', 'unknown'));
