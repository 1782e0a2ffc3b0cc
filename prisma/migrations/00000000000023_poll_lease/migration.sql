-- Of several processes one asks a channel for its updates: who, and until when.
ALTER TABLE channel_account
  ADD COLUMN poll_holder text,
  ADD COLUMN poll_until timestamptz(3),
  ADD CONSTRAINT channel_account_poll_check CHECK ((poll_holder IS NULL) = (poll_until IS NULL));
