-- Somebody who finds it easier to be called: said as that, and not as another voice message.
ALTER DOMAIN handover_reason DROP CONSTRAINT handover_reason_check;
ALTER DOMAIN handover_reason ADD CONSTRAINT handover_reason_check
  CHECK (VALUE IN ('asked', 'not-understood', 'unclear', 'complaint', 'field-by-staff', 'voice', 'call', 'unfilled-slot', 'owner-absent', 'failed'));
